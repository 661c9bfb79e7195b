//! A checked test: its events with values and times worked out, and what is expected of them.

use indexmap::IndexMap;

use crate::source::Place;
use crate::types::Type;
use crate::value::Value;

use super::Plan;

/// A checked test of a rule.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// The rule that it tests.
    pub rule: String,
    /// Its name in the text.
    pub place: Place,
    /// The rule with the parameters of the test, where it sets some; the rule itself otherwise.
    pub plan: Option<Box<Plan>>,
    /// The moment that offsets such as `+20m` count from.
    pub start: i64,
    /// What its events are, in the order written.
    pub inputs: Vec<Input>,
    /// What is expected of them; one at least.
    pub expectations: Vec<Expectation>,
}

/// Where events of a test come from.
#[derive(Clone, Debug)]
pub enum Input {
    /// One event from its fields.
    Event(Event),
    /// A record as the source writes it.
    Record {
        /// The source that it must be recognised as.
        source: String,
        /// The record, in JSON.
        json: String,
        /// Where it stands.
        place: Place,
    },
    /// A file of records.
    File {
        /// Its path, as written: below the folder of the rule file.
        path: String,
        /// Where that stands.
        place: Place,
    },
}

/// An event from its fields.
#[derive(Clone, Debug)]
pub struct Event {
    /// The source.
    pub source: String,
    /// When.
    pub time: i64,
    /// Its id; made up where the test gives none.
    pub event_id: Value,
    /// Its other fields; one that is not here is missing, or what the source always has.
    pub fields: IndexMap<String, Value>,
    /// Where it stands.
    pub place: Place,
}

/// Something that a test expects.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// What.
    pub kind: ExpectationKind,
    /// Where it stands.
    pub place: Place,
}

/// What a test can expect.
#[derive(Clone, Debug)]
pub enum ExpectationKind {
    /// No match.
    None,
    /// So many of them.
    Count(u64, Grain),
    /// One with these values, and another one for each further expectation of this kind.
    Row(Grain, Vec<(Column, Value)>),
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// Matches.
    Match,
    /// Alerts.
    Alert,
}

/// A column of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// A key field, by its place in the key.
    Key(usize),
    /// A column of `show`, by its place there.
    Show(usize),
    /// `time` of a match.
    Time,
    /// `event_id` of a match.
    EventId,
    /// `first_time` of an alert.
    FirstTime,
    /// `last_time` of an alert.
    LastTime,
    /// `matches` of an alert.
    Matches,
    /// `event_ids` of an alert.
    EventIds,
}

/// The tests of a rule as one set of events: each test lies so much later than the one before that it has nothing to do with it.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The rule, with the parameters of its tests.
    pub plan: Plan,
    /// The tests, in their order in time; one at least.
    pub parts: Vec<Part>,
    /// All events, those that are copies of others too.
    pub events: Vec<Occurrence>,
    /// A period that holds all of them: first moment, and first moment after.
    pub period: (i64, i64),
    /// What the evaluator finds.
    pub expected: Table,
}

/// A test among others.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Nothing of it lies before this moment, and nothing of the test before it after.
    pub from: i64,
}

/// An event with the values of a rule's fields.
#[derive(Clone, Debug)]
pub struct Occurrence {
    /// The source.
    pub source: String,
    /// When.
    pub time: i64,
    /// Its id.
    pub event_id: Value,
    /// For each of [`Plan::fields`] its value; the entries of `time` and `event_id` are missing.
    pub values: Vec<Value>,
}

/// Results of a rule.
#[derive(Clone, Debug)]
pub struct Table {
    /// Names and types.
    pub columns: Vec<(String, Type)>,
    /// A value for each column.
    pub rows: Vec<Vec<Value>>,
}
