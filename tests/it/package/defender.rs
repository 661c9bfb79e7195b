//! Custom detections of Defender XDR: held to a schema of the Graph API, their queries to Microsoft's analyser.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use tokentrail::diagnostic::Code;
use tokentrail::package::{self, Built, Options, Package};
use tokentrail::plan::deploy::{Detail, Group, GroupBy, Respond, Response, Template, TemplatePart};
use tokentrail::plan::{Plan, Runs, SECOND};

use crate::oracle;
use crate::rules::{check_text, has_errors, shipped};

fn build(plans: &[Plan]) -> Built {
    package::build(plans, Package::DefenderXdr, &Options::default())
}

/// The plans of a text.
fn plans(text: &str) -> Vec<Plan> {
    let (checked, _) = check_text("r.trail", text);
    assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
    checked.plans
}

/// A rule from the clauses behind its title.
fn plan(clauses: &str) -> Plan {
    plans(&format!("/// T.\nrule r {{ title \"T\" severity low {clauses} }}")).remove(0)
}

const SIGNINS: &str = "from entra.signin where result == success show user_name, ip, app \
                       entity account(user_name), ip(ip)";

/// The one detection of a rule.
fn detection(plan: &Plan) -> Json {
    let built = build(std::slice::from_ref(plan));
    assert!(built.errors.is_empty(), "{:#?}", built.errors);
    assert_eq!((built.files.len(), built.files[0].path.as_str()), (1, "r.json"));
    serde_json::from_slice(&built.files[0].contents).unwrap()
}

/// The codes of what is said of a rule, errors and notes, each with the text that it points at.
fn said(plan: &Plan, text: &str) -> Vec<(String, String)> {
    let built = build(std::slice::from_ref(plan));
    assert_eq!(built.refused.len(), usize::from(!built.errors.is_empty()));
    assert_eq!(built.files.is_empty(), built.rules == 0);
    let of = |found: &tokentrail::diagnostic::Diagnostic| {
        let span = found.place().unwrap().span;
        (found.code.id().to_owned(), text[span.start as usize..span.end as usize].to_owned())
    };
    built.errors.iter().chain(&built.notes).map(of).collect()
}

/// What a schema of the Graph API says of files.
fn valid(files: &[(String, Vec<u8>)]) -> std::process::Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(oracle::repository());
    command.args(["-m", "check_jsonschema", "--schemafile"]);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/defender/schema.json"));
    for (path, contents) in files {
        let file = folder.path().join(path);
        std::fs::write(&file, contents).unwrap();
        command.arg(file);
    }
    command.output().unwrap()
}

#[test]
fn every_shipped_rule_is_a_valid_detection_whose_query_gives_what_it_names() {
    let (all, _) = shipped();
    let built = build(&all.plans);
    assert_eq!((built.refused.as_slice(), built.errors.as_slice()), (&[][..], &[][..]));
    assert_eq!(built.rules, all.plans.len());
    let files: Vec<(String, Vec<u8>)> = built
        .files
        .iter()
        .filter(|file| file.rule.is_some())
        .map(|file| (file.path.clone(), file.contents.clone()))
        .collect();
    let output = valid(&files);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));

    let rules: Vec<Json> = files.iter().map(|(_, contents)| serde_json::from_slice(contents).unwrap()).collect();
    let query = |rule: &Json| rule["queryCondition"]["queryText"].as_str().unwrap().to_owned();
    let queries: Vec<(String, String)> =
        files.iter().zip(&rules).map(|((path, _), rule)| (path.replace('.', "_"), query(rule))).collect();
    let mut entities = 0;
    for ((path, columns), rule) in files.iter().map(|(path, _)| path).zip(oracle::result_columns(&queries)).zip(&rules)
    {
        assert_eq!(columns.get("Timestamp").map(String::as_str), Some("datetime"), "{path}");
        assert_eq!(columns.get("ReportId").map(String::as_str), Some("string"), "{path}");
        let mappings = rule["detectionAction"]["alertTemplate"]["entityMappings"].as_object().unwrap();
        for mapping in mappings.values().flat_map(|mappings| mappings.as_array().unwrap()) {
            for column in mapping.as_object().unwrap().values() {
                let column = column.as_str().unwrap();
                assert_eq!(columns.get(column).map(String::as_str), Some("string"), "{path}: {column} in {columns:?}");
                entities += 1;
            }
        }
    }
    assert!(entities >= 200, "{entities}");
}

