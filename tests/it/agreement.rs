//! One rule, several engines: the evaluator, the KQL query on `DuckDB`, the SPL search on the Splunk model, and SQL find the same
//! matches and alerts in the same made-up events.

use std::sync::Arc;

use tokentrail::plan::Plan;
use tokentrail::target::{Dialect, Grain, Options};

use crate::check::{check_text, has_errors};
use crate::engines::{Engine, Question, canonical, compare, evaluated, hunt, query, sorted};
use crate::world::{Happening, SOURCES, happenings, hard};

pub mod edges;
mod fields;
mod late;
pub mod period;
pub mod prevalence;
pub mod runs;

/// Rules over the made-up events: each is there for a construct.
const RULES: [(&str, &str); 2] = [
    ("agreement.trail", include_str!("../fixtures/agreement.trail")),
    ("agreement_shapes.trail", include_str!("../fixtures/agreement_shapes.trail")),
];

/// The same for functions, whose queries the executor is slow to read.
pub const FUNCTIONS: (&str, &str) =
    ("agreement_functions.trail", include_str!("../fixtures/agreement_functions.trail"));

/// The rules of a file.
pub fn plans_of((name, text): (&str, &str)) -> Vec<Plan> {
    let (checked, _) = check_text(name, text);
    assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
    checked.plans
}

/// The rules of all shapes.
pub fn plans() -> Vec<Plan> {
    RULES.into_iter().flat_map(plans_of).collect()
}

/// How many sets of events each rule sees.
const SETS: u64 = 8;

/// The events of a set.
fn world(seed: u64) -> Vec<Happening> {
    with_twins(happenings(seed, 40 + usize::try_from(seed).unwrap() * 12, &SOURCES))
}

/// Gives some events the time and the id of another source's: they are other events all the same.
fn with_twins(mut events: Vec<Happening>) -> Vec<Happening> {
    for index in (9..events.len()).step_by(10) {
        let (before, rest) = events.split_at_mut(index);
        let (twin, other) = (&before[index - 1], &mut rest[0]);
        if twin.source != other.source && twin.id != other.id {
            other.arrived += twin.second - other.second;
            other.second = twin.second;
            other.id.clone_from(&twin.id);
        }
    }
    events
}

/// What the rules are asked over sets of events.
pub fn questions<'a>(engine: Engine, plans: &'a [Plan], sets: u64, grains: &[Grain]) -> Vec<Question<'a>> {
    (0..sets).flat_map(|seed| questions_of(engine, plans, &format!("world {seed}"), world(seed), grains)).collect()
}

/// Events that are made to trip, and none at all.
fn hard_worlds() -> Vec<(&'static str, Vec<Happening>)> {
    vec![("hard 0", hard(0, 70, &SOURCES)), ("hard 1", hard(1, 130, &SOURCES)), ("empty", Vec::new())]
}

fn questions_of<'a>(
    engine: Engine,
    plans: &'a [Plan],
    world: &str,
    events: Vec<Happening>,
    grains: &[Grain],
) -> Vec<Question<'a>> {
    let mut questions = Vec::new();
    let events = Arc::new(events);
    for &grain in grains {
        for (plan, found) in plans.iter().zip(evaluated(plans, &events, grain)) {
            let query = query(plan, engine, Options { grain, period: hunt() });
            let rows: Vec<String> = found.iter().map(|row| canonical(row, plan, grain)).collect();
            questions.push(Question {
                name: world.to_owned(),
                plan,
                grain,
                query,
                now: 86_400,
                events: Arc::clone(&events),
                expected: sorted(rows),
            });
        }
    }
    questions
}

fn finds_what_the_evaluator_finds(engine: Engine, plans: &[Plan], sets: u64, grains: &[Grain]) {
    let mut questions = questions(engine, plans, sets, grains);
    // The queries are the same, so that these cost little.
    for (name, events) in hard_worlds() {
        questions.extend(questions_of(engine, plans, name, events, grains));
    }
    compare(engine, &questions);
}

#[test]
fn kql_finds_what_the_evaluator_finds() {
    finds_what_the_evaluator_finds(Engine::Kql, &plans(), SETS, &[Grain::Match, Grain::Alert]);
}

#[test]
fn spl_finds_what_the_evaluator_finds() {
    finds_what_the_evaluator_finds(Engine::Spl, &plans(), SETS, &[Grain::Match, Grain::Alert]);
}

#[test]
fn duckdb_finds_what_the_evaluator_finds() {
    finds_what_the_evaluator_finds(Engine::Sql(Dialect::DuckDb), &plans(), SETS, &[Grain::Match, Grain::Alert]);
}

#[test]
fn kql_gives_functions_the_values_that_the_evaluator_gives() {
    finds_what_the_evaluator_finds(Engine::Kql, &plans_of(FUNCTIONS), 3, &[Grain::Match]);
}

#[test]
fn spl_gives_functions_the_values_that_the_evaluator_gives() {
    finds_what_the_evaluator_finds(Engine::Spl, &plans_of(FUNCTIONS), 3, &[Grain::Match]);
}

#[test]
fn duckdb_gives_functions_the_values_that_the_evaluator_gives() {
    finds_what_the_evaluator_finds(Engine::Sql(Dialect::DuckDb), &plans_of(FUNCTIONS), 3, &[Grain::Match]);
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
