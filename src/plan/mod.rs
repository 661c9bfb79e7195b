//! The plan of a rule: every name resolved, every expression typed, sugar gone, literals compiled.
//!
//! A [`Plan`] exists only if its rule has no errors. Writers and the evaluator see plans and nothing earlier. Field references
//! are indexes into [`Plan::fields`]: the normalised fields that the rule uses, and no others.

pub mod deploy;
pub mod expr;
pub mod list;
mod shape;
pub mod test;

use std::sync::Arc;

use crate::catalog::{Field, GeoAttribute, LogSource};
use crate::source::Span;
use crate::types::Type;

pub use deploy::{Deployment, Entity, EntityKind, Suppress, Suppressed};
pub use expr::{Aggregate, CompareOperator, Earlier, Expr, ExprKind, FieldIndex, Population, Role, TextOperator};
pub use list::{ListData, ListOrigin, Placement};
pub use shape::{
    Absence, AbsenceWhen, Consecutive, FirstSeen, MOST_STEPS, Sequence, Shape, Step, StreamIndex, Unless, Window,
};

/// Microseconds in a second: durations and times are `i64` microseconds throughout.
pub const SECOND: i64 = 1_000_000;
/// A day in microseconds.
pub const DAY: i64 = 86_400 * SECOND;

/// A checked rule.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The rule's name.
    pub name: String,
    /// The file it stands in, as [`crate::source::Source::name`] calls it.
    pub file: String,
    /// The rule's name in the text, for messages about the rule as a whole.
    pub name_span: Span,
    /// Which of the run's files (for messages).
    pub source: crate::source::SourceId,
    /// What a person reads.
    pub metadata: Metadata,
    /// What is read: first `from`, or the first step of a sequence; then, in the order written, the other steps, absences
    /// included, and the events of `unless`. One at least.
    pub streams: Vec<Stream>,
    /// The fields used by any stream, with the type that they have in this rule. The first two are always `time` and
    /// `event_id`. A name stands twice where two streams give it different types.
    pub fields: Vec<PlanField>,
    /// Whether countries, cities and locations come from the sources or from an address look-up.
    pub geography: Geography,
    /// The lists used.
    pub lists: Vec<Arc<ListData>>,
    /// What a match is.
    pub shape: Shape,
    /// The events that drop a match.
    pub unless: Vec<Unless>,
    /// Aggregates that the condition and `show` use, without repetition; [`ExprKind::Aggregate`] is an index into these.
    pub aggregates: Vec<Aggregate>,
    /// Evidence columns. Over a window they may hold aggregates; a bare field is that of the matching event.
    pub show: Vec<Show>,
    /// When it runs.
    pub schedule: Schedule,
    /// What is said of the detection that is made of it.
    pub deployment: Deployment,
    /// Whether a second copy of an event would change the result, so that copies must be removed first.
    pub duplicates: Duplicates,
}

/// The index of `time` in [`Plan::fields`].
pub const TIME: FieldIndex = FieldIndex(0);
/// The index of `event_id` in [`Plan::fields`].
pub const EVENT_ID: FieldIndex = FieldIndex(1);

/// What a person reads about a rule.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// The doc comment.
    pub description: String,
    /// UUID, when given.
    pub id: Option<String>,
    /// One line.
    pub title: String,
    /// `informational low medium high critical`
    pub severity: String,
    /// Sigma's words; `experimental` when not given.
    pub status: String,
    /// ATT&CK technique ids.
    pub attack: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// `a.b.c`; `1.0.0` when not given.
    pub version: String,
    /// Links.
    pub references: Vec<String>,
    /// Known benign causes.
    pub false_positives: Vec<String>,
    /// Free words.
    pub tags: Vec<String>,
    /// The day of its last change, `2026-01-31`.
    pub date: Option<String>,
    /// Who looks after it: a team or a person.
    pub owner: Option<String>,
    /// A link to what is to be done about an alert.
    pub runbook: Option<String>,
}

impl Plan {
    /// The first stream: `from`, or the first step of a sequence.
    #[must_use]
    pub fn main(&self) -> &Stream {
        &self.streams[0]
    }

    /// A stream.
    #[must_use]
    pub fn stream(&self, index: StreamIndex) -> &Stream {
        &self.streams[index.0]
    }

    /// All legs of all streams.
    pub fn legs(&self) -> impl Iterator<Item = &Leg> {
        self.streams.iter().flat_map(|stream| &stream.legs)
    }

    /// What the rule takes from addresses.
    #[must_use]
    pub fn looked_up(&self) -> Vec<GeoAttribute> {
        if self.geography != Geography::Lookup {
            return Vec::new();
        }
        self.fields.iter().filter_map(PlanField::geography).collect()
    }

    /// How long before a match an event may lie that the match depends on, in microseconds.
    #[must_use]
    pub fn reach(&self) -> i64 {
        // The last event of a bucket may have been an earlier one at the run before.
        let earlier = match &self.shape {
            Shape::Tumbling(window) => window.width,
            Shape::Single | Shape::Window(_) | Shape::Consecutive(_) | Shape::Sequence(_) | Shape::FirstSeen(_) => 0,
        };
        let unless = self.unless.iter().map(|unless| unless.before.saturating_add(earlier)).max().unwrap_or(0);
        self.shape_reach().max(unless)
    }

