//! Parquet files: of each row group the columns that paths name, and only row groups that may hold events of the period.
//!
//! A file is planned once, each row group is then fetched and evaluated by itself, so that several threads can share the work. A value is what JSON with the same content
//! would have there: a structure is an object, a map too, a moment is its text.
//!
//! The format is read after its description (<https://github.com/apache/parquet-format>), by code of our own: nothing that a file
//! says may end the program, dictionaries are converted once and not for each row, and columns are read without detours.

mod bits;
mod cells;
mod codec;
mod fault;
mod footer;
mod groups;
mod pages;
mod plan;
mod prune;
mod rows;
mod schema;
mod thrift;
mod values;

use std::io::{self, Read as _, SeekFrom};

pub use fault::Damage;
pub(in crate::engine::reader) use footer::{ENCRYPTED, MAGIC};
pub(in crate::engine) use groups::{GroupRead, Groups, is_parquet};

use self::footer::{Chunk, Footer};
use self::pages::Pages;
use self::plan::Column;
use self::prune::Times;
use self::rows::Cursor;
use super::program::Program;
use super::records::{Columns, Records};
use super::report::{Position, Reason};
use crate::engine::job::File;
use crate::engine::period::Period;

/// A file, planned.
#[derive(Debug)]
pub(in crate::engine) struct Parquet {
    footer: Footer,
    /// The leaves to read.
    columns: Vec<Column>,
    /// All columns.
    names: Columns,
    times: Times,
}

/// The data of a row group, as it is in the file.
pub(in crate::engine) struct Fetched {
    group: usize,
    data: Data,
}

/// What was read of a row group.
enum Data {
    /// For each column, its data, and that of the values of a map.
    Columns(Vec<(Vec<u8>, Option<Vec<u8>>)>),
    /// Nothing: none of its rows can be of the period.
    Outside,
    Damaged(Damage),
    Failed(io::Error),
}

/// The rows of a row group.
struct Rows {
    group: usize,
    cursors: Vec<Cursor>,
    /// The next one, and how many there are.
    next: u64,
    count: u64,
    /// Why what is left of it is not read.
    lost: Option<Lost>,
}

/// Why rows are not read.
enum Lost {
    /// They are not of the period.
    Outside,
    For(Reason),
}

impl Parquet {
    /// Reads what the file says of itself.
    fn open(file: &mut dyn File, program: &Program) -> Result<Self, Reason> {
        let footer = footer::read(file).map_err(|error| Reason::Input(error.to_string()))?.map_err(Reason::Parquet)?;
        let columns = plan::columns(&footer.columns, &program.trie);
        let names = program.columns(footer.columns.iter().map(|column| column.name.clone()).collect());
        let times = Times::new(&columns, program);
        Ok(Self { footer, columns, names, times })
    }

    fn rows_of(&self, group: usize) -> u64 {
        self.footer.groups.get(group).map_or(0, |group| group.rows)
    }

    /// Reads the columns of a row group, unless it cannot be of the period.
    fn fetch(&self, file: &mut dyn File, group: usize, period: Option<Period>) -> Fetched {
        let chunks = self.footer.groups.get(group).map_or(&[][..], |group| &group.chunks);
        let is_outside = period.is_some_and(|period| self.times.are_outside(chunks, self.rows_of(group), period));
        let data = if is_outside { Ok(Data::Outside) } else { self.columns(file, group) };
        Fetched { group, data: data.unwrap_or_else(Data::Failed) }
    }

    fn columns(&self, file: &mut dyn File, group: usize) -> io::Result<Data> {
        let mut data = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let values = column.values().map(|values| self.chunk(file, group, values)).transpose()?;
            match (self.chunk(file, group, column)?, values.transpose()) {
                (Ok(bytes), Ok(values)) => data.push((bytes, values)),
                (Err(damage), _) | (_, Err(damage)) => return Ok(Data::Damaged(damage)),
            }
        }
        Ok(Data::Columns(data))
    }

    fn chunk(&self, file: &mut dyn File, group: usize, column: &Column) -> io::Result<Result<Vec<u8>, Damage>> {
        let Some(chunk) = self.of(group, column) else { return Ok(Err(Damage::Group)) };
        if chunk.encrypted {
            return Ok(Err(Damage::Encrypted));
        }
        file.seek(SeekFrom::Start(chunk.start))?;
        let mut bytes = Vec::new();
        file.take(chunk.length).read_to_end(&mut bytes)?;
        Ok(Ok(bytes))
    }

    fn of(&self, group: usize, column: &Column) -> Option<&Chunk> {
        self.footer.groups.get(group)?.chunks.get(column.place.index)
    }

    fn pages(&self, group: usize, column: &Column, bytes: Vec<u8>) -> Pages {
        let (codec, values) = self.of(group, column).map_or((0, 0), |chunk| (chunk.codec, chunk.values));
        Pages::new(column.place.leaf, column.place.levels, codec, bytes, values)
    }

    /// The rows of a row group, to be read.
    fn rows(&self, fetched: Fetched) -> Rows {
        let group = fetched.group;
        let number = group as u64 + 1;
        let (mut cursors, mut lost) = (Vec::new(), None);
        match fetched.data {
            Data::Columns(data) => {
                for (column, (bytes, values)) in self.columns.iter().zip(data) {
                    let values = column.values().zip(values);
                    let values = values.map(|(values, bytes)| self.pages(group, values, bytes));
                    cursors.push(Cursor::new(column.clone(), self.pages(group, column, bytes), values));
                }
            }
            Data::Outside => lost = Some(Lost::Outside),
            Data::Damaged(damage) => lost = Some(Lost::For(Reason::RowGroup(number, damage))),
            Data::Failed(error) => lost = Some(Lost::For(Reason::Input(error.to_string()))),
        }
        Rows { group, cursors, next: 0, count: self.rows_of(group), lost }
    }

    /// The place of a row of a row group.
    fn place(&self, group: usize, row: u64) -> Position {
        let before = &self.footer.groups[..group.min(self.footer.groups.len())];
        Position::row(before.iter().fold(row + 1, |sum, group| sum.saturating_add(group.rows)))
    }

    /// Reads so many rows. Those behind something that is damaged are not read.
    fn read(&self, rows: &mut Rows, most: u64, records: &mut Records<'_, '_>) {
        let first = self.place(rows.group, rows.next);
        let left = rows.count - rows.next;
        if rows.cursors.is_empty() && rows.lost.is_none() {
            records.unknown_rows(&self.names, left);
            rows.next = rows.count;
            return;
        }
        for row in 0..most.min(left) {
            if rows.lost.is_some() {
                break;
            }
            let at = Position::row(first.line.saturating_add(row));
            let outcome = records.filled(&self.names, at, |trie, captures| {
                rows.cursors.iter_mut().try_for_each(|cursor| cursor.row(trie, captures))
            });
            match outcome {
                Ok(()) => rows.next += 1,
                Err(damage) => rows.lost = Some(Lost::For(Reason::RowGroup(rows.group as u64 + 1, damage))),
            }
        }
        let left = rows.count - rows.next;
        match rows.lost.take() {
            None => return,
            Some(Lost::Outside) => records.report.outside += left,
            Some(Lost::For(reason)) => records.lost_rows(self.place(rows.group, rows.next), reason, left),
        }
        rows.next = rows.count;
    }
}
