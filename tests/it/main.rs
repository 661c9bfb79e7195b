//! The integration tests, in one crate so that they link once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    clippy::too_many_lines,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot go on should stop, and what a long one counts is printed"
)]

mod agreement;
mod architecture;
mod arrival;
mod asked;
mod attack;
mod catalog;
mod check;
mod cli;
mod deployment;
mod emit;
mod engine;
mod engines;
mod follow;
mod functions;
mod generated;
mod kql;
mod levels;
mod library;
mod listed;
mod lists;
mod measured;
mod mutants;
mod oracle;
mod pack;
mod package;
mod pages;
mod parquet;
mod pipeline;
mod reader;
mod readme;
mod reference;
mod reports;
mod repository;
mod rules;
mod run;
mod selftest;
mod settings;
mod shipped;
mod spl;
mod spl_model;
mod spl_pack;
mod spl_shapes;
mod sql;
mod syntax;
mod syntax_properties;
mod testing;
mod truth;
mod world;
