//! The inputs of a run: opened when their turn comes, read by several threads, closed when they have ended.
//!
//! An input of lines is read by all threads, chunk by chunk. Any other input is read by one thread, and several inputs at once.
//! Of many inputs only a few are open at a time: the others are let go of, and opened again where they were left.

use std::collections::VecDeque;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

use super::pool::Pool;
use super::{File, Input, Opened, Options};
use crate::engine::order::Batch;
use crate::engine::reader::{
    Chunk, Chunks, Events, Lines, Program, Reading, Report, Wanted, Worker, is_parquet, read_lines,
};

/// About how many bytes are read before their events go on, for each thread.
const ROUND: u64 = 4 * 1024 * 1024;

/// How many inputs are open at a time, if that many are read at once.
const OPEN: usize = 32;

/// A packed input of which more than this was read is not let go of: it would have to be unpacked from its beginning again.
const PACKED: u64 = 16 * 1024 * 1024;

/// How inputs are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// All of them at once, as their times go. Of each, so many bytes are read first.
    ByTime(usize),
    /// One after the other.
    InTurn,
}

/// All inputs.
pub(super) struct Inputs<'i> {
    all: &'i [Input<'i>],
    places: Vec<Place>,
    options: Options,
    way: Way,
    /// Those that are open, the one that was read last at the end.
    open: VecDeque<usize>,
}

