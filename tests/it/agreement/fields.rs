//! The catalogue means the same everywhere: every field of every source has the same value in the record as it is exported, in its
//! row in Log Analytics, in Splunk, and in a view.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use tokentrail::catalog::{Field, LogSource, Origin, Presence, load};
use tokentrail::plan::Plan;
use tokentrail::target::{Dialect, Grain, Options};

use super::plans_of;
use crate::engines::{Engine, Question, canonical, compare, evaluated, hunt, query, sorted};
use crate::world::{ALL_SOURCES, Happening, full};

/// Fields that a record and its row are known to say differently, and why.
const DIFFERENT: [(&str, &str); 1] =
    // A number in the vendor's JSON, a name in OfficeActivity; docs/catalog and `catalog show` say so.
    [("m365.audit", "record_type")];

/// How many sets of events each source is seen in.
const SETS: u64 = 6;

/// What a source's records and rows themselves have: no constants, and nothing that is looked up by address.
fn read(source: &LogSource) -> impl Iterator<Item = &Field> {
    let read = source.fields.values().filter(|field| matches!(field.origin, Origin::Read(_) | Origin::Point { .. }));
    read.map(AsRef::as_ref)
}

fn is_different(source: &str, field: &str) -> bool {
    DIFFERENT.contains(&(source, field))
}

/// A rule that shows every field of a source, but for those that `leave_out` says.
fn everything(source: &str, leave_out: impl Fn(&Field) -> bool) -> Plan {
    let catalog = load::builtin();
    let fields = catalog.sources[source].fields.values();
    let shown = fields.filter(|field| !matches!(field.origin, Origin::Lookup(_)) && !leave_out(field));
    let names: Vec<&str> =
        shown.map(|field| field.name.as_str()).filter(|name| *name != "time" && *name != "event_id").collect();
    let name = format!("every_field_of_{}", source.replace('.', "_"));
    let rule = format!(
        "/// D\nrule {name} {{ title \"T\" severity low from {source} show {} }}",
        names.iter().map(|name| format!("shown_{name} = {name}")).collect::<Vec<_>>().join(", ")
    );
    plans_of(("everything.trail", &rule)).remove(0)
}

fn worlds(source: &'static str) -> Vec<Arc<Vec<Happening>>> {
    (0..SETS).map(|seed| Arc::new(full(seed, 40, &[source]))).collect()
}

fn every_field_has_one_value(engine: Engine) {
    let grain = Grain::Match;
    let plans: Vec<Plan> = ALL_SOURCES
        .iter()
        .map(|source| {
            everything(source, |field| !matches!(engine, Engine::Sql(_)) && is_different(source, &field.name))
        })
        .collect();
    let mut questions = Vec::new();
    for (source, plan) in ALL_SOURCES.into_iter().zip(&plans) {
        let query = query(plan, engine, Options { grain, period: hunt() });
        for (seed, events) in worlds(source).into_iter().enumerate() {
            let found = evaluated(std::slice::from_ref(plan), &events, grain);
            let rows: Vec<String> = found[0].iter().map(|row| canonical(row, plan, grain)).collect();
            assert!(rows.len() >= 30, "{source}: {}", rows.len());
            questions.push(Question {
                name: format!("world {seed}"),
                plan,
                grain,
                query: query.clone(),
                now: 86_400,
                events,
                expected: sorted(rows),
            });
        }
    }
    compare(engine, &questions);
}

#[test]
fn every_field_of_every_source_is_the_same_in_kql() {
    every_field_has_one_value(Engine::Kql);
}

#[test]
fn every_field_of_every_source_is_the_same_in_spl() {
    every_field_has_one_value(Engine::Spl);
}

#[test]
fn every_field_of_every_source_is_the_same_in_sql() {
    every_field_has_one_value(Engine::Sql(Dialect::DuckDb));
}

/// What would be the same because it is never there proves nothing.
#[test]
fn every_field_has_several_values_and_is_missing_at_times() {
    let catalog = load::builtin();
    let mut wrong = Vec::new();
    for source in ALL_SOURCES {
        let plan = everything(source, |_| false);
        let mut rows: Vec<Json> = Vec::new();
        for seed in 0..20 {
            rows.extend(evaluated(std::slice::from_ref(&plan), &full(seed, 60, &[source]), Grain::Match).remove(0));
        }
        for field in read(&catalog.sources[source]) {
            let name = match field.name.as_str() {
                name @ ("time" | "event_id") => name.to_owned(),
                name => format!("shown_{name}"),
            };
            let values: BTreeSet<String> = rows.iter().map(|row| row[&name].to_string()).collect();
            let missing = values.contains("null");
            if values.len() - usize::from(missing) < 2 {
                wrong.push(format!("{source}: {} has only {values:?}", field.name));
            }
            let total = matches!(&field.origin, Origin::Read(read) if read.absent.is_some());
            if field.presence == Presence::Sometimes && !missing && !total {
                wrong.push(format!("{source}: {} is never missing", field.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The export of Log Analytics itself is one of the shapes that `run` reads.
#[test]
fn a_row_is_read_as_its_record_is() {
    for source in ALL_SOURCES {
        let plan = everything(source, |field| is_different(source, &field.name));
        for seed in 0..SETS {
            let events = full(seed, 40, &[source]);
            let rows: Vec<String> = events
                .iter()
                .map(|event| {
                    let (table, mut row) = event.row();
                    row.remove("__arrived");
                    row.insert("Type".to_owned(), json!(table));
                    Json::Object(row).to_string()
                })
                .collect();
            let raws: Vec<String> = events.iter().map(|event| event.raw().to_string()).collect();
            let plans = std::slice::from_ref(&plan);
            let spelled = |lines: &[String]| {
                let found = crate::engines::evaluated_lines(plans, lines, Grain::Match).remove(0);
                sorted(found.iter().map(|row| canonical(row, &plan, Grain::Match)).collect())
            };
            assert_eq!(spelled(&rows), spelled(&raws), "{source}, world {seed}");
        }
    }
}
