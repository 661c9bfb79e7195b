//! Diagnostics as pictures for people, as short lines, and as JSON. Alone knows `miette`.
//!
//! What is said is decided by the stages; here it is only laid out. Whether colours and line-drawing characters are wanted is
//! the caller's to know.

use std::fmt::{self, Write};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents, ThemeCharacters, ThemeStyles,
};
use serde::Serialize;

use super::{Diagnostic, Label, Severity};
use crate::source::{Place, Source, SourceId, Sources, Span};

/// Whether escape codes for colours are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// They are.
    On,
    /// Plain text.
    Off,
}

/// What the frames are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Line-drawing characters.
    Unicode,
    /// `|`, `-` and the like.
    Ascii,
}

/// How text for people looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appearance {
    /// Colours.
    pub colours: Colours,
    /// Frames.
    pub glyphs: Glyphs,
    /// Columns at which text is wrapped.
    pub width: usize,
}

/// Each diagnostic with its piece of the file, for people.
#[must_use]
pub fn human(diagnostics: &[Diagnostic], sources: &Sources, appearance: Appearance) -> String {
    let handler = handler(appearance);
    let mut out = String::new();
    for diagnostic in diagnostics {
        for picture in Picture::of(diagnostic, sources) {
            // Writing to a string fails only when a picture's place is outside its file; the short form still says it all.
            if handler.render_report(&mut out, &picture).is_err() {
                out.push_str(&short(std::slice::from_ref(diagnostic), sources));
            }
        }
        out.push('\n');
    }
    out
}

/// One line each: `path:line:column: error[E0301]: message; help`.
#[must_use]
pub fn short(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let code = diagnostic.code;
        if let Some(place) = diagnostic.place() {
            let source = sources.get(place.source);
            let at = source.position(place.span.start);
            let _ = write!(out, "{}:{}:{}: ", source.path, at.line, at.column);
        }
        let _ = write!(out, "{}[{}]: {}", diagnostic.severity.word(), code.id(), one_line(&diagnostic.message));
        if let Some(help) = &diagnostic.help {
            let _ = write!(out, "; {}", one_line(help));
        }
        out.push('\n');
    }
    out
}

/// An array of objects, one per diagnostic, ending with a newline.
#[must_use]
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let objects: Vec<JsonDiagnostic> = diagnostics.iter().map(|diagnostic| json_object(diagnostic, sources)).collect();
    let mut text = serde_json::to_string_pretty(&objects).unwrap_or_else(|_| "[]".to_owned());
    text.push('\n');
    text
}

/// The closing line: `2 errors, 1 warning in 3 files`.
#[must_use]
pub fn summary(diagnostics: &[Diagnostic], files: usize) -> String {
    let of = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let files = counted(files, "file");
    match (of(Severity::Error), of(Severity::Warning)) {
        (0, 0) => format!("no errors in {files}"),
        (errors, 0) => format!("{} in {files}", counted(errors, "error")),
        (0, warnings) => format!("{} in {files}", counted(warnings, "warning")),
        (errors, warnings) => format!("{}, {} in {files}", counted(errors, "error"), counted(warnings, "warning")),
    }
}

/// `1 file`, `2 files`.
#[must_use]
pub fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn one_line(text: &str) -> String {
    text.split('\n').map(str::trim).collect::<Vec<_>>().join(" ")
}

fn handler(appearance: Appearance) -> GraphicalReportHandler {
    let characters = match appearance.glyphs {
        Glyphs::Unicode => ThemeCharacters::unicode(),
        Glyphs::Ascii => ThemeCharacters::ascii(),
    };
    let styles = match appearance.colours {
        Colours::On => ThemeStyles::ansi(),
        Colours::Off => ThemeStyles::none(),
    };
    GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_width(appearance.width)
        .with_links(false)
        .without_syntax_highlighting()
}

/// What is drawn at once: a message with labels in one file.
struct Picture<'a> {
    diagnostic: &'a Diagnostic,
    message: &'a str,
    excerpt: Option<Excerpt<'a>>,
    labels: Vec<LabeledSpan>,
    rank: Rank,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    /// The diagnostic itself.
    Main,
    /// Its label in another file.
    Elsewhere,
}

