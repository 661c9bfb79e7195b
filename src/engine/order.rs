//! Events in order of (time, event id, source), copies removed, whatever the order of arrival, in bounded memory.
//!
//! Events are collected up to a budget; what fits is sorted where it is. Beyond the budget there are two passes over temporary
//! files: sorted by source and id, copies stand side by side and the least of them stays; sorted by time, the rest comes out in
//! order. Two passes cost more than a set of the ids seen, but the set would grow with the log and not only with the budget,
//! and copies need not be alike: one sign-in has whole seconds in one export and ticks in another.

mod batch;
mod runs;
mod stream;

pub use self::batch::Batch;
pub use self::stream::{Disorder, Stream};

use std::cmp::Ordering;
use std::io;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use tempfile::SpooledTempFile;

use self::runs::{Merge, Runs};
use super::event::Event;
use crate::plan::Plan;
use crate::value::Value;

/// The budget for events in memory, in bytes, unless the caller says otherwise.
pub const DEFAULT_MEMORY: usize = 256 * 1024 * 1024;

/// How far apart in event time two events of one source and one id may be to be copies of one event: as far as any of these
/// rules looks back, and an hour at least.
#[must_use]
pub fn horizon(plans: &[Plan]) -> i64 {
    const HOUR: i64 = 3_600_000_000;
    plans.iter().map(Plan::lookback).fold(HOUR, i64::max)
}

/// An order of events. Both are total: values are compared last, so that equal events are equal in every part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// By source and id: copies side by side, the one that counts first.
    Identity,
    /// By time, id and source: as rules see them.
    Time,
}

impl Order {
    fn compare(self, a: &Event, b: &Event) -> Ordering {
        match self {
            Self::Identity => {
                (a.source, &a.event_id, a.time, &a.values).cmp(&(b.source, &b.event_id, b.time, &b.values))
            }
            Self::Time => (a.time, &a.event_id, a.source, &a.values).cmp(&(b.time, &b.event_id, b.source, &b.values)),
        }
    }
}

/// Collects events.
pub struct Orderer {
    /// By identity: copies are not yet removed.
    events: Collected,
}

impl Orderer {
    /// An orderer that holds about `memory` bytes of events before it writes to temporary files.
    #[must_use]
    pub fn new(memory: usize) -> Self {
        Self { events: Collected::new(memory, Order::Identity) }
    }

    /// Takes an event.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub fn push(&mut self, event: Event) -> io::Result<()> {
        self.events.push(event)
    }

    /// All events in order.
    ///
    /// # Errors
    /// When a temporary file cannot be written or read.
    pub fn finish(self) -> io::Result<Ordered> {
        let memory = self.events.memory;
        match self.events.finish()? {
            Sorted::Memory(events) => Ok(Ordered::in_memory(events)),
            Sorted::Disk(merge) => Ordered::on_disk(merge, memory),
        }
    }
}

/// Events in order, one at a time.
pub struct Ordered {
    rest: Rest,
    copies: u64,
}

enum Rest {
    Memory(std::vec::IntoIter<Event>),
    Disk(Merge<SpooledTempFile>),
}

impl Ordered {
    fn in_memory(mut events: Vec<Event>) -> Self {
        events.sort_unstable_by(|a, b| Order::Time.compare(a, b));
        let before = events.len();
        // In this order the first of several copies is the one that counts.
        let mut seen = FxHashSet::default();
        let keep: Vec<bool> = events
            .iter()
            .map(|event| event.event_id.is_missing() || seen.insert((event.source, event.event_id.clone())))
            .collect();
        let mut keep = keep.into_iter();
        events.retain(|_| keep.next().unwrap_or(true));
        Self { copies: (before - events.len()) as u64, rest: Rest::Memory(events.into_iter()) }
    }

    fn on_disk(mut merge: Merge<SpooledTempFile>, memory: usize) -> io::Result<Self> {
        let mut unique = Collected::new(memory, Order::Time);
        let mut last: Option<(u16, Value)> = None;
        let mut copies = 0;
        while let Some(event) = merge.next()? {
            let is_copy = !event.event_id.is_missing()
                && last.as_ref().is_some_and(|(source, id)| *source == event.source && *id == event.event_id);
            if is_copy {
                copies += 1;
            } else {
                last = Some((event.source, event.event_id.clone()));
                unique.push(event)?;
            }
        }
        drop(merge);
        let rest = match unique.finish()? {
            Sorted::Memory(mut events) => {
                events.sort_unstable_by(|a, b| Order::Time.compare(a, b));
                Rest::Memory(events.into_iter())
            }
            Sorted::Disk(merge) => Rest::Disk(merge),
        };
        Ok(Self { rest, copies })
    }

    /// The next event; none at the end.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn next_event(&mut self) -> io::Result<Option<Event>> {
        match &mut self.rest {
            Rest::Memory(events) => Ok(events.next()),
            Rest::Disk(merge) => merge.next(),
        }
    }

    /// How many copies have been left out.
    #[must_use]
    pub fn copies(&self) -> u64 {
        self.copies
    }
}

