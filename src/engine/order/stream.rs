//! Events in order while they are read, as long as the buffer can hold back what comes out of order.

use super::batch::{Batch, compare};
use crate::engine::dispatch::Taken;

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
    held: Vec<Taken>,
    memory: usize,
    horizon: i64,
    copies: u64,
}

#[derive(Clone, Debug, Default)]
struct Input {
    is_begun: bool,
    has_ended: bool,
    latest: Option<i64>,
}

/// Why a [`Stream`] cannot go on. Nothing that it gave out was wrong, but what comes after would be; the events have to be sorted
/// on disk instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disorder {
    /// An event came after others that it should have come before, and those are given out.
    Late,
    /// What must be remembered does not fit.
    Memory,
}

impl Stream {
    /// Of so many inputs. Copies are told within `horizon` of event time; about `memory` bytes may be held.
    #[must_use]
    pub fn new(inputs: usize, horizon: i64, memory: usize) -> Self {
        Self { inputs: vec![Input::default(); inputs], held: Vec::new(), memory, horizon, copies: 0 }
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
        fresh.or_else(|| open().min_by_key(|(_, input)| input.latest)).map(|(place, _)| place)
    }

    /// Takes the next events of an input.
    ///
    /// # Errors
    /// When it cannot go on.
    pub fn push(&mut self, input: usize, batch: Batch) -> Result<(), Disorder> {
        let input = &mut self.inputs[input];
        input.is_begun = true;
        input.latest = input.latest.max(batch.events.last().map(|last| last.event.time));
        self.held.extend(batch.events);
        Ok(())
    }

    /// An input has no more events.
    pub fn ended(&mut self, input: usize) {
        self.inputs[input].has_ended = true;
    }

    /// What is settled, in order, without copies; all that is left once every input has ended.
    ///
    /// # Errors
    /// When it cannot go on.
    pub fn ready(&mut self) -> Result<Vec<Taken>, Disorder> {
        if self.wanted().is_some() {
            return Ok(Vec::new());
        }
        let mut held = std::mem::take(&mut self.held);
        held.sort_by(compare);
        let mut seen = rustc_hash::FxHashMap::default();
        let horizon = self.horizon;
        let before = held.len();
        held.retain(|taken| {
            let event = &taken.event;
            let identity = (event.source, event.event_id.clone());
            let is_copy = seen.get(&identity).is_some_and(|time| event.time.saturating_sub(*time) <= horizon);
            if !event.event_id.is_missing() && !is_copy {
                seen.insert(identity, event.time);
            }
            event.event_id.is_missing() || !is_copy
        });
        self.copies += (before - held.len()) as u64;
        Ok(held)
    }

    /// How many copies have been left out.
    #[must_use]
    pub fn copies(&self) -> u64 {
        self.copies
    }
}
