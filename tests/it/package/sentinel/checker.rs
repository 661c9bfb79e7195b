//! The checks themselves: each refuses a file that was broken on purpose in just that.

use super::limits::{detail, title};
use super::{build, checked, plan, rules_of};

/// A rule with all that a document can hold.
fn document() -> String {
    let mut plan = plan(
        "id \"5f0d5f3e-62c7-4a0b-8b7e-0f6f4e2f9a11\" attack T1528 tags \"one\" from entra.signin where country == \"DE\" \
         show user = user_name, user_id, ip entity account(user, user_id), ip(ip) schedule every 1h, delay 1h",
    );
    plan.deployment.details = vec![detail("address", "ip")];
    plan.deployment.alert_title = Some(title(&["user"]));
    let built = build(&[plan]);
    assert_eq!(built.errors, []);
    rules_of(&built).remove(0).1
}

/// What is broken: what to replace, by what, and what the check says of it.
fn broken() -> Vec<(&'static str, String, String, &'static str)> {
    let long = |count: usize| "x".repeat(count);
    let entities = |count: usize| {
        let one = "- entityType: IP\n  fieldMappings:\n  - identifier: Address\n    columnName: ip\n";
        format!("entityMappings:\n{}", one.repeat(count))
    };
    let details = |count: usize| {
        let lines: Vec<String> = (0..count).map(|index| format!("  d{index}: ip\n")).collect();
        format!("customDetails:\n{}", lines.concat())
    };
    let mut broken: Vec<(&'static str, String, String, &'static str)> = Vec::new();
    let mut add = |name, from: &str, to: &str, said| broken.push((name, from.to_owned(), to.to_owned(), said));
    add("an id that is none", "5f0d5f3e-62c7", "5f0d5f3e", "id 5f0d5f3e-4a0b");
    add("a name too long", "name: T\n", &format!("name: {}\n", long(257)), "name has 257 characters");
    add(
        "a description too long",
        "description: T.\n",
        &format!("description: {}\n", long(5001)),
        "description has 5001",
    );
    add("another severity", "severity: Low", "severity: Critical", "severity Critical");
    add("a key missing", "severity: Low\n", "", "missing: ['severity']");
    add(
        "a key too many",
        "severity: Low\n",
        "severity: Low\nsuppressionDuration: 4h\n",
        "unknown: ['suppressionDuration']",
    );
    add("a key twice", "severity: Low\n", "severity: Low\nseverity: Low\n", "a key stands twice");
    add("no kind", "kind: Scheduled\n", "", "kind None");
    add(
        "keys in another order",
        "severity: Low\nstatus: Available\n",
        "status: Available\nseverity: Low\n",
        "keys not in their order",
    );
    add("another connector", "AzureActiveDirectory", "Azure", "connector Azure");
    add("a connector of nothing", "  dataTypes:\n  - SigninLogs\n", "  dataTypes: []\n", "dataTypes []");
    add("too often", "queryFrequency: 1h", "queryFrequency: 4m", "queryFrequency 4m is not 5m to 14d");
    add("too seldom", "queryFrequency: 1h", "queryFrequency: 15d", "queryFrequency 15d is not 5m to 14d");
    add("two units", "queryFrequency: 1h", "queryFrequency: 1h30m", "queryFrequency 1h30m");
    add("ISO 8601", "queryFrequency: 1h", "queryFrequency: PT1H", "queryFrequency PT1H");
    add("back too far", "queryPeriod: 2h", "queryPeriod: 15d", "queryPeriod 15d is not 5m to 14d");
    add("back less than between runs", "queryPeriod: 2h", "queryPeriod: 30m", "looks back less than the time");
    add(
        "far back and often",
        "queryFrequency: 1h\nqueryPeriod: 2h",
        "queryFrequency: 30m\nqueryPeriod: 2d",
        "more than once an hour",
    );
    add("another operator", "triggerOperator: gt", "triggerOperator: GreaterThan", "triggerOperator GreaterThan");
    add("a threshold too high", "triggerThreshold: 0", "triggerThreshold: 10001", "triggerThreshold 10001");
    add("a schedule where there is none", "kind: Scheduled", "kind: NRT", "unknown: ['queryFrequency'");
    add("another kind", "kind: Scheduled", "kind: scheduled", "kind scheduled");
    add("another tactic", "- CredentialAccess", "- Theft", "tactics ['Theft']");
    add("a technique without its tactic", "- CredentialAccess", "- Impact", "technique T1528 without a tactic");
    add("a technique that is not in the table", "- T1528", "- T1649", "technique T1649 without a tactic");
    add("a technique that is none", "- T1528", "- TA0006", "technique TA0006");
    add("a query too long", "  let Cutoff", &format!("  // {}\n  let Cutoff", long(10_000)), "query has");
    add("search *", "  let Cutoff", "  search * | take 1;\n  let Cutoff", "query with search *");
    add("a query that is no block", "query: |\n", "query: |2+\n", "the query is no literal block");
    add("too many entities", "entityMappings:\n", &entities(10), "12 entities");
    add("another entity", "entityType: IP", "entityType: Ip", "entity type Ip");
    add("another identifier", "identifier: Address", "identifier: Ip", "IP with ['Ip']");
    add(
        "four identifiers",
        "  - identifier: AadUserId\n    columnName: user_id\n",
        "  - identifier: AadUserId\n    columnName: user_id\n  - identifier: Sid\n    columnName: user_id\n",
        "Account with 4 identifiers",
    );
    add("an identifier twice", "identifier: AadUserId", "identifier: Name", "one stands twice");
    add("none that identifies", "  - identifier: Address\n    columnName: ip\n", "", "IP with 0 identifiers");
    add(
        "only a weak one",
        "entityMappings:\n",
        "entityMappings:\n- entityType: Account\n  fieldMappings:\n  - identifier: UPNSuffix\n    columnName: ip\n",
        "none of",
    );
    add("a column that is none", "columnName: ip\n", "columnName: 1ip\n", "column 1ip");
    add("a column too long", "columnName: ip\n", &format!("columnName: {}\n", long(501)), "column xxx");
    add("too many details", "customDetails:\n", &details(20), "21 custom details");
    add("a detail too long", "  address: ip\n", &format!("  {}: ip\n", long(21)), "custom detail xxx");
    add("a detail that is none", "  address: ip\n", "  _address: ip\n", "custom detail _address");
    add("a title too long", "{{user}}", &format!("{{{{user}}}}{}", long(256)), "alertDisplayNameFormat has");
    add("four columns", "{{user}}", "{{user}}{{ip}}{{a}}{{b}}", "alertDisplayNameFormat with 4 columns");
    add("spaces in braces", "{{user}}", "{{ user }}", "column  user ");
    add("braces of its own", "{{user}}", "{{user}} {", "with braces of its own");
    add("another grouping", "AlertPerResult", "PerResult", "aggregationKind PerResult");
    add("a version that is none", "version: 1.0.0", "version: 1.0.0-a", "version 1.0.0-a");
    add("a version too long", "version: 1.0.0", "version: 4000000000.4000000000.1", "version has 23 characters");
    add("beyond ASCII", "name: T", "name: Täter", "not ASCII: ä");
    add("a tab", "name: T", "name: T # \t.", "a tab");
    add("a space at the end", "name: T\n", "name: T \n", "spaces at the end of a line");
    add("no YAML", "name: T\n", "name: [T\n", "no YAML");
    broken
}

