//! An analytics rule as a resource of Azure.

use super::{Name, Parameter, ParameterKind, Reference, Resource, Scope, Value, watchlist};
use crate::package::duration;
use crate::package::sentinel::rule::{AnalyticsRule, EntityMapping, Grouping, Kind};
use crate::plan::SECOND;
use crate::plan::deploy::{EntityKind, GroupBy};

/// The version that has everything of scheduled rules but sub-techniques; also that of watchlists and automation rules.
pub const STABLE: &str = "2024-09-01";
/// The version for what no stable one has: rules in near real time, and sub-techniques.
const PREVIEW: &str = "2025-07-01-preview";
/// How long a rule would rest after an alert, if it did: the service wants it also where it does not.
const RESTING: i64 = 5 * 3600 * SECOND;
/// What the severity of a rule may be, the gravest first.
const SEVERITIES: [&str; 4] = ["High", "Medium", "Low", "Informational"];

/// The parameters of a rule: whether it is enabled, and its severity.
pub fn parameters(rule: &AnalyticsRule, prefix: &str) -> [Parameter; 2] {
    let about = &rule.rule;
    let severity = ParameterKind::Choice {
        default: rule.severity.to_owned(),
        allowed: SEVERITIES.into_iter().map(str::to_owned).collect(),
    };
    [
        Parameter {
            name: format!("{prefix}enabled"),
            description: format!("Whether the rule {about} runs."),
            kind: ParameterKind::Bool(true),
        },
        Parameter {
            name: format!("{prefix}severity"),
            description: format!("The severity of the alerts of the rule {about}."),
            kind: severity,
        },
    ]
}

/// The rule itself; its parameters begin with the prefix.
pub fn resource(rule: &AnalyticsRule, prefix: &str) -> Resource {
    let kind = match rule.kind {
        Kind::Scheduled { .. } => "Scheduled",
        Kind::Nrt => "NRT",
    };
    let stable = rule.kind != Kind::Nrt && sub_techniques(rule).is_empty();
    Resource {
        reference: Reference {
            symbol: format!("{}_rule", rule.rule),
            resource_type: "Microsoft.SecurityInsights/alertRules",
            name: Name::Text(rule.id.clone()),
            scope: Scope::Workspace,
        },
        api_version: if stable { STABLE } else { PREVIEW },
        body: vec![("kind", Value::text(kind)), ("properties", properties(rule, prefix))],
        // Sentinel tries the query before it takes the rule.
        after: rule.watchlists.iter().map(|upload| watchlist::resource(upload).reference).collect(),
    }
}

fn properties(rule: &AnalyticsRule, prefix: &str) -> Value {
    let mut written = Vec::new();
    let mut put = |name: &str, value: Value| written.push((name.to_owned(), value));
    put("displayName", Value::text(&rule.name));
    put("description", Value::text(&rule.description));
    put("enabled", Value::parameter(format!("{prefix}enabled")));
    put("severity", Value::parameter(format!("{prefix}severity")));
    put("query", Value::text(&rule.query));
    if let Kind::Scheduled { frequency, period } = rule.kind {
        put("queryFrequency", time(frequency));
        put("queryPeriod", time(period));
        put("triggerOperator", Value::text("GreaterThan"));
        put("triggerThreshold", Value::Number(0));
    }
    put("suppressionEnabled", Value::Bool(rule.suppression.is_some()));
    put("suppressionDuration", time(rule.suppression.unwrap_or(RESTING)));
    let mut some = |name: &str, texts: Vec<String>| {
        if !texts.is_empty() {
            put(name, Value::texts(texts));
        }
    };
    some("tactics", rule.tactics.clone());
    some("techniques", techniques(rule));
    some("subTechniques", sub_techniques(rule));
    if !rule.entities.is_empty() {
        put("entityMappings", Value::List(rule.entities.iter().map(entity).collect()));
    }
    if !rule.details.is_empty() {
        let details = rule.details.iter().map(|(name, column)| (name.clone(), Value::text(column)));
        put("customDetails", Value::Object(details.collect()));
    }
    if let Some(title) = &rule.alert_title {
        put("alertDetailsOverride", Value::object([("alertDisplayNameFormat", Value::text(title))]));
    }
    // A row of the query is an alert of the language.
    put("eventGroupingSettings", Value::object([("aggregationKind", Value::text("AlertPerResult"))]));
    put("incidentConfiguration", incidents(rule));
    put("templateVersion", Value::text(&rule.version));
    Value::Object(written)
}

fn time(micros: i64) -> Value {
    Value::text(duration::iso(micros))
}

/// Techniques without their parts, each once.
fn techniques(rule: &AnalyticsRule) -> Vec<String> {
    let mut techniques: Vec<String> = Vec::new();
    for technique in &rule.techniques {
        let whole = technique.split('.').next().unwrap_or(technique);
        if !techniques.iter().any(|known| known == whole) {
            techniques.push(whole.to_owned());
        }
    }
    techniques
}

fn sub_techniques(rule: &AnalyticsRule) -> Vec<String> {
    rule.techniques.iter().filter(|technique| technique.contains('.')).cloned().collect()
}

fn entity(mapping: &EntityMapping) -> Value {
    let field = |(identifier, column): &(&'static str, String)| {
        Value::object([("identifier", Value::text(*identifier)), ("columnName", Value::text(column))])
    };
    Value::object([
        ("entityType", Value::text(mapping.entity_type)),
        ("fieldMappings", Value::List(mapping.fields.iter().map(field).collect())),
    ])
}

fn incidents(rule: &AnalyticsRule) -> Value {
    let mut written = vec![("createIncident".to_owned(), Value::Bool(true))];
    written.extend(rule.grouping.as_ref().map(|group| ("groupingConfiguration".to_owned(), grouping(group))));
    Value::Object(written)
}

fn grouping(grouping: &Grouping) -> Value {
    let (method, entities, details) = match &grouping.by {
        GroupBy::Rule => ("AnyAlert", Vec::new(), Vec::new()),
        GroupBy::Entities => ("AllEntities", Vec::new(), Vec::new()),
        GroupBy::Some { entities, details } => ("Selected", entities.clone(), details.clone()),
    };
    let mut written = vec![
        ("enabled".to_owned(), Value::Bool(true)),
        ("reopenClosedIncident".to_owned(), Value::Bool(grouping.reopen)),
        ("lookbackDuration".to_owned(), time(grouping.lookback)),
        ("matchingMethod".to_owned(), Value::text(method)),
    ];
    if !entities.is_empty() {
        written.push(("groupByEntities".to_owned(), Value::texts(entities.into_iter().map(entity_type))));
    }
    if !details.is_empty() {
        written.push(("groupByCustomDetails".to_owned(), Value::texts(details)));
    }
    Value::Object(written)
}

/// What Sentinel calls a kind of entity.
fn entity_type(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Account => "Account",
        EntityKind::Ip => "IP",
        EntityKind::Host => "Host",
        EntityKind::CloudApplication => "CloudApplication",
        EntityKind::Mailbox => "Mailbox",
        EntityKind::Url => "URL",
    }
}
