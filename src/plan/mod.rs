//! The plan of a rule: every name resolved, every expression typed, sugar gone, literals compiled.
//!
//! A [`Plan`] exists only if its rule has no errors. Writers and the evaluator see plans and nothing earlier. Field references
//! are indexes into [`Plan::fields`]: the normalised fields that the rule uses, and no others.

pub mod expr;
pub mod list;

use std::sync::Arc;

use crate::catalog::{Field, LogSource};
use crate::source::Span;
use crate::types::Type;

pub use expr::{Aggregate, CompareOperator, Expr, ExprKind, FieldIndex, TextOperator};
pub use list::{ListData, ListOrigin, Placement};

/// Microseconds in a second: durations and times are `i64` microseconds throughout.
pub const SECOND: i64 = 1_000_000;

/// A checked rule.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The rule's name.
    pub name: String,
    /// The file it stands in, as the user named it.
    pub file: String,
    /// The rule's name in the text, for messages about the rule as a whole.
    pub name_span: Span,
    /// Which of the run's files (for messages).
    pub source: crate::source::SourceId,
    /// What a person reads.
    pub metadata: Metadata,
    /// The sources read, one leg each, in the order written and without repetition.
    pub legs: Vec<Leg>,
    /// The fields used, with the type that they have in this rule. The first two are always `time` and `event_id`.
    pub fields: Vec<PlanField>,
    /// Whether countries, cities and locations come from the sources or from an address look-up.
    pub geography: Geography,
    /// The lists used.
    pub lists: Vec<Arc<ListData>>,
    /// `where`: the conjuncts, each of type bool. Key fields being present is not among them.
    pub filter: Vec<Expr>,
    /// What a match is.
    pub shape: Shape,
    /// Aggregates that the condition and `show` use, without repetition; [`ExprKind::Aggregate`] is an index into these.
    pub aggregates: Vec<Aggregate>,
    /// Evidence columns. Over a window they may hold aggregates; a bare field is that of the matching event.
    pub show: Vec<Show>,
    /// Entities for alerts.
    pub entities: Vec<Entity>,
    /// When it runs.
    pub schedule: Schedule,
    /// `suppress`, in microseconds.
    pub suppress: Option<i64>,
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
}

/// One source of a rule.
#[derive(Clone, Debug)]
pub struct Leg {
    /// The source.
    pub source: Arc<LogSource>,
    /// How it gives each of [`Plan::fields`], same order.
    pub fields: Vec<Arc<Field>>,
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

/// What a match is.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Every event that passes the filter.
    Single,
    /// An event whose window (the events of its key in the closed interval of this width that ends with it, ties
    /// included) satisfies the condition.
    Window(Window),
    /// A bucket, whole multiples of the width since 1970, reported at its last event by (time, event id).
    Tumbling(Window),
}

impl Shape {
    /// The key fields; none for a single event.
    #[must_use]
    pub fn key(&self) -> &[FieldIndex] {
        match self {
            Self::Single => &[],
            Self::Window(window) | Self::Tumbling(window) => &window.key,
        }
    }

    /// The width of its windows in microseconds: matches of a key that follow each other within it are one alert. A single
    /// event has none.
    #[must_use]
    pub fn width(&self) -> Option<i64> {
        match self {
            Self::Single => None,
            Self::Window(window) | Self::Tumbling(window) => Some(window.width),
        }
    }
}

/// Key, width and condition of a sliding or tumbling window.
#[derive(Clone, Debug)]
pub struct Window {
    /// Key fields; an event that lacks one takes no part.
    pub key: Vec<FieldIndex>,
    /// Width in microseconds.
    pub width: i64,
    /// Over aggregates, of type bool.
    pub condition: Expr,
    /// A part of the condition that more events cannot make false: if it fails over all of a key's events it fails in every
    /// window, so the key can be dropped early.
    pub prefilter: Option<Expr>,
    /// Whether the whole condition is such that more events cannot make it false.
    pub monotone: bool,
}

/// An evidence column.
#[derive(Clone, Debug)]
pub struct Show {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Expr,
}

/// An entity of an alert: what kind, and the columns that identify it.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Sentinel's entity type, lower case: `account`, `ip`, `host`, `cloud_application`, `url`, …
    pub kind: String,
    /// Columns: names of `show` columns, or of key fields.
    pub columns: Vec<String>,
}

/// When a rule runs, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How often.
    pub every: i64,
    /// How late events may arrive.
    pub delay: i64,
}

/// Whether copies of an event must be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplicates {
    /// They cannot change the result.
    Harmless,
    /// They can.
    Matter,
}
