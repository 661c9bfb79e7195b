//! What is counted, tested and shown of the events of one key.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::engine::Match;
use crate::engine::compile::{Code, Compiler, Others, Row};
use crate::engine::event::Event;
use crate::library::aggregate::AggregateFunction;
use crate::plan::{Aggregate, Expr, ExprKind, Plan, Window};
use crate::types::Type;
use crate::value::Value;

use super::aggregate::{Kind, State};
use super::log::{Log, Number};
use super::{Evidence, alone};

/// The condition of a window and the columns of its evidence, ready to run.
pub struct Measure {
    /// The aggregates of the condition, and those shown that need nothing more: kept up with every event.
    tested: Gauge,
    /// The other aggregates, which are worked out for matches only.
    shown: Gauge,
    condition: Code,
    evidence: Evidence,
    /// The values of all aggregates, to be used again and again.
    values: Vec<Value>,
}

/// Some aggregates, and what is kept for them.
#[derive(Default)]
struct Gauge {
    readings: Vec<Reading>,
    kept: Vec<(Kind, Option<usize>)>,
    /// The different arguments.
    arguments: Vec<Code>,
}

/// An aggregate as it is read off what is kept.
struct Reading {
    /// Its place among the rule's aggregates.
    index: usize,
    function: AggregateFunction,
    ty: Type,
    /// What it is read off; none for the count of all events.
    kept: Option<usize>,
}

impl Measure {
    /// The measure of a plan's window.
    pub fn new(plan: &Plan, window: &Window, index: usize, compiler: &Compiler<'_>) -> Self {
        let mut in_condition = vec![false; plan.aggregates.len()];
        window.condition.walk(&mut |expr: &Expr| {
            if let ExprKind::Aggregate(index) = expr.kind {
                in_condition[index] = true;
            }
        });
        let all: Vec<(usize, &Aggregate)> =
            plan.aggregates.iter().enumerate().filter(|(_, aggregate)| aggregate.is_over_window()).collect();
        let (tested, shown): (Vec<_>, Vec<_>) = all.into_iter().partition(|(index, _)| in_condition[*index]);
        let tested_needs: Vec<Need<'_>> = tested.iter().filter_map(|(_, aggregate)| Need::of(aggregate)).collect();
        let known = |aggregate: &Aggregate| Need::of(aggregate).is_none_or(|need| need.place(&tested_needs).is_some());
        let (besides, shown): (Vec<_>, Vec<_>) = shown.into_iter().partition(|(_, aggregate)| known(aggregate));
        let tested: Vec<_> = tested.into_iter().chain(besides).collect();
        Self {
            tested: Gauge::new(&tested, compiler),
            shown: Gauge::new(&shown, compiler),
            condition: compiler.code(&window.condition),
            evidence: Evidence::new(plan, index, compiler),
            values: vec![Value::Missing; plan.aggregates.len()],
        }
    }

    /// An empty log of the inputs that are needed.
    pub fn log(&self) -> Log {
        Log::new(self.shown.arguments.len())
    }

    /// Adds the inputs of the event that was pushed last to a log.
    pub fn push_inputs(&self, event: &Event, log: &mut Log) {
        for argument in &self.shown.arguments {
            log.push_input(argument.value(&alone(event)).into_owned());
        }
    }

    /// What is kept of no events.
    pub fn start(&self) -> Contents {
        Contents { tested: self.tested.start(), shown: None, events: 0 }
    }

    /// The values of the aggregates, if the condition holds on the contents, the last event of which is `last` and has this number
    /// in the log; the first one is not before `from`. `earlier` are those that are not over the window, by place.
    pub fn matched(
        &mut self,
        contents: &mut Contents,
        last: (&Event, Number),
        (log, from): (&Log, i64),
        earlier: impl IntoIterator<Item = (usize, Value)>,
    ) -> Option<&[Value]> {
        let (event, number) = last;
        for (index, value) in earlier {
            self.values[index] = value;
        }
        self.tested.read(&contents.tested, contents.events, &mut self.values);
        if !self.condition.holds(&Row { event, aggregates: &self.values, others: Others::default() }) {
            return None;
        }
        if self.shown.readings.is_empty() {
            return Some(&self.values);
        }
        let shown = contents.shown.get_or_insert_with(|| Box::new(Shown::new(&self.shown, log, number, from)));
        shown.idle = 0;
        self.shown.read(&shown.states, contents.events, &mut self.values);
        Some(&self.values)
    }

