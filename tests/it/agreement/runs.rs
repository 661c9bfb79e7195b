//! Scheduled runs one after the other, over events that arrive late, twice and in any order: each run reports exactly what is
//! true now and was not at the run before.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use tokentrail::engine::Match;
use tokentrail::plan::{Plan, Runs, Schedule, Shape};
use tokentrail::target::{Dialect, Grain, Options, Period};

use super::plans;
use crate::engines::{
    self, Engine, Question, canonical, compare, evaluated, matches_with_evidence, query, row, rows, sorted,
};
use crate::world::{Happening, SOURCES, START, happenings};

/// Seconds between runs. Some events of the worlds lie on whole runs, none arrives on one.
const EVERY: i64 = 3600;

/// How late events arrive at most, in seconds.
const DELAY: i64 = 3000;

/// The last run; everything has arrived and stands.
const END: i64 = 7 * 3600;

/// The events that have arrived.
pub fn arrived(events: &[Happening], now: i64) -> Vec<Happening> {
    events.iter().filter(|event| event.arrived <= now).cloned().collect()
}

/// The matches of each rule over the events that have arrived, as far as the time has passed in which an event could still
/// drop them.
pub fn matches(plans: &[Plan], events: &[Happening], now: i64) -> Vec<Vec<Json>> {
    let mut found = evaluated(plans, &arrived(events, now), Grain::Match);
    for (plan, found) in plans.iter().zip(&mut found) {
        found.retain(|row| micros(row) + plan.wait() <= (START + now) * 1_000_000);
    }
    found
}

/// Which match a row is. A bucket stays the same match when a later event becomes its last one.
pub fn identity(row: &Json, plan: &Plan) -> String {
    let mut row = row.clone();
    if let Shape::Tumbling(window) = &plan.shape {
        let bucket = micros(&row).div_euclid(window.width) * window.width;
        row["time"] = json!(jiff::Timestamp::from_microsecond(bucket).unwrap().to_string());
        row["event_id"] = Json::Null;
    }
    let without_evidence = Plan { show: Vec::new(), ..plan.clone() };
    canonical(&row, &without_evidence, Grain::Match)
}

/// The time of a match.
fn micros(row: &Json) -> i64 {
    row["time"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

/// The rules, as they run every hour.
pub fn rules() -> Vec<Plan> {
    let mut plans = plans();
    for plan in &mut plans {
        plan.schedule = Schedule { every: EVERY * 1_000_000, delay: DELAY * 1_000_000, runs: Runs::Scheduled };
    }
    plans
}

/// The matches that are asked about, in order. Those of windows that follow another one have evidence as well: of a run, any of
/// them may be the first one of an alert.
fn complete(plans: &[Plan], events: &[Happening], grain: Grain) -> Vec<Match> {
    let is_window = |plan: &Plan| matches!(plan.shape, Shape::Window(_));
    let mut found = engines::matches(plans, events);
    if grain == Grain::Alert {
        let windows: Vec<usize> = (0..plans.len()).filter(|index| is_window(&plans[*index])).collect();
        let of_windows: Vec<Plan> = windows.iter().map(|index| plans[*index].clone()).collect();
        found.retain(|one| !is_window(&plans[one.plan]));
        let complete = matches_with_evidence(&of_windows, events).into_iter();
        found.extend(complete.map(|one| Match { plan: windows[one.plan], ..one }));
    }
    found
}

/// What each run reports, as rows per rule: of what is true now and was not at the run before.
fn reports(plans: &[Plan], events: &[Happening], grain: Grain) -> Vec<(i64, Vec<Vec<Json>>)> {
    let mut before: BTreeSet<(usize, String)> = BTreeSet::new();
    let runs = (EVERY..=END).step_by(usize::try_from(EVERY).unwrap());
    let report = |now| {
        let mut found = complete(plans, &arrived(events, now), grain);
        found.retain(|one| one.time + plans[one.plan].wait() <= (START + now) * 1_000_000);
        let identity = |one: &Match| (one.plan, identity(&row(one, plans), &plans[one.plan]));
        let known = std::mem::replace(&mut before, found.iter().map(identity).collect());
        found.retain(|one| !known.contains(&identity(one)));
        (now, rows(plans, found, grain))
    };
    runs.map(report).collect()
}

/// What each run of each rule is asked, over the worlds of some seeds.
pub fn questions<'a>(engine: Engine, plans: &'a [Plan], worlds: &[(u64, Grain)]) -> Vec<Question<'a>> {
    let mut questions = Vec::new();
    for &(seed, grain) in worlds {
        // No two events of one time and id: rows could not tell which of them was reported before.
        let events = happenings(seed, 90, &SOURCES);
        questions.extend(over(engine, plans, &format!("world {seed}"), &events, grain));
    }
    questions
}

