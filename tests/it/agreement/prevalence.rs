//! What users had in the days before, over events that are spread over days.

use super::plans_of;
use super::runs::{arrived, identity, matches};
use crate::engines::{Engine, Question, canonical, compare, evaluated, hunt, query, sorted};
use crate::world::{Happening, SOURCES, START, happenings};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokentrail::plan::{Plan, Runs, Schedule};
use tokentrail::target::{Dialect, Grain, Options, Period};

const DAY: i64 = 86_400;

/// Rules of shares.
pub fn plans() -> Vec<Plan> {
    plans_of(("agreement_prevalence.trail", include_str!("../../fixtures/agreement_prevalence.trail")))
}

/// Three days of events, some of them on the first moment of a day, from a day before the hunted period on.
fn world(seed: u64, count: usize) -> Vec<Happening> {
    let mut events = happenings(seed, count, &SOURCES);
    for event in &mut events {
        event.second = event.second * 12 - 2 * DAY;
        event.arrived = event.second + 60;
    }
    events
}

fn second(row: &Json) -> i64 {
    row["time"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second() - START
}

/// What the evaluator finds from some second on.
fn found(plans: &[Plan], events: &[Happening], from: i64) -> Vec<Vec<Json>> {
    let mut found = evaluated(plans, events, Grain::Match);
    found.iter_mut().for_each(|rows| rows.retain(|row| second(row) >= from));
    found
}

fn rows(plan: &Plan, found: &[Json]) -> Vec<String> {
    sorted(found.iter().map(|row| canonical(row, plan, Grain::Match)).collect())
}

/// What the rules are asked over days.
pub fn questions(engine: Engine, plans: &[Plan]) -> Vec<Question<'_>> {
    let options = Options { grain: Grain::Match, period: hunt() };
    let mut questions = Vec::new();
    for (seed, count) in [(40, 30), (41, 60), (42, 110)] {
        let events = Arc::new(world(seed, count));
        for (plan, found) in plans.iter().zip(found(plans, &events, -DAY)) {
            let query = query(plan, engine, options);
            let (name, expected) = (format!("world {seed}"), rows(plan, &found));
            let (now, events) = (2 * DAY, Arc::clone(&events));
            questions.push(Question { name, plan, grain: Grain::Match, query, now, events, expected });
        }
    }
    questions
}

fn hunted(engine: Engine) {
    compare(engine, &questions(engine, &plans()));
}

#[test]
fn kql_finds_as_rare_what_the_evaluator_does() {
    hunted(Engine::Kql);
}

#[test]
fn spl_finds_as_rare_what_the_evaluator_does() {
    hunted(Engine::Spl);
}

#[test]
fn duckdb_finds_as_rare_what_the_evaluator_does() {
    hunted(Engine::Sql(Dialect::DuckDb));
}

/// Everything has arrived since the run before: a run finds all of its hours, and reads the days behind them.
fn first_run(engine: Engine) {
    let mut plans = plans();
    let (now, every) = (18 * 3600 + 1, 5 * 3600);
    for plan in &mut plans {
        plan.schedule = Schedule { every: every * 1_000_000, delay: 3600 * 1_000_000, runs: Runs::Scheduled };
    }
    let options = Options { grain: Grain::Match, period: Period::Scheduled };
    let mut questions = Vec::new();
    let mut counts = vec![0; plans.len()];
    for (seed, count) in [(43, 25), (44, 60), (45, 120)] {
        let mut events = world(seed, count);
        events.retain(|event| event.second < now - 60);
        events.iter_mut().for_each(|event| event.arrived = now - 30);
        let events = Arc::new(events);
        for (index, plan) in plans.iter().enumerate() {
            let mut found = found(&plans, &events, now - plan.fresh() / 1_000_000).swap_remove(index);
            found.retain(|row| second(row) + plan.wait() / 1_000_000 <= now);
            counts[index] += found.len();
            let query = query(plan, engine, options);
            let (name, expected) = (format!("first run, world {seed}"), rows(plan, &found));
            let events = Arc::clone(&events);
            questions.push(Question { name, plan, grain: Grain::Match, query, now, events, expected });
        }
    }
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    compare(engine, &questions);
}

#[test]
fn the_first_run_of_kql_reads_whole_days() {
    first_run(Engine::Kql);
}

#[test]
fn the_first_run_of_spl_reads_whole_days() {
    first_run(Engine::Spl);
}

#[test]
fn the_first_run_of_duckdb_reads_whole_days() {
    first_run(Engine::Sql(Dialect::DuckDb));
}

/// A bucket may come to match, or no longer do, by nothing but another last event.
fn run_after_run(engine: Engine) {
    let mut plans = plans();
    let every = 6 * 3600;
    for plan in &mut plans {
        plan.schedule = Schedule { every: every * 1_000_000, delay: 3600 * 1_000_000, runs: Runs::Scheduled };
    }
    let options = Options { grain: Grain::Match, period: Period::Scheduled };
    let mut questions = Vec::new();
    let events = world(46, 70);
    let start = 1800 - DAY;
    let known = |plan: &Plan, found: &[Json]| found.iter().map(|row| identity(row, plan)).collect::<BTreeSet<String>>();
    let found = matches(&plans, &events, start - every);
    let mut before: Vec<BTreeSet<String>> = plans.iter().zip(&found).map(|(plan, found)| known(plan, found)).collect();
    for now in (start..DAY + 4 * 3600).step_by(usize::try_from(every).unwrap()) {
        let seen = Arc::new(arrived(&events, now));
        for ((plan, found), before) in plans.iter().zip(matches(&plans, &events, now)).zip(&mut before) {
            let known = std::mem::replace(before, known(plan, &found));
            let fresh: Vec<Json> = found.into_iter().filter(|row| !known.contains(&identity(row, plan))).collect();
            let query = query(plan, engine, options);
            let (name, expected) = (format!("run at {now} s"), rows(plan, &fresh));
            let events = Arc::clone(&seen);
            questions.push(Question { name, plan, grain: Grain::Match, query, now, events, expected });
        }
    }
    compare(engine, &questions);
}

#[test]
fn runs_of_kql_report_what_has_become_rare() {
    run_after_run(Engine::Kql);
}

#[test]
fn runs_of_spl_report_what_has_become_rare() {
    run_after_run(Engine::Spl);
}

#[test]
fn runs_of_duckdb_report_what_has_become_rare() {
    run_after_run(Engine::Sql(Dialect::DuckDb));
}

/// Shares between nothing and everything, and none at all: the worlds would prove nothing without them.
#[test]
fn the_worlds_have_shares_of_every_kind() {
    let plans = plans();
    let events = world(42, 110);
    for (plan, found) in plans.iter().zip(found(&plans, &events, -DAY)) {
        assert!(found.len() >= 5, "{} finds {}", plan.name, found.len());
    }
    let all = found(&plans, &events, -DAY).concat();
    let shares = || all.iter().filter_map(|row| row["share"].as_f64());
    assert!(shares().any(|share| share == 0.0) && shares().any(|share| 0.0 < share && share < 1.0));
    let has_none = |row: &&Json| row.get("share").is_some_and(Json::is_null);
    assert!(all.iter().any(|row| has_none(&row)));
}
