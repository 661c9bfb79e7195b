//! Tokentrail: a typed rule language for how access tokens and sessions are used, and its compiler.
//!
//! ```text
//! Source ──syntax──▶ ast::File ──check──▶ plan::Plan ──target──▶ Query ──package──▶ files to deploy
//!                                             └────────engine──▶ Match ▶ Alert
//! ```
//!
//! | stage | type | owner | true from here on |
//! |---|---|---|---|
//! | text | [`source::Source`] | [`source`] | UTF-8, bounded size |
//! | tree | [`syntax::ast::File`] | [`syntax`] | well-formed; every node has a span; nothing resolved |
//! | plan | [`plan::Plan`] | [`plan`], made by [`check`] | every name resolved, every expression typed; exists only for a rule without errors |
//! | query | [`target::Query`] | [`target`] | the capability gate has passed, so writing is total |
//! | package | [`package::Built`] | [`package`] | within the limits of the product that it is for |
//! | running | [`engine::Match`], [`engine::Alert`] | [`engine`] | no type errors at run time; only missing data |
//! | testing | [`testing::Verdict`] | [`testing`] | the events of a test went through the evaluator |
//!
//! Arrows point one way: `target` and `engine` never see the tree or each other; a test enforces who may import whom. One
//! crate, one door: `pest` in [`syntax`], `miette` in [`diagnostic::render`], `toml` in [`catalog`] and [`settings`],
//! `clap`, the file system and printing in [`cli`].

pub mod attack;
pub mod catalog;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod engine;
pub mod library;
pub mod package;
pub mod plan;
pub mod settings;
pub mod source;
pub mod syntax;
pub mod target;
pub mod testing;
pub mod types;
pub mod value;
