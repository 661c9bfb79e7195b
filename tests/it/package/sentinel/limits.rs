//! What Sentinel does not take is refused at the rule's own clause, and the other rules are packaged all the same.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use tokentrail::diagnostic::{Code, Diagnostic};
use tokentrail::package::sentinel::rule::{Kind, analytics_rule};
use tokentrail::plan::deploy::{Detail, Group, GroupBy, Respond, Response, Template, TemplatePart};
use tokentrail::plan::{DAY, Plan, SECOND, Suppress, Suppressed};
use tokentrail::source::Span;

use super::{build, checked, columns_of, named, plan, rules_of};
use crate::check::check_text;

const MINUTE: i64 = 60 * SECOND;

pub fn detail(name: &str, column: &str) -> Detail {
    Detail { name: name.to_owned(), column: column.to_owned(), span: Span::default() }
}

/// A title of columns with a text between them.
pub fn title(columns: &[&str]) -> Template {
    let mut parts = vec![TemplatePart::Text("Alert of".to_owned())];
    for column in columns {
        parts.extend([TemplatePart::Text(" ".to_owned()), TemplatePart::Column((*column).to_owned())]);
    }
    Template { parts, span: Span::default() }
}

/// The codes and messages of what a rule is refused for.
fn refused(plan: &Plan) -> Vec<(Code, String)> {
    let errors = analytics_rule(plan).map(|_| ()).unwrap_err();
    errors.into_iter().map(|error| (error.code, error.message)).collect()
}

/// The same for one error, its text only.
fn message(plan: &Plan, code: Code) -> String {
    let errors = refused(plan);
    assert_eq!(errors.iter().map(|(code, _)| *code).collect::<Vec<_>>(), [code], "{errors:?}");
    errors.into_iter().next().unwrap().1
}

const SIMPLE: &str = "from entra.signin where country == \"DE\" show user = user_name, user_id, ip, app, city \
    schedule every 1h, delay 1h";

#[test]
fn texts_are_as_long_as_sentinel_takes_and_no_longer() {
    let mut plan = plan(SIMPLE);
    plan.metadata.title = "é".repeat(256);
    assert!(analytics_rule(&plan).is_ok());
    plan.metadata.title.push('x');
    assert_eq!(message(&plan, Code::E0611), "the title has 257 characters, and Sentinel takes 256");
    plan.metadata.title = "T".to_owned();
    plan.metadata.description = "x".repeat(4980);
    plan.metadata.owner = Some("y".repeat(11));
    assert!(analytics_rule(&plan).is_ok());
    plan.metadata.owner = Some("y".repeat(12));
    assert_eq!(message(&plan, Code::E0611), "the description has 5001 characters, and Sentinel takes 5000");
    plan.metadata.description = "x".to_owned();
    plan.metadata.version = "4000000000.400000000.1".to_owned();
    assert_eq!(message(&plan, Code::E0611), "the version has 22 characters, and Sentinel's repository takes 20");
}

#[test]
fn a_title_of_alerts_has_three_columns_and_no_braces_of_its_own() {
    let mut plan = plan(SIMPLE);
    plan.deployment.alert_title = Some(title(&["user", "ip", "app", "user"]));
    let (rule, _) = analytics_rule(&plan).unwrap();
    assert_eq!(rule.alert_title.unwrap(), "Alert of {{user}} {{ip}} {{app}} {{user}}");
    plan.deployment.alert_title = Some(title(&["user", "ip", "app", "city"]));
    assert_eq!(message(&plan, Code::E0612), "the alert title has 4 columns, and Sentinel takes 3");
    let text = |text: String| Template { parts: vec![TemplatePart::Text(text)], span: Span::default() };
    plan.deployment.alert_title = Some(text("x".repeat(257)));
    assert_eq!(message(&plan, Code::E0612), "the alert title has 257 characters, and Sentinel takes 256");
    for braces in ["{{user}}", "a {", "} b"] {
        plan.deployment.alert_title = Some(text(braces.to_owned()));
        assert!(message(&plan, Code::E0612).contains("braces"), "{braces}");
    }
}

