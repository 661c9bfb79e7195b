//! Type words, names and values: whether what a catalogue file says is what it must be.

use std::net::IpAddr;
use std::sync::Arc;

use super::node::{Findings, Located};
use crate::catalog::error::{CatalogError, Names, Words};
use crate::types::{EnumType, IdKind, Issuer, Type};

/// The words for types that a field can have.
pub const TYPE_WORDS: &[&str] = &[
    "string", "name", "int", "float", "bool", "time", "ip", "country", "asn", "location", "enum", "token", "session",
    "user", "device", "app", "request",
];

/// Words of the rule language that cannot be a name in a rule.
const RESERVED: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "is",
    "contains",
    "starts_with",
    "ends_with",
    "matches",
    "true",
    "false",
    "from",
    "where",
    "by",
    "within",
    "per",
    "when",
    "consecutive",
    "sequence",
    "unless",
    "show",
];

/// The type of a word: `provider` issues its identifiers, `values` are an enum's.
pub fn field_type(word: &str, field: &str, provider: &Arc<str>, values: &[String]) -> Option<Type> {
    let id = |kind| Type::Id(kind, Issuer::One(Arc::clone(provider)));
    Some(match word {
        "string" => Type::String,
        "name" => Type::Name,
        "int" => Type::Int,
        "float" => Type::Float,
        "bool" => Type::Bool,
        "time" => Type::Time,
        "ip" => Type::Ip,
        "country" => Type::Country,
        "asn" => Type::Asn,
        "location" => Type::Location,
        "enum" => Type::Enum(Arc::new(EnumType { name: field.to_owned(), values: values.to_vec() })),
        "token" => id(IdKind::Token),
        "session" => id(IdKind::Session),
        "user" => id(IdKind::User),
        "device" => id(IdKind::Device),
        "app" => id(IdKind::App),
        "request" => id(IdKind::Request),
        _ => return None,
    })
}

/// Reports a word that is not a type.
pub fn check_type_word(word: &Located<String>, findings: &mut Findings) -> bool {
    let known = TYPE_WORDS.contains(&word.value.as_str());
    if !known {
        let words = TYPE_WORDS.iter().map(|word| (*word).to_owned()).collect();
        let (place, word) = (word.place, word.value.clone());
        findings.report(CatalogError::UnknownWord { place, word, set: Words::FieldType, words });
    }
    known
}

/// Whether a text from a catalogue file is a value of a type.
pub fn fits(text: &str, ty: &Type) -> bool {
    match ty {
        Type::String | Type::Name | Type::Id(..) => !text.is_empty(),
        Type::Enum(words) => words.values.iter().any(|word| word == text),
        Type::Int | Type::Asn => text.parse::<i64>().is_ok(),
        Type::Float => text.parse::<f64>().is_ok_and(f64::is_finite),
        Type::Bool => matches!(text, "true" | "false"),
        Type::Ip => text.parse::<IpAddr>().is_ok(),
        Type::Country => text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()),
        Type::Time => text.parse::<jiff::Timestamp>().is_ok(),
        Type::Location | Type::Cidr | Type::Duration | Type::Distance | Type::Speed | Type::Set(_) => false,
    }
}

/// Reports a name that is not spelled like one.
pub fn check_name(name: &Located<String>, what: Names, findings: &mut Findings) -> bool {
    let good = is_name(&name.value, what);
    if !good {
        findings.report(CatalogError::BadName { place: name.place, name: name.value.clone(), what });
    }
    good
}

fn is_name(text: &str, what: Names) -> bool {
    match what {
        Names::Source | Names::View => text.contains('.') && text.split('.').all(is_word),
        Names::Field | Names::Provider | Names::EnumValue => is_word(text) && !RESERVED.contains(&text),
        Names::Table | Names::Column | Names::Macro => {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
        }
        Names::Connector => {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-()".contains(&byte))
                && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
        }
    }
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
}
