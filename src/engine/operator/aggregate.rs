//! Aggregates over the events of a window that moves on, kept as what they need of its events and no more: for `distinct` each
//! value with the last time it was there, for `max` the values that no later one exceeds, for `count()` nothing at all.
//!
//! What leaves the window is known by its time. Nothing drifts: sums are exact, whatever came and went before.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::library::aggregate::AggregateFunction;
use crate::types::Type;
use crate::value::Value;

use super::recent::Recent;
use super::total::Total;

/// What is kept of the values of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// For `distinct` and `values`: different values.
    Different,
    /// For `count(p)` and `ratio(p)`: when it held.
    Holding,
    /// For `any(p)`: when it held last.
    LastHolding,
    /// For `all(p)`: when it did not hold last.
    LastFailing,
    /// For `min`.
    Least,
    /// For `max`.
    Greatest,
    /// For `sum` and `avg`.
    Total,
    /// For `first` and `hops`: runs of one value.
    Runs,
    /// For `last`.
    Last,
    /// For `span`: when there were events.
    Times,
}

impl Kind {
    /// What an aggregate needs; none for the count of all events, and for those that are not over the window.
    pub fn of(function: AggregateFunction, has_argument: bool) -> Option<Self> {
        match function {
            AggregateFunction::Count => has_argument.then_some(Self::Holding),
            AggregateFunction::Ratio => Some(Self::Holding),
            AggregateFunction::Any => Some(Self::LastHolding),
            AggregateFunction::All => Some(Self::LastFailing),
            AggregateFunction::Distinct | AggregateFunction::Values => Some(Self::Different),
            AggregateFunction::Min => Some(Self::Least),
            AggregateFunction::Max => Some(Self::Greatest),
            AggregateFunction::Sum | AggregateFunction::Avg => Some(Self::Total),
            AggregateFunction::First | AggregateFunction::Hops => Some(Self::Runs),
            AggregateFunction::Last => Some(Self::Last),
            AggregateFunction::Span => Some(Self::Times),
            AggregateFunction::Mean | AggregateFunction::Deviation | AggregateFunction::Prevalence => None,
        }
    }

    /// The state before any event.
    pub fn start(self) -> State {
        match self {
            Self::Different => State::Different(Recent::default()),
            Self::Holding => State::Holding(VecDeque::new()),
            Self::LastHolding | Self::LastFailing => State::When(None),
            Self::Least | Self::Greatest => State::Extremes(VecDeque::new()),
            Self::Total => State::Total(Box::default()),
            Self::Runs => State::Runs(VecDeque::new()),
            Self::Last => State::Last(None),
            Self::Times => State::Times(VecDeque::new()),
        }
    }
}

/// What is kept.
#[derive(Serialize, Deserialize)]
pub enum State {
    /// [`Kind::Different`]
    Different(Recent),
    /// [`Kind::Holding`]: the times.
    Holding(VecDeque<i64>),
    /// [`Kind::LastHolding`], [`Kind::LastFailing`]
    When(Option<i64>),
    /// [`Kind::Least`], [`Kind::Greatest`]: with their times, those that may yet be it. The front is it.
    Extremes(VecDeque<(i64, Value)>),
    /// [`Kind::Total`]
    Total(Box<Sum>),
    /// [`Kind::Runs`]: for each run the time of its last event, and its value.
    Runs(VecDeque<(i64, Value)>),
    /// [`Kind::Last`]
    Last(Option<(i64, Value)>),
    /// [`Kind::Times`]: those of the events.
    Times(VecDeque<i64>),
}

/// Numbers with their times, and their sum.
#[derive(Default, Serialize, Deserialize)]
pub struct Sum {
    total: Total,
    terms: VecDeque<(i64, Value)>,
}

