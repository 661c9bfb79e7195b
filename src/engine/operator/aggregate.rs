//! Aggregates that events are added to and taken from again, so that a window can slide without being read anew.
//!
//! Values leave in the order in which they came. Nothing drifts: sums are exact, whatever came and went before.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::engine::compile::{Code, Compiler, Others, Row};
use crate::engine::event::Event;
use crate::library::aggregate::AggregateFunction;
use crate::plan::Aggregate;
use crate::types::Type;
use crate::value::Value;

use super::total::Total;

/// An aggregate of a plan, ready to run.
pub struct Program {
    function: AggregateFunction,
    argument: Option<Code>,
    ty: Type,
}

impl Program {
    /// The aggregate's program.
    pub fn new(aggregate: &Aggregate, compiler: &Compiler<'_>) -> Self {
        Self {
            function: aggregate.function,
            argument: aggregate.argument.as_ref().map(|argument| compiler.code(argument)),
            ty: aggregate.ty.clone(),
        }
    }

    /// What an event brings: the argument's value; the time for `span`.
    pub fn input(&self, event: &Event) -> Value {
        match (&self.argument, self.function) {
            (_, AggregateFunction::Span) => Value::Time(event.time),
            (_, AggregateFunction::Mean | AggregateFunction::Deviation | AggregateFunction::Prevalence) => {
                Value::Missing
            }
            (Some(argument), _) => {
                argument.value(&Row { event, aggregates: &[], others: Others::default() }).into_owned()
            }
            (None, _) => Value::Bool(true),
        }
    }

    /// The state before any event.
    pub fn start(&self) -> State {
        match self.function {
            AggregateFunction::Count => State::Count(Holding::default()),
            AggregateFunction::Any => State::Any(Holding::default()),
            AggregateFunction::All => State::All(Holding::default()),
            AggregateFunction::Ratio => State::Ratio(Holding::default()),
            AggregateFunction::Distinct => State::Distinct(FxHashMap::default()),
            AggregateFunction::Values => State::Values(BTreeMap::new()),
            AggregateFunction::Min => State::Min(BTreeMap::new()),
            AggregateFunction::Max => State::Max(BTreeMap::new()),
            AggregateFunction::Sum => State::Sum(Total::default()),
            AggregateFunction::Avg => State::Avg(Total::default()),
            AggregateFunction::First => State::First(VecDeque::new()),
            AggregateFunction::Last => State::Last(VecDeque::new()),
            AggregateFunction::Span => State::Span(VecDeque::new()),
            AggregateFunction::Hops => State::Hops(Changes::default()),
            // These are not over the window: see `baseline` and `prevalence`.
            AggregateFunction::Mean | AggregateFunction::Deviation | AggregateFunction::Prevalence => {
                State::Count(Holding::default())
            }
        }
    }

    /// The value of a state.
    pub fn value(&self, state: &State) -> Value {
        match state {
            State::Count(counts) => i64::try_from(counts.holding).map_or(Value::Missing, Value::Int),
            State::Any(counts) => Value::Bool(counts.holding > 0),
            State::All(counts) => Value::Bool(counts.holding == counts.all),
            State::Ratio(counts) => counts.share(),
            State::Hops(changes) => i64::try_from(changes.count).map_or(Value::Missing, Value::Int),
            State::Distinct(counts) => i64::try_from(counts.len()).map_or(Value::Missing, Value::Int),
            State::Values(counts) => Value::Set(counts.keys().cloned().collect::<Arc<[Value]>>()),
            State::Min(counts) => counts.keys().next().cloned().unwrap_or_default(),
            State::Max(counts) => counts.keys().next_back().cloned().unwrap_or_default(),
            State::Sum(total) => total.sum(&self.ty),
            State::Avg(total) => total.mean(&self.ty),
            State::First(values) => values.front().cloned().unwrap_or_default(),
            State::Last(values) => values.back().cloned().unwrap_or_default(),
            State::Span(values) => match (values.front(), values.back()) {
                (Some(Value::Time(first)), Some(Value::Time(last))) => Value::Duration(last - first),
                _ => Value::Missing,
            },
        }
    }
}

