//! `[lints]` in the settings: warnings that are switched off or count as errors, everywhere alike.

use std::process::Output;

use serde_json::Value as Json;
use tokentrail::diagnostic::{Code, Severity};
use tokentrail::settings::{self, CommandLine};
use tokentrail::source::SourceId;

use crate::cli::{assert_status, err, folder, out, tokentrail};

/// A rule with two warnings, one of which it allows; one with none; a list that nothing uses.
const RULES: &str = "/// D.
rule warned {
  title \"T\" severity low attack T1527
  allow W0802 \"never\"
  from entra.signin where result == success show ip
}
test \"finds\" for warned {
  events { entra.signin { result: success } }
  expect 1 match
}
/// D.
rule allowed {
  title \"T\" severity low attack T1527
  allow W0830 \"known so\"
  from entra.signin where result == success show ip
}
list unused: ip { \"192.0.2.1\" }
";

fn run(settings: &str, arguments: &[&str]) -> Output {
    let folder = folder(&[("a.trail", RULES.as_bytes()), ("tokentrail.toml", settings.as_bytes())]);
    tokentrail().current_dir(folder.path()).env_remove("GITHUB_WORKSPACE").args(arguments).output().unwrap()
}

/// Codes and severities of the findings.
fn findings(settings: &str, arguments: &[&str]) -> Vec<String> {
    let output = run(settings, &[&["check", ".", "--format", "json"], arguments].concat());
    let findings: Vec<Json> = serde_json::from_slice(&output.stdout).unwrap();
    let word = |finding: &Json, name: &str| finding[name].as_str().unwrap().to_owned();
    findings.iter().map(|finding| format!("{} {}", word(finding, "severity"), word(finding, "code"))).collect()
}

#[test]
fn warnings_are_switched_off_or_made_errors() {
    assert_eq!(findings("", &[]), ["warning W0830", "warning W0804", "warning W0814"]);
    let off = "[lints]\nW0830 = \"off\"\nW0804 = \"off\"\nW0814 = \"off\"\n";
    assert_eq!(findings(off, &[]), Vec::<String>::new());
    assert_status(&run(off, &["check", ".", "--deny", "warnings"]), 0);
    let error = "[lints]\nW0830 = \"error\"\nW0814 = \"warning\"\n";
    assert_eq!(findings(error, &[]), ["error W0830", "warning W0804", "warning W0814"]);
}

#[test]
fn an_environment_goes_over_them() {
    let settings =
        "[lints]\nW0830 = \"error\"\nW0804 = \"off\"\n[environments.dev.lints]\nW0830 = \"off\"\nW0814 = \"error\"\n";
    assert_eq!(findings(settings, &[]), ["error W0830", "warning W0814"]);
    assert_eq!(findings(settings, &["--env", "dev"]), ["error W0814"]);
}

#[test]
fn every_form_count_and_status_says_the_same() {
    let settings = "[lints]\nW0830 = \"error\"\n";
    for (format, told) in [
        ("human", "error[W0830]"),
        ("short", "error[W0830]"),
        ("json", "\"severity\": \"error\""),
        ("sarif", "\"level\": \"error\",\n          \"message\""),
        ("github", "::error file=a.trail,line=3"),
        ("junit", "<failure message=\"W0830: "),
    ] {
        let output = run(settings, &["check", ".", "--format", format]);
        assert_status(&output, 1);
        assert!(out(&output).contains(told), "{format}: {}", out(&output));
    }
    let output = run(settings, &["check", "."]);
    assert!(err(&output).contains("1 error, 2 warnings in 1 file"), "{}", err(&output));
}

#[test]
fn a_rule_with_a_warning_that_is_an_error_is_not_used() {
    let settings = "[lints]\nW0830 = \"error\"\n";
    let built = run(settings, &["build", ".", "--target", "kql"]);
    assert_status(&built, 1);
    assert!(!out(&built).contains("warned") && out(&built).contains("allowed"), "{}", out(&built));
    let tested = run(settings, &["test", "."]);
    assert_status(&tested, 1);
    assert!(err(&tested).contains("error[W0830]") && err(&tested).contains("1 test not run"), "{}", err(&tested));
    assert_status(&run("", &["test", "."]), 0);
}

#[test]
fn a_finding_about_no_rule_keeps_none_from_being_used() {
    let built = run("[lints]\nW0814 = \"error\"\n", &["build", ".", "--target", "kql"]);
    assert_status(&built, 1);
    assert!(out(&built).contains("warned") && out(&built).contains("allowed"));
}

#[test]
fn an_allow_counts_as_used_though_the_lint_is_off() {
    let allowed = findings("[lints]\nW0830 = \"off\"\n", &[]);
    assert_eq!(allowed, ["warning W0804", "warning W0814"]);
}

#[test]
fn what_is_no_warning_has_no_level() {
    let short = |settings: &str| {
        let output = run(settings, &["check", ".", "--format", "short"]);
        assert_status(&output, 1);
        out(&output).lines().filter(|line| line.starts_with("tokentrail.toml")).map(str::to_owned).collect::<Vec<_>>()
    };
    let settings =
        "[lints]\nW0861 = \"off\"\nE0204 = \"warning\"\nw0830 = \"off\"\nX = \"off\"\nW0830 = \"on\"\nW0804 = 1\n";
    insta::assert_snapshot!(short(settings).join("\n"));
    assert_eq!(short("[environments.dev.lints]\nE0204 = \"off\"\n").len(), 1);
}

#[test]
fn every_warning_has_a_level_and_no_error_has() {
    for code in Code::ALL {
        let text = format!("[lints]\n{} = \"warning\"\n", code.id());
        let read = settings::read(Some((SourceId(0), &text)), &CommandLine::default());
        let codes: Vec<Code> = read.err().unwrap_or_default().iter().map(|found| found.code).collect();
        let refused = if code.severity() == Severity::Error { vec![Code::E1009] } else { vec![] };
        assert_eq!(codes, refused, "{}", code.id());
    }
}

#[test]
fn denied_warnings_do_not_count_what_a_rule_allows() {
    let text = RULES.replace("  allow W0802 \"never\"\n", "").replacen("attack T1527", "attack T1550.001", 1);
    let text = text.replace("list unused", "list _unused");
    let folder = folder(&[("a.trail", text.as_bytes())]);
    let output = tokentrail().current_dir(folder.path()).args(["check", ".", "--deny", "warnings"]).output().unwrap();
    assert_status(&output, 0);
}

#[test]
fn what_a_target_does_otherwise_has_a_level_and_can_be_denied() {
    let rule = "/// D.\nrule often { title \"T\" severity low from entra.signin where result == failure\n  \
                by user_name within 1h when count() > 9 show n = count() }\n";
    let build = |settings: &str, arguments: &[&str]| {
        let folder = folder(&[("a.trail", rule.as_bytes()), ("tokentrail.toml", settings.as_bytes())]);
        let mut command = tokentrail();
        command.current_dir(folder.path()).args(["build", ".", "--target", "spl"]).args(arguments).output().unwrap()
    };
    let noted = build("", &[]);
    assert_status(&noted, 0);
    assert!(err(&noted).contains("warning[W0901]"), "{}", err(&noted));
    let denied = build("", &["--deny", "warnings"]);
    assert_status(&denied, 1);
    assert_eq!(out(&denied), out(&noted));
    assert_status(&build("[lints]\nW0901 = \"off\"\n", &["--deny", "warnings"]), 0);
    let refused = build("[lints]\nW0901 = \"error\"\n", &[]);
    assert_status(&refused, 1);
    assert!(err(&refused).contains("error[W0901]") && out(&refused).is_empty(), "{}", out(&refused));
}
