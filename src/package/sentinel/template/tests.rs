//! Templates of rules that are made by hand, so that every part of them has something odd in it.

use serde_json::Value as Json;

use super::build::{Names, Rules, advice, checked, one, per_rule};
use super::*;
use crate::catalog::load;
use crate::check;
use crate::package::sentinel::rule::{AnalyticsRule, EntityMapping, Grouping, Kind};
use crate::package::{Built, File, Layout, Options};
use crate::plan::deploy::{EntityKind, GroupBy, Respond, Response};
use crate::plan::{Plan, SECOND};
use crate::source::{Source, Sources};
use crate::syntax;
use crate::target::Upload;

const MINUTE: i64 = 60 * SECOND;

/// A query that both spellings must escape.
const QUERY: &str = "let x = \"it's ${not} \\\\n\";\nT\n| where a == 'b'\t// [c]\n";

fn plan(name: &str) -> Plan {
    let text = format!("/// An example.\nrule {name} {{ title \"Example\" severity low from entra.signin }}\n");
    let mut sources = Sources::default();
    let id = sources.add(Source::new("example.trail", text));
    let parsed = syntax::parse(id, sources.get(id));
    let today = jiff::civil::date(2026, 11, 23);
    check::check(vec![(id, parsed)], &sources, &load::builtin(), today).plans.remove(0)
}

fn rule(name: &str) -> AnalyticsRule {
    AnalyticsRule {
        rule: name.to_owned(),
        id: crate::package::id_of("rule", name),
        name: "[An example]".to_owned(),
        description: "It's ${one}.\nOf two lines.".to_owned(),
        severity: "Medium",
        connectors: Vec::new(),
        kind: Kind::Scheduled { frequency: 15 * MINUTE, period: 1530 * MINUTE },
        tactics: vec!["CredentialAccess".to_owned()],
        techniques: vec!["T1528".to_owned()],
        query: QUERY.to_owned(),
        entities: vec![EntityMapping {
            entity_type: "Account",
            fields: vec![("Name", "account_name".to_owned()), ("UPNSuffix", "account_suffix".to_owned())],
        }],
        details: vec![("city".to_owned(), "city_name".to_owned())],
        alert_title: Some("{{account_name}} in '''{{city_name}}'''".to_owned()),
        version: "1.0.0".to_owned(),
        tags: Vec::new(),
        author: None,
        watchlists: Vec::new(),
        suppression: None,
        grouping: None,
        responses: Vec::new(),
    }
}

/// A rule with everything.
fn large_rule(name: &str) -> AnalyticsRule {
    let by = GroupBy::Some { entities: vec![EntityKind::Account], details: vec!["city".to_owned()] };
    AnalyticsRule {
        techniques: vec!["T1528".to_owned(), "T1550.001".to_owned(), "T1550.004".to_owned()],
        watchlists: vec![Upload {
            name: "known".to_owned(),
            csv: "entry\n\"a, b\"\n'''\n".to_owned(),
            transform: None,
            table: None,
        }],
        suppression: Some(240 * MINUTE),
        grouping: Some(Grouping { by, lookback: 300 * MINUTE, reopen: true }),
        responses: vec![Response::RevokeSessions],
        ..rule(name)
    }
}

fn rules(plans: &[Plan]) -> Rules<'_> {
    let nrt = AnalyticsRule { kind: Kind::Nrt, ..rule(&plans[2].name) };
    let made = [rule(&plans[0].name), large_rule(&plans[1].name), nrt];
    plans.iter().zip(made).collect()
}

fn plans() -> Vec<Plan> {
    ["first", "large", "near"].into_iter().map(plan).collect()
}

fn template(file: &File) -> Json {
    serde_json::from_slice(&file.contents).unwrap()
}

/// The resources of a template by their types.
fn types(template: &Json) -> Vec<&str> {
    template["resources"].as_array().unwrap().iter().map(|each| each["type"].as_str().unwrap()).collect()
}

#[test]
fn each_rule_has_a_template_and_the_playbook_one_of_its_own() {
    let plans = plans();
    let (files, packaged) = per_rule(&rules(&plans), Spelling::Json);
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["first.json", "large.json", "near.json", "playbooks/revoke_sessions.json"]);
    assert_eq!(packaged.len(), 3);
    assert_eq!(files[1].rule.as_deref(), Some("large"));
    assert_eq!(files[3].rule, None);
    assert_eq!(
        types(&template(&files[1])),
        [
            "Microsoft.SecurityInsights/watchlists",
            "Microsoft.SecurityInsights/alertRules",
            "Microsoft.SecurityInsights/automationRules"
        ]
    );
}

#[test]
fn sub_techniques_and_near_real_time_need_the_preview() {
    let plans = plans();
    let (files, _) = per_rule(&rules(&plans), Spelling::Json);
    let versions: Vec<Json> =
        files[..3].iter().map(|file| template(file)["resources"].as_array().unwrap().clone()).map(version).collect();
    assert_eq!(versions, ["2024-09-01", "2025-07-01-preview", "2025-07-01-preview"]);
    let large = template(&files[1])["resources"][1]["properties"].clone();
    assert_eq!(large["techniques"], serde_json::json!(["T1528", "T1550"]));
    assert_eq!(large["subTechniques"], serde_json::json!(["T1550.001", "T1550.004"]));
}

