//! What a schedule promises, on the engines themselves: events are delivered late (up to the declared delay), twice and in any
//! order, the built query runs time after time, and all runs together report every match, and none of them twice.
//!
//! The control is what is written without that care: the same query over the time since the last run loses matches, and over a
//! longer time it repeats them.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokentrail::plan::{Plan, Runs, Schedule, Shape};
use tokentrail::target::{Dialect, Grain, Options, Period};

use super::plans_of;
use super::runs::{arrived, is_monotone};
use crate::engines::{Engine, Question, canonical, evaluated, hunt, query};
use crate::world::{Dice, Happening, SOURCES, happenings};

/// Seconds between runs.
const EVERY: i64 = 3600;

/// How late events are at most, in seconds: more than the time between two runs.
const LONG_DELAY: i64 = 2 * EVERY;

/// The same for rules whose matches an event may unmake. It is less than the time between two runs, so that a match is not unmade
/// by one late event and made again by a later one.
const SHORT_DELAY: i64 = EVERY - 600;

/// The last run: everything has arrived and stands.
const END: i64 = 9 * EVERY;

const WORLDS: std::ops::Range<u64> = 200..202;

fn delay(plan: &Plan) -> i64 {
    if is_monotone(plan) { LONG_DELAY } else { SHORT_DELAY }
}

fn plans() -> Vec<Plan> {
    let mut plans = plans_of(("agreement_late.trail", include_str!("../../fixtures/agreement_late.trail")));
    for plan in &mut plans {
        plan.schedule = Schedule { every: EVERY * 1_000_000, delay: delay(plan) * 1_000_000, runs: Runs::Scheduled };
    }
    plans
}

/// Events as they are delivered: some at once, some at the last moment, some on the moment of a run, some again later.
fn delivered(seed: u64, delay: i64) -> Vec<Happening> {
    let mut dice = Dice(seed);
    let mut events = happenings(seed, 90, &SOURCES);
    let mut firsts: BTreeMap<String, i64> = BTreeMap::new();
    for event in &mut events {
        let whole = u64::try_from(delay).unwrap();
        let late = match dice.below(6) {
            0 => delay,
            1 => (event.second.div_euclid(EVERY) + 1) * EVERY - event.second,
            2 | 3 => i64::try_from(dice.below(whole)).unwrap(),
            _ => i64::try_from(dice.below(120)).unwrap(),
        };
        let first = *firsts.entry(event.id.clone()).or_insert(event.second + late.min(delay));
        event.arrived = first;
    }
    for index in 0..events.len() {
        if dice.below(5) == 0 {
            let mut copy = events[index].clone();
            copy.arrived += i64::try_from(dice.below(7200)).unwrap();
            events.push(copy);
        }
    }
    for index in (1..events.len()).rev() {
        events.swap(index, usize::try_from(dice.below(index as u64 + 1)).unwrap());
    }
    events
}

/// What tells a match from others, and the same for the bucket that it speaks for.
fn identity(row: &serde_json::Value, plan: &Plan) -> String {
    let bare = Plan { show: Vec::new(), ..plan.clone() };
    let text = canonical(row, &bare, Grain::Match);
    let Shape::Tumbling(window) = &plan.shape else { return text };
    let (key, rest) = text.split_once(" time=").unwrap();
    let micros: i64 = rest.split(' ').next().unwrap().parse().unwrap();
    format!("{key} bucket={}", micros.div_euclid(window.width))
}

/// How often each match is reported.
type Reported = BTreeMap<String, usize>;

/// What a query is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The scheduled query.
    Scheduled(Grain),
    /// The query over what lies so many seconds back, whatever had arrived when.
    Naive(i64),
}

impl Way {
    fn query(self, plan: &Plan, engine: Engine) -> String {
        match self {
            Self::Scheduled(grain) => query(plan, engine, Options { grain, period: Period::Scheduled }),
            Self::Naive(seconds) => {
                let text = query(plan, engine, Options { grain: Grain::Match, period: hunt() });
                if engine == Engine::Kql { over_the_last(&text, seconds) } else { text }
            }
        }
    }

    fn grain(self) -> Grain {
        match self {
            Self::Scheduled(grain) => grain,
            Self::Naive(_) => Grain::Match,
        }
    }

    /// The events that a run sees. Splunk chooses them by `earliest`, and a view by the time in it; KQL has that in its text.
    fn seen(self, engine: Engine, events: &[Happening], now: i64) -> Vec<Happening> {
        let mut seen = arrived(events, now);
        if let (Self::Naive(seconds), Engine::Spl | Engine::Sql(_)) = (self, engine) {
            seen.retain(|event| event.second > now - seconds);
        }
        seen
    }
}

