//! Hooks: those that this repository offers and those of a new one, run by `pre-commit` itself.

use std::path::Path;
use std::process::{Command, Output};

use super::{ROOT, new, replace, steps};
use crate::cli::{assert_status, folder, out};
use crate::oracle;

const RULE: &str = "rules/session_on_several_networks.trail";
const CONFIG: &str = ".pre-commit-config.yaml";

fn pre_commit(folder: &Path, arguments: &[&str]) -> Output {
    let program = assert_cmd::cargo::cargo_bin!("tokentrail");
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(oracle::repository());
    command.args(["-m", "pre_commit"]).args(arguments).current_dir(folder);
    command.env("PATH", path).env("PRE_COMMIT_HOME", folder.join(".git/pre-commit")).output().unwrap()
}

/// A new repository that git knows.
fn versioned() -> tempfile::TempDir {
    let folder = new();
    for arguments in [&["init", "-q"][..], &["add", "."]] {
        assert!(Command::new("git").args(arguments).current_dir(folder.path()).status().unwrap().success());
    }
    folder
}

fn run(folder: &Path) -> Output {
    pre_commit(folder, &["run", "--all-files"])
}

#[test]
fn pre_commit_takes_the_hooks_and_refuses_broken_ones() {
    let manifest = Path::new(ROOT).join(".pre-commit-hooks.yaml");
    let folder = folder(&[("hooks.yaml", &std::fs::read(manifest).unwrap())]);
    assert_status(&pre_commit(folder.path(), &["validate-manifest", "hooks.yaml"]), 0);
    replace(&folder.path().join("hooks.yaml"), "language: rust", "language: sparkling");
    assert_ne!(pre_commit(folder.path(), &["validate-manifest", "hooks.yaml"]).status.code(), Some(0));
}

#[test]
fn the_hooks_of_a_new_repository_pass_and_find_what_is_wrong() {
    let repository = versioned();
    assert_status(&pre_commit(repository.path(), &["validate-config"]), 0);
    assert_status(&run(repository.path()), 0);
    finds_what_is_wrong(repository.path());
}

#[test]
fn the_hooks_that_are_offered_pass_and_find_what_is_wrong() {
    let repository = versioned();
    // Hooks of a repository elsewhere would be compiled first: the same, with the program that is there.
    let mut hooks = steps::read(&Path::new(ROOT).join(".pre-commit-hooks.yaml"));
    for hook in hooks.as_array_mut().unwrap() {
        assert_eq!(hook["language"], "rust");
        hook["language"] = "system".into();
    }
    let config = serde_json::json!({ "repos": [{ "repo": "local", "hooks": hooks }] });
    // JSON is YAML.
    std::fs::write(repository.path().join(CONFIG), config.to_string()).unwrap();
    assert_status(&run(repository.path()), 0);
    finds_what_is_wrong(repository.path());
}

fn finds_what_is_wrong(repository: &Path) {
    let rule = repository.join(RULE);
    let right = std::fs::read_to_string(&rule).unwrap();
    for (from, to, hook) in [
        ("  by     session\n", "  by session\n", "format rules"),
        ("  by     session\n", "  by     sesion\n", "check rules"),
        ("expect 1 match", "expect 2 matches", "test rules"),
    ] {
        replace(&rule, from, to);
        let output = run(repository);
        assert_status(&output, 1);
        let failed = |name: &str| out(&output).lines().any(|line| line.starts_with(name) && line.ends_with("Failed"));
        assert!(failed(hook), "{}", out(&output));
        if hook == "format rules" {
            assert_eq!(std::fs::read_to_string(&rule).unwrap(), right, "the hook formats");
        }
        std::fs::write(&rule, &right).unwrap();
    }
    replace(&repository.join("rules/lists/office_networks.csv"), "203.0.113.0/24", "203.0.113.0/99");
    assert_status(&run(repository), 1);
}
