//! What whoever dispatches events remembers from one to the next. Nothing in it changes who takes an event.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Hit;

/// Sets of groups that are remembered of a source at most; more begin anew.
const SETS: usize = 4096;

/// What is remembered.
#[derive(Debug, Default)]
pub struct Memory {
    /// Groups whose conditions hold for the event.
    pub(super) found: Vec<usize>,
    /// For each condition, the number of the event that it was last tested on, and whether it held.
    tested: Vec<(u32, bool)>,
    event: u32,
    /// For each source, by the groups.
    sets: Vec<FxHashMap<Box<[usize]>, HitSet>>,
}

/// Streams that take an event together.
#[derive(Debug)]
pub struct HitSet {
    /// By rule, then by stream.
    pub hits: Arc<[Hit]>,
    /// Their keys, among the different ones of the run.
    pub(super) keys: Box<[usize]>,
    /// The places of the values that they look at.
    pub places: Box<[u16]>,
}

impl Memory {
    /// Begins with the next event.
    pub(super) fn begin(&mut self, conditions: usize) {
        self.found.clear();
        if self.event == u32::MAX || self.tested.len() != conditions {
            self.tested = vec![(0, false); conditions];
            self.event = 0;
        }
        self.event += 1;
    }

    /// What a condition came to for this event, tested only once.
    pub(super) fn once(&mut self, condition: usize, holds: impl FnOnce() -> bool) -> bool {
        let (event, held) = &mut self.tested[condition];
        if *event != self.event {
            (*event, *held) = (self.event, holds());
        }
        *held
    }

    /// The streams of the groups that were found; none where none was.
    pub(super) fn hit_set(&mut self, source: u16, make: impl FnOnce(&[usize]) -> HitSet) -> Option<&HitSet> {
        if self.found.is_empty() {
            return None;
        }
        self.found.sort_unstable();
        let source = usize::from(source);
        if self.sets.len() <= source {
            self.sets.resize_with(source + 1, FxHashMap::default);
        }
        let (sets, found) = (&mut self.sets[source], &*self.found);
        if !sets.contains_key(found) {
            if sets.len() >= SETS {
                sets.clear();
            }
            sets.insert(found.into(), make(found));
        }
        sets.get(found)
    }
}
