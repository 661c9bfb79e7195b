//! What can be wrong with a catalogue file, and the one place where that becomes words.

use crate::diagnostic::{Code, Diagnostic, Label, suggest};
use crate::source::Place;

/// Something wrong with a catalogue file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CatalogError {
    /// The text is no TOML.
    Toml {
        /// Where.
        place: Place,
        /// What the TOML reader says.
        message: String,
    },
    /// A key that means nothing there.
    UnknownKey {
        /// The key.
        place: Place,
        /// Its text.
        key: String,
        /// The known key that was probably meant.
        near: Option<String>,
        /// The keys that mean something there.
        known: Vec<String>,
    },
    /// A text where a table must stand, and the like.
    WrongKind {
        /// The value.
        place: Place,
        /// What must stand there.
        expected: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// A `delay` that is no length of time.
    BadDelay {
        /// The value.
        place: Place,
        /// Its text.
        text: String,
    },
    /// Keys that must be there and are not.
    Missing {
        /// What lacks them.
        place: Place,
        /// The keys.
        keys: Vec<String>,
        /// What it is: `the source`, `the shape`, `the field`, `the shared field`.
        what: &'static str,
        /// Its name; empty when it has none.
        name: String,
    },
    /// A word that is none of a few.
    UnknownWord {
        /// The word.
        place: Place,
        /// Its text.
        word: String,
        /// What it should be.
        set: Words,
        /// All of them.
        words: Vec<String>,
    },
    /// A path without a key, or with an empty one.
    BadPath {
        /// The path.
        place: Place,
        /// Its text.
        path: String,
    },
    /// A name that is not spelled like one.
    BadName {
        /// The name.
        place: Place,
        /// Its text.
        name: String,
        /// What it names.
        what: Names,
    },
    /// A view or `extends` names a source that is not there.
    UnknownSource {
        /// The name.
        place: Place,
        /// Its text.
        name: String,
        /// The source that was probably meant.
        near: Option<String>,
    },
    /// The same name twice.
    DefinedTwice {
        /// The second.
        place: Place,
        /// The first, unless it is built in.
        first: Option<Place>,
        /// What is defined: `source`, `view`, `shared field`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A constant, or what a map gives, that the field's type does not have.
    NotOfType {
        /// The value.
        place: Place,
        /// Its text.
        value: String,
        /// The field.
        field: String,
        /// Its type.
        ty: String,
        /// The enum's word that was probably meant.
        near: Option<String>,
    },
    /// A field whose value would come from two places.
    TwoOrigins {
        /// The field.
        place: Place,
        /// Its name.
        field: String,
        /// The keys that contradict each other.
        keys: Vec<&'static str>,
    },
    /// A key that a field of that type cannot have.
    NotForType {
        /// The field.
        place: Place,
        /// The field.
        field: String,
        /// The key.
        key: &'static str,
        /// The field's type.
        ty: String,
    },
    /// A source gives a shared field another type.
    SharedType {
        /// The type.
        place: Place,
        /// The field.
        field: String,
        /// The type that all sources share.
        ty: String,
    },
    /// A shape that every record would have.
    OpenShape {
        /// The shape.
        place: Place,
    },
    /// Look-ups in a source that has no address.
    NoAddress {
        /// The source.
        place: Place,
        /// The fields that are looked up.
        fields: Vec<String>,
    },
}

/// Sets of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Types of fields.
    FieldType,
    /// Types of columns in Log Analytics.
    ColumnType,
    /// `always`, `sometimes`, `never`.
    Presence,
    /// `raw`, `kql`.
    PathSet,
    /// `country`, `city`, `location`.
    Lookup,
}

impl Words {
    fn noun(self) -> &'static str {
        match self {
            Self::FieldType => "type of a field",
            Self::ColumnType => "type of a column",
            Self::Presence => "presence",
            Self::PathSet => "set of paths",
            Self::Lookup => "look-up",
        }
    }
}

