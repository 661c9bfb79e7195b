//! One rule, three engines: the evaluator, the KQL query on `DuckDB`, and the SPL search on the Splunk model find the same
//! matches and alerts in the same made-up events.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};
use tokentrail::catalog::load;
use tokentrail::engine::event::Layout;
use tokentrail::engine::order::Orderer;
use tokentrail::engine::output::{alert_object, match_object};
use tokentrail::engine::reader::Reader;
use tokentrail::engine::run::{Alerts, Session};
use tokentrail::plan::Plan;
use tokentrail::target::{self, Grain, Options, Period, Target};
use tokentrail::types::Type;

use crate::check::{check_text, has_errors};
use crate::oracle;
use crate::world::{Happening, START, happenings};

mod runs;

/// Rules over the made-up events: each is there for a construct.
const RULES: [(&str, &str); 2] = [
    ("agreement.trail", include_str!("../fixtures/agreement.trail")),
    ("agreement_shapes.trail", include_str!("../fixtures/agreement_shapes.trail")),
];

const SOURCES: [&str; 4] = ["entra.signin", "entra.signin_noninteractive", "graph.activity", "m365.audit"];

pub fn hunt() -> Period {
    Period::Hunt { from: (START - 86_400) * 1_000_000, to: (START + 2 * 86_400) * 1_000_000 }
}

/// The same for functions, whose queries the executor is slow to read.
const FUNCTIONS: (&str, &str) = ("agreement_functions.trail", include_str!("../fixtures/agreement_functions.trail"));

fn plans_of((name, text): (&str, &str)) -> Vec<Plan> {
    let (checked, _) = check_text(name, text);
    assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
    checked.plans
}

fn plans() -> Vec<Plan> {
    RULES.into_iter().flat_map(plans_of).collect()
}

/// What the evaluator finds, as JSON objects per rule.
pub fn evaluated(plans: &[Plan], events: &[Happening], grain: Grain) -> Vec<Vec<Json>> {
    let catalog = load::builtin();
    let layout = Layout::new(plans, &catalog);
    let mut reader = Reader::new(&catalog, &layout, None);
    let lines: Vec<String> = events.iter().map(|event| event.raw().to_string()).collect();
    let mut orderer = Orderer::new(usize::MAX);
    let report = reader.read("world", lines.join("\n").as_bytes(), &mut |event| orderer.push(event).unwrap());
    assert_eq!(report.unreadable, 0, "{:?}", report.problems);
    let mut ordered = orderer.finish().unwrap();
    let mut session = Session::new(plans, &layout);
    let (mut matches, mut alerts) = (Vec::new(), Alerts::new(plans));
    let mut sink = |found| match grain {
        Grain::Match => matches.push(found),
        Grain::Alert => alerts.push(found),
    };
    while let Some(event) = ordered.next_event().unwrap() {
        session.push(&event, &mut sink);
    }
    session.finish(&mut sink);
    let mut found = vec![Vec::new(); plans.len()];
    for one in matches {
        found[one.plan].push(Json::Object(flat(match_object(&one, &plans[one.plan]))));
    }
    for one in alerts.finish() {
        found[one.first.plan].push(Json::Object(flat(alert_object(&one, &plans[one.first.plan]))));
    }
    found
}

/// Key and evidence beside the other members.
fn flat(object: Map<String, Json>) -> Map<String, Json> {
    let mut row = Map::new();
    for (name, value) in object {
        match (name.as_str(), value) {
            ("key" | "show", Json::Object(members)) => row.extend(members),
            (_, value) => {
                row.insert(name, value);
            }
        }
    }
    row
}

/// A result in one spelling, whatever engine it is from.
pub fn canonical(row: &Json, plan: &Plan, grain: Grain) -> String {
    let mut parts = Vec::new();
    let mut add = |name: &str, ty: &Type| parts.push(format!("{name}={}", spell(&row[name], ty)));
    for index in plan.shape.key() {
        add(&plan.fields[index.0].name, &plan.fields[index.0].ty);
    }
    match grain {
        Grain::Match => {
            add("time", &Type::Time);
            add("event_id", &Type::String);
        }
        Grain::Alert => {
            add("first_time", &Type::Time);
            add("last_time", &Type::Time);
            add("matches", &Type::Int);
            add("event_ids", &Type::Set(Box::new(Type::String)));
        }
    }
    for show in &plan.show {
        add(&show.name, &show.value.ty);
    }
    parts.join(" ")
}

