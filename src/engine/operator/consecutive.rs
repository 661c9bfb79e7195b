//! Consecutive pairs: an event and the one of its key just before it.

use std::sync::Arc;

use crate::engine::compile::{Code, Compiler, Others, Row};
use crate::engine::event::Event;
use crate::engine::key::{Key, KeyTable};
use crate::plan::{Consecutive, Plan};

use super::{Evidence, Found, Sweeps, state};

/// The operator.
pub struct Neighbours {
    width: i64,
    predicate: Vec<Code>,
    evidence: Evidence,
    /// The last event of each key.
    last: KeyTable<Arc<Event>>,
    sweeps: Sweeps,
    found: Vec<Found>,
}

impl Neighbours {
    /// The operator of a plan.
    pub fn new(plan: &Plan, shape: &Consecutive, index: usize, compiler: &Compiler<'_>) -> Self {
        Self {
            width: shape.width,
            predicate: shape.predicate.iter().map(|condition| compiler.code(condition)).collect(),
            evidence: Evidence::new(plan, index, compiler),
            last: KeyTable::default(),
            sweeps: Sweeps::default(),
            found: Vec::new(),
        }
    }

    /// Takes an event.
    pub fn push(&mut self, event: &Arc<Event>, key: &Key<'_>) {
        let Some(kept) = self.last.find(key) else {
            self.last.entry(key, || Arc::clone(event));
            self.sweep(event.time);
            return;
        };
        let previous = std::mem::replace(&mut kept.value, Arc::clone(event));
        if event.time.saturating_sub(previous.time) > self.width {
            return;
        }
        let others = Others { previous: Some(&previous), ..Others::default() };
        let row = Row { event, aggregates: &[], others };
        if self.predicate.iter().all(|condition| condition.holds(&row)) {
            let mut matched = self.evidence.matched(&kept.key, &row);
            matched.events = vec![previous.event_id.clone(), event.event_id.clone()];
            let found = Found { matched, event: Arc::clone(event), previous: Some(previous), steps: Vec::new() };
            self.found.push(found);
        }
    }

    /// Drops keys whose last event is too old to be the previous one of any later event.
    fn sweep(&mut self, now: i64) {
        if self.sweeps.due(self.last.len()) {
            let earliest = now.saturating_sub(self.width);
            self.last.retain(|last| last.time >= earliest);
            self.sweeps.done(self.last.len());
        }
    }

    /// Gives the matches so far.
    pub fn settle(&mut self, found: &mut Vec<Found>) {
        found.append(&mut self.found);
    }

    /// Adds the state to what is written.
    pub fn save(&self, into: &mut Vec<u8>) -> state::Result {
        state::write(&(&self.last, &self.found), into)
    }

    /// Takes the state from what was written.
    pub fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        (self.last, self.found) = state::read(from)?;
        Ok(())
    }
}
