//! How a field's value is read from a table's columns: paths, conversions, placeholders, translations.
//!
//! Every value comes out as a scalar of the type that its column has in all legs, so that `union` never splits a column by type.
//! Missing is the empty string for what is held as text and null for everything else.

use indexmap::IndexMap;

use crate::catalog::{
    ADDRESS_PATTERN, Field, GeoAttribute, KqlTable, LogSource, Origin, Otherwise, Path, Presence, Read,
};
use crate::target::quote;
use crate::types::{Issuer, Type};

use super::names::Names;

/// The type of a raw expression over a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Raw {
    Text,
    Dynamic,
    Bool,
    Whole,
    Real,
    Time,
    Timespan,
}

/// The expression of a field that is one column. `None`: it is looked up by address later.
pub fn field(field: &Field, rule_type: &Type, source: &LogSource, names: &Names) -> Option<String> {
    let value = match &field.origin {
        Origin::Constant(text) => typed(text, &field.ty),
        Origin::Read(from) => read(from, &field.ty, field.presence, &source.kql, names),
        Origin::Point { .. } | Origin::Lookup(GeoAttribute::Country | GeoAttribute::City | GeoAttribute::Location) => {
            return None;
        }
    };
    let tagged = matches!(rule_type, Type::Id(_, Issuer::Several));
    Some(if tagged { tag(&value, &source.provider, field.presence) } else { value })
}

/// The expressions of a location: latitude and longitude.
pub fn point(field: &Field, table: &KqlTable, names: &Names) -> Option<[String; 2]> {
    let Origin::Point { latitude, longitude } = &field.origin else { return None };
    Some([latitude, longitude].map(|source| read(source, &Type::Float, field.presence, table, names)))
}

/// The condition for the rows of a table that belong to the source.
pub fn only(table: &KqlTable) -> Vec<String> {
    let test = |(path, values): (&String, &Vec<String>)| {
        let (text, raw) = column(&Path::parse(path), table);
        one_of(&text, raw, values)
    };
    table.only.iter().map(test).collect()
}

/// The value with its provider in front: equal texts of two providers are two identifiers.
fn tag(value: &str, provider: &str, presence: Presence) -> String {
    let tagged = format!("strcat({}, {value})", quote::text(&format!("{provider}:")));
    match presence {
        Presence::Always => tagged,
        Presence::Sometimes => format!("iff(isempty({value}), \"\", {tagged})"),
    }
}

fn read(source: &Read, ty: &Type, presence: Presence, table: &KqlTable, names: &Names) -> String {
    if let Some(translation) = Translation::of(source, ty, presence, table) {
        return finish(translation.call(names), ty);
    }
    let mut values = untranslated(source, ty, table);
    values.extend(source.absent.iter().map(|absent| typed(absent, ty)));
    finish(first_present(&values, ty), ty)
}

/// Folds names and codes of countries, and cuts times to the microsecond that everything is compared in (Kusto's clock ticks ten times as fast).
fn finish(value: String, ty: &Type) -> String {
    match ty {
        Type::Name => format!("tolower({value})"),
        Type::Country => format!("toupper({value})"),
        Type::Time => format!("bin({value}, 1microsecond)"),
        Type::String
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Duration
        | Type::Ip
        | Type::Cidr
        | Type::Asn
        | Type::Location
        | Type::Distance
        | Type::Speed
        | Type::Enum(_)
        | Type::Id(..)
        | Type::Set(_) => value,
    }
}

/// The first present one of values of one type.
fn first_present(values: &[String], ty: &Type) -> String {
    match values {
        [] => missing(ty),
        [one] => one.clone(),
        several => format!("coalesce({})", several.join(", ")),
    }
}

/// The values at the paths, without translation. The address is taken out of the first present text.
fn untranslated(source: &Read, ty: &Type, table: &KqlTable) -> Vec<String> {
    let columns = source.kql.iter().map(|path| column(path, table));
    if source.extract_address {
        let texts: Vec<String> = columns.map(|(text, raw)| cleaned(source, &text, raw)).collect();
        let text = first_present(&texts, &Type::String);
        return vec![format!("extract({}, 1, {text})", quote::regex(ADDRESS_PATTERN))];
    }
    if source.placeholders.is_empty() {
        return columns.map(|(text, raw)| convert(&text, raw, ty)).collect();
    }
    columns.map(|(text, raw)| convert(&cleaned(source, &text, raw), Raw::Text, ty)).collect()
}

/// The text at a path, with placeholders gone.
fn cleaned(source: &Read, text: &str, raw: Raw) -> String {
    let text = as_text(text, raw);
    if source.placeholders.is_empty() {
        return text;
    }
    format!("iff({}, \"\", {text})", one_of(&text, Raw::Text, &source.placeholders))
}