#[test]
fn names_and_ids_of_the_shipped_detections_are_unique_and_their_order_means_nothing() {
    let (mut all, _) = shipped();
    let first = build(&all.plans);
    all.plans.reverse();
    let second = build(&all.plans);
    assert_eq!((first.files.clone(), first.advice, first.refused), (second.files, second.advice, second.refused));
    let rules = first.files.iter().filter(|file| file.rule.is_some());
    let rules: Vec<Json> = rules.map(|file| serde_json::from_slice(&file.contents).unwrap()).collect();
    for key in ["id", "displayName"] {
        let mut values: Vec<&str> = rules.iter().map(|rule| rule[key].as_str().unwrap()).collect();
        values.sort_unstable();
        values.dedup();
        assert_eq!(values.len(), rules.len(), "{key}");
    }
}

#[test]
fn the_schema_refuses_what_the_service_refuses() {
    let good = detection(&plan(&format!("attack T1539 {SIGNINS}")));
    let check = |rule: &Json| valid(&[("r.json".to_owned(), rule.to_string().into_bytes())]).status.success();
    assert!(check(&good));
    let broken: [(&str, Json); 11] = [
        ("/id", json!("6d3c2f0a-9d0e-4f3f-8a55-8a3f0c0c9c1d")),
        ("/status", json!("on")),
        ("/schedule", json!({ "period": "1H" })),
        ("/schedule/frequency", json!("1h")),
        ("/queryCondition", json!({})),
        ("/detectionAction/alertTemplate/severity", json!("critical")),
        ("/detectionAction/alertTemplate/tactics", json!([{ "tactic": "credential-access", "techniques": [] }])),
        ("/detectionAction/alertTemplate/tactics/0/techniques/0/technique", json!("T1550.001")),
        ("/detectionAction/alertTemplate/entityMappings", json!({})),
        ("/detectionAction/alertTemplate/entityMappings", json!({ "urls": [{ "addressColumn": "a" }] })),
        ("/detectionAction/alertTemplate/entityMappings", json!({ "accounts": [{ "nameColumn": "a" }] })),
    ];
    for (path, value) in broken {
        let mut rule = good.clone();
        *rule.pointer_mut(path).unwrap() = value.clone();
        assert!(!check(&rule), "{path} = {value}");
    }
    let mut two = good.clone();
    let tactics = two.pointer_mut("/detectionAction/alertTemplate/tactics").unwrap().as_array_mut().unwrap();
    tactics.push(json!({ "tactic": "Discovery", "techniques": [] }));
    assert!(!check(&two));
}

#[test]
fn a_detection_says_what_the_rule_says() {
    let text = include_str!("../../../rules/session/asn_change.trail");
    let (all, _) = shipped();
    assert!(text.contains("rule session_across_asns"));
    let of = |name: &str| all.plans.iter().filter(|plan| plan.name == name).cloned().collect::<Vec<_>>();
    for name in ["session_across_asns", "first_success_from_country"] {
        let plans = of(name);
        assert_eq!(plans.len(), 1, "{name}");
        let built = build(&plans);
        insta::assert_snapshot!(name, String::from_utf8(built.files[0].contents.clone()).unwrap());
    }
}

