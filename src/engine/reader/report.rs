//! What reading came to: how many records of which source, and what could not be used, with the place of the first few.

use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;

use super::compression::Compression;
use super::parquet::Damage;

/// A place in an input: of the unpacked text where the file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u64,
    /// Column in bytes, from 1; 0 where `line` is the row of a table that is no text.
    pub column: u64,
}

impl Position {
    /// A row of a table that is no text, from 1.
    #[must_use]
    pub fn row(number: u64) -> Self {
        Self { line: number, column: 0 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { line, column: 0 } => write!(f, "row {line}"),
            Self { line, column } => write!(f, "{line}:{column}"),
        }
    }
}

/// How records stand in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// There is nothing in it.
    #[default]
    Empty,
    /// JSON values: lines, arrays, envelopes.
    Json,
    /// Comma-separated values.
    Csv,
    /// Columns of values.
    Parquet,
}

/// Something that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub at: Position,
    /// Why.
    pub reason: Reason,
}

/// Why something could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// Wrong JSON, in the words of the parser.
    Syntax(String),
    /// The input ends inside a record, or the line does.
    CutShort,
    /// An array or envelope ends before it is closed.
    NotClosed,
    /// A bracket or line feed where none can be, so that the rest of the array cannot be told apart.
    ArrayBroken,
    /// A JSON value that is no object.
    NotAnObject,
    /// A record of more bytes than are read.
    TooLong(usize),
    /// A row of more bytes than are read.
    RowTooLong(usize),
    /// Zero bytes, as a crash leaves them in a log.
    ZeroBytes,
    /// Text that is no JSON; its start.
    Stray(String),
    /// An event without a time.
    NoTime,
    /// An event whose time is no time: the text.
    WrongTime(String),
    /// The text of this path holds JSON that is broken.
    BrokenText(String),
    /// A row with another number of cells than there are columns.
    Cells {
        /// How many it has.
        found: usize,
        /// How many there are columns.
        expected: usize,
    },
    /// Rows of a table come before its columns.
    RowsBeforeColumns,
    /// The times of this column are in a zone other than UTC.
    Zone {
        /// The column.
        column: String,
        /// The zone in its header.
        zone: String,
    },
    /// The compressed data stops in the middle.
    PackedCutShort(Compression),
    /// Reading failed, in the words of the system or the decompressor.
    Input(String),
    /// A Parquet file that is not read.
    Parquet(Damage),
    /// Rows of a Parquet file that are not read: their row group, from 1, and why.
    RowGroup(u64, Damage),
    /// A kind of file that is not read, and what to do.
    Unsupported(&'static str),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => f.write_str("bytes that are not UTF-8"),
            Self::Syntax(message) => write!(f, "wrong JSON: {message}"),
            Self::CutShort => f.write_str("the record is cut short"),
            Self::NotClosed => f.write_str("the array ends before it is closed"),
            Self::ArrayBroken => f.write_str(
                "the array is broken here and its rest cannot be read; reading goes on at the next line that starts a record",
            ),
            Self::NotAnObject => f.write_str("a value that is no JSON object"),
            Self::TooLong(limit) => {
                write!(f, "a record longer than {limit} bytes, the most that is read; reading goes on at the next line")
            }
            Self::RowTooLong(limit) => {
                write!(f, "a row longer than {limit} bytes, the most that is read; perhaps a quote is never closed")
            }
            Self::ZeroBytes => f.write_str("zero bytes"),
            Self::Stray(text) => write!(f, "`{text}` is no JSON record"),
            Self::NoTime => f.write_str("the event has no time"),
            Self::WrongTime(text) => write!(f, "`{text}` is not a time"),
            Self::BrokenText(path) => write!(f, "the JSON in the text of `{path}` is broken or cut short"),
            Self::Cells { found, expected } => write!(f, "cells in the row: {found}, columns: {expected}"),
            Self::RowsBeforeColumns => f.write_str("the rows of the table come before its columns"),
            Self::Zone { column, zone } => write!(
                f,
                "the times of column `{column}` are in the zone `{zone}`; set the portal's time zone to UTC and export again"
            ),
            Self::PackedCutShort(compression) => write!(f, "the {} data is cut short", compression.word()),
            Self::Input(message) => write!(f, "reading failed: {message}"),
            Self::Parquet(damage) => damage.fmt(f),
            Self::RowGroup(group, damage) => {
                write!(f, "{damage}; what follows in row group {group} was not read")
            }
            Self::Unsupported(what) => f.write_str(what),
        }
    }
}

