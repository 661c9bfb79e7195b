//! Which rules take an event, found out before it is put in order: filters look at one event alone, so this is done wherever
//! the event is read, and an event that no rule takes goes no further.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::compile::{Code, Compiler, Others, Row};
use super::event::{Event, Layout};
use super::key;
use crate::plan::Plan;

/// A stream of a rule that takes an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hit {
    /// Index of the rule's plan.
    pub rule: u32,
    /// Index of the stream among the plan's.
    pub stream: u32,
}

/// An event and the rules that take it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Taken {
    /// The event.
    pub event: Arc<Event>,
    /// Who takes it: by rule, then by stream. Not empty.
    pub hits: Arc<[Hit]>,
    /// The hash of each of the run's different keys, by [`Dispatch::key_of`]; none where a value is missing, or where no rule that
    /// takes the event asks.
    pub keys: Box<[Option<u64>]>,
}

/// The filters and keys of a run's rules.
#[derive(Debug)]
pub struct Dispatch {
    streams: Vec<Stream>,
    /// The different keys.
    keys: Vec<Vec<Code>>,
    /// For each plan, its key among them.
    key_of: Vec<usize>,
}

#[derive(Debug)]
struct Stream {
    hit: Hit,
    reads: Vec<bool>,
    filter: Vec<Code>,
}

impl Dispatch {
    /// Of these rules. `layout` is the one that events are read with.
    #[must_use]
    pub fn new(plans: &[Plan], layout: &Layout) -> Self {
        let mut streams = Vec::new();
        let (mut keys, mut key_of, mut spelled) = (Vec::new(), Vec::new(), Vec::new());
        for (rule, plan) in (0_u32..).zip(plans) {
            let index = key_of.len();
            let compiler = Compiler { plan, slots: &layout.of_plan[index] };
            for (stream, (of_plan, reads)) in (0_u32..).zip(plan.streams.iter().zip(&layout.stream_reads[index])) {
                let filter = of_plan.filter.iter().map(|condition| compiler.code(condition)).collect();
                streams.push(Stream { hit: Hit { rule, stream }, reads: reads.clone(), filter });
            }
            let fields: Vec<Code> = plan.shape.key().iter().map(|field| compiler.field(*field)).collect();
            // Fields have no state, so that their spelling tells them apart.
            let spelling = format!("{fields:?}");
            let known = spelled.iter().position(|known| *known == spelling).unwrap_or_else(|| {
                spelled.push(spelling);
                keys.push(fields);
                keys.len() - 1
            });
            key_of.push(known);
        }
        Self { streams, keys, key_of }
    }

    /// The event with the rules that take it; none when none does.
    #[must_use]
    pub fn take(&self, event: Event) -> Option<Taken> {
        let row = Row { event: &event, aggregates: &[], others: Others::default() };
        let takes = |stream: &&Stream| {
            stream.reads[usize::from(event.source)] && stream.filter.iter().all(|condition| condition.holds(&row))
        };
        let hits: Arc<[Hit]> = self.streams.iter().filter(takes).map(|stream| stream.hit).collect();
        if hits.is_empty() {
            return None;
        }
        let keys = self.keys.iter().map(|fields| key::hash(fields, &event)).collect();
        Some(Taken { event: Arc::new(event), hits, keys })
    }

    /// The fields of the key of a plan.
    #[must_use]
    pub fn key(&self, plan: usize) -> &[Code] {
        &self.keys[self.key_of[plan]]
    }

    /// Which of [`Taken::keys`] is the key of a plan.
    #[must_use]
    pub fn key_of(&self, plan: usize) -> usize {
        self.key_of[plan]
    }
}