    /// A match at an event, whose events are yet to be filled in.
    pub fn at(&self, key: &[Value], event: &Event) -> Match {
        self.evidence.matched(key, &Row { event, aggregates: &self.values, others: Others::default() })
    }
}

/// What aggregates need of the events: a kind of state, of an argument.
#[derive(Clone, Copy)]
struct Need<'a> {
    kind: Kind,
    argument: Option<&'a Expr>,
}

impl<'a> Need<'a> {
    fn of(aggregate: &'a Aggregate) -> Option<Self> {
        let argument = aggregate.argument.as_ref();
        Some(Self { kind: Kind::of(aggregate.function, argument.is_some())?, argument })
    }

    /// Where it stands among others.
    fn place(&self, all: &[Need<'_>]) -> Option<usize> {
        all.iter().position(|other| self.kind == other.kind && same(self.argument, other.argument))
    }
}

fn same(a: Option<&Expr>, b: Option<&Expr>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.same_as(b),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

impl Gauge {
    fn new(aggregates: &[(usize, &Aggregate)], compiler: &Compiler<'_>) -> Self {
        let (mut gauge, mut needs, mut arguments) = (Self::default(), Vec::new(), Vec::new());
        for (index, aggregate) in aggregates {
            let kept = Need::of(aggregate).map(|need| {
                need.place(&needs).unwrap_or_else(|| {
                    needs.push(need);
                    let input = need.argument.map(|argument| {
                        let known = arguments.iter().position(|known: &&Expr| known.same_as(argument));
                        known.unwrap_or_else(|| {
                            arguments.push(argument);
                            gauge.arguments.push(compiler.code(argument));
                            arguments.len() - 1
                        })
                    });
                    gauge.kept.push((need.kind, input));
                    needs.len() - 1
                })
            });
            gauge.readings.push(Reading {
                index: *index,
                function: aggregate.function,
                ty: aggregate.ty.clone(),
                kept,
            });
        }
        gauge
    }

    fn start(&self) -> Box<[State]> {
        self.kept.iter().map(|(kind, _)| kind.start()).collect()
    }

    fn add(&self, states: &mut [State], event: &Event, from: i64) {
        let row = alone(event);
        for ((kind, input), state) in self.kept.iter().zip(states) {
            state.drop_before(from);
            let value = input.map_or(Cow::Owned(Value::Missing), |input| self.arguments[input].value(&row));
            state.add(*kind, event.time, value);
        }
    }

    fn read(&self, states: &[State], events: u32, values: &mut [Value]) {
        for reading in &self.readings {
            values[reading.index] = match reading.kept.and_then(|kept| states.get(kept)) {
                Some(state) => state.value(reading.function, &reading.ty, events),
                None => Value::Int(i64::from(events)),
            };
        }
    }
}

/// What is kept of the events of one key's window or bucket.
///
/// The aggregates of the evidence are worked out from all events at the first match. Matches often follow each other, so they are
/// then kept up until as many events as the window holds have passed without a match: that costs at most twice what the events
/// cost, however the matches fall.
#[derive(Default, Serialize, Deserialize)]
pub struct Contents {
    /// How many events there are.
    pub events: u32,
    tested: Box<[State]>,
    shown: Option<Box<Shown>>,
}

#[derive(Serialize, Deserialize)]
struct Shown {
    states: Box<[State]>,
    /// Events since the last match.
    idle: u32,
}

impl Shown {
    fn new(gauge: &Gauge, log: &Log, last: Number, from: i64) -> Self {
        let mut states = gauge.start();
        let events: Vec<(Number, i64)> = log.of_key(last, from).map(|(number, entry)| (number, entry.time)).collect();
        for (number, time) in events.into_iter().rev() {
            let inputs: Vec<&Value> = log.inputs(number).collect();
            for ((kind, input), state) in gauge.kept.iter().zip(&mut states) {
                let value = input.map_or(&Value::Missing, |input| inputs[input]);
                state.add(*kind, time, Cow::Borrowed(value));
            }
        }
        Self { states, idle: 0 }
    }
}

impl Contents {
    /// Adds an event that is not earlier than those before, and forgets those before `from`. Those that leave are counted by
    /// whoever holds the log.
    pub fn add(&mut self, measure: &Measure, event: &Event, from: i64) {
        measure.tested.add(&mut self.tested, event, from);
        if let Some(shown) = &mut self.shown {
            shown.idle += 1;
            if shown.idle > self.events {
                self.shown = None;
            } else {
                measure.shown.add(&mut shown.states, event, from);
            }
        }
        self.events += 1;
    }
}
