//! Comma-separated values with a header: exports of the Log Analytics portal and of Purview.

use std::io::{self, Read};

use super::records::{Columns, Records};
use super::report::{Position, Problem, Reason};
use super::window::Window;

/// A file of separated values, between two of its rows.
pub(super) struct Rows<'i> {
    csv: csv::Reader<Bounded<'i>>,
    row: csv::ByteRecord,
    columns: Option<Columns>,
    first_line: u64,
    line: u64,
    longest: usize,
}

impl<'i> Rows<'i> {
    /// The first line is the header.
    pub(super) fn new(window: Window<'i>, delimiter: u8, longest: usize) -> Self {
        let first_line = window.position().line;
        let csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(Bounded { window, left: longest });
        Self { csv, row: csv::ByteRecord::new(), columns: None, first_line, line: first_line, longest }
    }

    /// What is behind the rows read so far.
    pub(super) fn window(&self) -> &Window<'i> {
        &self.csv.get_ref().window
    }

    /// The same, to be changed.
    pub(super) fn window_mut(&mut self) -> &mut Window<'i> {
        &mut self.csv.get_mut().window
    }

    /// Reads a row. False at the end.
    pub(super) fn step(&mut self, records: &mut Records<'_, '_>) -> bool {
        self.csv.get_mut().left = self.longest;
        let more = self.csv.read_byte_record(&mut self.row);
        self.line = self.row.position().map_or(self.line, |position| self.first_line + position.line() - 1);
        let at = Position { line: self.line, column: 1 };
        match more {
            Ok(false) => return false,
            Err(_) => {
                records.report.stopped = Some(Problem { at, reason: Reason::RowTooLong(self.longest) });
                return false;
            }
            Ok(true) => {}
        }
        // Cell boundaries are ASCII, so the row is UTF-8 when its cells are.
        let cells = self.row.iter().map(std::str::from_utf8).collect::<Result<Vec<&str>, _>>();
        match (cells, &self.columns) {
            (Err(_), _) => records.report.unreadable(at, Reason::NotUtf8),
            (Ok(cells), None) => match header(&cells) {
                Ok(names) => self.columns = Some(records.columns(names)),
                Err(reason) => {
                    records.report.stopped = Some(Problem { at, reason });
                    return false;
                }
            },
            (Ok(cells), Some(columns)) if cells.len() != columns.names.len() => {
                let reason = Reason::Cells { found: cells.len(), expected: columns.names.len() };
                records.report.unreadable(at, reason);
            }
            (Ok(cells), Some(columns)) => records.cells(columns, cells.into_iter(), at),
        }
        true
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
struct Bounded<'i> {
    window: Window<'i>,
    left: usize,
}

impl Read for Bounded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other("the row is too long"));
        }
        let count = self.window.read(into)?;
        self.left = self.left.saturating_sub(count);
        Ok(count)
    }
}
