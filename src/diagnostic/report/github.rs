//! GitHub's workflow commands: a line of standard output that becomes an annotation at a line of a file.

use super::{Report, with_help};
use crate::diagnostic::Severity;
use crate::source::Position;

/// A line of the workflow log that becomes an annotation.
#[derive(Clone, Debug)]
pub struct Annotation<'a> {
    /// `error` or `warning`.
    pub severity: Severity,
    /// The file, from the root of the repository.
    pub file: Option<String>,
    /// From where to where.
    pub range: Option<(Position, Position)>,
    /// Its heading.
    pub title: &'a str,
    /// Its text; may have several lines.
    pub message: &'a str,
}

impl Annotation<'_> {
    /// The line, with its end.
    #[must_use]
    pub fn line(&self) -> String {
        let mut properties = Vec::new();
        if let Some(file) = &self.file {
            properties.push(format!("file={}", property(file)));
            if let Some((start, end)) = self.range {
                properties.push(format!("line={},endLine={}", start.line, end.line));
                // Columns are for a piece of one line only.
                if start.line == end.line {
                    properties.push(format!("col={},endColumn={}", start.column, end.column));
                }
            }
        }
        properties.push(format!("title={}", property(self.title)));
        format!("::{} {}::{}\n", self.severity.word(), properties.join(","), data(self.message))
    }
}

/// The text behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line for each finding and each input that could not be read; nothing where there is nothing to say.
#[must_use]
pub fn github(report: &Report<'_>) -> String {
    let mut out = String::new();
    for notice in report.notices {
        let annotation = Annotation {
            severity: notice.severity,
            file: notice.path.as_ref().and_then(|path| report.folders.path(path)),
            range: notice.at.map(|at| (at, at)),
            title: "input",
            message: &with_help(&notice.message, notice.help.as_deref()),
        };
        out.push_str(&annotation.line());
    }
    for found in report.diagnostics {
        let source = found.place().map(|place| (report.sources.get(place.source), place.span));
        let annotation = Annotation {
            severity: found.severity,
            file: source.and_then(|(source, _)| report.folders.path(&source.path)),
            range: source.map(|(source, span)| (source.position(span.start), source.position(span.end))),
            title: &format!("{} {}", found.code.id(), found.code.title()),
            message: &with_help(&found.message, found.help.as_deref()),
        };
        out.push_str(&annotation.line());
    }
    out
}
