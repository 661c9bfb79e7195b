//! Plans over events: the local evaluator.
//!
//! `reader` turns files into [`event::Event`]s, recognises their source and extracts only what some rule uses; events are then
//! put in order of (time, event id), copies removed; `operator` keeps per key what a rule's shape needs and finds matches;
//! matches are grouped to alerts.

mod arithmetic;
mod compile;
pub mod dispatch;
pub mod event;
pub mod follow;
pub mod job;
mod key;
mod networks;
mod operator;
pub mod order;
pub mod output;
pub mod period;
pub mod probe;
pub mod reader;
pub mod run;
mod shard;
pub mod synthetic;

use serde::{Deserialize, Serialize};

use crate::value::Value;

pub use operator::state::fingerprint;

/// A match of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// Index of the rule's plan.
    pub plan: usize,
    /// Values of the key fields; empty for a single-event rule.
    pub key: Vec<Value>,
    /// Time of the matching event.
    pub time: i64,
    /// Its id.
    pub event_id: Value,
    /// Values of the `show` columns.
    pub show: Vec<Value>,
    /// Ids of the events that the match rests on: its window's, sorted by (time, id); for a single event its own. Empty for a
    /// match that continues an alert, whose evidence is the first match's.
    pub events: Vec<Value>,
}

/// Matches of one rule and one key that follow each other within the rule's width.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// The first match: its evidence is the alert's.
    pub first: Match,
    /// Time of the last match.
    pub last_time: i64,
    /// How many matches.
    pub matches: u64,
}
