//! SPL for Splunk.
//!
//! Each source is a macro; its fields get plain names at once, and from there on everything is exact, case-sensitive and explicit
//! about null. A sliding window is `streamstats time_window` over events in order of time; events at one moment are merged
//! afterwards, since each must see all of them. A scheduled search also looks at what had been indexed at the run before, and
//! reports what is true now and was not then. No search has `earliest` in its text: the range belongs to the dispatch settings.

mod aggregate;
mod baseline;
mod column;
mod consecutive;
mod expr;
mod first_seen;
mod function;
mod geography;
mod hops;
mod leg;
mod lookup;
mod membership;
mod network;
mod other;
mod packed;
mod period;
mod prevalence;
pub(super) mod quote;
mod read;
mod report;
mod sequence;
mod shape;
mod unless;

use super::{Grain, Options, Period};
use crate::plan::{Aggregate, Duplicates, Plan, SECOND, Shape, StreamIndex, Unless};

use column::{Columns, Held};
use expr::{AggregateValue, Event, Scope};
use packed::{Identity, Packing};

/// Writes the search. The plan has passed the gate.
#[must_use]
pub fn write(plan: &Plan, options: Options) -> String {
    written(&Writer { plan, options, columns: Columns::new(plan), now: "now()" })
}

/// Writes the scheduled search as it is deployed: one row per alert, as of a minute before the minute in which a run starts. What
/// is indexed can be searched some seconds later only, and runs start some seconds late; both must not make a gap between two runs.
#[must_use]
pub fn deployed(plan: &Plan) -> String {
    let options = Options { grain: Grain::Alert, period: Period::Scheduled };
    written(&Writer { plan, options, columns: Columns::new(plan), now: SETTLED })
}

/// The moment as of which deployed searches run, and how long before their start it may lie.
const SETTLED: &str = "floor(now()/60)*60-60";
const SETTLING: i64 = 120 * SECOND;

/// How far back a deployed search must see, as `dispatch.earliest_time` takes it: `-26h`.
#[must_use]
pub fn earliest(plan: &Plan) -> String {
    format!("-{}", quote::whole_span(plan.lookback().saturating_add(SETTLING)))
}

fn written(writer: &Writer<'_>) -> String {
    let mut lines = header(writer);
    lines.extend(leg::write(writer));
    lines.extend(shape::write(writer));
    lines.join("\n") + "\n"
}

/// One search being written.
struct Writer<'a> {
    plan: &'a Plan,
    options: Options,
    columns: Columns,
    /// The moment of a scheduled run.
    now: &'static str,
}

