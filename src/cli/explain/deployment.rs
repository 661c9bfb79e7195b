//! What `explain` says of the detection that a rule becomes.

use super::duration;
use crate::plan::deploy::{Deployment, Detail, GroupBy, Suppressed, Template, TemplatePart};
use crate::plan::{Plan, Runs};

/// The facts, each with its name.
pub fn facts(plan: &Plan) -> Vec<(&'static str, String)> {
    let deployment = &plan.deployment;
    let mut facts = Vec::new();
    if let Some(suppress) = deployment.suppress {
        let of = match suppress.of {
            Suppressed::Key => "about the same key",
            Suppressed::Rule => "about everything",
        };
        facts.push(("then silent for", format!("{} {of}", duration(suppress.time))));
    }
    if !deployment.entities.is_empty() {
        facts.push(("is about", entities(plan)));
    }
    if !deployment.details.is_empty() {
        let details: Vec<String> = deployment.details.iter().map(detail).collect();
        facts.push(("details", details.join(", ")));
    }
    facts.extend(deployment.alert_title.as_ref().map(|title| ("alert title", template(title))));
    facts.extend(incidents(deployment).map(|text| ("incidents", text)));
    if !deployment.responses.is_empty() {
        let responses: Vec<&str> = deployment.responses.iter().map(|respond| respond.response.word()).collect();
        facts.push(("response", responses.join(", ")));
    }
    facts
}

/// How often it runs.
pub fn runs(plan: &Plan) -> String {
    let schedule = plan.schedule;
    let delay = duration(schedule.delay);
    match schedule.runs {
        Runs::Scheduled => format!("every {}, for events up to {delay} late", duration(schedule.every)),
        Runs::NearRealTime => format!("near real time; as a query every minute, for events up to {delay} late"),
    }
}

/// Those that the rule names, or that its columns tell.
fn entities(plan: &Plan) -> String {
    let entities = &plan.deployment.entities;
    let words: Vec<String> =
        entities.iter().map(|entity| format!("{}({})", entity.kind.word(), entity.columns.join(", "))).collect();
    let told = entities.iter().all(|entity| entity.span == plan.name_span);
    format!("{}{}", words.join(", "), if told { ", by the types of its columns" } else { "" })
}

fn detail(detail: &Detail) -> String {
    if detail.name == detail.column { detail.name.clone() } else { format!("{} = {}", detail.name, detail.column) }
}

fn template(template: &Template) -> String {
    let part = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => text.clone(),
        TemplatePart::Column(column) => format!("{{{column}}}"),
    };
    template.parts.iter().map(part).collect()
}

fn incidents(deployment: &Deployment) -> Option<String> {
    let group = deployment.group.as_ref()?;
    let by = match &group.by {
        GroupBy::Rule => "all alerts".to_owned(),
        GroupBy::Entities => "alerts of the same entities".to_owned(),
        GroupBy::Some { entities, details } => {
            let words = entities.iter().map(|kind| kind.word()).chain(details.iter().map(String::as_str));
            format!("alerts of the same {}", words.collect::<Vec<_>>().join(", "))
        }
    };
    let reopen = if group.reopen { ", closed ones opened again" } else { "" };
    Some(format!("{by} within {}{reopen}", duration(group.within)))
}