impl State {
    /// Adds an event, whose time is not earlier than those before.
    pub fn add(&mut self, kind: Kind, time: i64, value: Cow<'_, Value>) {
        match self {
            Self::Different(recent) => {
                if !value.is_missing() {
                    recent.add(time, value);
                }
            }
            Self::Holding(times) => times.extend(value.is_true().then_some(time)),
            Self::When(last) => {
                if value.is_true() == (kind == Kind::LastHolding) {
                    *last = Some(time);
                }
            }
            Self::Extremes(values) => add_extreme(values, kind, time, value),
            Self::Total(sum) => {
                if sum.total.add(&value) {
                    sum.terms.push_back((time, value.into_owned()));
                }
            }
            Self::Runs(runs) => match runs.back_mut() {
                _ if value.is_missing() => {}
                Some((last, known)) if *known == *value => *last = time,
                Some(_) | None => runs.push_back((time, value.into_owned())),
            },
            Self::Last(last) => match last {
                _ if value.is_missing() => {}
                Some((last, known)) if *known == *value => *last = time,
                Some(_) | None => *last = Some((time, value.into_owned())),
            },
            Self::Times(times) => {
                if times.back() != Some(&time) {
                    times.push_back(time);
                }
            }
        }
    }

    /// Forgets the events before a time.
    pub fn drop_before(&mut self, time: i64) {
        match self {
            Self::Different(recent) => recent.drop_before(time),
            Self::Holding(times) | Self::Times(times) => {
                while times.front().is_some_and(|oldest| *oldest < time) {
                    times.pop_front();
                }
            }
            Self::When(last) => *last = last.filter(|last| *last >= time),
            Self::Extremes(values) | Self::Runs(values) => {
                while values.front().is_some_and(|(oldest, _)| *oldest < time) {
                    values.pop_front();
                }
            }
            Self::Total(sum) => {
                while sum.terms.front().is_some_and(|(oldest, _)| *oldest < time) {
                    if let Some((_, value)) = sum.terms.pop_front() {
                        sum.total.remove(&value);
                    }
                }
            }
            Self::Last(last) => {
                if last.as_ref().is_some_and(|(last, _)| *last < time) {
                    *last = None;
                }
            }
        }
    }

    /// The value of an aggregate over so many events.
    pub fn value(&self, function: AggregateFunction, ty: &Type, events: u32) -> Value {
        match self {
            Self::Different(recent) if function == AggregateFunction::Values => {
                Value::Set(recent.sorted().into_iter().collect::<Arc<[Value]>>())
            }
            Self::Different(recent) => int(recent.len()),
            Self::Holding(times) if function == AggregateFunction::Ratio => share(times.len(), events),
            Self::Holding(times) => int(times.len()),
            Self::When(last) => Value::Bool(last.is_some() == (function == AggregateFunction::Any)),
            Self::Runs(runs) if function == AggregateFunction::Hops => int(runs.len().saturating_sub(1)),
            Self::Extremes(values) | Self::Runs(values) => {
                values.front().map(|(_, value)| value.clone()).unwrap_or_default()
            }
            Self::Total(sum) if function == AggregateFunction::Avg => sum.total.mean(ty),
            Self::Total(sum) => sum.total.sum(ty),
            Self::Last(last) => last.as_ref().map(|(_, value)| value.clone()).unwrap_or_default(),
            Self::Times(times) => match (times.front(), times.back()) {
                (Some(first), Some(last)) => Value::Duration(last - first),
                _ => Value::Missing,
            },
        }
    }
}

fn int(count: usize) -> Value {
    i64::try_from(count).map_or(Value::Missing, Value::Int)
}

#[expect(clippy::cast_precision_loss, reason = "counts of events in memory stay below 2^53")]
fn share(holding: usize, events: u32) -> Value {
    if events == 0 { Value::Missing } else { Value::Float(holding as f64 / f64::from(events)) }
}

/// A value that a later one is at least as extreme as will never be it again.
fn add_extreme(values: &mut VecDeque<(i64, Value)>, kind: Kind, time: i64, value: Cow<'_, Value>) {
    if value.is_missing() {
        return;
    }
    let outdone = |known: &Value| if kind == Kind::Least { *known >= *value } else { *known <= *value };
    while values.back().is_some_and(|(_, known)| outdone(known)) {
        values.pop_back();
    }
    values.push_back((time, value.into_owned()));
}
