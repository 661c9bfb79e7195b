//! What a target cannot do, and how it is said. One match holds all the wording.

use super::Target;
use super::capability::Feature;
use super::kql::Part;
use super::limits::{FREQUENCY, LATEST_NEAR_REAL_TIME};
use crate::diagnostic::{Code, Diagnostic, Label};
use crate::source::Place;
use crate::value::Length;

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
        /// How many characters it has at the least.
        characters: usize,
        /// How many of them each part has.
        parts: Vec<(Part, usize)>,
    },
    /// Sentinel looks no further back in a scheduled rule.
    LooksBackTooFar {
        /// How far it would have to, in microseconds.
        lookback: i64,
        /// How much of that is the window or history.
        reach: i64,
        /// How far it can.
        most: i64,
    },
    /// Logs are not kept so long.
    LongerThanKept {
        /// How far the query looks back, in microseconds.
        lookback: i64,
        /// How much of that is the window or history.
        reach: i64,
        /// How long logs are kept.
        kept: i64,
    },
    /// Sentinel runs rules neither more nor less often.
    BadFrequency {
        /// How often it would have to, in microseconds.
        every: i64,
    },
    /// Events come too late for Sentinel to run a rule near real time over them.
    TooLate {
        /// How late they may be, in microseconds.
        delay: i64,
    },
    /// Sentinel reports a second copy of an event again near real time.
    CopiesReported,
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
        Diagnostic::new(code, message, vec![Label { place: self.place, text: label }], Some(help))
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
            Self::QueryTooLong { characters, parts } => {
                let longest = parts.first().map(|(part, _)| *part);
                let parts: Vec<String> = parts.iter().map(|(part, length)| format!("{part} {length}")).collect();
                (
                    Code::E0603,
                    format!(
                        "the query has {characters} characters, and Sentinel takes {MAX_CHARACTERS} in a scheduled rule"
                    ),
                    parts.join(", "),
                    shorten(longest).to_owned(),
                )
            }
            Self::LooksBackTooFar { lookback, reach, most } => (
                Code::E0604,
                format!(
                    "the query looks back {}, and Sentinel's scheduled rules look back {} at most",
                    Length(*lookback),
                    Length(*most)
                ),
                "this rule's schedule, delay and window together".to_owned(),
                format!("{}, or build with `--hunt`", look_back_less(*lookback, *reach, *most)),
            ),
            Self::LongerThanKept { lookback, reach, kept } => (
                Code::E0606,
                format!("the query looks back {}, and logs are kept {}", Length(*lookback), Length(*kept)),
                "this rule's schedule, delay and window together".to_owned(),
                format!(
                    "{}, or keep logs longer and set `retention` to that",
                    look_back_less(*lookback, *reach, *kept)
                ),
            ),
            Self::BadFrequency { every } => {
                let nearest = if *every > *FREQUENCY.end() { FREQUENCY.end() } else { FREQUENCY.start() };
                let (least, most) = (Length(*FREQUENCY.start()), Length(*FREQUENCY.end()));
                (
                    Code::E0605,
                    format!(
                        "the rule runs every {}, and Sentinel runs scheduled rules every {least} to {most}",
                        Length(*every)
                    ),
                    "this rule's schedule".to_owned(),
                    format!("write `schedule every {}`", Length(*nearest)),
                )
            }
            Self::TooLate { delay } => (
                Code::E0607,
                format!(
                    "events may arrive {} late, and Sentinel takes less than {} near real time",
                    Length(*delay),
                    Length(LATEST_NEAR_REAL_TIME)
                ),
                "this rule's schedule".to_owned(),
                "write `schedule every 5m`, or a shorter delay".to_owned(),
            ),
            Self::CopiesReported => (
                Code::W0902,
                "Microsoft Sentinel reports an event again when a second copy of it arrives in another minute"
                    .to_owned(),
                "near real time".to_owned(),
                "write `schedule every 5m` where that must not be".to_owned(),
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

/// What makes a query shorter, by its longest part.
fn shorten(longest: Option<Part>) -> &'static str {
    match longest {
        Some(Part::Lists) => "keep the longest list outside the query: `list … from watchlist`",
        Some(Part::Translations) => {
            "use fewer fields that are translated, such as `result` and `service`, or fewer logs"
        }
        Some(Part::Reading) => "read fewer logs in one rule, or use fewer fields: make several rules of it",
        Some(Part::Rest) | None => "make lists of long values in brackets, show less, or make several rules of it",
    }
}

/// How to look back no further than `most`.
fn look_back_less(lookback: i64, reach: i64, most: i64) -> String {
    let left = most - (lookback - reach);
    if reach > 0 && left > 0 {
        format!("shorten its {} of events to {}", Length(reach), Length(left))
    } else {
        "run it more often, or shorten its delay".to_owned()
    }
}
