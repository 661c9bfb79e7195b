//! Single event: every event that passes the filter is a match.

use crate::engine::Match;
use crate::engine::compile::Compiler;
use crate::engine::event::Event;
use crate::plan::Plan;

use super::Evidence;

/// The operator.
pub struct Single {
    plan: usize,
    evidence: Evidence,
    found: Vec<Match>,
}

impl Single {
    /// The operator of a plan.
    pub fn new(plan: &Plan, index: usize, compiler: &Compiler<'_>) -> Self {
        Self { plan: index, evidence: Evidence::new(plan, compiler), found: Vec::new() }
    }

    /// Takes an event.
    pub fn push(&mut self, event: &Event) {
        self.found.push(Match {
            plan: self.plan,
            key: Vec::new(),
            time: event.time,
            event_id: event.event_id.clone(),
            show: self.evidence.values(event, &[]),
            events: vec![event.event_id.clone()],
        });
    }

    /// Gives the matches so far.
    pub fn settle(&mut self, found: &mut Vec<Match>) {
        found.append(&mut self.found);
    }
}
