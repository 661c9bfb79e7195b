//! How many events with ids there are at most within some time, to know how much has to be remembered.

use rustc_hash::FxHashMap;

use crate::engine::event::Event;

/// Counts of events by time.
#[derive(Debug)]
pub(super) struct Crowd {
    width: i64,
    /// By time in units of the width.
    counts: FxHashMap<i64, usize>,
    all: usize,
}

/// More counts than this are not kept.
const COUNTS: usize = 1 << 16;

impl Crowd {
    /// Of events within this time of each other.
    pub(super) fn new(width: i64) -> Self {
        Self { width: width.max(1), counts: FxHashMap::default(), all: 0 }
    }

    pub(super) fn add(&mut self, event: &Event) {
        if event.event_id.is_missing() {
            return;
        }
        self.all += 1;
        if self.counts.len() < COUNTS {
            *self.counts.entry(event.time.div_euclid(self.width)).or_default() += 1;
        }
    }

    /// So many at most.
    pub(super) fn most(&self) -> usize {
        if self.counts.len() >= COUNTS {
            return self.all;
        }
        let count = |time: i64| self.counts.get(&time).copied().unwrap_or(0);
        let both = |time: &i64| count(*time) + time.checked_add(1).map_or(0, count);
        self.counts.keys().map(both).max().unwrap_or(0)
    }
}
