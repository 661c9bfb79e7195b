//! Row groups that a run over a period need not read: what is known of their times lies outside.

use super::cells;
use super::footer::{Chunk, Statistics};
use super::plan::{Column, Purpose};
use super::schema::{Meaning, Stored};
use super::values::{self, Raw};
use crate::engine::period::Period;
use crate::engine::reader::program::Program;
use crate::engine::reader::time;
use crate::engine::reader::trie::NodeId;

/// The columns that times of events are read from.
#[derive(Debug)]
pub(super) struct Times {
    columns: Vec<Column>,
    /// Columns that may have a time somewhere in what they hold.
    hidden: Vec<Column>,
}

impl Times {
    pub(super) fn new(columns: &[Column], program: &Program) -> Self {
        let nodes = program.times();
        let trie = &program.trie;
        let has_below = |node: NodeId| {
            let mut open: Vec<NodeId> = trie.children(node).collect();
            while let Some(below) = open.pop() {
                if nodes.contains(&below) {
                    return true;
                }
                open.extend(trie.children(below));
            }
            false
        };
        let (mut of_times, mut hidden) = (Vec::new(), Vec::new());
        for column in columns {
            match &column.purpose {
                Purpose::Value(node) | Purpose::Map { node, .. } | Purpose::List { node, .. } => {
                    if has_below(*node) {
                        hidden.push(column.clone());
                    }
                    if nodes.contains(node) {
                        of_times.push(column.clone());
                    }
                }
                Purpose::Marks => {}
            }
        }
        Self { columns: of_times, hidden }
    }

    /// Whether no row of a row group can have a time in the period.
    pub(super) fn are_outside(&self, chunks: &[Chunk], rows: u64, period: Period) -> bool {
        let chunk = |column: &Column| chunks.get(column.place.index);
        let is_null = |column: &Column| {
            chunk(column).is_some_and(|chunk| chunk.values == rows && chunk.statistics.nulls == Some(rows))
        };
        let is_outside = |column: &Column| {
            let range = chunk(column).and_then(|chunk| range(column, &chunk.statistics));
            range.is_some_and(|(least, most)| most < period.from || least >= period.to)
        };
        let known = self.columns.iter().all(|column| is_null(column) || is_outside(column));
        known && self.columns.iter().any(is_outside) && self.hidden.iter().all(is_null)
    }
}

const DAY: i64 = 86_400_000_000;

/// The first and the last moment that values with these statistics can be.
fn range(column: &Column, statistics: &Statistics) -> Option<(i64, i64)> {
    let (least, most) = (statistics.least.as_deref()?, statistics.most.as_deref()?);
    let leaf = column.place.leaf;
    match (leaf.stored, leaf.meaning) {
        (Stored::Int64, Meaning::Moment(unit)) => {
            let moment = |bytes| match values::fixed(Stored::Int64, bytes) {
                Raw::Int(value) => cells::micros(value, unit),
                Raw::Bool(_) | Raw::Bytes(_) => None,
            };
            Some((moment(least)?, moment(most)?))
        }
        // Of texts between two that begin with a date, those that are times begin with one too, and it lies between the two. The
        // zone of a text may be a day off at most.
        (Stored::Bytes, Meaning::Text) => {
            let date = |bytes: &[u8]| time::parse(std::str::from_utf8(bytes.get(..10)?).ok()?);
            Some((date(least)?.saturating_sub(DAY), date(most)?.saturating_add(2 * DAY)))
        }
        _ => None,
    }
}