impl<'a> Picture<'a> {
    /// The diagnostic with the labels of its own file, then one picture for each label in another file.
    fn of(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Vec<Self> {
        let own = diagnostic.place().map(|place| place.source);
        let (here, elsewhere): (Vec<&Label>, Vec<&Label>) =
            diagnostic.labels.iter().partition(|label| Some(label.place.source) == own);
        let main = Picture {
            diagnostic,
            message: &diagnostic.message,
            excerpt: own.map(|id| Excerpt(sources.get(id))),
            labels: here
                .iter()
                .enumerate()
                .map(|(index, label)| labelled(label, &label.text, index, sources))
                .collect(),
            rank: Rank::Main,
        };
        let others = elsewhere.into_iter().map(|label| Picture {
            diagnostic,
            message: &label.text,
            excerpt: Some(Excerpt(sources.get(label.place.source))),
            labels: vec![labelled(label, "", 0, sources)],
            rank: Rank::Elsewhere,
        });
        std::iter::once(main).chain(others).collect()
    }
}

/// The label for `miette`; the first one gives the line and column in the frame's head.
fn labelled(label: &Label, text: &str, index: usize, sources: &Sources) -> LabeledSpan {
    let span = drawable(label.place.span, sources.get(label.place.source));
    let text = (!text.is_empty()).then(|| text.to_owned());
    let range = SourceSpan::new((span.start as usize).into(), (span.end - span.start) as usize);
    if index == 0 { LabeledSpan::new_primary_with_span(text, range) } else { LabeledSpan::new_with_span(text, range) }
}

/// A span worth drawing: inside the text, on character boundaries, and not more than a screenful. The end of a file is drawn
/// at its last character, because nothing can be drawn behind it.
fn drawable(span: Span, source: &Source) -> Span {
    const MOST_BYTES: usize = 2_000;
    const MOST_LINES: usize = 8;
    let text = &source.text;
    let written = text.trim_end().len();
    if written > 0 && span.start as usize >= written {
        return Span::new(floor(text, written - 1), written);
    }
    let start = floor(text, span.start as usize);
    let end = floor(text, (span.end as usize).max(start));
    let covered = &text[start..end];
    let first_line = covered.find('\n').unwrap_or(covered.len());
    let end = if covered.len() > MOST_BYTES || covered.lines().count() > MOST_LINES {
        floor(text, start + first_line.min(MOST_BYTES))
    } else {
        end
    };
    Span::new(start, end)
}

/// The character boundary at or before a byte offset.
fn floor(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl fmt::Debug for Picture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl fmt::Display for Picture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl std::error::Error for Picture<'_> {}

impl miette::Diagnostic for Picture<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        (self.rank == Rank::Main).then(|| {
            let Diagnostic { code, severity, .. } = self.diagnostic;
            Box::new(format!("{}[{}]", severity.word(), code.id())) as Box<dyn fmt::Display>
        })
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match (self.rank, self.diagnostic.severity) {
            (Rank::Elsewhere, _) => miette::Severity::Advice,
            (Rank::Main, Severity::Error) => miette::Severity::Error,
            (Rank::Main, Severity::Warning) => miette::Severity::Warning,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        let help = self.diagnostic.help.as_ref().filter(|_| self.rank == Rank::Main)?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// A file to cut lines from. Its own reader, because the one of `miette` walks the file from its start for every label and
/// counts columns in bytes.
struct Excerpt<'a>(&'a Source);

impl SourceCode for Excerpt<'_> {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let text = &self.0.text;
        let (from, to) = (span.offset(), span.offset() + span.len());
        let (start, end) = match (context_lines_before, context_lines_after) {
            (0, 0) => (from, to),
            (before, after) => clip(text, (from, to), lines_around(text, (from, to), before, after))?,
        };
        let cut = text.get(start..end).ok_or(MietteError::OutOfBounds)?;
        let at = self.0.position(Span::new(start, start).start);
        let line_count = cut.bytes().filter(|byte| *byte == b'\n').count();
        let range = SourceSpan::new(start.into(), end - start);
        let contents = MietteSpanContents::new_named(
            self.0.path.clone(),
            cut.as_bytes(),
            range,
            at.line - 1,
            at.column - 1,
            line_count,
        );
        Ok(Box::new(contents))
    }
}

/// The span with whole lines and some more before and after it.
fn lines_around(text: &str, (from, to): (usize, usize), before: usize, after: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let mut start = from.min(bytes.len());
    for step in 0..=before {
        start = bytes[..start]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| if step == before { at + 1 } else { at });
    }
    let mut end = to.min(bytes.len());
    for step in 0..=after {
        end = bytes[end..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(bytes.len(), |at| if step == after { end + at } else { end + at + 1 });
    }
    (start, end)
}

/// Narrows a piece that is too long to look at (a file without line ends) to the surroundings of the span.
fn clip(text: &str, span: (usize, usize), lines: (usize, usize)) -> Result<(usize, usize), MietteError> {
    const LONGEST: usize = 6_000;
    const AROUND: usize = 60;
    if lines.1 - lines.0 <= LONGEST {
        return Ok(lines);
    }
    if span.1 - span.0 > LONGEST {
        // Two labels too far apart for one picture: refused, and drawn apart.
        return Err(MietteError::OutOfBounds);
    }
    Ok((floor(text, span.0.saturating_sub(AROUND)), floor(text, span.1 + AROUND)))
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    #[serde(flatten)]
    place: Option<JsonPlace<'a>>,
    labels: Vec<JsonLabel<'a>>,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    text: &'a str,
    #[serde(flatten)]
    place: JsonPlace<'a>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

fn json_object<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> JsonDiagnostic<'a> {
    let label = |label: &'a Label| JsonLabel { text: &label.text, place: json_place(label.place, sources) };
    JsonDiagnostic {
        code: diagnostic.code.id(),
        severity: diagnostic.severity.word(),
        message: &diagnostic.message,
        help: diagnostic.help.as_deref(),
        place: diagnostic.place().map(|place| json_place(place, sources)),
        labels: diagnostic.labels.iter().map(label).collect(),
    }
}

fn json_place(place: Place, sources: &Sources) -> JsonPlace<'_> {
    let id: SourceId = place.source;
    let source = sources.get(id);
    let (start, end) = (source.position(place.span.start), source.position(place.span.end));
    JsonPlace { file: &source.path, line: start.line, column: start.column, end_line: end.line, end_column: end.column }
}

#[cfg(test)]
mod tests;