/// What reading one input came to.
#[derive(Clone, Debug, Default)]
pub struct FileReport {
    /// The input's name.
    pub name: String,
    /// How it was packed.
    pub compression: Compression,
    /// How its records stand.
    pub format: Format,
    /// Bytes of unpacked text.
    pub bytes: u64,
    /// Records by source, in catalogue order; also those of sources that no rule reads.
    pub records: IndexMap<String, u64>,
    /// Records of no known source, by a short description, in order of appearance.
    pub unknown: IndexMap<String, u64>,
    /// Lines and records that could not be read.
    pub unreadable: u64,
    /// The first few of them.
    pub problems: Vec<Problem>,
    /// Why reading ended before the end of the file, if it did.
    pub stopped: Option<Problem>,
    /// Events and rows left out because they are not of the period that is looked at.
    pub outside: u64,
    /// Events of known sources without an id: copies of them cannot be told.
    pub without_id: u64,
    /// Events left out because they have no time or a wrong one; among [`Self::unreadable`].
    pub wrong_times: u64,
    /// Values that are not of their field's type and count as missing, by source and field: of those that some rule looks at.
    pub wrong_types: BTreeMap<(String, String), u64>,
}

/// Places kept for a file.
const PROBLEMS: usize = 10;

/// Descriptions of unknown records told apart; more are counted together.
const DESCRIPTIONS: usize = 20;

/// What unknown records beyond the first descriptions are counted as.
const OTHERS: &str = "others";

impl FileReport {
    /// Counts something that could not be read, and keeps its place if it is among the first.
    pub(super) fn unreadable(&mut self, at: Position, reason: Reason) {
        self.unreadable += 1;
        if self.problems.len() < PROBLEMS {
            self.problems.push(Problem { at, reason });
        }
    }

    /// Counts a record of no known source. All descriptions of a stretch are kept: which of them are among the first is known
    /// when it is added to what comes before it.
    pub(super) fn unknown(&mut self, description: String) {
        *self.unknown.entry(description).or_default() += 1;
    }

    /// Adds the counts and places of the stretch that comes next. `absolute` gives the place in the file.
    pub(super) fn add(&mut self, next: Self, absolute: impl Fn(Position) -> Position) {
        let placed = |problem: Problem| Problem { at: absolute(problem.at), ..problem };
        for (description, count) in next.unknown {
            count_description(&mut self.unknown, description, count);
        }
        self.unreadable += next.unreadable;
        self.outside += next.outside;
        let room = PROBLEMS.saturating_sub(self.problems.len());
        self.problems.extend(next.problems.into_iter().map(placed).take(room));
        self.stopped = self.stopped.take().or(next.stopped.map(placed));
        self.without_id += next.without_id;
        self.wrong_times += next.wrong_times;
    }
}

fn count_description(counts: &mut IndexMap<String, u64>, description: String, count: u64) {
    let known = counts.len() < DESCRIPTIONS || counts.contains_key(&description);
    let description = if known { description } else { OTHERS.to_owned() };
    *counts.entry(description).or_default() += count;
}

/// What reading all inputs of a run came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many inputs.
    pub files: u64,
    /// Bytes of unpacked text.
    pub bytes: u64,
    /// Records by source, in order of appearance.
    pub records: IndexMap<String, u64>,
    /// Records of no known source, by a short description.
    pub unknown: IndexMap<String, u64>,
    /// Lines and records that could not be read.
    pub unreadable: u64,
    /// The first few of them, with the input's name.
    pub problems: Vec<(String, Problem)>,
    /// Inputs that were not read to their end, and why.
    pub stopped: Vec<(String, Problem)>,
    /// Events and rows left out because they are not of the period that is looked at.
    pub outside: u64,
    /// Events without an id.
    pub without_id: u64,
    /// Events left out because they have no time or a wrong one; among [`Self::unreadable`].
    pub wrong_times: u64,
    /// Values that are not of their field's type, by source and field: of those that some rule looks at.
    pub wrong_types: BTreeMap<(String, String), u64>,
    /// Copies of events that were left out.
    pub copies: u64,
}

impl Report {
    /// Adds an input.
    pub fn add(&mut self, file: FileReport) {
        self.files += 1;
        self.bytes += file.bytes;
        for (source, count) in file.records {
            *self.records.entry(source).or_default() += count;
        }
        for (description, count) in file.unknown {
            count_description(&mut self.unknown, description, count);
        }
        self.unreadable += file.unreadable;
        let places = file.problems.into_iter().map(|problem| (file.name.clone(), problem));
        self.problems.extend(places.take(PROBLEMS.saturating_sub(self.problems.len())));
        self.stopped.extend(file.stopped.map(|problem| (file.name, problem)));
        self.outside += file.outside;
        self.without_id += file.without_id;
        self.wrong_times += file.wrong_times;
        for (field, count) in file.wrong_types {
            *self.wrong_types.entry(field).or_default() += count;
        }
    }

    /// Records of known sources and others, and unreadable ones.
    #[must_use]
    pub fn total(&self) -> u64 {
        // An event left out for its time is counted with its source and with what is unreadable.
        self.records.values().chain(self.unknown.values()).sum::<u64>() + self.unreadable - self.wrong_times
    }
}