impl Writer<'_> {
    fn is_scheduled(&self) -> bool {
        match self.options.period {
            Period::Scheduled => true,
            Period::Hunt { .. } => false,
        }
    }

    /// Whether events carry their source: ids are unique within a source only.
    fn has_sources(&self) -> bool {
        let mut names = self.plan.legs().map(|leg| leg.source.name.as_str());
        let first = names.next();
        names.any(|name| Some(name) != first)
    }

    fn has_streams(&self) -> bool {
        self.plan.streams.len() > 1
    }

    fn has_unless(&self) -> bool {
        !self.plan.unless.is_empty()
    }

    /// The `unless` whose events a stream has.
    fn unless_of(&self, stream: StreamIndex) -> Option<&Unless> {
        self.plan.unless.iter().find(|unless| unless.stream == stream)
    }

    fn is_of_unless(&self, stream: StreamIndex) -> bool {
        self.unless_of(stream).is_some()
    }

    /// Whether an event of one stream may be an event of the other, too.
    fn share_events(&self, one: StreamIndex, other: StreamIndex) -> bool {
        let has = |name: &str| self.plan.stream(other).legs.iter().any(|leg| leg.source.name == name);
        self.plan.stream(one).legs.iter().any(|leg| has(&leg.source.name))
    }

    /// Whether what was true at the run before is worked out in rows of its own.
    fn has_views(&self) -> bool {
        let by_terms = match &self.plan.shape {
            Shape::Single => true,
            // What was before a window, or how rare something is, was another thing for what had arrived then.
            Shape::Window(_) | Shape::Tumbling(_) => self.plan.aggregates.iter().all(Aggregate::is_over_window),
            Shape::Consecutive(_) | Shape::Sequence(_) | Shape::FirstSeen(_) => false,
        };
        self.is_scheduled() && (self.has_unless() || !by_terms)
    }

    fn scope<'s>(&'s self, aggregates: &'s [AggregateValue], event: Event<'s>) -> Scope<'s> {
        Scope { plan: self.plan, columns: &self.columns, aggregates, event }
    }

    fn removes_copies_early(&self) -> bool {
        match self.plan.duplicates {
            Duplicates::Matter => true,
            Duplicates::Harmless => false,
        }
    }

    /// The columns of the key.
    fn key(&self) -> Vec<String> {
        self.plan.shape.key().iter().flat_map(|index| self.columns.names(*index)).map(str::to_owned).collect()
    }

    /// The columns by which events of the shape are grouped. Events of `unless` lack one of them, and have no group.
    fn group(&self) -> Vec<String> {
        let mut names = Vec::new();
        if self.has_views() {
            names.push(self.columns.as_of.clone());
        }
        names.extend(self.group_of_all());
        names
    }

    /// The same before there are rows of their own for the run before.
    fn group_of_all(&self) -> Vec<String> {
        let part = self.has_unless().then(|| self.columns.part.clone());
        part.into_iter().chain(self.key()).collect()
    }

    /// `where` for the events of the shape: those of `unless` stay.
    fn kept(&self, condition: &str) -> String {
        if self.has_unless() {
            return format!("| where isnull({}) OR ({condition})", self.columns.part);
        }
        format!("| where {condition}")
    }

    /// The columns that tell events apart.
    fn identity(&self) -> String {
        let id = match self.columns.field(crate::plan::EVENT_ID) {
            Held::One(name) | Held::Point { latitude: name, .. } => name,
        };
        let mut names = Vec::new();
        if self.has_streams() {
            names.push(self.columns.stream.as_str());
        }
        if self.has_sources() {
            names.push(&self.columns.log);
        }
        names.push(id);
        names.join(", ")
    }

    /// What tells the row's own event from others.
    fn own_identity(&self) -> Identity {
        Identity {
            time: "_time".to_owned(),
            order: self.columns.order.clone(),
            log: self.has_sources().then(|| self.columns.log.clone()),
        }
    }

    fn packing(&self, fields: impl IntoIterator<Item = crate::plan::FieldIndex>) -> Packing {
        Packing::new(self.plan, &self.columns, self.has_sources(), fields)
    }

    /// Whether an arrival is later than the run before. `_indextime` is in whole seconds, rounded down: an event of the second
    /// in which a search starts may come behind it, so it is left to the next run.
    fn is_new(&self, arrival: &str) -> String {
        format!("{arrival}>={}", self.before_now(&quote::span(self.plan.schedule.every)))
    }

    /// So long before the moment of a scheduled run.
    fn before_now(&self, span: &str) -> String {
        format!("relative_time({}, \"-{span}\")", self.now)
    }

    /// The first moment at which a match counts.
    fn match_from(&self) -> String {
        match self.options.period {
            Period::Scheduled => self.before_now(&quote::span(self.plan.fresh())),
            Period::Hunt { from, .. } => quote::seconds(from),
        }
    }
}

fn header(writer: &Writer<'_>) -> Vec<String> {
    let plan = writer.plan;
    let rows = match writer.options.grain {
        Grain::Match => "One row per match.",
        Grain::Alert => "One row per alert.",
    };
    let metadata = &plan.metadata;
    let lines = [
        metadata.title.clone(),
        format!(
            "Rule {} {} of {}, written by Tokentrail {}.",
            plan.name,
            metadata.version,
            plan.file,
            env!("CARGO_PKG_VERSION")
        ),
        format!("{rows} {}", dispatch(writer)),
    ];
    let lines: Vec<String> = lines.iter().map(|line| quote::comment(line)).collect();
    vec![format!("``` {} ```", lines.join("\n    "))]
}

/// The settings that the search needs. They bound the time that Splunk gave the events, which is never before their own: the
/// end of a fixed period is later by how late events may be.
fn dispatch(writer: &Writer<'_>) -> String {
    let plan = writer.plan;
    match writer.options.period {
        Period::Scheduled => {
            let every = quote::span(plan.schedule.every);
            let (earliest, as_of) = if writer.now == SETTLED {
                (earliest(plan), " Each run is as of a minute before the minute in which it starts.")
            } else {
                (format!("-{}", quote::whole_span(plan.lookback())), "")
            };
            format!("Run every {every} with dispatch.earliest_time={earliest} and dispatch.latest_time=now.{as_of}")
        }
        Period::Hunt { from, to } => {
            let (start, end) = period::hunted_by_all(writer, from, to);
            let late = plan.legs().map(|leg| leg.source.delay).chain([plan.schedule.delay]).max().unwrap_or(0);
            format!(
                "Matches from {} to {}: search with earliest={} and latest={}.",
                moment(from),
                moment(to),
                quote::seconds(start),
                quote::seconds(end.saturating_add(late)),
            )
        }
    }
}

fn moment(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map_or_else(|_| quote::seconds(micros), |moment| moment.to_string())
}
