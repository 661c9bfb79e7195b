//! Which events are copies of others.
//!
//! Logs deliver an event at least once. An event is a copy for a stream of a rule when an event of the same source and id lies
//! at most the horizon before it in the order of time and *counts* for that stream: is no copy for it itself. Events that are
//! copies for one stream and not for another have not the same fields: one copy says less than the other. Every stream by itself
//! sees what it would see without the others, so that no rule's matches depend on the rules that it is run with.

use std::sync::Arc;

use hashbrown::HashTable;
use rustc_hash::FxHashMap;

use super::batch::{Fingerprint, Stamp};
use super::size::of_hits;
use crate::engine::dispatch::{Hit, Taken};

/// Of the streams that take an event, those that no event before it has counted for; none when it is a copy for all of them.
/// An event that no stream takes counts as if one did.
pub(in crate::engine) fn left<'a>(hits: &Arc<[Hit]>, counted: impl Iterator<Item = &'a [Hit]>) -> Option<Arc<[Hit]>> {
    let mut left: Option<Vec<Hit>> = None;
    for before in counted {
        let left = left.get_or_insert_with(|| hits.to_vec());
        // Where its key is among the event's is another matter for each event.
        left.retain(|hit| before.binary_search_by_key(&stream(hit), stream).is_err());
        if left.is_empty() {
            return None;
        }
    }
    match left {
        Some(left) if left.len() < hits.len() => Some(left.into()),
        Some(_) | None => Some(Arc::clone(hits)),
    }
}

fn stream(hit: &Hit) -> (u32, u32) {
    (hit.rule, hit.stream)
}

/// Remembers the events that have counted, as long as there may be copies of them.
#[derive(Debug)]
pub(super) struct Copies {
    horizon: i64,
    /// By fingerprint. Several small tables do not all grow at once.
    tables: [HashTable<Counted>; TABLES],
    streams: Streams,
    /// How many bytes the tables take.
    allocated: usize,
}

const TABLES: usize = 16;

/// An event that has counted.
#[derive(Clone, Copy, Debug)]
struct Counted {
    id: [u64; 2],
    time: i64,
    /// For which streams, by their place in [`Streams`], below; above it what is left of the hash of its values.
    rest: u64,
}

/// How many bits of [`Counted::rest`] say the streams.
const STREAM_BITS: u32 = 24;

/// Sets of streams that events have counted for.
#[derive(Debug, Default)]
struct Streams {
    known: FxHashMap<Arc<[Hit]>, usize>,
    sets: Vec<Arc<[Hit]>>,
    last: usize,
    bytes: usize,
}

/// There is no memory for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Streams {
    /// The place of a set.
    fn place(&mut self, hits: &Arc<[Hit]>) -> Result<u64, Full> {
        if self.sets.get(self.last).is_none_or(|last| !Arc::ptr_eq(last, hits)) {
            self.last = self.known.get(hits).copied().unwrap_or_else(|| {
                self.bytes += of_hits(hits);
                self.known.insert(Arc::clone(hits), self.sets.len());
                self.sets.push(Arc::clone(hits));
                self.sets.len() - 1
            });
        }
        if self.last >> STREAM_BITS == 0 { Ok(self.last as u64) } else { Err(Full) }
    }
}

impl Counted {
    fn values(&self) -> u64 {
        self.rest >> STREAM_BITS
    }

    /// The place of its streams.
    fn streams(&self) -> usize {
        usize::try_from(self.rest & ((1 << STREAM_BITS) - 1)).unwrap_or(usize::MAX)
    }
}

impl Copies {
    /// An event that has to be remembered takes so many bytes at most.
    pub(super) const BYTES: usize = 4 * size_of::<Counted>();

    pub(super) fn new(horizon: i64) -> Self {
        Self { horizon, tables: Default::default(), streams: Streams::default(), allocated: 0 }
    }

    /// About how many bytes all of this takes.
    pub(super) fn bytes(&self) -> usize {
        self.allocated + self.streams.bytes
    }

    /// Takes the next event in order: the streams that it counts for are left to it. Whether there are any.
    pub(super) fn count(&mut self, taken: &mut Taken, stamp: &Stamp, room: usize) -> Result<bool, Full> {
        let Some(id) = stamp.id else { return Ok(true) };
        let table = table_of(id);
        let known = self.tables[table].find(hash(id), |counted| counted.id == id.0).is_some();
        if known {
            let before = self.counted(id).filter(|counted| !self.is_past(counted.time, stamp.time));
            let Some(left) = left(&taken.hits, before.map(|counted| self.streams_of(counted))) else {
                return Ok(false);
            };
            taken.hits = left;
        }
        let streams = self.streams.place(&taken.hits)?;
        self.make_room(table, stamp.time, room)?;
        let counted =
            Counted { id: id.0, time: stamp.time, rest: stamp.values >> STREAM_BITS << STREAM_BITS | streams };
        self.tables[table].insert_unique(hash(id), counted, |counted| counted.id[0]);
        Ok(true)
    }

    /// Whether an event is a copy for all streams that take it, of what has counted already: what comes late is no loss then.
    pub(super) fn covers(&self, taken: &Taken, stamp: &Stamp) -> bool {
        let Some(id) = stamp.id else { return false };
        let is_before = |counted: &&Counted| {
            let same = counted.time == stamp.time && counted.values() == stamp.values >> STREAM_BITS;
            (counted.time < stamp.time || same) && !self.is_past(counted.time, stamp.time)
        };
        left(&taken.hits, self.counted(id).filter(is_before).map(|counted| self.streams_of(counted))).is_none()
    }

    fn counted(&self, id: Fingerprint) -> impl Iterator<Item = &Counted> {
        self.tables[table_of(id)].iter_hash(hash(id)).filter(move |counted| counted.id == id.0)
    }

    fn streams_of(&self, counted: &Counted) -> &[Hit] {
        self.streams.sets.get(counted.streams()).map_or(&[], |hits| hits)
    }

    /// Whether what counted at a time is out of reach at another.
    fn is_past(&self, counted: i64, time: i64) -> bool {
        counted < time.saturating_sub(self.horizon)
    }

    /// Makes room for one more, `room` bytes at most: what is out of reach is forgotten first.
    fn make_room(&mut self, table: usize, time: i64, room: usize) -> Result<(), Full> {
        let (least, bytes) = (time.saturating_sub(self.horizon), self.bytes());
        let table = &mut self.tables[table];
        if table.len() < table.capacity() {
            return Ok(());
        }
        let before = table.allocation_size();
        table.retain(|counted| counted.time >= least);
        if table.len() > table.capacity() / 4 * 3 || table.capacity() == 0 {
            // The old one is there until the new one is filled.
            if bytes + 2 * before > room {
                return Err(Full);
            }
            table.reserve(table.capacity() + 1 - table.len(), |counted| counted.id[0]);
        } else if table.len() < table.capacity() / 4 {
            table.shrink_to(table.len() * 2 + 1, |counted| counted.id[0]);
        }
        self.allocated = self.allocated - before + table.allocation_size();
        Ok(())
    }
}

fn hash(id: Fingerprint) -> u64 {
    id.0[0]
}

fn table_of(id: Fingerprint) -> usize {
    usize::try_from(id.0[1] % TABLES as u64).unwrap_or(0)
}
