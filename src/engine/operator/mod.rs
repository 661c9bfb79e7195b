//! What finds matches: one operator per shape, fed with events in order of (time, event id).

mod aggregate;
mod contents;
mod single;
mod total;
mod tumbling;
mod window;

use crate::engine::Match;
use crate::engine::compile::{Code, Compiler, Others, Row};
use crate::engine::event::Event;
use crate::plan::{Plan, Shape};
use crate::value::Value;

/// The operator of a rule's shape.
pub enum Operator {
    /// Every event is a match.
    Single(single::Single),
    /// Sliding window.
    Window(window::Sliding),
    /// Buckets.
    Tumbling(tumbling::Tumbling),
}

impl Operator {
    /// The operator of a plan.
    pub fn new(plan: &Plan, index: usize, compiler: &Compiler<'_>) -> Self {
        match &plan.shape {
            Shape::Single | Shape::Consecutive(_) | Shape::Sequence(_) | Shape::FirstSeen(_) => {
                Self::Single(single::Single::new(plan, index, compiler))
            }
            Shape::Window(shape) => Self::Window(window::Sliding::new(plan, shape, index, compiler)),
            Shape::Tumbling(shape) => Self::Tumbling(tumbling::Tumbling::new(plan, shape, index, compiler)),
        }
    }

    /// Takes an event that passed the rule's filter and has its key.
    pub fn push(&mut self, event: &Event, key: Vec<Value>) {
        match self {
            Self::Single(single) => single.push(event),
            Self::Window(window) => window.push(event, key),
            Self::Tumbling(tumbling) => tumbling.push(event, key),
        }
    }

    /// No event of `now` or earlier comes any more, and the next one is of `next` (none: the end): gives the matches that this
    /// settles.
    pub fn settle(&mut self, next: Option<i64>, found: &mut Vec<Match>) {
        match self {
            Self::Single(single) => single.settle(found),
            Self::Window(window) => window.settle(found),
            Self::Tumbling(tumbling) => tumbling.settle(next, found),
        }
    }

    /// No match earlier than this will come any more, after [`Operator::settle`] with `next`.
    pub fn watermark(&self, next: i64) -> i64 {
        match self {
            Self::Single(_) | Self::Window(_) => next,
            Self::Tumbling(tumbling) => tumbling.watermark(next),
        }
    }
}

/// The columns of a rule's evidence, ready to run.
pub struct Evidence {
    columns: Vec<Code>,
}

impl Evidence {
    /// The `show` columns of a plan.
    pub fn new(plan: &Plan, compiler: &Compiler<'_>) -> Self {
        Self { columns: plan.show.iter().map(|show| compiler.code(&show.value)).collect() }
    }

    /// Their values.
    pub fn values(&self, event: &Event, aggregates: &[Value]) -> Vec<Value> {
        let row = Row { event, aggregates, others: Others::default() };
        self.columns.iter().map(|column| column.value(&row).into_owned()).collect()
    }
}
