//! Sentinel's analytics rules in YAML: held to the checks of the Azure-Sentinel repository, their queries to Microsoft's analyser,
//! and the columns of their entities to what an engine makes of them.

mod checker;
mod limits;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/oracles/packaged");
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = Command::new("node");
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles/kql/kqlcheck.mjs"))
        .args(["--sentinel", "--json", "--schema"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles/schema/sentinel.json"))
        .env("KQLCHECK_MODULES", oracle::analyser());
    for (name, text) in queries {
        let file = folder.join(format!("{name}.kql"));
        std::fs::write(&file, text).unwrap();
        command.arg(file);
    }
    let output = command.output().unwrap();
    let answers: Vec<Json> = serde_json::from_slice(&output.stdout).unwrap();
    let columns = |answer: &Json| {
        assert_eq!(answer["ok"], true, "{}: {}", answer["file"], answer["diagnostics"]);
        answer["columns"].as_array().unwrap().iter().map(|column| column[0].as_str().unwrap().to_owned()).collect()
    };
    answers.iter().map(columns).collect()
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

/// What a rule says of the values in its entities, on an engine: columns that were appended, with their values for each row.
fn appended(clauses: &str, events: &[Json], at: &str) -> Vec<Vec<(String, String)>> {
    let (rule, _) = analytics_rule(&plan(clauses)).unwrap();
    let schema = json!({"SigninLogs": oracle::schema()["tables"]["SigninLogs"]});
    let job = json!({"query": rule.query, "now": at, "tables": {"SigninLogs": events}});
    let answers = oracle::kql(&json!({"schema": schema, "jobs": [job]}));
    let rows = answers[0]["rows"].as_array().unwrap_or_else(|| panic!("{}", answers[0]));
    let value = |row: &Json, column: &String| row[column].as_str().unwrap_or_else(|| panic!("{row}")).to_owned();
    let fields: Vec<(String, String)> = rule
        .entities
        .iter()
        .enumerate()
        .flat_map(|(index, entity)| {
            let name = move |identifier: &str| format!("{} {index} {identifier}", entity.entity_type);
            entity.fields.iter().map(move |(identifier, column)| (name(identifier), column.clone()))
        })
        .collect();
    rows.iter().map(|row| fields.iter().map(|(name, column)| (name.clone(), value(row, column))).collect()).collect()
}

fn signin(id: &str, user: &str, ip: &str) -> Json {
    let time = "2026-01-05T08:00:00Z";
    json!({"TimeGenerated": time, "CreatedDateTime": time, "__arrived": "2026-01-05T08:10:00Z", "Id": id, "ResultType": "0",
        "UserId": "U1", "UserPrincipalName": user, "IPAddress": ip, "UniqueTokenIdentifier": "T1"})
}

const NOW: &str = "2026-01-05T08:30:00Z";

/// The values of a row, without their names.
fn values(row: &[(String, String)]) -> Vec<&str> {
    row.iter().map(|(_, value)| value.as_str()).collect()
}

#[test]
fn a_name_is_taken_apart_at_its_last_at_sign_and_without_one_is_a_name_alone() {
    let rule = "from entra.signin where result == success show event = event_id, user_name \
        entity account(user_name) schedule every 1h, delay 1h";
    let users = ["ana@example.org", "ana", "", "a@b@example.org", "@example.org", "ana@", "ben_x.com#EXT#@example.org"];
    let events: Vec<Json> =
        users.iter().enumerate().map(|(index, user)| signin(&format!("E{index}"), user, "192.0.2.1")).collect();
    let mut found: Vec<(String, String)> = appended(rule, &events, NOW)
        .into_iter()
        .map(|row| match row.as_slice() {
            [(name, before), (suffix, behind)] => {
                assert_eq!((name.as_str(), suffix.as_str()), ("Account 0 Name", "Account 0 UPNSuffix"));
                (before.clone(), behind.clone())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    found.sort();
    let wanted = [
        ("", ""),
        ("@example.org", ""),
        ("a@b", "example.org"),
        ("ana", ""),
        ("ana", "example.org"),
        ("ana@", ""),
        ("ben_x.com#ext#", "example.org"),
    ];
    assert_eq!(found, wanted.map(|(before, behind)| (before.to_owned(), behind.to_owned())));
}

#[test]
fn the_first_values_of_a_set_are_entities_and_the_rest_of_them_empty() {
    let rule = "from entra.signin where result == success by token within 1h when count() >= 1 \
        show users = values(user_name), ips = values(ip) entity account(users), ip(ips) schedule every 1h, delay 1h";
    let with = |users: &[&str], ips: &[&str]| {
        let events: Vec<Json> = (0..5)
            .map(|index| signin(&format!("E{index}"), users.get(index).unwrap_or(&""), ips.get(index).unwrap_or(&"")))
            .collect();
        let rows = appended(rule, &events, NOW);
        assert_eq!(rows.len(), 1, "{rows:?}");
        values(&rows[0]).join("|")
    };
    assert_eq!(with(&[], &[]), "||||||||");
    assert_eq!(with(&["ana@example.org"], &["192.0.2.1"]), "ana|example.org|||||192.0.2.1||");
    assert_eq!(
        with(&["e", "d@y", "c", "b@x", "a"], &["192.0.2.5", "192.0.2.4", "192.0.2.3", "192.0.2.2", "192.0.2.1"]),
        "a||b|x|c||192.0.2.1|192.0.2.2|192.0.2.3"
    );
}
