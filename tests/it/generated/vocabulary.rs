//! What generated rules are made of: the fields that logs share, and the values that the made-up events have there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use tokentrail::catalog::Origin;
use tokentrail::engine::event::{Layout, Slot};
use tokentrail::engine::reader::Reader;
use tokentrail::types::{Issuer, Type};
use tokentrail::value::Value;

use crate::engine::CATALOG;
use crate::world::{ALL_SOURCES, full};

/// A field as some logs have it.
#[derive(Clone, Debug)]
pub struct FieldOf {
    /// Its name.
    pub name: String,
    /// Its type in a rule over these logs.
    pub ty: Type,
    /// Literals of the values that events have there.
    pub values: Vec<String>,
    /// Texts of the values, for parts of them.
    pub texts: Vec<String>,
}

/// The values of each field of each source in many events.
static VALUES: LazyLock<BTreeMap<(&'static str, String), BTreeSet<Value>>> = LazyLock::new(|| {
    let names: BTreeSet<String> =
        ALL_SOURCES.iter().flat_map(|source| CATALOG.sources[*source].fields.keys().cloned()).collect();
    let names: Vec<String> = names.into_iter().collect();
    let slots = names.iter().map(|name| Slot { field: name.clone(), look_up: false, tagged: false }).collect();
    let every = vec![true; CATALOG.sources.len()];
    let of_plan = vec![[usize::MAX; 2].into_iter().chain(0..names.len()).collect()];
    let layout =
        Layout { slots, of_plan, reads: vec![every.clone()], stream_reads: vec![vec![every]], ..Layout::default() };
    let mut reader = Reader::new(&CATALOG, &layout, None);
    let mut found: BTreeMap<(&'static str, String), BTreeSet<Value>> = BTreeMap::new();
    for happening in full(77, 100 * ALL_SOURCES.len(), &ALL_SOURCES) {
        let line = happening.raw().to_string();
        reader.read("world", line.as_bytes(), &mut |event| {
            for (name, value) in names.iter().zip(&event.values).filter(|(_, value)| !value.is_missing()) {
                found.entry((happening.source, name.clone())).or_default().insert(value.clone());
            }
        });
    }
    found
});

/// The fields that all of some sources have, with one type.
pub fn fields(sources: &[&'static str], places: bool) -> Vec<FieldOf> {
    let of_first = CATALOG.sources[sources[0]].fields.values();
    let fields =
        of_first.filter(|field| field.name != TWO_VOCABULARIES && (places || !is_place(&field.ty, &field.name)));
    let names = fields.map(|field| &field.name);
    names.filter_map(|name| field(name, sources)).collect()
}

/// A number in the vendor's own records and a name in Log Analytics, as the catalogue says.
const TWO_VOCABULARIES: &str = "record_type";

fn is_place(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Country | Type::Location) || name == "city"
}

/// Whether the records themselves say where an event was.
pub fn has_places(source: &str) -> bool {
    CATALOG.sources[source].fields.values().all(|field| !matches!(field.origin, Origin::Lookup(_)))
}

fn field(name: &str, sources: &[&'static str]) -> Option<FieldOf> {
    let legs: Option<Vec<Type>> =
        sources.iter().map(|source| Some(CATALOG.sources[*source].fields.get(name)?.ty.clone())).collect();
    let legs = legs?;
    let mut ty = legs[0].clone();
    for leg in &legs {
        ty = match (ty, leg) {
            (known, other) if known == *other => known,
            (Type::Id(kind, _), Type::Id(other, _)) if kind == *other => Type::Id(kind, Issuer::Several),
            _ => return None,
        };
    }
    let mut of_field = FieldOf { name: name.to_owned(), ty, values: Vec::new(), texts: Vec::new() };
    for source in sources {
        for value in VALUES.get(&(*source, name.to_owned())).into_iter().flatten() {
            let text = match (&of_field.ty, value.as_text()) {
                (Type::Id(_, Issuer::Several), Some(text)) => {
                    Some(format!("{}:{text}", CATALOG.sources[*source].provider))
                }
                (_, text) => text.map(str::to_owned),
            };
            let literal = text.as_deref().map_or_else(|| literal(value), |text| of_text(text, &of_field.ty));
            if !of_field.values.contains(&literal) {
                of_field.values.push(literal);
                of_field.texts.extend(text);
            }
        }
    }
    Some(of_field)
}

/// A text in quotes, or a bare word.
fn of_text(text: &str, ty: &Type) -> String {
    if matches!(ty, Type::Enum(_)) { text.to_owned() } else { quoted(text) }
}

/// A text as rules write it.
pub fn quoted(text: &str) -> String {
    let mut literal = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => literal.extend(['\\', character]),
            '\n' => literal.push_str("\\n"),
            '\t' => literal.push_str("\\t"),
            '\r' => literal.push_str("\\r"),
            control if control.is_control() => literal.push_str(&format!("\\u{{{:x}}}", u32::from(control))),
            other => literal.push(other),
        }
    }
    literal + "\""
}

fn literal(value: &Value) -> String {
    match value {
        Value::Missing | Value::Set(_) => unreachable!("no literal"),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:.6}"),
        Value::Text(text) => quoted(text),
        Value::Time(micros) => jiff::Timestamp::from_microsecond(*micros).unwrap().to_string(),
        Value::Duration(micros) => format!("{}ms", micros / 1000),
        Value::Ip(address) => quoted(&address.to_string()),
        Value::Cidr(network) => quoted(&network.to_string()),
        Value::Location(latitude, longitude) => format!("point({latitude:.6}, {longitude:.6})"),
    }
}

/// Texts that a target could read as something else.
pub const ODD: [&str; 24] = [
    "it's \"quoted\"",
    "back\\slash",
    "ends with \\",
    "*",
    "%",
    "_",
    "a*b",
    "100%",
    "ünï 😀",
    "STRASSE ß",
    "null",
    "-",
    " ",
    "$x$",
    "`tick`",
    "a|b",
    "[x]",
    "a,b",
    "line\nbreak",
    "tab\there",
    "{0}",
    "// comment",
    "1",
    "true",
];
