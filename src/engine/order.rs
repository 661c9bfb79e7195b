//! Events in order of (time, event id, source), copies removed, whatever the order of arrival, in bounded memory.
//!
//! Logs are almost in order: [`Stream`] puts them in order while they are read. What it cannot is left to [`Orderer`], which
//! collects events, packed, up to a budget and sorts what fits where it is. Beyond the budget, sorted runs go to a temporary file.
//! Copies are removed while the runs are merged by time, if the ids that have to be remembered for it fit into the budget; if not,
//! a second file is sorted by source and id, where copies stand side by side, and a third one by time again.

mod batch;
mod copies;
mod crowd;
mod packed;
mod runs;
mod size;
mod sort;
mod stream;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use tempfile::SpooledTempFile;

pub use self::batch::Batch;
use self::batch::Stamp;
pub(in crate::engine) use self::batch::compare;
pub(in crate::engine) use self::copies::left;
use self::copies::{Copies, Full};
use self::crowd::Crowd;
use self::packed::{InOrder, Packed};
use self::runs::{Merge, Runs};
use self::sort::Order;
pub use self::stream::{Disorder, Stream};
use super::dispatch::{Hit, Taken};
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

/// Collects events.
pub struct Orderer {
    events: Collected,
    horizon: i64,
    crowd: Crowd,
}

impl Orderer {
    /// An orderer that holds about `memory` bytes of events before it writes to temporary files. It tells copies however far
    /// apart they are.
    #[must_use]
    pub fn new(memory: usize) -> Self {
        Self::within(i64::MAX, memory)
    }

    /// An orderer that tells copies within `horizon` of event time.
    #[must_use]
    pub fn within(horizon: i64, memory: usize) -> Self {
        Self { events: Collected::new(memory, Order::Time), horizon, crowd: Crowd::new(horizon) }
    }

    /// Takes an event of which it is not known which rules take it.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub fn push(&mut self, event: Event) -> io::Result<()> {
        self.take(event.into())
    }

    /// Takes an event with the rules that take it.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub fn take(&mut self, taken: Taken) -> io::Result<()> {
        self.crowd.add(&taken.event);
        self.events.push(&taken)
    }

    /// All events in order.
    ///
    /// # Errors
    /// When a temporary file cannot be written or read.
    pub fn finish(self) -> io::Result<Ordered> {
        let memory = self.events.memory;
        let merge = match self.events.finish()? {
            Rest::Disk(merge) if self.crowd.most() > memory / 2 / Copies::BYTES => merge,
            rest @ (Rest::Memory(_) | Rest::Disk(_)) => {
                return Ok(Ordered { rest, remembered: Some(Copies::new(self.horizon)), copies: 0 });
            }
        };
        let (unique, copies) = without_copies(merge, self.horizon, memory)?;
        Ok(Ordered { rest: unique, remembered: None, copies })
    }
}

impl From<Event> for Taken {
    /// An event of which it is not known which rules take it.
    fn from(event: Event) -> Self {
        Self { event: Arc::new(event), hits: Arc::default(), keys: Box::default() }
    }
}

/// Events in order, one at a time.
pub struct Ordered {
    rest: Rest,
    /// What tells copies; none where they have been left out already.
    remembered: Option<Copies>,
    copies: u64,
}

enum Rest {
    Memory(InOrder),
    Disk(Merge<SpooledTempFile>),
}

impl Rest {
    fn next(&mut self) -> io::Result<Option<Taken>> {
        match self {
            Self::Memory(events) => events.next(),
            Self::Disk(merge) => merge.next(),
        }
    }
}

impl Ordered {
    /// The next event with the rules that take it; none at the end.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn next_taken(&mut self) -> io::Result<Option<Taken>> {
        while let Some(mut taken) = self.rest.next()? {
            let counts = match &mut self.remembered {
                None => true,
                Some(remembered) => {
                    let stamp = Stamp::new(&taken.event);
                    remembered.count(&mut taken, &stamp, usize::MAX).map_err(|Full| io::ErrorKind::OutOfMemory)?
                }
            };
            if counts {
                return Ok(Some(taken));
            }
            self.copies += 1;
        }
        Ok(None)
    }

    /// The next event; none at the end.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn next_event(&mut self) -> io::Result<Option<Event>> {
        Ok(self.next_taken()?.map(|taken| Arc::unwrap_or_clone(taken.event)))
    }

    /// How many copies have been left out so far.
    #[must_use]
    pub fn copies(&self) -> u64 {
        self.copies
    }
}

/// The same events without copies, by temporary files alone.
fn without_copies(mut events: Merge<SpooledTempFile>, horizon: i64, memory: usize) -> io::Result<(Rest, u64)> {
    let mut by_identity = Collected::new(memory / 2, Order::Identity);
    while let Some(taken) = events.next()? {
        by_identity.push(&taken)?;
    }
    drop(events);
    let mut events = by_identity.finish()?;
    let mut unique = Collected::new(memory / 2, Order::Time);
    let mut identity: Option<(u16, Value)> = None;
    let mut counted: Vec<(i64, Arc<[Hit]>)> = Vec::new();
    let mut copies = 0;
    while let Some(mut taken) = events.next()? {
        let event = &taken.event;
        if event.event_id.is_missing() {
            unique.push(&taken)?;
            continue;
        }
        if identity.as_ref().is_none_or(|(source, id)| *source != event.source || *id != event.event_id) {
            identity = Some((event.source, event.event_id.clone()));
            counted.clear();
        }
        counted.retain(|(time, _)| *time >= event.time.saturating_sub(horizon));
        let Some(left) = left(&taken.hits, counted.iter().map(|(_, hits)| &**hits)) else {
            copies += 1;
            continue;
        };
        counted.push((event.time, Arc::clone(&left)));
        taken.hits = left;
        unique.push(&taken)?;
    }
    drop(events);
    Ok((unique.finish()?, copies))
}

/// Events in memory up to a budget, and in sorted runs on disk beyond it.
struct Collected {
    memory: usize,
    order: Order,
    packed: Packed,
    runs: Option<Runs<SpooledTempFile>>,
}

impl Collected {
    fn new(memory: usize, order: Order) -> Self {
        Self { memory, order, packed: Packed::default(), runs: None }
    }

    fn push(&mut self, taken: &Taken) -> io::Result<()> {
        self.packed.push(taken, self.order)?;
        if self.packed.bytes() > self.memory { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        let events = std::mem::take(&mut self.packed).sort(self.order)?;
        // A spooled file of no size is a file from its first byte on.
        let runs = self.runs.get_or_insert_with(|| Runs::new(SpooledTempFile::new(0), self.order));
        runs.write(&events)
    }

    fn finish(mut self) -> io::Result<Rest> {
        if self.runs.is_some() && !self.packed.is_empty() {
            self.spill()?;
        }
        match self.runs {
            None => self.packed.sort(self.order).map(Rest::Memory),
            Some(runs) => {
                drop(self.packed);
                runs.merge(self.memory / 4).map(Rest::Disk)
            }
        }
    }
}