#[test]
fn a_file_that_breaks_one_demand_is_refused_for_that() {
    let good = document();
    let mut files = vec![("good.yaml".to_owned(), good.clone())];
    for (name, from, to, _) in broken() {
        assert!(good.contains(&from), "{name}: {from} is not in\n{good}");
        files.push((format!("{name}.yaml"), good.replacen(&from, &to, 1)));
    }
    let answers = checked(&files);
    assert_eq!(answers[0].1, Vec::<String>::new(), "{good}");
    for ((name, _, _, said), (_, errors, _)) in broken().iter().zip(&answers[1..]) {
        assert!(errors.iter().any(|error| error.contains(said)), "{name}: {errors:?}");
    }
    assert!(answers.len() > 50, "{}", answers.len());
}

#[test]
fn two_files_of_one_id_and_a_file_of_another_ending_are_refused() {
    let good = document();
    let files =
        [("a.yaml", &good), ("b.yaml", &good), ("c.yml", &good)].map(|(path, text)| (path.to_owned(), text.clone()));
    let answers = checked(&files);
    assert_eq!(answers[0].1, Vec::<String>::new());
    assert_eq!(answers[1].1, ["the id of a.yaml"]);
    assert_eq!(answers[2].1, ["the name does not end with .yaml", "the id of a.yaml"]);
}

/// Texts that YAML takes for something else where they stand without quotes, or that end a line.
const ODD: [&str; 30] = [
    "yes",
    "Off",
    "null",
    "~",
    "1.0",
    "1_000",
    "0x1F",
    "0o17",
    "1:30",
    "1e3",
    ".inf",
    "2026-01-31",
    "- a",
    "? a",
    ": a",
    "a: b",
    "a #b",
    "#a",
    "'a'",
    "\"a\"",
    "@a",
    "`a`",
    "%a",
    "&a *b",
    "!a",
    "{{a}}",
    "[a]",
    "|",
    ">-",
    "a\\n\"b\u{1f600}é",
];

#[test]
fn every_text_is_read_as_it_was_written() {
    let mut files = Vec::new();
    for odd in ODD {
        let mut plan = plan("from entra.signin where country == \"DE\" show ip schedule every 1h, delay 1h");
        plan.metadata.title = odd.to_owned();
        plan.metadata.description = format!("{odd}\n\n  {odd}\n---\n...\n{odd}:");
        plan.metadata.tags = vec![odd.to_owned()];
        plan.metadata.author = Some(odd.to_owned());
        plan.deployment.details = vec![detail("ip", "ip")];
        files.push(rules_of(&build(&[plan])).remove(0));
    }
    for (odd, (_, errors, rule)) in ODD.iter().zip(checked(&files)) {
        assert_eq!(rule["name"], *odd, "{errors:?}");
        assert_eq!(rule["description"], format!("{odd}\n\n  {odd}\n---\n...\n{odd}:"));
        assert_eq!(rule["tags"][0], *odd);
        assert_eq!(rule["metadata"]["author"]["name"], *odd);
        assert!(
            errors.iter().all(|error| error.starts_with("not ASCII") || error.starts_with("the id of")),
            "{odd}: {errors:?}"
        );
    }
}
