//! Packages: what is deployed, checked by what the vendors ship.

mod templates;