/// The version of the analytics rule among resources.
fn version(resources: Vec<Json>) -> Json {
    let rule = resources.into_iter().find(|each| each["type"].as_str().unwrap().ends_with("/alertRules"));
    rule.unwrap()["apiVersion"].clone()
}

#[test]
fn rules_in_near_real_time_have_no_schedule() {
    let plans = plans();
    let (files, _) = per_rule(&rules(&plans), Spelling::Json);
    let near = template(&files[2])["resources"][0].clone();
    assert_eq!(near["kind"], "NRT");
    for gone in ["queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"] {
        assert_eq!(near["properties"].get(gone), None, "{gone}");
    }
    assert_eq!(near["properties"]["suppressionDuration"], "PT5H");
}

#[test]
fn queries_are_the_same_bytes_in_both_spellings() {
    let plans = plans();
    let (json, _) = per_rule(&rules(&plans), Spelling::Json);
    let (bicep, _) = per_rule(&rules(&plans), Spelling::Bicep);
    assert_eq!(template(&json[0])["resources"][0]["properties"]["query"], QUERY);
    assert!(String::from_utf8_lossy(&bicep[0].contents).contains(&format!("query: '''\n{QUERY}'''\n")));
}

#[test]
fn one_template_holds_all_rules_with_parameters_of_their_own() {
    let plans = plans();
    let options = Options { layout: Layout::One, ..Options::default() };
    let (files, packaged) = one(&rules(&plans), &options, Spelling::Json, &mut Built::default());
    assert_eq!(packaged.len(), 3);
    let all = template(&files[0]);
    assert_eq!(files[0].path, "tokentrail_rules.json");
    assert_eq!(all["parameters"]["near_severity"]["defaultValue"], "Medium");
    assert_eq!(all["resources"][4]["properties"]["enabled"], "[parameters('large_enabled')]");
    assert_eq!(types(&all).len(), 7);
}

#[test]
fn rules_share_a_watchlist_in_one_template() {
    let plans = plans();
    let rules = plans.iter().map(|plan| (plan, large_rule(&plan.name))).collect();
    let (files, _) = one(&rules, &Options::default(), Spelling::Json, &mut Built::default());
    let watchlists = types(&template(&files[0])).iter().filter(|each| each.ends_with("/watchlists")).count();
    assert_eq!(watchlists, 1);
}

#[test]
fn sessions_are_revoked_only_when_somebody_says_so() {
    let plans = plans();
    let (files, packaged) = per_rule(&rules(&plans), Spelling::Json);
    let (large, playbook) = (template(&files[1]), template(&files[3]));
    assert_eq!(large["parameters"]["revokeSessions"]["defaultValue"], false);
    assert_eq!(playbook["parameters"]["revokeSessions"]["defaultValue"], false);
    let enabled = &large["resources"][2]["properties"]["triggeringLogic"]["isEnabled"];
    assert_eq!(enabled, "[parameters('revokeSessions')]");
    let state = &playbook["resources"][1]["properties"]["state"];
    assert_eq!(state, "[if(parameters('revokeSessions'), 'Enabled', 'Disabled')]");
    assert!(advice(&packaged).iter().any(|line| line.contains("User.RevokeSessions.All")));
}

#[test]
fn the_template_for_all_rules_leaves_out_what_does_not_fit() {
    let plans: Vec<Plan> = (0..130).map(|index| plan(&format!("rule_{index:03}"))).collect();
    let rules = plans.iter().map(|plan| (plan, rule(&plan.name))).collect();
    let mut built = Built::default();
    let (_, packaged) = one(&rules, &Options::default(), Spelling::Bicep, &mut built);
    assert_eq!(packaged.len(), 127);
    assert_eq!(built.refused, ["rule_127", "rule_128", "rule_129"]);
    assert_eq!(built.errors[0].code.id(), "E0627");
    let (files, _) = per_rule(&rules, Spelling::Bicep);
    assert_eq!(files.len(), 130);
}

#[test]
fn a_list_longer_than_a_resource_is_refused() {
    let mut long = large_rule("example");
    long.watchlists[0].csv = "entry\n".to_owned() + &"198.51.100.7\n".repeat(80_000);
    let errors = checked(&plan("example"), (long, Vec::new()), &mut Names::default()).unwrap_err();
    assert_eq!(errors[0].code.id(), "E0625");
}

#[test]
fn sessions_of_nobody_are_not_revoked() {
    let mut plan = plan("example");
    plan.deployment.responses = vec![Respond { response: Response::RevokeSessions, span: plan.name_span }];
    let mut nobody = large_rule("example");
    nobody.entities[0].fields.pop();
    let errors = checked(&plan, (nobody.clone(), Vec::new()), &mut Names::default()).unwrap_err();
    assert_eq!(errors[0].code.id(), "E0626");
    nobody.entities[0].fields = vec![("AadUserId", "user_id".to_owned())];
    assert!(checked(&plan, (nobody, Vec::new()), &mut Names::default()).is_ok());
}

#[test]
fn names_that_differ_in_case_only_are_refused() {
    let mut names = Names::default();
    assert!(checked(&plan("example"), (rule("example"), Vec::new()), &mut names).is_ok());
    let errors = checked(&plan("Example"), (rule("Example"), Vec::new()), &mut names).unwrap_err();
    assert_eq!(errors[0].code.id(), "E0628");
}
