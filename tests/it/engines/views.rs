//! Events as a data lake has them: one view per source, its columns the fields of the catalogue.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tokentrail::catalog::load;
use tokentrail::engine::event::{Event, Layout, Slot};
use tokentrail::engine::reader::Reader;
use tokentrail::types::Type;
use tokentrail::value::Value;

use crate::world::{ALL_SOURCES, Happening, START};

/// The views that a data lake would have: every field of every source, with the arrival.
pub fn lake(events: &[Happening]) -> Json {
    let catalog = load::builtin();
    let mut names: Vec<String> = Vec::new();
    for source in ALL_SOURCES {
        for name in catalog.sources[source].fields.keys().filter(|name| *name != "time" && *name != "event_id") {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    let slots = names.iter().map(|name| Slot { field: name.clone(), look_up: false, tagged: false }).collect();
    let of_plan = vec![[usize::MAX; 2].into_iter().chain(0..names.len()).collect()];
    let every = vec![true; catalog.sources.len()];
    let layout = Layout { slots, of_plan, reads: vec![every.clone()], stream_reads: vec![vec![every]] };
    let mut reader = Reader::new(&catalog, &layout, None);
    let mut views: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for happening in events {
        let line = happening.raw().to_string();
        let mut found: Vec<Event> = Vec::new();
        reader.read("world", line.as_bytes(), &mut |event| found.push(event));
        let [event] = found.as_slice() else { panic!("{line}") };
        let source = &catalog.sources[happening.source];
        let mut row = vec![json!(event.time), cell(&event.event_id), json!((START + happening.arrived) * 1_000_000)];
        let fields = source.fields.values().filter(|field| field.name != "time" && field.name != "event_id");
        for field in fields {
            let slot = names.iter().position(|name| *name == field.name).unwrap();
            match (&field.ty, &event.values[slot]) {
                (Type::Location, Value::Location(latitude, longitude)) => {
                    row.extend([json!(latitude), json!(longitude)])
                }
                (Type::Location, _) => row.extend([Json::Null, Json::Null]),
                (_, value) => row.push(cell(value)),
            }
        }
        views.entry(happening.source).or_default().push(Json::Array(row));
    }
    let of_source = |source: &str| {
        let mut columns = serde_json::Map::new();
        for (name, kind) in [("time", "time"), ("event_id", "text"), ("arrived", "time")] {
            columns.insert(name.to_owned(), json!(kind));
        }
        let fields = catalog.sources[source].fields.values();
        for field in fields.filter(|field| field.name != "time" && field.name != "event_id") {
            if field.ty == Type::Location {
                columns.insert(format!("{}_latitude", field.name), json!("real"));
                columns.insert(format!("{}_longitude", field.name), json!("real"));
            } else {
                columns.insert(field.name.clone(), json!(kind(&field.ty)));
            }
        }
        let rows = views.get(source).cloned().unwrap_or_default();
        (catalog.sources[source].sql_table.clone(), json!({"columns": columns, "rows": rows}))
    };
    Json::Object(ALL_SOURCES.into_iter().map(of_source).collect())
}

fn kind(ty: &Type) -> &'static str {
    match ty {
        Type::Int | Type::Asn | Type::Duration => "whole",
        Type::Float | Type::Distance | Type::Speed => "real",
        Type::Bool => "bool",
        Type::Time => "time",
        Type::String
        | Type::Name
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Location
        | Type::Enum(_)
        | Type::Id(..)
        | Type::Set(_) => "text",
    }
}

fn cell(value: &Value) -> Json {
    match value {
        Value::Missing | Value::Location(..) | Value::Set(_) => Json::Null,
        Value::Bool(flag) => json!(flag),
        Value::Int(number) | Value::Time(number) | Value::Duration(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::Text(text) => json!(text.as_ref()),
        Value::Ip(address) => json!(address.to_string()),
        Value::Cidr(network) => json!(network.to_string()),
    }
}
