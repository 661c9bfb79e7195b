//! What was read, on its way to being in order.

use std::io;
use std::sync::Arc;

use crate::engine::dispatch::{Dispatch, Taken};
use crate::engine::order::{Ordered, Orderer};

/// Takes events as they are read, input by input, and gives them in order of (time, event id, source), without copies.
pub(super) struct Arrival {
    orderer: Orderer,
    ended: Vec<bool>,
}

impl Arrival {
    /// Of so many inputs. Events are sorted on disk when they take more than `memory` bytes.
    pub(super) fn new(inputs: usize, memory: usize) -> Self {
        Self { orderer: Orderer::new(memory), ended: vec![false; inputs] }
    }

    /// The input to be read next; none when all have ended.
    pub(super) fn wanted(&self) -> Option<usize> {
        self.ended.iter().position(|ended| !ended)
    }

    /// Takes events of an input, in the order of its records.
    pub(super) fn push(&mut self, batch: Vec<Taken>) -> io::Result<()> {
        batch.into_iter().try_for_each(|taken| self.orderer.push(Arc::unwrap_or_clone(taken.event)))
    }

    /// Nothing more comes of an input.
    pub(super) fn end(&mut self, input: usize) {
        self.ended[input] = true;
    }

    /// What is left, when all inputs have ended.
    pub(super) fn finish(self) -> io::Result<Rest> {
        self.orderer.finish().map(Rest)
    }
}

/// Events in order.
pub(super) struct Rest(Ordered);

/// Events applied at a time.
const BATCH: usize = 4096;

impl Rest {
    /// The next events; none at the end.
    pub(super) fn next(&mut self, dispatch: &Dispatch) -> io::Result<Option<Vec<Taken>>> {
        let mut batch = Vec::new();
        while batch.len() < BATCH {
            match self.0.next_event()? {
                Some(event) => batch.extend(dispatch.take(event)),
                None if batch.is_empty() => return Ok(None),
                None => break,
            }
        }
        Ok(Some(batch))
    }

    /// How many copies have been left out.
    pub(super) fn copies(&self) -> u64 {
        self.0.copies()
    }
}
