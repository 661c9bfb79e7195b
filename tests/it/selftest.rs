//! `build --selftest`: the self-tests of the shipped rules say pass on every engine, and fail where the query or the events are not
//! what they should be.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use serde_json::{Value as Json, json};
use tokentrail::target::Dialect;

use crate::emit::assert_analysed;
use crate::engines::Engine;
use crate::oracle;

fn build(arguments: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tokentrail"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env("COLUMNS", "100").env("LC_ALL", "C.UTF-8");
    command.arg("build").args(arguments).output().unwrap()
}

fn words(engine: Engine) -> Vec<&'static str> {
    match engine {
        Engine::Kql => vec!["--target", "kql"],
        Engine::Spl => vec!["--target", "spl"],
        Engine::Sql(dialect) => vec!["--target", "sql", "--dialect", dialect.word()],
    }
}

/// The self-tests of all shipped rules, by name of the file.
fn shipped(engine: Engine) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let output = build(&[&["rules", "--selftest", "-o", path], words(engine).as_slice()].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files = std::fs::read_dir(Path::new(path)).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap()))
        .collect()
}

/// The self-test of one rule.
fn of_rule(engine: Engine, rule: &str, more: &[&str]) -> String {
    let output = build(&[&["rules", "--selftest", "--rule", rule], words(engine).as_slice(), more].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The rows that an engine gives, which has no events at all.
fn asked(engine: Engine, queries: &[&String]) -> Vec<Result<Vec<Json>, String>> {
    let now = 1_800_000_000;
    let job = |query: &&String| match engine {
        Engine::Kql => json!({"query": query, "now": "2027-01-15T08:00:00Z", "tables": {}}),
        Engine::Spl => json!({"search": query, "now": now, "macros": {}}),
        Engine::Sql(_) => json!({"query": query, "now": now * 1_000_000, "world": 0}),
    };
    let jobs: Vec<Json> = queries.iter().map(job).collect();
    let answers = match engine {
        Engine::Kql => oracle::kql(&json!({"schema": {}, "jobs": jobs})),
        Engine::Spl => oracle::spl(&json!(jobs)),
        Engine::Sql(dialect) => oracle::sql(dialect, &json!({"worlds": [{}], "jobs": jobs})),
    };
    let rows = |answer: Json| match &answer["rows"] {
        Json::Array(rows) => Ok(rows.clone()),
        _ => Err(answer["error"].to_string()),
    };
    answers.into_iter().map(rows).collect()
}

/// How many tests pass; fails where one does not.
pub fn selftests_pass(engine: Engine) -> usize {
    let queries = shipped(engine);
    let mut wrong = Vec::new();
    let mut passed = 0;
    for (name, rows) in queries.keys().zip(asked(engine, &queries.values().collect::<Vec<_>>())) {
        match rows {
            Err(error) => wrong.push(format!("{name}: {error}")),
            Ok(rows) if rows.is_empty() => wrong.push(format!("{name}: no rows")),
            Ok(rows) => {
                let failed: Vec<&Json> = rows.iter().filter(|row| row["verdict"] != "pass").collect();
                passed += rows.len() - failed.len();
                wrong.extend(failed.into_iter().map(|row| format!("{name}: {row:#}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), passed + wrong.len(), wrong.join("\n"));
    passed
}

#[test]
fn every_shipped_rule_passes_its_selftest_in_kql() {
    assert!(selftests_pass(Engine::Kql) > 300);
}

#[test]
fn every_shipped_rule_passes_its_selftest_in_spl() {
    assert!(selftests_pass(Engine::Spl) > 300);
}

#[test]
fn every_shipped_rule_passes_its_selftest_in_duckdb() {
    assert!(selftests_pass(Engine::Sql(Dialect::DuckDb)) > 300);
}
