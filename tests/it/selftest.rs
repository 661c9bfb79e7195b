//! `build --selftest`: the self-tests of the shipped rules say pass on every engine, and fail where the query or the events are not
//! what they should be.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use serde_json::{Value as Json, json};
use tokentrail::target::Dialect;

use crate::emit::assert_analysed_up_to;
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
        .filter(|path| path.extension().is_some_and(|ending| ending == engine.target().word()))
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
    let now: i64 = 1_800_000_000;
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
    let rows = |answer: Json| answer["rows"].as_array().cloned().ok_or_else(|| answer["error"].to_string());
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

/// Verdicts by test.
fn verdicts(engine: Engine, query: &str) -> BTreeMap<String, String> {
    let rows = asked(engine, &[&query.to_owned()]).remove(0).unwrap();
    let text = |cell: &Json| cell.as_str().unwrap().to_owned();
    rows.iter().map(|row| (text(&row["test"]), text(&row["verdict"]))).collect()
}

/// A rule with a threshold, and the same condition in each language with another one.
const RULE: &str = "token_geo_traversal";
const SLIPS: [(Engine, &str, &str); 3] = [
    (Engine::Kql, "| where DistinctCountry >= 3", "| where DistinctCountry >= 2"),
    (Engine::Spl, "| where distinct_country>=3", "| where distinct_country>=2"),
    (Engine::Sql(Dialect::DuckDb), "a1 >= 3", "a1 >= 2"),
];

#[test]
fn a_query_that_finds_too_much_fails_the_test_that_expects_nothing() {
    for (engine, condition, slip) in SLIPS {
        let query = of_rule(engine, RULE, &[]);
        assert!(query.contains(condition), "{query}");
        let verdicts = verdicts(engine, &query.replace(condition, slip));
        assert_eq!(verdicts["two countries"], "fail", "{engine:?}");
        assert_eq!(verdicts["no token, or no country"], "pass", "{engine:?}");
    }
}

#[test]
fn a_query_that_lacks_an_event_fails_the_test_of_it() {
    for (engine, _, _) in SLIPS {
        let query = of_rule(engine, RULE, &[]);
        // The third country of the first test, which was another one of the first two.
        let at = query.find("01-e000003").unwrap();
        let line = query[at..].split(if engine == Engine::Spl { "||" } else { "\n" }).next().unwrap();
        let changed = line.replace("US", "DE");
        assert_ne!(line, changed, "{engine:?}: {line}");
        let verdicts = verdicts(engine, &query.replacen(line, &changed, 1));
        assert_eq!(verdicts["three countries in three logs"], "fail", "{engine:?}");
        assert_eq!(verdicts["a day at the edge of an hour"], "pass", "{engine:?}");
    }
}

#[test]
fn microsofts_analyser_accepts_every_selftest() {
    let queries: Vec<(String, String)> =
        shipped(Engine::Kql).into_iter().filter(|(_, text)| text.len() < 100_000).collect();
    assert!(queries.len() > 70);
    assert_analysed_up_to(&queries, 100_000);
}

#[test]
fn the_selftest_of_a_rule_is_pinned() {
    for (engine, _, _) in SLIPS {
        let text = of_rule(engine, "device_code_signin", &["--grain", "match"]);
        insta::assert_snapshot!(format!("selftest_{}", engine.target().word()), text);
    }
}

/// Writes a rule file and builds self-tests of it.
fn build_text(text: &str, arguments: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.trail");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let output = build(&[&[path, "--target", "kql", "--selftest"], arguments].concat());
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace(path, "a.trail");
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

const UNTESTED: &str =
    "/// Text.\nrule untested { title \"U\" severity low from entra.signin where result == success show user_name }\n";
const TESTED: &str = "/// Text.\nrule tested { title \"S\" severity low from entra.signin where result == success show user_name }\n\
    test \"one\" for tested { events { entra.signin { result: success, user_name: \"ana@example.org\" } } expect 1 match }\n\
    test \"none\" for tested { events { entra.signin { result: failure } } expect none }\n";

#[test]
fn a_rule_without_tests_that_was_asked_for_has_no_selftest() {
    let (status, out, err) = build_text(&format!("{UNTESTED}{TESTED}"), &["--rule", "untested"]);
    assert_eq!((status, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("rule `untested` has no test"), "{err}");
}

#[test]
fn rules_without_tests_are_counted() {
    let (status, out, err) = build_text(&format!("{UNTESTED}{TESTED}"), &[]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("let SigninLogs = datatable("), "{out}");
    assert_eq!(err, "1 of 2 rules without tests have no self-test\n");
    let (status, out, err) = build_text(UNTESTED, &[]);
    assert_eq!((status, out.as_str(), err.as_str()), (1, "", "1 of 1 rule without tests have no self-test\n"));
}

#[test]
fn a_selftest_is_not_over_a_period_of_the_users() {
    let (status, _, err) = build_text(TESTED, &["--hunt", "2026-01-01..2026-01-02"]);
    assert_eq!(status, 2);
    assert!(err.contains("cannot be used with"), "{err}");
}
