//! First uses: an event whose tuple its key did not have in the history before it.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::engine::compile::{Code, Compiler};
use crate::engine::event::Event;
use crate::engine::key::Key;
use crate::plan::{FirstSeen, Plan};
use crate::value::Value;

use super::{Evidence, Found, Sweeps, alone};

/// The operator.
pub struct FirstUses {
    tuple: Vec<Code>,
    history: i64,
    learning: Option<i64>,
    evidence: Evidence,
    keys: FxHashMap<Vec<Value>, Known>,
    /// How many tuples and times all keys hold.
    held: usize,
    sweeps: Sweeps,
    found: Vec<Found>,
}

/// What is known of a key.
#[derive(Default)]
struct Known {
    /// When each tuple was last used.
    tuples: FxHashMap<Vec<Value>, i64>,
    times: Times,
}

impl FirstUses {
    /// The operator of a plan.
    pub fn new(plan: &Plan, shape: &FirstSeen, index: usize, compiler: &Compiler<'_>) -> Self {
        Self {
            tuple: shape.tuple.iter().map(|field| compiler.field(*field)).collect(),
            history: shape.history,
            learning: shape.learning,
            evidence: Evidence::new(plan, index, compiler),
            keys: FxHashMap::default(),
            held: 0,
            sweeps: Sweeps::default(),
            found: Vec::new(),
        }
    }

    /// Takes an event.
    pub fn push(&mut self, event: &Arc<Event>, key: &Key<'_>) {
        let key = &*key.values();
        let row = alone(event);
        let tuple: Vec<Value> = self.tuple.iter().map(|field| field.value(&row).into_owned()).collect();
        let complete = !tuple.iter().any(Value::is_missing);
        if !complete && self.learning.is_none() {
            return;
        }
        let known = self.keys.entry(key.to_vec()).or_default();
        let before = known.size();
        if let Some(learning) = self.learning {
            known.times.add(event.time, self.history, learning);
        }
        if complete {
            let earliest = event.time.saturating_sub(self.history);
            let last = known.tuples.insert(tuple, event.time);
            let learned = self.learning.is_none_or(|learning| {
                known.times.latest_until(event.time.saturating_sub(learning)).is_some_and(|time| time >= earliest)
            });
            if learned && last.is_none_or(|last| last < earliest) {
                let mut matched = self.evidence.matched(key, &row);
                matched.events = vec![event.event_id.clone()];
                let found = Found { matched, event: Arc::clone(event), previous: None, steps: Vec::new() };
                self.found.push(found);
            }
        }
        self.held = self.held + known.size() - before;
        self.sweep(event.time);
    }

    /// Drops what is older than the history of any later event.
    fn sweep(&mut self, now: i64) {
        if !self.sweeps.due(self.held) {
            return;
        }
        let earliest = now.saturating_sub(self.history);
        self.keys.retain(|_, known| {
            known.tuples.retain(|_, last| *last >= earliest);
            known.times.drop_before(earliest);
            known.size() > 0
        });
        self.held = self.keys.values().map(Known::size).sum();
        self.sweeps.done(self.held);
    }

    /// Whether there are matches to be given.
    pub fn is_pending(&self) -> bool {
        !self.found.is_empty()
    }

    /// Gives the matches so far.
    pub fn settle(&mut self, found: &mut Vec<Found>) {
        found.append(&mut self.found);
    }
}

impl Known {
    fn size(&self) -> usize {
        self.tuples.len() + self.times.0.len()
    }
}

/// Times of a key's events, as few as tell whether one lies between the history's start and the learning time of any later
/// event.
///
/// A time between two others is left out where those are no further apart than the history is longer than the learning time:
/// whenever it is the latest that is old enough, the one before it is old enough too, and still within the history.
#[derive(Default)]
struct Times(VecDeque<i64>);

impl Times {
    /// Adds the time of an event that is not earlier than those before. What no later event needs is dropped.
    fn add(&mut self, time: i64, history: i64, learning: i64) {
        let slack = history.saturating_sub(learning);
        let (last, before) = (self.0.back().copied(), self.0.iter().rev().nth(1).copied());
        if last == Some(time) || before.is_some_and(|before| time.saturating_sub(before) <= slack) {
            self.0.pop_back();
        }
        self.0.push_back(time);
        let until = time.saturating_sub(learning);
        while self.0.get(1).is_some_and(|second| *second <= until) {
            self.0.pop_front();
        }
    }

    /// The latest that is not after a time. Never asked for a time before one asked for already.
    fn latest_until(&self, time: i64) -> Option<i64> {
        self.0.iter().take_while(|known| **known <= time).last().copied()
    }

    fn drop_before(&mut self, time: i64) {
        while self.0.front().is_some_and(|first| *first < time) {
            self.0.pop_front();
        }
    }
}
