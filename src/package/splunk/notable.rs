//! What Enterprise Security makes of the results of a search: a correlation search with its notable events and risk. Splunk without
//! Enterprise Security has no such actions and skips them.
//!
//! A column in a text stands as `$column$`. Every column of the result is in the notable event; times are seconds since 1970 there,
//! because actions get values and not what a table shows of them.

use serde_json::{Value as Json, json};

use super::conf::line;
use super::drilldown;
use crate::package::risk::{column, score};
use crate::plan::Plan;
use crate::plan::deploy::{Entity, EntityKind, TemplatePart};

/// A setting and its value.
type Setting = (String, String);

/// All settings of a rule's search that are for Enterprise Security.
pub fn settings(plan: &Plan) -> Vec<Setting> {
    let mut all = correlation(plan);
    all.extend(notable(plan));
    all.extend(risk(plan));
    all
}

fn setting(key: &str, value: impl Into<String>) -> Setting {
    (format!("action.{key}"), value.into())
}

fn correlation(plan: &Plan) -> Vec<Setting> {
    let attack = &plan.metadata.attack;
    let annotations = if attack.is_empty() { json!({}) } else { json!({ "mitre_attack": attack }) };
    vec![
        setting("correlationsearch.enabled", "1"),
        setting("correlationsearch.label", line(&plan.metadata.title)),
        setting("correlationsearch.annotations", annotations.to_string()),
    ]
}

fn notable(plan: &Plan) -> Vec<Setting> {
    let metadata = &plan.metadata;
    let mut all = vec![
        setting("notable", "1"),
        setting("notable.param.rule_title", title(plan)),
        setting("notable.param.rule_description", description(plan)),
        setting("notable.param.security_domain", "identity"),
        setting("notable.param.severity", metadata.severity.clone()),
    ];
    let columns = plan.columns();
    let key: Vec<&str> = columns.iter().filter(|column| column.is_key).map(|column| column.name).collect();
    if !key.is_empty() {
        all.push(setting("notable.param.nes_fields", key.join(",")));
    }
    if let Some(drilldown) = drilldown::search(plan) {
        all.push(setting("notable.param.drilldown_searches", json!([drilldown]).to_string()));
    }
    if let Some(owner) = &metadata.owner {
        all.push(setting("notable.param.default_owner", line(owner)));
    }
    if let Some(steps) = next_steps(plan) {
        all.push(setting("notable.param.next_steps", steps.to_string()));
    }
    all
}

/// The title of an alert.
fn title(plan: &Plan) -> String {
    let Some(template) = &plan.deployment.alert_title else { return line(&plan.metadata.title) };
    let part = |part: &TemplatePart| match part {
        // Blanks beside a column are part of the text.
        TemplatePart::Text(text) => text.replace('$', "\u{ff04}").replace(char::is_control, " "),
        TemplatePart::Column(name) => format!("${name}$"),
    };
    template.parts.iter().map(part).collect()
}

/// What the rule is about; its title where it does not say.
pub fn description(plan: &Plan) -> String {
    let said = line(&plan.metadata.description);
    if said.is_empty() { line(&plan.metadata.title) } else { said }
}

/// What an analyst should look at first. Two opening brackets would begin an action there.
fn next_steps(plan: &Plan) -> Option<Json> {
    let metadata = &plan.metadata;
    let mut lines: Vec<String> = metadata.runbook.iter().map(|link| format!("Runbook: {}", line(link))).collect();
    lines.extend(metadata.false_positives.iter().map(|cause| format!("Known to be harmless: {}", line(cause))));
    let data = lines.join("\n").replace("[[", "[ [");
    (!lines.is_empty()).then(|| json!({ "version": 1, "data": data }))
}

/// Risk of the users and hosts that an alert is about. Addresses and links are what threatens them; without someone at risk there is
/// none.
fn risk(plan: &Plan) -> Vec<Setting> {
    let entities = &plan.deployment.entities;
    let at_risk: Vec<Json> = entities.iter().filter_map(|entity| risk_object(plan, entity)).collect();
    if at_risk.is_empty() {
        return Vec::new();
    }
    let objects: Vec<Json> = at_risk.into_iter().chain(entities.iter().filter_map(threat_object)).collect();
    vec![
        setting("risk", "1"),
        setting("risk.param._risk", Json::Array(objects).to_string()),
        setting("risk.param._risk_message", title(plan)),
        setting("risk.param._risk_score", "0"),
        setting("risk.param.verbose", "0"),
    ]
}

fn risk_object(plan: &Plan, entity: &Entity) -> Option<Json> {
    let kind = match entity.kind {
        EntityKind::Account | EntityKind::Mailbox => "user",
        EntityKind::Host => "system",
        EntityKind::CloudApplication => "other",
        EntityKind::Ip | EntityKind::Url => return None,
    };
    let field = column(plan, entity)?;
    let score = score(&plan.metadata.severity);
    Some(json!({ "risk_object_field": field, "risk_object_type": kind, "risk_score": score }))
}

fn threat_object(entity: &Entity) -> Option<Json> {
    let kind = match entity.kind {
        EntityKind::Ip => "ip_address",
        EntityKind::Url => "url",
        EntityKind::Account | EntityKind::Mailbox | EntityKind::Host | EntityKind::CloudApplication => return None,
    };
    let field = entity.columns.first()?;
    Some(json!({ "threat_object_field": field, "threat_object_type": kind }))
}
