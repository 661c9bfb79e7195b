//! Custom detections of Defender XDR, one file a rule, for the Graph API.
//!
//! Our tables are those of a workspace of Sentinel, which Defender reads where Sentinel is in its portal.

mod detection;
mod entity;
mod error;
mod schedule;

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::package::text::one_line;
use crate::package::{Built, File, Options};
use crate::plan::Plan;
use crate::target::ENTRY;

use detection::Made;
use error::DetectionError;

/// Where detections are created.
const ENDPOINT: &str = "https://graph.microsoft.com/beta/security/rules/detectionRules";

/// Writes rules. Nothing of the options is in a detection: it belongs to no package.
#[must_use]
pub fn build(plans: &[Plan], _options: &Options) -> Built {
    let mut sorted: Vec<&Plan> = plans.iter().collect();
    sorted.sort_by(|one, other| one.name.cmp(&other.name));
    let mut built = Built::default();
    let mut watchlists = BTreeMap::new();
    for (index, plan) in sorted.iter().enumerate() {
        let made = match same_id(plan, &sorted[..index]) {
            Some(error) => Err(vec![error]),
            None => detection::detection(plan, display_name(plan, &sorted)),
        };
        match made {
            Ok(Made { detection, watchlists: read, notes }) => {
                built.files.push(file(plan, &detection));
                built.notes.extend(notes);
                built.rules += 1;
                watchlists.extend(read.into_iter().map(|list| (list.name, list.csv)));
            }
            Err(errors) => {
                built.errors.extend(errors);
                built.refused.push(plan.name.clone());
            }
        }
    }
    if built.rules > 0 {
        built.advice.push(format!(
            "create each detection with `POST {ENDPOINT}`, or change it with `PATCH` at its id; the workspace must be in the Defender portal"
        ));
    }
    for (name, csv) in watchlists {
        built
            .advice
            .push(format!("upload `watchlists/{name}.csv` as the watchlist `{name}` with `{ENTRY}` as its search key"));
        built.files.push(File { path: format!("watchlists/{name}.csv"), contents: csv.into_bytes(), rule: None });
    }
    built.files.sort_by(|one, other| one.path.cmp(&other.path));
    built
}

fn file(plan: &Plan, detection: &detection::Detection) -> File {
    // Structures of texts and lists always have a spelling.
    let text = serde_json::to_string_pretty(detection).unwrap_or_default();
    let contents = (text + "\n").into_bytes();
    File { path: format!("{}.json", plan.name), contents, rule: Some(plan.name.clone()) }
}

/// The title, or, where several rules have it, the title with the rule's name: names of detections are unique.
fn display_name(plan: &Plan, all: &[&Plan]) -> String {
    let title = one_line(&plan.metadata.title);
    let others = all.iter().filter(|other| one_line(&other.metadata.title) == title).count();
    if others > 1 { format!("{title} ({})", plan.name) } else { title }
}

/// That a rule before has the same id.
fn same_id(plan: &Plan, before: &[&Plan]) -> Option<Diagnostic> {
    let id = detection::id(plan);
    let other = before.iter().find(|other| detection::id(other) == id)?.name.clone();
    Some(DetectionError::SameId { id, other }.at(plan, plan.clause("id")))
}
