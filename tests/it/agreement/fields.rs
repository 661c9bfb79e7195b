//! The catalogue means the same everywhere: every field of every source has the same value in the record as it is exported, in its
//! row in Log Analytics, in Splunk, and in a view.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value as Json, json};
use tokentrail::catalog::{Field, LogSource, Origin, Presence, load};
use tokentrail::plan::Plan;
use tokentrail::target::{Dialect, Grain, Options};

use super::plans_of;
use crate::engines::{Engine, Question, canonical, compare, evaluated, evaluated_lines, hunt, query, sorted};
use crate::world::{ALL_SOURCES, Happening, full, hard};

/// Fields that a record and its row are known to say differently, and why.
const DIFFERENT: [(&str, &str); 1] =
    // A number in the vendor's JSON, a name in OfficeActivity; docs/catalog and `catalog show` say so.
    [("m365.audit", "record_type")];

/// How many fields a rule shows: queries with more take the KQL executor much longer.
const SHOWN: usize = 14;

/// What a source's records and rows themselves have: no constants, and nothing that is looked up by address.
fn read(source: &LogSource) -> impl Iterator<Item = &Field> {
    let read = source.fields.values().filter(|field| matches!(field.origin, Origin::Read(_) | Origin::Point { .. }));
    read.map(AsRef::as_ref)
}

fn is_different(source: &str, field: &str) -> bool {
    DIFFERENT.contains(&(source, field))
}

/// Rules that together show every field of a source, but for those that `leave_out` says.
fn everything(source: &str, leave_out: impl Fn(&Field) -> bool) -> Vec<Plan> {
    let catalog = load::builtin();
    let fields = catalog.sources[source].fields.values();
    let shown = fields.filter(|field| !matches!(field.origin, Origin::Lookup(_)) && !leave_out(field));
    let names: Vec<&str> =
        shown.map(|field| field.name.as_str()).filter(|name| *name != "time" && *name != "event_id").collect();
    let mut rules = String::new();
    for (number, names) in names.chunks(SHOWN).enumerate() {
        let columns: Vec<String> = names.iter().map(|name| format!("shown_{name} = {name}")).collect();
        rules += &format!(
            "/// D\nrule {}_{number} {{ title \"T\" severity low from {source} show {} }}\n",
            source.replace('.', "_"),
            columns.join(", ")
        );
    }
    plans_of(("everything.trail", &rules))
}

/// Asks an engine for every field of every source.
fn every_field_has_one_value(engine: Engine) {
    let count = 100;
    let grain = Grain::Match;
    let leave_out =
        |source: &str, field: &Field| !matches!(engine, Engine::Sql(_)) && is_different(source, &field.name);
    // One world of all sources: loading one takes an engine longer than a query.
    let events: Arc<Vec<Happening>> = Arc::new(
        ALL_SOURCES.iter().flat_map(|source| [full(1, count, &[source]), hard(1, count, &[source])].concat()).collect(),
    );
    let plans: Vec<Vec<Plan>> =
        ALL_SOURCES.iter().map(|source| everything(source, |field| leave_out(source, field))).collect();
    let mut questions = Vec::new();
    for (source, plans) in ALL_SOURCES.iter().zip(&plans) {
        for (plan, found) in plans.iter().zip(evaluated(plans, &events, grain)) {
            let rows: Vec<String> = found.iter().map(|row| canonical(row, plan, grain)).collect();
            assert!(rows.len() >= count, "{source}: {}", rows.len());
            questions.push(Question {
                name: "all fields".to_owned(),
                plan,
                grain,
                query: query(plan, engine, Options { grain, period: hunt() }),
                now: 86_400,
                events: Arc::clone(&events),
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
        let plans = everything(source, |_| false);
        let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for seed in 0..4 {
            for row in evaluated(&plans, &full(seed, 250, &[source]), Grain::Match).into_iter().flatten() {
                for (name, value) in row.as_object().unwrap() {
                    values.entry(name.clone()).or_default().insert(value.to_string());
                }
            }
        }
        let id = origin(&catalog.sources[source].fields["event_id"]);
        for field in read(&catalog.sources[source]) {
            let name = match field.name.as_str() {
                name @ ("time" | "event_id") => name.to_owned(),
                name => format!("shown_{name}"),
            };
            let values = &values[&name];
            let missing = values.contains("null");
            if values.len() - usize::from(missing) < 2 {
                wrong.push(format!("{source}: {} has only {values:?}", field.name));
            }
            // What is made of an absent value is never missing, and a request's id may be the event's.
            let total = matches!(&field.origin, Origin::Read(read) if read.absent.is_some()) || origin(field) == id;
            if field.presence == Presence::Sometimes && !missing && !total {
                wrong.push(format!("{source}: {} is never missing", field.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn origin(field: &Field) -> String {
    format!("{:?}", field.origin)
}

/// The export of Log Analytics itself is one of the shapes that `run` reads.
#[test]
fn a_row_is_read_as_its_record_is() {
    for source in ALL_SOURCES {
        let plans = everything(source, |field| is_different(source, &field.name));
        let events = full(1, 150, &[source]);
        let row = |event: &Happening| {
            let (table, mut row) = event.row();
            row.remove("__arrived");
            row.insert("Type".to_owned(), json!(table));
            Json::Object(row).to_string()
        };
        let rows: Vec<String> = events.iter().map(row).collect();
        let raws: Vec<String> = events.iter().map(|event| event.raw().to_string()).collect();
        let spelled = |lines: &[String]| -> Vec<Vec<String>> {
            let found = evaluated_lines(&plans, lines, Grain::Match);
            let spell = |(plan, rows): (&Plan, &Vec<Json>)| {
                sorted(rows.iter().map(|row| canonical(row, plan, Grain::Match)).collect())
            };
            plans.iter().zip(&found).map(spell).collect()
        };
        assert_eq!(spelled(&rows), spelled(&raws), "{source}");
    }
}