/// The expression of a path and its type.
fn column(path: &Path, table: &KqlTable) -> (String, Raw) {
    let Some((first, rest)) = path.0.split_first() else { return ("\"\"".to_owned(), Raw::Text) };
    let raw = match table.columns.get(first).map(String::as_str) {
        Some("dynamic") => Raw::Dynamic,
        Some("datetime") => Raw::Time,
        Some("int" | "long") => Raw::Whole,
        Some("bool") => Raw::Bool,
        Some("real" | "decimal") => Raw::Real,
        Some("timespan") => Raw::Timespan,
        Some(_) | None => Raw::Text,
    };
    let name = quote::name(first);
    if rest.is_empty() {
        return (name, raw);
    }
    let steps: String = rest.iter().map(|key| quote::step(key)).collect();
    let base = if raw == Raw::Dynamic { name } else { format!("parse_json({})", as_text(&name, raw)) };
    (format!("{base}{steps}"), Raw::Dynamic)
}

fn as_text(text: &str, raw: Raw) -> String {
    match raw {
        Raw::Text => text.to_owned(),
        Raw::Dynamic | Raw::Bool | Raw::Whole | Raw::Real | Raw::Time | Raw::Timespan => format!("tostring({text})"),
    }
}

fn convert(text: &str, raw: Raw, ty: &Type) -> String {
    let call = |function: &str| format!("{function}({text})");
    match (ty, raw) {
        (Type::Int | Type::Asn, _) => call("tolong"),
        (Type::Float | Type::Distance | Type::Speed | Type::Location, Raw::Real)
        | (Type::Bool, Raw::Bool)
        | (Type::Time, Raw::Time)
        | (Type::Duration, Raw::Timespan) => text.to_owned(),
        (Type::Float | Type::Distance | Type::Speed | Type::Location, _) => call("todouble"),
        (Type::Bool, _) => call("tobool"),
        (Type::Time, _) => call("todatetime"),
        (Type::Duration, _) => call("totimespan"),
        (
            Type::String
            | Type::Name
            | Type::Ip
            | Type::Cidr
            | Type::Country
            | Type::Enum(_)
            | Type::Id(..)
            | Type::Set(_),
            _,
        ) => as_text(text, raw),
    }
}

/// How a value is translated: what stands for what, and what is translated.
pub struct Translation {
    subject: String,
    raw: Raw,
    /// Tests of a value and what it becomes; the places of the value are [`VALUE`].
    arms: Vec<(String, String)>,
    last: String,
}

/// The parameter of a translation that is a function.
const VALUE: &str = "value";

impl Translation {
    /// The translation of a field, where it has one that is long enough for a function of its own.
    pub fn function(field: &Field, table: &KqlTable) -> Option<String> {
        let Origin::Read(source) = &field.origin else { return None };
        let translation = Self::of(source, &field.ty, field.presence, table)?;
        translation.is_function().then(|| translation.body())
    }

    fn of(source: &Read, ty: &Type, presence: Presence, table: &KqlTable) -> Option<Self> {
        if source.map.is_empty() && source.otherwise == Otherwise::Same {
            return None;
        }
        let (subject, raw) = subject(source, table);
        let mut arms = Vec::new();
        if let Some(value) = missing_arm(source, presence, ty) {
            let test = if raw == Raw::Text { "isempty" } else { "isnull" };
            arms.push((format!("{test}({VALUE})"), value));
        }
        let mut groups: IndexMap<&String, Vec<String>> = IndexMap::new();
        for (key, value) in &source.map {
            if source.otherwise != Otherwise::Text(value.clone()) {
                groups.entry(value).or_default().push(key.clone());
            }
        }
        arms.extend(groups.iter().map(|(value, keys)| (one_of(VALUE, raw, keys), typed(value, ty))));
        let last = match &source.otherwise {
            Otherwise::Same => convert(VALUE, raw, ty),
            Otherwise::Missing => missing(ty),
            Otherwise::Text(text) => typed(text, ty),
        };
        Some(Self { subject, raw, arms, last })
    }

    /// A test of more than one kind reads better, and is written once for all legs, as a function.
    fn is_function(&self) -> bool {
        self.arms.len() > 1
    }

    fn body(&self) -> String {
        let ty = match self.raw {
            Raw::Whole => "long",
            Raw::Bool => "bool",
            Raw::Text | Raw::Dynamic | Raw::Real | Raw::Time | Raw::Timespan => "string",
        };
        let arms: Vec<String> = self.arms.iter().map(|(test, value)| format!("{test}, {value}")).collect();
        let body = format!("case({}, {})", arms.join(", "), self.last);
        if body.len() <= WIDTH {
            return format!("({VALUE}: {ty}) {{ {body} }}");
        }
        format!("({VALUE}: {ty}) {{\n    case(\n        {},\n        {})\n}}", arms.join(",\n        "), self.last)
    }