/// How often a detection runs, and how far it looks back, in ISO 8601; the codes of what is said.
fn runs(plan: &Plan) -> (String, String, Vec<String>) {
    let rule = detection(plan);
    let text = |key: &str| rule["schedule"][key].as_str().unwrap_or("-").to_owned();
    let built = build(std::slice::from_ref(plan));
    (text("frequency"), text("lookback"), built.notes.iter().map(|found| found.code.id().to_owned()).collect())
}

#[test]
fn a_detection_runs_as_often_as_its_lookback_allows() {
    let single = |schedule: &str| plan(&format!("{SIGNINS} schedule {schedule}"));
    let history = |days: u32, schedule: &str| {
        plan(&format!(
            "from entra.signin where result == success by user_id first seen (asn) within {days}d show user_name \
             entity account(user_name) schedule {schedule}"
        ))
    };
    let slower = vec!["W0921".to_owned()];
    let cases = [
        (single("every 5m, delay 1h"), "PT5M", "PT1H5M", vec![]),
        (single("every 1m, delay 1h"), "PT5M", "PT1H5M", slower.clone()),
        (single("every 90s, delay 1h"), "PT5M", "PT1H5M", slower.clone()),
        (single("every 361s, delay 1h"), "PT7M", "PT1H7M", slower.clone()),
        // Less than 48 hours where it runs more than once an hour.
        (single("every 15m, delay 2859m"), "PT15M", "P1DT23H54M", vec![]),
        (single("every 15m, delay 2864m"), "PT15M", "P1DT23H59M", vec![]),
        (single("every 15m, delay 2865m"), "PT1H", "P2DT45M", slower.clone()),
        (single("every 1h, delay 2d"), "PT1H", "P2DT1H", vec![]),
        // Fourteen days where it runs more than once a day.
        (history(13, "every 6h, delay 18h"), "PT6H", "P14D", vec![]),
        (history(13, "every 6h, delay 1081m"), "P1D", "P14DT18H1M", slower.clone()),
        // Thirty days otherwise.
        (history(28, "every 1d, delay 1d"), "P1D", "P30D", vec![]),
        (single("every 14d, delay 1h"), "P14D", "P14DT1H", vec![]),
    ];
    for (plan, frequency, lookback, codes) in cases {
        let schedule = plan.schedule;
        assert_eq!(runs(&plan), (frequency.to_owned(), lookback.to_owned(), codes), "{schedule:?}");
    }
}

#[test]
fn a_rule_near_real_time_runs_every_five_minutes() {
    let mut rule = plan(SIGNINS);
    rule.schedule.every = 60 * SECOND;
    rule.schedule.delay = 3600 * SECOND;
    rule.schedule.runs = Runs::NearRealTime;
    assert_eq!(runs(&rule), ("PT5M".to_owned(), "PT1H5M".to_owned(), vec!["W0921".to_owned()]));
    rule.schedule.runs = Runs::Scheduled;
    rule.schedule.every = 300 * SECOND;
    let query = |rule: &Plan| detection(rule)["queryCondition"]["queryText"].clone();
    let scheduled = query(&rule);
    rule.schedule.every = 60 * SECOND;
    rule.schedule.runs = Runs::NearRealTime;
    assert_eq!(query(&rule), scheduled);
}

#[test]
fn over_defenders_own_tables_frequencies_and_lookbacks_are_fixed() {
    let own = |schedule: &str| {
        let mut plan = plan(&format!("{SIGNINS} schedule {schedule}"));
        Arc::make_mut(&mut plan.streams[0].legs[0].source).kql.table = "EntraIdSignInEvents".to_owned();
        plan
    };
    let runs = |schedule: &str| runs(&own(schedule)).0;
    assert_eq!(runs("every 15m, delay 1h"), "PT1H");
    assert_eq!(runs("every 1h, delay 3h"), "PT1H");
    assert_eq!(runs("every 1h, delay 4h"), "PT3H");
    assert_eq!(runs("every 2h, delay 1h"), "PT3H");
    assert_eq!(runs("every 1h, delay 10h"), "PT12H");
    assert_eq!(runs("every 1h, delay 2d"), "P1D");
    assert!(detection(&own("every 1h, delay 1h"))["schedule"].get("lookback").is_none());
    let refused = |schedule: &str| build(&[own(schedule)]).errors.remove(0).message;
    assert_eq!(
        refused("every 2d, delay 1h"),
        "the rule runs every 2d, and Defender XDR runs detections every 1d at least"
    );
    let far = "run every 1d, the rule looks back 31d, and Defender XDR looks back 30d at most";
    assert_eq!(refused("every 1h, delay 30d"), far);
}

