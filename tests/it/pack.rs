//! The shipped rules as a pack: their page lists each of them, they use every pattern that real rules use, and each has its tests.

use std::collections::BTreeSet;

use crate::check::shipped_rules;
use crate::emit::shipped_plans;

const PAGE: &str = include_str!("../../rules/README.md");

/// What the public rules listed on the page are made of.
const PATTERNS: [&str; 25] = [
    "allow_cidr",
    "allow_list",
    "burst_span",
    "collect_set",
    "count_threshold",
    "cross_source",
    "dcount",
    "differs",
    "enrich_ip",
    "first_seen",
    "link_join",
    "nested_json",
    "prevalence",
    "ratio",
    "reference_join",
    "sequence",
    "session_key",
    "set_contains_all",
    "statistical_baseline",
    "suppression",
    "time_bin",
    "ua_parse",
    "union",
    "uri_classify",
    "velocity",
];

/// The cells of the rows about rules.
fn rows() -> Vec<Vec<&'static str>> {
    let rows = PAGE.lines().filter(|line| line.starts_with("| [`"));
    rows.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

#[test]
fn the_page_of_the_rules_lists_each_with_its_title_its_file_and_its_patterns() {
    let files = shipped_rules();
    let expected: BTreeSet<String> = shipped_plans()
        .iter()
        .map(|plan| {
            let holds = |(_, text): &&(String, String)| text.contains(&format!("\nrule {} {{", plan.name));
            let (path, _) = files.iter().find(holds).unwrap();
            let path = path.strip_prefix("rules/").unwrap();
            let tags = plan.metadata.tags.join(", ");
            format!("[`{}`]({path}): {}: {tags}", plan.name, plan.metadata.title)
        })
        .collect();
    let listed: Vec<String> = rows().iter().map(|cells| format!("{}: {}", cells[0], cells[2])).collect();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), expected);
    assert_eq!(listed.len(), expected.len());
    assert!(PAGE.contains(&format!("\n{} rules,", expected.len())));
}

#[test]
fn every_pattern_of_real_rules_is_used() {
    let plans = shipped_plans();
    let used: BTreeSet<&str> = plans.iter().flat_map(|plan| plan.metadata.tags.iter().map(String::as_str)).collect();
    let unused: Vec<_> = PATTERNS.iter().filter(|pattern| !used.contains(**pattern)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_rule_has_a_test_that_matches_and_two_that_do_not_in_its_own_file() {
    for (path, text) in shipped_rules().iter().filter(|(_, text)| text.contains("\nrule ")) {
        let tests = text.lines().filter(|line| line.starts_with("test \"")).count();
        assert!(tests >= 3, "{path} has {tests} tests");
        assert!(text.contains("expect none"), "{path}: nothing shows where it stays silent");
        assert!(text.contains("expect match"), "{path}: nothing shows what it finds");
    }
}

#[test]
fn the_tests_of_the_shipped_rules_pass() {
    let mut command = assert_cmd::Command::new(assert_cmd::cargo::cargo_bin!("tokentrail"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["test", "rules"]).assert().success();
}