#[test]
fn ten_entities_are_mapped_and_sets_take_what_room_there_is() {
    let show = |count: usize| (0..count).map(|index| format!("ip{index} = last(ip)")).collect::<Vec<_>>().join(", ");
    let names = |count: usize| (0..count).map(|index| format!("ip(ip{index})")).collect::<Vec<_>>().join(", ");
    let with = |count: usize| {
        plan(&format!(
            "from entra.signin by token within 1h when count() >= 2 show {}, ips = values(ip), users = values(user_name) \
             entity {}, ip(ips), account(users) schedule every 1h, delay 1h",
            show(count),
            names(count)
        ))
    };
    // Scalars, values of each of the two sets.
    for (scalars, of_sets) in [(1, 3), (4, 3), (5, 2), (6, 2), (7, 1), (8, 1)] {
        let (rule, _) = analytics_rule(&with(scalars)).unwrap();
        assert_eq!(rule.entities.len(), scalars + 2 * of_sets, "{scalars}");
    }
    assert_eq!(message(&with(9), Code::E0613), "the rule has 11 entities, and Sentinel takes 10");
}

#[test]
fn details_are_twenty_with_those_of_the_key() {
    let mut plan = keyed(4 * 60 * MINUTE, Suppressed::Key);
    plan.deployment.details = (0..18).map(|index| detail(&format!("d{index}"), "ips")).collect();
    assert_eq!(analytics_rule(&plan).unwrap().0.details.len(), 20);
    plan.deployment.details.push(detail("one_more", "ips"));
    assert_eq!(message(&plan, Code::E0614), "the rule has 21 details, and Sentinel takes 20");
}

#[test]
fn a_rule_runs_in_whole_minutes_and_hourly_where_it_looks_back_two_days() {
    let with = |width: &str, every: i64| {
        let mut plan = plan(&format!(
            "from entra.signin by token within {width} when distinct(country) >= 2 show ips = values(ip) \
             schedule every 1h, delay 1h"
        ));
        plan.schedule.every = every;
        plan
    };
    let kind = |plan: &Plan| analytics_rule(plan).unwrap().0.kind;
    assert_eq!(kind(&with("47h", 60 * MINUTE)), Kind::Scheduled { frequency: 60 * MINUTE, period: 49 * 60 * MINUTE });
    let period = 2 * DAY - MINUTE;
    assert_eq!(kind(&with("2814m", 5 * MINUTE)), Kind::Scheduled { frequency: 5 * MINUTE, period });
    assert!(message(&with("2815m", 5 * MINUTE), Code::E0615).starts_with("the rule looks back 2d every 5m, and"));
    assert!(message(&with("1h", 6 * MINUTE + SECOND), Code::E0615).starts_with("the rule runs every 6m1s, and"));
    // A look-back is read in whole minutes, never less than the query reads.
    let seconds = with("30s", 5 * MINUTE);
    assert_eq!(kind(&seconds), Kind::Scheduled { frequency: 5 * MINUTE, period: 66 * MINUTE });
}

#[test]
fn a_rule_near_real_time_has_no_schedule_and_a_query_that_the_analyser_takes() {
    let plan = plan("from entra.signin where country == \"DE\" show user_name, ip schedule nrt");
    let built = build(std::slice::from_ref(&plan));
    let notes: Vec<Code> = built.notes.iter().map(|note| note.code).collect();
    assert_eq!((&built.errors[..], &notes[..]), (&[][..], &[Code::W0902][..]));
    let (path, errors, rule) = checked(&rules_of(&built)).remove(0);
    assert_eq!((errors, &rule["kind"]), (Vec::<String>::new(), &Json::from("NRT")));
    let columns = columns_of(&[(path, rule["query"].as_str().unwrap().to_owned())]).remove(0);
    assert_eq!(
        named(&rule).into_iter().collect::<BTreeSet<_>>(),
        ["ip", "user_name_Name", "user_name_UPNSuffix"].map(str::to_owned).into()
    );
    assert!(named(&rule).iter().all(|name| columns.contains(name)), "{columns:?}");
}

