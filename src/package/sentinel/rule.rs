//! An analytics rule as Sentinel knows it, before it is spelled in YAML, ARM or Bicep.

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::plan::deploy::{GroupBy, Response};
use crate::target::Upload;

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
    todo!("{}", plan.name)
}
