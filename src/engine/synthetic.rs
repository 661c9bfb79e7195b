//! Events that no record stands behind: those of tests.
//!
//! Their fields have the values that a record would have been read to. What a source always has is filled in, and what it never
//! lacks is not missing. Geography is as given, also where a rule looks addresses up.

use crate::catalog::{Catalog, Field, Origin};
use crate::plan::test;
use crate::value::Value;

use super::event::{Event, Layout, Slot};
use super::reader::fixed_value;

/// The event of a test. `None`: the catalogue has no such source.
#[must_use]
pub fn event(given: &test::Event, catalog: &Catalog, layout: &Layout) -> Option<Event> {
    let source = catalog.source(&given.source)?;
    let value = |slot: &Slot| {
        let field = source.fields.get(&slot.field)?;
        let value = given.fields.get(&slot.field).filter(|value| !value.is_missing()).cloned();
        let value = value.unwrap_or_else(|| unsaid(field));
        let text = value.as_text().filter(|_| slot.tagged);
        Some(text.map(|text| Value::text(&format!("{}:{text}", source.provider))).unwrap_or(value))
    };
    let rank = catalog.rank(&given.source)?;
    let values = layout.values(rank, |slot| value(slot).unwrap_or_default());
    Some(Event { time: given.time, event_id: given.event_id.clone(), source: rank, values })
}

/// What a field is in a record that does not say.
fn unsaid(field: &Field) -> Value {
    let text = match &field.origin {
        Origin::Constant(text) => Some(text),
        Origin::Read(read) => read.absent.as_ref(),
        Origin::Point { .. } | Origin::Lookup(_) => None,
    };
    text.map_or(Value::Missing, |text| fixed_value(text, &field.ty))
}
