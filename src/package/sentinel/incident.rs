//! Which alerts make one incident, which are kept back, and the details that this needs.
//!
//! Sentinel can keep back all alerts of a rule for a time, but not those of one key. `suppress 4h` therefore makes one incident
//! of the alerts of a key: those of the next four hours join it.

use std::ops::RangeInclusive;

use crate::diagnostic::Diagnostic;
use crate::plan::deploy::GroupBy;
use crate::plan::{DAY, Plan, SECOND, Suppressed};
use crate::source::Span;

use super::error::{MOST_DETAILS, RuleError};
use super::rule::Grouping;
use crate::package::duration::whole_minutes;

const MINUTE: i64 = 60 * SECOND;
/// The longest name of a detail; those of the rule's own are not longer.
const LONGEST_DETAIL_NAME: usize = 20;
/// How long a rule may rest after an alert: `suppressionDuration`.
const REST: RangeInclusive<i64> = 5 * MINUTE..=DAY;
/// How long after its first alert an incident may take more: what the portal offers. The API's definition names no range.
const LOOKBACK: RangeInclusive<i64> = 5 * MINUTE..=7 * DAY;

/// What of a rule is about more than one alert.
#[derive(Debug)]
pub struct Incidents {
    /// Names and columns.
    pub details: Vec<(String, String)>,
    /// How long the whole rule rests, in microseconds.
    pub suppression: Option<i64>,
    /// Which alerts make one incident.
    pub grouping: Option<Grouping>,
    /// Where this differs from what was written.
    pub notes: Vec<Diagnostic>,
}

/// Details, suppression and grouping of a rule.
///
/// # Errors
/// Every limit that they go beyond.
pub fn incidents(plan: &Plan) -> Result<Incidents, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut details = Details { plan, entries: Vec::new(), spans: Vec::new() };
    for detail in &plan.deployment.details {
        details.add(detail.name.clone(), detail.column.clone(), detail.span);
    }
    let suppress = plan.deployment.suppress;
    let by_key = suppress.filter(|suppress| suppress.of == Suppressed::Key).map(|suppress| suppress.time);
    let suppression = suppress.filter(|suppress| suppress.of == Suppressed::Rule).map(|suppress| suppress.time);
    let mut notes = Vec::new();
    let grouping = match (&plan.deployment.group, by_key) {
        (Some(group), _) => {
            if by_key.is_some() {
                notes.push(RuleError::GroupedOtherwise.at(plan, plan.clause("suppress")));
            }
            errors.extend(out_of_range(plan, "group", group.span, group.within, LOOKBACK));
            let by = group.by.clone();
            Some(Grouping { by, lookback: whole_minutes(group.within), reopen: group.reopen })
        }
        (None, Some(time)) => {
            let span = plan.clause("suppress");
            errors.extend(out_of_range(plan, "suppress", span, time, LOOKBACK));
            Some(Grouping { by: by_key_of(plan, &mut details), lookback: whole_minutes(time), reopen: false })
        }
        (None, None) => None,
    };
    if let Some(time) = suppression {
        errors.extend(out_of_range(plan, "suppress", plan.clause("suppress"), time, REST));
    }
    errors.extend(details.too_many());
    if errors.is_empty() {
        Ok(Incidents { details: details.entries, suppression: suppression.map(whole_minutes), grouping, notes })
    } else {
        Err(errors)
    }
}

fn out_of_range(
    plan: &Plan,
    what: &'static str,
    span: Span,
    time: i64,
    range: RangeInclusive<i64>,
) -> Option<Diagnostic> {
    let error = RuleError::TimeOutOfRange { what, time, range: (*range.start(), *range.end()) };
    (!range.contains(&time)).then(|| error.at(plan, span))
}

/// The details of a key, which are added where they are missing. Without a key all alerts of the rule have the same.
fn by_key_of(plan: &Plan, details: &mut Details<'_>) -> GroupBy {
    let span = plan.clause("suppress");
    let key: Vec<&str> = plan.columns().into_iter().filter(|column| column.is_key).map(|column| column.name).collect();
    if key.is_empty() {
        return GroupBy::Rule;
    }
    GroupBy::Some { entities: Vec::new(), details: key.into_iter().map(|name| details.of_column(name, span)).collect() }
}

/// Details under way, and where each is asked for.
struct Details<'p> {
    plan: &'p Plan,
    entries: Vec<(String, String)>,
    spans: Vec<Span>,
}

impl Details<'_> {
    fn add(&mut self, name: String, column: String, span: Span) {
        self.entries.push((name, column));
        self.spans.push(span);
    }

    /// The name of the detail of a column: one that is there, or a new one called like the column.
    fn of_column(&mut self, column: &str, span: Span) -> String {
        if let Some((name, _)) = self.entries.iter().find(|(_, known)| known == column) {
            return name.clone();
        }
        let name = self.free_name(column);
        self.add(name.clone(), column.to_owned(), span);
        name
    }

    /// A name that no detail has, as much of the wanted one as there is room for.
    fn free_name(&self, wanted: &str) -> String {
        let wanted = wanted.trim_start_matches(|first: char| !first.is_ascii_alphabetic());
        let wanted = if wanted.is_empty() { "key" } else { wanted };
        let cut = |most: usize| wanted.chars().take(most).collect::<String>();
        let numbered = (2_u32..).map(|number| {
            let number = format!("_{number}");
            cut(LONGEST_DETAIL_NAME.saturating_sub(number.len())) + &number
        });
        let mut names = std::iter::once(cut(LONGEST_DETAIL_NAME)).chain(numbered);
        names.find(|name| self.entries.iter().all(|(known, _)| known != name)).unwrap_or_default()
    }

    fn too_many(&self) -> Option<Diagnostic> {
        let first_too_many = self.spans.get(MOST_DETAILS)?;
        Some(RuleError::TooManyDetails { details: self.entries.len() }.at(self.plan, *first_too_many))
    }
}
