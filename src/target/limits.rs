//! How much a target takes: the length of a query, how often it runs, how far back it looks.
//!
//! A query that is too long is first made shorter, and refused only when that does not do.

use super::error::{MAX_CHARACTERS, TargetError, TargetErrorKind};
use super::kql::{self, Written};
use super::{Options, Period};
use crate::diagnostic::Diagnostic;
use crate::plan::{Plan, SECOND};
use crate::source::Place;

const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 86_400 * SECOND;

/// How often Sentinel runs a scheduled rule, in microseconds.
pub const FREQUENCY: std::ops::RangeInclusive<i64> = 5 * MINUTE..=14 * DAY;
/// How far back a scheduled rule of Sentinel's looks at most, in microseconds.
pub const LONGEST_LOOKBACK: i64 = 14 * DAY;

/// The query for Sentinel.
///
/// # Errors
/// Every limit of scheduled rules that it goes beyond. A query for a fixed period has none.
pub fn sentinel(plan: &Plan, options: Options) -> Result<String, Vec<Diagnostic>> {
    let written = kql::write(plan, options);
    if matches!(options.period, Period::Hunt { .. }) {
        return Ok(written.text());
    }
    let (text, length) = match fitting(&written) {
        Ok(text) => (text, None),
        Err(characters) => {
            (String::new(), Some(TargetErrorKind::QueryTooLong { characters, parts: written.lengths() }))
        }
    };
    let errors: Vec<Diagnostic> = schedule(plan).into_iter().chain(length).map(|kind| at_rule(plan, kind)).collect();
    if errors.is_empty() { Ok(text) } else { Err(errors) }
}

/// The text that a scheduled rule takes: as it is, or in fewer characters. If that is still too long, how many it has.
fn fitting(written: &Written) -> Result<String, usize> {
    let text = written.text();
    if kql::characters(&text) <= MAX_CHARACTERS {
        return Ok(text);
    }
    let short = written.short_text();
    let characters = kql::characters(&short);
    if characters <= MAX_CHARACTERS { Ok(short) } else { Err(characters) }
}

/// What is wrong with how often a rule runs and how far back it looks. It never looks back less than the time between two runs.
fn schedule(plan: &Plan) -> Vec<TargetErrorKind> {
    let (every, lookback, reach) = (plan.schedule.every, plan.lookback(), plan.reach());
    let mut kinds = Vec::new();
    if lookback > LONGEST_LOOKBACK {
        kinds.push(TargetErrorKind::LooksBackTooFar { lookback, reach, most: LONGEST_LOOKBACK });
    }
    if !FREQUENCY.contains(&every) {
        kinds.push(TargetErrorKind::BadFrequency { every });
    }
    kinds
}

/// What is wrong with a scheduled rule where logs are kept so many microseconds: older events that it needs are gone.
#[must_use]
pub fn retention(plan: &Plan, kept: i64) -> Option<Diagnostic> {
    let (lookback, reach) = (plan.lookback(), plan.reach());
    (lookback > kept).then(|| at_rule(plan, TargetErrorKind::LongerThanKept { lookback, reach, kept }))
}

fn at_rule(plan: &Plan, kind: TargetErrorKind) -> Diagnostic {
    TargetError { place: Place { source: plan.source, span: plan.name_span }, kind }.diagnostic()
}
