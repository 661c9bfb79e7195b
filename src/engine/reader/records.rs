//! From the text of one record to an event: walked, recognised, extracted, counted.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

use super::capture::Captures;
use super::convert::{Wrong, spell};
use super::draft::Draft;
use super::extract::{Memory, Record};
use super::fault::Fault;
use super::program::{Program, Reading};
use super::report::{FileReport, Position, Reason};
use super::tally::{Tally, WrongValue};
use super::trie::{NodeId, Trie};
use super::walk;
use crate::engine::dispatch::{Dispatch, Taken};
use crate::engine::period::Period;
use crate::value::Value;

/// Where records of a stretch of an input go.
pub(super) struct Records<'r, 'd> {
    pub(super) program: &'r Program,
    /// The rules that the events are for; without them every event goes to the sink, taken by nobody.
    dispatch: Option<&'r Dispatch>,
    captures: &'r mut Captures,
    memory: &'r mut Memory<'d>,
    sink: &'r mut dyn FnMut(Taken),
    counts: Vec<u64>,
    wrong_types: BTreeMap<(usize, WrongValue), u64>,
    /// Events at other times are left out.
    pub(super) period: Option<Period>,
    pub(super) report: FileReport,
}

/// The columns of a table.
#[derive(Debug)]
pub(super) struct Columns {
    /// As they are called.
    pub(super) names: Vec<String>,
    /// Where in the tree they are, if some path names them.
    pub(super) nodes: Vec<Option<NodeId>>,
}

/// What a record of no known source is described by, when nothing better is found.
enum Keys<'k> {
    /// The keys of the record.
    Own,
    /// The columns of its table.
    Columns(&'k Columns),
}

impl<'r, 'd> Records<'r, 'd> {
    pub(super) fn new(
        program: &'r Program,
        dispatch: Option<&'r Dispatch>,
        captures: &'r mut Captures,
        memory: &'r mut Memory<'d>,
        sink: &'r mut dyn FnMut(Taken),
    ) -> Self {
        let counts = vec![0; program.sources.len()];
        let report = FileReport::default();
        Self { program, dispatch, captures, memory, sink, counts, wrong_types: BTreeMap::new(), period: None, report }
    }

    /// Columns by their names.
    pub(super) fn columns(&self, names: Vec<String>) -> Columns {
        self.program.columns(names)
    }

    /// A record that is a JSON object. Nothing is counted when it has a flaw.
    pub(super) fn object(&mut self, bytes: &[u8], at: Position) -> Result<(), Fault> {
        let line = utf8(bytes)?;
        walk::object(&self.program.trie, self.captures, line)?;
        self.finish(line, at, &Keys::Own);
        Ok(())
    }

    /// The record that is the first line of these bytes: its length. None, and nothing is counted, when it has a flaw or the line
    /// is longer than `most`.
    pub(super) fn line(&mut self, bytes: &[u8], at: Position, most: usize) -> Option<usize> {
        let line = walk::line(&self.program.trie, self.captures, bytes).ok()?;
        if line.len() > most {
            return None;
        }
        self.finish(line, at, &Keys::Own);
        Some(line.len())
    }

    /// A record that is a row of a table in JSON. Nothing is counted when it has a flaw.
    pub(super) fn row(&mut self, columns: &Columns, bytes: &[u8], at: Position) -> Result<(), Fault> {
        let line = utf8(bytes)?;
        walk::row(&self.program.trie, self.captures, &columns.nodes, line)?;
        self.finish(line, at, &Keys::Columns(columns));
        Ok(())
    }

