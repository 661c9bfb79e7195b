//! A rule as a saved search.
//!
//! The search itself decides what is new, by when events were indexed, so it must see all of them: its time range bounds the time of
//! events and never that of indexing, and no run may be skipped or moved. Time ranges count from the scheduled time of a run
//! (`allow_data_time_skew` in savedsearches.conf.spec); whether `now()` does is not said, and makes no difference here while runs start
//! within their minute.

use super::conf::{Stanza, line};
use super::error::{LONGEST_NAME, SplunkError};
use super::notable;
use crate::diagnostic::Diagnostic;
use crate::package::duration::throttle;
use crate::package::{Options, cron};
use crate::plan::{ListOrigin, Plan, Suppressed};
use crate::target::{self, Upload, spl};

/// A rule's part of the app.
pub struct Saved {
    /// The search.
    pub stanza: Stanza,
    /// Its cron schedule.
    pub schedule: String,
    /// Lists that it reads from lookups of the app.
    pub uploads: Vec<Upload>,
    /// Lookups that the user keeps, and their columns.
    pub watchlists: Vec<(String, String)>,
    /// Where it differs from what was written.
    pub notes: Vec<Diagnostic>,
}

/// The name of a rule's search: of the app and the rule, which do not change as titles do.
pub fn name(plan: &Plan, options: &Options) -> String {
    format!("{} - {} - Rule", options.name, plan.name)
}

/// The macro that a user may redefine to leave results out.
pub fn filter(plan: &Plan) -> String {
    format!("{}_filter", plan.name)
}

/// The saved search of a rule.
///
/// # Errors
/// What SPL or a saved search cannot do, at the rule's own lines.
pub fn saved(plan: &Plan, options: &Options) -> Result<Saved, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let name = name(plan, options);
    if name.chars().count() > LONGEST_NAME {
        errors.push(SplunkError::NameTooLong { name: name.clone() });
    }
    let schedule = cron::schedule(&plan.name, plan.schedule.every);
    if schedule.is_none() {
        errors.push(SplunkError::NoCron { every: plan.schedule.every });
    }
    let mut errors: Vec<Diagnostic> = errors.iter().map(|error| error.diagnostic(plan)).collect();
    let query = target::deployed_search(plan);
    match (query, schedule) {
        (Ok(query), Some(schedule)) if errors.is_empty() => {
            let stanza = stanza(plan, Stanza::new(name), &schedule, &query.text);
            let notes = query.notes.into_iter().chain(left_out(plan)).collect();
            Ok(Saved { stanza, schedule, uploads: query.uploads, watchlists: watchlists(plan), notes })
        }
        (query, _) => {
            errors.extend(query.err().unwrap_or_default());
            Err(errors)
        }
    }
}

fn stanza(plan: &Plan, stanza: Stanza, schedule: &str, query: &str) -> Stanza {
    stanza
        .with("description", line(&description(plan)))
        .with("disabled", "1")
        .with("enableSched", "1")
        .with("cron_schedule", schedule)
        .with("realtime_schedule", "0")
        .with("schedule_window", "0")
        .with("allow_skew", "0")
        .with("dispatch.earliest_time", spl::earliest(plan))
        .with("dispatch.latest_time", "now")
        .with("counttype", "number of events")
        .with("relation", "greater than")
        .with("quantity", "0")
        .with_all(alert(plan))
        .with_all(notable::settings(plan))
        .with("search", format!("{}\n| `{}`", query.trim_end(), filter(plan)))
}

/// For the list of searches: what the rule is, and where it comes from.
fn description(plan: &Plan) -> String {
    let metadata = &plan.metadata;
    let references = metadata.references.iter().map(|link| format!(" See {link}"));
    format!(
        "{} Version {} ({}).{}",
        notable::description(plan),
        metadata.version,
        metadata.status,
        references.collect::<String>()
    )
}

fn alert(plan: &Plan) -> Vec<(String, String)> {
    let columns = plan.columns();
    let key: Vec<&str> = columns.iter().filter(|column| column.is_key).map(|column| column.name).collect();
    let suppress = plan.deployment.suppress;
    // Fields are for alerts of single results; the whole search rests only where one alert is made of all of them.
    let by_key = suppress.is_some_and(|suppress| suppress.of == Suppressed::Key) && !key.is_empty();
    let digest = if by_key { "0" } else { "1" };
    let mut all = vec![
        ("alert.track", "1".to_owned()),
        ("alert.expires", "24h".to_owned()),
        ("alert.severity", severity(&plan.metadata.severity).to_owned()),
        ("alert.digest_mode", digest.to_owned()),
    ];
    if let Some(suppress) = suppress {
        all.push(("alert.suppress", "1".to_owned()));
        all.push(("alert.suppress.period", throttle(suppress.time)));
        all.extend(by_key.then(|| ("alert.suppress.fields", key.join(","))));
    }
    all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Splunk's own words for them are info, low, medium, high and critical, counted from 1.
fn severity(word: &str) -> &'static str {
    match word {
        "informational" => "1",
        "low" => "2",
        "medium" => "3",
        "high" => "4",
        _ => "5",
    }
}

fn watchlists(plan: &Plan) -> Vec<(String, String)> {
    let of_user = plan.lists.iter().filter_map(|list| match &list.origin {
        ListOrigin::Watchlist { alias, column, copy: _ } => Some((alias.clone(), column.clone())),
        ListOrigin::Inline | ListOrigin::File { .. } => None,
    });
    of_user.collect()
}

/// What a rule asks for and Splunk has nothing for.
fn left_out(plan: &Plan) -> Vec<Diagnostic> {
    let deployment = &plan.deployment;
    let group = deployment.group.iter().map(|group| SplunkError::Grouped { span: group.span });
    let responses = deployment.responses.iter();
    let responses =
        responses.map(|respond| SplunkError::Response { word: respond.response.word(), span: respond.span });
    group.chain(responses).map(|error| error.diagnostic(plan)).collect()
}
