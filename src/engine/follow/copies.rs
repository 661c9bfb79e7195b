//! Which events are copies of others, told in the order of time as [`crate::engine::order`] tells it, and kept for a later run: an
//! event is a copy for a stream of a rule when one of the same source and id lies at most the horizon before it and counts for that
//! stream.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::engine::dispatch::{Hit, Taken};
use crate::engine::event::Event;
use crate::engine::operator::state;
use crate::engine::order::left;
use crate::value::Value;

/// Fewer ids than this are not looked through.
const SWEEP: usize = 4096;

/// A source, and an id that it gave.
type Id = (u16, Value);

/// An event that counts: its time, and the streams it counts for.
type Counted = (i64, Arc<[Hit]>);

/// The events that have counted, as long as there may be copies of them.
pub struct Copies {
    /// In microseconds of event time.
    horizon: i64,
    ids: FxHashMap<Id, Vec<Counted>>,
    sweep: usize,
}

impl Copies {
    /// None yet.
    pub fn new(horizon: i64) -> Self {
        Self { horizon, ids: FxHashMap::default(), sweep: SWEEP }
    }

    /// Takes the next event in order: the streams that it counts for are left to it. Whether there are any.
    pub fn count(&mut self, taken: &mut Taken) -> bool {
        let Some(id) = id(&taken.event) else { return true };
        let time = taken.event.time;
        let counted = self.ids.entry(id).or_default();
        let Some(left) = left(&taken.hits, near(counted, time, self.horizon)) else { return false };
        taken.hits = left;
        counted.push((time, Arc::clone(&taken.hits)));
        self.sweep(time);
        true
    }

    /// Whether an event is a copy for all streams that take it of what has counted: what comes late is no loss then.
    pub fn cover(&self, taken: &Taken) -> bool {
        let counted = id(&taken.event).and_then(|id| self.ids.get(&id));
        counted.is_some_and(|counted| left(&taken.hits, near(counted, taken.event.time, self.horizon)).is_none())
    }

    fn sweep(&mut self, time: i64) {
        if self.ids.len() >= self.sweep {
            let least = time.saturating_sub(self.horizon);
            self.ids.retain(|_, counted| {
                counted.retain(|(time, _)| *time >= least);
                !counted.is_empty()
            });
            self.sweep = (2 * self.ids.len()).max(SWEEP);
        }
    }

    /// Adds the state to what is written.
    pub fn save(&self, into: &mut Vec<u8>) -> state::Result {
        let ids: Vec<(&Id, &Vec<Counted>)> = self.ids.iter().collect();
        state::write(&ids, into)
    }

    /// Takes the state from what was written.
    pub fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        let ids: Vec<(Id, Vec<Counted>)> = state::read(from)?;
        self.ids = ids.into_iter().collect();
        self.sweep = (2 * self.ids.len()).max(SWEEP);
        Ok(())
    }
}

/// The streams of what has counted at most the horizon before a time.
fn near(counted: &[Counted], time: i64, horizon: i64) -> impl Iterator<Item = &[Hit]> {
    let is_near = move |before: i64| before <= time && before >= time.saturating_sub(horizon);
    counted.iter().filter(move |(before, _)| is_near(*before)).map(|(_, hits)| &**hits)
}

fn id(event: &Event) -> Option<Id> {
    (!event.event_id.is_missing()).then(|| (event.source, event.event_id.clone()))
}

#[cfg(test)]
mod tests {
    use super::{Copies, Hit, Taken};
    use crate::engine::event::Event;
    use crate::value::Value;

    fn taken(hits: &[Hit]) -> Taken {
        let event = Event { time: 0, event_id: Value::text("a"), source: 0, values: Box::default() };
        Taken { event: event.into(), hits: hits.into(), keys: Box::default() }
    }

    #[test]
    fn a_copy_that_other_rules_take_too_is_told_wherever_its_key_is() {
        let hit = |rule, key| Hit { rule, stream: 0, key };
        let mut copies = Copies::new(1);
        assert!(copies.count(&mut taken(&[hit(1, 0)])));
        assert!(copies.cover(&taken(&[hit(1, 1)])));
        let mut second = taken(&[hit(0, 0), hit(1, 1)]);
        assert!(copies.count(&mut second));
        assert_eq!(*second.hits, [hit(0, 0)]);
        assert!(!copies.count(&mut taken(&[hit(1, 1)])));
    }
}
