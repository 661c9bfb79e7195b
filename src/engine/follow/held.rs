//! Events that are held back until none before them is waited for.

use std::collections::BTreeMap;

use super::copies::Copies;
use crate::engine::dispatch::Taken;
use crate::engine::operator::state;
use crate::engine::order::compare;

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is held back, and used in its turn unless it is a copy.
    Held,
    /// It is a copy of an event that has been used.
    Copy,
    /// What came after it has been evaluated already: it cannot be used.
    Late,
}

/// Events held back.
pub struct Held {
    events: BTreeMap<i64, Vec<Taken>>,
    count: usize,
    copies: Copies,
}

impl Held {
    /// Nothing yet. Copies are told if they are no further apart than `horizon` microseconds.
    #[must_use]
    pub fn new(horizon: i64) -> Self {
        Self { events: BTreeMap::new(), count: 0, copies: Copies::new(horizon) }
    }

    /// Takes an event; no event before `reached` is waited for.
    pub fn push(&mut self, taken: Taken, reached: i64) -> Fate {
        if taken.event.time >= reached {
            self.insert(taken);
            Fate::Held
        } else if self.copies.cover(&taken) {
            Fate::Copy
        } else {
            Fate::Late
        }
    }

    fn insert(&mut self, taken: Taken) {
        self.count += 1;
        self.events.entry(taken.event.time).or_default().push(taken);
    }

    /// Gives the events before `reached`, in order and without copies; how many of these there were.
    pub fn release(&mut self, reached: i64, sink: &mut impl FnMut(Taken)) -> u64 {
        let mut copies = 0;
        while let Some(first) = self.events.first_entry()
            && *first.key() < reached
        {
            let mut events = first.remove();
            self.count -= events.len();
            events.sort_unstable_by(compare);
            for mut taken in events {
                if self.copies.count(&mut taken) {
                    sink(taken);
                } else {
                    copies += 1;
                }
            }
        }
        copies
    }

    /// How many events are held back.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Adds the state to what is written.
    pub fn save(&self, into: &mut Vec<u8>) -> state::Result {
        let events: Vec<&Taken> = self.events.values().flatten().collect();
        state::write(&events, into)?;
        self.copies.save(into)
    }

    /// Takes the state from what was written.
    pub fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        let events: Vec<Taken> = state::read(from)?;
        events.into_iter().for_each(|taken| self.insert(taken));
        self.copies.restore(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::dispatch::Hit;
    use crate::engine::event::Event;
    use crate::value::Value;

    fn taken(time: i64, id: &str, value: i64) -> Taken {
        let event_id = if id.is_empty() { Value::Missing } else { Value::text(id) };
        let event = Event { time, event_id, source: 0, values: vec![Value::Int(value)].into() };
        Taken { event: event.into(), hits: vec![Hit { rule: 0, stream: 0, key: 0 }].into(), keys: Box::default() }
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
        for (time, value) in [(5, 1), (3, 2), (3, 1), (7, 0)] {
            assert_eq!(held.push(taken(time, "a", value), 0), Fate::Held);
        }
        assert_eq!(released(&mut held, 6), [(3, 1)]);
        assert_eq!(held.push(taken(8, "a", 0), 6), Fate::Held);
        assert_eq!(held.push(taken(4, "a", 0), 6), Fate::Copy);
        assert_eq!(held.push(taken(2, "a", 0), 6), Fate::Late);
        assert_eq!(released(&mut held, 100), [] as [(i64, i64); 0]);
        assert_eq!(held.push(taken(1004, "a", 0), 100), Fate::Held);
        assert_eq!(released(&mut held, 2000), [(1004, 0)], "beyond the horizon it is another event");
    }

    #[test]
    fn an_event_is_a_copy_for_each_stream_by_itself() {
        let mut held = Held::new(1000);
        let hit = |rule| Hit { rule, stream: 0, key: 0 };
        let with = |time, hits: Vec<Hit>| Taken { hits: hits.into(), ..taken(time, "a", 0) };
        held.push(with(1, vec![hit(0)]), 0);
        held.push(with(2, vec![hit(0), hit(1)]), 0);
        held.push(with(3, vec![hit(1)]), 0);
        let mut all = Vec::new();
        let copies = held.release(10, &mut |taken| all.push(taken.hits.to_vec()));
        assert_eq!((all, copies), (vec![vec![hit(0)], vec![hit(1)]], 1));
    }

    #[test]
    fn what_is_held_and_known_can_be_kept() {
        let mut held = Held::new(1000);
        for (time, id) in [(5, "a"), (6, "b"), (9, "c")] {
            held.push(taken(time, id, 0), 0);
        }
        released(&mut held, 6);
        let mut bytes = Vec::new();
        held.save(&mut bytes).unwrap();
        let mut again = Held::new(1000);
        again.restore(&mut &*bytes).unwrap();
        assert_eq!((again.count(), again.push(taken(5, "a", 0), 6)), (2, Fate::Copy));
        assert_eq!(released(&mut again, 100), [(6, 0), (9, 0)]);
    }
}
