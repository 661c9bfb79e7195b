//! Rules and events out of a hat: every engine finds in them what the evaluator and the reference find.
//!
//! Rules are written as texts, well typed by construction from the catalogue and the library, over logs whose events are made up by
//! [`crate::world`]. The seeds are fixed, so that every machine asks the same. A rule counts only if it finds something and not
//! everything.
//!
//! Other seeds, and as many as there is time for:
//!
//! ```text
//! TOKENTRAIL_SEEDS=1000..1400 cargo test --test it generated -- --nocapture
//! ```
//!
//! `TOKENTRAIL_WORLDS=3` asks each rule in fewer worlds than ten, for more rules in the same time.
//!
//! What differs is shrunk to a small rule and few events, printed, and left in `target/differences` as a pair of files; those go to
//! `tests/fixtures/regressions` under a name that says what was wrong.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use tokentrail::target::Dialect;

use crate::engines::Engine;

mod condition;
mod coverage;
mod expr;
pub mod judge;
mod literal;
mod node;
mod record;
mod regressions;
mod rule;
pub mod shrink;
pub mod suite;
mod vocabulary;

use judge::Judge;
use shrink::{Case, shrink};
use suite::{How, Outcome, Suite};

/// The seeds of every run of the tests, the rules that are kept of them, and the worlds of each.
const SEEDS: Range<u64> = 0..1000;
const RULES: usize = 220;
const WORLDS: u64 = 10;

/// The seeds that the environment asks for.
fn wanted_seeds() -> Option<Range<u64>> {
    let text = std::env::var("TOKENTRAIL_SEEDS").ok()?;
    let (from, to) = text.split_once("..").expect("TOKENTRAIL_SEEDS=FROM..TO");
    Some(from.parse().unwrap()..to.parse().unwrap())
}

static SUITE: LazyLock<Suite> = LazyLock::new(|| {
    let start = Instant::now();
    let suite = match wanted_seeds() {
        Some(seeds) => {
            let worlds = std::env::var("TOKENTRAIL_WORLDS").map_or(WORLDS, |text| text.parse().unwrap());
            suite::pairs(seeds, usize::MAX, worlds)
        }
        None => suite::pairs(SEEDS, RULES, WORLDS),
    };
    println!("{} rules kept, thrown away: {:?}; {:?}", suite.rules.len(), suite.thrown, start.elapsed());
    suite
});

/// Rules of the fixed suite in which somebody is known to differ, and why.
const KNOWN: [(&str, Judge, How, &str); 3] = [
    (
        "generated_187",
        KQL,
        How::Matches,
        "half a microsecond: timespans of KQL have 100 ns, durations whole microseconds",
    ),
    ("generated_238", KQL, How::Matches, "the executor cannot divide a computed timespan by a negative number"),
    ("generated_272", KQL, How::Runs, "KQL holds the windows of the run before against what is usual now"),
];

/// Leaves out what is known to differ.
fn without_known(judge: Judge, how: How, rules: &mut BTreeSet<usize>) {
    for (name, of_judge, of_how, reason) in KNOWN {
        let Some(index) = SUITE.rules.iter().position(|rule| rule.generated.name == name) else { continue };
        if wanted_seeds().is_none() && (of_judge, of_how) == (judge, how) && rules.remove(&index) {
            println!("known: {name}: {reason}");
        }
    }
}

/// Asks somebody a part of the suite; what differs is shrunk and fails.
fn agrees(judge: Judge, how: How, part: impl Fn(usize) -> bool) {
    let start = Instant::now();
    let outcome = suite::run(judge, &SUITE, how, part);
    println!("{judge:?}, {how:?}: {} pairs in {:?}", outcome.pairs, start.elapsed());
    refuses_little(judge, &outcome);
    let mut rules: BTreeSet<usize> = outcome.differences.iter().map(|(rule, ..)| *rule).collect();
    without_known(judge, how, &mut rules);
    if rules.is_empty() {
        return;
    }
    for rule in &rules {
        let (_, text, setting, _) = outcome.differences.iter().find(|(other, ..)| other == rule).unwrap();
        let shown: String = text.chars().take(1_000).collect();
        println!("{judge:?}, {setting:?} differs: {}\n{shown}\n", SUITE.rules[*rule].generated.text());
    }
    let most = if wanted_seeds().is_some() { 12 } else { 2 };
    let reports: Vec<String> = rules.iter().take(most).map(|rule| shrunk(judge, how, *rule, &outcome)).collect();
    panic!(
        "{judge:?}, {how:?}: {} pairs of {} rules differ, of {}:\n{}",
        outcome.differences.len(),
        rules.len(),
        outcome.pairs,
        reports.join("\n\n")
    );
}

