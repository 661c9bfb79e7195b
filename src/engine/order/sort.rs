//! The orders that events are sorted by.

use std::cmp::Ordering;

use crate::engine::dispatch::Taken;
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

    /// Sorts events. The events themselves are only looked at where their beginnings are equal.
    pub(super) fn sort(self, events: &mut Vec<Taken>) {
        let mut places: Vec<(u64, u32)> = events.iter().map(|taken| self.beginning(&taken.event)).zip(0..).collect();
        places.sort_unstable();
        let mut old: Vec<Option<Taken>> = std::mem::take(events).into_iter().map(Some).collect();
        events.extend(places.iter().filter_map(|(_, place)| old[*place as usize].take()));
        let mut start = 0;
        for equal in places.chunk_by(|a, b| a.0 == b.0) {
            let end = start + equal.len();
            if equal.len() > 1 {
                events[start..end].sort_unstable_by(|a, b| self.compare(&a.event, &b.event));
            }
            start = end;
        }
    }

    /// A number that is less for one event than for another only where the one is before the other.
    fn beginning(self, event: &Event) -> u64 {
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