/// What each run of each rule is asked over a world.
pub fn over<'a>(
    engine: Engine,
    plans: &'a [Plan],
    world: &str,
    events: &[Happening],
    grain: Grain,
) -> Vec<Question<'a>> {
    let mut questions = Vec::new();
    for (now, found) in reports(plans, events, grain) {
        let seen = Arc::new(arrived(events, now));
        for (plan, found) in plans.iter().zip(found) {
            let query = query(plan, engine, Options { grain, period: Period::Scheduled });
            let expected = sorted(found.iter().map(|row| canonical(row, plan, grain)).collect());
            let name = format!("{world}, run at {now} s");
            questions.push(Question { name, plan, grain, query, now, events: Arc::clone(&seen), expected });
        }
    }
    questions
}

fn run_after_run(engine: Engine) {
    compare(engine, &questions(engine, &rules(), &[(100, Grain::Match), (101, Grain::Alert)]));
}

#[test]
fn runs_of_kql_report_what_is_true_now_and_was_not_at_the_run_before() {
    run_after_run(Engine::Kql);
}

#[test]
fn runs_of_spl_report_what_is_true_now_and_was_not_at_the_run_before() {
    run_after_run(Engine::Spl);
}

#[test]
fn runs_of_duckdb_report_what_is_true_now_and_was_not_at_the_run_before() {
    run_after_run(Engine::Sql(Dialect::DuckDb));
}

/// More events cannot take a match of these back.
pub fn is_monotone(plan: &Plan) -> bool {
    plan.unless.is_empty()
        && match &plan.shape {
            Shape::Single => true,
            Shape::Window(window) => window.monotone,
            Shape::Sequence(sequence) => sequence.absences.is_empty(),
            Shape::Tumbling(_) | Shape::Consecutive(_) | Shape::FirstSeen(_) => false,
        }
}

/// The runs are compared with their definition; this is what the definition promises.
#[test]
fn all_runs_together_report_every_match_once_where_more_events_cannot_take_it_back() {
    let plans = rules();
    for seed in 100..104 {
        let events = happenings(seed, 90, &SOURCES);
        let mut reported: Vec<Vec<String>> = vec![Vec::new(); plans.len()];
        let mut before: Vec<BTreeSet<String>> = vec![BTreeSet::new(); plans.len()];
        for now in (0..=END).step_by(usize::try_from(EVERY).unwrap()) {
            for (index, found) in matches(&plans, &events, now).into_iter().enumerate() {
                let found: BTreeSet<String> = found.iter().map(|row| identity(row, &plans[index])).collect();
                reported[index].extend(found.difference(&before[index]).cloned());
                before[index] = found;
            }
        }
        let ideal = evaluated(&plans, &events, Grain::Match);
        for ((plan, reported), ideal) in plans.iter().zip(reported).zip(ideal) {
            let ideal = sorted(ideal.iter().map(|row| identity(row, plan)).collect());
            let reported = sorted(reported);
            if is_monotone(plan) {
                assert_eq!(reported, ideal, "{}, world {seed}", plan.name);
            } else {
                let lost: Vec<&String> = ideal.iter().filter(|one| !reported.contains(one)).collect();
                assert!(lost.is_empty(), "{}, world {seed}: {lost:?}", plan.name);
            }
        }
    }
}
