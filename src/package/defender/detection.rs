//! A custom detection as the Graph API takes it: `POST /beta/security/rules/detectionRules`.

use indexmap::IndexMap;
use serde::Serialize;

use crate::attack::{self, Tactic};
use crate::diagnostic::Diagnostic;
use crate::package::duration::iso;
use crate::package::text::{InBraces, blocks, in_braces, list, one_line};
use crate::package::{self, sentinel};
use crate::plan::{Metadata, Plan};
use crate::target::{self, Upload};

use super::entity::{self, Mappings};
use super::error::{DetectionError, MOST_TITLE_COLUMNS};
use super::schedule::{self, Chosen};

/// The columns that a detection must have beside its entities, and what they hold: when the alert was, and the record behind it.
const REQUIRED: [(&str, &str); 2] = [("Timestamp", "last_time"), ("ReportId", "tostring(event_ids[0])")];

/// What stands before the id of a rule: that of a detection begins with a letter.
const ID_PREFIX: &str = "tokentrail-";

/// `microsoft.graph.security.detectionRule`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Detection {
    id: String,
    display_name: String,
    description: String,
    status: &'static str,
    query_condition: QueryCondition,
    schedule: RuleSchedule,
    #[serde(rename = "detectionAction")]
    action: DetectionAction,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct QueryCondition {
    query_text: String,
}

