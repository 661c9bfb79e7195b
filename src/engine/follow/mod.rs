//! Rules over logs that grow: results as soon as no event that could change them is waited for.
//!
//! ```text
//! bytes ─text─▶ records ─reader─▶ events ─dispatch─▶ held back, without copies ─clock─▶ in order ─session─▶ results
//! ```
//!
//! Nothing here opens a file or knows the time: a caller says what has come and when. Results come in the same order and with
//! the same bytes however much is read at a time, as long as no event is late.

pub mod clock;
mod copies;
mod held;
mod openings;
pub mod snapshot;
pub mod text;

use std::sync::Arc;

use self::clock::{Clock, InputId, Now};
use self::held::{Fate, Held};
use self::openings::Openings;
use self::text::Piece;
use super::Match;
use super::dispatch::{Dispatch, Memory};
use super::event::Event;
use super::job::{Grain, Job};
use super::order::horizon;
use super::output::{alert_object, match_object};
use super::reader::{FileReport, Reader};
use super::run::Session;
use crate::plan::Plan;

/// How long events are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How much earlier than the latest event of its input an event may be, in microseconds.
    pub lateness: i64,
    /// How long nothing must have come of an input before the others no longer wait for it, in milliseconds.
    pub idle: i64,
}

/// Rules at work on logs that grow.
pub struct Follow<'a> {
    plans: &'a [Plan],
    dispatch: Arc<Dispatch>,
    /// What dispatching remembers.
    memory: Memory,
    reader: Reader<'a>,
    session: Session,
    /// How far event time has come.
    pub clock: Clock,
    held: Held,
    /// None where every match is a result.
    openings: Option<Openings>,
    counts: Counts,
}

/// What became of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Copies that were left out.
    pub copies: u64,
    /// Events that came too late.
    pub late: u64,
    /// Events far ahead of this machine's clock.
    pub ahead: u64,
}

impl Counts {
    /// Counts an event by what became of it; none where no rule takes it.
    fn add(&mut self, fate: Option<Fate>) {
        match fate {
            Some(Fate::Late) => self.late += 1,
            Some(Fate::Copy) => self.copies += 1,
            Some(Fate::Held) | None => {}
        }
    }
}

/// What reading came to.
#[derive(Debug, Default)]
pub struct Taken {
    /// What was read, and what of it could not be used; lines are those of the input.
    pub report: FileReport,
    /// The first of the events that came too late.
    pub late: Vec<Late>,
}

/// An event that came too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// The line of its record.
    pub line: u64,
    /// Its time.
    pub time: i64,
    /// The time before which no event was waited for.
    pub reached: i64,
}

/// Places of late events kept for a piece.
const PLACES: usize = 10;

impl<'a> Follow<'a> {
    /// The rules of a job.
    #[must_use]
    pub fn new(job: &Job<'a>, patience: Patience) -> Self {
        let session = Session::new(job.plans, job.layout);
        Self {
            plans: job.plans,
            dispatch: session.dispatch(),
            memory: Memory::default(),
            reader: Reader::new(job.catalog, job.layout, job.database),
            session,
            clock: Clock::new(patience.lateness, patience.idle),
            held: Held::new(horizon(job.plans)),
            openings: match job.grain {
                Grain::Match => None,
                Grain::Alert => Some(Openings::new(job.plans)),
            },
            counts: Counts::default(),
        }
    }

