//! ARM templates and Bicep: against the definitions of Azure's resources, against each other, and what is in them.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde_json::{Value as Json, json};
use tokentrail::diagnostic::{Code, Severity};
use tokentrail::package::sentinel::rule::analytics_rule;
use tokentrail::package::{self, Built, Layout, Options, Package};
use tokentrail::plan::{ListData, Plan};
use tokentrail::value::Value;

use crate::oracle;
use crate::rules::{check_text, has_errors, shipped};

fn shipped_plans() -> &'static [Plan] {
    static PLANS: OnceLock<Vec<Plan>> = OnceLock::new();
    PLANS.get_or_init(|| shipped().0.plans)
}

/// A rule that has everything that a template can hold: parameters, a watchlist, a response, texts that must be escaped.
fn example(name: &str, schedule: &str) -> Plan {
    let entries: String = (0..300).map(|index| format!("  \"tool-{index}\"\n")).collect();
    let text = format!(
        "/// Tools.
list known_tools: string {{
  \"it's ${{x}}\"
{entries}}}

/// [Of ${{everything}}, it's said]
rule {name} {{
  title \"Example\"
  severity medium
  attack T1528, T1550.001
  from entra.signin
  where user_agent in known_tools
  show user_name, ip
  entity account(user_name), ip(ip)
  detail address = ip
  alert_title \"[A tool of {{user_name}}]\"
  group by account, address within 5h reopen
  {schedule}
  respond revoke_sessions
}}
"
    );
    let (checked, _) = check_text("example.trail", &text);
    assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
    checked.plans.into_iter().next().unwrap()
}

/// A rule with everything of a scheduled one.
fn everything() -> Plan {
    example("example", "suppress all 4h")
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
    let near = example("near", "schedule nrt");
    for layout in [Layout::PerRule, Layout::One] {
        let options = Options { layout, ..Options::default() };
        assert_eq!(wrong(both(&[everything(), near.clone()], &options)), Vec::<String>::new());
    }
}

/// Texts of pieces that some layer of a template takes for its own, but for two that the grammar for tree-sitter misreads: what begins
/// like a comment, and three escaped quotes in a row.
fn odd_texts(count: usize) -> Vec<String> {
    const PIECES: [&str; 19] = [
        "'", "''", "\\", "$", "${", "${a}", "{", "}", "[", "]", "[a]", "\n", "\n\n", "\r\n", "\t", "\u{1}", "@{a()}",
        "é ", "a b",
    ];
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let text = || (0..=next(8)).map(|_| PIECES[next(PIECES.len())]).collect::<String>();
    std::iter::repeat_with(text).filter(|text| !text.contains("'''")).take(count).collect()
}

#[test]
fn odd_texts_survive_both_spellings() {
    let texts = odd_texts(120);
    let plans = texts.iter().enumerate().map(|(index, text)| {
        let mut plan = everything();
        plan.name = format!("example_{index}");
        plan.metadata.description.clone_from(text);
        plan.metadata.title = text.replace(['\r', '\n'], " ");
        plan.lists[0] = Arc::new(ListData {
            name: format!("list_{index}"),
            entries: vec![Value::Text(text.as_str().into())],
            ..(*plan.lists[0]).clone()
        });
        plan
    });
    let plans: Vec<Plan> = plans.collect();
    let options = Options { layout: Layout::One, ..Options::default() };
    let (paths, mut questions) = both(&plans, &options);
    // `pycep` takes `${a}` for an expression in texts of several lines too, where Bicep has none.
    questions[0]["once"] = json!(true);
    let template: Json = serde_json::from_str(questions[0]["json"].as_str().unwrap()).unwrap();
    let rules = template["resources"].as_array().unwrap().iter().filter(|each| each["kind"] == "Scheduled");
    let descriptions: BTreeMap<&str, &str> = rules
        .map(|rule| (rule["name"].as_str().unwrap(), rule["properties"]["description"].as_str().unwrap()))
        .collect();
    for plan in &plans {
        let (rule, _) = analytics_rule(plan).unwrap();
        let written = descriptions[rule.id.as_str()];
        let is_escaped = written.starts_with("[[") && written.ends_with(']');
        assert_eq!(&written[usize::from(is_escaped)..], rule.description);
    }
    assert_eq!(wrong((paths, questions)), Vec::<String>::new());
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
    for file in built(&[everything()], Package::Bicep, &Options::default()).files {
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
    let (_, questions) = both(&[everything()], &Options::default());
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
    let (_, mut questions) = both(&[everything()], &Options::default());
    let text = questions[0]["bicep"].as_str().unwrap();
    questions[0]["bicep"] = json!(broken(text, "triggerThreshold: 0", "triggerThreshold: 1"));
    let complaints = oracle::templates(&Json::Array(questions));
    assert_eq!(complaints[0].len(), 1);
    assert!(complaints[0][0].contains("triggerThreshold: JSON has '0', Bicep '1'"), "{complaints:?}");
}

/// The errors of the example of a page, packaged as Bicep.
fn codes(text: &str) -> Vec<Code> {
    let (checked, _) = check_text("page.trail", text);
    assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
    let built = package::build(&checked.plans, Package::Bicep, &Options::default());
    assert_eq!(built.rules + built.refused.len(), checked.plans.len());
    built.errors.iter().filter(|error| error.severity == Severity::Error).map(|error| error.code).collect()
}

#[test]
fn the_examples_of_the_pages_of_templates_give_their_code_and_none() {
    for code in [Code::E0626, Code::E0628] {
        let mut examples = code.page().split("```text\n").skip(1).map(|block| block.split("```").next().unwrap());
        assert_eq!(codes(examples.next().unwrap()), [code]);
        assert_eq!(codes(examples.next().unwrap()), []);
    }
}
