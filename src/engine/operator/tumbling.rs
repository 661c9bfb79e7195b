//! Tumbling window: buckets from 1970 on, each reported at its last event once it is over.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::engine::compile::Compiler;
use crate::engine::event::Event;
use crate::engine::key::Key;
use crate::plan::{Plan, Window};
use crate::value::Value;

use super::Found;
use super::baseline::Baselines;
use super::contents::{Contents, Measure};
use super::prevalence::Prevalences;

/// The operator.
pub struct Tumbling {
    measure: Measure,
    baselines: Baselines,
    prevalences: Prevalences,
    width: i64,
    /// The number of the open bucket.
    open: Option<i64>,
    keys: FxHashMap<Vec<Value>, Bucket>,
}

/// The open bucket of one key.
struct Bucket {
    contents: Contents,
    /// Its last event so far.
    last: Arc<Event>,
}

impl Tumbling {
    /// The operator of a plan.
    pub fn new(plan: &Plan, window: &Window, index: usize, compiler: &Compiler<'_>) -> Self {
        Self {
            measure: Measure::new(plan, window, index, compiler),
            baselines: Baselines::new(plan, compiler),
            prevalences: Prevalences::new(plan, compiler),
            width: window.width,
            open: None,
            keys: FxHashMap::default(),
        }
    }

    /// Takes an event of the open bucket; [`Tumbling::settle`] has closed the one before.
    pub fn push(&mut self, event: &Arc<Event>, key: &Key<'_>) {
        let key = &*key.values();
        self.baselines.push(event, key);
        self.prevalences.push(event);
        self.open = Some(event.time.div_euclid(self.width));
        let bucket = self
            .keys
            .entry(key.to_vec())
            .or_insert_with(|| Bucket { contents: Contents::new(&self.measure), last: Arc::clone(event) });
        bucket.contents.add(&self.measure, event);
        bucket.last = Arc::clone(event);
    }

    /// Whether a bucket is open.
    pub fn is_pending(&self) -> bool {
        self.open.is_some()
    }

    /// Closes the open bucket if the next event is past it.
    pub fn settle(&mut self, next: Option<i64>, found: &mut Vec<Found>) {
        let next = next.map(|time| time.div_euclid(self.width));
        if self.open.is_none() || self.open == next {
            return;
        }
        self.open = None;
        #[expect(clippy::iter_over_hash_type, reason = "matches are put in order before anyone sees them")]
        for (key, mut bucket) in self.keys.drain() {
            let mut earlier = self.baselines.values(&key, bucket.last.time);
            earlier.extend(self.prevalences.values(&bucket.last));
            if let Some(values) = bucket.contents.matched(&self.measure, &bucket.last, &earlier) {
                let mut matched = self.measure.matched(&key, &bucket.last, &values);
                matched.events = bucket.contents.event_ids();
                found.push(Found { matched, event: bucket.last, previous: None, steps: Vec::new() });
            }
        }
    }

    /// Matches of the open bucket are still to come, from its start on.
    pub fn watermark(&self, next: i64) -> i64 {
        self.open.map_or(next, |number| number.saturating_mul(self.width))
    }
}
