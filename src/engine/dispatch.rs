//! Which rules take an event, found out before it is put in order: filters look at one event alone, so this is done wherever
//! the event is read, and an event that no rule takes goes no further.
//!
//! What rules have in common is done once: streams with the same filter are one group, a condition that several groups have is
//! tested once for an event, and groups that ask for certain values of a field are found by the event's value.

mod groups;
mod memory;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::compile::{Code, Compiler, Others, Row};
use super::event::{Event, Layout};
use super::key;
use crate::plan::Plan;

use self::groups::{Conditions, Member, OfSource};
pub use self::memory::{HitSet, Memory};

/// A stream of a rule that takes an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hit {
    /// Index of the rule's plan.
    pub rule: u32,
    /// Index of the stream among the plan's.
    pub stream: u32,
    /// The place of the rule's key among [`Taken::keys`].
    pub key: u32,
}

/// An event and the rules that take it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Taken {
    /// The event. It may have only the values that the rules look at that take it: others must not be asked again.
    pub event: Arc<Event>,
    /// Who takes it: by rule, then by stream. Not empty.
    pub hits: Arc<[Hit]>,
    /// The hashes of the different keys that these rules have; none where a value is missing.
    pub keys: Box<[Option<u64>]>,
}

/// An event whose values are read when they are asked for.
pub trait Lazy {
    /// The event, with the values at these places among the source's, or with its id where the place is [`EVENT_ID`].
    fn with(&mut self, places: &[u16]) -> &Event;
}

/// Stands for the event's id among places.
pub const EVENT_ID: u16 = u16::MAX;

/// An event that is read already.
struct Whole<'e>(&'e Event);

impl Lazy for Whole<'_> {
    fn with(&mut self, _: &[u16]) -> &Event {
        self.0
    }
}

/// The filters and keys of a run's rules.
#[derive(Debug)]
pub struct Dispatch {
    conditions: Vec<Code>,
    /// By their places among the sources by name.
    sources: Vec<OfSource>,
    /// The different keys.
    keys: Vec<Vec<Code>>,
    /// For each plan, its key among them.
    key_of: Vec<usize>,
    /// For each plan, the places of each source's values that are looked at once an event is taken.
    looks_at: Vec<Vec<Box<[u16]>>>,
}

impl Dispatch {
    /// Of these rules. `layout` is the one that events are read with.
    #[must_use]
    pub fn new(plans: &[Plan], layout: &Layout) -> Self {
        let sources = layout.reads.first().map_or(0, Vec::len);
        let ranks = u16::try_from(sources).unwrap_or(u16::MAX);
        let (mut keys, mut key_of, mut spelled) = (Vec::new(), Vec::new(), Vec::new());
        let mut conditions = Conditions::default();
        let mut members: Vec<Vec<Member>> = (0..sources).map(|_| Vec::new()).collect();
        for (index, plan) in plans.iter().enumerate() {
            let compiler = Compiler::new(plan, layout, index);
            for (stream, (of_plan, reads)) in plan.streams.iter().zip(&layout.stream_reads[index]).enumerate() {
                let codes = of_plan.filter.iter().map(|condition| compiler.code(condition));
                let filter: Vec<usize> = codes.flat_map(|code| conditions.add(code)).collect();
                let reading = members.iter_mut().zip(reads).filter(|(_, reads)| **reads);
                reading.for_each(|(members, _)| members.push(Member { rule: index, stream, filter: filter.clone() }));
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
        let looks_at = (0..plans.len()).map(|index| looked_at(layout, index, ranks)).collect();
        let members = (0..).zip(members);
        let sources = members.map(|(source, members)| OfSource::new(source, members, &conditions)).collect();
        Self { conditions: conditions.into_codes(), sources, keys, key_of, looks_at }
    }

    /// The event with the rules that take it; none when none does.
    #[must_use]
    pub fn take(&self, event: Event) -> Option<Taken> {
        self.take_with(event, &mut Memory::default())
    }

    /// The same, by someone who remembers.
    pub fn take_with(&self, event: Event, memory: &mut Memory) -> Option<Taken> {
        let hits = self.find(event.source, &mut Whole(&event), memory)?;
        Some(self.taken(event, hits))
    }

    /// Who takes an event of a source, if someone does.
    pub fn find<'m>(&self, source: u16, event: &mut impl Lazy, memory: &'m mut Memory) -> Option<&'m HitSet> {
        let of_source = self.sources.get(usize::from(source))?;
        memory.begin(self.conditions.len());
        for index in &of_source.indexes {
            let known = event.with(&[index.place]).values.get(usize::from(index.place));
            let candidates = known.and_then(|value| index.groups.get(value));
            candidates.into_iter().flatten().for_each(|group| self.test(of_source, *group, event, memory));
        }
        of_source.always.iter().for_each(|group| self.test(of_source, *group, event, memory));
        memory.hit_set(source, |groups| self.hit_set(source, of_source, groups))
    }

    /// Notes a group whose conditions hold.
    fn test(&self, of_source: &OfSource, group: usize, event: &mut impl Lazy, memory: &mut Memory) {
        let passes = of_source.groups[group].tests.iter().all(|test| {
            let mut holds = || {
                let row = Row { event: event.with(&test.places), aggregates: &[], others: Others::default() };
                self.conditions[test.condition].holds(&row)
            };
            if test.shared { memory.once(test.condition, holds) } else { holds() }
        });
        if passes {
            memory.found.push(group);
        }
    }

    /// What the streams of some groups come to.
    fn hit_set(&self, source: u16, of_source: &OfSource, groups: &[usize]) -> HitSet {
        let mut streams: Vec<(usize, usize)> =
            groups.iter().flat_map(|group| &of_source.groups[*group].streams).copied().collect();
        streams.sort_unstable();
        let (mut keys, mut places) = (Vec::new(), Vec::new());
        let mut hit = |(rule, stream): (usize, usize)| {
            let key = self.key_of[rule];
            let place = keys.iter().position(|known| *known == key).unwrap_or_else(|| {
                keys.push(key);
                keys.len() - 1
            });
            places.extend_from_slice(&self.looks_at[rule][usize::from(source)]);
            // A run has fewer rules than that, and no more keys.
            let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
            Hit { rule: number(rule), stream: number(stream), key: number(place) }
        };
        let hits = streams.into_iter().map(&mut hit).collect();
        places.sort_unstable();
        places.dedup();
        HitSet { hits, keys: keys.into(), places: places.into() }
    }

    /// An event that is taken.
    #[must_use]
    pub fn taken(&self, event: Event, hits: &HitSet) -> Taken {
        let keys = hits.keys.iter().map(|index| key::hash(&self.keys[*index], &event)).collect();
        Taken { event: Arc::new(event), hits: Arc::clone(&hits.hits), keys }
    }

    /// The fields of the key of a plan.
    #[must_use]
    pub fn key(&self, plan: usize) -> &[Code] {
        &self.keys[self.key_of[plan]]
    }
}

/// The places of the values of a rule's fields, for each source. Those that only its filters look at are among them: of copies
/// that differ, all that the rule knows of them tells which one counts.
fn looked_at(layout: &Layout, index: usize, sources: u16) -> Vec<Box<[u16]>> {
    // The entries of time and event id lie outside.
    let slots = layout.of_plan[index].iter().filter(|slot| **slot < layout.slots.len());
    let places: Vec<_> = slots.map(|slot| layout.places(*slot)).collect();
    (0..sources).map(|source| places.iter().filter_map(|places| places.of(source)).collect()).collect()
}
