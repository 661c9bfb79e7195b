//! Sliding window: an event matches when the condition holds on the events of its key in the closed interval that ends with it.
//!
//! Events of one key and one time share their window, so they wait until all of them are there.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::engine::Match;
use crate::engine::compile::{Code, Compiler, Row};
use crate::engine::event::Event;
use crate::plan::{Expr, ExprKind, Plan, Window};
use crate::value::Value;

use super::Evidence;
use super::aggregate::{Program, State};

/// What is counted, tested and shown of the events of one key.
pub struct Measure {
    plan: usize,
    programs: Vec<Program>,
    /// Which aggregates the condition looks at; the others are worked out for matches only.
    in_condition: Vec<bool>,
    condition: Code,
    evidence: Evidence,
}

/// An event in a window, with what it brings to the aggregates of the condition.
pub struct Entry {
    /// The event.
    pub event: Event,
    inputs: Box<[Value]>,
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
        Self {
            plan: index,
            programs: plan.aggregates.iter().map(|aggregate| Program::new(aggregate, compiler)).collect(),
            in_condition,
            condition: compiler.code(&window.condition),
            evidence: Evidence::new(plan, compiler),
        }
    }

    fn conditional(&self) -> impl Iterator<Item = &Program> {
        self.programs.iter().zip(&self.in_condition).filter(|(_, used)| **used).map(|(program, _)| program)
    }

    /// The states of the condition's aggregates before any event.
    pub fn start(&self) -> Vec<State> {
        self.conditional().map(Program::start).collect()
    }

    /// An event as an entry, added to the states.
    pub fn add(&self, event: &Event, states: &mut [State]) -> Entry {
        let inputs: Box<[Value]> = self.conditional().map(|program| program.input(event)).collect();
        for (state, input) in states.iter_mut().zip(&inputs) {
            state.add(input.clone());
        }
        Entry { event: event.clone(), inputs }
    }

    /// Takes the oldest entry from the states.
    pub fn remove(entry: &Entry, states: &mut [State]) {
        for (state, input) in states.iter_mut().zip(&entry.inputs) {
            state.remove(input);
        }
    }

    /// Whether the condition holds; `last` is the event that would match.
    pub fn holds(&self, states: &[State], last: &Event) -> bool {
        let mut states = states.iter();
        let values: Vec<Value> = self
            .programs
            .iter()
            .zip(&self.in_condition)
            .map(|(program, used)| {
                if *used { states.next().map(|state| program.value(state)).unwrap_or_default() } else { Value::Missing }
            })
            .collect();
        self.condition.holds(&Row { event: last, aggregates: &values })
    }

    /// The matches at `at` (indexes into `entries`), which all see the same entries.
    pub fn matches(
        &self,
        key: &[Value],
        entries: &VecDeque<Entry>,
        at: std::ops::Range<usize>,
        found: &mut Vec<Match>,
    ) {
        let values: Vec<Value> = self
            .programs
            .iter()
            .map(|program| {
                let mut state = program.start();
                for entry in entries {
                    state.add(program.input(&entry.event));
                }
                program.value(&state)
            })
            .collect();
        let events: Vec<Value> = entries.iter().map(|entry| entry.event.event_id.clone()).collect();
        for index in at {
            let event = &entries[index].event;
            found.push(Match {
                plan: self.plan,
                key: key.to_vec(),
                time: event.time,
                event_id: event.event_id.clone(),
                show: self.evidence.values(event, &values),
                events: events.clone(),
            });
        }
    }
}

/// The operator.
pub struct Sliding {
    measure: Measure,
    width: i64,
    keys: FxHashMap<Vec<Value>, Slide>,
    /// Keys with events of the current time.
    waiting: Vec<Vec<Value>>,
    /// The number of keys at which idle ones are looked for next.
    sweep_at: usize,
}

/// The window of one key.
struct Slide {
    entries: VecDeque<Entry>,
    states: Vec<State>,
    /// How many of the last entries are of the current time and not yet judged.
    waiting: usize,
}

/// Fewer keys than this are never worth a sweep.
const SWEEP_MINIMUM: usize = 1024;

impl Sliding {
    /// The operator of a plan.
    pub fn new(plan: &Plan, window: &Window, index: usize, compiler: &Compiler<'_>) -> Self {
        Self {
            measure: Measure::new(plan, window, index, compiler),
            width: window.width,
            keys: FxHashMap::default(),
            waiting: Vec::new(),
            sweep_at: SWEEP_MINIMUM,
        }
    }

    /// Takes an event.
    pub fn push(&mut self, event: &Event, key: Vec<Value>) {
        let slide = self.keys.entry(key.clone()).or_insert_with(|| Slide {
            entries: VecDeque::new(),
            states: self.measure.start(),
            waiting: 0,
        });
        while slide.entries.front().is_some_and(|oldest| event.time - oldest.event.time > self.width) {
            if let Some(oldest) = slide.entries.pop_front() {
                Measure::remove(&oldest, &mut slide.states);
            }
        }
        let entry = self.measure.add(event, &mut slide.states);
        slide.entries.push_back(entry);
        if slide.waiting == 0 {
            self.waiting.push(key);
        }
        slide.waiting += 1;
        self.sweep(event.time);
    }

    /// Drops keys whose events are all out of every later window. The work is spread: the map must double before the next sweep.
    fn sweep(&mut self, now: i64) {
        if self.keys.len() < self.sweep_at {
            return;
        }
        let width = self.width;
        self.keys.retain(|_, slide| slide.entries.back().is_some_and(|last| now - last.event.time <= width));
        self.sweep_at = (2 * self.keys.len()).max(SWEEP_MINIMUM);
    }

    /// All events of the current time are there: judges the keys that have some.
    pub fn settle(&mut self, found: &mut Vec<Match>) {
        for key in self.waiting.drain(..) {
            let Some(slide) = self.keys.get_mut(&key) else { continue };
            let count = slide.entries.len();
            let at = count - std::mem::take(&mut slide.waiting)..count;
            let Some(last) = slide.entries.back() else { continue };
            if self.measure.holds(&slide.states, &last.event) {
                self.measure.matches(&key, &slide.entries, at, found);
            }
        }
    }
}
