//! The log of the examples: a field of every type, and events of a test as each engine has them.

use std::sync::OnceLock;

use serde_json::{Map, Value as Json, json};
use tokentrail::catalog::{Catalog, Origin, load};
use tokentrail::check::{self, Checked};
use tokentrail::diagnostic::Severity;
use tokentrail::plan::test::{Column, Event, ExpectationKind, Input, Test};
use tokentrail::source::{Source, Sources};
use tokentrail::syntax;
use tokentrail::types::Type;
use tokentrail::value::Value;

use crate::engines::Engine;
use crate::oracle;

/// The name of the log.
pub const SOURCE: &str = "example.values";

/// The built-in catalogue with the log.
pub fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let mut sources = Sources::default();
        let id = sources.add(Source::new("values.toml", include_str!("../../fixtures/examples/values.toml")));
        load::with_files(load::builtin(), &[id], &sources).unwrap_or_else(|found| panic!("{found:#?}"))
    })
}

/// Checks a text; a mistake in it fails the test.
pub fn checked(text: &str) -> Checked {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("examples.trail", text));
    let parsed = syntax::parse(id, sources.get(id));
    let checked = check::check(vec![(id, parsed)], &sources, catalog(), jiff::civil::date(2026, 11, 23));
    let errors = checked.diagnostics.iter().filter(|found| found.code.severity() == Severity::Error);
    let errors: Vec<&String> = errors.map(|found| &found.message).collect();
    assert!(errors.is_empty(), "{text}\n{errors:#?}");
    checked
}

/// The events of a test.
pub fn events(test: &Test) -> Vec<&Event> {
    test.inputs.iter().filter_map(|input| if let Input::Event(event) = input { Some(event) } else { None }).collect()
}

/// What a test expects: one list of columns with values a match.
pub fn expected(test: &Test) -> Vec<&[(Column, Value)]> {
    let kinds = test.expectations.iter().map(|expectation| &expectation.kind);
    kinds.filter_map(|kind| if let ExpectationKind::Row(_, row) = kind { Some(row.as_slice()) } else { None }).collect()
}

/// Asks an engine each query over its own events; gives the rows of each, or what went wrong.
pub fn ask(engine: Engine, questions: &[(String, Vec<&Event>)]) -> Vec<Result<Vec<Json>, String>> {
    let now = "2026-02-01T00:00:00Z";
    let seconds = now.parse::<jiff::Timestamp>().unwrap().as_second();
    let job = |(world, (query, _)): (usize, &(String, Vec<&Event>))| match engine {
        Engine::Kql => json!({"query": query, "now": now, "world": world}),
        Engine::Spl => json!({"search": query, "now": seconds, "world": world}),
        Engine::Sql(_) => json!({"query": query, "now": seconds * 1_000_000, "world": world}),
    };
    let jobs: Vec<Json> = questions.iter().enumerate().map(job).collect();
    let worlds: Vec<Json> = questions.iter().map(|(_, events)| world(engine, events)).collect();
    let work = json!({"schema": schema(), "worlds": worlds, "jobs": jobs});
    let answers = match engine {
        Engine::Kql => oracle::kql(&work),
        Engine::Spl => oracle::spl(&work),
        Engine::Sql(dialect) => oracle::sql(dialect, &work),
    };
    let rows = |answer: Json| answer["rows"].as_array().cloned().ok_or_else(|| answer["error"].to_string());
    answers.into_iter().map(rows).collect()
}

/// The log's columns in Log Analytics with their types.
fn schema() -> Json {
    let catalog = catalog();
    let source = &catalog.sources[SOURCE];
    let mut columns = Map::new();
    for field in source.fields.values() {
        let reads = match &field.origin {
            Origin::Read(read) => vec![read],
            Origin::Point { latitude, longitude } => vec![latitude, longitude],
            Origin::Constant(_) | Origin::Lookup(_) => Vec::new(),
        };
        for name in reads.iter().flat_map(|read| &read.kql).map(ToString::to_string) {
            let kind = source.kql.columns.get(&name).map_or("string", String::as_str);
            columns.insert(name, json!(kind));
        }
    }
    json!({source.kql.table.as_str(): columns})
}

fn world(engine: Engine, events: &[&Event]) -> Json {
    let catalog = catalog();
    let source = &catalog.sources[SOURCE];
    match engine {
        Engine::Kql => json!({source.kql.table.as_str(): events.iter().map(|event| row(event)).collect::<Vec<_>>()}),
        Engine::Spl => {
            json!({source.spl.macro_name.as_str(): events.iter().map(|event| record(event)).collect::<Vec<_>>()})
        }
        Engine::Sql(_) => json!({source.sql_table.as_str(): view(catalog, events)}),
    }
}

