//! What keeps a rule out of a Splunk app, or makes it something else there. One match holds all the wording.

use crate::diagnostic::{Code, Diagnostic, Label};
use crate::package::cron;
use crate::plan::Plan;
use crate::source::{Place, Span};
use crate::value::Length;

/// The longest name of a search: Enterprise Security takes no longer one for a correlation search.
pub const LONGEST_NAME: usize = 99;

/// What can stand between a rule and a Splunk app.
#[derive(Debug)]
pub enum SplunkError {
    /// The name of its search is too long.
    NameTooLong {
        /// The name.
        name: String,
    },
    /// Cron has no such period.
    NoCron {
        /// How often it would have to run, in microseconds.
        every: i64,
    },
    /// Two macros of one name.
    MacroTaken {
        /// Its name.
        name: String,
        /// What else has it.
        by: String,
    },
    /// Splunk makes no incidents of alerts.
    Grouped {
        /// Where the rule asks for it.
        span: Span,
    },
    /// Splunk has nothing that does it.
    Response {
        /// What.
        word: &'static str,
        /// Where the rule asks for it.
        span: Span,
    },
}

impl SplunkError {
    /// For people, at its place in the rule.
    pub fn diagnostic(&self, plan: &Plan) -> Diagnostic {
        let (code, span, message, label, help) = self.say(plan);
        let place = Place { source: plan.source, span };
        Diagnostic::new(code, message, vec![Label { place, text: label.to_owned() }], Some(help))
    }

    fn say(&self, plan: &Plan) -> (Code, Span, String, &'static str, String) {
        match self {
            Self::NameTooLong { name } => (
                Code::E0641,
                plan.name_span,
                format!(
                    "the name of the search has {} characters, and Splunk Enterprise Security takes {LONGEST_NAME}",
                    name.chars().count()
                ),
                "this rule's name is in it",
                format!("shorten it, or `name` under `[package]` in the settings: `{name}`"),
            ),
            Self::NoCron { every } => (
                Code::E0642,
                plan.clause("schedule"),
                format!("Splunk runs searches by cron, which cannot run one every {}", Length(*every)),
                "this rule's schedule",
                format!("write `schedule every {}`", Length(cron::next_shorter(*every))),
            ),
            Self::MacroTaken { name, by } => (
                Code::E0643,
                plan.name_span,
                format!("the app would define the macro `{name}` twice"),
                "for this rule",
                format!("{by} has the same name: rename one of them"),
            ),
            Self::Grouped { span } => (
                Code::W0931,
                *span,
                "Splunk does not group alerts into incidents by rule".to_owned(),
                "left out of the app",
                "group findings in Enterprise Security's own settings, or use `suppress`".to_owned(),
            ),
            Self::Response { word, span } => (
                Code::W0932,
                *span,
                format!("Splunk has no response `{word}` of its own"),
                "left out of the app",
                "add an adaptive response or a SOAR playbook that does it to the search".to_owned(),
            ),
        }
    }
}