/// A rule with a key, and what it says of suppression.
fn keyed(time: i64, of: Suppressed) -> Plan {
    let mut plan = plan(
        "from entra.signin by user_id, session within 1h when distinct(country) >= 2 show ips = values(ip) \
         schedule every 1h, delay 1h suppress 4h",
    );
    plan.deployment.suppress = Some(Suppress { time, of });
    plan
}

#[test]
fn suppression_of_a_key_makes_one_incident_of_its_alerts() {
    let (rule, _) = analytics_rule(&keyed(90 * SECOND + 4 * MINUTE, Suppressed::Key)).unwrap();
    assert_eq!(rule.suppression, None);
    let grouping = rule.grouping.unwrap();
    assert_eq!((grouping.lookback, grouping.reopen), (6 * MINUTE, false));
    let key = ["user_id".to_owned(), "session".to_owned()];
    assert_eq!(grouping.by, GroupBy::Some { entities: Vec::new(), details: key.to_vec() });
    assert_eq!(rule.details, key.map(|name| (name.clone(), name)));
    assert!(message(&keyed(4 * MINUTE, Suppressed::Key), Code::E0616).starts_with("`suppress` says 4m, and"));
    assert!(message(&keyed(7 * DAY + 1, Suppressed::Key), Code::E0616).ends_with("Sentinel takes 5m to 7d"));
}

#[test]
fn a_detail_that_the_rule_has_already_serves_for_the_key() {
    let mut plan = keyed(4 * 60 * MINUTE, Suppressed::Key);
    plan.deployment.details = vec![detail("who", "user_id"), detail("session", "ips")];
    let (rule, _) = analytics_rule(&plan).unwrap();
    let pairs: Vec<(&str, &str)> = rule.details.iter().map(|(name, column)| (name.as_str(), column.as_str())).collect();
    assert_eq!(pairs, [("who", "user_id"), ("session", "ips"), ("session_2", "session")]);
    let by = GroupBy::Some { entities: Vec::new(), details: vec!["who".to_owned(), "session_2".to_owned()] };
    assert_eq!(rule.grouping.unwrap().by, by);
}

#[test]
fn a_rule_rests_a_day_at_most_and_an_incident_grows_for_a_week() {
    let (rule, _) = analytics_rule(&keyed(DAY, Suppressed::Rule)).unwrap();
    assert_eq!((rule.suppression, rule.grouping), (Some(DAY), None));
    assert!(message(&keyed(DAY + 1, Suppressed::Rule), Code::E0616).ends_with("Sentinel takes 5m to 1d"));
    let mut plan = keyed(4 * 60 * MINUTE, Suppressed::Key);
    let group = |within| Some(Group { by: GroupBy::Entities, within, reopen: true, span: Span::default() });
    plan.deployment.group = group(7 * DAY);
    let (rule, notes) = analytics_rule(&plan).unwrap();
    assert_eq!(notes.iter().map(|note| note.code).collect::<Vec<_>>(), [Code::W0915]);
    let grouping = rule.grouping.unwrap();
    assert_eq!((grouping.by, grouping.lookback, grouping.reopen), (GroupBy::Entities, 7 * DAY, true));
    assert_eq!(rule.details, []);
    plan.deployment.group = group(8 * DAY);
    assert!(message(&plan, Code::E0616).starts_with("`group` says 8d, and"));
}

#[test]
fn what_the_format_has_no_place_for_is_said() {
    let mut plan = keyed(4 * 60 * MINUTE, Suppressed::Key);
    plan.deployment.responses = vec![Respond { response: Response::RevokeSessions, span: Span::default() }];
    plan.metadata.attack = vec!["T1528".to_owned(), "T1649".to_owned(), "T1651".to_owned()];
    plan.metadata.title = "Zugriff außerhalb".to_owned();
    let built = build(&[plan]);
    let said: Vec<String> = built.notes.iter().map(|note| format!("{} {}", note.code.id(), note.message)).collect();
    assert_eq!(
        said,
        [
            "W0912 the checks of the Azure-Sentinel repository do not know `T1649` and `T1651`",
            "W0913 Sentinel's YAML has no place for `suppress` and `respond`",
            "W0914 the file has characters beyond ASCII, such as `ß`",
        ]
    );
    let text = String::from_utf8(built.files[0].contents.clone()).unwrap();
    assert!(
        text.contains("relevantTechniques:\n- T1528\ntags:") || text.contains("relevantTechniques:\n- T1528\nquery:"),
        "{text}"
    );
}

