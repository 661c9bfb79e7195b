//! About how many bytes events take.

use std::sync::Arc;

use crate::engine::dispatch::{Hit, Taken};
use crate::engine::event::Event;
use crate::value::Value;

/// What the counts of an [`Arc`] and the allocator add to what is allocated.
const ALLOCATION: usize = 4 * size_of::<usize>();

/// An event and who takes it.
pub(super) fn size(taken: &Taken) -> usize {
    let hits = if Arc::strong_count(&taken.hits) == 1 { ALLOCATION + size_of_val(&*taken.hits) } else { 0 };
    size_of::<Taken>() + ALLOCATION + size_of_val(&*taken.keys) + hits + of_event(&taken.event)
}

/// An event. Texts that are shared with other events cost it nothing.
pub(super) fn of_event(event: &Event) -> usize {
    let texts: usize = event.values.iter().map(text).sum();
    size_of::<Event>() + 2 * ALLOCATION + text(&event.event_id) + size_of_val(&*event.values) + texts
}

fn text(value: &Value) -> usize {
    let Value::Text(text) = value else { return 0 };
    if Arc::strong_count(text) == 1 { text.len() + ALLOCATION } else { 0 }
}

/// Streams of rules.
pub(super) fn of_hits(hits: &[Hit]) -> usize {
    size_of_val(hits) + 2 * ALLOCATION
}
