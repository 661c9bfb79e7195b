//! A rule repository: the one that `init` makes, its workflow and hooks, and the action and hooks that this repository offers.

mod action;
mod hooks;
mod steps;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use crate::cli::{assert_status, err, out, text};
use crate::oracle;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn tokentrail(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = crate::cli::tokentrail();
    command.current_dir(folder).args(arguments).output().unwrap()
}

/// A new rule repository.
fn new() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert_status(&tokentrail(folder.path(), &["init", "."]), 0);
    folder
}

/// Every path below a folder.
fn listing(folder: &Path) -> BTreeSet<String> {
    let entries = walkdir::WalkDir::new(folder).min_depth(1).into_iter().map(Result::unwrap);
    entries.map(|entry| entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned()).collect()
}

fn replace(path: &Path, from: &str, to: &str) {
    let before = std::fs::read_to_string(path).unwrap();
    assert!(before.contains(from), "{} has no `{from}`", path.display());
    std::fs::write(path, before.replace(from, to)).unwrap();
}

/// What GitHub's schema says of a file.
fn schema(name: &str, file: &Path) -> Output {
    let mut command = Command::new(oracle::repository());
    command.args(["-m", "check_jsonschema", "--builtin-schema", name]).arg(file).output().unwrap()
}

#[test]
fn a_new_repository_passes_its_own_check_and_tests_and_can_be_built() {
    let folder = tempfile::tempdir().unwrap();
    let made = tokentrail(folder.path(), &["init", "demo"]);
    assert_status(&made, 0);
    assert_eq!(out(&made), "");
    let demo = folder.path().join("demo");
    insta::assert_snapshot!(format!("{}\n{}", listing(&demo).into_iter().collect::<Vec<_>>().join("\n"), err(&made)));
    for arguments in [
        &["check", "."][..],
        &["check", ".", "--deny", "warnings"],
        &["test", ".", "--require-tests"],
        &["fmt", ".", "--check"],
        &["build", ".", "--target", "sentinel-yaml", "-o", "out"],
        &["build", ".", "--target", "sentinel-yaml", "-o", "out", "--check"],
        &["build", ".", "--target", "sentinel-arm,bicep,defender-xdr,kql,spl,sql", "-o", "more"],
        &["explain", "session_on_several_networks", "."],
    ] {
        assert_status(&tokentrail(&demo, arguments), 0);
    }
    assert!(demo.join("out/.tokentrail-manifest.json").is_file());
    assert!(demo.join("more/kql/session_on_several_networks.kql").is_file());
}

#[test]
fn an_empty_folder_is_filled_whether_or_not_git_was_there_before() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, versioned) = (folder.path().join("a b"), folder.path().join("deep/er"));
    std::fs::create_dir_all(&plain).unwrap();
    std::fs::create_dir_all(versioned.join(".git")).unwrap();
    assert_status(&tokentrail(folder.path(), &["init", "a b"]), 0);
    assert_status(&tokentrail(&versioned, &["init", "."]), 0);
    let mut files = listing(&versioned);
    assert!(files.remove(".git"));
    assert_eq!(files, listing(&plain));
    assert_status(&tokentrail(folder.path(), &["init", "not/there/yet"]), 0);
    assert_eq!(listing(&folder.path().join("not/there/yet")), files);
    assert_eq!(listing(&folder.path().join("not/there")).len(), files.len() + 1, "nothing else is left behind");
}

#[test]
fn a_folder_in_use_is_left_as_it_is() {
    let folder =
        crate::cli::folder(&[("used/notes.txt", b"mine"), ("used/b", b""), ("one/README.md", b""), ("file", b"")]);
    std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
    let before = listing(folder.path());
    for (name, message) in [
        ("used", "error: `used` is not empty: it holds `b` and 1 more\n"),
        ("one", "error: `one` is not empty: it holds `README.md`\n"),
        ("file", "error: `file` is a file\n"),
        ("link", "error: cannot make `link`: "),
        ("file/below", "error: cannot make `file/below`: "),
    ] {
        let output = tokentrail(folder.path(), &["init", name]);
        assert_status(&output, 2);
        assert!(err(&output).starts_with(message), "{}", err(&output));
    }
    assert_eq!(listing(folder.path()), before);
    assert_eq!(std::fs::read(folder.path().join("used/notes.txt")).unwrap(), b"mine");
    let unwritable = tokentrail(folder.path(), &["init", "/proc/rules"]);
    assert_status(&unwritable, 2);
    assert!(err(&unwritable).contains("cannot make `/proc/rules`"), "{}", err(&unwritable));
}

