//! Tumbling window: buckets from 1970 on, each reported at its last event once it is over.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::compile::Compiler;
use crate::engine::event::Event;
use crate::engine::key::{Key, KeyTable};
use crate::plan::{Plan, Window};
use crate::value::Value;

use super::baseline::Baselines;
use super::log::{Log, Number};
use super::measure::{Contents, Measure};
use super::prevalence::Prevalences;
use super::state;
use super::{Found, earliest};

/// The operator.
pub struct Tumbling {
    measure: Measure,
    baselines: Baselines,
    prevalences: Prevalences,
    width: i64,
    state: State,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    /// The number of the open bucket.
    open: Option<i64>,
    keys: KeyTable<Bucket>,
    /// The events of the open bucket.
    log: Log,
    /// Matches to be given.
    found: Vec<Found>,
}

/// The open bucket of one key.
#[derive(Serialize, Deserialize)]
struct Bucket {
    contents: Contents,
    /// Its last event so far.
    last: Arc<Event>,
    /// The number of that.
    number: Option<Number>,
}

impl Tumbling {
    /// The operator of a plan.
    pub fn new(plan: &Plan, window: &Window, index: usize, compiler: &Compiler<'_>) -> Self {
        let measure = Measure::new(plan, window, index, compiler);
        Self {
            state: State { log: measure.log(), ..State::default() },
            measure,
            baselines: Baselines::new(plan, compiler),
            prevalences: Prevalences::new(plan, compiler),
            width: window.width,
        }
    }

    /// Takes an event that is not earlier than those before.
    pub fn push(&mut self, event: &Arc<Event>, key: &Key<'_>) {
        let number = event.time.div_euclid(self.width);
        if self.state.open != Some(number) {
            self.close();
            self.state.open = Some(number);
        }
        self.baselines.push(event, key);
        self.prevalences.push(event);
        let (measure, State { keys, log, .. }) = (&self.measure, &mut self.state);
        let fresh = || Bucket { contents: measure.start(), last: Arc::clone(event), number: None };
        let (place, bucket) = keys.entry(key, fresh);
        bucket.number = Some(log.push(event.time, event.event_id.clone(), place, bucket.number));
        measure.push_inputs(event, log);
        bucket.contents.add(measure, event, i64::MIN);
        bucket.last = Arc::clone(event);
    }

    /// Gives the matches of the buckets that are over when no event before `next` comes any more (none: of all).
    pub fn settle(&mut self, next: Option<i64>, found: &mut Vec<Found>) {
        if self.state.open != next.map(|time| time.div_euclid(self.width)) {
            self.close();
        }
        found.append(&mut self.state.found);
    }

    /// The open bucket is over.
    fn close(&mut self) {
        if self.state.open.take().is_none() {
            return;
        }
        let State { keys, log, found, .. } = &mut self.state;
        for kept in keys.drain() {
            let Bucket { mut contents, last, number } = kept.value;
            let Some(number) = number else { continue };
            let earlier = self.baselines.values(&kept.key, last.time).into_iter().chain(self.prevalences.values(&last));
            let window = (&*log, i64::MIN);
            if self.measure.matched(&mut contents, (&last, number), window, earlier).is_some() {
                let mut matched = self.measure.at(&kept.key, &last);
                let ids = log.of_key(number, i64::MIN).map(|(_, entry)| entry.event_id.clone());
                matched.events = ids.collect::<Vec<Value>>().into_iter().rev().collect();
                found.push(Found { matched, event: last, previous: None, steps: Vec::new() });
            }
        }
        log.clear();
    }

    /// Matches of the open bucket are still to come, from its start on.
    pub fn watermark(&self, next: i64) -> i64 {
        let open = self.state.open.map_or(next, |number| next.min(number.saturating_mul(self.width)));
        earliest(&self.state.found, open)
    }

    /// Adds the state to what is written.
    pub fn save(&self, into: &mut Vec<u8>) -> state::Result {
        self.baselines.save(into)?;
        self.prevalences.save(into)?;
        state::write(&self.state, into)
    }

    /// Takes the state from what was written.
    pub fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        self.baselines.restore(from)?;
        self.prevalences.restore(from)?;
        self.state = state::read(from)?;
        Ok(())
    }
}
