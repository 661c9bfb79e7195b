//! What is written for every shipped rule: all targets side by side, pinned; and Microsoft's analyser over every query.

use std::collections::HashSet;
use std::process::Command;

use tokentrail::catalog::load;
use tokentrail::check;
use tokentrail::plan::Plan;
use tokentrail::source::{Source, Sources};
use tokentrail::syntax;
use tokentrail::target::{self, Dialect, Grain, Options, Period, Target};

use crate::check::shipped_rules;
use crate::oracle;

/// The plans of the shipped rules.
pub fn shipped_plans() -> Vec<Plan> {
    let mut sources = Sources::default();
    let files = shipped_rules().into_iter().map(|(path, text)| {
        let id = sources.add(Source::new(path, text));
        (id, syntax::parse(id, sources.get(id)))
    });
    let files: Vec<_> = files.collect();
    check::check(files, &sources, &load::builtin(), jiff::civil::date(2026, 11, 23)).plans
}

const SCHEDULED: Options = Options { grain: Grain::Alert, period: Period::Scheduled };
/// The week from 2026-01-05.
const HUNT: Options =
    Options { grain: Grain::Match, period: Period::Hunt { from: 1_767_571_200_000_000, to: 1_768_176_000_000_000 } };

#[test]
fn queries_of_shipped_rules_are_pinned() {
    for plan in shipped_plans() {
        let mut text = String::new();
        for target in [Target::Kql, Target::Spl, Target::Sql(Dialect::DuckDb)] {
            for options in [SCHEDULED, HUNT] {
                let query = target::write(&plan, target, options).unwrap().text;
                let title = if options == SCHEDULED { "scheduled alerts" } else { "matches of a hunt" };
                text += &format!("=== {}, {title}\n{query}\n", target.word());
            }
        }
        for dialect in [Dialect::Spark, Dialect::ClickHouse] {
            let title = format!("{}, where it is not what DuckDB's is", dialect.title());
            text += &format!("=== {title}\n{}\n", differences(&plan, dialect));
        }
        // The version of the program is not part of what is pinned.
        let text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
        insta::assert_snapshot!(plan.name.as_str(), text);
    }
}

/// The lines of a query that the same query for `DuckDB` does not have, each once.
fn differences(plan: &Plan, dialect: Dialect) -> String {
    let write = |dialect| target::write(plan, Target::Sql(dialect), SCHEDULED).unwrap().text;
    let (theirs, duckdb) = (write(dialect), write(Dialect::DuckDb));
    let mut known: HashSet<&str> = duckdb.lines().collect();
    theirs.lines().filter(|line| known.insert(line)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn microsofts_analyser_has_nothing_against_the_kql() {
    let mut queries = Vec::new();
    for plan in shipped_plans() {
        for grain in [Grain::Match, Grain::Alert] {
            for (name, period) in [("scheduled", Period::Scheduled), ("hunt", HUNT.period)] {
                let text = target::write(&plan, Target::Kql, Options { grain, period }).unwrap().text;
                queries.push((format!("{}_{name}_{grain:?}", plan.name), text));
            }
            let short = target::kql::write(&plan, Options { grain, period: Period::Scheduled }).short_text();
            queries.push((format!("{}_short_{grain:?}", plan.name), short));
        }
    }
    assert_analysed(&queries);
}

/// What the analyser may say, and why it does not count.
const LET_PASS: [(&str, &str); 1] =
    [("KS515", "prefers the estimate `dcount` to `count_distinct`, which is exact, and a threshold must be")];

/// Microsoft's analyser has nothing against these queries, Sentinel's limits included.
pub fn assert_analysed(queries: &[(String, String)]) {
    assert_analysed_up_to(queries, 10_000);
}

/// The same for queries that are not scheduled rules and may have more characters.
pub fn assert_analysed_up_to(queries: &[(String, String)], characters: usize) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/oracles/queries");
    std::fs::create_dir_all(&folder).unwrap();
    let mut files = Vec::new();
    for (name, text) in queries {
        let file = folder.join(format!("{name}.kql"));
        std::fs::write(&file, text).unwrap();
        files.push(file);
    }
    let output = Command::new("node")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles/kql/kqlcheck.mjs"))
        .args(["--sentinel", "--max-chars", &characters.to_string(), "--schema"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles/schema/sentinel.json"))
        .args(&files)
        .env("KQLCHECK_MODULES", oracle::analyser())
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    let is_let_pass = |line: &str| LET_PASS.iter().any(|(code, _)| line.contains(&format!(" {code}:")));
    let findings: Vec<&str> =
        report.lines().filter(|line| line.contains(".kql:") && line.contains(": ") && !is_let_pass(line)).collect();
    let passed = report.lines().filter(|line| line.contains(".kql: ok (")).count();
    let findings: Vec<&&str> = findings.iter().filter(|line| !line.contains(".kql: ok (")).collect();
    assert!(findings.is_empty(), "{findings:#?}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(passed, files.len(), "{report}\n{}", String::from_utf8_lossy(&output.stderr));
}
