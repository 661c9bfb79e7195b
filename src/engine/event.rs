//! Events as the evaluator sees them: time, id, source, and the values of the fields that some rule uses.

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::plan::{Geography, Plan, Stream};
use crate::types::{Issuer, Type};
use crate::value::Value;

/// An event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Event time, microseconds since 1970.
    pub time: i64,
    /// The source's id of the event; [`Value::Missing`] where the record has none (it can then not be recognised as a copy).
    pub event_id: Value,
    /// Place of its source in [`Catalog::by_name`].
    pub source: u16,
    /// One value per slot of the [`Layout`].
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
        layout
    }

    fn slot(&mut self, slot: Slot) -> usize {
        if let Some(index) = self.slots.iter().position(|known| *known == slot) {
            return index;
        }
        self.slots.push(slot);
        self.slots.len() - 1
    }
}