#[derive(Debug, Serialize)]
struct RuleSchedule {
    frequency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lookback: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DetectionAction {
    alert_template: AlertTemplate,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AlertTemplate {
    title: String,
    description: String,
    severity: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    recommended_actions: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tactics: Vec<MitreTactic>,
    entity_mappings: Mappings,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    custom_details: IndexMap<String, String>,
}

#[derive(Debug, Serialize)]
struct MitreTactic {
    tactic: &'static str,
    techniques: Vec<MitreTechnique>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MitreTechnique {
    technique: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sub_techniques: Vec<String>,
}

/// A detection, the lists that its query reads, and where it differs from the rule.
#[derive(Debug)]
pub struct Made {
    /// The detection.
    pub detection: Detection,
    /// Watchlists that its query reads and that are deployed with it.
    pub watchlists: Vec<Upload>,
    /// Differences.
    pub notes: Vec<Diagnostic>,
}

/// The id of a rule's detection.
pub fn id(plan: &Plan) -> String {
    format!("{ID_PREFIX}{}", package::id(plan))
}

/// The detection of a rule.
///
/// # Errors
/// Every limit of Defender's that it goes beyond, at the rule's own lines.
pub fn detection(plan: &Plan, display_name: String) -> Result<Made, Vec<Diagnostic>> {
    let mut errors: Vec<Diagnostic> = taken(plan).collect();
    let mut notes = Vec::new();
    let chosen = schedule::choose(plan).map_err(|error| errors.push(error.at(plan, plan.clause("schedule"))));
    let title = title(plan).map_err(|error| errors.push(error));
    let entities = entities(plan, &mut notes).map_err(|error| errors.push(error));
    let (Ok(chosen), Ok(title), Ok((mappings, mut columns)), []) = (chosen, title, entities, errors.as_slice()) else {
        return Err(errors);
    };
    columns.extend(REQUIRED.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let query = target::hunting_query(&chosen.apply(plan), &columns)?;
    notes.extend(query.notes);
    notes.extend(slower(plan, chosen));
    notes.extend(not_done(plan));
    let tactics = tactics(plan, &mut notes);
    let metadata = &plan.metadata;
    let description = description(metadata);
    let alert_template = AlertTemplate {
        title,
        description: description.clone(),
        severity: severity(&metadata.severity),
        recommended_actions: recommended(metadata),
        tactics,
        entity_mappings: mappings,
        custom_details: details(plan),
    };
    let schedule = RuleSchedule { frequency: iso(chosen.frequency), lookback: chosen.lookback.map(iso) };
    let detection = Detection {
        id: id(plan),
        display_name,
        description,
        status: "enabled",
        query_condition: QueryCondition { query_text: query.text },
        schedule,
        action: DetectionAction { alert_template },
    };
    Ok(Made { detection, watchlists: query.uploads, notes })
}

/// Columns of the rule under names that Defender has a meaning for.
fn taken(plan: &Plan) -> impl Iterator<Item = Diagnostic> {
    let is_required = |name: &str| REQUIRED.iter().any(|(required, _)| *required == name) || name == "TimeGenerated";
    let taken = plan.columns().into_iter().filter(move |column| is_required(column.name));
    taken.map(|column| DetectionError::ColumnTaken { column: column.name.to_owned() }.at(plan, plan.clause("show")))
}

type Columns = Vec<(String, String)>;

/// What alerts are about, and the columns to append for that.
fn entities(plan: &Plan, notes: &mut Vec<Diagnostic>) -> Result<(Mappings, Columns), Diagnostic> {
    let (entities, columns) = sentinel::entity::map(plan)?;
    let (mappings, left_out) = entity::map(&entities);
    if !entity::has_asset(&mappings) {
        return Err(DetectionError::NoEntity.at(plan, plan.clause("entity")));
    }
    for index in left_out {
        let left_out = &entities[index];
        let columns: Vec<String> = left_out.fields.iter().map(|(_, column)| column.clone()).collect();
        let kind = left_out.entity_type;
        notes.push(DetectionError::EntityLeftOut { kind, columns }.at(plan, plan.clause("entity")));
    }
    Ok((mappings, columns))
}

fn slower(plan: &Plan, chosen: Chosen) -> Option<Diagnostic> {
    let error = DetectionError::RunsLessOften {
        every: plan.schedule.every,
        instead: chosen.frequency,
        because: chosen.slower?,
    };
    Some(error.at(plan, plan.clause("schedule")))
}

/// What the rule says that Defender does not do.
fn not_done(plan: &Plan) -> Vec<Diagnostic> {
    let deployment = &plan.deployment;
    let suppress = deployment.suppress.map(|_| DetectionError::NoSuppression.at(plan, plan.clause("suppress")));
    let group = deployment.group.as_ref().map(|group| DetectionError::NoGrouping.at(plan, group.span));
    let respond = deployment.responses.iter().map(|respond| {
        let response = respond.response.word();
        DetectionError::NoResponse { response }.at(plan, respond.span)
    });
    suppress.into_iter().chain(group).chain(respond).collect()
}

/// The title of alerts, with columns in doubled braces.
fn title(plan: &Plan) -> Result<String, Diagnostic> {
    let Some(template) = &plan.deployment.alert_title else { return Ok(one_line(&plan.metadata.title)) };
    let InBraces { text, columns, has_own } = in_braces(template);
    if has_own {
        return Err(DetectionError::AlertTitleBraces.at(plan, template.span));
    }
    if columns > MOST_TITLE_COLUMNS {
        return Err(DetectionError::AlertTitleColumns { columns }.at(plan, template.span));
    }
    Ok(text)
}

/// Names and columns. The language takes no more of them than Defender, which is twenty.
fn details(plan: &Plan) -> IndexMap<String, String> {
    let details = plan.deployment.details.iter();
    details.map(|detail| (detail.name.clone(), detail.column.clone())).collect()
}

/// The tactic that most techniques serve, the first of the matrix if several, with those techniques.
fn tactics(plan: &Plan, notes: &mut Vec<Diagnostic>) -> Vec<MitreTactic> {
    let of = |id: &String| attack::technique(id).map(|technique| technique.tactics.clone()).unwrap_or_default();
    let attack = &plan.metadata.attack;
    let served = |tactic: Tactic| attack.iter().filter(|id| of(id).contains(&tactic)).count();
    // The first of the greatest, where `max_by_key` would take the last.
    let best = Tactic::ALL.iter().copied().rev().max_by_key(|tactic| served(*tactic));
    let Some(best) = best.filter(|tactic| served(*tactic) > 0) else { return Vec::new() };
    let (kept, left_out): (Vec<&String>, Vec<&String>) = attack.iter().partition(|id| of(id).contains(&best));
    if !left_out.is_empty() {
        let left_out = left_out.into_iter().cloned().collect();
        let error = DetectionError::OneTactic { tactic: best.title(), left_out };
        notes.push(error.at(plan, plan.clause("attack")));
    }
    let mut techniques: IndexMap<&str, Vec<String>> = IndexMap::new();
    for id in kept {
        let parent = id.split('.').next().unwrap_or(id);
        let of_parent = techniques.entry(parent).or_default();
        if parent != id {
            of_parent.push(id.clone());
        }
    }
    let technique =
        |(technique, sub_techniques): (&str, _)| MitreTechnique { technique: technique.to_owned(), sub_techniques };
    vec![MitreTactic { tactic: best.word(), techniques: techniques.into_iter().map(technique).collect() }]
}

/// Defender's words; it has none above high.
fn severity(word: &str) -> &'static str {
    match word {
        "critical" | "high" => "high",
        "medium" => "medium",
        "low" => "low",
        _ => "informational",
    }
}

/// The doc comment with links to read on.
fn description(metadata: &Metadata) -> String {
    let text = metadata.description.trim();
    let text = if text.is_empty() { metadata.title.trim() } else { text };
    blocks(&[text.to_owned(), list("References", &metadata.references)])
}

/// What whoever gets the alert should look at first.
fn recommended(metadata: &Metadata) -> String {
    let line = |what: &str, text: &Option<String>| {
        text.as_ref().map(|text| format!("{what}: {}", text.trim())).unwrap_or_default()
    };
    blocks(&[
        line("Runbook", &metadata.runbook),
        line("Owner", &metadata.owner),
        list("Known to be benign", &metadata.false_positives),
    ])
}
