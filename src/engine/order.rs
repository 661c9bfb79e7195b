//! Events in order of (time, event id, source), copies removed, whatever the order of arrival, in bounded memory.
//!
//! Events are collected up to a budget; beyond it they are sorted and written to a temporary file, and the files are merged at
//! the end. To tell copies apart over a whole run, 16 bytes per event with an id are kept: a 128-bit hash of source and id, so
//! two different events are taken for copies with a chance below 10⁻²⁰ in a run of a thousand million.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use rustc_hash::FxHashSet;

use super::event::Event;
use crate::value::Value;

/// The budget for events in memory, in bytes, unless the caller says otherwise.
pub const DEFAULT_MEMORY: usize = 256 * 1024 * 1024;

/// Collects events.
pub struct Orderer {
    memory: usize,
    used: usize,
    buffer: Vec<Event>,
    runs: Vec<File>,
}

impl Orderer {
    /// An orderer that holds about `memory` bytes of events before it writes to temporary files.
    #[must_use]
    pub fn new(memory: usize) -> Self {
        Self { memory, used: 0, buffer: Vec::new(), runs: Vec::new() }
    }

    /// Takes an event.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub fn push(&mut self, event: Event) -> io::Result<()> {
        self.used += size(&event);
        self.buffer.push(event);
        if self.used > self.memory { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.buffer.sort_unstable_by(order);
        let mut writer = BufWriter::new(tempfile::tempfile()?);
        for event in self.buffer.drain(..) {
            let bytes = postcard::to_stdvec(&event).map_err(io::Error::other)?;
            let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
            writer.write_all(&length.to_le_bytes())?;
            writer.write_all(&bytes)?;
        }
        let mut file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.runs.push(file);
        self.used = 0;
        Ok(())
    }

    /// All events in order.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn finish(mut self) -> io::Result<Ordered> {
        self.buffer.sort_unstable_by(order);
        let mut runs: Vec<Run> = self.runs.into_iter().map(|file| Run::File(BufReader::new(file))).collect();
        runs.push(Run::Memory(self.buffer.into_iter()));
        let mut heads = BinaryHeap::new();
        for (run, events) in runs.iter_mut().enumerate() {
            heads.extend(events.next()?.map(|event| Head { event, run }));
        }
        Ok(Ordered { runs, heads, seen: FxHashSet::default(), copies: 0 })
    }
}

/// About how many bytes an event takes.
fn size(event: &Event) -> usize {
    let text = |value: &Value| value.as_text().map_or(0, str::len);
    let values: usize = event.values.iter().map(|value| size_of::<Value>() + text(value)).sum();
    size_of::<Event>() + text(&event.event_id) + values
}

/// The order of events; the values are only there so that copies come in one order too.
fn order(a: &Event, b: &Event) -> Ordering {
    let key = |event: &Event| (event.time, event.source);
    a.time
        .cmp(&b.time)
        .then_with(|| a.event_id.cmp(&b.event_id))
        .then_with(|| key(a).cmp(&key(b)))
        .then_with(|| a.values.cmp(&b.values))
}

/// Sorted events.
enum Run {
    File(BufReader<File>),
    Memory(std::vec::IntoIter<Event>),
}

impl Run {
    fn next(&mut self) -> io::Result<Option<Event>> {
        match self {
            Self::Memory(events) => Ok(events.next()),
            Self::File(reader) => {
                let mut length = [0; 4];
                match reader.read_exact(&mut length) {
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                    other => other?,
                }
                let mut bytes = vec![0; usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?];
                reader.read_exact(&mut bytes)?;
                postcard::from_bytes(&bytes).map(Some).map_err(io::Error::other)
            }
        }
    }
}

/// The next event of a run; the heap gives the least first.
struct Head {
    event: Event,
    run: usize,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        order(&other.event, &self.event).then_with(|| other.run.cmp(&self.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

/// Events in order, one at a time.
pub struct Ordered {
    runs: Vec<Run>,
    heads: BinaryHeap<Head>,
    seen: FxHashSet<u128>,
    copies: u64,
}

impl Ordered {
    /// The next event; none at the end.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn next_event(&mut self) -> io::Result<Option<Event>> {
        while let Some(Head { event, run }) = self.heads.pop() {
            self.heads.extend(self.runs[run].next()?.map(|event| Head { event, run }));
            if event.event_id.is_missing() || self.seen.insert(fingerprint(&event)) {
                return Ok(Some(event));
            }
            self.copies += 1;
        }
        Ok(None)
    }

    /// How many copies have been left out so far.
    #[must_use]
    pub fn copies(&self) -> u64 {
        self.copies
    }
}

/// 128 bits of source and id: the same hash from two starts.
fn fingerprint(event: &Event) -> u128 {
    let half = |salt: u64| {
        let mut hasher = DefaultHasher::new();
        (salt, event.source, &event.event_id).hash(&mut hasher);
        hasher.finish()
    };
    (u128::from(half(0)) << 64) | u128::from(half(1))
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let (all, copies) = ordered(events, usize::MAX);
        let kept: Vec<i64> = all.iter().map(|event| event.time).collect();
        assert_eq!((kept, copies), (vec![1, 1, 3, 4], 1));
    }

    proptest! {
        #[test]
        fn neither_arrival_nor_temporary_files_change_anything(
            facts in prop::collection::vec((0..20_i64, 0..6_u8, 0..2_u16, 0..3_i64), 0..60),
            seed in any::<u64>(),
        ) {
            let id = |number: u8| if number == 0 { String::new() } else { format!("e{number}") };
            let events: Vec<Event> = facts.iter().map(|(time, number, source, value)| event(*time, &id(*number), *source, *value)).collect();
            let mut shuffled = events.clone();
            shuffled.sort_by_key(|event| {
                let mut hasher = DefaultHasher::new();
                (seed, event.time, &event.event_id, &event.values).hash(&mut hasher);
                hasher.finish()
            });
            let expected = ordered(events, usize::MAX);
            prop_assert_eq!(&ordered(shuffled.clone(), usize::MAX), &expected);
            prop_assert_eq!(&ordered(shuffled, 300), &expected);
        }
    }
}
