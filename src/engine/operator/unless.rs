//! `unless`: events that drop a match.
//!
//! Matches wait until no event that could drop them can come any more. Events are kept as long as a match that they could drop
//! can still come, in one queue for each set of values that a match must equal.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::engine::compile::{Code, Compiler, Others, Row};
use crate::engine::event::Event;
use crate::engine::key::{self, Key, KeyTable};
use crate::plan::{Plan, Unless};
use crate::value::Value;

use super::{Found, Sweeps, same, state};

/// The `unless` clauses of a rule.
pub struct Dropping {
    clauses: Vec<Clause>,
    /// How long after its time the last event may come that drops a match.
    wait: i64,
    /// Matches that may yet be dropped, by time.
    waiting: BTreeMap<i64, Vec<Found>>,
}

/// One clause.
struct Clause {
    /// The fields of its event that must equal a value of the match.
    fields: Vec<Code>,
    /// Those values.
    values: Vec<Code>,
    predicate: Vec<Code>,
    before: i64,
    after: i64,
    /// The events, by the values of `fields`.
    events: KeyTable<VecDeque<Arc<Event>>>,
    held: usize,
    /// No match before this time comes any more.
    earliest: i64,
    sweeps: Sweeps,
}

impl Dropping {
    /// The clauses of a plan.
    pub fn new(plan: &Plan, compiler: &Compiler<'_>) -> Self {
        let clauses: Vec<Clause> = plan.unless.iter().map(|unless| Clause::new(unless, compiler)).collect();
        let wait = clauses.iter().map(|clause| clause.after).max().unwrap_or(0);
        Self { clauses, wait, waiting: BTreeMap::new() }
    }

    /// Takes an event of a clause.
    pub fn push(&mut self, event: &Arc<Event>, clause: usize) {
        self.clauses[clause].push(event);
    }

    /// Takes matches and gives those that stand, by time, in the order in which matches of one time came. No event before
    /// `next` comes any more (none: the end), and no match before `watermark`.
    pub fn settle(&mut self, fresh: Vec<Found>, next: Option<i64>, watermark: i64) -> Vec<Found> {
        for one in fresh {
            self.waiting.entry(one.event.time).or_default().push(one);
        }
        let mut stand = Vec::new();
        while let Some(entry) = self.waiting.first_entry() {
            if next.is_some_and(|next| next <= entry.key().saturating_add(self.wait)) {
                break;
            }
            let settled = entry.remove().into_iter();
            stand.extend(settled.filter(|found| !self.clauses.iter().any(|clause| clause.drops(found))));
        }
        let earliest = self.watermark(watermark);
        self.clauses.iter_mut().for_each(|clause| clause.earliest = earliest);
        stand
    }

    /// No match earlier than this will be given any more, if no match before `watermark` comes any more.
    pub fn watermark(&self, watermark: i64) -> i64 {
        self.waiting.first_key_value().map_or(watermark, |(time, _)| watermark.min(*time))
    }

    /// Adds the state to what is written.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, into: &mut Vec<u8>) -> state::Result {
        state::write(&self.waiting, into)?;
        self.clauses.iter().try_for_each(|clause| state::write(&(&clause.events, clause.earliest), into))
    }

    /// Takes the state from what was written for the same plan.
    ///
    /// # Errors
    /// When it is not that.
    pub fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        self.waiting = state::read(from)?;
        for clause in &mut self.clauses {
            (clause.events, clause.earliest) = state::read(from)?;
            clause.held = clause.events.iter().map(|kept| kept.value.len()).sum();
        }
        Ok(())
    }
}

impl Clause {
    fn new(unless: &Unless, compiler: &Compiler<'_>) -> Self {
        Self {
            fields: unless.links.iter().map(|(field, _)| compiler.field(*field)).collect(),
            values: unless.links.iter().map(|(_, of_match)| compiler.code(of_match)).collect(),
            predicate: unless.predicate.iter().map(|condition| compiler.code(condition)).collect(),
            before: unless.before,
            after: unless.after,
            events: KeyTable::default(),
            held: 0,
            earliest: i64::MIN,
            sweeps: Sweeps::default(),
        }
    }

    fn push(&mut self, event: &Arc<Event>) {
        let Some(hash) = key::hash(&self.fields, event) else { return };
        let needed = self.earliest.saturating_sub(self.before);
        let (_, events) = self.events.entry(&Key::hashed(hash, &self.fields, event), VecDeque::new);
        while events.front().is_some_and(|oldest| oldest.time < needed) {
            events.pop_front();
            self.held -= 1;
        }
        events.push_back(Arc::clone(event));
        self.held += 1;
        if self.sweeps.due(self.held) {
            self.events.retain(|events| {
                events.retain(|event| event.time >= needed);
                !events.is_empty()
            });
            self.held = self.events.iter().map(|kept| kept.value.len()).sum();
            self.sweeps.done(self.held);
        }
    }

    /// Whether one of its events drops a match.
    fn drops(&self, found: &Found) -> bool {
        let event = found.event.as_ref();
        let steps: Vec<&Event> = found.steps.iter().map(Arc::as_ref).collect();
        let others = Others { previous: found.previous.as_deref(), steps: &steps, matching: Some(event) };
        let Some(values) = present(&self.values, &Row { event, aggregates: &[], others }) else { return false };
        let Some(events) = self.events.find_values(&values) else { return false };
        let from = events.partition_point(|other| other.time < event.time.saturating_sub(self.before));
        let to = events.partition_point(|other| other.time <= event.time.saturating_add(self.after));
        events.range(from..to).any(|other| {
            let row = Row { event: other, aggregates: &[], others };
            !same(other, event) && self.predicate.iter().all(|condition| condition.holds(&row))
        })
    }
}

/// The values of some fields; none if one of them is missing.
fn present(fields: &[Code], row: &Row<'_>) -> Option<Vec<Value>> {
    let values: Vec<Value> = fields.iter().map(|field| field.value(row).into_owned()).collect();
    (!values.iter().any(Value::is_missing)).then_some(values)
}
