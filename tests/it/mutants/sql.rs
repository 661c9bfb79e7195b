//! Mistakes in SQL.

use super::Mutant;

/// What is broken.
pub(super) const MUTANTS: &[Mutant] = &[];