fn spell(value: &Json, ty: &Type) -> String {
    match (value, ty) {
        (Json::Array(values), Type::Set(inner)) => {
            let values: BTreeSet<String> = values.iter().map(|value| spell(value, inner)).collect();
            format!("{values:?}")
        }
        (Json::Null, Type::Set(_)) => "{}".to_owned(),
        (Json::String(text), Type::Set(_)) if text.is_empty() => "{}".to_owned(),
        (one, Type::Set(inner)) => format!("{:?}", BTreeSet::from([spell(one, inner)])),
        (Json::Null, _) => "-".to_owned(),
        (Json::String(text), _) if text.is_empty() => "-".to_owned(),
        (Json::Object(time), Type::Time) => time["micros"].to_string(),
        (Json::String(time), Type::Time) => time.parse::<jiff::Timestamp>().unwrap().as_microsecond().to_string(),
        #[expect(clippy::cast_possible_truncation, reason = "seconds of this century")]
        (Json::Number(seconds), Type::Time) => ((seconds.as_f64().unwrap() * 1e6).round() as i64).to_string(),
        (Json::Number(number), _) => format!("{:.6}", number.as_f64().unwrap()),
        (Json::String(text), Type::Int | Type::Float | Type::Duration | Type::Asn) => {
            format!("{:.6}", text.parse::<f64>().unwrap())
        }
        (Json::String(text), _) => text.clone(),
        (other, _) => other.to_string(),
    }
}

/// The raw records as Splunk has them: flattened, with the time of the envelope and of indexing.
pub fn splunk_events(events: &[Happening]) -> Json {
    let mut macros: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    let catalog = load::builtin();
    for event in events {
        let mut row = Map::new();
        flatten("", &event.raw(), &mut row);
        let envelope = if event.source.starts_with("entra") { event.second + 60 } else { event.second };
        row.insert("_time".to_owned(), json!(START + envelope));
        row.insert("_indextime".to_owned(), json!(START + event.arrived));
        let name = &catalog.sources[event.source].spl.macro_name;
        macros.entry(name.clone()).or_default().push(Json::Object(row));
    }
    json!(macros)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other kind is treated alike")]
fn flatten(prefix: &str, value: &Json, row: &mut Map<String, Json>) {
    match value {
        Json::Object(members) => {
            for (name, value) in members {
                let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                flatten(&path, value, row);
            }
        }
        // Splunk extracts every JSON scalar as text.
        Json::Null => {}
        Json::String(text) => {
            row.insert(prefix.to_owned(), json!(text));
        }
        other => {
            row.insert(prefix.to_owned(), json!(other.to_string()));
        }
    }
}

pub fn tables(events: &[Happening]) -> Json {
    let mut tables: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for event in events {
        let (table, row) = event.row();
        tables.entry(table).or_default().push(Json::Object(row));
    }
    json!(tables)
}

/// A query for some events at some time, for the engine of a target.
fn job(target: Target, query: &str, now: i64, events: &[Happening]) -> Json {
    match target {
        Target::Kql => {
            let now = jiff::Timestamp::from_second(START + now).unwrap().to_string();
            json!({"query": query, "now": now, "tables": tables(events)})
        }
        Target::Spl => json!({"search": query, "now": START + now, "macros": splunk_events(events)}),
    }
}

/// What a target's engine answers.
fn answers(target: Target, jobs: &[Json]) -> Vec<Json> {
    match target {
        Target::Kql => oracle::kql(&json!({"schema": oracle::schema()["tables"], "jobs": jobs})),
        Target::Spl => oracle::spl(&json!(jobs)),
    }
}

/// The query of a rule.
fn query(plan: &Plan, target: Target, options: Options) -> String {
    match target::write(plan, target, options) {
        Ok(query) => query.text,
        Err(error) => panic!("{target:?} refuses {}: {error:#?}", plan.name),
    }
}

/// A comparison of one query's rows with what was expected.
struct Question<'a> {
    name: String,
    plan: &'a Plan,
    grain: Grain,
    query: String,
    job: Json,
    expected: Vec<String>,
}

