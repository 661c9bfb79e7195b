//! Hunts whose period begins and ends in the middle of the events: what lies before it is read as far as a match needs it, and the
//! period has its first moment and not its last one.

use std::sync::Arc;

use serde_json::Value as Json;
use tokentrail::plan::Plan;
use tokentrail::target::{Grain, Options, Period};

use super::plans;
use crate::engines::{Engine, Question, canonical, compare, evaluated, query, sorted};
use crate::world::{SOURCES, START, happenings};

/// From the first moment of the period to the first one after it, in seconds: events lie on both, and both lie in the middle of an
/// hour.
const PERIOD: std::ops::Range<i64> = 8100..13_500;

/// Seeds and numbers of events.
const WORLDS: [(u64, usize); 2] = [(206, 100), (208, 140)];

fn second(row: &Json) -> i64 {
    row["time"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second() - START
}

/// What the rules are asked of such a period.
pub fn questions(engine: Engine, plans: &[Plan]) -> Vec<Question<'_>> {
    let micros = |second: i64| (START + second) * 1_000_000;
    let period = Period::Hunt { from: micros(PERIOD.start), to: micros(PERIOD.end) };
    let mut questions = Vec::new();
    for (seed, count) in WORLDS {
        let events = Arc::new(happenings(seed, count, &SOURCES));
        for (plan, found) in plans.iter().zip(evaluated(plans, &events, Grain::Match)) {
            let inside = found.iter().filter(|row| PERIOD.contains(&second(row)));
            questions.push(Question {
                name: format!("world {seed}, cut"),
                plan,
                grain: Grain::Match,
                query: query(plan, engine, Options { grain: Grain::Match, period }),
                now: 86_400,
                events: Arc::clone(&events),
                expected: sorted(inside.map(|row| canonical(row, plan, Grain::Match)).collect()),
            });
        }
    }
    questions
}

#[test]
fn kql_finds_in_a_period_what_the_evaluator_does() {
    compare(Engine::Kql, &questions(Engine::Kql, &plans()));
}

#[test]
fn spl_finds_in_a_period_what_the_evaluator_does() {
    compare(Engine::Spl, &questions(Engine::Spl, &plans()));
}

/// Events on the edges, and matches on both sides of them: the worlds would prove nothing otherwise.
#[test]
fn rules_match_on_the_edges_of_the_period() {
    let plans = plans();
    for (seed, count) in WORLDS {
        let events = happenings(seed, count, &SOURCES);
        let found = evaluated(&plans, &events, Grain::Match).concat();
        for edge in [PERIOD.start, PERIOD.end] {
            assert!(found.iter().any(|row| second(row) == edge), "world {seed}, {edge}");
        }
    }
}
