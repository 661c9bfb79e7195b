//! Sliding window: an event matches when the condition holds on the events of its key in the closed interval that ends with it.
//!
//! Events of one key and one time share their window, so they wait until all of them are there.

use rustc_hash::FxHashMap;

use crate::engine::Match;
use crate::engine::compile::Compiler;
use crate::engine::event::Event;
use crate::plan::{Plan, Window};
use crate::value::Value;

use super::contents::{Contents, Measure};

/// The operator.
pub struct Sliding {
    measure: Measure,
    width: i64,
    keys: FxHashMap<Vec<Value>, Slide>,
    /// Keys with events of the current time.
    waiting: Vec<Vec<Value>>,
    /// How many events all windows hold.
    held: usize,
    /// The number of held events at which idle keys are looked for next.
    sweep_at: usize,
}

/// The window of one key.
struct Slide {
    contents: Contents,
    /// Time of the last event.
    last: i64,
    /// Events of the current time, not yet judged.
    waiting: Vec<Event>,
    /// Time of the last match.
    matched: Option<i64>,
}

/// Fewer held events than this are never worth a sweep.
const SWEEP_MINIMUM: usize = 4096;

impl Sliding {
    /// The operator of a plan.
    pub fn new(plan: &Plan, window: &Window, index: usize, compiler: &Compiler<'_>) -> Self {
        Self {
            measure: Measure::new(plan, window, index, compiler),
            width: window.width,
            keys: FxHashMap::default(),
            waiting: Vec::new(),
            held: 0,
            sweep_at: SWEEP_MINIMUM,
        }
    }

    /// Takes an event.
    pub fn push(&mut self, event: &Event, key: Vec<Value>) {
        let slide = self.keys.entry(key.clone()).or_insert_with(|| Slide {
            contents: Contents::new(&self.measure),
            last: event.time,
            waiting: Vec::new(),
            matched: None,
        });
        let before = slide.contents.len();
        slide.contents.drop_before(&self.measure, event.time.saturating_sub(self.width));
        slide.contents.add(&self.measure, event);
        self.held = self.held + slide.contents.len() - before;
        slide.last = event.time;
        if slide.waiting.is_empty() {
            self.waiting.push(key);
        }
        slide.waiting.push(event.clone());
        self.sweep(event.time);
    }

    /// Drops keys whose events are out of every later window, so that memory follows the live windows. The work is spread: what
    /// is held must double before the next sweep.
    fn sweep(&mut self, now: i64) {
        if self.held < self.sweep_at {
            return;
        }
        let earliest = now.saturating_sub(self.width);
        let mut held = 0;
        self.keys.retain(|_, slide| {
            let live = slide.last >= earliest;
            held += if live { slide.contents.len() } else { 0 };
            live
        });
        self.held = held;
        self.sweep_at = (2 * held).max(SWEEP_MINIMUM);
    }

    /// All events of the current time are there: judges the keys that have some.
    pub fn settle(&mut self, found: &mut Vec<Match>) {
        for key in self.waiting.drain(..) {
            let Some(slide) = self.keys.get_mut(&key) else { continue };
            let waiting = std::mem::take(&mut slide.waiting);
            let Some(last) = waiting.last() else { continue };
            let Some(values) = slide.contents.matched(&self.measure, last) else { continue };
            let continues = slide.matched.is_some_and(|matched| last.time - matched <= self.width);
            let first = found.len();
            found.extend(waiting.iter().map(|event| self.measure.matched(&key, event, &values)));
            if !continues {
                found[first].events = slide.contents.event_ids();
            }
            slide.matched = Some(last.time);
        }
    }
}
