//! Records of events of which only the fields are given: every field where the catalogue reads it for Splunk, in a spelling that the
//! catalogue turns into that value.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};
use tokentrail::catalog::{Catalog, Field, Origin, Otherwise, Read};
use tokentrail::plan::test::Event;
use tokentrail::value::Value;

/// Why there is no such record.
pub type Unsaid = String;

/// What a path of a record must hold.
#[derive(Clone, Debug)]
enum Wish {
    /// One of these texts, whichever suits the others who read it.
    OneOf(Vec<String>),
    /// Any text but these.
    NoneOf(Vec<String>),
    /// Nothing.
    Absent,
}

/// What suits both.
fn both(one: &Wish, other: &Wish) -> Option<Wish> {
    match (one, other) {
        (Wish::Absent, Wish::Absent) => Some(Wish::Absent),
        (Wish::Absent, Wish::OneOf(_) | Wish::NoneOf(_)) | (Wish::OneOf(_) | Wish::NoneOf(_), Wish::Absent) => None,
        (Wish::NoneOf(one), Wish::NoneOf(other)) => Some(Wish::NoneOf([one.clone(), other.clone()].concat())),
        (Wish::OneOf(texts), other) | (other, Wish::OneOf(texts)) => {
            let suits = |text: &&String| match other {
                Wish::OneOf(texts) => texts.contains(text),
                Wish::NoneOf(texts) => !texts.contains(text),
                Wish::Absent => false,
            };
            let common: Vec<String> = texts.iter().filter(suits).cloned().collect();
            (!common.is_empty()).then_some(Wish::OneOf(common))
        }
    }
}

/// The record of an event, with dotted names, for a rule with these fields as its key.
pub fn record(event: &Event, catalog: &Catalog, key: &[String]) -> Result<Json, Unsaid> {
    let mut wishes: IndexMap<String, Wish> = IndexMap::new();
    // What must not be there comes first: other fields may be read from elsewhere then.
    let mut fields: Vec<_> = catalog.sources[&event.source].fields.iter().collect();
    fields.sort_by_key(|(_, field)| !matches!(&field.origin, Origin::Read(read) if read.absent.is_some()));
    for (name, field) in fields {
        let value = match name.as_str() {
            "time" => Value::Time(event.time),
            "event_id" => event.event_id.clone(),
            _ => event.fields.get(name).cloned().unwrap_or_default(),
        };
        if value.is_missing() {
            continue;
        }
        for (paths, wish) in wished(field, &value)? {
            let merged = |path: &String| match wishes.get(path) {
                None => Some((path.clone(), wish.clone())),
                Some(other) => both(other, &wish).map(|merged| (path.clone(), merged)),
            };
            let fitting: Option<Vec<(String, Wish)>> = match wish {
                Wish::Absent => paths.iter().map(merged).collect(),
                Wish::OneOf(_) | Wish::NoneOf(_) => paths.iter().find_map(merged).map(|one| vec![one]),
            };
            wishes.extend(fitting.ok_or_else(|| format!("{name} contradicts another field at {paths:?}"))?);
        }
    }
    // What another field makes up must not give a key to an event that has none.
    for (name, field) in catalog.sources[&event.source].fields.iter().filter(|(name, _)| key.contains(name)) {
        let Origin::Read(read) = &field.origin else { continue };
        let made_up = |path: &String| matches!(wishes.get(path), Some(Wish::NoneOf(_)));
        if event.fields.get(name).is_none_or(Value::is_missing)
            && read.map.is_empty()
            && places(read).iter().any(made_up)
        {
            return Err(format!("{name} is missing where another field is read"));
        }
    }
    let mut row = Map::new();
    for (path, wish) in wishes {
        let text = match wish {
            Wish::OneOf(texts) => texts[0].clone(),
            Wish::NoneOf(_) => "something else".to_owned(),
            Wish::Absent => continue,
        };
        row.insert(path, json!(text));
    }
    row.insert("_time".to_owned(), json!(event.time.div_euclid(1_000_000)));
    row.insert("_indextime".to_owned(), json!(event.time.div_euclid(1_000_000) + 60));
    Ok(Json::Object(row))
}

/// Where a field's value stands in a record, the usual place first, and what is there.
fn wished(field: &Field, value: &Value) -> Result<Vec<(Vec<String>, Wish)>, Unsaid> {
    let number = |degrees: &f64| Wish::OneOf(vec![degrees.to_string()]);
    match (&field.origin, value) {
        (Origin::Constant(text), value) => match value.as_text() {
            Some(given) if given != text => Err(format!("{} is always {text}", field.name)),
            Some(_) | None => Ok(Vec::new()),
        },
        // What it is without anything in the record.
        (Origin::Read(read), value) if read.absent.is_some() && read.absent.as_deref() == value.as_text() => {
            Ok(vec![(places(read), Wish::Absent)])
        }
        (Origin::Read(read), value) => Ok(vec![(places(read), spellings(field, read, value)?)]),
        (Origin::Point { latitude, longitude }, Value::Location(north, east)) => {
            Ok(vec![(places(latitude), number(north)), (places(longitude), number(east))])
        }
        (Origin::Lookup(_), _) => Ok(Vec::new()),
        (Origin::Point { .. }, other) => Err(format!("{} is {other:?}", field.name)),
    }
}

fn places(read: &Read) -> Vec<String> {
    read.spl.iter().map(ToString::to_string).collect()
}

/// The texts that the catalogue turns into a value.
fn spellings(field: &Field, read: &Read, value: &Value) -> Result<Wish, Unsaid> {
    let text = match value {
        Value::Text(text) => text.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Ip(address) => address.to_string(),
        Value::Time(micros) => {
            jiff::Timestamp::from_microsecond(*micros).unwrap().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
        }
        Value::Missing | Value::Duration(_) | Value::Cidr(_) | Value::Location(..) | Value::Set(_) => {
            return Err(format!("{} is {value:?}", field.name));
        }
    };
    let (same, others): (Vec<_>, Vec<_>) = read.map.iter().partition(|(_, to)| **to == text);
    let mut texts: Vec<String> = same.into_iter().map(|(from, _)| from.clone()).collect();
    match &read.otherwise {
        Otherwise::Text(other) if *other == text => {
            return Ok(Wish::NoneOf(others.into_iter().map(|(from, _)| from.clone()).collect()));
        }
        Otherwise::Same if !read.map.contains_key(&text) => texts.push(text),
        Otherwise::Same | Otherwise::Text(_) | Otherwise::Missing => {}
    }
    texts.retain(|text| !read.placeholders.contains(text));
    if texts.is_empty() {
        Err(format!("nothing is read as {value:?} into {}", field.name))
    } else {
        Ok(Wish::OneOf(texts))
    }
}

/// Fields that stand where the id stands are the id, in any record.
pub fn with_one_id(mut event: Event, catalog: &Catalog) -> Event {
    let fields = &catalog.sources[&event.source].fields;
    let place_of =
        |field: &Field| if let Origin::Read(read) = &field.origin { Some(places(read).swap_remove(0)) } else { None };
    let id = fields.get("event_id").and_then(|field| place_of(field));
    for (name, field) in fields.iter().filter(|(name, field)| *name != "event_id" && place_of(field) == id) {
        assert!(id.is_some(), "{}", field.name);
        match event.fields.get(name) {
            Some(value) if !value.is_missing() => event.event_id = value.clone(),
            _ => {
                event.fields.insert(name.clone(), event.event_id.clone());
            }
        }
    }
    event
}