    /// A record that is a row of texts.
    pub(super) fn cells<'c>(&mut self, columns: &Columns, cells: impl Iterator<Item = &'c str>, at: Position) {
        walk::cells(&self.program.trie, self.captures, &columns.nodes, cells);
        self.finish("", at, &Keys::Columns(columns));
    }

    /// A record that is captured by `fill`. Nothing is counted when that fails.
    pub(super) fn filled<E>(
        &mut self,
        columns: &Columns,
        at: Position,
        fill: impl FnOnce(&Trie, &mut Captures) -> Result<(), E>,
    ) -> Result<(), E> {
        self.captures.clear();
        fill(&self.program.trie, self.captures)?;
        self.finish("", at, &Keys::Columns(columns));
        Ok(())
    }

    /// Rows of a table of which nothing is known but the names of its columns.
    pub(super) fn unknown_rows(&mut self, columns: &Columns, rows: u64) {
        if rows > 0 {
            *self.report.unknown.entry(keys_described(&columns.names)).or_default() += rows;
        }
    }

    /// Rows that could not be read, from this place on.
    pub(super) fn lost_rows(&mut self, at: Position, reason: Reason, rows: u64) {
        self.report.unreadable(at, reason);
        self.report.unreadable += rows.saturating_sub(1);
    }

    fn finish(&mut self, line: &str, at: Position, keys: &Keys<'_>) {
        let Some((source, reading)) = self.program.recognise(self.captures, line) else {
            return self.unknown(line, at, keys);
        };
        self.counts[source] += 1;
        let Some(reading) = reading else { return };
        if let Some(node) = self.captures.broken_text {
            *self.wrong_types.entry((source, WrongValue::Text(node))).or_default() += 1;
        }
        match self.take(source, reading, line) {
            Ok(taken) => taken.into_iter().for_each(&mut *self.sink),
            Err(reason) => {
                self.report.wrong_times += 1;
                self.report.unreadable(at, reason);
            }
        }
    }

    /// The event with those who take it, if someone does. Of an event that nobody takes, only what they look at is read.
    fn take(&mut self, source: usize, reading: &Reading, line: &str) -> Result<Option<Taken>, Reason> {
        let record = Record { captures: self.captures, line, ip: None };
        let Memory { interner, geo, sheet, dispatch: memory } = &mut *self.memory;
        let time = reading.time.as_ref().ok_or(Reason::NoTime)?;
        let time = match time.value(&record, interner) {
            Ok(Value::Time(time)) => time,
            Ok(_) => return Err(Reason::NoTime),
            Err(Wrong) => return Err(Reason::WrongTime(short(&time.text(&record).unwrap_or_default()))),
        };
        if self.period.is_some_and(|period| !period.contains(time)) {
            self.counts[source] -= 1;
            self.report.outside += 1;
            return Ok(None);
        }
        let wrong_types = &mut self.wrong_types;
        let has_id = reading.event_id.as_ref().map_or(Ok(false), |id| id.is_there(&record, interner));
        let has_id = has_id.unwrap_or_else(|Wrong| {
            *wrong_types.entry((source, WrongValue::EventId)).or_default() += 1;
            false
        });
        self.report.without_id += u64::from(!has_id);
        let rank = self.program.sources[source].rank;
        let mut draft = Draft { record, reading, interner, geo, sheet, wrong_types, source };
        draft.begin(time, rank);
        let Some(dispatch) = self.dispatch else {
            let event = Arc::new(draft.into_whole());
            return Ok(Some(Taken { event, hits: Arc::new([]), keys: Box::new([]) }));
        };
        let hits = dispatch.find(rank, &mut draft, memory);
        Ok(hits.map(|hits| dispatch.taken(draft.into_event(&hits.places), hits)))
    }

    fn unknown(&mut self, line: &str, at: Position, keys: &Keys<'_>) {
        if let Some(node) = self.captures.broken_text {
            let path = self.program.trie.path(node).to_owned();
            return self.report.unreadable(at, Reason::BrokenText(path));
        }
        let mut buffer = String::new();
        let known = self.program.descriptions.iter().find_map(|(label, node)| {
            let value = spell(self.captures.get(*node, line)?, &mut buffer)?;
            Some(format!("{label} = {}", short(value)))
        });
        let description = known.unwrap_or_else(|| match keys {
            Keys::Own => keys_described(&first_keys(line)),
            Keys::Columns(columns) => keys_described(&columns.names),
        });
        self.report.unknown(description);
    }

    /// What it all came to.
    pub(super) fn into_tally(self) -> Tally {
        Tally { counts: self.counts, wrong_types: self.wrong_types, report: self.report }
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(Fault::not_utf8)
}

/// Longest text of a log that is put into a message, in characters.
const SHORT: usize = 60;

/// The start of a text, without control characters.
pub(super) fn short(text: &str) -> String {
    let plain = |letter: char| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter };
    let mut short: String = text.chars().take(SHORT).map(plain).collect();
    if text.chars().nth(SHORT).is_some() {
        short.push('…');
    }
    short
}

/// How many keys describe a record.
const KEYS: usize = 4;

fn keys_described(keys: &[String]) -> String {
    if keys.is_empty() {
        return "without keys".to_owned();
    }
    let shown: Vec<String> = keys.iter().take(KEYS).map(|key| short(key)).collect();
    format!("keys {}{}", shown.join(", "), if keys.len() > KEYS { ", …" } else { "" })
}

/// The first few keys of an object, and one more if there is one.
fn first_keys(line: &str) -> Vec<String> {
    struct FirstKeys;
    impl<'de> Visitor<'de> for FirstKeys {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
            let mut keys = Vec::new();
            while let Some((key, IgnoredAny)) = members.next_entry::<String, IgnoredAny>()? {
                if keys.len() <= KEYS {
                    keys.push(key);
                }
            }
            Ok(keys)
        }
    }
    serde_json::Deserializer::from_str(line).deserialize_map(FirstKeys).unwrap_or_default()
}
