//! The engines that are asked what a query finds, in one way: a question is a query, the events and the time; the answer is rows, in
//! one spelling. What is expected of them comes from the evaluator.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use tokentrail::catalog::load;
use tokentrail::engine::Match;
use tokentrail::engine::event::{Event, Layout};
use tokentrail::engine::order::Orderer;
use tokentrail::engine::output::{alert_object, match_object};
use tokentrail::engine::reader::Reader;
use tokentrail::engine::run::{Alerts, Session};
use tokentrail::plan::Plan;
use tokentrail::target::{self, Dialect, Grain, Options, Period, Target};
use tokentrail::types::Type;

use crate::oracle;
use crate::reference;
use crate::world::{Happening, START};

pub mod tables;
pub mod views;

/// What runs queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    /// KQL, on a translator to `DuckDB`.
    Kql,
    /// SPL, on the Splunk model.
    Spl,
    /// SQL, on its own engine. Spark and ClickHouse are large and have a command of their own.
    Sql(Dialect),
}

impl Engine {
    /// What queries are written for.
    pub fn target(self) -> Target {
        match self {
            Self::Kql => Target::Kql,
            Self::Spl => Target::Spl,
            Self::Sql(dialect) => Target::Sql(dialect),
        }
    }

    /// The events as the engine has them.
    fn world(self, events: &[Happening]) -> Json {
        match self {
            Self::Kql => tables::sentinel(events),
            Self::Spl => tables::splunk(events),
            Self::Sql(_) => views::lake(events),
        }
    }

    /// A query at a time, in seconds after [`START`], over the events of a world.
    fn job(self, query: &str, now: i64, world: usize) -> Json {
        match self {
            Self::Kql => {
                let now = jiff::Timestamp::from_second(START + now).unwrap().to_string();
                json!({"query": query, "now": now, "world": world})
            }
            Self::Spl => json!({"search": query, "now": START + now, "world": world}),
            Self::Sql(_) => json!({"query": query, "now": (START + now) * 1_000_000, "world": world}),
        }
    }

