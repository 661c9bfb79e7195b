//! Events as the evaluator sees them: time, id, source, and the values of the fields that some rule uses.
//!
//! An event has room for what its own source has, and no more.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::plan::{Geography, Plan, Stream};
use crate::types::{Issuer, Type};
use crate::value::Value;

/// An event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Event time, microseconds since 1970.
    pub time: i64,
    /// The source's id of the event; [`Value::Missing`] where the record has none (it can then not be recognised as a copy).
    pub event_id: Value,
    /// Place of its source in [`Catalog::by_name`].
    pub source: u16,
    /// The values of those slots of the [`Layout`] that its source has; see [`Layout::value`].
    pub values: Box<[Value]>,
}

/// What one place in an event's values holds. The same field may have several: one rule may need the country that the record
/// gives and another the one that its address gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// The field's name.
    pub field: String,
    /// Geography from the address, whatever the record says.
    pub look_up: bool,
    /// An identifier with `provider:` in front, for a rule over several providers.
    pub tagged: bool,
}

/// Where the fields of a run's rules are in an event's values.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// The slots.
    pub slots: Vec<Slot>,
    /// For each plan, for each of its fields, the slot. The entries of `time` and `event_id` are unused: those two are members
    /// of [`Event`] itself.
    pub of_plan: Vec<Vec<usize>>,
    /// For each plan, for each source in [`Catalog::by_name`], whether the plan reads it.
    pub reads: Vec<Vec<bool>>,
    /// The same for each of a plan's streams.
    pub stream_reads: Vec<Vec<Vec<bool>>>,
    /// For each slot, where it is in the values of each source's events. Where nothing is said, events of every source have a
    /// value for every slot, in their order.
    pub places: Vec<Places>,
}

/// Where a slot is in the values of an event, by the event's source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    of_source: Arc<[u16]>,
    otherwise: u16,
}

/// The place of a slot that the events of a source do not have.
const NOWHERE: u16 = u16::MAX;

static MISSING: Value = Value::Missing;

impl Places {
    /// The place in events of a source; none where they do not have the slot.
    #[must_use]
    pub fn of(&self, source: u16) -> Option<u16> {
        let place = self.of_source.get(usize::from(source)).copied().unwrap_or(self.otherwise);
        (place != NOWHERE).then_some(place)
    }

    /// The value in an event.
    #[must_use]
    pub fn value<'e>(&self, event: &'e Event) -> &'e Value {
        let place = self.of_source.get(usize::from(event.source)).copied().unwrap_or(self.otherwise);
        event.values.get(usize::from(place)).unwrap_or(&MISSING)
    }
}

impl Layout {
    /// The layout of a run.
    #[must_use]
    pub fn new(plans: &[Plan], catalog: &Catalog) -> Self {
        let mut layout = Self::default();
        let by_name = catalog.by_name();
        for plan in plans {
            let slots = plan.fields.iter().enumerate().map(|(index, field)| {
                if index < 2 {
                    return usize::MAX;
                }
                layout.slot(Slot {
                    look_up: plan.geography == Geography::Lookup
                        && (matches!(field.ty, Type::Country | Type::Location) || field.name == "city"),
                    tagged: matches!(field.ty, Type::Id(_, Issuer::Several)),
                    field: field.name.clone(),
                })
            });
            let slots = slots.collect();
            layout.of_plan.push(slots);
            let reads = |stream: &Stream| -> Vec<bool> {
                by_name.iter().map(|source| stream.legs.iter().any(|leg| leg.source.name == source.name)).collect()
            };
            let of_streams: Vec<Vec<bool>> = plan.streams.iter().map(reads).collect();
            let any = |source: usize| of_streams.iter().any(|reads| reads[source]);
            layout.reads.push((0..catalog.sources.len()).map(any).collect());
            layout.stream_reads.push(of_streams);
        }
        layout.places = layout.used_places(plans, catalog);
        layout
    }

    /// Each source has the slots of the fields that some rule uses of it.
    fn used_places(&self, plans: &[Plan], catalog: &Catalog) -> Vec<Places> {
        let mut used = vec![vec![false; catalog.sources.len()]; self.slots.len()];
        for (plan, slots) in plans.iter().zip(&self.of_plan) {
            for leg in plan.legs() {
                let Some(source) = catalog.rank(&leg.source.name) else { continue };
                let fields = leg.fields.iter().zip(slots).filter(|(field, _)| field.is_some());
                for (_, slot) in fields {
                    // The entries of time and event id lie outside.
                    if let Some(used) = used.get_mut(*slot) {
                        used[usize::from(source)] = true;
                    }
                }
            }
        }
        let mut next = vec![0; catalog.sources.len()];
        let mut place = |(source, used): (usize, bool)| {
            let place = if used { next[source] } else { NOWHERE };
            next[source] += u16::from(used);
            place
        };
        let places = used.into_iter();
        places
            .map(|used| Places {
                of_source: used.into_iter().enumerate().map(&mut place).collect(),
                otherwise: NOWHERE,
            })
            .collect()
    }

    /// Where a slot is in events.
    #[must_use]
    pub fn places(&self, slot: usize) -> Places {
        let own = || Places { of_source: Arc::new([]), otherwise: u16::try_from(slot).unwrap_or(NOWHERE) };
        self.places.get(slot).cloned().unwrap_or_else(own)
    }

    /// The slots that events of a source have, in the order of their values.
    #[must_use]
    pub fn slots_of(&self, source: u16) -> Vec<usize> {
        let mut slots: Vec<(u16, usize)> =
            (0..self.slots.len()).filter_map(|slot| Some((self.places(slot).of(source)?, slot))).collect();
        slots.sort_unstable();
        slots.into_iter().map(|(_, slot)| slot).collect()
    }

    /// The values of an event of a source, of which `value` tells each slot's.
    pub fn values(&self, source: u16, mut value: impl FnMut(&Slot) -> Value) -> Box<[Value]> {
        self.slots_of(source).into_iter().map(|slot| value(&self.slots[slot])).collect()
    }

    /// The value of a slot in an event.
    #[must_use]
    pub fn value<'e>(&self, event: &'e Event, slot: usize) -> &'e Value {
        self.places(slot).of(event.source).and_then(|place| event.values.get(usize::from(place))).unwrap_or(&MISSING)
    }

    fn slot(&mut self, slot: Slot) -> usize {
        if let Some(index) = self.slots.iter().position(|known| *known == slot) {
            return index;
        }
        self.slots.push(slot);
        self.slots.len() - 1
    }
}
