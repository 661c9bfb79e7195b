//! What templates cannot deploy, and how it is said. One match holds all the wording.

use super::{MOST_BYTES, MOST_BYTES_OF_RESOURCE, MOST_PARAMETERS, MOST_RESOURCES};
use crate::diagnostic::{Code, Diagnostic, Label};
use crate::plan::Plan;
use crate::source::{Place, Span};

/// What keeps a rule out of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateError {
    /// A list that is longer than a resource may be.
    ListTooLong {
        /// Its name.
        list: String,
        /// How many bytes its watchlist has.
        bytes: usize,
    },
    /// `respond revoke_sessions` where the alert does not say whose.
    NobodyToRevoke,
    /// The one template for all rules is full.
    Full {
        /// Of what.
        of: Full,
    },
    /// Another rule's name differs in case only.
    SameName {
        /// The other name.
        other: String,
    },
}

/// What a template has too many of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// Parameters.
    Parameters,
    /// Resources.
    Resources,
    /// Bytes.
    Bytes,
}

impl TemplateError {
    /// The error for people, at a place of the rule.
    pub fn at(self, plan: &Plan, span: Span) -> Diagnostic {
        let (code, message, label, help) = self.say();
        let place = Place { source: plan.source, span };
        Diagnostic::new(code, message, vec![Label { place, text: label }], Some(help))
    }

    fn say(&self) -> (Code, String, String, String) {
        match self {
            Self::ListTooLong { list, bytes } => (
                Code::E0625,
                format!(
                    "the watchlist of `{list}` has {bytes} bytes, and Azure deploys resources of \
                     {MOST_BYTES_OF_RESOURCE} at most"
                ),
                format!("its query reads `{list}` from a watchlist"),
                format!("shorten the list, or keep it as a watchlist of your own: `list {list}: … from watchlist`"),
            ),
            Self::NobodyToRevoke => (
                Code::E0626,
                "an alert of this rule does not say whose sessions to revoke".to_owned(),
                "needs an account".to_owned(),
                "write `entity account` with a column that holds the user's id in Entra or the user principal name"
                    .to_owned(),
            ),
            Self::Full { of } => (
                Code::E0627,
                format!("the template for all rules is full before this one: it has {}", of.what()),
                "not in the template".to_owned(),
                "build without `--one-file`: a template for each rule".to_owned(),
            ),
            Self::SameName { other } => (
                Code::E0628,
                format!("the rule `{other}` has the same name in other letters, and Azure does not tell them apart"),
                "this rule's name".to_owned(),
                "give one of them another name".to_owned(),
            ),
        }
    }
}

impl Full {
    fn what(self) -> String {
        match self {
            Self::Parameters => format!("no room for two more of {MOST_PARAMETERS} parameters"),
            Self::Resources => format!("no room for more of {MOST_RESOURCES} resources"),
            Self::Bytes => format!("no room for more of {MOST_BYTES} bytes"),
        }
    }
}
