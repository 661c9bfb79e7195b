//! Analytics rules of Microsoft Sentinel.
//!
//! `rule` makes the one model of a rule that all three spellings are written from; `yaml`, `arm` and `bicep` spell it.
//! `template` holds what ARM and Bicep share: the resources, and how each of the two writes them.

pub mod arm;
pub mod bicep;
mod description;
pub mod entity;
mod error;
pub mod incident;
pub mod rule;
mod technique;
mod template;
pub mod yaml;
