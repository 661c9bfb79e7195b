//! What can be wrong with a settings file, and the one place where that becomes words.

use crate::diagnostic::{Code, Diagnostic, Label};
use crate::source::Place;

/// Something wrong with a settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsError {
    /// The text is no TOML.
    Toml { place: Place, message: String },
    /// A key that means nothing there.
    UnknownKey { place: Place, key: String, near: Option<String>, known: &'static [&'static str] },
    /// A text where a table must stand, and the like.
    WrongKind { place: Place, expected: &'static str, found: &'static str },
    /// A text that is no length of time.
    BadDuration { place: Place, text: String },
    /// A key that must be there and is not.
    Missing { place: Place, key: &'static str },
    /// A table or macro that is not spelled like one.
    BadName { place: Place, name: String },
    /// A text that is not what its key wants.
    BadText { place: Place, text: String, what: &'static str, help: &'static str },
    /// A severity for something that is no warning.
    NotAWarning { place: Place, word: String, code: Option<Code>, near: Option<String> },
    /// A severity that there is not.
    BadLevel { place: Place, word: String },
    /// `--env` names an environment that is not there.
    UnknownEnvironment { place: Place, name: String, near: Option<String>, known: Vec<String>, has_file: bool },
}

impl SettingsError {
    /// The mistake in words.
    pub fn diagnostic(self) -> Diagnostic {
        let (code, place, message, label, help) = match self {
            Self::Toml { place, message } => {
                let message = message.lines().collect::<Vec<_>>().join(", ");
                (Code::E1004, place, format!("the settings are not valid TOML: {message}"), "here", None)
            }
            Self::UnknownKey { place, key, near, known } => {
                let help = near.map_or_else(|| format!("one of {}", words(known)), |near| did_you_mean(&near));
                (Code::E1005, place, format!("unknown key `{key}`"), "means nothing here", Some(help))
            }
            Self::WrongKind { place, expected, found } => {
                (Code::E1006, place, format!("{expected} is needed here, and this is {found}"), "wrong kind", None)
            }
            Self::BadDuration { place, text } => {
                let help = "write a number and a unit, such as \"90m\", \"4h\" or \"30d\"".to_owned();
                (Code::E1006, place, format!("`{text}` is not a length of time"), "not a length of time", Some(help))
            }
            Self::Missing { place, key } => {
                (Code::E1006, place, format!("the key `{key}` is missing"), "incomplete", Some(format!("add `{key}`")))
            }
            Self::BadName { place, name } => {
                let help = "write letters, digits and underscores, no digit first".to_owned();
                (Code::E1006, place, format!("`{name}` is not a name of a table or macro"), "bad name", Some(help))
            }
            Self::BadText { place, text, what, help } => {
                let label = "not what the key wants";
                (Code::E1006, place, format!("`{text}` is not {what}"), label, Some(help.to_owned()))
            }
            Self::NotAWarning { place, word, code: None, near } => {
                let help = near.map_or_else(
                    || {
                        "the language reference lists the lints, and `tokentrail explain CODE` what one is about"
                            .to_owned()
                    },
                    |near| did_you_mean(&near),
                );
                (Code::E1007, place, format!("there is no code `{word}`"), "unknown code", Some(help))
            }
            Self::NotAWarning { place, code: Some(code), .. } => {
                let message = format!("`{}` ({}) is an error, and errors stay errors", code.id(), code.title());
                let help = "only warnings can be switched off or made errors".to_owned();
                (Code::E1009, place, message, "no warning", Some(help))
            }
            Self::BadLevel { place, word } => {
                let help = format!("one of {}", words(&super::Level::WORDS));
                (Code::E1006, place, format!("a warning cannot be `{word}`"), "no such severity", Some(help))
            }
            Self::UnknownEnvironment { place, name, near, known, has_file } => {
                let help = match near {
                    Some(near) => did_you_mean(&near),
                    None if !has_file => format!("write a {} with [environments.{name}]", super::FILE_NAME),
                    None if known.is_empty() => format!("add [environments.{name}] to the settings"),
                    None => format!("one of {}", words(&known)),
                };
                (Code::E1007, place, format!("there is no environment `{name}`"), "unknown environment", Some(help))
            }
        };
        Diagnostic::new(code, message, vec![Label { place, text: label.to_owned() }], help)
    }
}

fn did_you_mean(near: &str) -> String {
    format!("did you mean `{near}`?")
}

fn words(words: &[impl AsRef<str>]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    words.join(", ")
}