    /// Takes records of an input.
    pub fn take(&mut self, input: InputId, name: &str, piece: &Piece<'_>, now: Now) -> Taken {
        let others = self.clock.others(input, now);
        let mut late: Vec<(u64, Late)> = Vec::new();
        let mut index = 0;
        let (dispatch, memory) = (&self.dispatch, &mut self.memory);
        let (clock, held, counts) = (&mut self.clock, &mut self.held, &mut self.counts);
        let mut sink = |event: Event| {
            let (time, reached) = (event.time, clock.reached());
            counts.ahead += u64::from(!clock.event(input, time, now));
            let fate = dispatch.take_with(event, memory).map(|taken| held.push(taken, reached));
            counts.add(fate);
            if fate == Some(Fate::Late) && late.len() < PLACES {
                late.push((index, Late { line: 0, time, reached }));
            }
            clock.moved(input, others);
            index += 1;
        };
        let mut report = self.reader.read(name, &*piece.with_header(piece.bytes), &mut sink);
        let before = piece.line.wrapping_sub(1).wrapping_sub(piece.header_lines());
        for problem in report.problems.iter_mut().chain(&mut report.stopped) {
            problem.at.line = problem.at.line.wrapping_add(before).max(1);
        }
        let late = late.into_iter().map(|(index, late)| Late { line: self.line(piece, index), ..late }).collect();
        Taken { report, late }
    }

    /// Takes all records of an input that is read as a whole. They may stand in any order: none of them is late for another.
    pub fn take_whole(&mut self, input: InputId, events: Vec<Event>, now: Now) {
        let reached = self.clock.reached();
        for event in events {
            self.counts.ahead += u64::from(!self.clock.event(input, event.time, now));
            let taken = self.dispatch.take_with(event, &mut self.memory);
            self.counts.add(taken.map(|taken| self.held.push(taken, reached)));
        }
    }

    /// Reads an input as a whole, without taking its events: it may turn out that not all of it is there yet.
    pub fn read_whole(&mut self, name: &str, bytes: impl std::io::Read + Send) -> (FileReport, Vec<Event>) {
        let mut events = Vec::new();
        let report = self.reader.read(name, bytes, &mut |event: Event| events.push(event));
        (report, events)
    }

    /// The line of the record that gave an event, by the event's place among those of its piece: read once more, a record at a time.
    fn line(&mut self, piece: &Piece<'_>, index: u64) -> u64 {
        let (mut line, mut count) = (piece.line, 0);
        for record in piece.records() {
            self.reader.read("", &*piece.with_header(record), &mut |_: Event| count += 1);
            if count > index {
                break;
            }
            line += record.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        }
        line
    }

    /// Gives the results that are settled, each as one line of JSON, in order.
    pub fn settle(&mut self, sink: &mut impl FnMut(String)) {
        self.release(self.clock.reached(), sink);
    }

    /// Nothing more comes: gives all other results.
    pub fn finish(&mut self, sink: &mut impl FnMut(String)) {
        self.release(i64::MAX, sink);
        let (openings, plans) = (&mut self.openings, self.plans);
        self.session.finish(&mut |found| tell(found, openings, plans, sink));
    }

    fn release(&mut self, reached: i64, sink: &mut impl FnMut(String)) {
        let (session, openings, plans) = (&mut self.session, &mut self.openings, self.plans);
        let mut found = |found: Match| tell(found, openings, plans, sink);
        self.counts.copies += self.held.release(reached, &mut |taken| session.apply(&taken, &mut found));
        if reached > i64::MIN && reached < i64::MAX {
            session.advance(reached, &mut found);
            if let Some(openings) = &mut self.openings {
                openings.pass(reached);
            }
        }
    }

    /// How many events are held back.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.count()
    }

    /// What became of events.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How many events of each rule passed its filter and lacked its key, by rule.
    #[must_use]
    pub fn events_without_key(&self) -> Vec<u64> {
        self.session.events_without_key()
    }
}

fn tell(found: Match, openings: &mut Option<Openings>, plans: &[Plan], sink: &mut impl FnMut(String)) {
    let object = match openings {
        None => Some(match_object(&found, &plans[found.plan])),
        Some(openings) => openings.push(found).map(|alert| alert_object(&alert, &plans[alert.first.plan])),
    };
    if let Some(object) = object {
        sink(serde_json::Value::Object(object).to_string());
    }
}
