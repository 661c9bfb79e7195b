//! A detection: everything that contentctl wants to know of a rule, within its limits.

use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::package::duration::throttle;
use crate::package::{Options, id};
use crate::plan::{Aggregate, Plan, Shape};
use crate::target::spl;
use crate::value::Length;

use super::error::Finding;
use super::risk::{self, Drilldown, Repeat, Risk};
use super::search::{self, Search};
use super::{limits, name, schedule};

/// The folder of detections; contentctl wants one below `detections/`.
const FOLDER: &str = "detections/application";
/// A file of `detections/`.
#[derive(Debug, Serialize)]
pub struct Detection {
    /// Its name; that of the file follows from it.
    pub name: String,
    id: String,
    version: u64,
    /// The day of its last change.
    pub date: String,
    author: String,
    status: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    description: String,
    data_source: Vec<String>,
    search: String,
    how_to_implement: String,
    known_false_positives: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<String>,
    drilldown_searches: Vec<Drilldown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rba: Option<Risk>,
    tags: Tags,
    deployment: Deployment,
}

#[derive(Debug, Serialize)]
struct Tags {
    analytic_story: Vec<String>,
    asset_type: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mitre_attack_id: Vec<String>,
    product: [&'static str; 3],
    security_domain: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    throttling: Option<Throttling>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manual_test: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Throttling {
    fields: Vec<String>,
    period: String,
}

/// Its own deployment: contentctl's other ones set one schedule for all rules of a type.
#[derive(Debug, Serialize)]
struct Deployment {
    scheduling: Scheduling,
    alert_action: AlertAction,
}

#[derive(Debug, Serialize)]
struct Scheduling {
    cron_schedule: String,
    earliest_time: String,
    latest_time: &'static str,
    schedule_window: &'static str,
}

#[derive(Debug, Serialize)]
struct AlertAction {
    #[serde(skip_serializing_if = "Option::is_none")]
    notable: Option<Notable>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rba: Option<Enabled>,
}

#[derive(Debug, Serialize)]
struct Notable {
    rule_title: String,
    rule_description: &'static str,
    nes_fields: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Enabled {
    enabled: bool,
}

/// What was made of a rule.
#[derive(Debug)]
pub struct Made {
    /// The detection.
    pub detection: Detection,
    /// What its search reads.
    pub search: Search,
    /// Where it differs from what was written.
    pub notes: Vec<Diagnostic>,
}

impl Detection {
    /// Where its file is.
    pub fn path(&self) -> String {
        format!("{FOLDER}/{}.yml", name::stem(&self.name))
    }
}

/// Makes a detection of a rule.
///
/// # Errors
/// Every limit of contentctl's that the rule goes beyond, and what Splunk cannot do.
pub fn make(plan: &Plan, options: &Options, story: &str) -> Result<Made, Vec<Diagnostic>> {
    let (every, cron) = schedule::cron(plan.schedule.every);
    // The search looks for what is new since the run before, so it must know how often it runs.
    let mut scheduled = plan.clone();
    scheduled.schedule.every = every;
    let name = name::of_rule(&plan.name);
    let date = plan.metadata.date.clone().or_else(|| options.date.clone());
    let search = search::write(&scheduled, &name);
    let errors = limits::errors(plan, options, &name, &description(plan));
    let (date, search) = match (date, search) {
        (Some(date), Ok(search)) if errors.is_empty() => (date, search),
        (date, search) => {
            let no_date = date.is_none().then(|| Finding::NoDate.diagnostic(plan));
            return Err(no_date.into_iter().chain(errors).chain(search.err().into_iter().flatten()).collect());
        }
    };
    let mut notes = search.notes.clone();
    notes.extend(differences(plan, every).into_iter().map(|difference| difference.diagnostic(plan)));
    let detection = detection(&scheduled, options, story, date, &search, cron);
    Ok(Made { detection, search, notes })
}

fn detection(
    plan: &Plan,
    options: &Options,
    story: &str,
    date: String,
    search: &Search,
    cron_schedule: String,
) -> Detection {
    let metadata = &plan.metadata;
    let risk = risk::risk(plan);
    let status = status(&metadata.status);
    let repeat = if status == "production" { Repeat::Yes } else { Repeat::No };
    Detection {
        name: name::of_rule(&plan.name),
        id: id(plan),
        version: limits::version(&metadata.version).unwrap_or(1),
        date,
        author: author(plan, options),
        status,
        kind: kind(plan),
        description: description(plan),
        data_source: sources(plan, |leg| leg.name.clone()),
        search: search.text.clone(),
        how_to_implement: how_to_implement(plan),
        known_false_positives: known_false_positives(plan),
        references: metadata.references.iter().chain(&metadata.runbook).cloned().collect(),
        drilldown_searches: risk::drilldowns(plan, &risk, repeat),
        tags: tags(plan, story, status),
        deployment: Deployment {
            scheduling: Scheduling {
                cron_schedule,
                earliest_time: spl::earliest(plan),
                latest_time: "now",
                schedule_window: "0",
            },
            alert_action: alert_action(plan, &risk),
        },
        rba: is_told(plan).then_some(risk),
    }
}

/// Whether anyone is told of alerts: what only informs is for hunters.
fn is_told(plan: &Plan) -> bool {
    plan.metadata.severity != "informational"
}

/// Every alert counts as risk; those of low severity are no notables.
fn alert_action(plan: &Plan, risk: &Risk) -> AlertAction {
    let mut nes_fields: Vec<String> =
        plan.deployment.entities.iter().flat_map(|entity| entity.columns.clone()).collect();
    nes_fields.extend(risk.objects.iter().map(|object| object.field.clone()));
    let mut seen = Vec::new();
    nes_fields.retain(|field| {
        !seen.contains(field) && {
            seen.push(field.clone());
            true
        }
    });
    let is_notable = is_told(plan) && plan.metadata.severity != "low";
    AlertAction {
        notable: is_notable.then(|| Notable {
            rule_title: risk.message.clone(),
            rule_description: "%description%",
            nes_fields,
        }),
        rba: is_told(plan).then_some(Enabled { enabled: true }),
    }
}

fn differences(plan: &Plan, every: i64) -> Vec<Finding> {
    let deployment = &plan.deployment;
    let mut found = Vec::new();
    if every != plan.schedule.every {
        found.push(Finding::OtherSchedule { instead: every });
    }
    if deployment.suppress.is_some() && !search::is_kept_back_as_a_whole(plan) {
        found.push(Finding::CoarseSuppression);
    }
    let responses = deployment.responses.iter();
    found.extend(responses.map(|respond| Finding::NoResponse { response: respond.response, span: respond.span }));
    found.extend(deployment.group.as_ref().map(|group| Finding::NoGroups(group.span)));
    found
}

fn status(word: &str) -> &'static str {
    match word {
        "stable" => "production",
        "deprecated" | "unsupported" => "deprecated",
        _ => "experimental",
    }
}

/// `Anomaly` is what differs from what is usual, `Hunting` what only informs, everything else a way of attackers.
fn kind(plan: &Plan) -> &'static str {
    let is_first = match plan.shape {
        Shape::FirstSeen(_) => true,
        Shape::Single | Shape::Window(_) | Shape::Tumbling(_) | Shape::Consecutive(_) | Shape::Sequence(_) => false,
    };
    let compares = |aggregate: &Aggregate| aggregate.earlier.is_some() || aggregate.population.is_some();
    match (is_told(plan), is_first || plan.aggregates.iter().any(compares)) {
        (false, _) => "Hunting",
        (true, true) => "Anomaly",
        (true, false) => "TTP",
    }
}

/// Who wrote the rule.
pub fn author(plan: &Plan, options: &Options) -> String {
    plan.metadata.author.clone().unwrap_or_else(|| options.author.clone())
}

fn description(plan: &Plan) -> String {
    let metadata = &plan.metadata;
    let mut text = if metadata.description.trim().is_empty() {
        metadata.title.clone()
    } else {
        metadata.description.trim().to_owned()
    };
    if let Some(owner) = &metadata.owner {
        text += &format!("\n\nLooked after by {owner}.");
    }
    if let Some(runbook) = &metadata.runbook {
        text += &format!("\n\nWhat to do about an alert: {runbook}");
    }
    text
}

fn how_to_implement(plan: &Plan) -> String {
    let sources = sources(plan, |source| format!("- {}: `{}`", source.title, source.spl.macro_name));
    format!(
        "These logs must be in Splunk, and these macros must find them there:\n{}\nThe search runs every {}, and reads what is up to \
         {} old. It reports what has become true since the run before, so that no period may be skipped.",
        sources.join("\n"),
        Length(plan.schedule.every),
        Length(plan.lookback()),
    )
}

fn known_false_positives(plan: &Plan) -> String {
    let causes: Vec<&str> =
        plan.metadata.false_positives.iter().map(|cause| cause.trim().trim_end_matches('.')).collect();
    if causes.is_empty() { "None known.".to_owned() } else { format!("Benign causes: {}.", causes.join("; ")) }
}

/// Something of each source that is read, in order and each once.
fn sources(plan: &Plan, of: impl Fn(&crate::catalog::LogSource) -> String) -> Vec<String> {
    let mut all: Vec<String> = plan.legs().map(|leg| of(&leg.source)).collect();
    all.sort();
    all.dedup();
    all
}

fn tags(plan: &Plan, story: &str, status: &str) -> Tags {
    Tags {
        analytic_story: vec![story.to_owned()],
        asset_type: asset_type(plan),
        mitre_attack_id: techniques(&plan.metadata.attack),
        product: super::PRODUCTS,
        security_domain: "identity",
        throttling: throttling(plan),
        manual_test: (status == "production").then_some(
            "There is no attack data for Splunk: `tokentrail test` runs the tests of the rule, and `tokentrail build --selftest --target spl` \
             makes a search of them that says in Splunk whether they pass.",
        ),
    }
}

fn asset_type(plan: &Plan) -> &'static str {
    let providers = sources(plan, |source| source.provider.to_string());
    match providers.as_slice() {
        [one] if one == "entra" => "Azure Tenant",
        [one] if one == "okta" => "Okta Tenant",
        _ => "Identity",
    }
}

/// Each technique once; one whose sub-technique is there too says nothing more, and contentctl does not take both.
fn techniques(attack: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for technique in attack {
        let is_parent = attack.iter().any(|other| other.starts_with(&format!("{technique}.")));
        if !is_parent && !kept.contains(technique) {
            kept.push(technique.clone());
        }
    }
    kept
}

fn throttling(plan: &Plan) -> Option<Throttling> {
    let suppress = plan.deployment.suppress?;
    let fields = if search::is_kept_back_as_a_whole(plan) {
        vec![search::RULE.to_owned()]
    } else {
        plan.columns().iter().filter(|column| column.is_key).map(|column| column.name.to_owned()).collect()
    };
    Some(Throttling { fields, period: throttle(suppress.time) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_technique_gives_way_to_its_sub_technique() {
        let given = ["T1550", "T1550.001", "T1539", "T1539"].map(str::to_owned);
        assert_eq!(techniques(&given), ["T1550.001", "T1539"]);
    }
}
