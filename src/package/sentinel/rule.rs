//! An analytics rule as Sentinel knows it, before it is spelled in YAML, ARM or Bicep.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::package::text::{InBraces, in_braces, one_line};
use crate::package::{self, duration::whole_minutes};
use crate::plan::deploy::{GroupBy, Response};
use crate::plan::{DAY, Plan, Runs, SECOND};
use crate::target::{self, Upload, kql::characters};

use super::error::{LONGEST_DESCRIPTION, LONGEST_TITLE, LONGEST_VERSION, MOST_TITLE_COLUMNS, RuleError};
use super::{description, entity, incident, technique};

/// From this look-back on …
const LONG_PERIOD: i64 = 2 * DAY;
/// … a rule runs no more often than this.
const LEAST_FREQUENCY_OF_LONG: i64 = 3600 * SECOND;

/// An analytics rule within all of Sentinel's limits.
#[derive(Clone, Debug)]
pub struct AnalyticsRule {
    /// The rule's name in the language.
    pub rule: String,
    /// UUID.
    pub id: String,
    /// The display name.
    pub name: String,
    /// For people, with false positives, references, owner and runbook.
    pub description: String,
    /// `Informational`, `Low`, `Medium` or `High`.
    pub severity: &'static str,
    /// The connectors of the logs that it reads, with their tables: `AzureActiveDirectory` → `SigninLogs`, …
    pub connectors: Vec<Connector>,
    /// Scheduled or near real time.
    pub kind: Kind,
    /// `CredentialAccess`, … in the order of the matrix, each once.
    pub tactics: Vec<String>,
    /// `T1550.001`, …
    pub techniques: Vec<String>,
    /// KQL, at most 10,000 UTF-16 units.
    pub query: String,
    /// What its alerts are about: 1 to 10, or none.
    pub entities: Vec<EntityMapping>,
    /// Name and column, at most 20.
    pub details: Vec<(String, String)>,
    /// `alertDisplayNameFormat`, with `{{column}}`.
    pub alert_title: Option<String>,
    /// `a.b.c`
    pub version: String,
    /// Free words.
    pub tags: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Watchlists that its query reads and that are deployed with it.
    pub watchlists: Vec<Upload>,
    /// How long the whole rule rests after an alert, in microseconds (`suppress all`).
    pub suppression: Option<i64>,
    /// Which alerts make one incident.
    pub grouping: Option<Grouping>,
    /// What is done about an alert.
    pub responses: Vec<Response>,
}

/// A data connector and its tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connector {
    /// `AzureActiveDirectory`
    pub id: String,
    /// `SigninLogs`, …
    pub data_types: Vec<String>,
}

/// How a rule runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Every `frequency` over the last `period`, both in microseconds, whole minutes.
    Scheduled {
        /// How often.
        frequency: i64,
        /// How far back.
        period: i64,
    },
    /// Every minute over what arrived in it.
    Nrt,
}

/// An entity of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityMapping {
    /// `Account`
    pub entity_type: &'static str,
    /// Identifier and column of the query's result, 1 to 3: `Name` ← `account_name`.
    pub fields: Vec<(&'static str, String)>,
}

/// Which alerts make one incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// What they have in common; kinds of entities and names of details are those of the rule.
    pub by: GroupBy,
    /// How long, in microseconds.
    pub lookback: i64,
    /// Whether closed incidents are opened again.
    pub reopen: bool,
}

