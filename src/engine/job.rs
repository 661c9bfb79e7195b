//! A whole run over inputs: read, recognised, filtered, put in order, evaluated.
//!
//! ```text
//! inputs ─reader─▶ events ─dispatch─▶ taken ─order─▶ in order, without copies ─session─▶ matches ─▶ alerts
//! ```

//!
//! A run goes in rounds. In each, all threads read and filter what comes next, and what they took goes in the order of the
//! inputs, so that nothing depends on how many threads there are or which of them was faster.

mod arrival;
mod inputs;
mod pool;

use std::io::{self, Read, Seek};

use self::arrival::{Arrival, Failure};
use self::inputs::{Inputs, NotThisWay, Way};
use self::pool::Pool;
use super::event::Layout;
use super::order::{self, Batch, DEFAULT_MEMORY};
use super::period::Period;
use super::reader::{GeoDatabase, Program, Report, Wanted, Worker};
use super::run::{Alerts, Session};
use super::{Alert, Match};
use crate::catalog::Catalog;
use crate::plan::Plan;

/// Rules, and what they are run with.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The rules.
    pub plans: &'a [Plan],
    /// The layout of these plans.
    pub layout: &'a Layout,
    /// The sources of records.
    pub catalog: &'a Catalog,
    /// Where addresses are looked up; without it they are nowhere.
    pub database: Option<&'a GeoDatabase>,
    /// What does not change the results.
    pub options: Options,
    /// What a result is.
    pub grain: Grain,
    /// When matches count; always where there is none.
    pub period: Option<Period>,
}

/// What a result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// Every match.
    Match,
    /// Matches of a rule and key that follow each other are one.
    Alert,
}

/// How a run goes about its work. Nothing here changes a result.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many threads, one at least.
    pub threads: usize,
    /// About how many bytes events may take before they are sorted on disk.
    pub memory: usize,
    /// How many bytes are read at a time.
    pub chunk: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { threads: 1, memory: DEFAULT_MEMORY, chunk: 256 * 1024 }
    }
}

/// Something to be read.
pub struct Input<'a> {
    /// As messages call it.
    pub name: String,
    /// Opens it.
    pub open: Box<dyn Fn() -> io::Result<Opened> + Send + Sync + 'a>,
}

/// An input that is open.
pub enum Opened {
    /// A file: it can be read in any order, and again.
    File(Box<dyn File>),
    /// Something that is read once from its beginning to its end: standard input, a pipe.
    Stream(Box<dyn Read + Send>),
}

/// A file that is open.
pub trait File: Read + Seek + Send {}

impl<F: Read + Seek + Send> File for F {}

impl Read for Opened {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(into),
            Self::Stream(stream) => stream.read(into),
        }
    }
}

/// What came out.
#[derive(Debug)]
pub struct Outcome {
    /// The results, in order.
    pub found: Found,
    /// What was read, and what of it could not be used.
    pub report: Report,
    /// How many events of each rule passed its filter and lacked its key, by rule.
    pub without_key: Vec<u64>,
    /// Inputs that could not be opened, by their place.
    pub unopened: Vec<(usize, io::Error)>,
}

/// Results, in order.
#[derive(Debug)]
pub enum Found {
    /// With [`Grain::Match`].
    Matches(Vec<Match>),
    /// With [`Grain::Alert`].
    Alerts(Vec<Alert>),
}

impl Job<'_> {
    /// Reads all inputs and evaluates the rules over them.
    ///
    /// # Errors
    /// When a temporary file cannot be written or read.
    pub fn run(&self, inputs: &[Input<'_>]) -> io::Result<Outcome> {
        let program = Program::new(self.catalog, self.layout);
        let mut pool = Pool::new(self.options.threads, || Worker::new(&program, self.database));
        let (count, horizon, memory) = (inputs.len(), order::horizon(self.plans), self.options.memory);
        let arrival = Arrival::streamed(count, horizon, memory);
        let way = arrival.first_piece().map_or(Way::InTurn, Way::ByTime);
        let mut inputs = Inputs::new(inputs, self.options, way);
        let mut done = self.evaluate(&mut inputs, arrival, &program, &mut pool);
        if let Err(Failure::Unsorted) = done {
            // Nothing has been given out yet.
            inputs = inputs.again(Way::InTurn);
            done = self.evaluate(&mut inputs, Arrival::sorted(count, horizon, memory), &program, &mut pool);
        }
        let Evaluated { found, without_key, copies } = match done {
            Ok(evaluated) => evaluated,
            Err(Failure::Disk(error)) => return Err(error),
            Err(Failure::Unsorted) => return Err(io::Error::other("the events cannot be put in order")),
        };
        let (mut report, unopened) = inputs.finish(&program);
        report.copies = copies;
        Ok(Outcome { found, report, without_key, unopened })
    }

    /// Reads inputs to their ends in rounds, and evaluates the rules over what arrives in order.
    fn evaluate(
        &self,
        inputs: &mut Inputs<'_>,
        mut arrival: Arrival,
        program: &Program,
        pool: &mut Pool<Worker<'_>>,
    ) -> Result<Evaluated, Failure> {
        let mut session = Session::with_shards(self.plans, self.layout, self.options.threads);
        let dispatch = session.dispatch();
        let period = self.period.map(|period| period.read(self.plans));
        let wanted = Wanted::new(program, Some(&dispatch)).over(period);
        let mut results =
            Results { grain: self.grain, period: self.period, matches: Vec::new(), alerts: Alerts::new(self.plans) };
        while let Some(input) = arrival.wanted() {
            for piece in inputs.round(input, &wanted, pool)? {
                // An input has begun when something came of it, be it nothing.
                arrival.push(piece.input, Batch::default())?;
                piece.batches.into_iter().try_for_each(|batch| arrival.push(piece.input, batch))?;
                if piece.ended {
                    arrival.end(piece.input);
                }
            }
            session.apply_all(&arrival.ready()?, &mut |found| results.push(found));
        }
        session.apply_all(&arrival.ready()?, &mut |found| results.push(found));
        let mut rest = arrival.finish()?;
        while let Some(batch) = rest.next()? {
            session.apply_all(&batch, &mut |found| results.push(found));
        }
        session.finish(&mut |found| results.push(found));
        let without_key = session.events_without_key();
        Ok(Evaluated { found: results.finish(), without_key, copies: rest.copies() })
    }
}

impl From<NotThisWay> for Failure {
    fn from(NotThisWay: NotThisWay) -> Self {
        Self::Unsorted
    }
}

/// What came of all events.
struct Evaluated {
    found: Found,
    without_key: Vec<u64>,
    copies: u64,
}

/// Results as they come, in order.
struct Results {
    grain: Grain,
    period: Option<Period>,
    matches: Vec<Match>,
    alerts: Alerts,
}

impl Results {
    fn push(&mut self, found: Match) {
        if self.period.is_some_and(|period| !period.contains(found.time)) {
            return;
        }
        match self.grain {
            Grain::Match => self.matches.push(found),
            Grain::Alert => self.alerts.push(found),
        }
    }

    fn finish(self) -> Found {
        match self.grain {
            Grain::Match => Found::Matches(self.matches),
            Grain::Alert => Found::Alerts(self.alerts.finish()),
        }
    }
}
