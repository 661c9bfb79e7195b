//! The same proof on Spark and ClickHouse, which are large: `cargo test --locked --test lake`.
//!
//! One process for each engine is asked everything: the rules for each construct over made-up events, and lists; on ClickHouse
//! also the shipped rules over a day of logs and over the events of their tests. Both must take the query of every shipped rule.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    clippy::too_many_lines,
    dead_code,
    unused_imports,
    reason = "a test that cannot go on should stop; the other tests use more of what is shared"
)]

#[path = "../it"]
mod it {
    pub mod asked;
    pub mod engines;
    pub mod listed;
    pub mod oracle;
    pub mod reference;
    pub mod rules;
    pub mod shipped;
    pub mod world;
}

use tokentrail::plan::Plan;
use tokentrail::target::{self, Dialect, Options, Target};

use it::{asked, engines, listed, oracle, reference, rules, shipped, world};

use asked::{Asked, Work};
use engines::views::lake;
use engines::{canonical, evaluated, hunt, sorted};
use rules::{check_text, has_errors};
use shipped::GRAINS;
use world::{SOURCES, START, happenings};

/// Rules that are there for a construct each.
const CONSTRUCTS: [(&str, &str); 4] = [
    ("agreement.trail", include_str!("../fixtures/agreement.trail")),
    ("agreement_shapes.trail", include_str!("../fixtures/agreement_shapes.trail")),
    ("agreement_functions.trail", include_str!("../fixtures/agreement_functions.trail")),
    ("agreement_prevalence.trail", include_str!("../fixtures/agreement_prevalence.trail")),
];

fn constructs() -> Vec<Plan> {
    let plans = CONSTRUCTS.into_iter().flat_map(|(name, text)| {
        let (checked, _) = check_text(name, text);
        assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
        checked.plans
    });
    plans.collect()
}

/// Asks what the rules for constructs find in a world; the seed of the world tells the grain too.
fn ask_constructs<'p>(work: &mut Work<'p>, plans: &'p [Plan], dialect: Dialect, seed: u64) {
    let grain = GRAINS[usize::try_from(seed).unwrap() % 2];
    let events = happenings(seed, 100, &SOURCES);
    let world = work.world(lake(&events));
    for (plan, found) in plans.iter().zip(evaluated(plans, &events, grain)) {
        let query = target::write(plan, Target::Sql(dialect), Options { grain, period: hunt() }).unwrap().text;
        let expected = sorted(found.iter().map(|row| canonical(row, plan, grain)).collect());
        let asked = Asked { name: format!("world {seed}, {}, {grain:?}", plan.name), plan, grain, expected };
        work.ask(&query, START + 86_400, world, asked);
    }
}

#[test]
fn spark_finds_what_the_evaluator_finds() {
    let (constructs, lists, (checked, _)) = (constructs(), listed::plans_of_every_kind(), rules::shipped());
    let mut work = Work::default();
    ask_constructs(&mut work, &constructs, Dialect::Spark, 5);
    listed::ask(&mut work, &lists, Dialect::Spark, 1);
    shipped::analyse(&mut work, &checked.plans, Dialect::Spark);
    work.compare(Dialect::Spark);
}

#[test]
fn clickhouse_finds_what_the_evaluator_finds() {
    let (constructs, lists, (checked, sources)) = (constructs(), listed::plans_of_every_kind(), rules::shipped());
    let mut work = Work::default();
    for seed in 0..4 {
        ask_constructs(&mut work, &constructs, Dialect::ClickHouse, seed);
    }
    listed::ask(&mut work, &lists, Dialect::ClickHouse, 2);
    shipped::ask_tests(&mut work, &checked.plans, &checked.tests, &sources, Dialect::ClickHouse, &GRAINS);
    shipped::ask_day(&mut work, &checked.plans, Dialect::ClickHouse, &GRAINS);
    shipped::analyse(&mut work, &checked.plans, Dialect::ClickHouse);
    work.compare(Dialect::ClickHouse);
}
