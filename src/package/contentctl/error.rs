//! What contentctl does not take, and what becomes of it. One match holds all the wording.

use crate::diagnostic::{Code, Diagnostic, Label};
use crate::plan::Plan;
use crate::plan::deploy::Response;
use crate::source::{Place, Span};
use crate::value::Length;

/// Something in a rule that keeps it out of the package, or that is other than written there.
#[derive(Debug)]
pub enum Finding {
    /// Neither the rule nor the package says a day.
    NoDate,
    /// A text is too long.
    TooLong {
        /// Which.
        what: Text,
        /// How many characters it has.
        characters: usize,
        /// How many it may have.
        most: usize,
    },
    /// A part of the version is too large to become a part of a number.
    LargeVersion(String),
    /// Something else in the package has the name.
    NameTaken {
        /// The name.
        name: String,
        /// What has it.
        by: Kind,
    },
    /// An earlier rule has the id.
    IdTaken {
        /// The rule.
        by: String,
    },
    /// A text in the search reads like the use of a lookup.
    ReadsLikeLookup(String),
    /// A title has signs that mark fields.
    Marks {
        /// The sign.
        sign: char,
        /// Where the title stands.
        span: Span,
    },
    /// Splunk's schedules have no such interval.
    OtherSchedule {
        /// How often it runs, in microseconds.
        instead: i64,
    },
    /// Alerts are kept back by field, but delivered together.
    CoarseSuppression,
    /// The response is not deployed.
    NoResponse {
        /// Which.
        response: Response,
        /// Where it is asked for.
        span: Span,
    },
    /// Alerts are not grouped.
    NoGroups(Span),
}

/// A text of a rule with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// The rule's name, as a name of content.
    Name,
    /// What it describes.
    Description,
    /// Who wrote it.
    Author,
}

/// What content there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Of a rule.
    Detection,
    /// Of a source.
    Macro,
    /// By which a rule's alerts are filtered.
    FilterMacro,
    /// Of a list.
    Lookup,
    /// Of a source, too.
    DataSource,
    /// Of the package.
    Story,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Detection => "another rule",
            Self::Macro => "a macro",
            Self::FilterMacro => "a rule's filter",
            Self::Lookup => "a lookup",
            Self::DataSource => "a data source",
            Self::Story => "the package's analytic story",
        }
    }
}

impl Finding {
    /// The finding for people, at its place in the rule.
    #[must_use]
    pub fn diagnostic(self, plan: &Plan) -> Diagnostic {
        let (code, span, message, label, help) = self.say(plan);
        let place = Place { source: plan.source, span };
        Diagnostic::new(code, message, vec![Label { place, text: label.to_owned() }], Some(help))
    }

    fn say(&self, plan: &Plan) -> (Code, Span, String, &'static str, String) {
        match self {
            Self::NoDate => (
                Code::E0651,
                plan.name_span,
                "contentctl takes no detection without a day".to_owned(),
                "without `date`",
                "write `date 2026-01-31` in the rule, or `date` for all rules in the settings' `[package]`".to_owned(),
            ),
            Self::TooLong { what, characters, most } => too_long(*what, *characters, *most, plan),
            Self::LargeVersion(part) => (
                Code::E0653,
                plan.clause("version"),
                format!("contentctl's versions are whole numbers, and `{part}` does not fit into its part of one"),
                "too large",
                "keep each part of the version below 1000".to_owned(),
            ),
            Self::NameTaken { name, by } => (
                Code::E0654,
                plan.name_span,
                format!("the package already has `{name}`, the name of {}", by.word()),
                "brings the same name",
                "name the rule, its list or the package otherwise; letter case does not tell names apart".to_owned(),
            ),
            Self::IdTaken { by } => (
                Code::E0657,
                plan.clause("id"),
                format!("rule `{by}` has this id"),
                "an id is one rule's alone",
                "give the rule an id of its own, or none".to_owned(),
            ),
            Self::ReadsLikeLookup(name) => (
                Code::E0655,
                plan.name_span,
                format!("contentctl takes the text `lookup {name}` in the search for the use of a lookup"),
                "has such a text",
                "write the text in another way, such as a pattern with `lookup\\s`".to_owned(),
            ),
            Self::Marks { sign, span } => (
                Code::E0656,
                *span,
                format!("in the titles of Splunk's notables `{sign}` marks a field"),
                "with this sign",
                format!("leave out `{sign}`"),
            ),
            Self::OtherSchedule { instead } => (
                Code::W0941,
                plan.clause("schedule"),
                format!(
                    "Splunk's schedules cannot run every {}: the search runs every {}",
                    Length(plan.schedule.every),
                    Length(*instead)
                ),
                "more often there",
                "nothing is lost or repeated; write what divides an hour or a day to run as written".to_owned(),
            ),
            Self::CoarseSuppression => (
                Code::W0942,
                plan.clause("suppress"),
                "contentctl makes searches whose alerts are delivered together, and Splunk keeps them back together"
                    .to_owned(),
                "may keep back alerts of other keys",
                "set `alert.digest_mode = 0` on the deployed search, or leave out `suppress`".to_owned(),
            ),
            Self::NoResponse { response, span } => (
                Code::W0943,
                *span,
                format!("contentctl deploys no responses: `{}` is left out", response.word()),
                "not in the package",
                "start it from the notable, in Splunk SOAR or by hand".to_owned(),
            ),
            Self::NoGroups(span) => (
                Code::W0943,
                *span,
                "contentctl has nothing that groups notables: each alert is one of its own".to_owned(),
                "not in the package",
                "group them in Splunk Enterprise Security, by an aggregation policy or its findings".to_owned(),
            ),
        }
    }
}

fn too_long(what: Text, characters: usize, most: usize, plan: &Plan) -> (Code, Span, String, &'static str, String) {
    let (span, name, help) = match what {
        Text::Name => (plan.name_span, "rule's name", "shorten it, or the package's `title`, which stands before it"),
        Text::Description => (plan.name_span, "description", "shorten the comment above the rule"),
        Text::Author => (plan.clause("author"), "author", "shorten it"),
    };
    let message = format!("the {name} has {characters} characters, and contentctl takes {most}");
    (Code::E0652, span, message, "too long", help.to_owned())
}
