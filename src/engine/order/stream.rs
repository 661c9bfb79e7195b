//! Events in order while they are read, as long as the buffer can hold back what comes out of order.
//!
//! What is read waits in batches, each in order. Nothing is given out that is later than the input that is behind the others. Of
//! the rest a *budget* is held back, and more where events have come late already: four times as long as one was late, up to half of
//! the memory. So what comes out of order usually finds its place; where not, it is noticed.

use std::sync::Arc;

use super::batch::{Batch, Stamp, compare};
use super::copies::{Copies, Full};
use super::sort::Order;
use crate::engine::dispatch::Taken;
use crate::engine::event::Event;

/// The most that is held back without need, in bytes.
const BUDGET: usize = 8 * 1024 * 1024;

/// Into how many parts a batch is cut to estimate how many of the events held are before some time.
const PARTS: usize = 16;

/// Puts the events of several inputs in order. It is exact or says [`Disorder`]: it gives out what [`Orderer`](super::Orderer)
/// gives of the same events, in the same order.
///
/// ```text
/// while let Some(input) = stream.wanted() { read a piece of it, stream.push(input, Batch::new(taken))?, or stream.ended(input);
///     apply(stream.ready()?); }
/// apply(stream.ready()?)
/// ```
///
/// An input is begun by its first [`push`](Self::push), also of an empty batch (a piece of which no rule takes anything). Every
/// input is wanted once before anything is given out, and what was read of it waits until its time comes: so of several inputs
/// the first piece should be of [`first_piece`](Self::first_piece) bytes at most.
#[derive(Debug)]
pub struct Stream {
    inputs: Vec<Input>,
    held: Vec<Batch>,
    /// How many bytes all of these take.
    bytes: usize,
    /// How many there were when it was last seen what could be given out; none when that has to be seen anew.
    seen: Option<usize>,
    memory: usize,
    budget: usize,
    /// How late an event of an input has come at most.
    lateness: i64,
    /// The last event given out.
    last: Option<Arc<Event>>,
    remembered: Copies,
    copies: u64,
}

#[derive(Clone, Debug, Default)]
struct Input {
    is_begun: bool,
    has_ended: bool,
    /// About where it is: most events of its last batch are before this.
    front: Option<i64>,
}

/// Why a [`Stream`] cannot go on. Nothing that it gave out was wrong, but what comes after would be; the events have to be sorted
/// on disk instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disorder {
    /// An event came after others that it should have come before, and those are given out.
    Late,
    /// What must be held or remembered does not fit.
    Memory,
}

impl From<Full> for Disorder {
    fn from(Full: Full) -> Self {
        Self::Memory
    }
}

impl Stream {
    /// Of so many inputs. Copies are told within `horizon` of event time; about `memory` bytes may be held.
    #[must_use]
    pub fn new(inputs: usize, horizon: i64, memory: usize) -> Self {
        Self {
            inputs: vec![Input::default(); inputs],
            held: Vec::new(),
            bytes: 0,
            seen: None,
            memory,
            budget: BUDGET.min(memory / 8),
            lateness: 0,
            last: None,
            remembered: Copies::new(horizon),
            copies: 0,
        }
    }

    /// How many bytes of each input should be read first.
    #[must_use]
    pub fn first_piece(&self) -> usize {
        (self.memory / (8 * self.inputs.len().max(1))).max(4096)
    }

    /// The input to be read next: one that has not begun, else the one that is behind the others; none when all have ended.
    #[must_use]
    pub fn wanted(&self) -> Option<usize> {
        let open = || self.inputs.iter().enumerate().filter(|(_, input)| !input.has_ended);
        let fresh = open().find(|(_, input)| !input.is_begun);
        fresh.or_else(|| open().min_by_key(|(_, input)| input.front)).map(|(place, _)| place)
    }

    /// Takes the next events of an input.
    ///
    /// # Errors
    /// When it cannot go on.
    pub fn push(&mut self, input: usize, mut batch: Batch) -> Result<(), Disorder> {
        self.inputs[input].is_begun = true;
        self.leave_out_late(&mut batch)?;
        let Some(first) = batch.stamps().first() else { return Ok(()) };
        if let Some(front) = self.inputs[input].front {
            self.lateness = self.lateness.max(front.saturating_sub(first.time));
        }
        self.inputs[input].front = front(batch.stamps());
        self.bytes += batch.bytes();
        self.held.push(batch);
        if self.bytes() > self.memory { Err(Disorder::Memory) } else { Ok(()) }
    }

    /// An input has no more events.
    pub fn ended(&mut self, input: usize) {
        self.inputs[input].has_ended = true;
        self.seen = None;
    }

    /// What is settled, in order, without copies; all that is left once every input has ended.
    ///
    /// # Errors
    /// When it cannot go on.
    pub fn ready(&mut self) -> Result<Vec<Taken>, Disorder> {
        self.settled().map_or_else(|| Ok(Vec::new()), |until| self.give(until))
    }

    /// How many copies have been left out.
    #[must_use]
    pub fn copies(&self) -> u64 {
        self.copies
    }

