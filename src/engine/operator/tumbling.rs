//! Tumbling window: buckets from 1970 on, each reported at its last event once it is over.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::engine::Match;
use crate::engine::compile::Compiler;
use crate::engine::event::Event;
use crate::plan::{Plan, Window};
use crate::value::Value;

use super::aggregate::State;
use super::window::{Entry, Measure};

/// The operator.
pub struct Tumbling {
    measure: Measure,
    width: i64,
    /// The number of the open bucket, and its events by key.
    open: Option<i64>,
    keys: FxHashMap<Vec<Value>, Bucket>,
}

struct Bucket {
    entries: VecDeque<Entry>,
    states: Vec<State>,
}

impl Tumbling {
    /// The operator of a plan.
    pub fn new(plan: &Plan, window: &Window, index: usize, compiler: &Compiler<'_>) -> Self {
        Self {
            measure: Measure::new(plan, window, index, compiler),
            width: window.width,
            open: None,
            keys: FxHashMap::default(),
        }
    }

    /// Takes an event of the open bucket; [`Tumbling::settle`] has closed the one before.
    pub fn push(&mut self, event: &Event, key: Vec<Value>) {
        self.open = Some(event.time.div_euclid(self.width));
        let bucket =
            self.keys.entry(key).or_insert_with(|| Bucket { entries: VecDeque::new(), states: self.measure.start() });
        let entry = self.measure.add(event, &mut bucket.states);
        bucket.entries.push_back(entry);
    }

    /// Closes the open bucket if the next event is past it.
    pub fn settle(&mut self, next: Option<i64>, found: &mut Vec<Match>) {
        let next = next.map(|time| time.div_euclid(self.width));
        if self.open.is_none() || self.open == next {
            return;
        }
        self.open = None;
        #[expect(clippy::iter_over_hash_type, reason = "matches are put in order before anyone sees them")]
        for (key, bucket) in self.keys.drain() {
            let Some(last) = bucket.entries.back() else { continue };
            if self.measure.holds(&bucket.states, &last.event) {
                let count = bucket.entries.len();
                self.measure.matches(&key, &bucket.entries, count - 1..count, found);
            }
        }
    }

    /// Matches of the open bucket are still to come, from its start on.
    pub fn watermark(&self, next: i64) -> i64 {
        self.open.map_or(next, |number| number * self.width)
    }
}
