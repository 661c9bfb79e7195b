//! The orders that events are sorted by.

use std::cmp::Ordering;

use crate::engine::event::Event;
use crate::value::Value;

/// An order of events. Both are total: values are compared last, so that equal events are equal in every part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// By source and id: copies side by side, the one that counts first.
    Identity,
    /// By time, id and source: as rules see them.
    Time,
}

impl Order {
    pub(super) fn compare(self, a: &Event, b: &Event) -> Ordering {
        match self {
            Self::Identity => {
                (a.source, &a.event_id, a.time, &a.values).cmp(&(b.source, &b.event_id, b.time, &b.values))
            }
            Self::Time => (a.time, &a.event_id, a.source, &a.values).cmp(&(b.time, &b.event_id, b.source, &b.values)),
        }
    }

    /// A number that is less for one event than for another only where the one is before the other.
    pub(super) fn beginning(self, event: &Event) -> u64 {
        match self {
            Self::Time => event.time.cast_unsigned() ^ (1 << 63),
            Self::Identity => {
                let (rank, text) = match &event.event_id {
                    Value::Missing => (0, ""),
                    Value::Text(text) => (1, &**text),
                    // No source has such ids.
                    Value::Bool(_) | Value::Int(_) | Value::Float(_) => (0, ""),
                    Value::Time(_) | Value::Duration(_) | Value::Ip(_) | Value::Cidr(_) => (2, ""),
                    Value::Location(..) | Value::Set(_) => (2, ""),
                };
                let start = u64::from(event.source) << 8 | rank;
                let letters = text.bytes().chain(std::iter::repeat(0)).take(5);
                letters.fold(start, |number, letter| number << 8 | u64::from(letter))
            }
        }
    }
}
