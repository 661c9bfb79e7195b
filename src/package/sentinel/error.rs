//! What Sentinel's analytics rules cannot hold, and how it is said. One match holds all the wording.

use crate::diagnostic::{Code, Diagnostic, Label};
use crate::plan::Plan;
use crate::source::{Place, Span};
use crate::value::Length;

/// A limit that a rule goes beyond, or a difference between a rule and what is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleError {
    /// The title.
    TitleTooLong {
        /// How long it is, in UTF-16 units.
        characters: usize,
    },
    /// The doc comment with false positives, references, owner and runbook.
    DescriptionTooLong {
        /// How long it is, in UTF-16 units.
        characters: usize,
    },
    /// The version.
    VersionTooLong {
        /// How long it is.
        characters: usize,
    },
    /// The columns in the title of alerts.
    AlertTitleColumns {
        /// How many different ones.
        columns: usize,
    },
    /// The title of alerts.
    AlertTitleTooLong {
        /// How long it is, in UTF-16 units.
        characters: usize,
    },
    /// A brace in the title of alerts that would be taken for a column's.
    AlertTitleBraces,
    /// Entities, counting a set once.
    TooManyEntities {
        /// How many.
        entities: usize,
    },
    /// Details, with those that grouping needs.
    TooManyDetails {
        /// How many.
        details: usize,
    },
    /// The time between two runs.
    NotWholeMinutes {
        /// How long it is, in microseconds.
        every: i64,
    },
    /// A rule that looks back far and runs often.
    TooOften {
        /// How often, in microseconds.
        every: i64,
        /// How far back, in microseconds.
        period: i64,
    },
    /// How long the rule rests, or an incident takes alerts.
    TimeOutOfRange {
        /// `suppress` or `group`.
        what: &'static str,
        /// How long, in microseconds.
        time: i64,
        /// The shortest and the longest, in microseconds.
        range: (i64, i64),
    },
    /// Two rules with one id.
    SameId {
        /// The id.
        id: String,
        /// The rule that has it too.
        other: String,
    },
    /// A table that no data connector is known for.
    NoConnector {
        /// The tables.
        tables: Vec<String>,
    },
    /// Techniques that are not in the table of the repository's checks.
    UnknownTechniques {
        /// Their ids.
        techniques: Vec<String>,
    },
    /// What the YAML format has no place for.
    NoPlaceInYaml {
        /// `suppress`, `group`, `respond`.
        clauses: Vec<&'static str>,
    },
    /// Characters that the repository's checks refuse.
    NotAscii {
        /// The first one.
        character: char,
    },
    /// `suppress` beside `group`.
    GroupedOtherwise,
}

/// The longest title, and the longest title of alerts, in UTF-16 units.
pub const LONGEST_TITLE: usize = 256;
/// The longest description, in UTF-16 units.
pub const LONGEST_DESCRIPTION: usize = 5000;
/// The longest version.
pub const LONGEST_VERSION: usize = 20;
/// How many columns the title of alerts may have.
pub const MOST_TITLE_COLUMNS: usize = 3;
/// How many entities.
pub const MOST_ENTITIES: usize = 10;
/// How many details.
pub const MOST_DETAILS: usize = 20;

impl RuleError {
    /// The finding for people, at a place of the rule.
    pub fn at(self, plan: &Plan, span: Span) -> Diagnostic {
        let (code, message, label, help) = self.say();
        let place = Place { source: plan.source, span };
        Diagnostic::new(code, message, vec![Label { place, text: label }], Some(help))
    }

