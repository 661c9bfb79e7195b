//! Single event: every event that passes the filter is a match.

use std::sync::Arc;

use crate::engine::compile::Compiler;
use crate::engine::event::Event;
use crate::plan::Plan;

use super::{Evidence, Found, alone, state};

/// The operator.
pub struct Single {
    evidence: Evidence,
    found: Vec<Found>,
}

impl Single {
    /// The operator of a plan.
    pub fn new(plan: &Plan, index: usize, compiler: &Compiler<'_>) -> Self {
        Self { evidence: Evidence::new(plan, index, compiler), found: Vec::new() }
    }

    /// Takes an event.
    pub fn push(&mut self, event: &Arc<Event>) {
        let mut matched = self.evidence.matched(&[], &alone(event));
        matched.events = vec![event.event_id.clone()];
        self.found.push(Found { matched, event: Arc::clone(event), previous: None, steps: Vec::new() });
    }

    /// Gives the matches so far.
    pub fn settle(&mut self, found: &mut Vec<Found>) {
        found.append(&mut self.found);
    }

    /// Adds the state to what is written.
    pub fn save(&self, into: &mut Vec<u8>) -> state::Result {
        state::write(&self.found, into)
    }

    /// Takes the state from what was written.
    pub fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        self.found = state::read(from)?;
        Ok(())
    }
}