/// How many events a condition holds for, of how many.
#[derive(Clone, Copy, Default)]
pub struct Holding {
    holding: u64,
    all: u64,
}

impl Holding {
    #[expect(clippy::cast_precision_loss, reason = "counts of events in memory stay below 2^53")]
    fn share(self) -> Value {
        if self.all == 0 { Value::Missing } else { Value::Float(self.holding as f64 / self.all as f64) }
    }
}

/// Values in order, and how often one differs from the one before it.
#[derive(Default)]
pub struct Changes {
    values: VecDeque<Value>,
    count: u64,
}

impl Changes {
    fn add(&mut self, value: Value) {
        self.count += u64::from(self.values.back().is_some_and(|last| *last != value));
        self.values.push_back(value);
    }

    fn remove_first(&mut self) {
        let first = self.values.pop_front();
        self.count -= u64::from(self.values.front().is_some_and(|next| Some(next) != first.as_ref()));
    }
}

/// How often each value is there.
type Counts = BTreeMap<Value, u32>;

/// The values of a window, as far as an aggregate needs them: counts, or every value that is not missing in order of events.
pub enum State {
    /// `count`
    Count(Holding),
    /// `any`
    Any(Holding),
    /// `all`
    All(Holding),
    /// `ratio`
    Ratio(Holding),
    /// `distinct`
    Distinct(FxHashMap<Value, u32>),
    /// `values`
    Values(Counts),
    /// `min`
    Min(Counts),
    /// `max`
    Max(Counts),
    /// `sum`
    Sum(Total),
    /// `avg`
    Avg(Total),
    /// `first`
    First(VecDeque<Value>),
    /// `last`
    Last(VecDeque<Value>),
    /// `span`
    Span(VecDeque<Value>),
    /// `hops`
    Hops(Changes),
}

impl State {
    /// Adds an event's input.
    pub fn add(&mut self, value: Value) {
        match self {
            Self::Count(counts) | Self::Any(counts) | Self::All(counts) | Self::Ratio(counts) => {
                counts.all += 1;
                counts.holding += u64::from(value.is_true());
            }
            Self::Distinct(counts) if !value.is_missing() => *counts.entry(value).or_insert(0) += 1,
            Self::Values(counts) | Self::Min(counts) | Self::Max(counts) if !value.is_missing() => {
                *counts.entry(value).or_insert(0) += 1;
            }
            Self::First(values) | Self::Last(values) | Self::Span(values) if !value.is_missing() => {
                values.push_back(value);
            }
            Self::Sum(total) | Self::Avg(total) => total.add(&value),
            Self::Hops(changes) if !value.is_missing() => changes.add(value),
            Self::Hops(_)
            | Self::Distinct(_)
            | Self::Values(_)
            | Self::Min(_)
            | Self::Max(_)
            | Self::First(_)
            | Self::Last(_)
            | Self::Span(_) => {}
        }
    }

    /// Takes the input of the oldest event away again.
    pub fn remove(&mut self, value: &Value) {
        match self {
            Self::Count(counts) | Self::Any(counts) | Self::All(counts) | Self::Ratio(counts) => {
                counts.all -= 1;
                counts.holding -= u64::from(value.is_true());
            }
            Self::Distinct(counts) => {
                if let Some(count) = counts.get_mut(value) {
                    *count -= 1;
                    if *count == 0 {
                        counts.remove(value);
                    }
                }
            }
            Self::Values(counts) | Self::Min(counts) | Self::Max(counts) => {
                if let Some(count) = counts.get_mut(value) {
                    *count -= 1;
                    if *count == 0 {
                        counts.remove(value);
                    }
                }
            }
            Self::First(values) | Self::Last(values) | Self::Span(values) => {
                if !value.is_missing() {
                    values.pop_front();
                }
            }
            Self::Sum(total) | Self::Avg(total) => total.remove(value),
            Self::Hops(changes) => {
                if !value.is_missing() {
                    changes.remove_first();
                }
            }
        }
    }
}
