//! Comma-separated values with a header: exports of the Log Analytics portal and of Purview.

use std::io::{self, Read};

use super::records::Records;
use super::report::{Position, Problem, Reason};
use super::window::Window;

/// Reads all rows. The first line is the header.
pub(super) fn read(window: &mut Window<'_>, records: &mut Records<'_, '_>, delimiter: u8, longest: usize) {
    let first_line = window.position().line;
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(Bounded { window, left: longest });
    let mut row = csv::ByteRecord::new();
    let mut columns = None;
    let mut line = first_line;
    loop {
        csv.get_mut().left = longest;
        let more = csv.read_byte_record(&mut row);
        line = row.position().map_or(line, |position| first_line + position.line() - 1);
        let at = Position { line, column: 1 };
        match more {
            Ok(false) => return,
            Err(_) => {
                records.report.stopped = Some(Problem { at, reason: Reason::RowTooLong(longest) });
                return;
            }
            Ok(true) => {}
        }
        // Cell boundaries are ASCII, so the row is UTF-8 when its cells are.
        let cells = row.iter().map(std::str::from_utf8).collect::<Result<Vec<&str>, _>>();
        match (cells, &columns) {
            (Err(_), _) => records.report.unreadable(at, Reason::NotUtf8),
            (Ok(cells), None) => match header(&cells) {
                Ok(names) => columns = Some(records.columns(names)),
                Err(reason) => {
                    records.report.stopped = Some(Problem { at, reason });
                    return;
                }
            },
            (Ok(cells), Some(columns)) if cells.len() != columns.names.len() => {
                let reason = Reason::Cells { found: cells.len(), expected: columns.names.len() };
                records.report.unreadable(at, reason);
            }
            (Ok(cells), Some(columns)) => records.cells(columns, cells.into_iter(), at),
        }
    }
}

/// Names of columns. The portal puts the zone of its times behind the name: `TimeGenerated [UTC]`.
fn header(cells: &[&str]) -> Result<Vec<String>, Reason> {
    let name = |cell: &&str| {
        let cell = cell.trim();
        match cell.strip_suffix(']').and_then(|cell| cell.split_once(" [")) {
            Some((name, "UTC")) => Ok(name.to_owned()),
            Some((column, zone)) => Err(Reason::Zone { column: column.to_owned(), zone: zone.to_owned() }),
            None => Ok(cell.to_owned()),
        }
    };
    cells.iter().map(name).collect()
}

/// A window that ends with an error after so many bytes: a quote that is never closed would make one row of the rest.
struct Bounded<'b, 'i> {
    window: &'b mut Window<'i>,
    left: usize,
}

impl Read for Bounded<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other("the row is too long"));
        }
        let count = self.window.read(into)?;
        self.left = self.left.saturating_sub(count);
        Ok(count)
    }
}
