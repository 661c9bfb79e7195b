//! Analytics rules of Microsoft Sentinel.
//!
//! `rule` makes the one model of a rule that all three spellings are written from; `yaml`, `arm` and `bicep` spell it.

pub mod arm;
pub mod bicep;
pub mod rule;
pub mod yaml;
