//! The action that this repository offers: whether GitHub takes it, and what its steps do.

use std::path::Path;

use super::steps::{self, Run};
use super::{ROOT, new, replace, schema};
use crate::cli::{assert_status, folder, text};

const RULE: &str = "rules/session_on_several_networks.trail";

fn action() -> serde_json::Value {
    steps::read(&Path::new(ROOT).join("action.yml"))
}

/// Runs the action with the program that the tests are for.
fn run(folder: &Path, inputs: &[(&str, &str)]) -> Run {
    let inputs = [&[("binary", "tokentrail")], inputs].concat();
    Run::new(&action(), folder, &inputs, &[])
}

#[test]
fn github_takes_the_action_and_refuses_a_broken_one() {
    assert_status(&schema("vendor.github-actions", &Path::new(ROOT).join("action.yml")), 0);
    let broken = folder(&[("action.yml", &std::fs::read(Path::new(ROOT).join("action.yml")).unwrap())]);
    let path = broken.path().join("action.yml");
    replace(&path, "      shell: bash\n", "");
    assert_ne!(schema("vendor.github-actions", &path).status.code(), Some(0));
}

#[test]
fn what_users_write_reaches_scripts_as_values_only() {
    for step in action()["runs"]["steps"].as_array().unwrap() {
        let script = step["run"].as_str().unwrap_or_default();
        assert!(!script.contains("${{"), "an input in a script is a script of whoever writes the input: {script}");
    }
}

#[test]
fn the_action_checks_and_tests_and_builds() {
    let repository = new();
    let plain = run(repository.path(), &[]);
    assert!(plain.passed, "{}", plain.log);
    assert_eq!(plain.ran, ["Find the program", "Check", "Test"]);
    assert!(plain.log.contains("4 tests: 4 passed, 0 failed"), "{}", plain.log);
    let built = run(
        repository.path(),
        &[("targets", "kql sentinel-yaml"), ("output", "made of it"), ("paths", "rules\nrules/lists.trail")],
    );
    assert!(built.passed, "{}", built.log);
    for (target, ending) in [("kql", "kql"), ("sentinel-yaml", "yaml")] {
        let file = repository.path().join(format!("made of it/{target}/session_on_several_networks.{ending}"));
        assert!(file.is_file(), "{}", file.display());
    }
    let untested = run(repository.path(), &[("test", "false")]);
    assert_eq!(untested.ran, ["Find the program", "Check"]);
}

#[test]
fn mistakes_and_failed_tests_fail_the_action() {
    let broken = new();
    replace(&broken.path().join(RULE), "by     session", "by     sesion");
    let checked = run(broken.path(), &[]);
    assert!(!checked.passed && !checked.ran.contains(&"Test".to_owned()));
    assert!(checked.log.contains("sesion"), "{}", checked.log);

    let wrong = new();
    replace(&wrong.path().join(RULE), "expect 1 match", "expect 2 matches");
    let tested = run(wrong.path(), &[("targets", "kql")]);
    assert!(!tested.passed && tested.log.contains("3 passed, 1 failed"), "{}", tested.log);
    assert!(!wrong.path().join("out").exists(), "nothing is built of rules that fail");
}

#[test]
fn findings_are_annotations_or_told_as_was_asked() {
    let repository = new();
    replace(&repository.path().join(RULE), "expect 1 match", "expect 2 matches");
    let annotated = run(repository.path(), &[]);
    assert!(annotated.log.contains("::error file=rules/session_on_several_networks.trail,line="), "{}", annotated.log);
    for format in ["human", "short", "json"] {
        let told = run(repository.path(), &[("format", format)]);
        assert!(!told.passed && !told.log.contains("::error"), "{format}: {}", told.log);
        assert_eq!(told.ran, ["Find the program", "Check", "Test"], "{format}");
    }
}

