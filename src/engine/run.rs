//! A run: rules over ordered events, matches in order, alerts.

mod advance;

use std::collections::BTreeMap;
use std::io;
use std::panic;
use std::sync::Arc;
use std::thread;

use crate::plan::Plan;
use crate::value::Value;

use super::dispatch::{Dispatch, Memory, Taken};
use super::event::{Event, Layout};
use super::operator::state;
use super::shard::Shard;
use super::{Alert, Match};

/// Rules that take events one by one, in order of (time, event id, source).
pub struct Session {
    dispatch: Arc<Dispatch>,
    memory: Memory,
    /// One at least.
    shards: Vec<Shard>,
    /// The time of the events that came last.
    now: Option<i64>,
    /// Matches that wait for earlier ones of other rules.
    waiting: BTreeMap<MatchOrder, Vec<Match>>,
}

/// Matches come by time, event id and rule; keys tell apart the rest.
type MatchOrder = (i64, Value, usize, Vec<Value>);

/// Batches of fewer events are not worth a thread.
const WORTH_A_THREAD: usize = 16;

impl Session {
    /// A session of these rules. `layout` is the one that the events were read with.
    #[must_use]
    pub fn new(plans: &[Plan], layout: &Layout) -> Self {
        Self::with_shards(plans, layout, 1)
    }

    /// The same, whose batches are worked on by so many threads at once. How many makes no difference to what is found.
    #[must_use]
    pub fn with_shards(plans: &[Plan], layout: &Layout, shards: usize) -> Self {
        let dispatch = Arc::new(Dispatch::new(plans, layout));
        let shards = shards.max(1);
        let shards = (0..shards).map(|index| Shard::new(plans, layout, &dispatch, index, shards)).collect();
        Self { dispatch, memory: Memory::default(), shards, now: None, waiting: BTreeMap::new() }
    }

    /// Who takes which event.
    #[must_use]
    pub fn dispatch(&self) -> Arc<Dispatch> {
        Arc::clone(&self.dispatch)
    }

    /// Takes the next event and gives the matches that are settled by it, in order, to `sink`.
    pub fn push(&mut self, event: &Event, sink: &mut impl FnMut(Match)) {
        match self.dispatch.take_with(event.clone(), &mut self.memory) {
            Some(taken) => self.apply(&taken, sink),
            None => self.pass(event.time, sink),
        }
    }

    /// Takes the next event, of which it is known who takes it, and gives the matches that are settled by it, in order, to `sink`.
    pub fn apply(&mut self, taken: &Taken, sink: &mut impl FnMut(Match)) {
        self.pass(taken.event.time, sink);
        self.shards.iter_mut().for_each(|shard| shard.apply(taken));
    }

    /// Takes the next events, of which it is known who takes them, and gives the matches that are settled by them, in order, to
    /// `sink`.
    pub fn apply_all(&mut self, batch: &[Taken], sink: &mut impl FnMut(Match)) {
        let Some(last) = batch.last() else { return };
        let now = last.event.time;
        self.now = Some(now);
        let work = |shard: &mut Shard| {
            batch.iter().for_each(|taken| shard.apply(taken));
            shard.settle(Some(now))
        };
        let watermark = match &mut *self.shards {
            [first, others @ ..] if !others.is_empty() && batch.len() >= WORTH_A_THREAD => thread::scope(|scope| {
                let others: Vec<_> = others.iter_mut().map(|shard| scope.spawn(|| work(shard))).collect();
                let first = work(first);
                let joined =
                    others.into_iter().map(|other| other.join().unwrap_or_else(|cause| panic::resume_unwind(cause)));
                joined.fold(first, i64::min)
            }),
            shards => shards.iter_mut().map(work).fold(i64::MAX, i64::min),
        };
        self.give(Some(watermark), sink);
    }

    /// No event before this time comes any more.
    fn pass(&mut self, time: i64, sink: &mut impl FnMut(Match)) {
        if self.now.is_some_and(|now| now != time) {
            self.settle(Some(time), sink);
        }
        self.now = Some(time);
    }

