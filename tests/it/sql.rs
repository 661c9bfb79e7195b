//! The evaluator and the SQL queries, run by the engines themselves, find the same matches and alerts in made-up events.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tokentrail::catalog::load;
use tokentrail::engine::event::{Event, Layout, Slot};
use tokentrail::engine::reader::Reader;
use tokentrail::target::sql::dialect::Dialect;
use tokentrail::target::{self, Grain, Options};
use tokentrail::types::Type;
use tokentrail::value::Value;

use crate::agreement::{SOURCES, canonical, evaluated, hunt, plans, sorted};
use crate::oracle;
use crate::world::{Happening, START, happenings};

/// The views that a data lake would have: every field of every source, with the arrival.
fn views(events: &[Happening]) -> Json {
    let catalog = load::builtin();
    let mut names: Vec<String> = Vec::new();
    for source in SOURCES {
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
    Json::Object(SOURCES.into_iter().map(of_source).collect())
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

/// Rules whose countries come from addresses ask the views for columns that these worlds do not have.
fn agrees(dialect: Dialect, sets: u64) {
    let plans: Vec<_> =
        plans().into_iter().filter(|plan| plan.geography != tokentrail::plan::Geography::Lookup).collect();
    let (mut jobs, mut expected) = (Vec::new(), Vec::new());
    for seed in 0..sets {
        let events = happenings(seed, 40 + usize::try_from(seed).unwrap() * 8, &SOURCES);
        let views = views(&events);
        for grain in [Grain::Match, Grain::Alert] {
            for (plan, found) in plans.iter().zip(evaluated(&plans, &events, grain)) {
                let query = target::sql::write(plan, Options { grain, period: hunt() }, dialect);
                jobs.push(json!({"query": query, "now": (START + 86_400) * 1_000_000, "views": views}));
                let rows: Vec<String> = found.iter().map(|row| canonical(row, plan, grain)).collect();
                expected.push((seed, plan, grain, sorted(rows)));
            }
        }
    }
    let answers = oracle::sql(dialect.word(), &json!({"jobs": jobs}));
    let mut differences = Vec::new();
    for ((seed, plan, grain, rows), (answer, job)) in expected.iter().zip(answers.iter().zip(&jobs)) {
        let name = format!("{}, rule {}, world {seed}, {grain:?}", dialect.word(), plan.name);
        let query = job["query"].as_str().unwrap();
        let Some(found) = answer["rows"].as_array() else {
            differences.push(format!("{name}: {}\n{query}", answer["error"].as_str().unwrap()));
            continue;
        };
        let found = sorted(found.iter().map(|row| canonical(row, plan, *grain)).collect());
        if found != *rows {
            differences.push(format!("{name}:\n  evaluator {rows:#?}\n  engine {found:#?}\n{query}"));
        }
    }
    let shown = differences.iter().take(3).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(differences.is_empty(), "{} differences of {}:\n{shown}", differences.len(), expected.len());
}

#[test]
fn the_evaluator_and_duckdb_find_the_same() {
    agrees(Dialect::DuckDb, 6);
}

#[test]
fn the_evaluator_and_clickhouse_find_the_same() {
    agrees(Dialect::ClickHouse, 3);
}

#[test]
fn the_evaluator_and_spark_find_the_same() {
    agrees(Dialect::Spark, 1);
}