/// Things with names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// A source.
    Source,
    /// A view.
    View,
    /// A field.
    Field,
    /// An identity provider.
    Provider,
    /// A word of an enum.
    EnumValue,
    /// A table in Log Analytics.
    Table,
    /// A column in Log Analytics.
    Column,
    /// A search macro in Splunk.
    Macro,
    /// A data connector of Sentinel.
    Connector,
}

impl Names {
    fn noun(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::View => "view",
            Self::Field => "field",
            Self::Provider => "provider",
            Self::EnumValue => "enum value",
            Self::Table => "table",
            Self::Column => "column",
            Self::Macro => "search macro",
            Self::Connector => "data connector",
        }
    }

    fn article(self) -> &'static str {
        match self {
            Self::EnumValue => "an",
            Self::Source
            | Self::View
            | Self::Field
            | Self::Provider
            | Self::Table
            | Self::Column
            | Self::Macro
            | Self::Connector => "a",
        }
    }

    fn rule(self) -> &'static str {
        match self {
            Self::Source | Self::View => "lower-case words joined by dots, such as `entra.signin`",
            Self::Field | Self::Provider | Self::EnumValue => {
                "lower-case letters, digits and underscores, a letter first, and no word of the language"
            }
            Self::Table | Self::Column | Self::Macro => "letters, digits and underscores, no digit first",
            Self::Connector => "the id of a Sentinel data connector, letters and digits such as `AzureActiveDirectory`",
        }
    }
}

/// The parts of a diagnostic, before its place is attached.
struct Parts {
    code: Code,
    message: String,
    label: String,
    help: Option<String>,
}

