//! The events of one key that a window or bucket holds, with the aggregates over them.

use std::collections::VecDeque;

use crate::engine::Match;
use crate::engine::compile::{Code, Compiler, Others, Row};
use crate::engine::event::Event;
use crate::plan::{Expr, ExprKind, Plan, Window};
use crate::value::Value;

use super::Evidence;
use super::aggregate::{Program, State};

/// What is counted, tested and shown of the events of one key.
pub struct Measure {
    /// How long after its time a match is confirmed, in microseconds.
    wait: i64,
    programs: Vec<Program>,
    /// The aggregates of the condition, which are kept up with every event.
    tested: Vec<usize>,
    /// The other aggregates, which are worked out for matches only.
    shown: Vec<usize>,
    condition: Code,
    evidence: Evidence,
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
        let of_window = (0..in_condition.len()).filter(|index| plan.aggregates[*index].is_over_window());
        let (tested, shown) = of_window.partition(|index| in_condition[*index]);
        Self {
            wait: plan.wait(),
            programs: plan.aggregates.iter().map(|aggregate| Program::new(aggregate, compiler)).collect(),
            tested,
            shown,
            condition: compiler.code(&window.condition),
            evidence: Evidence::new(plan, index, compiler),
        }
    }

    /// A match at an event, whose events are yet to be filled in.
    pub fn matched(&self, key: &[Value], event: &Event, aggregates: &[Value]) -> Match {
        self.evidence.matched(key, &Row { event, aggregates, others: Others::default() })
    }

    fn start(&self, which: &[usize]) -> Vec<State> {
        which.iter().map(|index| self.programs[*index].start()).collect()
    }

    fn fill(&self, values: &mut [Value], which: &[usize], states: &[State]) {
        for (index, state) in which.iter().zip(states) {
            values[*index] = self.programs[*index].value(state);
        }
    }
}

/// An event as a window remembers it: what it brings to each aggregate.
struct Entry {
    time: i64,
    event_id: Value,
    inputs: Box<[Value]>,
}

impl Entry {
    fn add_to(&self, which: &[usize], states: &mut [State]) {
        for (index, state) in which.iter().zip(states) {
            state.add(self.inputs[*index].clone());
        }
    }

    fn remove_from(&self, which: &[usize], states: &mut [State]) {
        for (index, state) in which.iter().zip(states) {
            state.remove(&self.inputs[*index]);
        }
    }
}

/// The contents of a window or bucket.
///
/// The aggregates of the evidence are worked out from all entries at the first match. Matches often follow each other, so they
/// are then kept up until as many events as the window holds have passed without a match: that costs at most twice what the
/// events cost, however the matches fall.
pub struct Contents {
    entries: VecDeque<Entry>,
    /// Times and ids of events that have left, as long as a match that rests on them is not confirmed.
    left: VecDeque<(i64, Value)>,
    tested: Vec<State>,
    shown: Option<Shown>,
}

struct Shown {
    states: Vec<State>,
    /// Events since the last match.
    idle: usize,
}

impl Contents {
    /// No events.
    pub fn new(measure: &Measure) -> Self {
        let tested = measure.start(&measure.tested);
        Self { entries: VecDeque::new(), left: VecDeque::new(), tested, shown: None }
    }

    /// How many events are held.
    pub fn held(&self) -> usize {
        self.entries.len() + self.left.len()
    }

    /// Adds an event that is not earlier than those before.
    pub fn add(&mut self, measure: &Measure, event: &Event) {
        let entry = Entry {
            time: event.time,
            event_id: event.event_id.clone(),
            inputs: measure.programs.iter().map(|program| program.input(event)).collect(),
        };
        entry.add_to(&measure.tested, &mut self.tested);
        if let Some(shown) = &mut self.shown {
            shown.idle += 1;
            if shown.idle > self.entries.len() {
                self.shown = None;
            } else {
                entry.add_to(&measure.shown, &mut shown.states);
            }
        }
        self.entries.push_back(entry);
    }

    /// Drops the events before a time.
    pub fn drop_before(&mut self, measure: &Measure, time: i64) {
        while self.entries.front().is_some_and(|oldest| oldest.time < time) {
            let Some(entry) = self.entries.pop_front() else { break };
            entry.remove_from(&measure.tested, &mut self.tested);
            if let Some(shown) = &mut self.shown {
                entry.remove_from(&measure.shown, &mut shown.states);
            }
            if measure.wait > 0 {
                self.left.push_back((entry.time, entry.event_id));
            }
        }
        let needed = time.saturating_sub(measure.wait);
        while self.left.front().is_some_and(|(oldest, _)| *oldest < needed) {
            self.left.pop_front();
        }
    }

    /// The aggregates, if the condition holds on the events that are here. `last` is the one that would match.
    /// `earlier` are those that are not over the window, by index.
    pub fn matched(&mut self, measure: &Measure, last: &Event, earlier: &[(usize, Value)]) -> Option<Vec<Value>> {
        let mut values = vec![Value::Missing; measure.programs.len()];
        for (index, value) in earlier {
            values[*index] = value.clone();
        }
        measure.fill(&mut values, &measure.tested, &self.tested);
        if !measure.condition.holds(&Row { event: last, aggregates: &values, others: Others::default() }) {
            return None;
        }
        let shown = self.shown.get_or_insert_with(|| {
            let mut states = measure.start(&measure.shown);
            for entry in &self.entries {
                entry.add_to(&measure.shown, &mut states);
            }
            Shown { states, idle: 0 }
        });
        shown.idle = 0;
        measure.fill(&mut values, &measure.shown, &shown.states);
        Some(values)
    }

    /// The ids of the events, by (time, id).
    pub fn event_ids(&self) -> Vec<Value> {
        self.entries.iter().map(|entry| entry.event_id.clone()).collect()
    }

    /// The ids of the events of a time span, both ends included, by (time, id).
    pub fn event_ids_between(&self, from: i64, to: i64) -> Vec<Value> {
        let left = self.left.iter().map(|(time, event_id)| (*time, event_id));
        let all = left.chain(self.entries.iter().map(|entry| (entry.time, &entry.event_id)));
        all.filter(|(time, _)| (from..=to).contains(time)).map(|(_, event_id)| event_id.clone()).collect()
    }
}