/// Events in memory up to a budget, and in sorted runs on disk beyond it.
struct Collected {
    memory: usize,
    order: Order,
    used: usize,
    buffer: Vec<Event>,
    runs: Option<Runs<SpooledTempFile>>,
}

/// Events collected.
enum Sorted {
    /// All fitted; in no order yet.
    Memory(Vec<Event>),
    /// In order.
    Disk(Merge<SpooledTempFile>),
}

impl Collected {
    fn new(memory: usize, order: Order) -> Self {
        Self { memory, order, used: 0, buffer: Vec::new(), runs: None }
    }

    fn push(&mut self, event: Event) -> io::Result<()> {
        self.used += size(&event);
        self.buffer.push(event);
        if self.used > self.memory { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        let order = self.order;
        // A spooled file of no size is a file from its first byte on.
        let runs = self.runs.get_or_insert_with(|| Runs::new(SpooledTempFile::new(0), order));
        runs.write(&mut self.buffer)?;
        self.used = 0;
        Ok(())
    }

    fn finish(mut self) -> io::Result<Sorted> {
        if self.runs.is_some() && !self.buffer.is_empty() {
            self.spill()?;
        }
        match self.runs {
            None => Ok(Sorted::Memory(self.buffer)),
            Some(runs) => runs.merge(self.memory / 4).map(Sorted::Disk),
        }
    }
}

/// About how many bytes an event takes. Texts that are shared with other events cost it nothing.
fn size(event: &Event) -> usize {
    let text = |value: &Value| {
        let own =
            if let Value::Text(text) = value { Some(text).filter(|text| Arc::strong_count(text) == 1) } else { None };
        own.map_or(0, |text| text.len() + 2 * size_of::<usize>())
    };
    let values: usize = event.values.iter().map(|value| size_of::<Value>() + text(value)).sum();
    size_of::<Event>() + text(&event.event_id) + values
}

#[cfg(test)]
mod tests {
    use super::{Event, Orderer, Value};
    use proptest::prelude::*;

    fn event(time: i64, id: &str, source: u16, value: i64) -> Event {
        let event_id = if id.is_empty() { Value::Missing } else { Value::text(id) };
        Event { time, event_id, source, values: vec![Value::Int(value), Value::text("x")].into() }
    }

    fn ordered(events: impl IntoIterator<Item = Event>, memory: usize) -> (Vec<Event>, u64) {
        let mut orderer = Orderer::new(memory);
        for event in events {
            orderer.push(event).unwrap();
        }
        let mut ordered = orderer.finish().unwrap();
        let mut all = Vec::new();
        while let Some(event) = ordered.next_event().unwrap() {
            all.push(event);
        }
        (all, ordered.copies())
    }

    #[test]
    fn the_earliest_copy_stays_and_events_without_id_all_stay() {
        let events =
            [event(5, "a", 0, 1), event(3, "a", 0, 2), event(4, "a", 1, 3), event(1, "", 0, 4), event(1, "", 0, 4)];
        for memory in [usize::MAX, 200, 0] {
            let (all, copies) = ordered(events.clone(), memory);
            let kept: Vec<i64> = all.iter().map(|event| event.time).collect();
            assert_eq!((kept, copies), (vec![1, 1, 3, 4], 1));
        }
    }

    #[test]
    fn of_copies_at_one_time_the_one_with_the_least_values_stays() {
        for memory in [usize::MAX, 0] {
            let (all, _) = ordered([event(5, "a", 0, 7), event(5, "a", 0, 6), event(5, "a", 0, 8)], memory);
            assert_eq!(all, [event(5, "a", 0, 6)]);
        }
    }

    #[test]
    fn events_of_one_moment_are_ordered_by_id_and_those_without_come_first() {
        for memory in [usize::MAX, 0] {
            let (all, _) = ordered([event(5, "b", 0, 1), event(5, "a", 1, 2), event(5, "", 2, 3)], memory);
            assert_eq!(all, [event(5, "", 2, 3), event(5, "a", 1, 2), event(5, "b", 0, 1)]);
        }
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert_eq!(ordered([], 0), (Vec::new(), 0));
    }

    proptest! {
        #[test]
        fn neither_arrival_nor_temporary_files_change_anything(
            facts in prop::collection::vec((0..20_i64, 0..6_u8, 0..2_u16, 0..3_i64), 0..60),
            places in prop::collection::vec(any::<u16>(), 60),
            memory in 0..4000_usize,
        ) {
            let id = |number: u8| if number == 0 { String::new() } else { format!("e{number}") };
            let all = facts.iter().map(|(time, number, source, value)| event(*time, &id(*number), *source, *value));
            let events: Vec<Event> = all.collect();
            let mut shuffled: Vec<(u16, Event)> = places.into_iter().zip(events.clone()).collect();
            shuffled.sort_by_key(|(place, _)| *place);
            let shuffled = shuffled.into_iter().map(|(_, event)| event);
            let expected = ordered(events, usize::MAX);
            prop_assert_eq!(&ordered(shuffled.clone(), usize::MAX), &expected);
            prop_assert_eq!(&ordered(shuffled, memory), &expected);
        }
    }
}
