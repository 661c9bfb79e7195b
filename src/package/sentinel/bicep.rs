//! Bicep.

use super::template::{self, Spelling};
use crate::package::{Built, Options};
use crate::plan::Plan;

/// Writes rules.
#[must_use]
pub fn build(plans: &[Plan], options: &Options) -> Built {
    template::build(plans, options, Spelling::Bicep)
}
