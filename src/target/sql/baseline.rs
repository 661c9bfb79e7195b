//! Baselines: what a count was in earlier buckets of a match's key.
//!
//! Each event gets its bucket's number and count; the first event of each bucket speaks for it when the buckets of the history are
//! summed up, their counts and the squares of their counts. A bucket without events adds nothing to either.

use crate::library::aggregate::AggregateFunction;
use crate::plan::Earlier;

use super::names::Of;
use super::{Cte, Pass, Writer, aggregate, shape};

/// The events with the sums that baselines are made of, and the relation's name.
pub fn write(writer: &Writer<'_>, pass: Pass, from: &str) -> (Vec<Cte>, String) {
    let baselines: Vec<Baseline<'_>> = all(writer).collect();
    if baselines.is_empty() {
        return (Vec::new(), from.to_owned());
    }
    let steps: [(&str, Vec<String>); 3] = [
        ("buckets", baselines.iter().map(Baseline::bucket).collect()),
        ("bucket_counts", baselines.iter().flat_map(Baseline::counts).collect()),
        ("histories", baselines.iter().flat_map(Baseline::sums).collect()),
    ];
    let mut ctes = Vec::new();
    let mut from = from.to_owned();
    for (name, added) in steps {
        let columns = [vec!["*".to_owned()], added].concat();
        let cte = Cte { name: pass.name(name), body: shape::select(&columns, &from, &[]) };
        from.clone_from(&cte.name);
        ctes.push(cte);
    }
    (ctes, from)
}

/// The value of `mean` or `deviation`, worked out from whole numbers.
pub fn value(writer: &Writer<'_>, index: usize) -> Option<String> {
    let baseline = all(writer).find(|baseline| baseline.index == index)?;
    let dialect = writer.dialect;
    let [total, squares] = ["total", "squares"].map(|part| format!("coalesce({}, 0)", baseline.name(part)));
    let buckets = baseline.earlier.buckets();
    let real = |number: &str| format!("CAST({number} AS {})", dialect.real());
    Some(if writer.plan.aggregates[index].function == AggregateFunction::Deviation {
        format!("sqrt({}) / {buckets}", real(&format!("{buckets} * {squares} - {total} * {total}")))
    } else {
        format!("{} / {buckets}", real(&total))
    })
}

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

impl Baseline<'_> {
    fn name(&self, part: &str) -> String {
        format!("{part}{}", self.index + 1)
    }

    fn bucket(&self) -> String {
        let number = self.writer.dialect.floor_divide("f_time", &self.earlier.bucket.to_string());
        format!("{number} AS {}", self.name("bucket"))
    }

    fn counts(&self) -> [String; 2] {
        let mut by = self.writer.key(Of::Event);
        by.push(self.name("bucket"));
        let by = shape::partition(&by);
        let count =
            aggregate::of_bucket(&self.writer.scope(Of::Event), self.index, &format!("OVER ({})", by.trim_end()));
        [
            format!("{count} AS {}", self.name("bucket_count")),
            format!("row_number() OVER ({by}ORDER BY f_time) AS {}", self.name("bucket_row")),
        ]
    }

    fn sums(&self) -> [String; 2] {
        let (count, row) = (self.name("bucket_count"), self.name("bucket_row"));
        let over = format!(
            "({}ORDER BY {} RANGE BETWEEN {} PRECEDING AND 1 PRECEDING)",
            shape::partition(&self.writer.key(Of::Event)),
            self.name("bucket"),
            self.earlier.buckets()
        );
        [
            format!("sum(CASE WHEN {row} = 1 THEN {count} END) OVER {over} AS {}", self.name("total")),
            format!("sum(CASE WHEN {row} = 1 THEN {count} * {count} END) OVER {over} AS {}", self.name("squares")),
        ]
    }
}
