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
use tokentrail::plan::{Plan, Shape};
use tokentrail::target::{self, Grain, Options, Period, Target};
use tokentrail::types::Type;

use crate::check::check_text;
use crate::oracle;
use crate::world::{Happening, START, happenings};

/// Rules over the made-up events: each is there for a construct.
const RULES: &str = include_str!("../fixtures/agreement.trail");

const SOURCES: [&str; 4] = ["entra.signin", "entra.signin_noninteractive", "graph.activity", "m365.audit"];

fn hunt() -> Period {
    Period::Hunt { from: (START - 86_400) * 1_000_000, to: (START + 2 * 86_400) * 1_000_000 }
}

/// The same for shapes of several events.
const SHAPES: &str = include_str!("../fixtures/agreement_shapes.trail");

fn plans(rules: &str) -> Vec<Plan> {
    let (checked, _) = check_text("agreement.trail", rules);
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
    checked.plans
}

/// What the evaluator finds, as JSON objects per rule.
fn evaluated(plans: &[Plan], events: &[Happening], grain: Grain) -> Vec<Vec<Json>> {
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
fn canonical(row: &Json, plan: &Plan, grain: Grain) -> String {
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
fn splunk_events(events: &[Happening]) -> Json {
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

fn tables(events: &[Happening]) -> Json {
    let mut tables: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for event in events {
        let (table, row) = event.row();
        tables.entry(table).or_default().push(Json::Object(row));
    }
    json!(tables)
}

#[test]
fn evaluator_kql_and_spl_find_the_same() {
    agree(&plans(RULES), 12, &[Grain::Match, Grain::Alert], &Target::ALL);
}

#[test]
fn evaluator_and_kql_find_the_same_in_shapes_of_several_events() {
    agree(&plans(SHAPES), 6, &[Grain::Match, Grain::Alert], &[Target::Kql]);
}

/// The second at which a run of a schedule starts, that starts every hour.
const RUNS: [i64; 9] = [0, 3600, 7200, 10_800, 14_400, 18_000, 21_600, 25_200, 28_800];

/// Run after run reports what is true by then and was not at the run before, over what had arrived, once all waiting is over.
#[test]
fn scheduled_kql_reports_what_the_evaluator_finds_new() {
    let mut plans: Vec<Plan> = [SHAPES, RULES].into_iter().flat_map(plans).collect();
    // No event comes later than this.
    plans.iter_mut().for_each(|plan| plan.schedule.delay = 3_700_000_000);
    let (mut jobs, mut expected) = (Vec::new(), Vec::new());
    let options = Options { grain: Grain::Match, period: Period::Scheduled };
    let queries: Vec<String> =
        plans.iter().map(|plan| target::write(plan, Target::Kql, options).unwrap().text).collect();
    for seed in 20..22 {
        let events = happenings(seed, 90, &SOURCES);
        let mut before: Vec<BTreeSet<String>> = vec![BTreeSet::new(); plans.len()];
        for now in RUNS {
            let arrived: Vec<Happening> = events.iter().filter(|event| event.arrived <= now).cloned().collect();
            let tables = tables(&arrived);
            let found = evaluated(&plans, &arrived, Grain::Match);
            for ((index, plan), found) in plans.iter().enumerate().zip(found) {
                assert_eq!(plan.schedule.every, 3_600_000_000);
                let latest = (START + now) * 1_000_000 - plan.wait();
                let stands = |row: &&Json| row["time"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_microsecond() <= latest;
                let rows: Vec<&Json> = found.iter().filter(stands).collect();
                let new = rows.iter().filter(|row| !before[index].contains(&identity(row, plan)));
                expected.push((seed, plan, now, sorted(new.map(|row| canonical(row, plan, Grain::Match)).collect())));
                before[index] = rows.iter().map(|row| identity(row, plan)).collect();
                let moment = jiff::Timestamp::from_second(START + now).unwrap().to_string();
                jobs.push(json!({"query": queries[index], "now": moment, "tables": tables}));
            }
        }
    }
    let answers = oracle::kql(&json!({"schema": oracle::schema()["tables"], "jobs": jobs}));
    let mut differences = Vec::new();
    for ((seed, plan, now, rows), (answer, job)) in expected.iter().zip(answers.iter().zip(&jobs)) {
        let name = format!("rule {}, world {seed}, {now} s", plan.name);
        let found = answer["rows"].as_array().unwrap_or_else(|| panic!("{name}: {answer}"));
        let found = sorted(found.iter().map(|row| canonical(row, plan, Grain::Match)).collect());
        if found != *rows {
            let query = job["query"].as_str().unwrap();
            differences.push(format!("{name}:\n  expected {rows:#?}\n  found {found:#?}\n{query}"));
        }
    }
    let heads: Vec<&str> = differences.iter().map(|one| one.lines().next().unwrap()).collect();
    let shown = differences.iter().take(2).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(differences.is_empty(), "{} differences: {heads:#?}\n{shown}", differences.len());
}

/// What tells a match from others of its rule.
fn identity(row: &Json, plan: &Plan) -> String {
    let key = plan.shape.key().iter().map(|index| row[&plan.fields[index.0].name].to_string());
    let key: Vec<String> = key.collect();
    if let Shape::Tumbling(window) = &plan.shape {
        // A bucket is one match, whichever its last event is.
        let time = row["time"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        return format!("{} {}", key.join(" "), time.as_microsecond() / window.width);
    }
    format!("{} {} {}", key.join(" "), row["time"], row["event_id"])
}

/// Runs rules on the evaluator and on some targets' engines, over so many sets of events.
fn agree(plans: &[Plan], sets: u64, grains: &[Grain], targets: &[Target]) {
    let mut jobs: BTreeMap<Target, Vec<Json>> = BTreeMap::new();
    let mut expected = Vec::new();
    for seed in 0..sets {
        let events = happenings(seed, 40 + usize::try_from(seed).unwrap() * 8, &SOURCES);
        let (tables, macros) = (tables(&events), splunk_events(&events));
        for &grain in grains {
            let found = evaluated(plans, &events, grain);
            for (plan, found) in plans.iter().zip(found) {
                let options = Options { grain, period: hunt() };
                for &target in targets {
                    let query = target::write(plan, target, options).unwrap().text;
                    jobs.entry(target).or_default().push(match target {
                        Target::Kql => json!({"query": query, "now": "2026-03-05T00:00:00Z", "tables": tables}),
                        Target::Spl => json!({"search": query, "now": START + 86_400, "macros": macros}),
                    });
                }
                let rows: Vec<String> = found.iter().map(|row| canonical(row, plan, grain)).collect();
                expected.push((seed, plan, grain, sorted(rows)));
            }
        }
    }
    for plan in plans {
        let found = expected.iter().filter(|(_, of, ..)| of.name == plan.name).map(|(.., rows)| rows.len());
        assert!(found.sum::<usize>() > 0, "the worlds are too quiet for {}", plan.name);
    }
    let mut differences = Vec::new();
    for (target, jobs) in jobs {
        let answers = match target {
            Target::Kql => oracle::kql(&json!({"schema": oracle::schema()["tables"], "jobs": jobs})),
            Target::Spl => oracle::spl(&json!(jobs)),
        };
        for ((seed, plan, grain, rows), (answer, job)) in expected.iter().zip(answers.iter().zip(&jobs)) {
            let text = job["query"].as_str().or_else(|| job["search"].as_str()).unwrap();
            let name = format!("{target:?}, rule {}, world {seed}, {grain:?}", plan.name);
            let Some(found) = answer["rows"].as_array() else {
                differences.push(format!("{name}: {}\n{text}", answer["error"]));
                continue;
            };
            let found = sorted(found.iter().map(|row| canonical(row, plan, *grain)).collect());
            if found != *rows {
                differences.push(format!("{name}:\n  evaluator {rows:#?}\n  {target:?} {found:#?}\n{text}"));
            }
        }
    }
    let heads: Vec<&str> = differences.iter().map(|one| one.lines().next().unwrap()).collect();
    let shown = differences.iter().take(2).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(differences.is_empty(), "{} differences: {heads:#?}\n{shown}", differences.len());
}

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}
