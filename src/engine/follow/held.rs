//! Events that are held back until none before them is waited for, and the ids by which copies are told.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::engine::dispatch::Taken;
use crate::engine::event::Event;
use crate::engine::operator::state;
use crate::value::Value;

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is held back, and used in its turn.
    Held,
    /// It is a copy of another one.
    Copy,
    /// What came after it has been evaluated already: it cannot be used.
    Late,
}

/// Fewer ids than this are not looked through.
const SWEEP: usize = 4096;

/// Events held back, and ids.
pub struct Held {
    /// How long ids are kept, in microseconds of event time.
    horizon: i64,
    events: BTreeMap<i64, Vec<Taken>>,
    count: usize,
    /// The time of the event with this source and id that counts.
    ids: FxHashMap<(u16, Value), i64>,
    sweep: usize,
}

impl Held {
    /// Nothing yet. Copies are told if they are no further apart than `horizon` microseconds.
    #[must_use]
    pub fn new(horizon: i64) -> Self {
        Self { horizon, events: BTreeMap::new(), count: 0, ids: FxHashMap::default(), sweep: SWEEP }
    }

    /// Takes an event; no event before `reached` is waited for.
    pub fn push(&mut self, taken: Taken, reached: i64) -> Fate {
        let event = &taken.event;
        let id = (!event.event_id.is_missing()).then(|| (event.source, event.event_id.clone()));
        if let Some(known) = id.as_ref().and_then(|id| self.ids.get(id)).copied() {
            self.copy(known, taken, reached);
            return Fate::Copy;
        }
        if event.time < reached {
            return Fate::Late;
        }
        self.ids.extend(id.map(|id| (id, event.time)));
        self.insert(taken);
        Fate::Held
    }

    fn insert(&mut self, taken: Taken) {
        self.count += 1;
        self.events.entry(taken.event.time).or_default().push(taken);
    }

    /// Of several copies the one with the least time counts, as long as none of them has been evaluated.
    fn copy(&mut self, known: i64, taken: Taken, reached: i64) {
        if taken.event.time < reached {
            return;
        }
        let Some(same_time) = self.events.get_mut(&known) else { return };
        let is_copy =
            |other: &Taken| other.event.source == taken.event.source && other.event.event_id == taken.event.event_id;
        let Some(place) = same_time.iter().position(is_copy) else { return };
        if order(&taken.event, &same_time[place].event).is_ge() {
            return;
        }
        same_time.swap_remove(place);
        if same_time.is_empty() {
            self.events.remove(&known);
        }
        self.count -= 1;
        self.ids.insert((taken.event.source, taken.event.event_id.clone()), taken.event.time);
        self.insert(taken);
    }

    /// The events before `reached`, in order.
    pub fn release(&mut self, reached: i64, sink: &mut impl FnMut(Taken)) {
        while let Some(first) = self.events.first_entry()
            && *first.key() < reached
        {
            let mut events = first.remove();
            self.count -= events.len();
            events.sort_unstable_by(|a, b| order(&a.event, &b.event));
            events.into_iter().for_each(&mut *sink);
        }
        if self.ids.len() >= self.sweep {
            let oldest = reached.saturating_sub(self.horizon);
            self.ids.retain(|_, time| *time >= oldest);
            self.sweep = (2 * self.ids.len()).max(SWEEP);
        }
    }

    /// How many events are held back.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Adds the state to what is written.
    pub fn save(&self, into: &mut Vec<u8>) -> state::Result {
        let events: Vec<&Event> = self.events.values().flatten().map(|taken| &*taken.event).collect();
        let ids: Vec<(&(u16, Value), &i64)> = self.ids.iter().collect();
        state::write(&(events, ids), into)
    }

    /// Takes the state from what was written; `take` finds out again which rules take an event.
    pub fn restore(&mut self, from: &mut &[u8], take: impl Fn(Event) -> Option<Taken>) -> state::Result {
        let (events, ids): (Vec<Event>, Vec<((u16, Value), i64)>) = state::read(from)?;
        events.into_iter().filter_map(take).for_each(|taken| self.insert(taken));
        self.ids.extend(ids);
        self.sweep = (2 * self.ids.len()).max(SWEEP);
        Ok(())
    }
}

/// As rules see events; values come last, so that equal events are equal in every part.
fn order(a: &Event, b: &Event) -> Ordering {
    (a.time, &a.event_id, a.source, &a.values).cmp(&(b.time, &b.event_id, b.source, &b.values))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(time: i64, id: &str, value: i64) -> Taken {
        let event_id = if id.is_empty() { Value::Missing } else { Value::text(id) };
        let event = Event { time, event_id, source: 0, values: vec![Value::Int(value)].into() };
        Taken { event: event.into(), hits: Vec::new().into(), keys: Box::default() }
    }

    fn released(held: &mut Held, reached: i64) -> Vec<(i64, i64)> {
        let mut all = Vec::new();
        held.release(reached, &mut |taken| {
            let Value::Int(value) = taken.event.values[0] else { panic!("{taken:?}") };
            all.push((taken.event.time, value));
        });
        all
    }

    #[test]
    fn events_come_in_order_once_time_has_passed_them() {
        let mut held = Held::new(1000);
        for (time, id, value) in [(5, "b", 1), (5, "a", 2), (3, "", 3), (9, "c", 4)] {
            assert_eq!(held.push(taken(time, id, value), 0), Fate::Held);
        }
        assert_eq!(released(&mut held, 5), [(3, 3)]);
        assert_eq!(released(&mut held, 9), [(5, 2), (5, 1)]);
        assert_eq!((held.count(), held.push(taken(8, "d", 5), 9)), (1, Fate::Late));
    }

    #[test]
    fn the_earliest_copy_counts_and_none_comes_after_it_has_been_used() {
        let mut held = Held::new(1000);
        assert_eq!(held.push(taken(5, "a", 1), 0), Fate::Held);
        assert_eq!(held.push(taken(3, "a", 2), 0), Fate::Copy);
        assert_eq!(held.push(taken(3, "a", 1), 0), Fate::Copy);
        assert_eq!(held.push(taken(7, "a", 0), 0), Fate::Copy);
        assert_eq!(released(&mut held, 6), [(3, 1)]);
        assert_eq!(held.push(taken(8, "a", 0), 6), Fate::Copy);
        assert_eq!((held.count(), released(&mut held, 100)), (0, vec![]));
    }

    #[test]
    fn ids_are_forgotten_beyond_the_horizon() {
        let mut held = Held::new(10);
        for time in 0..20_000 {
            held.push(taken(time, &time.to_string(), 0), time);
            released(&mut held, time);
        }
        assert!(held.ids.len() <= SWEEP, "{}", held.ids.len());
        assert_eq!(held.push(taken(19_995, "19995", 0), 20_000), Fate::Copy);
    }
}