/// A rule, and where it differs from what was written.
///
/// # Errors
/// Every limit of Sentinel's that it goes beyond, at the rule's own lines.
pub fn analytics_rule(plan: &Plan) -> Result<(AnalyticsRule, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut errors = too_long(plan);
    let kind = kind(plan).map_err(|error| errors.push(error));
    let alert_title = alert_title(plan).map_err(|error| errors.push(error));
    let incidents = incident::incidents(plan).map_err(|found| errors.extend(found));
    let mapped = entity::map(plan).map_err(|error| errors.push(error));
    let appended = mapped.as_ref().map(|(_, columns)| columns.as_slice()).unwrap_or_default();
    let query = target::analytics_query(plan, appended).map_err(|found| errors.extend(found));
    let (Ok(kind), Ok(alert_title), Ok(incidents), Ok((entities, _)), Ok(query), []) =
        (kind, alert_title, incidents, mapped, query, errors.as_slice())
    else {
        return Err(errors);
    };
    let (connectors, unknown) = connectors(plan);
    let metadata = &plan.metadata;
    let rule = AnalyticsRule {
        rule: plan.name.clone(),
        id: package::id(plan),
        name: one_line(&metadata.title),
        description: description::describe(metadata),
        severity: severity(&metadata.severity),
        connectors,
        kind,
        tactics: technique::covering(&metadata.attack).into_iter().map(|tactic| tactic.word().to_owned()).collect(),
        techniques: metadata.attack.clone(),
        query: query.text.lines().map(|line| line.trim_end().to_owned() + "\n").collect(),
        entities,
        details: incidents.details,
        alert_title,
        version: metadata.version.clone(),
        tags: metadata.tags.clone(),
        author: metadata.author.clone(),
        watchlists: query.uploads,
        suppression: incidents.suppression,
        grouping: incidents.grouping,
        responses: plan.deployment.responses.iter().map(|respond| respond.response).collect(),
    };
    let mut notes = query.notes;
    notes.extend(incidents.notes);
    notes.extend(unknown);
    Ok((rule, notes))
}

/// The texts that are longer than Sentinel takes.
fn too_long(plan: &Plan) -> Vec<Diagnostic> {
    let metadata = &plan.metadata;
    let title = characters(&one_line(&metadata.title));
    let description = characters(&description::describe(metadata));
    let version = characters(&metadata.version);
    let limits = [
        (title > LONGEST_TITLE, RuleError::TitleTooLong { characters: title }, "title"),
        (description > LONGEST_DESCRIPTION, RuleError::DescriptionTooLong { characters: description }, ""),
        (version > LONGEST_VERSION, RuleError::VersionTooLong { characters: version }, "version"),
    ];
    limits
        .into_iter()
        .filter(|(beyond, ..)| *beyond)
        .map(|(_, error, clause)| error.at(plan, plan.clause(clause)))
        .collect()
}

/// Sentinel's words; it has none above high.
fn severity(word: &str) -> &'static str {
    match word {
        "critical" | "high" => "High",
        "medium" => "Medium",
        "low" => "Low",
        _ => "Informational",
    }
}

fn kind(plan: &Plan) -> Result<Kind, Diagnostic> {
    let frequency = plan.schedule.every;
    match plan.schedule.runs {
        Runs::NearRealTime => return Ok(Kind::Nrt),
        Runs::Scheduled => {}
    }
    let error = |error: RuleError| Err(error.at(plan, plan.clause("schedule")));
    if whole_minutes(frequency) != frequency {
        return error(RuleError::NotWholeMinutes { every: frequency });
    }
    let period = whole_minutes(plan.lookback());
    if period >= LONG_PERIOD && frequency < LEAST_FREQUENCY_OF_LONG {
        return error(RuleError::TooOften { every: frequency, period });
    }
    Ok(Kind::Scheduled { frequency, period })
}

fn alert_title(plan: &Plan) -> Result<Option<String>, Diagnostic> {
    let Some(template) = &plan.deployment.alert_title else { return Ok(None) };
    let InBraces { text, columns, has_own } = in_braces(template);
    let length = characters(&text);
    let error = if has_own {
        RuleError::AlertTitleBraces
    } else if columns > MOST_TITLE_COLUMNS {
        RuleError::AlertTitleColumns { columns }
    } else if length > LONGEST_TITLE {
        RuleError::AlertTitleTooLong { characters: length }
    } else {
        return Ok(Some(text));
    };
    Err(error.at(plan, template.span))
}

/// The connectors of what is read, in the order of their names, and a note where one is not known.
fn connectors(plan: &Plan) -> (Vec<Connector>, Option<Diagnostic>) {
    let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut unknown = BTreeSet::new();
    for leg in plan.legs() {
        let table = &leg.source.kql;
        match &table.connector {
            Some(connector) => {
                known.entry(connector).or_default().insert(&table.table);
            }
            None => {
                unknown.insert(table.table.clone());
            }
        }
    }
    let of = |(id, tables): (&str, BTreeSet<&str>)| Connector {
        id: id.to_owned(),
        data_types: tables.into_iter().map(str::to_owned).collect(),
    };
    let tables: Vec<String> = unknown.into_iter().collect();
    let note = (!tables.is_empty()).then(|| RuleError::NoConnector { tables }.at(plan, plan.clause("from")));
    (known.into_iter().map(of).collect(), note)
}
