//! The integration tests, in one crate so that they link once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on should stop")]

mod check;
mod pages;
mod syntax;
mod syntax_properties;
