//! What custom detections of Defender XDR cannot hold, and how it is said. One match holds all the wording.

use crate::diagnostic::{Code, Diagnostic, Label};
use crate::plan::Plan;
use crate::source::{Place, Span};
use crate::value::Length;

/// A limit that a rule goes beyond, or a difference between a rule and what is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DetectionError {
    /// No way to run it sees far enough back.
    LooksBackTooFar {
        /// How often it would run at the least, in microseconds.
        every: i64,
        /// How far back it would have to look then, in microseconds.
        lookback: i64,
        /// How far it can.
        most: i64,
    },
    /// It runs less often than Defender runs anything.
    TooSeldom {
        /// How often, in microseconds.
        every: i64,
        /// The least often that Defender runs a detection, in microseconds.
        most: i64,
    },
    /// Nothing that an alert may be about.
    NoEntity,
    /// Columns in the title of alerts.
    AlertTitleColumns {
        /// How many different ones.
        columns: usize,
    },
    /// A brace in the title of alerts that would be taken for a column's.
    AlertTitleBraces,
    /// A column that Defender has a meaning of its own for.
    ColumnTaken {
        /// Its name.
        column: String,
    },
    /// Two rules with one id.
    SameId {
        /// The id.
        id: String,
        /// The rule that has it too.
        other: String,
    },
    /// It runs less often than it says.
    RunsLessOften {
        /// How often it says, in microseconds.
        every: i64,
        /// How often it runs, in microseconds.
        instead: i64,
        /// Why.
        because: Because,
    },
    /// Alerts are not kept back.
    NoSuppression,
    /// Alerts are grouped by Defender alone.
    NoGrouping,
    /// Nothing is done about an alert.
    NoResponse {
        /// What would be, in the language's word.
        response: &'static str,
    },
    /// A detection has one tactic.
    OneTactic {
        /// The one that it has.
        tactic: &'static str,
        /// The techniques that do not serve it.
        left_out: Vec<String>,
    },
    /// An entity that nothing in a row identifies.
    EntityLeftOut {
        /// `Account`
        kind: &'static str,
        /// Its columns.
        columns: Vec<String>,
    },
}

/// Why a rule runs less often than it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// Nothing runs so often, or between two minutes.
    NotSoOften,
    /// Over Defender's own tables there are four frequencies.
    FourFrequencies,
    /// What runs so often does not look back so far, in microseconds.
    LookBack(i64),
    /// Near real time is for a part of KQL only.
    NearRealTime,
}

/// How many different columns a title or description may have.
pub const MOST_TITLE_COLUMNS: usize = 3;

impl DetectionError {
    /// The diagnostic for people, at a place in the rule's file.
    pub fn at(self, plan: &Plan, span: Span) -> Diagnostic {
        let place = Place { source: plan.source, span };
        let (code, message, label, help) = self.say();
        Diagnostic::new(code, message, vec![Label { place, text: label }], Some(help))
    }

    fn say(&self) -> (Code, String, String, String) {
        match self {
            Self::LooksBackTooFar { every, lookback, most } => (
                Code::E0631,
                format!(
                    "run every {}, the rule looks back {}, and Defender XDR looks back {} at most",
                    Length(*every),
                    Length(*lookback),
                    Length(*most)
                ),
                "this rule's schedule, delay and window together".to_owned(),
                "shorten its window, history or delay".to_owned(),
            ),
            Self::TooSeldom { every, most } => (
                Code::E0631,
                format!(
                    "the rule runs every {}, and Defender XDR runs detections every {} at least",
                    Length(*every),
                    Length(*most)
                ),
                "this rule's schedule".to_owned(),
                format!("write `schedule every {}`", Length(*most)),
            ),
            Self::NoEntity => (
                Code::E0632,
                "the alert is not about an account, a host, a mailbox or an address".to_owned(),
                "Defender XDR takes no detection without one".to_owned(),
                "show the user's name or id, or an address, and name it: `entity account(user)`".to_owned(),
            ),
            Self::AlertTitleColumns { columns } => (
                Code::E0633,
                format!("the title of alerts has {columns} columns, and Defender XDR takes {MOST_TITLE_COLUMNS}"),
                "this title".to_owned(),
                "name fewer columns; `detail` shows the others beside the alert".to_owned(),
            ),
            Self::AlertTitleBraces => (
                Code::E0633,
                "the title of alerts has `{{` or `}}` in its text, which Defender XDR reads as a column".to_owned(),
                "this title".to_owned(),
                "write it without doubled braces".to_owned(),
            ),
            Self::ColumnTaken { column } => (
                Code::E0635,
                format!("the column `{column}` has a meaning of its own in Defender XDR"),
                "this rule's columns".to_owned(),
                format!("give the column another name than `{column}`"),
            ),
            Self::SameId { id, other } => (
                Code::E0636,
                format!("the rule has the same id as `{other}`: {id}"),
                "deployed twice, only one would be left".to_owned(),
                "give one of them an id of its own, or none".to_owned(),
            ),
            Self::RunsLessOften { every, instead, because } => less_often(*every, *instead, *because),
            Self::NoSuppression => (
                Code::W0922,
                "Defender XDR keeps no alerts back".to_owned(),
                "not in the detection".to_owned(),
                "Defender XDR puts alerts with the same entities and details together by itself".to_owned(),
            ),
            Self::NoGrouping => (
                Code::W0922,
                "Defender XDR groups alerts to incidents by rules of its own".to_owned(),
                "not in the detection".to_owned(),
                "alerts with entities in common come into one incident".to_owned(),
            ),
            Self::NoResponse { response } => (
                Code::W0922,
                format!("Defender XDR cannot do `{response}` in a detection over the logs of Sentinel"),
                "not in the detection".to_owned(),
                "its actions on users need Defender's own tables; let an automation rule run a playbook that revokes sessions"
                    .to_owned(),
            ),
            Self::OneTactic { tactic, left_out } => (
                Code::W0923,
                format!("Defender XDR takes one tactic, and gets {tactic}"),
                format!("without {}", left_out.join(", ")),
                "the techniques that do not serve this tactic are not in the detection".to_owned(),
            ),
            Self::EntityLeftOut { kind, columns } => (
                Code::W0924,
                format!("Defender XDR cannot tell the {} by `{}`", kind.to_lowercase(), columns.join("`, `")),
                "not in the detection".to_owned(),
                "it knows accounts by their user name or their id in Entra".to_owned(),
            ),
        }
    }
}

fn less_often(every: i64, instead: i64, because: Because) -> (Code, String, String, String) {
    let message = format!("in Defender XDR the rule runs every {}, not every {}", Length(instead), Length(every));
    let help = match because {
        Because::NotSoOften => "detections run in whole minutes, every 5 at the most often".to_owned(),
        Because::FourFrequencies => {
            "detections over Defender's own tables run every hour, 3, 12 or 24 hours, and look back 4 or 12 hours, 2 or 30 days"
                .to_owned()
        }
        Because::LookBack(most) => {
            format!("a detection that runs so often looks back {} at most, which this rule goes beyond", Length(most))
        }
        Because::NearRealTime => {
            "its near real time takes a part of KQL only, without functions that this query needs; nothing is lost, alerts come later"
                .to_owned()
        }
    };
    (Code::W0921, message, "this rule's schedule".to_owned(), help)
}
