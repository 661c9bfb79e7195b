//! What was read, on its way to being in order.

use std::io;

use crate::engine::dispatch::Taken;
use crate::engine::order::{Batch, Disorder, Ordered, Orderer, Stream};

/// Takes events as they are read, input by input, and gives them in order of (time, event id, source), without copies.
pub(super) enum Arrival {
    /// While they are read.
    Streamed(Box<Stream>),
    /// When all have been read.
    Sorted {
        /// What sorts them.
        orderer: Box<Orderer>,
        /// Which inputs have ended.
        ended: Vec<bool>,
    },
}

/// Why nothing comes of it.
#[derive(Debug)]
pub(super) enum Failure {
    /// The events have to be sorted when all have been read.
    Unsorted,
    /// A temporary file cannot be written or read.
    Disk(io::Error),
}

impl From<Disorder> for Failure {
    fn from(disorder: Disorder) -> Self {
        match disorder {
            Disorder::Late | Disorder::Memory => Self::Unsorted,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl Arrival {
    /// Of so many inputs, while they are read. About `memory` bytes may be held.
    pub(super) fn streamed(inputs: usize, horizon: i64, memory: usize) -> Self {
        Self::Streamed(Box::new(Stream::new(inputs, horizon, memory)))
    }

    /// Of so many inputs, when all have been read. Events are sorted on disk when they take more than `memory` bytes.
    pub(super) fn sorted(inputs: usize, horizon: i64, memory: usize) -> Self {
        Self::Sorted { orderer: Box::new(Orderer::within(horizon, memory)), ended: vec![false; inputs] }
    }

    /// How many bytes of each input should be read first; none where it makes no difference.
    pub(super) fn first_piece(&self) -> Option<usize> {
        match self {
            Self::Streamed(stream) => Some(stream.first_piece()),
            Self::Sorted { .. } => None,
        }
    }

    /// The input to be read next; none when all have ended.
    pub(super) fn wanted(&self) -> Option<usize> {
        match self {
            Self::Streamed(stream) => stream.wanted(),
            Self::Sorted { ended, .. } => ended.iter().position(|ended| !ended),
        }
    }

    /// Takes events of an input, in the order of its records.
    pub(super) fn push(&mut self, input: usize, batch: Batch) -> Result<(), Failure> {
        match self {
            Self::Streamed(stream) => Ok(stream.push(input, batch)?),
            Self::Sorted { orderer, .. } => Ok(batch.into_events().try_for_each(|taken| orderer.take(taken))?),
        }
    }

    /// Nothing more comes of an input.
    pub(super) fn end(&mut self, input: usize) {
        match self {
            Self::Streamed(stream) => stream.ended(input),
            Self::Sorted { ended, .. } => ended[input] = true,
        }
    }

    /// What is in order by now.
    pub(super) fn ready(&mut self) -> Result<Vec<Taken>, Failure> {
        match self {
            Self::Streamed(stream) => Ok(stream.ready()?),
            Self::Sorted { .. } => Ok(Vec::new()),
        }
    }

    /// What is left, when all inputs have ended.
    pub(super) fn finish(self) -> Result<Rest, Failure> {
        Ok(match self {
            Self::Streamed(stream) => Rest::Nothing(stream.copies()),
            Self::Sorted { orderer, .. } => Rest::Events(Box::new(orderer.finish()?)),
        })
    }
}

/// Events in order.
pub(super) enum Rest {
    /// There are no more; so many copies have been left out.
    Nothing(u64),
    /// These.
    Events(Box<Ordered>),
}

/// Events given at a time.
const BATCH: usize = 8192;

impl Rest {
    /// The next events; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Vec<Taken>>> {
        let Self::Events(events) = self else { return Ok(None) };
        let mut batch = Vec::new();
        while batch.len() < BATCH {
            match events.next_taken()? {
                Some(taken) => batch.push(taken),
                None if batch.is_empty() => return Ok(None),
                None => break,
            }
        }
        Ok(Some(batch))
    }

    /// How many copies have been left out.
    pub(super) fn copies(&self) -> u64 {
        match self {
            Self::Nothing(copies) => *copies,
            Self::Events(events) => events.copies(),
        }
    }
}