impl CatalogError {
    /// The place of the mistake.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Self::Toml { place, .. }
            | Self::UnknownKey { place, .. }
            | Self::WrongKind { place, .. }
            | Self::BadDelay { place, .. }
            | Self::Missing { place, .. }
            | Self::UnknownWord { place, .. }
            | Self::BadPath { place, .. }
            | Self::BadName { place, .. }
            | Self::UnknownSource { place, .. }
            | Self::DefinedTwice { place, .. }
            | Self::NotOfType { place, .. }
            | Self::TwoOrigins { place, .. }
            | Self::NotForType { place, .. }
            | Self::SharedType { place, .. }
            | Self::OpenShape { place }
            | Self::NoAddress { place, .. } => *place,
        }
    }

    /// The mistake in words.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let Parts { code, message, label, help } = self.parts();
        let mut labels = vec![Label { place: self.place(), text: label }];
        if let Self::DefinedTwice { first: Some(first), .. } = self {
            labels.push(Label { place: *first, text: "defined here first".to_owned() });
        }
        Diagnostic::new(code, message, labels, help)
    }

    fn parts(&self) -> Parts {
        let parts = |code, message, label: &str, help| Parts { code, message, label: label.to_owned(), help };
        match self {
            Self::Toml { message, .. } => {
                let message = format!("the catalogue file is not valid TOML: {}", one_line(message));
                parts(Code::E0701, message, "here", None)
            }
            Self::UnknownKey { key, near, known, .. } => {
                let help = near.as_ref().map_or_else(|| one_of(known), |near| did_you_mean(near));
                parts(Code::E0702, format!("unknown key `{key}`"), "means nothing here", Some(help))
            }
            Self::WrongKind { expected, found, .. } => {
                let message = format!("expected {expected}, found {found}");
                parts(Code::E0703, message, "wrong kind of value", None)
            }
            Self::BadDelay { text, .. } => {
                let help = "write whole minutes, hours or days, such as `30m`, `2h` or `1d`".to_owned();
                parts(Code::E0703, format!("`{text}` is not a delay"), "not a length of time", Some(help))
            }
            Self::Missing { keys, what, name, .. } => {
                let name = if name.is_empty() { String::new() } else { format!(" `{name}`") };
                let message = format!("{what}{name} lacks {}", list(keys));
                parts(Code::E0704, message, "incomplete", Some(format!("add {}", list(keys))))
            }
            Self::UnknownWord { word, set, words, .. } => {
                let near = suggest::closest(word, words.iter().map(String::as_str));
                let help = near.map_or_else(|| one_of(words), did_you_mean);
                parts(Code::E0705, format!("`{word}` is not a {}", set.noun()), "unknown word", Some(help))
            }
            Self::BadPath { path, .. } => {
                let help = "write keys from the outside in, joined by dots, such as `status.errorCode`".to_owned();
                parts(Code::E0706, format!("`{path}` is not a path"), "an empty key", Some(help))
            }
            Self::UnknownSource { name, near, .. } => {
                let help = near.as_ref().map_or_else(
                    || "`tokentrail catalog list` shows the sources".to_owned(),
                    |near| did_you_mean(near),
                );
                parts(Code::E0707, format!("unknown source `{name}`"), "no such source", Some(help))
            }
            Self::DefinedTwice { what, name, first, .. } => {
                let help = match first {
                    Some(_) => "put them together, or give one of them another name",
                    None => "the name is built in; choose another one",
                };
                parts(Code::E0708, format!("the {what} `{name}` is defined twice"), "again", Some(help.to_owned()))
            }
            Self::NotOfType { value, field, ty, near, .. } => {
                let message = format!("`{value}` is not a value of the field `{field}`, which is of type {ty}");
                parts(Code::E0709, message, "not of the field's type", near.as_deref().map(did_you_mean))
            }
            Self::BadName { name, what, .. } => {
                let message = format!("`{name}` cannot be the name of {} {}", what.article(), what.noun());
                parts(Code::E0710, message, "not a name", Some(format!("use {}", what.rule())))
            }
            Self::TwoOrigins { field, keys, .. } => {
                let message = format!("the field `{field}` has {}, which exclude each other", list(keys));
                let help = "keep one: `constant`, `lookup`, paths, or `latitude` and `longitude`".to_owned();
                parts(Code::E0711, message, "its value would come from two places", Some(help))
            }
            Self::NotForType { field, key, ty, .. } => {
                let message = format!("`{key}` does not go with the field `{field}`, which is of type {ty}");
                parts(Code::E0711, message, "cannot have this key", Some(for_type(key)))
            }
            Self::SharedType { field, ty, .. } => {
                let message = format!("the field `{field}` is shared by all sources and is of type {ty}");
                let help = "leave the type out, or give the field a name of its own".to_owned();
                parts(Code::E0712, message, "another type", Some(help))
            }
            Self::OpenShape { .. } => {
                let message = "the shape has no condition, so every record would have it".to_owned();
                parts(Code::E0713, message, "no condition", Some("add `equals` or `present`".to_owned()))
            }
            Self::NoAddress { fields, .. } => {
                let message = format!("a look-up of {} needs the field `ip`, which the source lacks", list(fields));
                parts(Code::E0714, message, "without an address", Some("add a field `ip`".to_owned()))
            }
        }
    }
}

fn for_type(key: &str) -> String {
    match key {
        "extract_address" => "only a field of type `ip` takes an address out of a text",
        "lookup" => "a look-up gives a `country`, a `location`, or a city as `name`",
        "latitude" | "longitude" => "only a field of type `location` has coordinates",
        "values" => "only a field of type `enum` has words",
        _ => "a location is read from two paths: `latitude` and `longitude`",
    }
    .to_owned()
}

fn did_you_mean(near: &str) -> String {
    format!("did you mean `{near}`?")
}

fn one_of(words: &[String]) -> String {
    format!("one of {}", list(words))
}

fn list(words: &[impl AsRef<str>]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// The TOML reader's messages may have several lines; a diagnostic's has one.
fn one_line(message: &str) -> String {
    message.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}