#[test]
fn each_limit_is_told_at_its_place() {
    let text = |clauses: &str| format!("/// T.\nrule r {{ title \"T\" severity low {clauses} }}");
    let cases = [
        (
            "from entra.signin where result == success by user_id first seen (asn) within 30d show user_name entity account(user_name) schedule every 1d, delay 1h",
            vec![("E0631", "schedule every 1d, delay 1h")],
        ),
        (
            "from entra.signin where result == success show user_name entity account(user_name) schedule every 15d, delay 1h",
            vec![("E0631", "schedule every 15d, delay 1h")],
        ),
        ("from entra.signin where result == success show app", vec![("E0632", "r")]),
        (
            "from entra.signin where result == success show app entity cloud_application(app)",
            vec![("E0632", "entity cloud_application(app)")],
        ),
        (
            "from entra.signin where result == success show user_name, Timestamp = time, ReportId = event_id entity account(user_name)",
            vec![
                ("E0635", "show user_name, Timestamp = time, ReportId = event_id"),
                ("E0635", "show user_name, Timestamp = time, ReportId = event_id"),
            ],
        ),
        (
            "attack T1539, T1087, T1557 from entra.signin where result == success show user_name entity account(user_name) suppress all 4h",
            vec![("W0922", "suppress all 4h"), ("W0923", "attack T1539, T1087, T1557")],
        ),
        (
            "from entra.signin where result == success show user_name, ip, app, city entity account(user_name) \
             alert_title \"{user_name} {ip} {app} {city}\"",
            vec![("E0633", "\"{user_name} {ip} {app} {city}\"")],
        ),
        (
            "from entra.signin where result == success show user_name entity account(user_name) schedule nrt \
             group all within 5h respond revoke_sessions",
            vec![("W0921", "schedule nrt"), ("W0922", "group all within 5h"), ("W0922", "revoke_sessions")],
        ),
        (
            "from okta.system where result == success show user_id, ip entity account(user_id), ip(ip)",
            vec![("W0924", "entity account(user_id), ip(ip)")],
        ),
    ];
    for (clauses, expected) in cases {
        let text = text(clauses);
        let found = said(&plans(&text)[0], &text);
        let expected: Vec<(String, String)> =
            expected.into_iter().map(|(code, at)| (code.to_owned(), at.to_owned())).collect();
        assert_eq!(found, expected, "{clauses}");
    }
}

#[test]
fn the_examples_of_the_pages_give_their_code_and_none() {
    let codes = ["E0631", "E0632", "E0633", "E0635", "E0636", "W0921", "W0922", "W0923", "W0924"];
    for code in codes.map(|code| Code::parse(code).unwrap()) {
        let examples = code.page().split("```text\n").skip(1).map(|block| block.split("```").next().unwrap());
        let found = |example: &str| {
            let built = build(&plans(example));
            built.errors.iter().chain(&built.notes).map(|found| found.code).collect::<Vec<_>>()
        };
        assert_eq!(examples.map(found).collect::<Vec<_>>(), [vec![code], vec![]], "{}", code.id());
    }
}

