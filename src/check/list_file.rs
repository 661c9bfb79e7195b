//! List files: CSV with the place of every cell, so that a bad entry is shown where it stands.

use crate::diagnostic::suggest;
use crate::source::{Place, Span};
use crate::syntax::ast::Spanned;

use super::error::CheckErrorKind;
use super::given::GivenError;
use super::{Outcome, Report, Reported};

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A list's own: blanks around entries mean nothing, and entries may expire.
    List,
    /// The copy of a watchlist, whose cells are taken as the target takes them.
    Watchlist,
}

/// A line of a list file.
pub struct Row {
    /// The entry.
    pub entry: Spanned<String>,
    /// The last day on which it counts.
    pub expires: Option<Spanned<String>>,
}

/// More mistakes than this are counted and not shown.
const MOST_MISTAKES: usize = 20;

/// Mistakes in the entries of one file.
#[derive(Default)]
pub struct Mistakes {
    all: usize,
}

impl Mistakes {
    /// Counts the mistake that was reported last, and takes it back where there were enough.
    pub fn count(&mut self, report: &mut Report<'_>) {
        self.all += 1;
        if self.all > MOST_MISTAKES {
            report.errors.pop();
        }
    }

    /// Says how many were not shown.
    pub fn finish(self, report: &mut Report<'_>) -> Outcome<()> {
        if self.all > MOST_MISTAKES {
            let kind = GivenError::MoreMistakes(self.all - MOST_MISTAKES);
            report.add(Span::default(), CheckErrorKind::Given(kind));
        }
        if self.all == 0 { Ok(()) } else { Err(Reported) }
    }
}

/// Columns of the names that lists know beside the entries.
const KNOWN: [&str; 3] = ["owner", "reason", "expires"];

/// The lines of a file. With a column the first line names the columns; without, every line is an entry, alone or in the first
/// column, and lines that start with `#` are comments. A column comes with the place where it is named.
pub fn rows(text: &str, column: Option<(&str, Place)>, layout: Layout, report: &mut Report<'_>) -> Outcome<Vec<Row>> {
    let mut lines = records(text, column.map(|(name, _)| name), layout, report)?.into_iter();
    let (mut at, mut expires) = (0, None);
    if let Some((column, place)) = column {
        let Some(header) = lines.next() else { return empty(report) };
        at = position(&header, column, place, report)?;
        let is_expiry = |cell: &Cell| cell.node.eq_ignore_ascii_case("expires");
        expires = header.iter().position(is_expiry).filter(|_| layout == Layout::List);
    }
    let mut rows = Vec::new();
    let mut mistakes = Mistakes::default();
    for (index, line) in lines.enumerate() {
        if column.is_none() && index == 0 && line.iter().any(|cell| KNOWN.contains(&cell.node.to_lowercase().as_str()))
        {
            let span = line.first().map_or(Span::default(), |cell| cell.span);
            return report.fail(span, CheckErrorKind::Given(GivenError::HeaderWithoutColumn));
        }
        match row(&line, at, expires, report) {
            Ok(row) => rows.push(row),
            Err(_) => mistakes.count(report),
        }
    }
    mistakes.finish(report)?;
    if rows.is_empty() { empty(report) } else { Ok(rows) }
}

fn empty<T>(report: &mut Report<'_>) -> Outcome<T> {
    report.fail(Span::default(), CheckErrorKind::Given(GivenError::NoEntries))
}

fn position(header: &[Cell], column: &str, place: Place, report: &mut Report<'_>) -> Outcome<usize> {
    let mut found = header.iter().enumerate().filter(|(_, cell)| cell.node == column);
    let Some((at, _)) = found.next() else {
        let known: Vec<String> = header.iter().map(|cell| cell.node.clone()).collect();
        let suggestion = suggest::closest(column, known.iter().map(String::as_str)).map(str::to_owned);
        let kind = GivenError::ColumnUnknown { column: column.to_owned(), known, suggestion };
        return Err(report.elsewhere(place, kind));
    };
    match found.next() {
        Some((_, second)) => {
            report.fail(second.span, CheckErrorKind::Given(GivenError::ColumnTwice(column.to_owned())))
        }
        None => Ok(at),
    }
}

