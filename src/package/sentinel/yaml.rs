//! The YAML of the Azure-Sentinel repository.
//!
//! One file for each rule, its keys in the order that is usual there. Lists that queries read from outside are files beside it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::diagnostic::Diagnostic;
use crate::package::duration::one_unit;
use crate::package::{Built, File, Options, yaml};
use crate::plan::Plan;

use super::error::RuleError;
use super::rule::{AnalyticsRule, Kind, analytics_rule};
use super::technique;

/// Writes rules.
#[must_use]
pub fn build(plans: &[Plan], options: &Options) -> Built {
    let mut built = Built::default();
    let mut ids: BTreeMap<String, &str> = BTreeMap::new();
    let mut watchlists = BTreeMap::new();
    let mut plans: Vec<&Plan> = plans.iter().collect();
    plans.sort_by_key(|plan| &plan.name);
    for plan in plans {
        let made = analytics_rule(plan).and_then(|made| {
            let id = made.0.id.clone();
            match ids.insert(id.clone(), &plan.name) {
                None => Ok(made),
                Some(other) => {
                    let error = RuleError::SameId { id, other: other.to_owned() };
                    Err(vec![error.at(plan, plan.clause("id"))])
                }
            }
        });
        match made {
            Ok((rule, notes)) => {
                let text = yaml::document(&Rule::new(&rule, options));
                built.notes.extend(notes);
                built.notes.extend(notes_of(plan, &rule, &text));
                built.rules += 1;
                built.files.push(File {
                    path: format!("{}.yaml", plan.name),
                    contents: text.into_bytes(),
                    rule: Some(plan.name.clone()),
                });
                watchlists.extend(rule.watchlists.into_iter().map(|upload| (upload.name, upload.csv)));
            }
            Err(errors) => {
                built.refused.push(plan.name.clone());
                built.errors.extend(errors);
            }
        }
    }
    for (name, csv) in watchlists {
        let path = format!("watchlists/{name}.csv");
        built
            .advice
            .push(format!("upload {path} as the watchlist {name}, with the search key {}", crate::target::ENTRY));
        built.files.push(File { path, contents: csv.into_bytes(), rule: None });
    }
    built.files.sort_by(|a, b| a.path.cmp(&b.path));
    built
}

/// What is not in a file, or kept out of the repository.
fn notes_of(plan: &Plan, rule: &AnalyticsRule, text: &str) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    let unknown = rule.techniques.iter().filter(|technique| technique::tactics(technique).is_empty());
    let techniques: Vec<String> = unknown.cloned().collect();
    if !techniques.is_empty() {
        notes.push(RuleError::UnknownTechniques { techniques }.at(plan, plan.clause("attack")));
    }
    let clauses = [
        ("suppress", plan.deployment.suppress.is_some(), plan.clause("suppress")),
        ("group", plan.deployment.group.is_some(), plan.deployment.group.as_ref().map_or(plan.name_span, |it| it.span)),
        ("respond", !rule.responses.is_empty(), plan.deployment.responses.first().map_or(plan.name_span, |it| it.span)),
    ];
    let mut missing = clauses.iter().filter(|(_, is_there, _)| *is_there);
    if let Some((_, _, span)) = missing.clone().next() {
        let clauses = missing.by_ref().map(|(word, ..)| *word).collect();
        notes.push(RuleError::NoPlaceInYaml { clauses }.at(plan, *span));
    }
    if let Some(character) = text.chars().find(|character| !character.is_ascii()) {
        notes.push(RuleError::NotAscii { character }.at(plan, plan.name_span));
    }
    notes
}

/// The document. Keys that are `None` are left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    name: &'a str,
    description: &'a str,
    severity: &'a str,
    status: &'a str,
    required_data_connectors: Vec<Connector<'a>>,
    #[serde(flatten)]
    schedule: Option<Schedule>,
    tactics: &'a [String],
    relevant_techniques: Vec<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    query: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entity_mappings: Vec<Mapping<'a>>,
    event_grouping_settings: EventGrouping<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert_details_override: Option<AlertDetails<'a>>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    custom_details: Pairs<'a>,
    version: &'a str,
    kind: &'a str,
    metadata: Metadata<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Connector<'a> {
    connector_id: &'a str,
    data_types: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Schedule {
    query_frequency: String,
    query_period: String,
    trigger_operator: &'static str,
    trigger_threshold: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mapping<'a> {
    entity_type: &'a str,
    field_mappings: Vec<Field<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Field<'a> {
    identifier: &'a str,
    column_name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventGrouping<'a> {
    aggregation_kind: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AlertDetails<'a> {
    alert_display_name_format: &'a str,
}

/// A mapping in the order of its entries.
struct Pairs<'a>(&'a [(String, String)]);

impl Pairs<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Metadata<'a> {
    source: Source<'a>,
    author: Author<'a>,
    support: Support<'a>,
    categories: Categories<'a>,
}

#[derive(Serialize)]
struct Source<'a> {
    kind: &'a str,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Support<'a> {
    tier: &'a str,
}

#[derive(Serialize)]
struct Categories<'a> {
    domains: [&'a str; 2],
}

impl<'a> Rule<'a> {
    fn new(rule: &'a AnalyticsRule, options: &'a Options) -> Self {
        let connector = |connector: &'a super::rule::Connector| Connector {
            connector_id: &connector.id,
            data_types: &connector.data_types,
        };
        Self {
            id: &rule.id,
            name: &rule.name,
            description: &rule.description,
            severity: rule.severity,
            status: "Available",
            required_data_connectors: rule.connectors.iter().map(connector).collect(),
            schedule: schedule(rule.kind),
            tactics: &rule.tactics,
            relevant_techniques: known_techniques(rule),
            tags: &rule.tags,
            query: &rule.query,
            entity_mappings: rule.entities.iter().map(Mapping::new).collect(),
            event_grouping_settings: EventGrouping { aggregation_kind: "AlertPerResult" },
            alert_details_override: rule
                .alert_title
                .as_deref()
                .map(|title| AlertDetails { alert_display_name_format: title }),
            custom_details: Pairs(&rule.details),
            version: &rule.version,
            kind: match rule.kind {
                Kind::Scheduled { .. } => "Scheduled",
                Kind::Nrt => "NRT",
            },
            metadata: Metadata {
                source: Source { kind: "Community" },
                author: Author { name: rule.author.as_deref().unwrap_or(&options.author) },
                support: Support { tier: "Community" },
                categories: Categories { domains: ["Identity", "Security - Threat Protection"] },
            },
        }
    }
}

fn schedule(kind: Kind) -> Option<Schedule> {
    match kind {
        Kind::Scheduled { frequency, period } => Some(Schedule {
            query_frequency: one_unit(frequency),
            query_period: one_unit(period),
            trigger_operator: "gt",
            trigger_threshold: 0,
        }),
        Kind::Nrt => None,
    }
}

fn known_techniques(rule: &AnalyticsRule) -> Vec<&str> {
    let known = rule.techniques.iter().filter(|technique| !technique::tactics(technique).is_empty());
    known.map(String::as_str).collect()
}

impl<'a> Mapping<'a> {
    fn new(mapping: &'a super::rule::EntityMapping) -> Self {
        let field = |(identifier, column): &'a (&'static str, String)| Field { identifier, column_name: column };
        Self { entity_type: mapping.entity_type, field_mappings: mapping.fields.iter().map(field).collect() }
    }
}