#[test]
fn titles_groups_and_responses_have_their_limits() {
    let span = plan(SIGNINS).name_span;
    let codes = |change: &dyn Fn(&mut Plan)| {
        let mut plan = plan(SIGNINS);
        change(&mut plan);
        let built = build(std::slice::from_ref(&plan));
        built.errors.iter().chain(&built.notes).map(|found| found.code.id()).collect::<Vec<_>>()
    };
    let column = |name: &str| TemplatePart::Column(name.to_owned());
    let titled = |parts: Vec<TemplatePart>| {
        move |plan: &mut Plan| plan.deployment.alert_title = Some(Template { parts: parts.clone(), span })
    };
    assert_eq!(codes(&titled(vec![column("user_name"), column("ip"), column("app"), column("ip")])), [""; 0]);
    let four = vec![column("user_name"), column("ip"), column("app"), column("matches")];
    assert_eq!(codes(&titled(four)), ["E0633"]);
    for text in ["a {{b", "}} c", "an open {"] {
        assert_eq!(codes(&titled(vec![TemplatePart::Text(text.to_owned()), column("ip")])), ["E0633"], "{text}");
    }
    let grouped = |plan: &mut Plan| {
        plan.deployment.group = Some(Group { by: GroupBy::Rule, within: 3600 * SECOND, reopen: false, span });
        plan.deployment.responses.push(Respond { response: Response::RevokeSessions, span });
    };
    assert_eq!(codes(&grouped), ["W0922", "W0922"]);
}

#[test]
fn a_template_and_details_name_columns_of_the_query() {
    let mut rule = plan(SIGNINS);
    let span = rule.name_span;
    let parts = vec![TemplatePart::Text("Sign-in of ".to_owned()), TemplatePart::Column("user_name".to_owned())];
    rule.deployment.alert_title = Some(Template { parts, span });
    rule.deployment.details = vec![Detail { name: "Address".to_owned(), column: "ip".to_owned(), span }];
    let template = &detection(&rule)["detectionAction"]["alertTemplate"];
    assert_eq!(template["title"], "Sign-in of {{user_name}}");
    assert_eq!(template["customDetails"], json!({ "Address": "ip" }));
}

#[test]
fn rules_with_one_title_are_told_apart_and_one_id_is_refused() {
    let rule = |name: &str, id: &str| format!("/// T.\nrule {name} {{ title \"T\" severity low {id} {SIGNINS} }}\n");
    let same_title = plans(&(rule("one", "") + &rule("two", "")));
    let names = |built: &Built| {
        let rules = built.files.iter().map(|file| serde_json::from_slice::<Json>(&file.contents).unwrap());
        rules.map(|rule| rule["displayName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&build(&same_title)), ["T (one)", "T (two)"]);
    let id = "id \"6d3c2f0a-9d0e-4f3f-8a55-8a3f0c0c9c1d\"";
    let same_id = plans(&(rule("one", id) + &rule("two", id)));
    let built = build(&same_id);
    assert_eq!((built.rules, built.refused.as_slice()), (1, &["two".to_owned()][..]));
    assert_eq!(built.errors[0].code.id(), "E0636");
    let first: Json = serde_json::from_slice(&built.files[0].contents).unwrap();
    assert_eq!(first["id"], "tokentrail-6d3c2f0a-9d0e-4f3f-8a55-8a3f0c0c9c1d");
}

#[test]
fn a_long_list_is_a_watchlist_beside_the_detections() {
    let entries: String = (0..300).map(|index| format!("\"agent {index}\" ")).collect();
    let text = format!(
        "list agents: string {{ {entries} }}\n/// T.\nrule r {{ title \"T\" severity low from entra.signin \
         where user_agent in agents show user_name entity account(user_name) }}"
    );
    let built = build(&plans(&text));
    let paths: Vec<&str> = built.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["r.json", "watchlists/agents.csv"]);
    assert_eq!(built.files[1].rule, None);
    assert!(built.advice.iter().any(|advice| advice.contains("watchlist `agents`")), "{:?}", built.advice);
}
