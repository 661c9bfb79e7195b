//! What finds matches: one operator per shape, fed with events in order of (time, event id); and what drops them again.

mod aggregate;
mod baseline;
mod consecutive;
mod first_seen;
mod log;
mod measure;
mod prevalence;
mod recent;
mod search;
mod sequence;
mod single;
pub mod state;
mod total;
mod tumbling;
pub mod unless;
mod window;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::Match;
use crate::engine::compile::{Code, Compiler, Others, Row};
use crate::engine::event::Event;
use crate::engine::key::Key;
use crate::plan::{Plan, Shape, StreamIndex};
use crate::value::Value;

/// A match, and the events that `unless` may name.
#[derive(Serialize, Deserialize)]
pub struct Found {
    /// The match.
    pub matched: Match,
    /// The matching event.
    pub event: Arc<Event>,
    /// The event just before, of a consecutive pair.
    pub previous: Option<Arc<Event>>,
    /// The events of all steps, of a sequence.
    pub steps: Vec<Arc<Event>>,
}

/// The operator of a rule's shape.
pub enum Operator {
    /// Every event is a match.
    Single(single::Single),
    /// Sliding window.
    Window(window::Sliding),
    /// Buckets.
    Tumbling(tumbling::Tumbling),
    /// Pairs of neighbours.
    Consecutive(consecutive::Neighbours),
    /// Chains of steps.
    Sequence(sequence::Chains),
    /// First uses.
    FirstSeen(first_seen::FirstUses),
}

impl Operator {
    /// The operator of a plan.
    pub fn new(plan: &Plan, index: usize, compiler: &Compiler<'_>) -> Self {
        match &plan.shape {
            Shape::Single => Self::Single(single::Single::new(plan, index, compiler)),
            Shape::Window(shape) => Self::Window(window::Sliding::new(plan, shape, index, compiler)),
            Shape::Tumbling(shape) => Self::Tumbling(tumbling::Tumbling::new(plan, shape, index, compiler)),
            Shape::Consecutive(shape) => Self::Consecutive(consecutive::Neighbours::new(plan, shape, index, compiler)),
            Shape::Sequence(shape) => Self::Sequence(sequence::Chains::new(plan, shape, index, compiler)),
            Shape::FirstSeen(shape) => Self::FirstSeen(first_seen::FirstUses::new(plan, shape, index, compiler)),
        }
    }

    /// Takes an event of one of the shape's streams that has the rule's key.
    pub fn push(&mut self, event: &Arc<Event>, key: &Key<'_>, stream: StreamIndex) {
        match self {
            Self::Single(single) => single.push(event),
            Self::Window(window) => window.push(event, key),
            Self::Tumbling(tumbling) => tumbling.push(event, key),
            Self::Consecutive(neighbours) => neighbours.push(event, key),
            Self::Sequence(chains) => chains.push(event, key, stream),
            Self::FirstSeen(first_uses) => first_uses.push(event, key),
        }
    }

    /// No event before `next` comes any more (none: the end): gives the matches that this settles. It may be called as seldom as
    /// one likes, and with the time of events that are there: others of that time may still follow. Matches of [`Operator::confirm`]
    /// are confirmed before it is called again.
    pub fn settle(&mut self, next: Option<i64>, found: &mut Vec<Found>) {
        match self {
            Self::Single(single) => single.settle(found),
            Self::Window(window) => window.settle(next, found),
            Self::Tumbling(tumbling) => tumbling.settle(next, found),
            Self::Consecutive(neighbours) => neighbours.settle(found),
            Self::Sequence(chains) => chains.settle(next, found),
            Self::FirstSeen(first_uses) => first_uses.settle(found),
        }
    }

    /// Adds its state to what is written; only the state, not what the rule says: see [`state::fingerprint`].
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, into: &mut Vec<u8>) -> state::Result {
        match self {
            Self::Single(single) => single.save(into),
            Self::Window(window) => window.save(into),
            Self::Tumbling(tumbling) => tumbling.save(into),
            Self::Consecutive(neighbours) => neighbours.save(into),
            Self::Sequence(chains) => chains.save(into),
            Self::FirstSeen(first_uses) => first_uses.save(into),
        }
    }

    /// Takes its state from what an operator of the same plan has written.
    ///
    /// # Errors
    /// When it is something else.
    pub fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        match self {
            Self::Single(single) => single.restore(from),
            Self::Window(window) => window.restore(from),
            Self::Tumbling(tumbling) => tumbling.restore(from),
            Self::Consecutive(neighbours) => neighbours.restore(from),
            Self::Sequence(chains) => chains.restore(from),
            Self::FirstSeen(first_uses) => first_uses.restore(from),
        }
    }

    /// No match earlier than this will come any more, after [`Operator::settle`] with `next`.
    pub fn watermark(&self, next: i64) -> i64 {
        match self {
            Self::Single(_) | Self::Consecutive(_) | Self::FirstSeen(_) => next,
            Self::Window(window) => window.watermark(next),
            Self::Tumbling(tumbling) => tumbling.watermark(next),
            Self::Sequence(chains) => chains.watermark(next),
        }
    }

    /// The match stands; those of a key come in order of (time, event id). Fills in what is only worked out for matches that
    /// stand.
    pub fn confirm(&mut self, matched: &mut Match) {
        match self {
            Self::Window(window) => window.confirm(matched),
            Self::Single(_) | Self::Tumbling(_) | Self::Consecutive(_) | Self::Sequence(_) | Self::FirstSeen(_) => {}
        }
    }
}

/// The columns of a rule's evidence, ready to run.
pub struct Evidence {
    plan: usize,
    columns: Vec<Code>,
}

impl Evidence {
    /// The `show` columns of a plan.
    pub fn new(plan: &Plan, index: usize, compiler: &Compiler<'_>) -> Self {
        Self { plan: index, columns: plan.show.iter().map(|show| compiler.code(&show.value)).collect() }
    }

    /// A match at an event, whose events are yet to be filled in.
    pub fn matched(&self, key: &[Value], row: &Row<'_>) -> Match {
        Match {
            plan: self.plan,
            key: key.to_vec(),
            time: row.event.time,
            event_id: row.event.event_id.clone(),
            show: self.columns.iter().map(|column| column.value(row).into_owned()).collect(),
            events: Vec::new(),
        }
    }
}

/// An event that is looked at by itself.
fn alone(event: &Event) -> Row<'_> {
    Row { event, aggregates: &[], others: Others::default() }
}

/// The time of the first match, if that is before `time`.
fn earliest(found: &[Found], time: i64) -> i64 {
    found.first().map_or(time, |found| time.min(found.event.time))
}

/// Whether two are the same event. Those without an id can not be told apart but by time and source.
fn same(a: &Event, b: &Event) -> bool {
    a.time == b.time && a.source == b.source && a.event_id == b.event_id
}

/// Fewer held events than this are never worth a sweep.
const SWEEP_MINIMUM: usize = 4096;

/// When to look for keys that are idle, so that memory follows what is live. The work is spread: what is held must double
/// before the next sweep.
struct Sweeps {
    at: usize,
}

impl Default for Sweeps {
    fn default() -> Self {
        Self { at: SWEEP_MINIMUM }
    }
}

impl Sweeps {
    fn due(&self, held: usize) -> bool {
        held >= self.at
    }

    /// A sweep has left so much.
    fn done(&mut self, held: usize) {
        self.at = (2 * held).max(SWEEP_MINIMUM);
    }
}