    /// An answer for each question: rows, or what went wrong. Questions with the same `Arc` of events share them.
    pub fn ask(self, questions: &[Question<'_>]) -> Vec<Result<Vec<Json>, String>> {
        let mut known: Vec<&Arc<Vec<Happening>>> = Vec::new();
        let mut jobs = Vec::new();
        for question in questions {
            let place = known.iter().rposition(|events| Arc::ptr_eq(events, &question.events)).unwrap_or_else(|| {
                known.push(&question.events);
                known.len() - 1
            });
            jobs.push(self.job(&question.query, question.now, place));
        }
        let worlds: Vec<Json> = known.iter().map(|events| self.world(events)).collect();
        let work = json!({"schema": oracle::schema()["tables"], "worlds": worlds, "jobs": jobs});
        let answers = match self {
            Self::Kql => oracle::kql(&work),
            Self::Spl => oracle::spl(&work),
            Self::Sql(dialect) => oracle::sql(dialect, &work),
        };
        assert_eq!(answers.len(), questions.len());
        let result = |answer: Json| match &answer["rows"] {
            Json::Array(rows) => Ok(rows.clone()),
            _ => Err(answer["error"].to_string()),
        };
        answers.into_iter().map(result).collect()
    }
}

/// The period that the worlds lie in.
pub fn hunt() -> Period {
    Period::Hunt { from: (START - 86_400) * 1_000_000, to: (START + 2 * 86_400) * 1_000_000 }
}

/// The events that the evaluator works on, in order and without copies.
fn ordered(layout: &Layout, lines: &[String]) -> Vec<Event> {
    let catalog = load::builtin();
    let mut reader = Reader::new(&catalog, layout, None);
    let mut orderer = Orderer::new(usize::MAX);
    let report = reader.read("world", lines.join("\n").as_bytes(), &mut |event| orderer.push(event).unwrap());
    assert_eq!(report.unreadable, 0, "{:?}", report.problems);
    drain(orderer)
}

/// Collected events in order and without copies.
fn drain(events: Orderer) -> Vec<Event> {
    let mut ordered = events.finish().unwrap();
    std::iter::from_fn(|| ordered.next_event().unwrap()).collect()
}

fn lines(events: &[Happening]) -> Vec<String> {
    events.iter().map(|event| event.raw().to_string()).collect()
}

/// The matches that the evaluator finds, in order.
pub fn matches(plans: &[Plan], events: &[Happening]) -> Vec<Match> {
    let layout = Layout::new(plans, &load::builtin());
    matches_of(plans, &layout, &ordered(&layout, &lines(events)))
}

fn matches_of(plans: &[Plan], layout: &Layout, events: &[Event]) -> Vec<Match> {
    let mut session = Session::new(plans, layout);
    let mut matches = Vec::new();
    for event in events {
        session.push(event, &mut |found| matches.push(found));
    }
    session.finish(&mut |found| matches.push(found));
    matches
}

/// The matches by their definition, each with its evidence: the evaluator gives a window that follows another one none.
pub fn matches_with_evidence(plans: &[Plan], events: &[Happening]) -> Vec<Match> {
    let layout = Layout::new(plans, &load::builtin());
    reference::run(plans, &layout, &ordered(&layout, &lines(events))).0
}

/// A match as a JSON object.
pub fn row(found: &Match, plans: &[Plan]) -> Json {
    Json::Object(flat(match_object(found, &plans[found.plan])))
}

/// Matches, or the alerts that they make, as JSON objects per rule.
pub fn rows(plans: &[Plan], matches: Vec<Match>, grain: Grain) -> Vec<Vec<Json>> {
    let mut rows = vec![Vec::new(); plans.len()];
    match grain {
        Grain::Match => matches.iter().for_each(|one| rows[one.plan].push(row(one, plans))),
        Grain::Alert => {
            let mut alerts = Alerts::new(plans);
            matches.into_iter().for_each(|one| alerts.push(one));
            for one in alerts.finish() {
                rows[one.first.plan].push(Json::Object(flat(alert_object(&one, &plans[one.first.plan]))));
            }
        }
    }
    rows
}

/// What the evaluator finds in records, as JSON objects per rule.
pub fn evaluated_lines(plans: &[Plan], lines: &[String], grain: Grain) -> Vec<Vec<Json>> {
    let layout = Layout::new(plans, &load::builtin());
    rows(plans, matches_of(plans, &layout, &ordered(&layout, lines)), grain)
}

/// What the evaluator finds in collected events, as JSON objects per rule.
pub fn found(plans: &[Plan], layout: &Layout, events: Orderer, grain: Grain) -> Vec<Vec<Json>> {
    rows(plans, matches_of(plans, layout, &drain(events)), grain)
}

/// What the evaluator finds, as JSON objects per rule.
pub fn evaluated(plans: &[Plan], events: &[Happening], grain: Grain) -> Vec<Vec<Json>> {
    rows(plans, matches(plans, events), grain)
}

/// Key and evidence beside the other members.
pub fn flat(object: Map<String, Json>) -> Map<String, Json> {
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

/// A value in one spelling.
pub fn spell(value: &Json, ty: &Type) -> String {
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
        (Json::String(text), Type::Time) => moment(text),
        (Json::Number(seconds), Type::Time) => micros(seconds.as_f64().unwrap()),
        (Json::Number(number), _) => decimals(number.as_f64().unwrap()),
        // Of a timespan in a set of KQL's as well.
        (Json::String(text), Type::Duration) if text.contains(':') || text.contains(" day") => decimals(seconds(text)),
        (Json::String(text), Type::Int | Type::Float | Type::Duration | Type::Asn) => {
            text.parse::<f64>().map_or_else(|_| text.clone(), decimals)
        }
        (Json::String(text), _) => text.clone(),
        (other, _) => other.to_string(),
    }
}

/// The microseconds of a moment, as a text. In a set it is seconds in Splunk, and without its zone in `DuckDB`.
fn moment(text: &str) -> String {
    let zoned = format!("{}Z", text.replace(' ', "T"));
    match (text.parse::<jiff::Timestamp>().or_else(|_| zoned.parse()), text.parse::<f64>()) {
        (Ok(time), _) => time.as_microsecond().to_string(),
        (_, Ok(seconds)) => micros(seconds),
        _ => text.to_owned(),
    }
}

/// The seconds of a timespan, as Kusto writes it (`-1.02:03:04.5000000`) or `DuckDB` (`-1 day -02:03:04.5`).
fn seconds(text: &str) -> f64 {
    let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    let (days, clock) = match text.split_once(" day") {
        Some((days, clock)) => (number(days), clock.trim_start_matches('s').trim_start()),
        None => (0.0, text),
    };
    let (sign, clock) = clock.strip_prefix('-').map_or((1.0, clock), |rest| (-1.0, rest));
    let mut parts = clock.rsplitn(3, ':').map(str::to_owned);
    let mut part = || parts.next().filter(|part| !part.is_empty()).unwrap_or_else(|| "0".to_owned());
    let (seconds, minutes, hours) = (part(), part(), part());
    let (more_days, hours) = hours.split_once('.').unwrap_or(("0", &hours));
    let hours = (days + sign * number(more_days)) * 24.0 + sign * number(hours);
    hours * 3600.0 + sign * (number(&minutes) * 60.0 + number(&seconds))
}

#[test]
fn timespans_are_read_as_kusto_and_duckdb_write_them() {
    for (text, expected) in [
        ("00:00:00", 0.0),
        ("1.02:03:04.5000000", 93_784.5),
        ("-1.02:03:04.5", -93_784.5),
        ("-1 day -02:00:00", -93_600.0),
        ("-1 day 02:00:00", -79_200.0),
        ("2 days", 172_800.0),
        ("-00:00:01", -1.0),
    ] {
        assert_eq!(seconds(text), expected, "{text}");
    }
}

/// There is one zero.
fn decimals(number: f64) -> String {
    let text = format!("{number:.6}");
    if text == "-0.000000" { "0.000000".to_owned() } else { text }
}

#[expect(clippy::cast_possible_truncation, reason = "seconds of this century")]
fn micros(seconds: f64) -> String {
    ((seconds * 1e6).round() as i64).to_string()
}

/// The query of a rule.
pub fn query(plan: &Plan, engine: Engine, options: Options) -> String {
    match target::write(plan, engine.target(), options) {
        Ok(query) => query.text,
        Err(error) => panic!("{engine:?} refuses {}: {error:#?}", plan.name),
    }
}

/// A query, what it is asked of, and what is expected.
#[derive(Clone)]
pub struct Question<'a> {
    /// What sets it apart from others of the rule, for messages.
    pub name: String,
    /// The rule.
    pub plan: &'a Plan,
    /// What a row is.
    pub grain: Grain,
    /// The text.
    pub query: String,
    /// The time of the run in seconds after [`START`].
    pub now: i64,
    /// The events.
    pub events: Arc<Vec<Happening>>,
    /// Rows in one spelling, sorted.
    pub expected: Vec<String>,
}

