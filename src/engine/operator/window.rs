//! Sliding window: an event matches when the condition holds on the events of its key in the closed interval that ends with it.
//!
//! Events of one key and one time share their window, so they wait until all of them are there.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::engine::Match;
use crate::engine::compile::Compiler;
use crate::engine::event::Event;
use crate::engine::key::Key;
use crate::plan::{Plan, Window};
use crate::value::Value;

use super::baseline::Baselines;
use super::contents::{Contents, Measure};
use super::prevalence::Prevalences;
use super::{Found, Sweeps};

/// The operator.
pub struct Sliding {
    measure: Measure,
    baselines: Baselines,
    prevalences: Prevalences,
    width: i64,
    /// How long after its time a match is confirmed.
    wait: i64,
    keys: FxHashMap<Vec<Value>, Slide>,
    /// Keys with events of the current time.
    waiting: Vec<Vec<Value>>,
    /// How many events all windows hold.
    held: usize,
    sweeps: Sweeps,
}

/// The window of one key.
struct Slide {
    contents: Contents,
    /// Time of the last event.
    last: i64,
    /// Events of the current time, not yet judged.
    waiting: Vec<Arc<Event>>,
    /// Time of the last match that stands.
    matched: Option<i64>,
}

impl Sliding {
    /// The operator of a plan.
    pub fn new(plan: &Plan, window: &Window, index: usize, compiler: &Compiler<'_>) -> Self {
        Self {
            measure: Measure::new(plan, window, index, compiler),
            baselines: Baselines::new(plan, compiler),
            prevalences: Prevalences::new(plan, compiler),
            width: window.width,
            wait: plan.wait(),
            keys: FxHashMap::default(),
            waiting: Vec::new(),
            held: 0,
            sweeps: Sweeps::default(),
        }
    }

    /// Takes an event.
    pub fn push(&mut self, event: &Arc<Event>, key: &Key<'_>) {
        let key = &*key.values();
        self.baselines.push(event, key);
        self.prevalences.push(event);
        let slide = self.keys.entry(key.to_vec()).or_insert_with(|| Slide {
            contents: Contents::new(&self.measure),
            last: event.time,
            waiting: Vec::new(),
            matched: None,
        });
        let before = slide.contents.held();
        slide.contents.drop_before(&self.measure, event.time.saturating_sub(self.width));
        slide.contents.add(&self.measure, event);
        self.held = self.held + slide.contents.held() - before;
        slide.last = event.time;
        if slide.waiting.is_empty() {
            self.waiting.push(key.to_vec());
        }
        slide.waiting.push(Arc::clone(event));
        self.sweep(event.time);
    }

    /// Drops keys whose events are out of every later window.
    fn sweep(&mut self, now: i64) {
        if !self.sweeps.due(self.held) {
            return;
        }
        let earliest = now.saturating_sub(self.width).saturating_sub(self.wait);
        let mut held = 0;
        self.keys.retain(|_, slide| {
            let live = slide.last >= earliest;
            held += if live { slide.contents.held() } else { 0 };
            live
        });
        self.held = held;
        self.sweeps.done(held);
    }

    /// Whether there are events to be judged.
    pub fn is_pending(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// All events of the current time are there: judges the keys that have some.
    pub fn settle(&mut self, found: &mut Vec<Found>) {
        for key in self.waiting.drain(..) {
            let Some(slide) = self.keys.get_mut(&key) else { continue };
            let waiting = std::mem::take(&mut slide.waiting);
            let Some(last) = waiting.last() else { continue };
            let baselines = self.baselines.values(&key, last.time);
            // Only a prevalence is of the event itself, and may differ between events of one moment.
            let together = if self.prevalences.is_empty() { waiting.len() } else { 1 };
            for events in waiting.chunks(together) {
                let Some(last) = events.last() else { continue };
                let earlier: Vec<(usize, Value)> =
                    baselines.iter().cloned().chain(self.prevalences.values(last)).collect();
                let Some(values) = slide.contents.matched(&self.measure, last, &earlier) else { continue };
                found.extend(events.iter().map(|event| {
                    let matched = self.measure.matched(&key, event, &values);
                    Found { matched, event: Arc::clone(event), previous: None, steps: Vec::new() }
                }));
            }
        }
    }

    /// The match stands: it gets the ids of its window's events, unless it continues an alert.
    pub fn confirm(&mut self, matched: &mut Match) {
        let Some(slide) = self.keys.get_mut(&matched.key) else { return };
        if slide.matched.is_none_or(|before| matched.time - before > self.width) {
            matched.events = slide.contents.event_ids_between(matched.time.saturating_sub(self.width), matched.time);
        }
        slide.matched = Some(matched.time);
    }
}
