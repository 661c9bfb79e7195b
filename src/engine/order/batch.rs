//! Events that were read together, made ready for [`Stream`](super::Stream) by the thread that read them.

use std::cmp::Ordering;

use super::Order;
use crate::engine::dispatch::Taken;

/// Events of one input that follow each other in it, put in order among themselves. Made in the thread that parsed them, so that
/// the one that puts everything in order has little to do.
#[derive(Debug)]
pub struct Batch {
    /// In order.
    pub(super) events: Vec<Taken>,
}

impl Batch {
    /// Of events as they came; they need not be in order.
    #[must_use]
    pub fn new(mut events: Vec<Taken>) -> Self {
        events.sort_by(compare);
        Self { events }
    }
}

/// The order of [`Order::Time`].
pub(super) fn compare(a: &Taken, b: &Taken) -> Ordering {
    Order::Time.compare(&a.event, &b.event)
}
