//! The inputs of a run: opened when their turn comes, read by several threads, closed when they have ended.
//!
//! An input of lines is read by all threads, chunk by chunk. Any other input is read by one thread, and several inputs at once.

use std::io;
use std::sync::{Mutex, PoisonError};

use super::pool::Pool;
use super::{Input, Opened, Options};
use crate::engine::dispatch::Taken;
use crate::engine::reader::{Chunk, Chunks, Lines, Program, Reading, Report, Wanted, Worker, read_lines};

/// About how many bytes are read before their events go on, for each thread.
const ROUND: u64 = 4 * 1024 * 1024;

/// All inputs.
pub(super) struct Inputs<'i> {
    all: &'i [Input<'i>],
    places: Vec<Place>,
    options: Options,
}

/// How far one has come.
enum Place {
    Closed,
    Open(Box<Reading<'static>>),
    Ended(Box<Reading<'static>>),
    Unopened(io::Error),
}

/// What was read in a round.
pub(super) struct Batch {
    /// Of which input.
    pub(super) input: usize,
    /// In the order of its records.
    pub(super) taken: Vec<Taken>,
    /// Whether that was the last of it.
    pub(super) ended: bool,
}

impl<'i> Inputs<'i> {
    pub(super) fn new(inputs: &'i [Input<'i>], options: Options) -> Self {
        Self { all: inputs, places: inputs.iter().map(|_| Place::Closed).collect(), options }
    }

    /// Reads on in an input, and in those behind it where one input does not keep all threads busy.
    pub(super) fn round(&mut self, input: usize, wanted: &Wanted<'_>, pool: &mut Pool<Worker<'_>>) -> Vec<Batch> {
        if let Place::Open(reading) = &mut self.places[input]
            && pool.len() > 1
        {
            let (mut taken, until) = (Vec::new(), reading.used() + ROUND);
            if reading.chunks().is_some() {
                lines(reading, wanted, pool, &mut taken);
                let ended = self.close_if_ended(input);
                return vec![Batch { input, taken, ended }];
            }
            // Back to lines at once where they go on.
            if reading.may_come_to_lines() {
                reading.advance_to_lines(until, wanted, pool.own(), &mut taken);
                let ended = self.close_if_ended(input);
                return vec![Batch { input, taken, ended }];
            }
        }
        self.several(input, wanted, pool)
    }

    /// Reads on in several inputs, from this one on, each by one thread.
    fn several(&mut self, first: usize, wanted: &Wanted<'_>, pool: &mut Pool<Worker<'_>>) -> Vec<Batch> {
        let options = self.options;
        let places = self.places.iter_mut().zip(self.all).enumerate().skip(first);
        let unended = places.filter(|(_, (place, _))| matches!(place, Place::Closed | Place::Open(_)));
        let tasks: Vec<_> = unended.take(pool.len()).collect();
        pool.each(tasks, |worker, (input, (place, from))| {
            let mut taken = Vec::new();
            if let Place::Closed = place {
                *place = open(from, options);
            }
            if let Place::Open(reading) = place {
                reading.advance(reading.used() + ROUND, wanted, worker, &mut taken);
            }
            Batch { input, taken, ended: place.close_if_ended() }
        })
    }

    fn close_if_ended(&mut self, input: usize) -> bool {
        self.places[input].close_if_ended()
    }

    /// What reading came to, and which inputs could not be opened.
    pub(super) fn finish(self, program: &Program) -> (Report, Vec<(usize, io::Error)>) {
        let (mut report, mut unopened) = (Report::default(), Vec::new());
        for (input, place) in self.places.into_iter().enumerate() {
            match place {
                Place::Open(reading) | Place::Ended(reading) => report.add(reading.into_report(program)),
                Place::Unopened(error) => unopened.push((input, error)),
                Place::Closed => {}
            }
        }
        (report, unopened)
    }
}

impl Place {
    /// True when there is no more of it.
    fn close_if_ended(&mut self) -> bool {
        match std::mem::replace(self, Self::Closed) {
            Self::Open(mut reading) if reading.has_ended() => {
                reading.close();
                *self = Self::Ended(reading);
            }
            other @ (Self::Closed | Self::Open(_) | Self::Ended(_) | Self::Unopened(_)) => *self = other,
        }
        matches!(self, Self::Ended(_) | Self::Unopened(_))
    }
}

fn open(input: &Input<'_>, options: Options) -> Place {
    let opened: Opened = match (input.open)() {
        Ok(opened) => opened,
        Err(error) => return Place::Unopened(error),
    };
    Place::Open(Box::new(if options.threads > 1 {
        Reading::apart(&input.name, opened, options.chunk)
    } else {
        Reading::new(&input.name, opened, options.chunk)
    }))
}

/// Reads a round of chunks of lines, by all threads.
fn lines(reading: &mut Reading<'static>, wanted: &Wanted<'_>, pool: &mut Pool<Worker<'_>>, taken: &mut Vec<Taken>) {
    let budget = ROUND * pool.len() as u64;
    let Some(chunks) = reading.chunks() else { return };
    let claims = Mutex::new(Claims { chunks, bytes: 0, number: 0 });
    let read = pool.together(usize::MAX, |worker| {
        let mut read = Vec::new();
        loop {
            // Chunks are read one after the other, each by whoever is ready for it.
            let claimed = claims.lock().unwrap_or_else(PoisonError::into_inner).next(budget);
            let Some((number, chunk)) = claimed else { return read };
            let lines = read_lines(&chunk, wanted, worker);
            read.push((number, chunk, lines));
        }
    });
    let mut read: Vec<_> = read.into_iter().flatten().collect();
    read.sort_unstable_by_key(|(number, ..)| *number);
    let (chunks, lines): (Vec<_>, Vec<Lines>) = read.into_iter().map(|(_, chunk, lines)| (chunk, lines)).unzip();
    reading.put_back(chunks);
    reading.take(lines, wanted, pool.own(), taken);
}

/// Chunks that threads ask for.
struct Claims<'c> {
    chunks: &'c mut Chunks<'static>,
    bytes: u64,
    number: usize,
}

impl Claims<'_> {
    fn next(&mut self, budget: u64) -> Option<(usize, Chunk)> {
        if self.bytes >= budget {
            return None;
        }
        let chunk = self.chunks.next()?;
        self.bytes += chunk.len() as u64;
        self.number += 1;
        Some((self.number, chunk))
    }
}