    fn call(&self, names: &Names) -> String {
        match self.arms.as_slice() {
            [] => self.in_place(&self.last),
            [(test, value)] => format!("iff({}, {value}, {})", self.in_place(test), self.in_place(&self.last)),
            _ => format!("{}({})", names.translation(&self.body()).unwrap_or_default(), self.subject),
        }
    }

    /// What was written for [`VALUE`], for what is translated. The value stands at the start, or in a call of its own.
    fn in_place(&self, text: &str) -> String {
        for function in ["isempty", "isnull", "tostring", "tolong", "todouble", "tobool", "todatetime", "totimespan"] {
            if text == format!("{function}({VALUE})") {
                return format!("{function}({})", self.subject);
            }
        }
        match text.strip_prefix(VALUE) {
            Some(rest) => format!("{}{rest}", self.subject),
            None => text.to_owned(),
        }
    }
}

/// The widest translation that stands on one line.
const WIDTH: usize = 90;

/// What is translated. A whole number or truth value in a column of its own is compared as such, all else as text.
fn subject(source: &Read, table: &KqlTable) -> (String, Raw) {
    if let [path] = source.kql.as_slice() {
        let (text, raw) = column(path, table);
        let typed = match raw {
            Raw::Whole => source.map.keys().all(|key| key.parse::<i64>().is_ok()),
            Raw::Bool => source.map.keys().all(|key| key.parse::<bool>().is_ok()),
            Raw::Text | Raw::Dynamic | Raw::Real | Raw::Time | Raw::Timespan => false,
        };
        if typed && source.placeholders.is_empty() {
            return (text, raw);
        }
    }
    let cleaned = source.kql.iter().map(|path| {
        let (text, raw) = column(path, table);
        cleaned(source, &text, raw)
    });
    (first_present(&cleaned.collect::<Vec<_>>(), &Type::String), Raw::Text)
}

/// What a missing value becomes, where that needs an arm of its own.
fn missing_arm(source: &Read, presence: Presence, ty: &Type) -> Option<String> {
    match (&source.otherwise, &source.absent) {
        (Otherwise::Text(text), Some(absent)) if text == absent => None,
        (_, Some(absent)) => Some(typed(absent, ty)),
        (Otherwise::Text(_), None) => (presence == Presence::Sometimes).then(|| missing(ty)),
        // What falls through is missing all the same.
        (Otherwise::Same | Otherwise::Missing, None) => None,
    }
}

fn one_of(subject: &str, raw: Raw, values: &[String]) -> String {
    let literal = |value: &String| match raw {
        Raw::Whole | Raw::Bool | Raw::Real => value.clone(),
        Raw::Text | Raw::Dynamic | Raw::Time | Raw::Timespan => quote::text(value),
    };
    let subject = if raw == Raw::Dynamic { format!("tostring({subject})") } else { subject.to_owned() };
    match values {
        [one] => format!("{subject} == {}", literal(one)),
        several => format!("{subject} in ({})", several.iter().map(literal).collect::<Vec<_>>().join(", ")),
    }
}

/// A text of the catalogue as a literal of a type. What is none of that type is missing.
fn typed(text: &str, ty: &Type) -> String {
    let literal = match ty {
        Type::Name => Some(quote::text(&text.to_lowercase())),
        Type::Int | Type::Asn => text.parse::<i64>().ok().map(|number| number.to_string()),
        Type::Float | Type::Distance | Type::Speed => text.parse::<f64>().ok().map(quote::real),
        Type::Bool => text.parse::<bool>().ok().map(|truth| truth.to_string()),
        Type::Time => text.parse::<jiff::Timestamp>().ok().map(|moment| quote::datetime(moment.as_microsecond())),
        Type::Duration | Type::Location | Type::Set(_) => None,
        Type::String | Type::Ip | Type::Cidr | Type::Country | Type::Enum(_) | Type::Id(..) => Some(quote::text(text)),
    };
    literal.unwrap_or_else(|| missing(ty))
}

/// The missing value of a type.
pub fn missing(ty: &Type) -> String {
    match ty {
        Type::String | Type::Name | Type::Ip | Type::Cidr | Type::Country | Type::Enum(_) | Type::Id(..) => "\"\"",
        Type::Int | Type::Asn => "long(null)",
        Type::Float | Type::Distance | Type::Speed | Type::Location => "real(null)",
        Type::Bool => "bool(null)",
        Type::Time => "datetime(null)",
        Type::Duration => "timespan(null)",
        Type::Set(_) => "dynamic(null)",
    }
    .to_owned()
}
