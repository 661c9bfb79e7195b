//! Analytics rules of Microsoft Sentinel.
//!
//! `rule` makes the one model of a rule that all three spellings are written from; `yaml`, `arm` and `bicep` spell it.

pub mod arm;
pub mod bicep;
mod description;
mod entity;
mod error;
mod incident;
pub mod rule;
mod technique;
pub mod yaml;
