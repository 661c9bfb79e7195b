//! What becomes of files that no rule makes any more.

use std::fs;

use super::output::{MANIFEST, Work, rule};
use crate::cli::{assert_status, err, out};

#[test]
fn files_that_no_rule_makes_stay_until_they_are_pruned() {
    let work = Work::new();
    work.built(&[]);
    work.write("out/mine.txt", "mine");
    fs::remove_file(work.path("rules/two.trail")).unwrap();
    for _ in 0..2 {
        let said = work.built(&[]);
        assert!(said.contains("1 file in `out` that no rule makes any more: two.kql"), "{said}");
        assert!(said.contains("remove them with --prune"), "{said}");
        assert!(work.path("out/two.kql").exists());
    }
    let said = work.built(&["--prune"]);
    assert!(said.contains("removed 1 file that no rule makes any more"), "{said}");
    assert_eq!(work.files("out"), [MANIFEST, "mine.txt", "one.kql"]);
    assert!(!work.read(&format!("out/{MANIFEST}")).contains("two"));
    assert!(work.built(&["--prune"]).contains("`out` is up to date"));
}

#[test]
fn folders_that_the_build_made_go_once_they_are_empty() {
    let work = Work::new();
    let build = |targets: &str| {
        let output = work.run(&["build", "rules", "--target", targets, "-o", "out", "--prune"]);
        assert_status(&output, 0);
    };
    fs::create_dir_all(work.path("out/spl")).unwrap();
    build("kql,spl,sql");
    work.write("out/sql-duckdb/mine.txt", "mine");
    // The same target, but directly in the folder.
    build("kql");
    assert!(!work.path("out/kql").exists() && work.path("out/one.kql").exists());
    assert!(work.path("out/spl/one.spl").exists(), "targets that are not built keep their files");
    build("spl");
    assert!(work.path("out/spl").exists(), "the build did not make this folder");
    build("sql");
    assert_eq!(work.files("out/sql-duckdb"), ["mine.txt"]);
}

#[test]
fn a_file_changed_by_hand_is_kept_and_said() {
    let work = Work::new();
    work.built(&[]);
    work.write("out/two.kql", "changed");
    fs::remove_file(work.path("rules/two.trail")).unwrap();
    for more in [&["--prune"][..], &["--prune", "--force"], &[]] {
        let said = work.built(more);
        assert!(said.contains("1 file in `out` that no rule makes any more, changed since written: two.kql"), "{said}");
        assert_eq!(work.read("out/two.kql"), "changed");
    }
    fs::remove_file(work.path("out/two.kql")).unwrap();
    std::os::unix::fs::symlink("one.kql", work.path("out/two.kql")).unwrap();
    assert!(work.built(&["--prune"]).contains("two.kql"));
    assert!(work.path("out/two.kql").is_symlink() && work.path("out/one.kql").exists());
}

#[test]
fn the_file_of_a_rule_that_cannot_be_built_now_is_kept() {
    let work = Work::new();
    work.built(&[]);
    let before = work.read("out/two.kql");
    for wrong in [
        rule("two", "cuntry == \"DE\""),
        "/// Text.\nrule two { title severity }\n".to_owned(),
        // Its name is lost.
        "rul two { }\n".to_owned(),
        String::from_utf8_lossy(b"rule two {").into_owned(),
    ] {
        work.write("rules/two.trail", &wrong);
        let output = work.build(&["--prune"]);
        assert_status(&output, 1);
        assert_eq!(work.read("out/two.kql"), before, "{wrong}");
        assert!(work.read(&format!("out/{MANIFEST}")).contains("two.kql"));
    }
    fs::write(work.path("rules/two.trail"), b"rule \xff").unwrap();
    let output = work.build(&["--prune"]);
    assert_status(&output, 2);
    assert_eq!(work.read("out/two.kql"), before);
    assert!(err(&output).contains("1 file of earlier builds may be theirs: two.kql"), "{}", err(&output));
}

#[test]
fn what_several_rules_share_is_kept_while_one_of_them_waits() {
    let work = Work::new();
    let entries: String = (0..300).map(|number| format!("\"agent {number}\" ")).collect();
    let list = format!("list agents: string {{ {entries} }}\n");
    let long = |condition: &str| format!("{list}{}{}", rule("long", condition), rule("longer", condition));
    work.write("rules/long.trail", &long("user_agent in agents"));
    work.built(&[]);
    work.write("rules/long.trail", &long("user_agent in agents and cuntry == \"DE\""));
    assert_status(&work.build(&["--prune"]), 1);
    assert!(work.path("out/agents.csv").exists());
    work.write("rules/long.trail", &long("user_agent == \"agent 1\""));
    work.built(&["--prune"]);
    assert!(!work.path("out/agents.csv").exists());
}

#[test]
fn a_rule_that_is_switched_off_has_no_file() {
    let work = Work::new();
    work.built(&[]);
    work.write("tokentrail.toml", "[rules.two]\nenabled = false\n");
    work.built(&["--prune"]);
    assert_eq!(work.files("out"), [MANIFEST, "one.kql"]);
}

#[test]
fn building_some_rules_leaves_the_others_alone() {
    let work = Work::new();
    work.built(&[]);
    work.write("rules/one.trail", &rule("one", "result == interrupted"));
    let said = work.built(&["--rule", "one"]);
    assert!(!said.contains("no rule makes"), "{said}");
    assert_eq!(work.files("out"), [MANIFEST, "one.kql", "two.kql"]);
    assert!(work.built(&["--prune"]).contains("up to date"));
}

#[test]
fn a_plan_of_the_build_is_shown_and_nothing_is_done() {
    let work = Work::new();
    let before = work.tree();
    let shown = work.build(&["--dry-run"]);
    assert_status(&shown, 0);
    assert_eq!(out(&shown), format!("write one.kql\nwrite two.kql\nwrite {MANIFEST}\n"));
    assert!(work.tree() == before);
    work.built(&[]);
    fs::rename(work.path("rules/two.trail"), work.path("rules/three.trail")).unwrap();
    work.write("rules/three.trail", &rule("three", "result == success"));
    let before = work.tree();
    let shown = work.build(&["--dry-run", "--prune"]);
    assert_eq!(out(&shown), format!("write three.kql\nwrite {MANIFEST}\nremove two.kql\n"));
    assert!(work.tree() == before);
}

#[test]
fn a_check_fails_until_the_folder_holds_what_the_rules_make() {
    let work = Work::new();
    let check = |status: i32, lines: &[&str]| {
        let before = work.tree();
        let output = work.build(&["--check"]);
        assert_status(&output, status);
        assert_eq!(out(&output).lines().collect::<Vec<_>>(), lines);
        assert!(work.tree() == before);
    };
    check(1, &["write one.kql", "write two.kql", "write .tokentrail-manifest.json"]);
    work.built(&[]);
    check(0, &[]);
    work.write("out/one.kql", "changed");
    check(1, &["write one.kql"]);
    work.built(&["--force"]);
    fs::remove_file(work.path("rules/two.trail")).unwrap();
    check(1, &[]);
    assert!(err(&work.build(&["--check"])).contains("no rule makes any more: two.kql"));
    work.built(&["--prune"]);
    check(0, &[]);
}
