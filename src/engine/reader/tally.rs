//! What a stretch of an input came to. Stretches are read apart, each with places of its own, and added up in their order.

use std::collections::BTreeMap;

use super::program::Program;
use super::report::{FileReport, Position};
use super::trie::NodeId;

/// Counts of records and what was wrong with them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Records by source, in catalogue order.
    pub(super) counts: Vec<u64>,
    /// Values of the wrong type, by source.
    pub(super) wrong_types: BTreeMap<(usize, WrongValue), u64>,
    /// Everything that needs no names.
    pub(super) report: FileReport,
}

/// A value that is not of its field's type.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum WrongValue {
    EventId,
    Slot(usize),
    /// A text that should hold JSON.
    Text(NodeId),
}

impl Tally {
    /// Adds the stretch that comes next. Its places are counted from so many lines before its own first one.
    pub(super) fn add(&mut self, next: Self, lines: u64) {
        if self.counts.len() < next.counts.len() {
            self.counts.resize(next.counts.len(), 0);
        }
        self.counts.iter_mut().zip(next.counts).for_each(|(count, more)| *count += more);
        for (value, count) in next.wrong_types {
            *self.wrong_types.entry(value).or_default() += count;
        }
        self.report.add(next.report, |at| Position { line: at.line + lines, ..at });
    }

    /// The whole, with names.
    pub(super) fn into_report(mut self, program: &Program) -> FileReport {
        let names = program.sources.iter().map(|source| &source.name);
        let counted = names.zip(&self.counts).filter(|(_, count)| **count > 0);
        self.report.records = counted.map(|(name, count)| (name.clone(), *count)).collect();
        for ((source, value), count) in self.wrong_types {
            let field = match value {
                WrongValue::EventId => "event_id".to_owned(),
                WrongValue::Slot(index) => program.fields[index].clone(),
                WrongValue::Text(node) => program.trie.path(node).to_owned(),
            };
            *self.report.wrong_types.entry((program.sources[source].name.clone(), field)).or_default() += count;
        }
        self.report
    }
}
