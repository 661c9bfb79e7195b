//! Events that are made to trip.

use super::{Happening, full};

/// Hard ones.
pub fn hard(seed: u64, count: usize, sources: &[&'static str]) -> Vec<Happening> {
    full(seed, count, sources)
}