#[test]
fn each_example_in_the_settings_of_a_new_repository_can_be_used() {
    let folder = new();
    let path = folder.path().join("tokentrail.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    let key = regex::Regex::new(r"(?m)^# (\[.*\]|[a-z_]+ *= .*)$").unwrap();
    assert!(key.find_iter(&settings).count() >= 9);
    let used = key.replace_all(&settings, "$1");
    std::fs::write(&path, used.as_ref()).unwrap();
    for environment in [&[][..], &["--env", "test"]] {
        let check = [&["check", ".", "--deny", "warnings"], environment].concat();
        assert_status(&tokentrail(folder.path(), &check), 0);
    }
    // The threshold is another, so that the test with three networks fails: the examples do something.
    let tested = tokentrail(folder.path(), &["test", "."]);
    assert_status(&tested, 1);
    assert!(out(&tested).contains("3 of 4"), "{}", out(&tested));
}

#[test]
fn the_workflow_of_a_new_repository_is_one_and_its_steps_pass() {
    let folder = new();
    let workflow = folder.path().join(".github/workflows/rules.yml");
    assert_status(&schema("vendor.github-workflows", &workflow), 0);
    let read = steps::read(&workflow);
    assert_eq!(read["env"]["TOKENTRAIL_VERSION"], env!("CARGO_PKG_VERSION"));
    let environment = [("TOKENTRAIL_VERSION", env!("CARGO_PKG_VERSION")), ("TOKENTRAIL_REPOSITORY", "")];
    let mut ran = Vec::new();
    for step in read["jobs"]["rules"]["steps"].as_array().unwrap() {
        let Some(script) = step["run"].as_str() else { continue };
        let name = step["name"].as_str().unwrap();
        let output = steps::shell(script, folder.path(), &environment);
        match name {
            // Without the variable, which a new repository lacks, it says what to set.
            "Install Tokentrail" => {
                assert!(!output.status.success());
                assert!(err(&output).contains("set the variable TOKENTRAIL_REPOSITORY"), "{}", err(&output));
            }
            _ => assert_status(&output, 0),
        }
        ran.push(name);
    }
    assert_eq!(ran, ["Install Tokentrail", "Format", "Check", "Test", "Build"]);
    replace(&workflow, "runs-on: ubuntu-latest", "runs-on-linux: true");
    assert_ne!(schema("vendor.github-workflows", &workflow).status.code(), Some(0));
}

#[test]
fn the_workflow_installs_the_version_that_made_it() {
    let folder = new();
    let workflow = steps::read(&folder.path().join(".github/workflows/rules.yml"));
    let mut all = workflow["jobs"]["rules"]["steps"].as_array().unwrap().iter();
    let install = all.find(|step| step["name"] == "Install Tokentrail").unwrap()["run"].as_str().unwrap();
    let fake = crate::cli::folder(&[("cargo", b"#!/bin/sh\necho \"$@\"\n")]);
    steps::executable(&fake.path().join("cargo"));
    let path = format!("{}:{}", text(fake.path()), std::env::var("PATH").unwrap());
    let url = "https://git.example.org/tokentrail";
    let environment = [("TOKENTRAIL_VERSION", "9.8.7"), ("TOKENTRAIL_REPOSITORY", url), ("PATH", path.as_str())];
    let output = steps::shell(install, folder.path(), &environment);
    assert_status(&output, 0);
    assert_eq!(out(&output), format!("install --locked --git {url} --tag v9.8.7 tokentrail\n"));
}