#[test]
fn a_rule_that_is_refused_leaves_the_others() {
    let mut plans = vec![plan(SIMPLE), plan(SIMPLE), plan(SIMPLE)];
    plans[0].name = "a".to_owned();
    plans[0].metadata.title = "x".repeat(300);
    plans[1].name = "b".to_owned();
    plans[2].name = "c".to_owned();
    plans[2].metadata.id = Some(tokentrail::package::id(&plans[1]));
    let built = build(&plans);
    assert_eq!(built.refused, ["a", "c"]);
    assert_eq!(built.rules, 1);
    assert_eq!(built.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["b.yaml"]);
    assert_eq!(built.errors.iter().map(|error| error.code).collect::<Vec<_>>(), [Code::E0611, Code::E0617]);
}

/// The text at the main place of a finding.
fn quoted<'t>(text: &'t str, finding: &Diagnostic) -> &'t str {
    &text[finding.place().unwrap().span.range()]
}

#[test]
fn findings_stand_at_the_clause_that_is_meant() {
    let text = "/// T.\nrule r {\n  title \"T\"\n  severity low\n  attack T1649\n  version 4000000000.4000000000.1\n  from entra.signin\n  \
        by token\n  within 3d\n  when distinct(country) >= 2\n  show ips = values(ip)\n  schedule every 5m, delay 1h\n  suppress 8d\n}\n";
    let (checked, _) = check_text("r.trail", text);
    let errors = analytics_rule(&checked.plans[0]).map(|_| ()).unwrap_err();
    let found: Vec<(Code, &str)> = errors.iter().map(|error| (error.code, quoted(text, error))).collect();
    assert_eq!(
        found,
        [
            (Code::E0611, "version 4000000000.4000000000.1"),
            (Code::E0615, "schedule every 5m, delay 1h"),
            (Code::E0616, "suppress 8d"),
        ]
    );
}

#[test]
fn a_rule_that_says_everything_names_columns_that_its_query_has() {
    let plan = plan(
        "owner \"identity team\" runbook \"https://wiki.example.org/token\" attack T1528 \
         from entra.signin by token within 1h when distinct(country) >= 2 \
         show user = last(user_name), countries = values(country), ips = values(ip) entity account(user), ip(ips) \
         detail countries, first = first_time, events = event_ids alert_title \"Token of {user} in {countries}, {matches} times\" \
         group by account, countries within 5h reopen schedule every 15m, delay 2h suppress all 4h respond revoke_sessions",
    );
    let built = build(std::slice::from_ref(&plan));
    assert_eq!(built.notes.iter().map(|note| note.code).collect::<Vec<_>>(), [Code::W0913]);
    let (path, errors, rule) = checked(&rules_of(&built)).remove(0);
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(rule["description"], "T.\n\nOwner: identity team\nRunbook: https://wiki.example.org/token");
    let title = "Token of {{user}} in {{countries}}, {{matches}} times";
    assert_eq!(rule["alertDetailsOverride"]["alertDisplayNameFormat"], title);
    let columns = columns_of(&[(path, rule["query"].as_str().unwrap().to_owned())]).remove(0);
    assert!(named(&rule).iter().all(|name| columns.contains(name)), "{:?} {columns:?}", named(&rule));
    let (rule, _) = analytics_rule(&plan).unwrap();
    assert_eq!((rule.suppression, rule.responses), (Some(4 * 60 * MINUTE), vec![Response::RevokeSessions]));
    assert_eq!(rule.grouping.map(|grouping| (grouping.lookback, grouping.reopen)), Some((5 * 60 * MINUTE, true)));
}