    /// No more events: gives the remaining matches.
    pub fn finish(&mut self, sink: &mut impl FnMut(Match)) {
        self.settle(None, sink);
    }

    /// How many events of each rule passed its filter and lacked its key, by rule.
    #[must_use]
    pub fn events_without_key(&self) -> Vec<u64> {
        let mut counts = Vec::new();
        for shard in &self.shards {
            counts.resize(shard.events_without_key().count(), 0);
            counts.iter_mut().zip(shard.events_without_key()).for_each(|(count, more)| *count += more);
        }
        counts
    }

    /// Adds what is remembered of the events so far to what is written: a session of the same rules, layout and number of shards
    /// can take it and go on. [`super::fingerprint`] tells whether rules and layout are the same.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, into: &mut Vec<u8>) -> io::Result<()> {
        let save = |into: &mut Vec<u8>| {
            state::write(&(self.shards.len(), self.now, &self.waiting), into)?;
            self.shards.iter().try_for_each(|shard| shard.save(into))
        };
        save(into).map_err(io::Error::other)
    }

    /// Takes what was remembered from the front of what [`Session::save`] has written.
    ///
    /// # Errors
    /// When it is something else, or of another number of shards. The session is then not to be used.
    pub fn restore(&mut self, from: &mut &[u8]) -> io::Result<()> {
        let mut restore = || {
            let shards: usize;
            (shards, self.now, self.waiting) = state::read(from)?;
            if shards != self.shards.len() {
                return Err(state::other());
            }
            self.shards.iter_mut().try_for_each(|shard| shard.restore(from))
        };
        restore().map_err(io::Error::other)
    }

    fn settle(&mut self, next: Option<i64>, sink: &mut impl FnMut(Match)) {
        let watermark = self.shards.iter_mut().map(|shard| shard.settle(next)).fold(i64::MAX, i64::min);
        self.give(next.map(|_| watermark), sink);
    }

    /// Gives the matches before a time (none: all of them), in order.
    fn give(&mut self, before: Option<i64>, sink: &mut impl FnMut(Match)) {
        for one in self.shards.iter_mut().flat_map(|shard| shard.found.drain(..)) {
            let order = (one.time, one.event_id.clone(), one.plan, one.key.clone());
            self.waiting.entry(order).or_default().push(one);
        }
        while let Some(entry) = self.waiting.first_entry() {
            if before.is_some_and(|before| entry.key().0 >= before) {
                break;
            }
            entry.remove().into_iter().for_each(&mut *sink);
        }
    }
}

/// Groups matches to alerts.
pub struct Alerts {
    widths: Vec<Option<i64>>,
    open: BTreeMap<(usize, Vec<Value>), Alert>,
    closed: Vec<Alert>,
}

impl Alerts {
    /// For the matches of these rules.
    #[must_use]
    pub fn new(plans: &[Plan]) -> Self {
        let widths = plans.iter().map(|plan| plan.shape.width()).collect();
        Self { widths, open: BTreeMap::new(), closed: Vec::new() }
    }

    /// Takes the next match; they come in order of time.
    pub fn push(&mut self, found: Match) {
        let Some(width) = self.widths[found.plan] else {
            self.closed.push(Alert { last_time: found.time, matches: 1, first: found });
            return;
        };
        let key = (found.plan, found.key.clone());
        if let Some(open) = self.open.get_mut(&key)
            && found.time - open.last_time <= width
        {
            open.last_time = found.time;
            open.matches += 1;
            return;
        }
        let fresh = Alert { last_time: found.time, matches: 1, first: found };
        self.closed.extend(self.open.insert(key, fresh));
    }

    /// All alerts, by first time, event id, rule and key.
    #[must_use]
    pub fn finish(mut self) -> Vec<Alert> {
        self.closed.extend(std::mem::take(&mut self.open).into_values());
        self.closed.sort_by(|a, b| {
            let order = |alert: &Alert| (alert.first.time, alert.first.event_id.clone(), alert.first.plan);
            order(a).cmp(&order(b)).then_with(|| a.first.key.cmp(&b.first.key))
        });
        self.closed
    }
}
