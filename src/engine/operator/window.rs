//! Sliding window: an event matches when the condition holds on the events of its key in the closed interval that ends with it.
//!
//! Events of one key and one time share their window, so they wait until all of them are there. The events of all windows are in
//! one [`Log`], which forgets them as time goes on, and with its last event a key: memory follows what the windows hold.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::Match;
use crate::engine::compile::Compiler;
use crate::engine::event::Event;
use crate::engine::key::{Kept, Key, KeyTable, Place};
use crate::plan::{Plan, Window};
use crate::value::Value;

use super::baseline::Baselines;
use super::log::{Log, Number};
use super::measure::{Contents, Measure};
use super::prevalence::Prevalences;
use super::state;
use super::{Found, earliest};

/// The operator.
pub struct Sliding {
    measure: Measure,
    baselines: Baselines,
    prevalences: Prevalences,
    width: i64,
    /// How long after its time a match is confirmed; none where every match stands at once.
    wait: Option<i64>,
    state: State,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    keys: KeyTable<Slide>,
    /// The events of the windows, and those that matches not yet confirmed rest on.
    log: Log,
    /// The number of the first event in the log that has not left its window.
    left: Number,
    /// Time of the last events.
    now: i64,
    /// Events of that time, not yet judged, with their keys.
    waiting: Vec<(Place, Arc<Event>)>,
    /// Matches to be given.
    found: Vec<Found>,
    /// The time up to which all was settled last.
    settled: Option<i64>,
}

/// The window of one key.
#[derive(Serialize, Deserialize)]
struct Slide {
    contents: Contents,
    /// The last event.
    last: Option<Number>,
    /// Time of the last match that stands.
    matched: i64,
}

/// Before every match.
const NEVER: i64 = i64::MIN;

impl Sliding {
    /// The operator of a plan.
    pub fn new(plan: &Plan, window: &Window, index: usize, compiler: &Compiler<'_>) -> Self {
        let measure = Measure::new(plan, window, index, compiler);
        Self {
            state: State { log: measure.log(), ..State::default() },
            measure,
            baselines: Baselines::new(plan, compiler),
            prevalences: Prevalences::new(plan, compiler),
            width: window.width,
            wait: (!plan.unless.is_empty()).then(|| plan.wait()),
        }
    }

    /// Takes an event that is not earlier than those before.
    pub fn push(&mut self, event: &Arc<Event>, key: &Key<'_>) {
        if event.time != self.state.now {
            self.judge();
            self.state.now = event.time;
            self.state.forget(event.time.saturating_sub(self.width), self.wait.is_some());
        }
        self.baselines.push(event, key);
        self.prevalences.push(event);
        let (measure, from) = (&self.measure, event.time.saturating_sub(self.width));
        let State { keys, log, waiting, .. } = &mut self.state;
        let (place, slide) = keys.entry(key, || Slide { contents: measure.start(), last: None, matched: NEVER });
        slide.last = Some(log.push(event.time, event.event_id.clone(), place, slide.last));
        measure.push_inputs(event, log);
        slide.contents.add(measure, event, from);
        waiting.push((place, Arc::clone(event)));
    }

    /// Gives the matches at times before `next` (none: at all times).
    pub fn settle(&mut self, next: Option<i64>, found: &mut Vec<Found>) {
        if next.is_none_or(|next| self.state.now < next) {
            self.judge();
        }
        found.append(&mut self.state.found);
        // What was settled the last time is confirmed by now, and what was not needs no more than this.
        if let (Some(wait), Some(settled)) = (self.wait, self.state.settled) {
            self.state.release(settled.saturating_sub(wait).saturating_sub(self.width));
        }
        self.state.settled = next;
    }

    /// Matches that are not given are still to come.
    pub fn watermark(&self, next: i64) -> i64 {
        earliest(&self.state.found, next)
    }

    /// All events of the current time are there: judges the keys that have some.
    fn judge(&mut self) {
        if self.state.waiting.is_empty() {
            return;
        }
        let mut waiting = std::mem::take(&mut self.state.waiting);
        waiting.sort_by_key(|(place, _)| *place);
        for events in waiting.chunk_by(|(a, _), (b, _)| a == b) {
            // Only a prevalence is of the event itself, and may differ between events of one moment.
            let together = if self.prevalences.is_empty() { events.len() } else { 1 };
            events.chunks(together).for_each(|events| self.judge_key(events));
        }
        waiting.clear();
        self.state.waiting = waiting;
    }

    /// Events of one key and the same aggregates.
    fn judge_key(&mut self, events: &[(Place, Arc<Event>)]) {
        let Some((place, event)) = events.last() else { return };
        let State { keys, log, found, .. } = &mut self.state;
        let Some(Kept { key, value: slide, .. }) = keys.at_mut(*place) else { return };
        let Some(number) = slide.last else { return };
        let from = event.time.saturating_sub(self.width);
        let earlier = self.baselines.values(key, event.time).into_iter().chain(self.prevalences.values(event));
        if self.measure.matched(&mut slide.contents, (event, number), (log, from), earlier).is_none() {
            return;
        }
        for (_, event) in events {
            let mut matched = self.measure.at(key, event);
            if self.wait.is_none() {
                slide.confirm(&mut matched, log, self.width);
            }
            found.push(Found { matched, event: Arc::clone(event), previous: None, steps: Vec::new() });
        }
    }

    /// The match stands: it gets the ids of its window's events, unless it continues an alert.
    pub fn confirm(&mut self, matched: &mut Match) {
        if self.wait.is_none() {
            return;
        }
        let State { keys, log, .. } = &mut self.state;
        if let Some(place) = keys.place_of(&matched.key)
            && let Some(kept) = keys.at_mut(place)
        {
            kept.value.confirm(matched, log, self.width);
        }
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

impl Slide {
    fn confirm(&mut self, matched: &mut Match, log: &Log, width: i64) {
        if self.matched == NEVER || matched.time.saturating_sub(self.matched) > width {
            let events = self.last.into_iter().flat_map(|last| log.of_key(last, matched.time.saturating_sub(width)));
            let events = events.filter(|(_, entry)| entry.time <= matched.time);
            let mut ids: Vec<Value> = events.map(|(_, entry)| entry.event_id.clone()).collect();
            ids.reverse();
            matched.events = ids;
        }
        self.matched = matched.time;
    }
}

impl State {
    /// Windows no longer begin before a time. Events that have left theirs stay if matches that rest on them are confirmed later.
    fn forget(&mut self, from: i64, stay: bool) {
        while let Some(entry) = self.log.get(self.left).filter(|entry| entry.time < from) {
            let (number, place) = (self.left, entry.key);
            self.left = number.wrapping_add(1);
            let Some(kept) = self.keys.at_mut(place) else { continue };
            kept.value.contents.events -= 1;
            if !stay {
                self.drop_oldest();
            }
        }
        self.give_back();
    }

    /// Nothing before a time is needed any more.
    fn release(&mut self, time: i64) {
        while self.log.oldest().is_some_and(|(number, entry)| number != self.left && entry.time < time) {
            self.drop_oldest();
        }
        self.give_back();
    }

    /// Drops the oldest event, and its key if that has no other.
    fn drop_oldest(&mut self) {
        if let Some((number, entry)) = self.log.oldest()
            && let Some(kept) = self.keys.at_mut(entry.key)
            && kept.value.last == Some(number)
        {
            let place = entry.key;
            self.keys.remove(place);
        }
        self.log.pop();
    }

    fn give_back(&mut self) {
        if self.waiting.is_empty()
            && let Some(places) = self.keys.compact()
        {
            self.log.move_keys(&places);
        }
    }
}