    /// About how many bytes are held and remembered.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes + self.remembered.bytes()
    }

    /// What comes late is no loss where it is a copy of what has been given out.
    fn leave_out_late(&mut self, batch: &mut Batch) -> Result<(), Disorder> {
        let Some(last) = &self.last else { return Ok(()) };
        while let (Some(taken), Some(stamp)) = (batch.events().first(), batch.stamps().first())
            && Order::Time.compare(&taken.event, last).is_lt()
        {
            if !self.remembered.covers(taken, stamp) {
                return Err(Disorder::Late);
            }
            batch.next();
            self.copies += 1;
        }
        Ok(())
    }

    /// The time up to which events can be given out now.
    fn settled(&mut self) -> Option<i64> {
        let fronts = self.inputs.iter().filter(|input| !input.has_ended).map(|input| input.front);
        let Some(front) = fronts.min() else { return Some(i64::MAX) };
        let front = front.filter(|_| self.inputs.iter().all(|input| input.is_begun || input.has_ended))?;
        if self.seen.is_some_and(|seen| self.bytes < seen + self.budget / PARTS) {
            return None;
        }
        self.seen = Some(self.bytes);
        let before = self.held.iter().map(|batch| batch.bytes_of(batch.until(front))).sum::<usize>();
        if before <= self.budget {
            return None;
        }
        let quiet = front.saturating_sub(self.lateness.saturating_mul(4));
        let until = self.leaving(front, before - self.budget / 2).min(quiet);
        let pressed = before > self.memory / 2;
        Some(if pressed { until.max(self.leaving(front, before - self.memory / 4)) } else { until })
    }

    /// The time, `front` at most, up to which events take about so many bytes.
    fn leaving(&self, front: i64, bytes: usize) -> i64 {
        let parts = self.held.iter().flat_map(|batch| {
            let before = &batch.stamps()[..batch.until(front)];
            let parts = before.chunks(before.len().div_ceil(PARTS).max(1));
            parts.filter_map(|part| Some((part.last()?.time, batch.bytes_of(part.len()))))
        });
        let mut parts: Vec<(i64, usize)> = parts.collect();
        parts.sort_unstable();
        let mut sum = 0;
        let until = parts.iter().find(|(_, of_part)| {
            sum += of_part;
            sum >= bytes
        });
        until.map_or(front, |(time, _)| *time)
    }

    /// Gives out what is at a time or before it.
    fn give(&mut self, until: i64) -> Result<Vec<Taken>, Disorder> {
        let after = self.held.iter().map(|batch| batch.bytes_of(batch.len() - batch.until(until))).sum::<usize>();
        let places = self.held.iter().zip(0_u32..);
        let times = |(batch, place): (&Batch, u32)| {
            let stamps = &batch.stamps()[..batch.until(until)];
            stamps.iter().map(|stamp| (stamp.time, place)).collect::<Vec<_>>()
        };
        let mut order: Vec<(i64, u32)> = places.flat_map(times).collect();
        // Made of parts that are in order, which a stable sort finds and merges.
        order.sort_by_key(|(time, _)| *time);
        let (mut out, mut stamps) = (Vec::with_capacity(order.len()), Vec::with_capacity(order.len()));
        for moment in order.chunk_by(|a, b| a.0 == b.0) {
            if moment.iter().all(|(_, place)| *place == moment[0].1) {
                self.held[moment[0].1 as usize].give(moment.len(), &mut out, &mut stamps);
            } else {
                let next = |(_, place): &(i64, u32)| self.held[*place as usize].next();
                let mut all: Vec<(Taken, Stamp)> = moment.iter().filter_map(next).collect();
                all.sort_by(|(a, _), (b, _)| compare(a, b));
                for (taken, stamp) in all {
                    out.push(taken);
                    stamps.push(stamp);
                }
            }
        }
        self.held.retain(|batch| !batch.is_empty());
        self.bytes = after;
        self.seen = Some(after);
        self.leave_out_copies(&mut out, &stamps)?;
        if let Some(last) = out.last() {
            self.last = Some(Arc::clone(&last.event));
        }
        if self.bytes() > self.memory { Err(Disorder::Memory) } else { Ok(out) }
    }

    fn leave_out_copies(&mut self, events: &mut Vec<Taken>, stamps: &[Stamp]) -> Result<(), Full> {
        let (room, before) = (self.memory.saturating_sub(self.bytes), events.len());
        let (mut stamps, mut full) = (stamps.iter(), None);
        events.retain_mut(|taken| {
            let Some(stamp) = stamps.next() else { return true };
            self.remembered.count(taken, stamp, room).unwrap_or_else(|error| {
                full = Some(error);
                true
            })
        });
        self.copies += (before - events.len()) as u64;
        full.map_or(Ok(()), Err)
    }
}

/// The time that most events of a batch are before. Its last one may lie far off, by a clock that is wrong.
fn front(stamps: &[Stamp]) -> Option<i64> {
    let last = stamps.len().checked_sub(1)?;
    stamps.get(last - last / PARTS).map(|stamp| stamp.time)
}
