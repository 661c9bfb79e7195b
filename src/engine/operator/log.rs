//! The events that the windows of all keys of a rule hold: one queue in order of time, in which each event knows the one of its
//! key before it. A key itself holds nothing but where its last event is, however many windows there are.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::engine::key::Place;
use crate::value::Value;

/// Events are allocated so many at a time.
const CHUNK: usize = 128;

/// The queue.
#[derive(Default, Serialize, Deserialize)]
pub struct Log {
    entries: Queue<Entry>,
    /// For each event, what it brings to the aggregates that are only shown.
    inputs: Queue<Value>,
    /// How many inputs an event has.
    width: usize,
    /// The number of the first entry. Numbers wrap: there are never so many events that two that are there have the same.
    first: Number,
}

/// The number of an event, counted from the rule's first.
pub type Number = u32;

/// An event.
#[derive(Serialize, Deserialize)]
pub struct Entry {
    /// Its time.
    pub time: i64,
    /// Its id.
    pub event_id: Value,
    /// Its key.
    pub key: Place,
    /// The event of its key before it; itself if there is none.
    before: Number,
}

impl Log {
    /// No events, of so many inputs each.
    pub fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Adds an event that is not earlier than those before. `before` is the last one of its key. Gives its number.
    pub fn push(&mut self, time: i64, event_id: Value, key: Place, before: Option<Number>) -> Number {
        let number = self.first.wrapping_add(length(self.entries.len()));
        self.entries.push(Entry { time, event_id, key, before: before.unwrap_or(number) });
        number
    }

    /// Adds an input of the event that was pushed last.
    pub fn push_input(&mut self, input: Value) {
        self.inputs.push(input);
    }

    /// The oldest event, with its number.
    pub fn oldest(&self) -> Option<(Number, &Entry)> {
        Some((self.first, self.entries.get(0)?))
    }

    /// Drops the oldest event.
    pub fn pop(&mut self) {
        self.entries.pop();
        for _ in 0..self.width {
            self.inputs.pop();
        }
        self.first = self.first.wrapping_add(1);
    }

    /// An event.
    pub fn get(&self, number: Number) -> Option<&Entry> {
        self.entries.get(number.wrapping_sub(self.first) as usize)
    }

    /// The inputs of an event.
    pub fn inputs(&self, number: Number) -> impl Iterator<Item = &Value> {
        let begin = number.wrapping_sub(self.first) as usize * self.width;
        (begin..begin + self.width).filter_map(|index| self.inputs.get(index))
    }

    /// The numbers of the events of a key that are not before a time, backwards from its last one.
    pub fn of_key(&self, last: Number, from: i64) -> impl Iterator<Item = (Number, &Entry)> {
        let entry =
            move |number: Number| self.get(number).filter(|entry| entry.time >= from).map(|entry| (number, entry));
        std::iter::successors(
            entry(last),
            move |(number, of_key)| {
                if of_key.before == *number { None } else { entry(of_key.before) }
            },
        )
    }

    /// Gives the keys their new places.
    pub fn move_keys(&mut self, places: &[Place]) {
        self.entries.iter_mut().for_each(|entry| entry.key = places[entry.key as usize]);
    }

    /// Drops all events.
    pub fn clear(&mut self) {
        *self = Self::new(self.width);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "four thousand million events of one rule's windows do not fit into memory"
)]
fn length(entries: usize) -> u32 {
    entries as u32
}

/// A queue that is about as large as what it holds: what it has is never copied, and its front gives memory back.
#[derive(Serialize, Deserialize)]
struct Queue<T> {
    /// All but the first and last are full; none is empty.
    chunks: VecDeque<VecDeque<T>>,
    length: usize,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { chunks: VecDeque::new(), length: 0 }
    }
}

impl<T> Queue<T> {
    fn len(&self) -> usize {
        self.length
    }

    fn push(&mut self, item: T) {
        self.length += 1;
        match self.chunks.back_mut() {
            Some(last) if last.len() < CHUNK => last.push_back(item),
            Some(_) => {
                let mut chunk = VecDeque::with_capacity(CHUNK);
                chunk.push_back(item);
                self.chunks.push_back(chunk);
            }
            None => self.chunks.push_back(VecDeque::from([item])),
        }
    }

    fn pop(&mut self) -> Option<T> {
        let first = self.chunks.front_mut()?;
        let item = first.pop_front();
        self.length -= usize::from(item.is_some());
        if first.is_empty() {
            self.chunks.pop_front();
        }
        item
    }

    fn get(&self, index: usize) -> Option<&T> {
        let first = self.chunks.front()?;
        let Some(beyond) = index.checked_sub(first.len()) else { return first.get(index) };
        self.chunks.get(1 + beyond / CHUNK)?.get(beyond % CHUNK)
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.chunks.iter_mut().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_queue_is_a_queue(pushes in prop::collection::vec((0..200_usize, 0..200_usize), 0..20)) {
            let (mut queue, mut expected, mut next) = (Queue::default(), VecDeque::new(), 0);
            for (push, pop) in pushes {
                for _ in 0..push {
                    queue.push(next);
                    expected.push_back(next);
                    next += 1;
                }
                for _ in 0..pop {
                    prop_assert_eq!(queue.pop(), expected.pop_front());
                }
                prop_assert_eq!(queue.len(), expected.len());
                for index in 0..expected.len() + 2 {
                    prop_assert_eq!(queue.get(index), expected.get(index));
                }
            }
        }
    }

    #[test]
    fn the_events_of_a_key_are_found_from_the_last_one_backwards() {
        let mut log = Log::new(1);
        let mut last = [None, None];
        for time in 0..600_u32 {
            let key = time % 3 % 2;
            let number = log.push(i64::from(time), Value::Int(i64::from(time)), key, last[key as usize]);
            log.push_input(Value::Int(-i64::from(time)));
            last[key as usize] = Some(number);
        }
        for _ in 0..100 {
            log.pop();
        }
        let times = |key: usize, from| -> Vec<i64> {
            log.of_key(last[key].unwrap(), from).map(|(_, entry)| entry.time).collect()
        };
        assert_eq!(times(1, 590), [598, 595, 592]);
        assert_eq!(times(0, 0).len(), 333);
        let (number, entry) = log.of_key(last[1].unwrap(), 0).nth(7).unwrap();
        assert_eq!(log.inputs(number).collect::<Vec<_>>(), [&Value::Int(-entry.time)]);
    }
}
