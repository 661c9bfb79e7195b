//! A run over a period: which matches count, and which events they can rest on.

use crate::plan::{Plan, Shape};

/// From a moment up to and without another, both in microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First moment.
    pub from: i64,
    /// First moment after.
    pub to: i64,
}

impl Period {
    /// Whether a moment is in it.
    #[must_use]
    pub fn contains(self, time: i64) -> bool {
        self.from <= time && time < self.to
    }

    /// The period of the events that the matches of these rules in this period can rest on: those of windows and histories before
    /// it, of the buckets that it touches, and of the time after it that matches wait for.
    #[must_use]
    pub fn read(self, plans: &[Plan]) -> Self {
        let of = plans.iter().map(|plan| self.read_by(plan));
        of.reduce(|a, b| Self { from: a.from.min(b.from), to: a.to.max(b.to) }).unwrap_or(self)
    }

    fn read_by(self, plan: &Plan) -> Self {
        let (from, to) = match &plan.shape {
            Shape::Tumbling(window) => {
                let start = |moment: i64| moment.div_euclid(window.width).saturating_mul(window.width);
                (start(self.from), start(self.to.saturating_sub(1)).saturating_add(window.width))
            }
            Shape::Single | Shape::Window(_) | Shape::Consecutive(_) | Shape::Sequence(_) | Shape::FirstSeen(_) => {
                (self.from, self.to)
            }
        };
        Self { from: from.saturating_sub(plan.reach()), to: to.saturating_add(plan.wait()) }
    }
}
