//! Events that were read together, made ready for [`Stream`](super::Stream) by the thread that read them.

use std::cmp::Ordering;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::vec::IntoIter;

use rustc_hash::FxSeededState;

use super::size::size;
use super::sort::Order;
use crate::engine::dispatch::Taken;
use crate::engine::event::Event;

/// Events of one input that follow each other in it, put in order among themselves. Made in the thread that parsed them, so that
/// the one that puts everything in order has little to do.
#[derive(Debug, Default)]
pub struct Batch {
    /// In order.
    events: IntoIter<Taken>,
    /// What each of them is known by.
    stamps: IntoIter<Stamp>,
    /// About how many bytes each takes.
    each: usize,
}

/// What of an event can be told without looking at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) time: i64,
    /// None where the event has no id.
    pub(super) id: Option<Fingerprint>,
    /// A hash of its values; nothing where the event has no id.
    pub(super) values: u64,
}

/// Source and id of an event in 128 bits: two `SipHash`es, whose keys are chosen anew in every process. That two of n ids have one
/// fingerprint is less likely than n² / 2¹²⁹: for a thousand million ids, once in 10²⁰ runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint(pub(super) [u64; 2]);

static FINGERPRINTS: LazyLock<[RandomState; 2]> = LazyLock::new(|| [RandomState::new(), RandomState::new()]);

/// The values are only asked about for copies of one time, of which one comes late.
static VALUES: LazyLock<FxSeededState> =
    LazyLock::new(|| FxSeededState::with_seed(usize::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or(0)));

impl Fingerprint {
    fn new(event: &Event) -> Option<Self> {
        let of = |state: &RandomState| state.hash_one((event.source, &event.event_id));
        (!event.event_id.is_missing()).then(|| Self([of(&FINGERPRINTS[0]), of(&FINGERPRINTS[1])]))
    }
}

impl Stamp {
    pub(super) fn new(event: &Event) -> Self {
        let id = Fingerprint::new(event);
        let values = id.map_or(0, |_| VALUES.hash_one(&event.values));
        Self { time: event.time, id, values }
    }
}

impl Batch {
    /// Of events as they came; they need not be in order.
    #[must_use]
    pub fn new(mut events: Vec<Taken>) -> Self {
        // Almost in order as a rule, for which a stable sort is the fast one.
        events.sort_by(compare);
        let stamps: Vec<Stamp> = events.iter().map(|taken| Stamp::new(&taken.event)).collect();
        let bytes = events.iter().map(size).sum::<usize>() + size_of::<Self>();
        let each = size_of::<Stamp>() + bytes.div_ceil(events.len().max(1));
        Self { events: events.into_iter(), stamps: stamps.into_iter(), each }
    }

    /// How many events are left.
    #[must_use]
    pub fn len(&self) -> usize {
        self.stamps.len()
    }

    /// Whether none are.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The events that are left, in order, taken out.
    pub fn into_events(self) -> impl Iterator<Item = Taken> {
        self.events
    }

    /// The events that are left, in order.
    pub(super) fn events(&self) -> &[Taken] {
        self.events.as_slice()
    }

    /// What these are known by.
    pub(super) fn stamps(&self) -> &[Stamp] {
        self.stamps.as_slice()
    }

    /// About how many bytes the events take that are left.
    pub(super) fn bytes(&self) -> usize {
        self.bytes_of(self.len())
    }

    /// How many of the events are at a time or before it.
    pub(super) fn until(&self, time: i64) -> usize {
        self.stamps().partition_point(|stamp| stamp.time <= time)
    }

    /// About how many bytes so many of them take.
    pub(super) fn bytes_of(&self, count: usize) -> usize {
        self.each * count
    }

    /// Moves the first events, so many of them.
    pub(super) fn give(&mut self, count: usize, events: &mut Vec<Taken>, stamps: &mut Vec<Stamp>) {
        events.extend(self.events.by_ref().take(count));
        stamps.extend(self.stamps.by_ref().take(count));
    }

    /// The first of the events.
    pub(super) fn next(&mut self) -> Option<(Taken, Stamp)> {
        self.events.next().zip(self.stamps.next())
    }
}

/// The order in which events are given out.
pub(in crate::engine) fn compare(a: &Taken, b: &Taken) -> Ordering {
    Order::Time.compare(&a.event, &b.event)
}
