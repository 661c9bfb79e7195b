//! JUnit's XML: well-formed whatever the texts, with the right counts.

use tokentrail::diagnostic::report::junit::{self, Case, Outcome, Reason, Suite};

use super::{World, assert_refused, assert_valid, worlds};
use crate::cli::{assert_status, folder, out, tokentrail};

/// A rule with a test that passes, one that fails and one that cannot be run.
pub const TESTED: &str = "/// D.
rule tested { title \"T\" severity low from entra.signin where result == success show ip }

test \"finds <it> & \\\"more\\\"\" for tested {
  events { entra.signin { result: success } }
  expect 1 match
}

test \"finds nothing\" for tested {
  events { entra.signin { result: failure } }
  expect 1 match
}

test \"reads a file\" for tested {
  events { file \"missing.json\" }
  expect 1 match
}

/// D.
rule untested { title \"T\" severity low from entra.signin where result == success show ip }
";

fn find(name: &str) -> World {
    worlds().into_iter().find(|world| world.name == name).unwrap()
}

fn tested(text: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let folder = folder(&[("a b.trail", text.as_bytes())]);
    let mut command = tokentrail();
    command.current_dir(folder.path()).env_remove("GITHUB_WORKSPACE");
    let output = command.args(["test", ".", "--format", "junit"]).args(arguments).output().unwrap();
    (output.status.code(), out(&output))
}

#[test]
fn every_report_is_well_formed_and_counts_right() {
    let worlds = worlds();
    let mut reports: Vec<(&str, String)> = worlds.iter().map(|world| (world.name, world.report("junit"))).collect();
    reports.push(("tests", tested(TESTED, &["--require-tests"]).1));
    reports.push(("no tests", tested(super::CLEAN, &[]).1));
    reports.push(("wrong rules", tested(super::WRONG, &[]).1));
    assert_valid("junit", &reports);
}

#[test]
fn any_character_can_stand_anywhere() {
    let characters = (0..0x300).chain([0x2028, 0xd7ff, 0xe000, 0xfffd, 0xfffe, 0xffff, 0x1_0000, 0x1_f600, 0x10_ffff]);
    let case = |character: char| {
        let text = format!("a{character}b]]>");
        let reason = Reason { message: text.clone(), kind: text.clone(), text: text.clone() };
        let (class, file, output) = (text.clone(), Some(text.clone()), text.clone());
        Case { name: text, class, file, outcome: Outcome::Failed(reason), output }
    };
    let cases: Vec<Case> = characters.filter_map(char::from_u32).map(case).collect();
    assert!(cases.len() > 700);
    assert_valid("junit", &[("characters", junit::write("\0", &[Suite { name: "\u{1b}".to_owned(), cases }]))]);
}

#[test]
fn the_judge_refuses_broken_reports() {
    let good = find("findings, hard names").report("junit");
    let broken = [
        ("</testsuites>", ""),
        ("</failure>", "&nbsp;</failure>"),
        ("</failure>", "\u{1}</failure>"),
        ("failures=\"2\"", "failures=\"3\""),
        ("classname", "class"),
        ("<testcase", "<failure/><testcase"),
    ];
    let broken = broken.map(|(from, to)| {
        assert!(good.contains(from), "{from}: {good}");
        good.replacen(from, to, 1)
    });
    assert_refused("junit", &broken);
}

#[test]
fn rules_with_errors_fail_and_warnings_are_told() {
    insta::assert_snapshot!(find("findings, hard names").report("junit"));
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let text = find("no such file").report("junit");
    assert!(text.contains("tests=\"2\" failures=\"0\" errors=\"1\""), "{text}");
    assert!(text.contains("<error message=\"no such file or folder: `missing ü.trail`\""), "{text}");
}

#[test]
fn denied_warnings_fail() {
    let folder = folder(&[("a.trail", super::CLEAN.replace("severity low", "severity low attack T1527").as_bytes())]);
    let check = |arguments: &[&str]| {
        let mut command = tokentrail();
        command.current_dir(folder.path()).args(["check", ".", "--format", "junit"]).args(arguments).output().unwrap()
    };
    let (told, denied) = (check(&[]), check(&["--deny", "warnings"]));
    assert_status(&told, 0);
    assert_status(&denied, 1);
    assert!(out(&told).contains("failures=\"0\"") && out(&told).contains("<system-out>"), "{}", out(&told));
    assert!(out(&denied).contains("<failure message=\"W0830: "), "{}", out(&denied));
}

#[test]
fn each_test_is_a_case_of_its_rule() {
    let (status, text) = tested(TESTED, &["--require-tests"]);
    assert_eq!(status, Some(1));
    insta::assert_snapshot!(text);
}
