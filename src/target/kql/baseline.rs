//! Baselines: what a count was in earlier buckets of a match's key.
//!
//! The buckets of a key that have events are counted once; for each bucket in which a match may be, those in the history before it
//! are summed up, their counts and the squares of their counts. A bucket without events adds nothing to either.

use crate::library::aggregate::AggregateFunction;
use crate::plan::{Earlier, Shape};
use crate::target::quote;

use super::layout::{self, Pipeline};
use super::names::Own;
use super::{Writer, aggregate, evaluation};

/// One baseline of the rule.
struct Baseline<'a> {
    writer: &'a Writer<'a>,
    index: usize,
    earlier: Earlier,
}

fn all<'a>(writer: &'a Writer<'a>) -> impl Iterator<Item = Baseline<'a>> {
    let aggregates = writer.plan.aggregates.iter().enumerate();
    aggregates.filter_map(move |(index, aggregate)| Some(Baseline { writer, index, earlier: aggregate.earlier? }))
}

/// The tables of the baselines, from the table of events.
pub fn statements(writer: &Writer<'_>, events: &str) -> Vec<String> {
    all(writer).flat_map(|baseline| [baseline.buckets(events), baseline.sums(events)]).collect()
}

/// Columns for the baselines, where each match has a row.
pub fn steps(writer: &Writer<'_>) -> Vec<String> {
    all(writer).flat_map(|baseline| baseline.columns()).collect()
}

impl Baseline<'_> {
    fn name(&self, part: &str) -> String {
        format!("{}{part}", self.writer.names.aggregate(self.index))
    }

    fn by(&self, part: &str, time: &str) -> Vec<String> {
        let mut by = self.writer.key();
        by.push(format!("{} = bin({time}, {})", self.name(part), quote::timespan(self.earlier.bucket)));
        by
    }

    fn buckets(&self, events: &str) -> String {
        let mut buckets = Pipeline::new(events);
        let count = format!("{} = {}", self.name("Count"), aggregate::of_bucket(self.writer, self.index));
        buckets.step(layout::columns_by("summarize", &[count], &self.by("Start", self.writer.time())));
        layout::materialized(&self.name("Buckets"), &buckets)
    }

    fn sums(&self, events: &str) -> String {
        let (key, writer) = (self.writer.key(), self.writer);
        let (start, bucket, count) = (self.name("Start"), self.name("Bucket"), self.name("Count"));
        let mut sums = Pipeline::new(events);
        sums.step(format!("where {} >= {}", writer.time(), self.first()));
        sums.step(layout::columns_by("summarize", &[], &self.by("Bucket", writer.time())));
        sums.step(format!("join kind=inner ({}) on {}", self.name("Buckets"), key.join(", ")));
        let history = quote::timespan(self.earlier.history);
        sums.step(format!("where {start} >= {bucket} - {history} and {start} < {bucket}"));
        let columns = [
            format!("{} = sum({count})", self.name("Total")),
            format!("{} = sum({count} * {count})", self.name("Squares")),
        ];
        let mut by = key;
        by.push(bucket);
        sums.step(layout::columns_by("summarize", &columns, &by));
        layout::materialized(&self.name("Earlier"), &sums)
    }

    /// The first moment of an event whose baseline is asked for. At the run before, the last event of a bucket may have been one
    /// that lies too far back now.
    fn first(&self) -> String {
        let [from, width] = [Own::MatchFrom, Own::Window].map(|own| self.writer.own(own));
        let is_earlier = matches!(self.writer.plan.shape, Shape::Tumbling(_)) && evaluation::is_twofold(self.writer);
        if is_earlier { format!("bin({from}, {width})") } else { from }
    }

    fn columns(&self) -> [String; 3] {
        let (key, bucket) = (self.writer.key(), self.name("Bucket"));
        let time = self.writer.own(Own::MatchTime);
        let [total, squares] = ["Total", "Squares"].map(|part| format!("coalesce({}, 0)", self.name(part)));
        let buckets = self.earlier.buckets();
        let value = if self.writer.plan.aggregates[self.index].function == AggregateFunction::Deviation {
            format!("sqrt(todouble({buckets} * {squares} - {total} * {total})) / {buckets}")
        } else {
            format!("todouble({total}) / {buckets}")
        };
        [
            format!("extend {bucket} = bin({time}, {})", quote::timespan(self.earlier.bucket)),
            format!("lookup kind=leftouter ({}) on {}, {bucket}", self.name("Earlier"), key.join(", ")),
            format!("extend {} = {value}", self.writer.names.aggregate(self.index)),
        ]
    }
}
