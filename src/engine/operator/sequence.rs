//! Sequences: chains of one event for each step.
//!
//! A key keeps the events that can still be in a chain, a queue for each step and each absence. An event that completes waits
//! until all events are there that its chains depend on: those of its own time, and those that an absence after it speaks of.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::compile::{Code, Compiler, Others, Row};
use crate::engine::event::Event;
use crate::engine::key::{Kept, Key, KeyTable};
use crate::plan::{Plan, Sequence, StreamIndex};

use super::search::{Events, Program};
use super::{Evidence, Found, Sweeps, earliest, same, state};

/// The operator.
pub struct Chains {
    width: i64,
    /// How long after a completing event the last event may come that its chains depend on.
    wait: i64,
    /// What each stream of the plan is.
    parts: Vec<Part>,
    program: Program,
    evidence: Evidence,
    /// The fields of the key.
    key: Vec<Code>,
    keys: KeyTable<State>,
    /// Completing events that are not yet judged, with the hashes of their keys, in order.
    completing: VecDeque<(Arc<Event>, u64)>,
    /// Matches to be given.
    found: Vec<Found>,
    /// How many events all keys hold.
    held: usize,
    sweeps: Sweeps,
}

/// What a stream's events are to the sequence.
#[derive(Clone, Copy)]
enum Part {
    Step(usize),
    Last,
    Absence(usize),
    /// Nothing: `unless` has them.
    None,
}

/// The state of one key.
#[derive(Serialize, Deserialize)]
struct State {
    events: Events,
    /// Time of the last event.
    last: i64,
    /// The last event that completed a chain.
    completed: Option<Arc<Event>>,
}

impl Chains {
    /// The operator of a plan.
    pub fn new(plan: &Plan, shape: &Sequence, index: usize, compiler: &Compiler<'_>) -> Self {
        let mut parts = vec![Part::None; plan.streams.len()];
        for (index, absence) in shape.absences.iter().enumerate() {
            parts[absence.stream.0] = Part::Absence(index);
        }
        for (index, step) in shape.steps.iter().enumerate() {
            parts[step.stream.0] = if index + 1 == shape.steps.len() { Part::Last } else { Part::Step(index) };
        }
        Self {
            width: shape.width,
            wait: plan.shape.wait(),
            parts,
            program: Program::new(plan, shape, compiler),
            evidence: Evidence::new(plan, index, compiler),
            key: shape.key.iter().map(|field| compiler.field(*field)).collect(),
            keys: KeyTable::default(),
            completing: VecDeque::new(),
            found: Vec::new(),
            held: 0,
            sweeps: Sweeps::default(),
        }
    }

    /// Takes an event of a stream.
    pub fn push(&mut self, event: &Arc<Event>, key: &Key<'_>, stream: StreamIndex) {
        self.judge_before(Some(event.time));
        let part = self.parts[stream.0];
        if matches!(part, Part::Last) {
            self.completing.push_back((Arc::clone(event), key.hash));
            return;
        }
        let (_, state) =
            self.keys.entry(key, || State { events: self.program.no_events(), last: event.time, completed: None });
        let before = state.events.len();
        if state.last < event.time {
            state.events.prune(state.last, self.width);
            state.events.drop_before(event.time.saturating_sub(self.width).saturating_sub(self.wait));
            state.last = event.time;
        }
        match part {
            Part::Step(step) => state.events.add_to_step(step, event, &self.program),
            Part::Absence(absence) => state.events.add_to_absence(absence, event),
            Part::Last | Part::None => {}
        }
        self.held = self.held + state.events.len() - before;
        self.sweep(event.time);
    }

    /// Drops keys whose events are too old for every later chain.
    fn sweep(&mut self, now: i64) {
        if !self.sweeps.due(self.held) {
            return;
        }
        let earliest = now.saturating_sub(self.width).saturating_sub(self.wait);
        self.keys.retain(|state| state.last >= earliest);
        self.held = self.keys.iter().map(|kept| kept.value.events.len()).sum();
        self.sweeps.done(self.held);
    }

    /// Gives the matches that no later event matters to. No event before `next` comes any more.
    pub fn settle(&mut self, next: Option<i64>, found: &mut Vec<Found>) {
        self.judge_before(next);
        found.append(&mut self.found);
    }

    /// Judges the completing events that no event matters to that is not before `next`.
    fn judge_before(&mut self, next: Option<i64>) {
        while let Some((event, _)) = self.completing.front() {
            if next.is_some_and(|next| next <= event.time.saturating_add(self.wait)) {
                break;
            }
            let Some((event, hash)) = self.completing.pop_front() else { break };
            let found = self.judge(&event, hash);
            self.found.extend(found);
        }
    }

    fn judge(&mut self, event: &Arc<Event>, hash: u64) -> Option<Found> {
        let Kept { key, value: state, .. } = self.keys.find(&Key::hashed(hash, &self.key, event))?;
        // Without an id, several records may be one event: it completes once.
        if state.completed.as_ref().is_some_and(|completed| same(completed, event)) {
            return None;
        }
        let steps = self.program.latest_chain(&mut state.events, event, event.time.saturating_sub(self.width))?;
        state.completed = Some(Arc::clone(event));
        let chain: Vec<&Event> = steps.iter().map(Arc::as_ref).collect();
        let others = Others { steps: &chain, ..Others::default() };
        let mut matched = self.evidence.matched(key, &Row { event, aggregates: &[], others });
        matched.events = chain.iter().map(|event| event.event_id.clone()).collect();
        Some(Found { matched, event: Arc::clone(event), previous: None, steps })
    }

    /// Completing events that are not yet judged may still match.
    pub fn watermark(&self, next: i64) -> i64 {
        let waiting = self.completing.front().map_or(next, |(event, _)| next.min(event.time));
        earliest(&self.found, waiting)
    }

    /// Adds the state to what is written.
    pub fn save(&self, into: &mut Vec<u8>) -> state::Result {
        state::write(&(&self.keys, &self.completing, &self.found), into)
    }

    /// Takes the state from what was written.
    pub fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        (self.keys, self.completing, self.found) = state::read(from)?;
        self.held = self.keys.iter().map(|kept| kept.value.events.len()).sum();
        Ok(())
    }
}