/// Where an engine's answer is another than expected.
#[derive(Debug)]
pub struct Difference {
    /// The place of the question.
    pub question: usize,
    /// All that one needs to see it.
    pub text: String,
}

/// Asks an engine; gives where it differs.
pub fn differences(engine: Engine, questions: &[Question<'_>]) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (index, (question, answer)) in questions.iter().zip(engine.ask(questions)).enumerate() {
        let Question { name, plan, grain, query, expected, .. } = question;
        let name = format!("{engine:?}, rule {}, {grain:?}, {name}", plan.name);
        let text = match answer {
            Err(error) => format!("{name}: {error}\n{query}"),
            Ok(rows) => {
                let found = sorted(rows.iter().map(|row| canonical(row, plan, *grain)).collect());
                if found == *expected {
                    continue;
                }
                format!("{name}:\n  evaluator {expected:#?}\n  {engine:?} {found:#?}\n{query}")
            }
        };
        differences.push(Difference { question: index, text });
    }
    differences
}

/// Asks an engine and fails with the first differences.
pub fn compare(engine: Engine, questions: &[Question<'_>]) {
    let differences = differences(engine, questions);
    let shown = differences.iter().take(3).map(|one| one.text.clone()).collect::<Vec<_>>().join("\n\n");
    let rules: BTreeSet<&str> = differences.iter().map(|one| questions[one.question].plan.name.as_str()).collect();
    assert!(differences.is_empty(), "{} differences of {}, {rules:?}:\n{shown}", differences.len(), questions.len());
}

pub fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}
