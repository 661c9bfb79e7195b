//! What can be wrong with what a rule says about the detection that is made of it, and how it is said.

use crate::diagnostic::Code;
use crate::plan::deploy::EntityKind;
use crate::source::{Place, Span};

use super::super::error::{CheckErrorKind, one_of};
use super::super::wording::Wording;

/// What is wrong.
#[derive(Debug)]
pub enum DeployError {
    /// A name in `group by` that is neither an entity nor a detail of the rule.
    UnknownGroup { name: String, kind: Option<EntityKind>, suggestion: Option<String>, known: Vec<String> },
    /// `group by entities` without entities.
    NoEntities,
    /// Columns that do not identify one entity together.
    Columns { kind: EntityKind, why: Mismatch, first: Span },
    /// A detail with a name that products do not take.
    DetailName { name: String, longest: usize },
    /// More details than products take.
    TooManyDetails { count: usize, most: usize },
    /// A word twice in one clause.
    NamedTwice { what: &'static str, name: String, first: Span },
    /// A title of alerts with nothing in it.
    EmptyTitle,
    /// `{{user}}`, `$user$`: a column as other products write it.
    OtherBraces { column: String, written: String },
    /// A rule that needs more than the events of the last minute.
    NotNearRealTime { because: &'static str, other: Option<Span> },
    /// A response without a user that it could be for.
    NoAccount(&'static str),
    /// `suppress` per key in a rule that has none.
    SuppressWithoutKey,
}

/// Why columns do not identify one entity together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// Two of them are the same kind of identifier.
    Twice,
    /// One is a set: several entities.
    Set,
}

impl From<DeployError> for CheckErrorKind {
    fn from(error: DeployError) -> Self {
        Self::Deploy(error)
    }
}

/// The wording; other places are in the same file.
pub fn wording(error: DeployError, place: Place) -> Wording {
    use DeployError as Kind;
    let here = |span| Place { source: place.source, span };
    match error {
        Kind::UnknownGroup { name, kind, suggestion, known } => {
            let wording = Wording::new(
                Code::E0213,
                format!("`{name}` is neither an entity nor a detail of the rule"),
                "nothing that alerts have",
            );
            match kind {
                Some(kind) => wording.help(format!("name its columns: `entity {}(…)`", kind.word())),
                None => wording.suggest(suggestion, || match known.as_slice() {
                    [] => "add it with `entity` or `detail`, or write `group all within …`".to_owned(),
                    known => format!("one of {}, or add it with `detail`", one_of(known)),
                }),
            }
        }
        Kind::NoEntities => Wording::new(Code::E0213, "the rule has no entities", "nothing that alerts have")
            .help("name them: `entity account(user), ip(ip)`"),
        Kind::Columns { kind, why, first } => columns(kind, why).also(here(first), "first column"),
        Kind::DetailName { name, longest } => {
            let text = if name.len() > longest {
                format!("`{name}` has {} characters, and the name of a detail has at most {longest}", name.len())
            } else {
                format!("`{name}` does not begin with a letter")
            };
            Wording::new(Code::E0508, text, "not the name of a detail")
                .help("write `name = column`, the name with a letter first and at most 20 letters, digits and `_`")
        }
        Kind::TooManyDetails { count, most } => {
            Wording::new(Code::E0415, format!("the rule has {count} details, and alerts take {most}"), "one too many")
                .help("leave out what an analyst does not need at first sight")
        }
        Kind::NamedTwice { what, name, first } => {
            Wording::new(Code::E0416, format!("the {what} `{name}` stands twice"), "second time")
                .help("keep one of them")
                .also(here(first), "first time")
        }
        Kind::EmptyTitle => Wording::new(Code::E0507, "the title of the alerts is empty", "nothing to show")
            .help("say what an alert is about: `alert_title \"Token of {user}\"`, or leave it out"),
        Kind::OtherBraces { column, written } => {
            Wording::new(Code::E0507, format!("`{written}` does not show the column `{column}`"), "in this text")
                .help(format!("write `{{{column}}}`; the packages spell it as each product wants"))
        }
        Kind::NotNearRealTime { because, other } => {
            let wording = Wording::new(
                Code::E0413,
                "the rule cannot run near real time",
                "sees only the events that arrived in the last minute",
            );
            let wording = wording.help("write `schedule every 5m`, or a rule of single events");
            match other {
                Some(span) => wording.also(here(span), because),
                None => wording,
            }
        }
        Kind::NoAccount(response) => {
            Wording::new(Code::E0414, format!("`{response}` needs an account"), "whose sessions?")
                .help("show a user name or user id, and name it: `entity account(user)`")
        }
        Kind::SuppressWithoutKey => {
            Wording::new(Code::E0417, "`suppress` is per key, and the rule has none", "of which alerts?").help(
                "write `suppress all …` to keep every alert of the rule back after one, or leave it out: each is of its own",
            )
        }
    }
}

fn columns(kind: EntityKind, why: Mismatch) -> Wording {
    let word = kind.word();
    let wording =
        Wording::new(Code::E0313, format!("the columns do not identify one `{word}` together"), "a second column");
    match (why, kind) {
        (Mismatch::Set, _) => wording
            .label("a set")
            .help(format!("a set holds several entities: write each column on its own, `{word}(a), {word}(b)`")),
        (Mismatch::Twice, EntityKind::Account | EntityKind::Host | EntityKind::CloudApplication) => wording
            .help(format!("one `{word}` has an id and a name at most: write `{word}(a), {word}(b)` for two of them")),
        (Mismatch::Twice, EntityKind::Ip | EntityKind::Mailbox | EntityKind::Url) => {
            wording.help(format!("each is an entity of its own: write `{word}(a), {word}(b)`"))
        }
    }
}
