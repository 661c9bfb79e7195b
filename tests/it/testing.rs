//! Tests in the language: what passes, what fails and how that is told, through the program.

use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

fn test(arguments: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tokentrail"));
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/testing"));
    command.env("COLUMNS", "100").env("LC_ALL", "C.UTF-8").env_remove("NO_COLOR");
    command.arg("test").args(arguments).output().unwrap()
}

/// Status, standard output, standard error.
fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// Runs the tests of one text.
fn test_text(text: &str, arguments: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.trail");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let mut all = vec![path];
    all.extend(arguments);
    let (status, out, err) = told(&test(&all));
    (status, out.replace(path, "a.trail"), err.replace(path, "a.trail"))
}

const RULE: &str =
    "/// Text.\nrule simple { title \"S\" severity low from entra.signin where result == success show user_name }\n";

#[test]
fn what_is_expected_comes() {
    let (status, out, err) = told(&test(&["passing.trail"]));
    assert_eq!((status, err.as_str()), (0, "11 tests: 11 passed, 0 failed\n"), "{out}");
    assert_eq!(out.lines().filter(|line| line.starts_with("ok ")).count(), 11, "{out}");
}

#[test]
fn a_failure_says_what_came_and_what_was_in_the_way() {
    let (status, out, err) = told(&test(&["failing.trail"]));
    assert_eq!(status, 1);
    insta::assert_snapshot!(format!("{out}{err}"));
}

#[test]
fn shapes_of_several_events_are_tested_like_the_others() {
    let (status, out, err) = told(&test(&["passing_shapes.trail"]));
    assert_eq!((status, err.as_str()), (0, "9 tests: 9 passed, 0 failed\n"), "{out}");
}

#[test]
fn a_failure_of_such_a_shape_says_how_far_it_came() {
    let (status, out, err) = told(&test(&["failing_shapes.trail"]));
    assert_eq!(status, 1);
    insta::assert_snapshot!(format!("{out}{err}"));
}

#[test]
fn failures_as_json_say_the_same() {
    let (status, out, err) = told(&test(&["failing.trail", "--rule", "failure", "--format", "json"]));
    assert_eq!((status, err.as_str()), (1, ""));
    let all: Vec<Value> = serde_json::from_str(&out).unwrap();
    let status = |one: &Value| one["status"].as_str().unwrap().to_owned();
    assert_eq!(all.iter().map(status).collect::<Vec<_>>(), ["failed", "broken", "broken"]);
    assert_eq!((&all[0]["rule"], &all[0]["line"]), (&Value::from("failure"), &Value::from(95)));
    assert_eq!(all[0]["failures"][0]["came"], Value::Array(Vec::new()));
    assert!(all[0]["failures"][0]["reasons"][0].as_str().unwrap().contains("ends_with"), "{out}");
}

#[test]
fn tests_are_chosen_by_rule_and_by_name() {
    let (status, out, err) = told(&test(&["passing.trail", "--rule", "geo", "--filter", "EDGE"]));
    assert_eq!((status, out.as_str()), (0, "ok      geo: exactly on the edge\n"), "{err}");
    let (status, _, err) = told(&test(&["passing.trail", "--rule", "goe"]));
    assert_eq!(status, 2, "{err}");
    let (status, out, err) = told(&test(&["passing.trail", "--rule", "failure"]));
    assert_eq!((status, out.as_str()), (2, ""));
    assert_eq!(err, "error: no rule is called `failure`\n  help: did you mean `failures`?\n");
    let (status, _, err) = told(&test(&["passing.trail", "--filter", "nowhere"]));
    assert_eq!((status, err.as_str()), (2, "error: no test has `nowhere` in its name\n"));
}

#[test]
fn what_a_test_sets_counts_more_than_what_is_set_from_outside() {
    let (status, out, _) = told(&test(&["passing.trail", "--rule", "geo", "--set", "geo.min_countries=4"]));
    assert_eq!(status, 1);
    assert!(out.contains("ok      geo: two are enough\n"), "{out}");
    assert!(out.contains("FAILED  geo: exactly on the edge\n"), "{out}");
    assert!(out.contains("was false at +1h: 3 of 4"), "{out}");
}

#[test]
fn tests_of_a_rule_that_is_switched_off_are_run_all_the_same() {
    let text = format!("{RULE}test \"a\" for simple {{ events {{ entra.signin {{}} }} expect none }}\n");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.trail"), text).unwrap();
    std::fs::write(folder.path().join("tokentrail.toml"), "[rules.simple]\nenabled = false\n").unwrap();
    let (status, out, err) = told(&test(&[folder.path().to_str().unwrap()]));
    assert_eq!((status, out.as_str()), (0, "ok      simple: a\n"), "{err}");
}

#[test]
fn a_rule_without_tests_is_named_and_counts_when_asked_for() {
    let (status, out, err) = test_text(RULE, &[]);
    assert_eq!((status, out.as_str()), (0, ""));
    assert_eq!(err, "0 tests: 0 passed, 0 failed\n1 rule has no test: simple\n");
    assert_eq!(test_text(RULE, &["--require-tests"]).0, 1);
}

#[test]
fn an_empty_file_has_nothing_to_run() {
    let (status, _, err) = test_text("", &[]);
    assert_eq!(status, 2);
    assert!(err.contains("nothing is defined in `a.trail`"), "{err}");
    assert!(err.ends_with("error: there are no rules in the given paths\n"), "{err}");
}

#[test]
fn tests_of_a_rule_with_errors_are_not_run_and_the_others_are() {
    let text = format!(
        "{RULE}rule wrong {{ title \"W\" severity low from entra.signin where colour == 1 show ip }}\n\
         test \"a\" for wrong {{ events {{ entra.signin {{}} }} expect none }}\n\
         test \"b\" for simple {{ events {{ entra.signin {{ result: success }} }} expect 1 match }}\n"
    );
    let (status, out, err) = test_text(&text, &[]);
    assert_eq!((status, out.as_str()), (1, "ok      simple: b\n"));
    assert!(err.ends_with("1 test: 1 passed, 0 failed\n1 test not run: the errors are above\n"), "{err}");
}

#[test]
fn the_order_of_the_text_changes_nothing() {
    let text = std::fs::read_to_string("tests/fixtures/testing/passing.trail").unwrap();
    let (rules, tests) = text.split_at(text.find("test \"three").unwrap());
    let turned = format!("{tests}\n{rules}").replace("    file \"failures.ndjson\"\n", "");
    let (_, out, _) = test_text(&turned, &[]);
    let failed: Vec<&str> = out.lines().filter(|line| line.starts_with("FAILED")).collect();
    assert_eq!(failed, ["FAILED  failures: records and files"]);
}