#[test]
fn findings_are_uploaded_though_the_check_fails() {
    let broken = new();
    replace(&broken.path().join(RULE), "by     session", "by     sesion");
    let run_with = |folder: &Path| run(folder, &[("sarif", "findings.sarif")]);
    let failed = run_with(broken.path());
    assert!(!failed.passed, "{}", failed.log);
    assert_eq!(failed.ran, ["Find the program", "Write findings", "Check", "Upload findings"]);
    let read = |folder: &Path| {
        let text = std::fs::read_to_string(folder.join("findings.sarif")).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["runs"][0]["results"].as_array().unwrap().len()
    };
    assert!(read(broken.path()) > 0);
    let good = new();
    let passed = run_with(good.path());
    assert!(passed.passed, "{}", passed.log);
    assert_eq!(passed.ran, ["Find the program", "Write findings", "Check", "Test", "Upload findings"]);
    assert_eq!(read(good.path()), 0);
    let unreadable = run(good.path(), &[("sarif", "findings.sarif"), ("paths", "nowhere")]);
    assert!(!unreadable.passed);
    assert_eq!(unreadable.ran, ["Find the program", "Write findings"], "there is nothing to upload");
}

#[test]
fn warnings_fail_the_action_unless_it_is_told_otherwise() {
    let repository = new();
    replace(
        &repository.path().join(RULE),
        "apps     = values(app)",
        "apps     = values(app)\n  param unused: int = 3\n",
    );
    assert!(!run(repository.path(), &[]).passed);
    let lenient = run(repository.path(), &[("deny-warnings", "false")]);
    assert!(lenient.passed, "{}", lenient.log);
}

#[test]
fn an_environment_of_the_settings_is_used_throughout() {
    let repository = new();
    let settings = repository.path().join("tokentrail.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let strict = "[environments.strict.rules.session_on_several_networks]\nparams = { min_networks = 4 }\n";
    std::fs::write(&settings, text + strict).unwrap();
    assert!(run(repository.path(), &[]).passed);
    let tested = run(repository.path(), &[("environment", "strict")]);
    assert!(!tested.passed && tested.log.contains("3 of 4"), "{}", tested.log);
    let built = run(repository.path(), &[("environment", "strict"), ("test", "false"), ("targets", "kql")]);
    assert!(built.passed, "{}", built.log);
    let query = std::fs::read_to_string(repository.path().join("out/kql/session_on_several_networks.kql")).unwrap();
    assert!(query.contains(">= 4") && !query.contains(">= 3"), "{query}");
    assert!(!run(repository.path(), &[("environment", "other")]).passed);
}

#[test]
fn another_version_or_no_program_is_an_error() {
    let repository = new();
    assert!(run(repository.path(), &[("version", env!("CARGO_PKG_VERSION"))]).passed);
    let other = run(repository.path(), &[("version", "99.0.0")]);
    assert!(!other.passed && other.log.contains("expected tokentrail 99.0.0, found tokentrail"), "{}", other.log);
    let absent = run(repository.path(), &[("binary", "./not-here")]);
    assert!(!absent.passed && absent.log.contains("no program at `./not-here`"), "{}", absent.log);
    assert_eq!(absent.ran, ["Find the program"]);
}

#[test]
fn without_a_program_the_action_compiles_itself_unless_the_cache_has_it() {
    let repository = new();
    // The compiler's place is taken by one that says what it was asked, and gives the program that the tests are for.
    let script = "#!/bin/sh\necho \"cargo $*\"\nmkdir -p \"$6/bin\" && cp \"$(command -v tokentrail)\" \"$6/bin/\"\n";
    let fake = folder(&[("cargo", script.as_bytes())]);
    steps::executable(&fake.path().join("cargo"));
    let mut action = action();
    let compile =
        action["runs"]["steps"].as_array_mut().unwrap().iter_mut().find(|step| step["name"] == "Compile").unwrap();
    let command = compile["run"].as_str().unwrap().replace("cargo ", &format!("{}/cargo ", text(fake.path())));
    compile["run"] = command.into();
    let compiled = Run::new(&action, repository.path(), &[], &[]);
    assert!(compiled.passed, "{}", compiled.log);
    assert!(compiled.log.contains(&format!("cargo install --locked --path {ROOT} --root ")), "{}", compiled.log);
    assert!(compiled.output("program", "binary").ends_with("/tokentrail/bin/tokentrail"));
    let digest = compiled.output("source", "digest");
    assert!(digest.len() == 40 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digest}");
    let all = ["Name what is compiled", "Look for a compiled one", "Compile", "Find the program", "Check", "Test"];
    assert_eq!(compiled.ran, all);
    let cached = Run::new(&action, repository.path(), &[], &[("cache", "cache-hit", "true")]);
    assert!(!cached.ran.contains(&"Compile".to_owned()) && !cached.passed, "nothing is in this cache: {}", cached.log);
}
