//! Rules at work on a part of the keys: what one thread has of a session.
//!
//! A rule only has work to do for events that it takes. Before it gets one of a later time it is settled by itself; what then
//! still waits for time to pass is looked at when a batch ends.

use std::sync::Arc;

use crate::plan::expr::ExprKind;
use crate::plan::{Plan, Shape, StreamIndex, Unless};

use super::Match;
use super::compile::Compiler;
use super::dispatch::{Dispatch, Hit, Taken};
use super::event::{Event, Layout};
use super::key::Key;
use super::operator::unless::Dropping;
use super::operator::{Found, Operator, state};

/// Which shard has the state that an event belongs to. Matches that nothing orders are always of one shard.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// One has all of the rule.
    Whole(usize),
    /// That of the key.
    Key,
    /// That of the time: the rule has no state.
    Time,
}

impl Place {
    fn new(plan: &Plan, index: usize, shards: usize) -> Self {
        let whole = Self::Whole(index % shards);
        match &plan.shape {
            Shape::Single if plan.unless.is_empty() => Self::Time,
            Shape::Single => whole,
            Shape::Window(_)
            | Shape::Tumbling(_)
            | Shape::Consecutive(_)
            | Shape::Sequence(_)
            | Shape::FirstSeen(_) => {
                let by_key = plan.unless.iter().all(|unless| is_by_key(unless, plan));
                if by_key && !plan.has_prevalence() { Self::Key } else { whole }
            }
        }
    }

    /// The shard for an event of this time and key.
    fn shard(self, time: i64, key: Option<u64>, shards: usize) -> usize {
        match self {
            Self::Whole(shard) => shard,
            Self::Key => key.map_or(0, |hash| spread(hash, shards)),
            Self::Time => spread(time.cast_unsigned(), shards),
        }
    }
}