    #[expect(clippy::too_many_lines, reason = "a flat match that holds all the wording")]
    fn say(&self) -> (Code, String, String, String) {
        match self {
            Self::TitleTooLong { characters } => (
                Code::E0611,
                format!("the title has {characters} characters, and Sentinel takes {LONGEST_TITLE}"),
                "the name of the analytics rule".to_owned(),
                "say it in fewer words, and the rest in the doc comment".to_owned(),
            ),
            Self::DescriptionTooLong { characters } => (
                Code::E0611,
                format!("the description has {characters} characters, and Sentinel takes {LONGEST_DESCRIPTION}"),
                "its doc comment, false positives, references, owner and runbook together".to_owned(),
                "say it in fewer words, or keep the long text behind `runbook`".to_owned(),
            ),
            Self::VersionTooLong { characters } => (
                Code::E0611,
                format!("the version has {characters} characters, and Sentinel's repository takes {LONGEST_VERSION}"),
                "the version of the analytics rule".to_owned(),
                "count in smaller numbers".to_owned(),
            ),
            Self::AlertTitleColumns { columns } => (
                Code::E0612,
                format!("the alert title has {columns} columns, and Sentinel takes {MOST_TITLE_COLUMNS}"),
                "the title of each alert".to_owned(),
                "name fewer columns in it, and the others in `detail`".to_owned(),
            ),
            Self::AlertTitleTooLong { characters } => (
                Code::E0612,
                format!("the alert title has {characters} characters, and Sentinel takes {LONGEST_TITLE}"),
                "the title of each alert, with the names of its columns in double braces".to_owned(),
                "say it in fewer words".to_owned(),
            ),
            Self::AlertTitleBraces => (
                Code::E0612,
                "the alert title has braces of its own, which Sentinel takes for those of a column".to_owned(),
                "the title of each alert".to_owned(),
                "use other brackets".to_owned(),
            ),
            Self::TooManyEntities { entities } => (
                Code::E0613,
                format!("the rule has {entities} entities, and Sentinel takes {MOST_ENTITIES}"),
                "one too many from here on".to_owned(),
                "name the columns that matter most, and the others in `detail`".to_owned(),
            ),
            Self::TooManyDetails { details } => (
                Code::E0614,
                format!("the rule has {details} details, and Sentinel takes {MOST_DETAILS}"),
                "one too many from here on: suppression by key needs the key among them".to_owned(),
                "name fewer columns: the row of each alert has them all".to_owned(),
            ),
            Self::NotWholeMinutes { every } => (
                Code::E0615,
                format!("the rule runs every {}, and Sentinel counts in whole minutes", Length(*every)),
                "this rule's schedule".to_owned(),
                "write whole minutes".to_owned(),
            ),
            Self::TooOften { every, period } => (
                Code::E0615,
                format!(
                    "the rule looks back {} every {}, and Sentinel runs rules that look back two days or more once an hour at most",
                    Length(*period),
                    Length(*every)
                ),
                "this rule's schedule".to_owned(),
                "write `schedule every 1h`, or shorten its window or history".to_owned(),
            ),
            Self::TimeOutOfRange { what, time, range: (least, most) } => (
                Code::E0616,
                format!("`{what}` says {}, and Sentinel takes {} to {}", Length(*time), Length(*least), Length(*most)),
                "this length of time".to_owned(),
                "write a length of time within these".to_owned(),
            ),
            Self::SameId { id, other } => (
                Code::E0617,
                format!("the rule has the id of `{other}`, `{id}`"),
                "one of the two would overwrite the other".to_owned(),
                "give it an id of its own, or none: its name then decides".to_owned(),
            ),
            Self::NoConnector { tables } => (
                Code::W0911,
                format!("no data connector is known for {}", list(tables)),
                "Sentinel is not told what this needs".to_owned(),
                "name it in the catalogue: `connector` in `[kql]` of the source".to_owned(),
            ),
            Self::UnknownTechniques { techniques } => (
                Code::W0912,
                format!("the checks of the Azure-Sentinel repository do not know {}", list(techniques)),
                "left out of `relevantTechniques`".to_owned(),
                "name the technique that it was split from as well, where there is one".to_owned(),
            ),
            Self::NoPlaceInYaml { clauses } => (
                Code::W0913,
                format!("Sentinel's YAML has no place for {}", list(clauses)),
                "not in the file".to_owned(),
                "build with `--target sentinel-arm` or `--target bicep`, which have".to_owned(),
            ),
            Self::NotAscii { character } => (
                Code::W0914,
                format!("the file has characters beyond ASCII, such as `{character}`"),
                "the checks of the Azure-Sentinel repository refuse such files; Sentinel itself does not".to_owned(),
                "write the title, the doc comment and lists in ASCII to contribute the rule there".to_owned(),
            ),
            Self::GroupedOtherwise => (
                Code::W0915,
                "Sentinel has one grouping for a rule, and `group` takes it".to_owned(),
                "without effect in Sentinel".to_owned(),
                "leave `group` out, or `suppress`".to_owned(),
            ),
        }
    }
}

/// `A`, `B` and `C`
fn list(names: &[impl AsRef<str>]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}
