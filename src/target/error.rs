//! What a target cannot do, and how it is said. One match holds all the wording.

use super::Target;
use super::capability::Feature;
use super::quote;
use crate::diagnostic::{Code, Diagnostic, Label};
use crate::source::Place;

/// A gap and its place.
#[derive(Debug)]
pub struct TargetError {
    /// Where.
    pub place: Place,
    /// What.
    pub kind: TargetErrorKind,
}

/// What can stand between a rule and a target.
#[derive(Debug)]
pub enum TargetErrorKind {
    /// The target does not have a feature.
    Unsupported {
        /// Which.
        feature: Feature,
        /// Where not.
        target: Target,
        /// Why, and what to do instead.
        reason: &'static str,
    },
    /// The target does not have a function.
    Function {
        /// Its name.
        function: &'static str,
        /// Where not.
        target: Target,
        /// Why.
        reason: &'static str,
    },
    /// Sentinel takes no longer query in a scheduled rule.
    QueryTooLong {
        /// How many characters it has.
        characters: usize,
    },
    /// Sentinel looks no further back in a scheduled rule.
    LooksBackTooFar {
        /// How far it would have to, in microseconds.
        lookback: i64,
    },
    /// Sentinel runs rules neither more nor less often.
    BadFrequency {
        /// How often it would have to, in microseconds.
        every: i64,
    },
    /// The target does it with a difference.
    Emulated {
        /// What.
        feature: Feature,
        /// Where.
        target: Target,
        /// The difference.
        difference: &'static str,
    },
}

/// The longest query of a scheduled rule in Sentinel, in UTF-16 units as it counts them.
pub const MAX_CHARACTERS: usize = 10_000;

impl TargetError {
    /// The error for people.
    #[must_use]
    pub fn diagnostic(self) -> Diagnostic {
        let (code, message, label, help) = self.kind.say();
        Diagnostic { code, message, labels: vec![Label { place: self.place, text: label }], help: Some(help) }
    }
}

impl TargetErrorKind {
    fn say(&self) -> (Code, String, String, String) {
        match self {
            Self::Unsupported { feature, target, reason } => (
                Code::E0601,
                format!("{} cannot do {}", target.title(), feature.title()),
                "used here".to_owned(),
                (*reason).to_owned(),
            ),
            Self::Function { function, target, reason } => (
                Code::E0602,
                format!("{} has no `{function}`", target.title()),
                "called here".to_owned(),
                (*reason).to_owned(),
            ),
            Self::QueryTooLong { characters } => (
                Code::E0603,
                format!(
                    "the query has {characters} characters, and Sentinel takes {MAX_CHARACTERS} in a scheduled rule"
                ),
                "this rule's query".to_owned(),
                "read fewer sources in one rule, show less, or move long lists out of it".to_owned(),
            ),
            Self::LooksBackTooFar { lookback } => (
                Code::E0604,
                format!(
                    "the query looks back {}, and Sentinel's scheduled rules look back 14d at most",
                    quote::timespan(*lookback)
                ),
                "this rule's schedule, delay and window together".to_owned(),
                "shorten the window or the delay, or build with `--hunt`".to_owned(),
            ),
            Self::BadFrequency { every } => (
                Code::E0605,
                format!(
                    "the rule runs every {}, and Sentinel runs scheduled rules every 5m to 14d",
                    quote::timespan(*every)
                ),
                "this rule's schedule".to_owned(),
                "write a frequency from 5m to 14d after `schedule every`".to_owned(),
            ),
            Self::Emulated { feature, target, difference } => (
                Code::W0901,
                format!("{} does {} with a difference", target.title(), feature.title()),
                "used here".to_owned(),
                (*difference).to_owned(),
            ),
        }
    }
}
