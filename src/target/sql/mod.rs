//! SQL for a data lake: `DuckDB`, Spark, ClickHouse.
//!
//! Each source is a view with the catalogue's normalised fields as columns, `arrived` (when the record came in) beside them. Inside
//! a query times and durations are microseconds, missing is NULL, and every shape is window functions and range joins over those
//! rows. A scheduled query works the rule out twice, over everything that has arrived and over what had arrived at the run before,
//! and gives the difference.

mod aggregate;
mod anti;
mod arithmetic;
mod baseline;
pub mod columns;
pub mod dialect;
mod expr;
pub mod frame;
mod function;
mod geography;
mod list;
mod magnitude;
mod names;
mod network;
mod pattern;
mod prevalence;
mod range;
mod read;
mod report;
pub mod selftest;
mod sequence;
mod shape;

use super::{Grain, Options, Period, quote};
use crate::plan::{Plan, Shape, Stream};

use dialect::Dialect;
use expr::Scope;
pub use list::from_file;
use names::{Names, Of};

/// Writes the query. The plan has passed the gate.
#[must_use]
pub fn write(plan: &Plan, options: Options, dialect: Dialect) -> String {
    let writer = Writer { plan, options, dialect, names: Names::new(plan) };
    let mut ctes = list::ctes(&writer);
    ctes.extend(shape::streams(&writer));
    ctes.extend(shape::matches(&writer, Pass::Now));
    if writer.is_scheduled() {
        ctes.extend(shape::matches(&writer, Pass::Before));
    }
    let (more, last) = report::write(&writer);
    ctes.extend(more);
    let mut text = header(&writer).join("\n");
    text.push_str("\nWITH ");
    let written: Vec<String> = ctes.iter().map(|cte| format!("{} AS (\n{}\n)", cte.name, indent(&cte.body))).collect();
    text.push_str(&written.join(",\n"));
    text.push('\n');
    text.push_str(&last);
    text.push_str(dialect.settings());
    text.push('\n');
    text
}

/// A named part of a query.
#[derive(Clone, Debug)]
struct Cte {
    name: String,
    body: String,
}

/// What had arrived when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    /// Everything.
    Now,
    /// What had arrived at the run before.
    Before,
}

impl Pass {
    /// A relation's name in this pass.
    fn name(self, name: &str) -> String {
        match self {
            Self::Now => name.to_owned(),
            Self::Before => format!("{name}_before"),
        }
    }
}

/// One query being written.
struct Writer<'a> {
    plan: &'a Plan,
    options: Options,
    dialect: Dialect,
    names: Names,
}

impl Writer<'_> {
    fn scope(&self, event: Of) -> Scope<'_> {
        Scope { plan: self.plan, names: &self.names, dialect: self.dialect, event }
    }

    fn is_scheduled(&self) -> bool {
        match self.options.period {
            Period::Scheduled => true,
            Period::Hunt { .. } => false,
        }
    }

    /// The stream of the matching event.
    fn matching(&self) -> &Stream {
        match &self.plan.shape {
            Shape::Sequence(sequence) => {
                sequence.steps.last().map_or(self.plan.main(), |last| self.plan.stream(last.stream))
            }
            Shape::Single | Shape::Window(_) | Shape::Tumbling(_) | Shape::Consecutive(_) | Shape::FirstSeen(_) => {
                self.plan.main()
            }
        }
    }

    /// The columns of the key, of whatever event.
    fn key(&self, of: Of) -> Vec<String> {
        self.plan.shape.key().iter().map(|index| of.column(self.names.field(*index))).collect()
    }

    /// The moment of the run in which something is worked out, in microseconds.
    fn moment(&self, pass: Pass) -> String {
        let now = self.dialect.now();
        match pass {
            Pass::Now => now.to_owned(),
            Pass::Before => format!("{now} - {}", self.plan.schedule.every),
        }
    }

    /// The first moment of which events are read, and the first of which none are any more.
    fn read_period(&self) -> (String, Option<String>) {
        let plan = self.plan;
        let bucket = if let Shape::Tumbling(window) = &plan.shape { Some(window.width) } else { None };
        match self.options.period {
            Period::Scheduled => {
                let from = format!("{} - {}", self.dialect.now(), plan.lookback());
                let from = bucket.map_or(from.clone(), |width| {
                    // Whole buckets only.
                    let number = self.dialect.floor_divide(&format!("({from} + {})", width - 1), &width.to_string());
                    format!("{number} * {width}")
                });
                (from, None)
            }
            Period::Hunt { from, to } => match bucket {
                Some(width) => {
                    let start = |moment: i64| moment.div_euclid(width).saturating_mul(width);
                    let end = start(to.saturating_sub(1)).saturating_add(width).saturating_add(plan.wait());
                    (start(from).saturating_sub(plan.reach() - width).to_string(), Some(end.to_string()))
                }
                None => {
                    (from.saturating_sub(plan.reach()).to_string(), Some(to.saturating_add(plan.wait()).to_string()))
                }
            },
        }
    }

    /// Conditions on the time of a match.
    fn match_period(&self, pass: Pass, time: &str) -> Vec<String> {
        let plan = self.plan;
        match self.options.period {
            Period::Scheduled => {
                // The last event of a bucket may have been an earlier one at the run before.
                let earlier = match (&plan.shape, pass) {
                    (Shape::Tumbling(window), Pass::Before) => window.width,
                    (Shape::Tumbling(_), Pass::Now)
                    | (
                        Shape::Single
                        | Shape::Window(_)
                        | Shape::Consecutive(_)
                        | Shape::Sequence(_)
                        | Shape::FirstSeen(_),
                        _,
                    ) => 0,
                };
                let from = plan.fresh().saturating_add(earlier);
                let mut conditions = vec![format!("{time} >= {} - {from}", self.dialect.now())];
                if plan.wait() > 0 {
                    conditions.push(format!("{time} + {} <= {}", plan.wait(), self.moment(pass)));
                }
                conditions
            }
            Period::Hunt { from, to } => vec![format!("{time} >= {from}"), format!("{time} < {to}")],
        }
    }
}

fn header(writer: &Writer<'_>) -> Vec<String> {
    let plan = writer.plan;
    let rows = match writer.options.grain {
        Grain::Match => "one row per match",
        Grain::Alert => "one row per alert",
    };
    let when = match writer.options.period {
        Period::Scheduled => format!(
            "run every {}, looks back {} (events may arrive {} late)",
            quote::timespan(plan.schedule.every),
            quote::timespan(plan.lookback()),
            quote::timespan(plan.schedule.delay)
        ),
        Period::Hunt { .. } => "for a fixed period".to_owned(),
    };
    let metadata = &plan.metadata;
    [
        metadata.title.clone(),
        format!("Rule {} {}, from {}", plan.name, metadata.version, plan.file),
        format!("Written by Tokentrail {} for {}: {rows}; {when}", env!("CARGO_PKG_VERSION"), writer.dialect.title()),
    ]
    .iter()
    .map(|line| Dialect::comment(line))
    .collect()
}

/// Each line four spaces further in. Literals hold no line breaks, so no text is changed.
fn indent(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}
