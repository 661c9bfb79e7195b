//! What a plan holds of the detection that a rule becomes: what it says, and what its columns tell.

use tokentrail::plan::Plan;

use crate::check::{check_text, has_errors};

fn plan(clauses: &str) -> Plan {
    let text = format!("/// T.\nrule r {{ title \"T\" severity low {clauses} }}");
    let (checked, _) = check_text("r.trail", &text);
    assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
    checked.plans.into_iter().next().unwrap()
}

/// The entities of a rule as they would be written.
fn entities(clauses: &str) -> Vec<String> {
    let plan = plan(clauses);
    let entities = plan.deployment.entities.iter();
    entities.map(|entity| format!("{}({})", entity.kind.word(), entity.columns.join(", "))).collect()
}

#[test]
fn everything_that_a_rule_says_of_its_alerts_is_in_its_plan() {
    let plan = plan(
        "date 2026-11-23 owner \"identity team\" runbook \"https://example.org/r\" version 2.0.1
         from entra.signin where result == failure show user_id, user_name, ip, country
         entity account(user_id, user_name), ip(ip)
         detail country, at = first_time alert_title \"{user_name} {{sic}} from {country}\"
         group by account, country within 5h reopen schedule nrt, delay 10m suppress all 4h respond revoke_sessions",
    );
    let metadata = &plan.metadata;
    let about = (&metadata.date, &metadata.owner, &metadata.runbook, &metadata.version);
    insta::assert_debug_snapshot!((about, plan.schedule, &plan.deployment));
}

#[test]
fn the_clauses_that_are_left_out_leave_nothing() {
    let plan = plan("from entra.signin show country");
    let deployment = &plan.deployment;
    assert!(deployment.entities.is_empty() && deployment.details.is_empty() && deployment.responses.is_empty());
    assert!(deployment.alert_title.is_none() && deployment.group.is_none() && deployment.suppress.is_none());
    assert_eq!(plan.clause("schedule"), plan.name_span);
}

#[test]
fn the_user_of_one_event_is_one_account() {
    let found = entities("from entra.signin show user_id, user_name, ip, app_id, device_id, user_agent");
    assert_eq!(found, ["account(user_id, user_name)", "ip(ip)", "host(device_id)", "cloud_application(app_id)"]);
}

#[test]
fn the_user_of_the_key_is_the_user_of_every_event() {
    let found = entities(
        "from entra.signin by user_id within 1h when distinct(ip) > 2 show who = last(user_name), ips = values(ip), \
         names = values(user_name)",
    );
    assert_eq!(found, ["account(user_id, who)", "ip(ips)"]);
}

#[test]
fn users_of_different_events_are_different_accounts() {
    let found = entities(
        "from entra.signin by session consecutive within 1h where prev.ip != this.ip \
         show before = prev.user_name, before_id = prev.user_id, user_name, prev_ip = prev.ip, ip",
    );
    assert_eq!(found, ["account(before, before_id)", "account(user_name)", "ip(prev_ip)", "ip(ip)"]);
    let picked = entities(
        "from entra.signin by session within 1h when count() > 2 show id = last(user_id), name = last(user_name)",
    );
    assert_eq!(picked, ["account(id)", "account(name)"], "the last id and the last name may be of two events");
}

#[test]
fn a_rule_that_names_its_entities_has_no_others_and_text_tells_nothing() {
    assert_eq!(entities("from entra.signin show user_name, ip entity ip(ip)"), ["ip(ip)"]);
    assert_eq!(entities("from entra.signin show app, resource, who = lower(user_agent)"), Vec::<String>::new());
}

#[test]
fn no_more_entities_are_told_than_sentinel_maps() {
    let ips: Vec<String> = (0..12).map(|index| format!("ip{index} = ip")).collect();
    let found = entities(&format!("from entra.signin show {}, user_name", ips.join(", ")));
    assert_eq!(found.len(), 10);
    assert_eq!(found[0], "account(user_name)", "the account comes first, whatever is left out");
}
