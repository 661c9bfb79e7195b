//! Alerts as they begin: of matches that follow each other within their rule's width only the first is told.

use std::collections::BTreeMap;

use crate::engine::operator::state;
use crate::engine::{Alert, Match};
use crate::plan::Plan;
use crate::value::Value;

/// Fewer open alerts than this are not looked through.
const SWEEP: usize = 4096;

/// Alerts that may go on: rule, key, and the time of the last match.
type Open = BTreeMap<(usize, Vec<Value>), i64>;

/// Finds out which matches begin an alert.
pub struct Openings {
    /// How far the matches of an alert may be apart, by rule; none where each is an alert.
    widths: Vec<Option<i64>>,
    /// How long after its time a match may still come, at most, by rule.
    waits: Vec<i64>,
    open: Open,
    sweep: usize,
}

impl Openings {
    /// For the matches of these rules.
    #[must_use]
    pub fn new(plans: &[Plan]) -> Self {
        let widths = plans.iter().map(|plan| plan.shape.width()).collect();
        let waits = plans.iter().map(Plan::lookback).collect();
        Self { widths, waits, open: BTreeMap::new(), sweep: SWEEP }
    }

    /// The alert that begins with this match; none where one goes on. Matches come in order of time.
    pub fn push(&mut self, found: Match) -> Option<Alert> {
        if let Some(width) = self.widths[found.plan] {
            let last = self.open.insert((found.plan, found.key.clone()), found.time);
            if last.is_some_and(|last| found.time - last <= width) {
                return None;
            }
        }
        Some(Alert { last_time: found.time, matches: 1, first: found })
    }

    /// No event before `time` comes any more.
    pub fn pass(&mut self, time: i64) {
        if self.open.len() < self.sweep {
            return;
        }
        let (widths, waits) = (&self.widths, &self.waits);
        self.open.retain(|(plan, _), last| {
            let kept = widths[*plan].unwrap_or(0).saturating_add(waits[*plan]);
            time.saturating_sub(*last) <= kept
        });
        self.sweep = (2 * self.open.len()).max(SWEEP);
    }

    /// Adds the state to what is written.
    pub fn save(&self, into: &mut Vec<u8>) -> state::Result {
        state::write(&self.open, into)
    }

    /// Takes the state from what was written.
    pub fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        self.open = state::read(from)?;
        self.sweep = (2 * self.open.len()).max(SWEEP);
        Ok(())
    }
}
