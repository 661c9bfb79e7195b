//! Parquet files: of each row group the columns that paths name, and only row groups that may hold events of the period.
//!
//! A file is planned once ([`Parquet::open`]); each row group is then fetched ([`Parquet::fetch`], the only thing that reads) and
//! evaluated by itself ([`Parquet::read`]), so that several threads can share the work. A value is what JSON with the same content
//! would have there: a structure is an object, a map too, a moment is its text.
//!
//! The format is read after its description (<https://github.com/apache/parquet-format>), by code of our own: nothing that a file
//! says may end the program, dictionaries are converted once and not for each row, and columns are read without detours.

mod bits;
mod cells;
mod codec;
mod fault;
mod footer;
mod pages;
mod plan;
mod prune;
mod rows;
mod schema;
mod thrift;
mod values;

use std::io::{self, Read, Seek, SeekFrom};

pub use fault::Damage;
pub(in crate::engine::reader) use footer::{ENCRYPTED, MAGIC};

use self::footer::{Chunk, Footer};
use self::pages::Pages;
use self::plan::Column;
use self::prune::Times;
use self::rows::Cursor;
use super::program::Program;
use super::records::{Columns, Records};
use super::report::{Position, Reason};
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
    /// For each column, its data, and that of the values of a map.
    data: Result<Vec<(Vec<u8>, Option<Vec<u8>>)>, Damage>,
}

impl Parquet {
    /// Reads what the file says of itself.
    pub(in crate::engine) fn open(
        file: &mut (impl Read + Seek + ?Sized),
        program: &Program,
    ) -> io::Result<Result<Self, Damage>> {
        let footer = match footer::read(file)? {
            Ok(footer) => footer,
            Err(damage) => return Ok(Err(damage)),
        };
        let columns = plan::columns(&footer.columns, &program.trie);
        let names = program.columns(footer.columns.iter().map(|column| column.name.clone()).collect());
        let times = Times::new(&columns, program);
        Ok(Ok(Self { footer, columns, names, times }))
    }

    /// How many row groups.
    pub(in crate::engine) fn len(&self) -> usize {
        self.footer.groups.len()
    }

    /// Bytes of the file.
    pub(in crate::engine) fn bytes(&self) -> u64 {
        self.footer.length
    }

    /// The rows of a row group, when none of them can be of the period.
    pub(in crate::engine) fn outside(&self, group: usize, period: Option<Period>) -> Option<u64> {
        let group = self.footer.groups.get(group)?;
        self.times.are_outside(&group.chunks, group.rows, period?).then_some(group.rows)
    }

    /// Reads the columns of a row group.
    pub(in crate::engine) fn fetch(&self, file: &mut (impl Read + Seek + ?Sized), group: usize) -> io::Result<Fetched> {
        let mut data = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let values = column.values().map(|values| self.chunk(file, group, values)).transpose()?;
            match (self.chunk(file, group, column)?, values.transpose()) {
                (Ok(bytes), Ok(values)) => data.push((bytes, values)),
                (Err(damage), _) | (_, Err(damage)) => return Ok(Fetched { group, data: Err(damage) }),
            }
        }
        Ok(Fetched { group, data: Ok(data) })
    }

    fn chunk(
        &self,
        file: &mut (impl Read + Seek + ?Sized),
        group: usize,
        column: &Column,
    ) -> io::Result<Result<Vec<u8>, Damage>> {
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

    /// Reads the rows of a row group. Those behind something that is damaged are not read.
    pub(in crate::engine::reader) fn read(&self, fetched: Fetched, records: &mut Records<'_, '_>) {
        let group = fetched.group;
        let rows = self.footer.groups[group].rows;
        let first: u64 = self.footer.groups[..group].iter().fold(1, |sum, group| sum.saturating_add(group.rows));
        if self.columns.is_empty() {
            return records.unknown_rows(&self.names, rows);
        }
        let data = match fetched.data {
            Ok(data) => data,
            Err(damage) => return records.lost_rows(Position::row(first), reason(group, damage), rows),
        };
        let mut cursors: Vec<Cursor<'_>> = Vec::with_capacity(data.len());
        for (column, (bytes, values)) in self.columns.iter().zip(data) {
            let values = column.values().zip(values).map(|(values, bytes)| self.pages(group, values, bytes));
            cursors.push(Cursor::new(column, self.pages(group, column, bytes), values));
        }
        for row in 0..rows {
            let at = Position::row(first.saturating_add(row));
            let outcome = records.filled(&self.names, at, |trie, captures| {
                cursors.iter_mut().try_for_each(|cursor| cursor.row(trie, captures))
            });
            if let Err(damage) = outcome {
                return records.lost_rows(at, reason(group, damage), rows - row);
            }
        }
    }
}

fn reason(group: usize, damage: Damage) -> Reason {
    Reason::RowGroup(group as u64 + 1, damage)
}
