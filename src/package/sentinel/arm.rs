//! Azure Resource Manager templates.

use crate::package::{Built, Options};
use crate::plan::Plan;

/// Writes rules.
#[must_use]
pub fn build(plans: &[Plan], options: &Options) -> Built {
    todo!("{} {}", plans.len(), options.name)
}