/// A small case of a rule that differs, as it is left in `target/differences`.
fn shrunk(judge: Judge, how: How, rule: usize, outcome: &Outcome) -> String {
    let of_rule = outcome.differences.iter().filter(|(other, ..)| *other == rule);
    let (_, _, setting, events) = of_rule.min_by_key(|(_, _, _, events)| events.len()).unwrap();
    let tree = SUITE.rules[rule].generated.tree.clone();
    let case = Case { tree, events: events.to_vec(), setting: *setting };
    let (case, text) = shrink(judge, case, Duration::from_secs(60));
    let plan = suite::plan(&rule::text_of(&case.tree)).unwrap();
    let plan = case.setting.adapt(plan);
    let expected = judge::expected(std::slice::from_ref(&plan), case.setting, &case.events).swap_remove(0);
    let (rule_text, json) = case.record(&expected);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/differences");
    std::fs::create_dir_all(&folder).unwrap();
    let name = format!("{}_{how:?}_{judge:?}", SUITE.rules[rule].generated.name);
    let name = name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    std::fs::write(folder.join(format!("{name}.trail")), &rule_text).unwrap();
    std::fs::write(folder.join(format!("{name}.json")), serde_json::to_string_pretty(&json).unwrap()).unwrap();
    let events: Vec<String> = case.events.iter().map(|event| event.raw().to_string()).collect();
    format!("==== {name}\n{rule_text}\n{}\n{text}", events.join("\n"))
}

/// What a target does not write is counted, and is little.
fn refuses_little(judge: Judge, outcome: &Outcome) {
    let refused: usize = outcome.refused.values().map(Vec::len).sum();
    for (reason, rules) in &outcome.refused {
        println!("{judge:?} refuses {} rules: {reason}", rules.len());
    }
    let allowed = match judge {
        Judge::Engine(Engine::Kql | Engine::Spl) | Judge::Reference => SUITE.rules.len() / 50,
        Judge::Engine(Engine::Sql(_)) => SUITE.rules.len(),
    };
    assert!(refused <= allowed, "{judge:?} refuses {refused} rules: {:#?}", outcome.refused);
}

const KQL: Judge = Judge::Engine(Engine::Kql);
const SPL: Judge = Judge::Engine(Engine::Spl);
const DUCKDB: Judge = Judge::Engine(Engine::Sql(Dialect::DuckDb));

#[test]
fn the_reference_finds_the_same_matches() {
    agrees(Judge::Reference, How::Matches, |_| true);
}

#[test]
fn the_reference_finds_the_same_alerts() {
    agrees(Judge::Reference, How::Alerts, |index| index % 4 == 0);
}

#[test]
fn kql_finds_the_same_matches_of_even_rules() {
    agrees(KQL, How::Matches, |index| index % 2 == 0);
}

#[test]
fn kql_finds_the_same_matches_of_odd_rules() {
    agrees(KQL, How::Matches, |index| index % 2 == 1);
}

#[test]
fn kql_finds_the_same_alerts() {
    agrees(KQL, How::Alerts, |index| index % 8 == 1);
}

#[test]
fn runs_of_kql_find_the_same() {
    agrees(KQL, How::Runs, |index| index % 8 == 2);
}

#[test]
fn spl_finds_the_same_matches() {
    agrees(SPL, How::Matches, |_| true);
}

#[test]
fn spl_finds_the_same_alerts() {
    agrees(SPL, How::Alerts, |index| index % 4 == 1);
}

#[test]
fn runs_of_spl_find_the_same() {
    agrees(SPL, How::Runs, |index| index % 4 == 2);
}

#[test]
fn duckdb_finds_the_same_matches() {
    agrees(DUCKDB, How::Matches, |_| true);
}

#[test]
fn duckdb_finds_the_same_alerts() {
    agrees(DUCKDB, How::Alerts, |index| index % 4 == 3);
}

#[test]
fn runs_of_duckdb_find_the_same() {
    agrees(DUCKDB, How::Runs, |index| index % 4 == 0);
}

#[test]
#[ignore = "ClickHouse is large: `cargo test --test it clickhouse -- --ignored`"]
fn clickhouse_finds_the_same_matches() {
    agrees(Judge::Engine(Engine::Sql(Dialect::ClickHouse)), How::Matches, |index| index % 2 == 0);
}

#[test]
#[ignore = "ClickHouse is large: `cargo test --test it clickhouse -- --ignored`"]
fn runs_of_clickhouse_find_the_same() {
    agrees(Judge::Engine(Engine::Sql(Dialect::ClickHouse)), How::Runs, |index| index % 8 == 1);
}

#[test]
#[ignore = "Spark is large and slow: `cargo test --test it spark -- --ignored`"]
fn spark_finds_the_same_matches() {
    agrees(Judge::Engine(Engine::Sql(Dialect::Spark)), How::Matches, |index| index % 32 == 5);
}

#[test]
fn every_shape_function_and_operator_is_in_some_pair() {
    if wanted_seeds().is_some() {
        return;
    }
    let covered: BTreeSet<String> = SUITE.rules.iter().flat_map(|rule| coverage::of(&rule.plan)).collect();
    let wanted = coverage::wanted();
    let lacking: Vec<&String> = wanted.difference(&covered).collect();
    assert!(lacking.is_empty(), "no rule has {lacking:?}");
    let pairs: usize = SUITE.rules.iter().map(|rule| SUITE.worlds[rule.palette].len()).sum();
    assert!(pairs >= 2_000, "{pairs} pairs");
}