/// Asks the target's engine and fails with the first differences.
fn compare(target: Target, questions: &[Question<'_>]) {
    let jobs: Vec<Json> = questions.iter().map(|question| question.job.clone()).collect();
    let mut differences = Vec::new();
    for (question, answer) in questions.iter().zip(answers(target, &jobs)) {
        let Question { name, plan, grain, query, expected, .. } = question;
        let name = format!("{target:?}, rule {}, {grain:?}, {name}", plan.name);
        let Some(found) = answer["rows"].as_array() else {
            differences.push(format!("{name}: {}\n{query}", answer["error"]));
            continue;
        };
        let found = sorted(found.iter().map(|row| canonical(row, plan, *grain)).collect());
        if found != *expected {
            differences.push(format!("{name}:\n  evaluator {expected:#?}\n  {target:?} {found:#?}\n{query}"));
        }
    }
    let shown = differences.iter().take(3).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(differences.is_empty(), "{} differences of {}:\n{shown}", differences.len(), questions.len());
}

/// How many sets of events each rule sees.
const SETS: u64 = 8;

/// The events of a set.
fn world(seed: u64) -> Vec<Happening> {
    happenings(seed, 40 + usize::try_from(seed).unwrap() * 12, &SOURCES)
}

fn finds_what_the_evaluator_finds(target: Target, plans: &[Plan], sets: u64, grains: &[Grain]) {
    let mut questions = Vec::new();
    for seed in 0..sets {
        let events = world(seed);
        for &grain in grains {
            for (plan, found) in plans.iter().zip(evaluated(plans, &events, grain)) {
                let query = query(plan, target, Options { grain, period: hunt() });
                let rows: Vec<String> = found.iter().map(|row| canonical(row, plan, grain)).collect();
                let job = job(target, &query, 86_400, &events);
                questions.push(Question {
                    name: format!("world {seed}"),
                    plan,
                    grain,
                    query,
                    job,
                    expected: sorted(rows),
                });
            }
        }
    }
    compare(target, &questions);
}

#[test]
fn kql_finds_what_the_evaluator_finds() {
    finds_what_the_evaluator_finds(Target::Kql, &plans(), SETS, &[Grain::Match, Grain::Alert]);
}

#[test]
fn spl_finds_what_the_evaluator_finds() {
    finds_what_the_evaluator_finds(Target::Spl, &plans(), SETS, &[Grain::Match, Grain::Alert]);
}

#[test]
fn kql_gives_functions_the_values_that_the_evaluator_gives() {
    finds_what_the_evaluator_finds(Target::Kql, &plans_of(FUNCTIONS), 3, &[Grain::Match]);
}

#[test]
fn spl_gives_functions_the_values_that_the_evaluator_gives() {
    finds_what_the_evaluator_finds(Target::Spl, &plans_of(FUNCTIONS), 3, &[Grain::Match]);
}

/// A rule that finds nothing proves nothing, nor does one that finds everything.
#[test]
fn every_rule_finds_something_in_the_worlds() {
    let plans: Vec<Plan> = plans().into_iter().chain(plans_of(FUNCTIONS)).collect();
    let mut counts = vec![0; plans.len()];
    for seed in 0..SETS {
        let found = evaluated(&plans, &world(seed), Grain::Match);
        counts.iter_mut().zip(found).for_each(|(count, found)| *count += found.len());
    }
    let quiet: Vec<(&str, usize)> = plans
        .iter()
        .zip(counts)
        .map(|(plan, count)| (plan.name.as_str(), count))
        .filter(|(_, count)| *count < 5)
        .collect();
    assert!(quiet.is_empty(), "the worlds are too quiet: {quiet:?}");
}

pub fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}