/// How far one has come.
enum Place {
    Closed,
    /// Opened, and nothing was read of it.
    Kept(Opened),
    Open(Box<Reading<'static>>),
    /// Begun, and let go of.
    Suspended(Box<Reading<'static>>),
    Ended(Box<Reading<'static>>),
    Unopened(io::Error),
}

/// What was read in a round.
pub(super) struct Piece {
    /// Of which input.
    pub(super) input: usize,
    /// In the order of its records.
    pub(super) batches: Vec<Batch>,
    /// Whether that was the last of it.
    pub(super) ended: bool,
}

/// The inputs cannot be read in this way.
#[derive(Debug)]
pub(super) struct NotThisWay;

impl<'i> Inputs<'i> {
    pub(super) fn new(all: &'i [Input<'i>], options: Options, way: Way) -> Self {
        let places = all.iter().map(|_| Place::Closed).collect();
        Self { all, places, options, way, open: VecDeque::new() }
    }

    /// The same from the beginning. What can be read only once has been kept.
    pub(super) fn again(self, way: Way) -> Self {
        let places = self.places.into_iter().map(|place| match place {
            Place::Kept(opened) => Place::Kept(opened),
            Place::Closed | Place::Open(_) | Place::Suspended(_) | Place::Ended(_) | Place::Unopened(_) => {
                Place::Closed
            }
        });
        Self { places: places.collect(), way, open: VecDeque::new(), ..self }
    }

    /// Reads on in an input, and in others where one input does not keep all threads busy.
    pub(super) fn round(
        &mut self,
        input: usize,
        wanted: &Wanted<'_>,
        pool: &mut Pool<Worker<'_>>,
    ) -> Result<Vec<Piece>, NotThisWay> {
        let several = self.side_by_side(input, pool.len());
        for one in &several {
            self.make_room(*one)?;
        }
        if pool.len() > 1
            && let Place::Open(reading) = &mut self.places[input]
            && reading.may_come_to_lines()
        {
            let mut events = Events::default();
            reading.advance_to_lines(reading.used() + ROUND, wanted, pool.own(), &mut events);
            lines(reading, wanted, pool, &mut events);
            let ended = self.places[input].close_if_ended();
            let piece = Piece { input, batches: events.into_batches(), ended };
            self.open.retain(|one| !piece.ended || *one != input);
            return Ok(vec![piece]);
        }
        if pool.len() > 1
            && let Place::Open(reading) = &mut self.places[input]
            && reading.groups().is_some_and(|groups| groups.are_several(wanted))
        {
            let mut events = Events::default();
            groups(reading, wanted, pool, &mut events);
            let ended = self.places[input].close_if_ended();
            self.open.retain(|one| !ended || *one != input);
            return Ok(vec![Piece { input, batches: events.into_batches(), ended }]);
        }
        let pieces = self.each(&several, wanted, pool);
        self.open.retain(|one| !pieces.iter().any(|piece| piece.ended && piece.input == *one));
        if several.iter().any(|one| matches!(self.places[*one], Place::Kept(_))) {
            return Err(NotThisWay);
        }
        Ok(pieces)
    }

    /// This input, and others that are read with it.
    fn side_by_side(&self, input: usize, threads: usize) -> Vec<usize> {
        let is_fresh = |place: &Place| matches!(place, Place::Closed | Place::Kept(_));
        let may_join = |place: &Place| match self.way {
            // Each of them has to be begun before anything else; after that, it is told which is next.
            Way::ByTime(_) => is_fresh(&self.places[input]) && is_fresh(place),
            Way::InTurn => is_fresh(place) || matches!(place, Place::Open(reading) if !reading.may_come_to_lines()),
        };
        let behind = self.places.iter().enumerate().skip(input + 1);
        let others = behind.filter(|(_, place)| may_join(place)).map(|(other, _)| other);
        std::iter::once(input).chain(others.take(threads - 1)).collect()
    }

    /// Opens an input that was let go of, and lets go of others where too many are open.
    fn make_room(&mut self, input: usize) -> Result<(), NotThisWay> {
        self.open.retain(|one| *one != input);
        while self.open.len() >= OPEN {
            let can_wait = |one: &usize| match &self.places[*one] {
                Place::Open(reading) => !reading.is_packed() || reading.used() <= PACKED,
                Place::Closed | Place::Kept(_) | Place::Suspended(_) | Place::Ended(_) | Place::Unopened(_) => true,
            };
            let at = self.open.iter().position(can_wait).ok_or(NotThisWay)?;
            let Some(one) = self.open.remove(at) else { break };
            self.places[one].suspend();
        }
        self.open.push_back(input);
        self.places[input].resume(&self.all[input]);
        Ok(())
    }

    /// Reads on in several inputs, each by one thread.
    fn each(&mut self, inputs: &[usize], wanted: &Wanted<'_>, pool: &mut Pool<Worker<'_>>) -> Vec<Piece> {
        let (options, way) = (self.options, self.way);
        let places = self.places.iter_mut().zip(self.all).enumerate();
        let tasks: Vec<_> = places.filter(|(input, _)| inputs.contains(input)).collect();
        pool.each(tasks, |worker, (input, (place, from))| {
            let mut events = Events::default();
            let budget = place.begin(from, options, way);
            if let Place::Open(reading) = place {
                reading.advance(reading.used() + budget, wanted, worker, &mut events);
                reading.set_chunk(options.chunk);
            }
            Piece { input, batches: events.into_batches(), ended: place.close_if_ended() }
        })
    }

    /// What reading came to, and which inputs could not be opened.
    pub(super) fn finish(self, program: &Program) -> (Report, Vec<(usize, io::Error)>) {
        let (mut report, mut unopened) = (Report::default(), Vec::new());
        for (input, place) in self.places.into_iter().enumerate() {
            match place {
                Place::Open(reading) | Place::Suspended(reading) | Place::Ended(reading) => {
                    report.add(reading.into_report(program));
                }
                Place::Unopened(error) => unopened.push((input, error)),
                Place::Closed | Place::Kept(_) => {}
            }
        }
        (report, unopened)
    }
}

impl Place {
    /// Opens what has not been begun. What can be read only once is kept where it might have to be read again. Gives how many
    /// bytes are to be read next.
    fn begin(&mut self, input: &Input<'_>, options: Options, way: Way) -> u64 {
        let opened = match std::mem::replace(self, Self::Closed) {
            Self::Kept(opened) => Ok(opened),
            Self::Closed => (input.open)(),
            other @ (Self::Open(_) | Self::Suspended(_) | Self::Ended(_) | Self::Unopened(_)) => {
                *self = other;
                return ROUND;
            }
        };
        let piece = match way {
            Way::ByTime(piece) => piece.next_multiple_of(PAGE),
            Way::InTurn => usize::MAX,
        };
        let chunk = options.chunk.min(piece);
        let opened = match opened.map(parquet) {
            Ok(Ok(file)) => {
                *self = Self::Open(Box::new(Reading::of_groups(&input.name, file)));
                return ROUND.min(piece as u64);
            }
            Ok(Err(opened)) => Ok(opened),
            Err(error) => Err(error),
        };
        *self = match (opened, way) {
            (Err(error), _) => Self::Unopened(error),
            (Ok(opened @ Opened::Stream(_)), Way::ByTime(_)) => Self::Kept(opened),
            (Ok(opened), _) if options.threads > 1 => Self::Open(Box::new(Reading::apart(&input.name, opened, chunk))),
            (Ok(opened), _) => Self::Open(Box::new(Reading::new(&input.name, opened, chunk))),
        };
        ROUND.min(piece as u64)
    }

    /// True when there is no more of it.
    fn close_if_ended(&mut self) -> bool {
        match std::mem::replace(self, Self::Closed) {
            Self::Open(mut reading) if reading.has_ended() => {
                reading.close();
                *self = Self::Ended(reading);
            }
            other @ (Self::Closed
            | Self::Kept(_)
            | Self::Open(_)
            | Self::Suspended(_)
            | Self::Ended(_)
            | Self::Unopened(_)) => *self = other,
        }
        matches!(self, Self::Ended(_) | Self::Unopened(_))
    }

    fn suspend(&mut self) {
        match std::mem::replace(self, Self::Closed) {
            Self::Open(mut reading) => {
                reading.suspend();
                *self = Self::Suspended(reading);
            }
            other @ (Self::Closed | Self::Kept(_) | Self::Suspended(_) | Self::Ended(_) | Self::Unopened(_)) => {
                *self = other;
            }
        }
    }

    fn resume(&mut self, input: &Input<'_>) {
        match std::mem::replace(self, Self::Closed) {
            Self::Suspended(mut reading) => {
                let opened = (input.open)();
                match (reading.groups(), opened) {
                    (Some(groups), Ok(Opened::File(file))) => groups.resume(file),
                    (_, opened) => {
                        let opened = opened.and_then(|opened| at(opened, &reading));
                        reading.resume(opened);
                    }
                }
                *self = Self::Open(reading);
            }
            other @ (Self::Closed | Self::Kept(_) | Self::Open(_) | Self::Ended(_) | Self::Unopened(_)) => {
                *self = other;
            }
        }
    }
}

/// The file, if it is a Parquet file.
fn parquet(opened: Opened) -> Result<Box<dyn File>, Opened> {
    match opened {
        Opened::File(mut file) => {
            if is_parquet(&mut *file) {
                Ok(file)
            } else {
                Err(Opened::File(file))
            }
        }
        Opened::Stream(_) => Err(opened),
    }
}

/// Where reads begin.
const PAGE: usize = 4096;

/// An input where its reading was left; a packed one, which is unpacked up to there, at its beginning.
fn at(opened: Opened, reading: &Reading<'static>) -> io::Result<Box<dyn Read + Send>> {
    match opened {
        Opened::File(mut file) => {
            if !reading.is_packed() {
                file.seek(SeekFrom::Start(reading.position()))?;
            }
            Ok(Box::new(file))
        }
        Opened::Stream(_) => Err(io::Error::other("it is no file any more")),
    }
}

/// Reads a round of chunks of lines, by all threads.
fn lines(reading: &mut Reading<'static>, wanted: &Wanted<'_>, pool: &mut Pool<Worker<'_>>, events: &mut Events) {
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
    if read.is_empty() {
        // There is nothing more, which has to be found out.
        return reading.advance(reading.used() + 1, wanted, pool.own(), events);
    }
    read.sort_unstable_by_key(|(number, ..)| *number);
    let (chunks, lines): (Vec<_>, Vec<Lines>) = read.into_iter().map(|(_, chunk, lines)| (chunk, lines)).unzip();
    reading.put_back(chunks);
    reading.take(lines, wanted, pool.own(), events);
}

/// Reads a round of row groups, one by each thread.
fn groups(reading: &mut Reading<'static>, wanted: &Wanted<'_>, pool: &mut Pool<Worker<'_>>, events: &mut Events) {
    let Some(groups) = reading.groups() else { return };
    let fetched = groups.fetch(pool.len(), wanted);
    let Some(parquet) = groups.parquet() else { return };
    let read = pool.each(fetched, |worker, group| parquet.read_group(group, wanted, worker));
    reading.take_groups(read, events);
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