/// A row of the log's table in Log Analytics.
fn row(event: &Event) -> Map<String, Json> {
    let mut row = Map::new();
    row.insert("TimeGenerated".to_owned(), json!(text(&Value::Time(event.time))));
    row.insert("__arrived".to_owned(), json!(text(&Value::Time(event.time))));
    row.insert("event_id".to_owned(), json!(text(&event.event_id)));
    for (name, value) in &event.fields {
        match value {
            Value::Missing => {}
            Value::Location(latitude, longitude) => {
                row.insert(format!("{name}_latitude"), json!(latitude));
                row.insert(format!("{name}_longitude"), json!(longitude));
            }
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                row.insert(name.clone(), number(value));
            }
            Value::Text(_) | Value::Time(_) | Value::Duration(_) | Value::Ip(_) | Value::Cidr(_) | Value::Set(_) => {
                row.insert(name.clone(), json!(text(value)));
            }
        }
    }
    row
}

/// A record of the log as Splunk has it: every value is text.
fn record(event: &Event) -> Map<String, Json> {
    let mut record = Map::new();
    let seconds = json!(event.time / 1_000_000);
    record.insert("_time".to_owned(), seconds.clone());
    record.insert("_indextime".to_owned(), seconds);
    record.insert("time".to_owned(), json!(text(&Value::Time(event.time))));
    record.insert("event_id".to_owned(), json!(text(&event.event_id)));
    for (name, value) in &event.fields {
        if let Value::Location(latitude, longitude) = value {
            record.insert(format!("{name}.latitude"), json!(latitude.to_string()));
            record.insert(format!("{name}.longitude"), json!(longitude.to_string()));
        } else if !value.is_missing() {
            record.insert(name.clone(), json!(text(value)));
        }
    }
    record
}

/// The log's view in a data lake.
fn view(catalog: &Catalog, events: &[&Event]) -> Json {
    let mut columns = Map::new();
    let mut rows: Vec<Vec<Json>> = Vec::new();
    for (name, kind) in [("time", "time"), ("event_id", "text"), ("arrived", "time")] {
        columns.insert(name.to_owned(), json!(kind));
    }
    let fields =
        || catalog.sources[SOURCE].fields.values().filter(|field| !["time", "event_id"].contains(&field.name.as_str()));
    for field in fields() {
        if field.ty == Type::Location {
            columns.insert(format!("{}_latitude", field.name), json!("real"));
            columns.insert(format!("{}_longitude", field.name), json!("real"));
        } else {
            columns.insert(field.name.clone(), json!(kind(&field.ty)));
        }
    }
    for event in events {
        let mut row = vec![json!(event.time), json!(text(&event.event_id)), json!(event.time)];
        for field in fields() {
            match (&field.ty, event.fields.get(&field.name).unwrap_or(&Value::Missing)) {
                (_, Value::Location(latitude, longitude)) => row.extend([json!(latitude), json!(longitude)]),
                (Type::Location, _) => row.extend([Json::Null, Json::Null]),
                (_, Value::Missing) => row.push(Json::Null),
                (_, Value::Time(micros)) => row.push(json!(micros)),
                (_, value @ (Value::Bool(_) | Value::Int(_) | Value::Float(_))) => row.push(number(value)),
                (_, value @ (Value::Text(_) | Value::Duration(_) | Value::Ip(_) | Value::Cidr(_) | Value::Set(_))) => {
                    row.push(json!(text(value)));
                }
            }
        }
        rows.push(row);
    }
    json!({"columns": columns, "rows": rows})
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

fn number(value: &Value) -> Json {
    match value {
        Value::Bool(truth) => json!(truth),
        Value::Int(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::Missing
        | Value::Text(_)
        | Value::Time(_)
        | Value::Duration(_)
        | Value::Ip(_)
        | Value::Cidr(_)
        | Value::Location(..)
        | Value::Set(_) => panic!("{value:?} is no number"),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Time(micros) => jiff::Timestamp::from_microsecond(*micros).unwrap().to_string(),
        Value::Text(text) => text.to_string(),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => number(value).to_string(),
        Value::Ip(address) => address.to_string(),
        Value::Missing | Value::Duration(_) | Value::Cidr(_) | Value::Location(..) | Value::Set(_) => {
            panic!("no record holds {value:?}")
        }
    }
}