    /// The same without `unless`. Buckets of a baseline begin up to one width before the history, and buckets of matches with them;
    /// so do the days of a population.
    #[must_use]
    pub fn shape_reach(&self) -> i64 {
        let earlier = self.aggregates.iter().filter_map(|aggregate| aggregate.earlier);
        let buckets = earlier.map(|earlier| earlier.history.saturating_add(earlier.bucket));
        let populations = self.aggregates.iter().filter_map(|aggregate| aggregate.population.as_ref());
        let days = populations.map(|population| population.days.saturating_add(1).saturating_mul(DAY));
        let baseline = buckets.chain(days).max();
        let Some(baseline) = baseline else { return self.shape.reach() };
        match &self.shape {
            Shape::Tumbling(window) => baseline.saturating_add(window.width),
            Shape::Single | Shape::Window(_) | Shape::Consecutive(_) | Shape::Sequence(_) | Shape::FirstSeen(_) => {
                baseline.max(self.shape.reach())
            }
        }
    }

    /// How long after a match an event may lie that the match depends on, in microseconds: a match stands once so much time has
    /// passed.
    #[must_use]
    pub fn wait(&self) -> i64 {
        let unless = self.unless.iter().map(|unless| unless.after).max().unwrap_or(0);
        self.shape.wait().max(unless)
    }

    /// How far back of a scheduled run matches may lie that are new to it, in microseconds: the time between runs, the delay of
    /// events, and the time after which a match stands.
    #[must_use]
    pub fn fresh(&self) -> i64 {
        self.schedule.every.saturating_add(self.schedule.delay).saturating_add(self.wait())
    }

    /// How far back a scheduled run reads, in microseconds.
    #[must_use]
    pub fn lookback(&self) -> i64 {
        self.fresh().saturating_add(self.reach())
    }

    /// Whether the rule has a `prevalence`.
    #[must_use]
    pub fn has_prevalence(&self) -> bool {
        self.aggregates.iter().any(|aggregate| aggregate.population.is_some())
    }

    /// Every expression of the rule, in no order that means something: filters, predicates, conditions, what aggregates are
    /// over, evidence.
    #[must_use]
    pub fn expressions(&self) -> Vec<&Expr> {
        let mut all: Vec<&Expr> = self.streams.iter().flat_map(|stream| &stream.filter).collect();
        all.extend(self.shape.expressions());
        all.extend(self.unless.iter().flat_map(|unless| unless.links.iter().map(|(_, of_match)| of_match)));
        all.extend(self.unless.iter().flat_map(|unless| &unless.predicate));
        all.extend(self.aggregates.iter().filter_map(|aggregate| aggregate.argument.as_ref()));
        all.extend(self.aggregates.iter().filter_map(|aggregate| Some(&aggregate.population.as_ref()?.user)));
        all.extend(self.show.iter().map(|show| &show.value));
        all
    }
}

/// Events that a rule reads: some sources, and the conditions that an event must fulfil by itself.
#[derive(Clone, Debug)]
pub struct Stream {
    /// The sources, one leg each, in the order written and without repetition.
    pub legs: Vec<Leg>,
    /// The conjuncts that look at the event alone, each of type bool. Key fields being present is not among them.
    pub filter: Vec<Expr>,
}

impl Stream {
    /// Whether the rule uses a field of this stream's events.
    #[must_use]
    pub fn has(&self, index: FieldIndex) -> bool {
        self.legs.iter().any(|leg| leg.fields[index.0].is_some())
    }
}

/// One source of a stream.
#[derive(Clone, Debug)]
pub struct Leg {
    /// The source.
    pub source: Arc<LogSource>,
    /// How it gives each of [`Plan::fields`], same order; `None` for a field that the rule uses of other streams only. All legs
    /// of a stream have the same fields.
    pub fields: Vec<Option<Arc<Field>>>,
}

/// A normalised field as a rule uses it.
#[derive(Clone, Debug)]
pub struct PlanField {
    /// `country`
    pub name: String,
    /// Its type in this rule (an identifier may be of several issuers).
    pub ty: Type,
    /// Whether some event may lack it.
    pub optional: bool,
}

impl PlanField {
    /// What it says of the place of an event, if that is what it is about.
    #[must_use]
    pub fn geography(&self) -> Option<GeoAttribute> {
        if self.ty == Type::Country {
            Some(GeoAttribute::Country)
        } else if self.ty == Type::Location {
            Some(GeoAttribute::Location)
        } else {
            (self.name == "city").then_some(GeoAttribute::City)
        }
    }
}

/// Where countries, cities and locations come from. Two vocabularies never meet in one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Geography {
    /// No such field is used.
    Unused,
    /// Every leg's own record.
    Native,
    /// Every leg's `ip`, looked up in the target's database, because one leg has nothing else. `ip` is then among the fields.
    Lookup,
}

/// An evidence column.
#[derive(Clone, Debug)]
pub struct Show {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Expr,
}

/// When a rule runs, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How often; a minute where it runs near real time.
    pub every: i64,
    /// How late events may arrive.
    pub delay: i64,
    /// In which way.
    pub runs: Runs,
}

/// In which way a rule runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// `schedule every …`: over what a look-back holds.
    Scheduled,
    /// `schedule nrt`: near real time, over the events that arrived in the last minute. Only single events can.
    NearRealTime,
}

/// Whether copies of an event must be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplicates {
    /// They cannot change the result.
    Harmless,
    /// They can.
    Matter,
}
