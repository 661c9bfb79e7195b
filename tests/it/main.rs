//! The integration tests, in one crate so that they link once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on should stop")]

mod architecture;
mod check;
mod reader;
mod syntax;
mod world;
