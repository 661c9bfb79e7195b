//! A run: rules over ordered events, matches in order, alerts.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::plan::{Plan, StreamIndex};
use crate::value::Value;

use super::compile::{Code, Compiler, Others, Row};
use super::event::{Event, Layout};
use super::operator::unless::Dropping;
use super::operator::{Found, Operator};
use super::{Alert, Match};

/// Rules that take events one by one, in order of (time, event id, source).
pub struct Session {
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
    streams: Vec<Reading>,
    key: Vec<Code>,
    operator: Operator,
    /// None where nothing drops a match.
    dropping: Option<Dropping>,
    without_key: u64,
}

/// One stream of a rule.
struct Reading {
    reads: Vec<bool>,
    filter: Vec<Code>,
    /// The `unless` clause whose events these are; none for those of the shape.
    clause: Option<usize>,
}

impl Session {
    /// A session of these rules. `layout` is the one that the events were read with.
    #[must_use]
    pub fn new(plans: &[Plan], layout: &Layout) -> Self {
        let rules = plans.iter().enumerate().map(|(index, plan)| Rule::new(plan, index, layout));
        Self { rules: rules.collect(), now: None, waiting: BTreeMap::new() }
    }

    /// Takes the next event and gives the matches that are settled by it, in order, to `sink`.
    pub fn push(&mut self, event: &Event, sink: &mut impl FnMut(Match)) {
        if self.now.is_some_and(|now| now != event.time) {
            self.settle(Some(event.time), sink);
        }
        self.now = Some(event.time);
        // The rules that remember the event share it.
        let mut shared = None;
        for rule in &mut self.rules {
            rule.push(event, &mut shared);
        }
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
        let readings = plan.streams.iter().zip(&layout.stream_reads[index]).enumerate();
        let streams = readings.map(|(stream, (of_plan, reads))| Reading {
            reads: reads.clone(),
            filter: of_plan.filter.iter().map(|condition| compiler.code(condition)).collect(),
            clause: plan.unless.iter().position(|unless| unless.stream == StreamIndex(stream)),
        });
        Self {
            streams: streams.collect(),
            key: plan.shape.key().iter().map(|field| compiler.field(*field)).collect(),
            operator: Operator::new(plan, index, &compiler),
            dropping: (!plan.unless.is_empty()).then(|| Dropping::new(plan, &compiler)),
            without_key: 0,
        }
    }

    /// Gives an event to those of the rule's streams that take it.
    fn push(&mut self, event: &Event, shared: &mut Option<Rc<Event>>) {
        let row = Row { event, aggregates: &[], others: Others::default() };
        let mut key: Option<Vec<Value>> = None;
        let mut lacks_key = false;
        for (index, stream) in self.streams.iter().enumerate() {
            if !stream.takes(&row) {
                continue;
            }
            let event = shared.get_or_insert_with(|| Rc::new(event.clone()));
            if let (Some(clause), Some(dropping)) = (stream.clause, &mut self.dropping) {
                dropping.push(event, clause);
                continue;
            }
            let key = key.get_or_insert_with(|| self.key.iter().map(|field| field.value(&row).into_owned()).collect());
            if key.iter().any(Value::is_missing) {
                lacks_key = true;
            } else {
                self.operator.push(event, key, StreamIndex(index));
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

impl Reading {
    fn takes(&self, row: &Row<'_>) -> bool {
        self.reads[usize::from(row.event.source)] && self.filter.iter().all(|condition| condition.holds(row))
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
