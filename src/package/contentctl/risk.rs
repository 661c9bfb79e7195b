//! What Splunk Enterprise Security does with an alert: who is at risk and how much, what the notable says, where to look further.

use serde::Serialize;

use crate::plan::deploy::{Template, TemplatePart};
use crate::plan::{EntityKind, Plan};

use crate::package::risk::{column, score};
use crate::package::text::one_line;

/// `rba`
#[derive(Debug, Serialize)]
pub struct Risk {
    /// With `$column$`.
    pub message: String,
    /// Who is at risk.
    #[serde(rename = "risk_objects")]
    pub objects: Vec<RiskObject>,
    /// What threatens.
    #[serde(rename = "threat_objects")]
    pub threats: Vec<ThreatObject>,
}

/// Who is at risk.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct RiskObject {
    /// The column.
    pub field: String,
    /// `user`, `system` or `other`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// 1 to 100.
    pub score: u8,
}

/// What threatens.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ThreatObject {
    /// The column.
    pub field: String,
    /// `ip_address`, `url` or `service`.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// `drilldown_searches`
#[derive(Debug, Serialize)]
pub struct Drilldown {
    name: String,
    search: String,
    earliest_offset: &'static str,
    latest_offset: &'static str,
}

/// Who and what an alert of the plan is about.
pub fn risk(plan: &Plan) -> Risk {
    let objects = risk_objects(plan);
    let at_risk = |column: &String| objects.iter().any(|object| object.field == *column);
    let mut threats = Vec::new();
    for entity in &plan.deployment.entities {
        let kind = match entity.kind {
            EntityKind::Ip => "ip_address",
            EntityKind::Url => "url",
            EntityKind::CloudApplication => "service",
            EntityKind::Account | EntityKind::Host | EntityKind::Mailbox => continue,
        };
        let columns = column(plan, entity).filter(|column| !at_risk(column)).into_iter();
        for object in columns.map(|column| ThreatObject { field: column.clone(), kind }) {
            if !threats.contains(&object) {
                threats.push(object);
            }
        }
    }
    Risk { message: message(plan, &objects), objects, threats }
}

/// Accounts and hosts; without those applications; without those what the rule groups by or shows first. Never empty.
fn risk_objects(plan: &Plan) -> Vec<RiskObject> {
    let score = score(&plan.metadata.severity);
    let mut objects: Vec<RiskObject> = Vec::new();
    let mut add = |column: &str, kind| {
        if !objects.iter().any(|known| known.field == column) {
            objects.push(RiskObject { field: column.to_owned(), kind, score });
        }
    };
    let entities = &plan.deployment.entities;
    for entity in entities {
        let kind = match entity.kind {
            EntityKind::Account | EntityKind::Mailbox => "user",
            EntityKind::Host => "system",
            EntityKind::Ip | EntityKind::CloudApplication | EntityKind::Url => continue,
        };
        column(plan, entity).into_iter().for_each(|column| add(column, kind));
    }
    if !objects.is_empty() {
        return objects;
    }
    let mut add = |column: &str| objects.push(RiskObject { field: column.to_owned(), kind: "other", score });
    let application = entities.iter().find(|entity| entity.kind == EntityKind::CloudApplication);
    match (application.and_then(|entity| column(plan, entity)), plan.columns().first()) {
        (Some(column), _) => add(column),
        (None, Some(column)) => add(column.name),
        (None, None) => add("event_ids"),
    }
    objects
}

/// The title of alerts with `$column$`, or the rule's with who is at risk.
fn message(plan: &Plan, objects: &[RiskObject]) -> String {
    plan.deployment.alert_title.as_ref().map_or_else(
        || {
            let who: Vec<String> = objects.iter().map(|object| format!("${}$", object.field)).collect();
            format!("{}: {}", one_line(&plan.metadata.title), who.join(", "))
        },
        filled,
    )
}

fn filled(template: &Template) -> String {
    let parts = template.parts.iter().map(|part| match part {
        TemplatePart::Text(text) => text.clone(),
        TemplatePart::Column(column) => format!("${column}$"),
    });
    one_line(&parts.collect::<String>())
}

/// Where to look further. The search itself finds what is new at the moment it runs, so it is offered only where contentctl
/// insists on it.
pub fn drilldowns(plan: &Plan, risk: &Risk, must_repeat: Repeat) -> Vec<Drilldown> {
    let Some(object) = risk.objects.first() else { return Vec::new() };
    let field = &object.field;
    let drilldown = |name: String, search: String| Drilldown {
        name,
        search,
        earliest_offset: "$info_min_time$",
        latest_offset: "$info_max_time$",
    };
    let mut sources: Vec<String> = plan.legs().map(|leg| format!("`{}`", leg.source.spl.macro_name)).collect();
    sources.sort();
    sources.dedup();
    let sources: Vec<String> = sources.into_iter().map(|source| format!("({source})")).collect();
    let mut drilldowns = vec![
        drilldown(format!("Events that mention ${field}$"), format!("({}) \"${field}$\"", sources.join(" OR "))),
        drilldown(
            format!("Risk of ${field}$ in the last 7 days"),
            format!(
                "| from datamodel Risk.All_Risk | search normalized_risk_object=\"${field}$\" starthoursago=168 | stats count min(_time) \
                 AS first_time max(_time) AS last_time values(search_name) AS searches values(risk_message) AS messages by \
                 normalized_risk_object"
            ),
        ),
    ];
    match must_repeat {
        Repeat::Yes => drilldowns.push(drilldown(
            format!("What the search finds now for ${field}$"),
            format!("%original_detection_search% | search {field}=\"${field}$\""),
        )),
        Repeat::No => {}
    }
    drilldowns
}

/// Whether the search itself is offered to be run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It is.
    Yes,
    /// It is not.
    No,
}