/// Whether the events of a clause have the key of the matches that they drop. All events of a match have one key.
fn is_by_key(unless: &Unless, plan: &Plan) -> bool {
    let key = plan.shape.key();
    let equals_own = |(field, of_match): &(_, crate::plan::Expr)| match &of_match.kind {
        ExprKind::Of(_, other) | ExprKind::Field(other) => (field == other).then_some(*field),
        ExprKind::Literal(_)
        | ExprKind::Aggregate(_)
        | ExprKind::Not(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Compare(..)
        | ExprKind::Text(..)
        | ExprKind::InValues(..)
        | ExprKind::InNetworks(..)
        | ExprKind::InList(..)
        | ExprKind::IsMissing(_)
        | ExprKind::ContainsSet { .. }
        | ExprKind::Arithmetic(..)
        | ExprKind::Call(..) => None,
    };
    key.iter().all(|field| unless.links.iter().filter_map(equals_own).any(|linked| linked == *field))
}

/// One of `shards`, evenly. The low bits of a time or a hash may all be alike.
fn spread(hash: u64, shards: usize) -> usize {
    let mixed = u128::from(hash.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    // Below `shards`, so that it fits.
    usize::try_from((mixed * shards as u128) >> 64).unwrap_or(0)
}

/// The rules of a run, for the keys of one shard.
pub(super) struct Shard {
    index: usize,
    shards: usize,
    dispatch: Arc<Dispatch>,
    rules: Vec<Rule>,
    /// The rules in which something may wait.
    pending: Vec<u32>,
    /// Matches that are settled, of each rule in order.
    pub(super) found: Vec<Match>,
}

impl Shard {
    /// One of so many.
    pub(super) fn new(plans: &[Plan], layout: &Layout, dispatch: &Arc<Dispatch>, index: usize, shards: usize) -> Self {
        let rules = plans.iter().enumerate().map(|(rule, plan)| Rule::new(plan, rule, layout, shards));
        let rules = rules.collect();
        let dispatch = Arc::clone(dispatch);
        Self { index, shards, dispatch, rules, pending: Vec::new(), found: Vec::new() }
    }

    /// Takes the next event: what of it is this shard's.
    pub(super) fn apply(&mut self, taken: &Taken) {
        let event = &taken.event;
        for hits in taken.hits.chunk_by(|a, b| a.rule == b.rule) {
            let Some(first) = hits.first() else { continue };
            let (number, index) = (first.rule, first.rule as usize);
            let rule = &mut self.rules[index];
            let hash = taken.keys[first.key as usize];
            if self.shards > 1 && rule.place.shard(event.time, hash, self.shards) != self.index {
                continue;
            }
            let key = hash.map(|hash| Key::hashed(hash, self.dispatch.key(index), event));
            if rule.last != Some(event.time) {
                rule.settle(Some(event.time), &mut self.found);
                rule.last = Some(event.time);
            }
            rule.push(event, key.as_ref(), hits);
            if !rule.pending {
                rule.pending = true;
                self.pending.push(number);
            }
        }
    }

    /// No event before `next` comes any more (none: the end): settles what waits, and gives the time that no later match is before.
    pub(super) fn settle(&mut self, next: Option<i64>) -> i64 {
        let (rules, found) = (&mut self.rules, &mut self.found);
        let mut watermark = next.unwrap_or(i64::MAX);
        self.pending.retain(|index| {
            let rule = &mut rules[*index as usize];
            // Others of its current time may still come.
            let goes_on = next.is_some() && rule.last >= next;
            let of_rule = if goes_on { rule.watermark(next) } else { rule.settle(next, found) };
            watermark = watermark.min(of_rule);
            rule.pending = goes_on || next.is_none_or(|next| of_rule < next);
            rule.pending
        });
        watermark
    }

    /// Adds its state to what is written. Its matches have been taken.
    pub(super) fn save(&self, into: &mut Vec<u8>) -> state::Result {
        state::write(&self.pending, into)?;
        self.rules.iter().try_for_each(|rule| rule.save(into))
    }

    /// Takes its state from what the same shard of as many has written.
    pub(super) fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        self.pending = state::read(from)?;
        self.rules.iter_mut().try_for_each(|rule| rule.restore(from))
    }

    /// How many events of each rule passed its filter and lacked its key, by rule.
    pub(super) fn events_without_key(&self) -> impl Iterator<Item = u64> {
        self.rules.iter().map(|rule| rule.without_key)
    }
}

/// One rule at work.
struct Rule {
    place: Place,
    /// For each stream, the `unless` clause whose events these are; none for those of the shape.
    clauses: Vec<Option<usize>>,
    operator: Operator,
    /// None where nothing drops a match.
    dropping: Option<Dropping>,
    /// The time of its last event.
    last: Option<i64>,
    /// Whether it is among the shard's.
    pending: bool,
    without_key: u64,
}

impl Rule {
    fn new(plan: &Plan, index: usize, layout: &Layout, shards: usize) -> Self {
        let compiler = Compiler::new(plan, layout, index);
        let clause = |stream| plan.unless.iter().position(|unless| unless.stream == StreamIndex(stream));
        Self {
            place: Place::new(plan, index, shards),
            clauses: (0..plan.streams.len()).map(clause).collect(),
            operator: Operator::new(plan, index, &compiler),
            dropping: (!plan.unless.is_empty()).then(|| Dropping::new(plan, &compiler)),
            last: None,
            pending: false,
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

    fn save(&self, into: &mut Vec<u8>) -> state::Result {
        state::write(&(self.last, self.pending, self.without_key), into)?;
        self.operator.save(into)?;
        self.dropping.iter().try_for_each(|dropping| dropping.save(into))
    }

    fn restore(&mut self, from: &mut &[u8]) -> state::Result {
        (self.last, self.pending, self.without_key) = state::read(from)?;
        self.operator.restore(from)?;
        self.dropping.iter_mut().try_for_each(|dropping| dropping.restore(from))
    }

    /// The time that no later match is before, when no event before `next` comes any more.
    fn watermark(&self, next: Option<i64>) -> i64 {
        let watermark = next.map_or(i64::MAX, |next| self.operator.watermark(next));
        self.dropping.as_ref().map_or(watermark, |dropping| dropping.watermark(watermark))
    }
}
