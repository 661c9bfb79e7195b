//! A file as it is read: row group by row group, by one thread step by step or by several at once.

use std::io::SeekFrom;

use super::footer::{ENCRYPTED, MAGIC};
use super::{Fetched, Parquet, Rows};
use crate::engine::dispatch::Taken;
use crate::engine::job::File;
use crate::engine::reader::reading::{Wanted, Worker};
use crate::engine::reader::report::{Position, Problem, Reason};
use crate::engine::reader::tally::Tally;

/// Whether a file that is at its beginning begins as Parquet files do.
pub(in crate::engine) fn is_parquet(file: &mut dyn File) -> bool {
    let mut magic = [0; MAGIC.len()];
    let begins = file.read_exact(&mut magic).is_ok() && (magic == MAGIC || magic == ENCRYPTED);
    // Where that fails, reading says so.
    file.seek(SeekFrom::Start(0)).is_ok() && begins
}

/// A file that is read.
pub(in crate::engine) struct Groups {
    file: Option<Box<dyn File>>,
    parquet: Option<Parquet>,
    /// The next row group.
    next: usize,
    /// The rows that are read step by step.
    rows: Option<Rows>,
    used: u64,
    bytes: u64,
    ended: bool,
}

/// What was read of a row group.
#[derive(Default)]
pub(in crate::engine) struct GroupRead {
    pub(in crate::engine::reader) taken: Vec<Taken>,
    pub(in crate::engine::reader) tally: Tally,
}

/// Rows read at a time.
const STEP: u64 = 1024;

/// A row counts as so many bytes.
const ROW: u64 = 256;

/// A row group of more rows is read step by step, so that its events are not all held at once.
const LARGEST: u64 = 1 << 20;

impl Groups {
    pub(in crate::engine::reader) fn new(file: Box<dyn File>) -> Self {
        Self { file: Some(file), parquet: None, next: 0, rows: None, used: 0, bytes: 0, ended: false }
    }

    /// How far it has come, as if rows were texts.
    pub(in crate::engine::reader) fn used(&self) -> u64 {
        self.used
    }

    /// Bytes of the file.
    pub(in crate::engine::reader) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(in crate::engine::reader) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Gives back what only reading needs.
    pub(in crate::engine::reader) fn close(&mut self) {
        (self.file, self.parquet, self.rows) = (None, None, None);
    }

    /// Lets go of the file.
    pub(in crate::engine::reader) fn suspend(&mut self) {
        self.file = None;
    }

    /// Goes on with a file that was let go of.
    pub(in crate::engine) fn resume(&mut self, file: Box<dyn File>) {
        self.file = Some(file);
    }

    fn open(&mut self, wanted: &Wanted<'_>) -> Result<(), Reason> {
        if let (None, Some(file)) = (&self.parquet, &mut self.file) {
            let parquet = Parquet::open(&mut **file, wanted.program)?;
            self.bytes = parquet.footer.length;
            self.ended = parquet.footer.groups.is_empty();
            self.parquet = Some(parquet);
        }
        Ok(())
    }

    /// Whether there are several row groups that can be read at once.
    pub(in crate::engine) fn are_several(&mut self, wanted: &Wanted<'_>) -> bool {
        // What is wrong is told when it is read.
        let _ = self.open(wanted);
        let Some(parquet) = &self.parquet else { return false };
        let next = parquet.footer.groups.get(self.next..).unwrap_or_default();
        self.rows.is_none() && next.len() > 1 && next.iter().take(2).all(|group| group.rows <= LARGEST)
    }

    /// Reads the data of so many row groups.
    pub(in crate::engine) fn fetch(&mut self, most: usize, wanted: &Wanted<'_>) -> Vec<Fetched> {
        let (Some(parquet), Some(file)) = (&self.parquet, &mut self.file) else { return Vec::new() };
        let end = parquet.footer.groups.len().min(self.next + most);
        let fetched = (self.next..end).map(|group| parquet.fetch(&mut **file, group, wanted.period)).collect();
        self.next = end;
        self.ended = end == parquet.footer.groups.len();
        fetched
    }

    /// What row groups are read with, once the file is open.
    pub(in crate::engine) fn parquet(&self) -> Option<&Parquet> {
        self.parquet.as_ref()
    }

    /// Reads a few rows.
    pub(in crate::engine::reader) fn step(&mut self, wanted: &Wanted<'_>, worker: &mut Worker<'_>) -> GroupRead {
        if let Err(reason) = self.open(wanted) {
            self.ended = true;
            let mut read = GroupRead::default();
            read.tally.report.stopped = Some(Problem { at: Position::row(1), reason });
            return read;
        }
        let rows = self.rows.take().or_else(|| {
            let fetched = self.fetch(1, wanted).pop()?;
            self.parquet.as_ref().map(|parquet| parquet.rows(fetched))
        });
        let (Some(parquet), Some(mut rows)) = (&self.parquet, rows) else {
            self.ended = true;
            return GroupRead::default();
        };
        let read = read(parquet, &mut rows, STEP, wanted, worker);
        self.used += STEP * ROW;
        if rows.next < rows.count {
            self.rows = Some(rows);
            self.ended = false;
        } else {
            self.ended = self.next >= parquet.footer.groups.len();
        }
        read
    }
}

impl Parquet {
    /// Reads the rows of a row group.
    pub(in crate::engine) fn read_group(
        &self,
        fetched: Fetched,
        wanted: &Wanted<'_>,
        worker: &mut Worker<'_>,
    ) -> GroupRead {
        read(self, &mut self.rows(fetched), u64::MAX, wanted, worker)
    }
}

fn read(parquet: &Parquet, rows: &mut Rows, most: u64, wanted: &Wanted<'_>, worker: &mut Worker<'_>) -> GroupRead {
    let mut taken = Vec::new();
    let mut sink = |one| taken.push(one);
    let mut records = worker.records(wanted, &mut sink);
    parquet.read(rows, most, &mut records);
    let tally = records.into_tally();
    GroupRead { taken, tally }
}
