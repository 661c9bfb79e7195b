//! Entities: which identifiers a column gives, and what the columns hold that are appended for them.

use serde_json::{Value as Json, json};
use tokentrail::package::sentinel::rule::{AnalyticsRule, analytics_rule};

use super::plan;
use crate::oracle;

/// The rule of some clauses.
fn rule(clauses: &str) -> AnalyticsRule {
    analytics_rule(&plan(&format!("{clauses} schedule every 1h, delay 1h"))).unwrap().0
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

/// Entities as `Type(Identifier=column, …)`.
fn mapped(clauses: &str) -> Vec<String> {
    let one = |(identifier, column): &(&str, String)| format!("{identifier}={column}");
    let entities = rule(clauses).entities;
    let fields = entities.iter().map(|entity| (entity.entity_type, entity.fields.iter().map(one).collect::<Vec<_>>()));
    fields.map(|(kind, fields)| format!("{kind}({})", fields.join(", "))).collect()
}

#[test]
fn each_type_gives_the_identifiers_that_it_can() {
    assert_eq!(
        mapped(
            "from entra.signin where country == \"DE\" show user_id, ip, app_id, app, device_id, device_name, url = user_agent, mail = user_name \
             entity account(user_id), ip(ip), cloud_application(app_id, app), host(device_id), host(device_name), url(url), mailbox(mail)"
        ),
        [
            "Account(AadUserId=user_id)",
            "IP(Address=ip)",
            "CloudApplication(Name=app, AppId=app_id)",
            "Host(HostName=device_id)",
            "Host(HostName=device_name)",
            "URL(Url=url)",
            "Mailbox(MailboxPrimaryAddress=mail)",
        ]
    );
    assert_eq!(
        mapped("from okta.system where country == \"DE\" show user_id, app_id entity account(user_id)"),
        ["Account(Name=user_id)"]
    );
}

#[test]
fn a_name_and_an_id_are_one_entity_with_the_identifiers_of_both() {
    let mapped_with = |from: &str, entity: &str| {
        let app = if from == "entra.signin" { ", app, app_id" } else { "" };
        let show = format!("show user = user_name, user_id, ip{app}");
        mapped(&format!("from {from} where result == success {show} entity {entity}"))
    };
    let name = "Account(Name=user_Name, UPNSuffix=user_UPNSuffix";
    let one = |from, entity| mapped_with(from, entity).remove(0);
    assert_eq!(one("entra.signin", "account(user_id, user)"), format!("{name}, AadUserId=user_id)"));
    assert_eq!(one("okta.system", "account(user, user_id)"), format!("{name})"), "a name says more than the id");
    assert_eq!(
        one("entra.signin + okta.system", "account(user, user_id)"),
        format!("{name}, AadUserId=user_id_AadUserId)")
    );
    assert_eq!(one("entra.signin", "cloud_application(app_id, app)"), "CloudApplication(Name=app, AppId=app_id)");
    let host =
        "from entra.signin where result == success show device_id, device_name entity host(device_id, device_name)";
    assert_eq!(mapped(host), ["Host(HostName=device_name)"]);
}

#[test]
fn appended_columns_never_take_the_name_of_another() {
    let found = rule(
        "from entra.signin by token within 1h when count() >= 1 \
         show user = last(user_name), user_Name = last(app), ips = values(ip), ips_1 = last(ip), ips_1_2 = first(ip) \
         entity account(user), ip(ips), account(user)",
    );
    let columns: Vec<&str> =
        found.entities.iter().flat_map(|entity| &entity.fields).map(|(_, name)| name.as_str()).collect();
    assert_eq!(
        columns,
        ["user_Name_2", "user_UPNSuffix", "ips_1_3", "ips_2", "ips_3", "user_Name_2", "user_UPNSuffix"]
    );
    assert!(found.query.contains("user_Name_2 = extract("), "{}", found.query);
}

#[test]
fn users_of_several_providers_are_taken_apart_by_provider() {
    let text = "from entra.signin + okta.system where result == success show user_id entity account(user_id)";
    let found = rule(text);
    assert_eq!(mapped(text), ["Account(AadUserId=user_id_AadUserId, Name=user_id_Name)"]);
    let schema = json!({"SigninLogs": oracle::schema()["tables"]["SigninLogs"], "OktaV2_CL": oracle::schema()["tables"]["OktaV2_CL"]});
    let time = "2026-01-05T08:00:00Z";
    let okta = json!({"TimeGenerated": time, "__arrived": "2026-01-05T08:10:00Z", "EventOriginalUid": "O1",
        "OriginalUserId": "00u:1", "OriginalOutcomeResult": "SUCCESS"});
    let events = json!({"SigninLogs": [signin("E1", "ana", "192.0.2.1")], "OktaV2_CL": [okta]});
    let job = json!({"query": found.query, "now": NOW, "tables": events});
    let answers = oracle::kql(&json!({"schema": schema, "jobs": [job]}));
    let rows = answers[0]["rows"].as_array().unwrap_or_else(|| panic!("{}", answers[0]));
    let mut found: Vec<[&str; 3]> = rows
        .iter()
        .map(|row| ["user_id", "user_id_AadUserId", "user_id_Name"].map(|name| row[name].as_str().unwrap()))
        .collect();
    found.sort_unstable();
    assert_eq!(found, [["entra:U1", "U1", ""], ["okta:00u:1", "", "00u:1"]]);
}

#[test]
fn what_is_appended_counts_towards_the_longest_query() {
    // A list that just fits, and does not fit any more with two columns more.
    let with = |count: usize, entity: &str| {
        let entries: Vec<String> = (0..count).map(|index| format!("\"name{index:05}\"")).collect();
        let clauses = format!("from entra.signin where user_name in [{}] show user = app {entity}", entries.join(", "));
        analytics_rule(&plan(&format!("{clauses} schedule every 1h, delay 1h")))
    };
    let fits = |count: usize, entity: &str| with(count, entity).is_ok();
    let (mut low, mut high) = (1, 1500);
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        if fits(middle, "") { low = middle } else { high = middle }
    }
    assert!(low > 100, "{low}");
    assert!(!fits(low, "entity account(user)"));
    assert!(with(low, "").unwrap().0.query.encode_utf16().count() <= 10_000);
    let (rule, _) = with(low - 20, "entity account(user)").unwrap();
    assert!(rule.query.encode_utf16().count() <= 10_000);
}
