//! ARM templates and Bicep: against the definitions of Azure's resources, against each other, and what is in them.

use std::sync::OnceLock;

use serde_json::{Value as Json, json};
use tokentrail::package::{self, Built, Layout, Options, Package};
use tokentrail::plan::deploy::{
    Deployment, Detail, Entity, EntityKind, Group, GroupBy, Respond, Response, Suppress, Suppressed,
};
use tokentrail::plan::{Plan, Runs, SECOND};

use crate::oracle;
use crate::rules::{check_text, shipped};

const HOUR: i64 = 3600 * SECOND;

fn shipped_plans() -> &'static [Plan] {
    static PLANS: OnceLock<Vec<Plan>> = OnceLock::new();
    PLANS.get_or_init(|| shipped().0.plans)
}

/// A rule that has everything that a template can hold: parameters, a watchlist, a response.
fn example() -> Plan {
    let entries: String = (0..300).map(|index| format!("  \"tool-{index}\"\n")).collect();
    let text = format!(
        "/// Tools.\nlist known_tools: string {{\n  \"it's ${{x}}\"\n{entries}}}\n\n/// [Of ${{everything}}, it's said]\nrule example \
         {{\n  title \"Example\"\n  severity medium\n  attack T1528, T1550.001\n  from entra.signin where user_agent in \
         known_tools\n  show user_name, ip\n}}\n"
    );
    let (checked, _) = check_text("example.trail", &text);
    let mut plan = checked.plans.into_iter().next().unwrap();
    let span = plan.name_span;
    let entity = |kind, column: &str| Entity { kind, columns: vec![column.to_owned()], span };
    plan.deployment = Deployment {
        entities: vec![entity(EntityKind::Account, "user_name"), entity(EntityKind::Ip, "ip")],
        details: vec![Detail { name: "address".to_owned(), column: "ip".to_owned(), span }],
        group: Some(Group {
            by: GroupBy::Some { entities: vec![EntityKind::Account], details: vec!["address".to_owned()] },
            within: 5 * HOUR,
            reopen: true,
            span,
        }),
        suppress: Some(Suppress { time: 4 * HOUR, of: Suppressed::Rule }),
        responses: vec![Respond { response: Response::RevokeSessions, span }],
        ..plan.deployment
    };
    plan
}

/// Both spellings of a package, as the oracle takes them, with the paths of the files without their endings.
fn both(plans: &[Plan], options: &Options) -> (Vec<String>, Vec<Json>) {
    let arm = built(plans, Package::SentinelArm, options);
    let bicep = built(plans, Package::Bicep, options);
    assert_eq!(arm.files.len(), bicep.files.len());
    let pairs = arm.files.iter().zip(&bicep.files).map(|(arm, bicep)| {
        let path = arm.path.strip_suffix(".json").unwrap().to_owned();
        assert_eq!(bicep.path, format!("{path}.bicep"));
        let text = |contents: &[u8]| String::from_utf8(contents.to_vec()).unwrap();
        (path, json!({ "json": text(&arm.contents), "bicep": text(&bicep.contents) }))
    });
    pairs.unzip()
}

fn built(plans: &[Plan], package: Package, options: &Options) -> Built {
    let built = package::build(plans, package, options);
    assert_eq!(built.refused, Vec::<String>::new(), "{:?}", built.errors);
    built
}

/// What is wrong with templates, by path.
fn wrong((paths, questions): (Vec<String>, Vec<Json>)) -> Vec<String> {
    let complaints = oracle::templates(&Json::Array(questions));
    let named = paths.iter().zip(complaints);
    named.flat_map(|(path, found)| found.into_iter().map(move |complaint| format!("{path}: {complaint}"))).collect()
}

#[test]
fn the_templates_of_all_shipped_rules_fit_the_definitions_in_both_spellings() {
    let (paths, questions) = both(shipped_plans(), &Options::default());
    assert!(paths.len() >= 70, "{}", paths.len());
    assert_eq!(wrong((paths, questions)), Vec::<String>::new());
}

#[test]
fn one_template_for_all_shipped_rules_fits_too() {
    let options = Options { layout: Layout::One, ..Options::default() };
    let (paths, questions) = both(shipped_plans(), &options);
    assert_eq!(paths, ["tokentrail_rules"]);
    assert_eq!(wrong((paths, questions)), Vec::<String>::new());
}

#[test]
fn a_rule_with_everything_fits_in_both_layouts() {
    let mut near = example();
    near.name = "near".to_owned();
    near.schedule.runs = Runs::NearRealTime;
    for layout in [Layout::PerRule, Layout::One] {
        let options = Options { layout, ..Options::default() };
        assert_eq!(wrong(both(&[example(), near.clone()], &options)), Vec::<String>::new());
    }
}

#[test]
fn queries_are_those_of_the_yaml_files() {
    let options = Options::default();
    let yaml = built(shipped_plans(), Package::SentinelYaml, &options);
    let arm = built(shipped_plans(), Package::SentinelArm, &options);
    let arm: Vec<&package::File> = arm.files.iter().filter(|file| file.rule.is_some()).collect();
    assert_eq!(yaml.files.len(), arm.len());
    for (yaml, arm) in yaml.files.iter().zip(arm) {
        assert_eq!(yaml.rule, arm.rule);
        let yaml: Json = yaml_serde::from_slice(&yaml.contents).unwrap();
        let arm: Json = serde_json::from_slice(&arm.contents).unwrap();
        let mut resources = arm["resources"].as_array().unwrap().iter();
        let rule = resources.find(|resource| resource["properties"]["query"].is_string()).unwrap();
        assert_eq!(rule["properties"]["query"], yaml["query"]);
        assert_eq!(rule["name"], yaml["id"]);
    }
}

