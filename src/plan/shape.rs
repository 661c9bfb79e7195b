//! What a match is: the shapes of a rule, and the events that drop a match.

use crate::source::Span;

use super::expr::{Expr, FieldIndex};

/// An index into [`super::Plan::streams`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamIndex(pub usize);

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
    /// An event that with the one just before it satisfies the predicate.
    Consecutive(Consecutive),
    /// The event that completes a chain of steps.
    Sequence(Sequence),
    /// The first use of a tuple by a key.
    FirstSeen(FirstSeen),
}

impl Shape {
    /// The key fields; none for a single event, and maybe none for a first use.
    #[must_use]
    pub fn key(&self) -> &[FieldIndex] {
        match self {
            Self::Single => &[],
            Self::Window(window) | Self::Tumbling(window) => &window.key,
            Self::Consecutive(consecutive) => &consecutive.key,
            Self::Sequence(sequence) => &sequence.key,
            Self::FirstSeen(first_seen) => &first_seen.key,
        }
    }

    /// The width of its windows in microseconds: matches of a key that follow each other within it are one alert. A single
    /// event has none, and a first use stands for itself.
    #[must_use]
    pub fn width(&self) -> Option<i64> {
        match self {
            Self::Single | Self::FirstSeen(_) => None,
            Self::Window(window) | Self::Tumbling(window) => Some(window.width),
            Self::Consecutive(consecutive) => Some(consecutive.width),
            Self::Sequence(sequence) => Some(sequence.width),
        }
    }

    /// How long before a match an event may lie that the match depends on, in microseconds.
    #[must_use]
    pub fn reach(&self) -> i64 {
        match self {
            Self::Single => 0,
            Self::Window(window) | Self::Tumbling(window) => window.width,
            Self::Consecutive(consecutive) => consecutive.width,
            Self::Sequence(sequence) => sequence.width,
            Self::FirstSeen(first_seen) => first_seen.history,
        }
    }

    /// How long after a match an event may lie that the match depends on, in microseconds.
    #[must_use]
    pub fn wait(&self) -> i64 {
        match self {
            Self::Single | Self::Window(_) | Self::Tumbling(_) | Self::Consecutive(_) | Self::FirstSeen(_) => 0,
            Self::Sequence(sequence) => sequence.absences.iter().map(Absence::wait).max().unwrap_or(0),
        }
    }

    /// Its expressions.
    #[must_use]
    pub fn expressions(&self) -> Vec<&Expr> {
        match self {
            Self::Single | Self::FirstSeen(_) => Vec::new(),
            Self::Window(window) | Self::Tumbling(window) => vec![&window.condition],
            Self::Consecutive(consecutive) => consecutive.predicate.iter().collect(),
            Self::Sequence(sequence) => {
                let steps = sequence.steps.iter().flat_map(|step| &step.predicate);
                steps.chain(sequence.absences.iter().flat_map(|absence| &absence.predicate)).collect()
            }
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

/// Pairs of events of a key that follow each other in (time, event id).
#[derive(Clone, Debug)]
pub struct Consecutive {
    /// Key fields; an event that lacks one takes no part.
    pub key: Vec<FieldIndex>,
    /// The longest time between the two, in microseconds, itself included.
    pub width: i64,
    /// The conjuncts, each of type bool: fields of the later event, and [`super::ExprKind::Of`] with [`super::Role::Previous`].
    pub predicate: Vec<Expr>,
}

/// A chain of different events of one key, one for each step: each is at the time of the one before or later, the last one at
/// most the width after the first. The completing event is the match; its evidence is the chain with the latest steps, compared
/// from the last but one backwards by (time, event id).
#[derive(Clone, Debug)]
pub struct Sequence {
    /// Key fields; every stream has them, and an event that lacks one takes no part.
    pub key: Vec<FieldIndex>,
    /// Width in microseconds.
    pub width: i64,
    /// Two to six.
    pub steps: Vec<Step>,
    /// Events that there must not be.
    pub absences: Vec<Absence>,
}

/// The most steps that a sequence has.
pub const MOST_STEPS: usize = 6;

/// A step of a sequence.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Its events; what the event must fulfil by itself is the stream's filter.
    pub stream: StreamIndex,
    /// The conjuncts that look at earlier steps, each of type bool: fields of this step's event, and
    /// [`super::ExprKind::Of`] with [`super::Role::Step`] of an earlier one.
    pub predicate: Vec<Expr>,
}

/// An event of the sequence's key that there must not be, other than the events of the chain itself.
#[derive(Clone, Debug)]
pub struct Absence {
    /// Its events; what the event would fulfil by itself is the stream's filter.
    pub stream: StreamIndex,
    /// The conjuncts that look at steps, each of type bool: fields of the absent event, and [`super::ExprKind::Of`] with
    /// [`super::Role::Step`] of any step.
    pub predicate: Vec<Expr>,
    /// When it would be.
    pub when: AbsenceWhen,
    /// The word `no`.
    pub span: Span,
}

impl Absence {
    /// How long after the completing event it may lie, in microseconds.
    fn wait(&self) -> i64 {
        match self.when {
            AbsenceWhen::Between { .. } => 0,
            AbsenceWhen::After { within } => within,
        }
    }
}

/// When an absent event would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbsenceWhen {
    /// In the closed interval between two steps.
    Between {
        /// Index of the earlier step.
        from: usize,
        /// Index of the later step.
        to: usize,
    },
    /// From the completing event to so many microseconds after it, both included. The match stands when that has passed.
    After {
        /// Microseconds.
        within: i64,
    },
}

/// The first use of a tuple by a key: no other event of the key with the same tuple lies in the history before it, the history's
/// start included, events of its own time ordered by event id.
#[derive(Clone, Debug)]
pub struct FirstSeen {
    /// Key fields, maybe none: the whole tenant. An event that lacks one takes no part.
    pub key: Vec<FieldIndex>,
    /// The fields of the tuple, one at least. An event that lacks one takes no part in anything but learning.
    pub tuple: Vec<FieldIndex>,
    /// Microseconds.
    pub history: i64,
    /// The key must have an event, of whatever tuple, that is so many microseconds older than the first use, or more, but not
    /// older than the history. Less than the history.
    pub learning: Option<i64>,
}

/// An event that drops a match: it is in the closed interval around the match's time, fulfils its conditions, and is not the
/// matching event itself.
#[derive(Clone, Debug)]
pub struct Unless {
    /// Its events; what the event must fulfil by itself is the stream's filter.
    pub stream: StreamIndex,
    /// Fields of its event that equal a value of the match: those conjuncts of its condition that are such equations. The value
    /// holds fields of the match as [`super::ExprKind::Of`] with [`super::Role::Match`] or [`super::Role::Step`], and nothing of
    /// the event. An event or match that lacks its side is not linked.
    pub links: Vec<(FieldIndex, Expr)>,
    /// The other conjuncts that look at the match, each of type bool.
    pub predicate: Vec<Expr>,
    /// How long before the match it may be, in microseconds.
    pub before: i64,
    /// How long after the match it may be, in microseconds. The match stands when that has passed.
    pub after: i64,
    /// The clause.
    pub span: Span,
}
