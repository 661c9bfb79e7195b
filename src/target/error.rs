//! What can stand between a rule and a target, and how it is said. One match holds all the wording.

use super::Target;
use crate::diagnostic::{Code, Diagnostic, Label};
use crate::source::Place;

/// A gap or a difference.
#[derive(Debug)]
pub enum TargetError {
    /// The target cannot do it.
    Unsupported {
        /// The construct.
        what: String,
        /// The target.
        target: Target,
        /// The reason, and what to do instead.
        why: &'static str,
    },
    /// The query is longer than the target takes.
    TooLong {
        /// Its characters.
        length: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// The target does it with a difference.
    Emulated {
        /// The construct.
        what: String,
        /// The target.
        target: Target,
        /// The difference.
        difference: &'static str,
    },
}

impl TargetError {
    /// The diagnostic at a place.
    #[must_use]
    pub fn into_diagnostic(self, place: Place) -> Diagnostic {
        let (code, message, label, help) = match self {
            Self::Unsupported { what, target, why } => (
                Code::E0601,
                format!("{what}: not possible in {}", name(target)),
                "no query can be written for this".to_owned(),
                why.to_owned(),
            ),
            Self::TooLong { length, limit } => (
                Code::E0602,
                format!("the query has {length} characters, and a scheduled rule of Sentinel takes {limit}"),
                "too long".to_owned(),
                "read fewer sources, show fewer columns, or make the lists shorter".to_owned(),
            ),
            Self::Emulated { what, target, difference } => (
                Code::W0901,
                format!("{what}: {} may differ from the language", name(target)),
                "emulated".to_owned(),
                difference.to_owned(),
            ),
        };
        Diagnostic { code, message, labels: vec![Label { place, text: label }], help: Some(help) }
    }
}

fn name(target: Target) -> &'static str {
    match target {
        Target::Kql => "KQL",
        Target::Spl => "SPL",
    }
}