#[test]
fn the_order_of_the_rules_changes_nothing() {
    let mut reversed = shipped_plans().to_vec();
    reversed.reverse();
    for layout in [Layout::PerRule, Layout::One] {
        let options = Options { layout, ..Options::default() };
        for package in [Package::SentinelArm, Package::Bicep] {
            assert_eq!(built(shipped_plans(), package, &options).files, built(&reversed, package, &options).files);
        }
    }
}

#[test]
fn the_playbook_and_the_template_of_a_rule_with_everything() {
    let mut text = String::new();
    for file in built(&[example()], Package::Bicep, &Options::default()).files {
        let contents = String::from_utf8(file.contents).unwrap();
        // The watchlist is long: its first entries tell enough.
        let lines = contents.lines().filter(|line| !line.starts_with("tool-") || *line == "tool-0");
        text += &format!("=== {}\n{}\n", file.path, lines.collect::<Vec<_>>().join("\n"));
    }
    insta::assert_snapshot!(text);
}

/// Breaks a text at its first place like this.
fn broken(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "nothing to break: {from}");
    text.replacen(from, to, 1)
}

/// Breaks templates of a rule with everything, and says which of them the oracle took.
fn taken(spelling: &str, ways: &[(&str, &str, &str)]) -> Vec<String> {
    let (_, questions) = both(&[example()], &Options::default());
    let mut paths = Vec::new();
    let mut asked = Vec::new();
    for (from, to, expected) in ways {
        let question = questions.iter().find(|each| each[spelling].as_str().unwrap().contains(from));
        let text = question.unwrap_or_else(|| panic!("nothing to break: {from}"))[spelling].as_str().unwrap();
        paths.push(format!("{from} -> {to}: {expected}"));
        asked.push(json!({ spelling: broken(text, from, to) }));
    }
    let complaints = oracle::templates(&Json::Array(asked));
    let found = paths.into_iter().zip(ways).zip(complaints);
    let taken =
        found.filter(|((_, (.., expected)), found)| !found.iter().any(|complaint| complaint.contains(expected)));
    taken.map(|((path, _), found)| format!("{path}: {found:?}")).collect()
}

#[test]
fn broken_templates_are_refused() {
    let ways = [
        ("\"1.0.0.0\",", "\"1.0.0.0\"", "not JSON"),
        ("\"templateVersion\"", "\"templatesVersion\"", "unknown key `templatesVersion`"),
        ("\"GreaterThan\"", "\"Greater\"", "`Greater` is none of"),
        ("\"suppressionDuration\": \"PT4H\"", "\"suppressionDuration\": \"5h\"", "not a duration: 5h"),
        ("\"suppressionDuration\": \"PT4H\",", "", "`suppressionDuration` is missing"),
        ("\"suppressionEnabled\": true", "\"suppressionEnabled\": \"true\"", "not a bool"),
        ("\"lookbackDuration\": \"PT5H\"", "\"lookbackDuration\": \"PT\"", "not a duration: PT"),
        ("\"Selected\"", "\"Some\"", "`Some` is none of"),
        ("2025-07-01-preview", "2024-09-01", "and the definition is of 2025-07-01-preview"),
        ("[parameters('enabled')]", "[parameters('enable')]", "no parameter `enable`"),
        ("[parameters('enabled')]", "[parameters('severity')]", "an expression of another type than bool"),
        ("[parameters('enabled')]", "[parameters('enabled']", "ends too early"),
        ("\"High\",", "\"Highest\",", "a parameter that may be what the resource may not"),
        ("\"Account\"", "\"Person\"", "`Person` is none of"),
        ("\"AlertAnalyticRuleIds\"", "\"AlertRules\"", "`AlertRules` is none of"),
        ("\"RunPlaybook\"", "\"RunWorkflow\"", "none of what it may be"),
        ("\"itemsSearchKey\": \"entry\",", "", "`itemsSearchKey` is missing"),
        ("\"Local\"", "\"Local file\"", "`Local file` is none of"),
        ("\"SystemAssigned\"", "\"System\"", "`System` is none of"),
        ("\"accounts\": [", "\"account\": [", "runs after `account`"),
        ("@body('accounts')", "@body('Accounts')", "names `Accounts`, which is not there"),
    ];
    assert_eq!(taken("json", &ways), Vec::<String>::new());
}

#[test]
fn broken_bicep_is_refused() {
    let ways = [
        ("param enabled bool = true", "param enabled bool true", "bicep:"),
        ("  properties: {", "  properties {", "bicep:"),
        ("    query: '''", "    query: ''", "bicep:"),
        ("Whether the rule example", "Whether the rule 'example'", "bicep:"),
        ("enabled: enabled", "enabled: enable", "`enable` is no parameter"),
        ("    severity: severity\n", "    severity: severity\n    severity: severity\n", "twice"),
        ("    templateVersion:", "    templatesVersion:", "unknown key `templatesVersion`"),
        ("'GreaterThan'", "'Greater'", "`Greater` is none of"),
        ("suppressionDuration: 'PT4H'", "suppressionDuration: '5h'", "not a duration: 5h"),
        ("example_rule.id", "other_rule.id", "bicep:"),
    ];
    assert_eq!(taken("bicep", &ways), Vec::<String>::new());
}

#[test]
fn spellings_that_differ_are_found() {
    let (_, mut questions) = both(&[example()], &Options::default());
    let text = questions[0]["bicep"].as_str().unwrap();
    questions[0]["bicep"] = json!(broken(text, "triggerThreshold: 0", "triggerThreshold: 1"));
    let complaints = oracle::templates(&Json::Array(questions));
    assert_eq!(complaints[0].len(), 1);
    assert!(complaints[0][0].contains("triggerThreshold: JSON has '0', Bicep '1'"), "{complaints:?}");
}