fn row(line: &[Cell], at: usize, expires: Option<usize>, report: &mut Report<'_>) -> Outcome<Row> {
    if let Some(cell) = line.iter().find(|cell| cell.node.contains('\n')) {
        let span = Span { start: cell.span.start, end: cell.span.start };
        return report.fail(span, CheckErrorKind::Given(GivenError::CellOverLines));
    }
    let present = |cell: &&Cell| !cell.node.is_empty();
    let Some(entry) = line.get(at).filter(present) else {
        let span = line.get(at).or(line.last()).map_or(Span::default(), |cell| cell.span);
        return report.fail(span, CheckErrorKind::Given(GivenError::EntryMissing));
    };
    let expires = expires.and_then(|at| line.get(at)).filter(present).cloned();
    Ok(Row { entry: entry.clone(), expires })
}

/// A cell with its place, quotes not included in its text.
type Cell = Spanned<String>;

fn records(text: &str, column: Option<&str>, layout: Layout, report: &mut Report<'_>) -> Outcome<Vec<Vec<Cell>>> {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true);
    if layout == Layout::List {
        builder.trim(csv::Trim::All);
    }
    if column.is_none() {
        builder.comment(Some(b'#'));
    }
    let mut lines = Vec::new();
    for record in builder.from_reader(text.as_bytes()).records() {
        match record {
            Ok(record) => {
                let mut start = record.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or(0));
                if column.is_none() {
                    start = behind_comments(text, start);
                }
                let spans = cells(text, start);
                let cell = |(index, text): (usize, &str)| Cell {
                    node: text.to_owned(),
                    span: spans.get(index).copied().unwrap_or_default(),
                };
                lines.push(record.iter().enumerate().map(cell).collect());
            }
            Err(error) => {
                let at = error.position().map_or(0, csv::Position::byte);
                let at = usize::try_from(at).unwrap_or(0);
                return report.fail(Span::new(at, at), CheckErrorKind::Given(GivenError::NotCsv(error.to_string())));
            }
        }
    }
    Ok(lines)
}

/// The start of the line behind the comments that stand at `start`.
fn behind_comments(text: &str, mut start: usize) -> usize {
    loop {
        start += text[start..].len() - text[start..].trim_start_matches(['\n', '\r']).len();
        match text[start..].find('\n') {
            Some(end) if text[start..].starts_with('#') => start += end + 1,
            Some(_) | None => return start,
        }
    }
}

/// The places of the cells of the line that starts at or behind `start`, blanks around them left out.
fn cells(text: &str, start: usize) -> Vec<Span> {
    let blank = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let start = start + text.as_bytes()[start..].iter().take_while(|byte| blank(byte)).count();
    let (mut spans, mut from, mut quoted, mut at) = (Vec::new(), start, false, start);
    for byte in text.as_bytes()[start..].iter().chain(b"\n") {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                spans.push(trimmed(text, from, at));
                from = at + 1;
            }
            b'\n' | b'\r' if !quoted => break,
            _ => {}
        }
        at += 1;
    }
    spans.push(trimmed(text, from, at.min(text.len())));
    spans
}

fn trimmed(text: &str, from: usize, to: usize) -> Span {
    let cell = text.get(from..to).unwrap_or_default();
    let start = from + (cell.len() - cell.trim_start().len());
    Span::new(start, start + cell.trim().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_their_places_whatever_is_quoted() {
        let text = "a,b\r\n\r\n\"x, \"\"y\"\"\", z \r\n";
        let cut = |start| cells(text, start).iter().map(|span| &text[span.range()]).collect::<Vec<_>>();
        assert_eq!(cut(0), ["a", "b"]);
        assert_eq!(cut(4), ["\"x, \"\"y\"\"\"", "z"]);
        assert_eq!(cells("x", 0), [Span::new(0, 1)]);
    }
}
