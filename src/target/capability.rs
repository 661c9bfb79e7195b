//! What each target can do: one table, one line a feature.

use super::Target;
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;

/// How a target does a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Exactly the language's meaning.
    Native,
    /// With a difference, said here.
    Emulated(&'static str),
    /// Not at all: why, and what to do instead.
    Unsupported(&'static str),
}

/// Checks a plan against a target.
///
/// # Errors
/// One diagnostic per construct that the target cannot do. On success: warnings for what it emulates with a difference.
pub fn gate(_plan: &Plan, _target: Target) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    Ok(Vec::new())
}
