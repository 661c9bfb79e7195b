//! First uses: an event whose tuple its key did not have in the history before it.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::compile::{Code, Compiler, Row};
use crate::engine::event::Event;
use crate::engine::key::{Key, KeyTable};
use crate::plan::{FirstSeen, Plan};
use crate::value::Value;

use super::recent::Recent;
use super::{Evidence, Found, Sweeps, alone, state};

/// The operator.
pub struct FirstUses {
    tuple: Vec<Code>,
    history: i64,
    learning: Option<i64>,
    evidence: Evidence,
    keys: KeyTable<Known>,
    /// How many tuples and times all keys hold.
    held: usize,
    sweeps: Sweeps,
    found: Vec<Found>,
}

/// What is known of a key.
#[derive(Default, Serialize, Deserialize)]
struct Known {
    /// When each tuple was last used.
    tuples: Recent,
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
            keys: KeyTable::default(),
            held: 0,
            sweeps: Sweeps::default(),
            found: Vec::new(),
        }
    }

    /// Takes an event.
    pub fn push(&mut self, event: &Arc<Event>, key: &Key<'_>) {
        let row = alone(event);
        let tuple = tuple(&self.tuple, &row);
        if tuple.is_none() && self.learning.is_none() {
            return;
        }
        let (_, known) = self.keys.entry(key, Known::default);
        let before = known.size();
        if let Some(learning) = self.learning {
            known.times.add(event.time, self.history, learning);
        }
        if let Some(tuple) = tuple {
            let earliest = event.time.saturating_sub(self.history);
            known.tuples.drop_before(earliest);
            let last = known.tuples.add(event.time, tuple);
            let learned = self.learning.is_none_or(|learning| {
                known.times.latest_until(event.time.saturating_sub(learning)).is_some_and(|time| time >= earliest)
            });
            if learned && last.is_none() {
                let mut matched = self.evidence.matched(&key.values(), &row);
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
        self.keys.retain(|known| {
            known.tuples.drop_before(earliest);
            known.times.drop_before(earliest);
            known.size() > 0
        });
        self.held = self.keys.iter().map(|kept| kept.value.size()).sum();
        self.sweeps.done(self.held);
    }

    /// Gives the matches so far.
    pub fn settle(&mut self, found: &mut Vec<Found>) {
        found.append(&mut self.found);
    }

    /// Adds the state to what is written.
    pub fn save(&self, into: &mut Vec<u8>) -> state::Result {
        state::write(&(&self.keys, &self.found), into)
    }

    /// Takes the state from what was written.
    pub fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        (self.keys, self.found) = state::read(from)?;
        self.held = self.keys.iter().map(|kept| kept.value.size()).sum();
        Ok(())
    }
}

/// The values of a tuple's fields as one value; none if one is missing.
fn tuple<'a>(fields: &'a [Code], row: &Row<'a>) -> Option<Cow<'a, Value>> {
    if let [field] = fields {
        return Some(field.value(row)).filter(|value| !value.is_missing());
    }
    let parts: Arc<[Value]> = fields.iter().map(|field| field.value(row).into_owned()).collect();
    (!parts.iter().any(Value::is_missing)).then_some(Cow::Owned(Value::Set(parts)))
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
#[derive(Default, Serialize, Deserialize)]
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