/// `TimeGenerated > ago(…)` instead of what the query reads.
fn over_the_last(text: &str, seconds: i64) -> String {
    let mut changed = 0;
    let lines = text.lines().map(|line| {
        let Some((before, _)) = line.split_once("| where TimeGenerated >= ") else { return line.to_owned() };
        changed += 1;
        format!("{before}| where TimeGenerated > ago({seconds}s)")
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    assert!(changed > 0, "{text}");
    text
}

/// The rows that all runs give together, per rule, for each world.
fn rows(engine: Engine, plans: &[Plan], way: impl Fn(&Plan) -> Way) -> Vec<Vec<Vec<serde_json::Value>>> {
    let mut questions: Vec<Question<'_>> = Vec::new();
    let mut places = Vec::new();
    for world in WORLDS {
        for now in (0..=END).step_by(usize::try_from(EVERY).unwrap()) {
            let mut known: Vec<(i64, Way, Arc<Vec<Happening>>)> = Vec::new();
            for (index, plan) in plans.iter().enumerate() {
                let (delay, way) = (delay(plan), way(plan));
                let events = known.iter().find(|(of, by, _)| (*of, *by) == (delay, way)).map(|found| &found.2);
                let events = events.cloned().unwrap_or_else(|| {
                    let seen = Arc::new(way.seen(engine, &delivered(world, delay), now));
                    known.push((delay, way, Arc::clone(&seen)));
                    seen
                });
                let (query, grain, expected) = (way.query(plan, engine), way.grain(), Vec::new());
                questions.push(Question { name: String::new(), plan, grain, query, now, events, expected });
                places.push((usize::try_from(world - WORLDS.start).unwrap(), index));
            }
        }
    }
    let mut rows = vec![vec![Vec::new(); plans.len()]; usize::try_from(WORLDS.end - WORLDS.start).unwrap()];
    for ((world, plan), (question, answer)) in places.into_iter().zip(questions.iter().zip(engine.ask(&questions))) {
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error}\n{}", question.plan.name, question.query));
        rows[world][plan].extend(answer);
    }
    rows
}

/// Every match that there is, per world and rule.
fn ideal(plans: &[Plan]) -> Vec<Vec<Vec<String>>> {
    let of_world = |world| {
        let of_rule = |(index, plan): (usize, &Plan)| {
            let found = evaluated(plans, &delivered(world, delay(plan)), Grain::Match).swap_remove(index);
            found.iter().map(|row| identity(row, plan)).collect()
        };
        plans.iter().enumerate().map(of_rule).collect()
    };
    WORLDS.map(of_world).collect()
}

fn reported(rows: &[serde_json::Value], plan: &Plan) -> Reported {
    let mut reported = Reported::new();
    rows.iter().for_each(|row| *reported.entry(identity(row, plan)).or_default() += 1);
    reported
}

/// The key of a row, and the times of an alert or of a match.
fn stretch(row: &serde_json::Value, plan: &Plan, grain: Grain) -> (String, i64, i64) {
    let bare = Plan { show: Vec::new(), ..plan.clone() };
    let text = canonical(row, &bare, grain);
    let time = |name: &str| -> Option<i64> { text.split(' ').find_map(|part| part.strip_prefix(name)?.parse().ok()) };
    let key = |name: &str| text.split(name).next().unwrap().to_owned();
    match grain {
        Grain::Match => (key("time="), time("time=").unwrap(), time("time=").unwrap()),
        Grain::Alert => (key("first_time="), time("first_time=").unwrap(), time("last_time=").unwrap()),
    }
}

fn all_runs_together(engine: Engine) {
    let plans = plans();
    let matches = rows(engine, &plans, |_| Way::Scheduled(Grain::Match));
    let alerts = rows(engine, &plans, |_| Way::Scheduled(Grain::Alert));
    for (world, ideal) in ideal(&plans).iter().enumerate() {
        for (index, plan) in plans.iter().enumerate() {
            let name = format!("{engine:?}, {}, world {world}", plan.name);
            let (ideal, found) = (&ideal[index], &matches[world][index]);
            let reported = reported(found, plan);
            let lost: Vec<&String> = ideal.iter().filter(|one| !reported.contains_key(*one)).collect();
            assert!(lost.is_empty(), "{name} loses {lost:#?} of {}", ideal.len());
            let twice: Vec<_> = reported.iter().filter(|(_, times)| **times > 1).collect();
            assert!(twice.is_empty(), "{name} repeats {twice:#?}");
            assert!(!is_monotone(plan) || reported.len() == ideal.len(), "{name} reports what is no match");
            in_alerts(&name, plan, found, &alerts[world][index]);
        }
    }
}

/// Alerts hold the same matches, each once.
fn in_alerts(name: &str, plan: &Plan, matches: &[serde_json::Value], alerts: &[serde_json::Value]) {
    let held: u64 = alerts.iter().map(|row| row["matches"].as_u64().unwrap_or_else(|| panic!("{row}"))).sum();
    assert_eq!(held, matches.len() as u64, "{name}, matches in alerts");
    let alerts: Vec<_> = alerts.iter().map(|row| stretch(row, plan, Grain::Alert)).collect();
    for row in matches {
        let (key, time, _) = stretch(row, plan, Grain::Match);
        let holds = |(of, first, last): &(String, i64, i64)| *of == key && *first <= time && time <= *last;
        assert!(alerts.iter().any(holds), "{name}: no alert holds {row}");
    }
}

#[test]
fn all_runs_of_kql_together_report_every_match_once() {
    all_runs_together(Engine::Kql);
}

#[test]
fn all_runs_of_spl_together_report_every_match_once() {
    all_runs_together(Engine::Spl);
}

#[test]
fn all_runs_of_duckdb_together_report_every_match_once() {
    all_runs_together(Engine::Sql(Dialect::DuckDb));
}

/// How many matches a naive query loses and repeats, per rule, of how many.
fn lost_and_repeated(engine: Engine, plans: &[Plan], way: impl Fn(&Plan) -> Way) -> Vec<[usize; 3]> {
    let found = rows(engine, plans, way);
    let mut counts = vec![[0; 3]; plans.len()];
    for (found, ideal) in found.iter().zip(ideal(plans)) {
        for (index, plan) in plans.iter().enumerate() {
            let reported = reported(&found[index], plan);
            let [lost, repeated, all] = &mut counts[index];
            *lost += ideal[index].iter().filter(|one| !reported.contains_key(*one)).count();
            *repeated += ideal[index].iter().filter(|one| reported.get(*one).is_some_and(|times| *times > 1)).count();
            *all += ideal[index].len();
        }
    }
    counts
}

#[expect(clippy::print_stdout, reason = "how many of how many is worth a look")]
fn naive_queries_lose_or_repeat(engine: Engine) {
    let plans = plans();
    let since = lost_and_repeated(engine, &plans, |_| Way::Naive(EVERY));
    let longer = lost_and_repeated(engine, &plans, |plan| Way::Naive(plan.lookback() / 1_000_000));
    println!("{engine:?}, of how many matches a query without the logic of arrivals");
    for (plan, ([lost, _, all], [still_lost, repeated, _])) in plans.iter().zip(since.into_iter().zip(longer)) {
        println!(
            "{:16} {all:4}: over the time since the last run loses {lost}; over the lookback repeats {repeated}",
            plan.name
        );
        assert!(lost > 0, "{engine:?}, {} of {all}", plan.name);
        assert!(repeated > 0, "{engine:?}, {} of {all}", plan.name);
        assert!(!is_monotone(plan) || still_lost == 0, "{engine:?}, {}: {still_lost} of {all}", plan.name);
    }
}

#[test]
fn naive_kql_loses_matches_or_repeats_them() {
    naive_queries_lose_or_repeat(Engine::Kql);
}

#[test]
fn naive_spl_loses_matches_or_repeats_them() {
    naive_queries_lose_or_repeat(Engine::Spl);
}

#[test]
fn naive_sql_loses_matches_or_repeats_them() {
    naive_queries_lose_or_repeat(Engine::Sql(Dialect::DuckDb));
}

/// The worlds are as late as they are said to be.
#[test]
fn events_arrive_up_to_the_declared_delay_and_on_the_moment_of_a_run() {
    for delay in [SHORT_DELAY, LONG_DELAY] {
        let events = delivered(WORLDS.start, delay);
        let first = |event: &Happening| events.iter().filter(|other| other.id == event.id).map(|one| one.arrived).min();
        let late: Vec<i64> = events.iter().map(|event| first(event).unwrap() - event.second).collect();
        assert_eq!((late.iter().max(), late.iter().all(|late| *late >= 0)), (Some(&delay), true));
        assert!(events.iter().filter(|event| event.arrived % EVERY == 0).count() > 5);
        assert!(events.iter().filter(|event| first(event) != Some(event.arrived)).count() > 5, "copies");
        assert!(events.iter().all(|event| first(event).unwrap() < END - EVERY / 2));
    }
}
