//! SQL in detail, on `DuckDB`: every shipped rule, the tests of all of them, a day of logs, and what users are told to write.

use tokentrail::target::Dialect;

use crate::asked::Work;
use crate::rules::shipped;
use crate::shipped::{GRAINS, analyse, ask_day, ask_tests};

#[test]
fn the_tests_of_the_shipped_rules_come_out_alike_in_duckdb() {
    let (checked, sources) = shipped();
    assert!(checked.tests.len() >= 400, "{}", checked.tests.len());
    let mut work = Work::default();
    ask_tests(&mut work, &checked.plans, &checked.tests, &sources, Dialect::DuckDb, &GRAINS);
    work.compare(Dialect::DuckDb);
}

#[test]
fn shipped_rules_find_in_a_day_of_logs_what_the_evaluator_finds() {
    let plans = shipped().0.plans;
    let mut work = Work::default();
    ask_day(&mut work, &plans, Dialect::DuckDb, &GRAINS);
    work.compare(Dialect::DuckDb);
}

#[test]
fn duckdb_takes_every_shipped_rule() {
    let plans = shipped().0.plans;
    let mut work = Work::default();
    analyse(&mut work, &plans, Dialect::DuckDb);
    work.compare(Dialect::DuckDb);
}
