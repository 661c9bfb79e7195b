//! A run: rules over ordered events, matches in order, alerts.

mod resume;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::{Plan, StreamIndex};
use crate::value::Value;

use super::compile::Compiler;
use super::dispatch::{Dispatch, Hit, Taken};
use super::event::{Event, Layout};
use super::key::Key;
use super::operator::unless::Dropping;
use super::operator::{Found, Operator};
use super::{Alert, Match};

/// Rules that take events one by one, in order of (time, event id, source).
pub struct Session {
    dispatch: Dispatch,
    rules: Vec<Rule>,
    /// The time of the events that came last.
    now: Option<i64>,
    /// Matches that wait for earlier ones of other rules.
    waiting: BTreeMap<MatchOrder, Vec<Match>>,
}

/// Matches come by time, event id and rule; keys tell apart the rest.
type MatchOrder = (i64, Value, usize, Vec<Value>);

/// One rule at work.
struct Rule {
    /// For each stream, the `unless` clause whose events these are; none for those of the shape.
    clauses: Vec<Option<usize>>,
    operator: Operator,
    /// None where nothing drops a match.
    dropping: Option<Dropping>,
    without_key: u64,
}

impl Session {
    /// A session of these rules. `layout` is the one that the events were read with.
    #[must_use]
    pub fn new(plans: &[Plan], layout: &Layout) -> Self {
        let rules = plans.iter().enumerate().map(|(index, plan)| Rule::new(plan, index, layout));
        Self { dispatch: Dispatch::new(plans, layout), rules: rules.collect(), now: None, waiting: BTreeMap::new() }
    }

    /// Takes the next event and gives the matches that are settled by it, in order, to `sink`.
    pub fn push(&mut self, event: &Event, sink: &mut impl FnMut(Match)) {
        match self.dispatch.take(event.clone()) {
            Some(taken) => self.apply(&taken, sink),
            None => self.pass(event.time, sink),
        }
    }

    /// Takes the next event, of which it is known who takes it, and gives the matches that are settled by it, in order, to `sink`.
    pub fn apply(&mut self, taken: &Taken, sink: &mut impl FnMut(Match)) {
        self.pass(taken.event.time, sink);
        for hits in taken.hits.chunk_by(|a, b| a.rule == b.rule) {
            let Some(rule) = hits.first().map(|hit| hit.rule as usize) else { continue };
            let hash = taken.keys[self.dispatch.key_of(rule)];
            let key = hash.map(|hash| Key::hashed(hash, self.dispatch.key(rule), &taken.event));
            self.rules[rule].push(&taken.event, key.as_ref(), hits);
        }
    }

    /// No event before this time comes any more.
    fn pass(&mut self, time: i64, sink: &mut impl FnMut(Match)) {
        if self.now.is_some_and(|now| now != time) {
            self.settle(Some(time), sink);
        }
        self.now = Some(time);
    }

    /// No more events: gives the remaining matches.
    pub fn finish(&mut self, sink: &mut impl FnMut(Match)) {
        self.settle(None, sink);
    }

    /// How many events of each rule passed its filter and lacked its key, by rule.
    #[must_use]
    pub fn events_without_key(&self) -> Vec<u64> {
        self.rules.iter().map(|rule| rule.without_key).collect()
    }

    fn settle(&mut self, next: Option<i64>, sink: &mut impl FnMut(Match)) {
        let mut found = Vec::new();
        let mut watermark = next.unwrap_or(i64::MAX);
        for rule in &mut self.rules {
            watermark = watermark.min(rule.settle(next, &mut found));
        }
        for one in found {
            let order = (one.time, one.event_id.clone(), one.plan, one.key.clone());
            self.waiting.entry(order).or_default().push(one);
        }
        while let Some(entry) = self.waiting.first_entry() {
            if next.is_some() && entry.key().0 >= watermark {
                break;
            }
            entry.remove().into_iter().for_each(&mut *sink);
        }
    }
}

impl Rule {
    fn new(plan: &Plan, index: usize, layout: &Layout) -> Self {
        let compiler = Compiler { plan, slots: &layout.of_plan[index] };
        let clause = |stream| plan.unless.iter().position(|unless| unless.stream == StreamIndex(stream));
        Self {
            clauses: (0..plan.streams.len()).map(clause).collect(),
            operator: Operator::new(plan, index, &compiler),
            dropping: (!plan.unless.is_empty()).then(|| Dropping::new(plan, &compiler)),
            without_key: 0,
        }
    }

    /// Gives an event to those of the rule's streams that take it.
    fn push(&mut self, event: &Arc<Event>, key: Option<&Key<'_>>, hits: &[Hit]) {
        let mut lacks_key = false;
        for hit in hits {
            let stream = hit.stream as usize;
            match (self.clauses[stream], &mut self.dropping, key) {
                (Some(clause), Some(dropping), _) => dropping.push(event, clause),
                (_, _, Some(key)) => self.operator.push(event, key, StreamIndex(stream)),
                (_, _, None) => lacks_key = true,
            }
        }
        self.without_key += u64::from(lacks_key);
    }

    /// Gives the matches that are settled when no event before `next` comes any more, and the time that no later match is before.
    fn settle(&mut self, next: Option<i64>, found: &mut Vec<Match>) -> i64 {
        let mut fresh: Vec<Found> = Vec::new();
        self.operator.settle(next, &mut fresh);
        let mut watermark = next.map_or(i64::MAX, |next| self.operator.watermark(next));
        if let Some(dropping) = &mut self.dropping {
            fresh = dropping.settle(fresh, next, watermark);
            watermark = dropping.watermark(watermark);
        }
        found.extend(fresh.into_iter().map(|mut one| {
            self.operator.confirm(&mut one.matched);
            one.matched
        }));
        watermark
    }
}

/// Groups matches to alerts.
pub struct Alerts {
    widths: Vec<Option<i64>>,
    open: BTreeMap<(usize, Vec<Value>), Alert>,
    closed: Vec<Alert>,
}

impl Alerts {
    /// For the matches of these rules.
    #[must_use]
    pub fn new(plans: &[Plan]) -> Self {
        let widths = plans.iter().map(|plan| plan.shape.width()).collect();
        Self { widths, open: BTreeMap::new(), closed: Vec::new() }
    }

    /// Takes the next match; they come in order of time.
    pub fn push(&mut self, found: Match) {
        let Some(width) = self.widths[found.plan] else {
            self.closed.push(Alert { last_time: found.time, matches: 1, first: found });
            return;
        };
        let key = (found.plan, found.key.clone());
        if let Some(open) = self.open.get_mut(&key)
            && found.time - open.last_time <= width
        {
            open.last_time = found.time;
            open.matches += 1;
            return;
        }
        let fresh = Alert { last_time: found.time, matches: 1, first: found };
        self.closed.extend(self.open.insert(key, fresh));
    }

    /// All alerts, by first time, event id, rule and key.
    #[must_use]
    pub fn finish(mut self) -> Vec<Alert> {
        self.closed.extend(std::mem::take(&mut self.open).into_values());
        self.closed.sort_by(|a, b| {
            let order = |alert: &Alert| (alert.first.time, alert.first.event_id.clone(), alert.first.plan);
            order(a).cmp(&order(b)).then_with(|| a.first.key.cmp(&b.first.key))
        });
        self.closed
    }
}
