//! Sentinel's analytics rules in YAML: held to the checks of the Azure-Sentinel repository, their queries to Microsoft's analyser,
//! and the columns of their entities to what an engine makes of them.

mod checker;
mod entities;
mod limits;
mod pages;

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tokentrail::package::sentinel::rule::analytics_rule;
use tokentrail::package::{self, Built, Options, Package};
use tokentrail::plan::Plan;

use crate::check::{check_text, has_errors};
use crate::oracle;
use crate::rules::shipped;

fn build(plans: &[Plan]) -> Built {
    package::build(plans, Package::SentinelYaml, &Options::default())
}

/// What the checks say of files: path, findings, and the document.
fn checked(files: &[(String, String)]) -> Vec<(String, Vec<String>, Json)> {
    let files: Vec<Json> = files.iter().map(|(path, text)| json!({"path": path, "text": text})).collect();
    let answers = oracle::sentinel_rules(&json!({"files": files}));
    let read = |answer: &Json| {
        let errors = answer["errors"].as_array().unwrap();
        let errors = errors.iter().map(|error| error.as_str().unwrap().to_owned()).collect();
        (answer["path"].as_str().unwrap().to_owned(), errors, answer["rule"].clone())
    };
    answers.iter().map(read).collect()
}

/// The YAML files of a package.
fn rules_of(built: &Built) -> Vec<(String, String)> {
    let rules = built.files.iter().filter(|file| file.rule.is_some());
    rules.map(|file| (file.path.clone(), String::from_utf8(file.contents.clone()).unwrap())).collect()
}

/// A rule from the clauses behind its title.
fn plan(clauses: &str) -> Plan {
    let text = format!("/// T.\nrule r {{ title \"T\" severity low {clauses} }}");
    let (checked, _) = check_text("r.trail", &text);
    assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
    checked.plans.into_iter().next().unwrap()
}

/// The columns of the results of queries, by Microsoft's analyser.
fn columns_of(queries: &[(String, String)]) -> Vec<BTreeSet<String>> {
    oracle::result_columns(queries).into_iter().map(|columns| columns.into_keys().collect()).collect()
}

/// The columns that a document names: of entities, details and the title of alerts.
fn named(rule: &Json) -> Vec<String> {
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let mut named = Vec::new();
    for mapping in rule["entityMappings"].as_array().into_iter().flatten() {
        let fields = mapping["fieldMappings"].as_array().unwrap();
        named.extend(fields.iter().map(|field| text(&field["columnName"])));
    }
    named.extend(rule["customDetails"].as_object().into_iter().flatten().map(|(_, column)| text(column)));
    let title = rule["alertDetailsOverride"]["alertDisplayNameFormat"].as_str().unwrap_or_default();
    named.extend(title.split("{{").skip(1).map(|part| part.split("}}").next().unwrap().to_owned()));
    named
}

#[test]
fn every_shipped_rule_passes_the_checks_of_the_repository_and_names_columns_that_its_query_has() {
    let (all, _) = shipped();
    let built = build(&all.plans);
    assert_eq!((built.refused.as_slice(), built.errors.len(), built.rules), (&[][..], 0, all.plans.len()));
    let checked = checked(&rules_of(&built));
    assert!(checked.len() >= 71, "{}", checked.len());
    let wrong: Vec<_> = checked.iter().filter(|(_, errors, _)| !errors.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let as_written = all.plans.iter().map(|plan| analytics_rule(plan).unwrap().0.query).collect::<BTreeSet<String>>();
    let queries: Vec<(String, String)> =
        checked.iter().map(|(path, _, rule)| (path.clone(), rule["query"].as_str().unwrap().to_owned())).collect();
    assert_eq!(queries.iter().map(|(_, query)| query.clone()).collect::<BTreeSet<String>>(), as_written);
    let mut mapped = 0;
    for ((path, _, rule), columns) in checked.iter().zip(columns_of(&queries)) {
        for name in named(rule) {
            assert!(columns.contains(&name), "{path}: {name} is not among {columns:?}");
            mapped += 1;
        }
    }
    assert!(mapped >= 200, "{mapped}");
}

#[test]
fn a_package_does_not_depend_on_the_order_of_its_rules() {
    let (mut all, _) = shipped();
    let first = build(&all.plans);
    all.plans.reverse();
    let second = build(&all.plans);
    assert_eq!(first.files, second.files);
    let paths: Vec<&String> = first.files.iter().map(|file| &file.path).collect();
    assert!(paths.is_sorted(), "{paths:?}");
}

#[test]
fn a_few_telling_rules_as_they_are_written() {
    let (all, _) = shipped();
    let built = build(&all.plans);
    for name in ["device_code_session_in_two_places", "first_graph_client_of_user", "mail_read_from_unknown_address"] {
        let (_, text) = rules_of(&built).into_iter().find(|(path, _)| *path == format!("{name}.yaml")).unwrap();
        // The query has a snapshot of its own; what is appended to it stands at its end.
        let (head, rest) = text.split_once("\nquery: |\n").unwrap();
        let end = rest.rfind("\n  | extend\n").or_else(|| rest.find("\nentityMappings:")).unwrap();
        insta::assert_snapshot!(name, format!("{head}\nquery: |\n  …{}", &rest[end..]));
    }
}
