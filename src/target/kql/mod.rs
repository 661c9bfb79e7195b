//! KQL for Microsoft Sentinel.

use super::Options;
use crate::plan::Plan;

/// Writes the query. The plan has passed the gate.
#[must_use]
pub fn write(_plan: &Plan, _options: Options) -> String {
    String::new()
}
