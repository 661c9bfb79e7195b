//! How much a target takes: the length of a query, how often it runs, how far back it looks.
//!
//! A query that is too long is first written in fewer characters, then its lists leave it one by one; only when that does not do
//! it is refused.

use super::error::{MAX_CHARACTERS, TargetError, TargetErrorKind};
use super::kql::{self, Written};
use super::outside::{self, Upload};
use super::{Options, Period, Target};
use crate::diagnostic::Diagnostic;
use crate::plan::{Plan, Runs, SECOND};
use crate::source::Place;

const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 86_400 * SECOND;

/// How often Sentinel runs a scheduled rule, in microseconds.
pub const FREQUENCY: std::ops::RangeInclusive<i64> = 5 * MINUTE..=14 * DAY;
/// How far back a scheduled rule of Sentinel's looks at most, in microseconds.
pub const LONGEST_LOOKBACK: i64 = 14 * DAY;

/// The query for Sentinel with further columns at its end, and the lists that must be uploaded for it.
///
/// # Errors
/// Every limit of scheduled rules that it goes beyond. A query for a fixed period has none.
pub fn sentinel(
    plan: &Plan,
    options: Options,
    columns: &[(String, String)],
) -> Result<(String, Vec<Upload>), Vec<Diagnostic>> {
    let write = |plan: &Plan| kql::write(plan, options).with_columns(columns);
    let written = write(plan);
    if matches!(options.period, Period::Hunt { .. }) {
        return Ok((written.text(), outside::uploads(plan, Target::Kql)));
    }
    fitted(plan, &write, schedule(plan))
}

/// The query for a custom detection of Defender's with further columns at its end, and the lists that must be uploaded for it. It
/// is as long as one of Sentinel's at most, which runs it where only Sentinel's logs are read; when it runs is another matter.
///
/// # Errors
/// When it is too long.
pub fn defender(
    plan: &Plan,
    options: Options,
    columns: &[(String, String)],
) -> Result<(String, Vec<Upload>), Vec<Diagnostic>> {
    fitted(plan, &|plan| kql::write(plan, options).with_columns(columns), Vec::new())
}

/// A query that is not too long, unless something else is wrong with it.
fn fitted(
    plan: &Plan,
    write: &dyn Fn(&Plan) -> Written,
    mut kinds: Vec<TargetErrorKind>,
) -> Result<(String, Vec<Upload>), Vec<Diagnostic>> {
    let written = write(plan);
    match fitting(&written).or_else(|| without_lists(plan, write)) {
        Some((text, moved)) if kinds.is_empty() => {
            return Ok((text, outside::uploads(moved.as_ref().unwrap_or(plan), Target::Kql)));
        }
        Some(_) => {}
        None => {
            let characters = kql::characters(&written.short_text());
            kinds.push(TargetErrorKind::QueryTooLong { characters, parts: written.lengths() });
        }
    }
    Err(kinds.into_iter().map(|kind| at_rule(plan, kind)).collect())
}

/// A text that a scheduled rule takes, and the plan that it was written from where that is another than the rule's.
type Fitting = (String, Option<Plan>);

/// The text as it is, or in fewer characters, where a scheduled rule takes it.
fn fitting(written: &Written) -> Option<Fitting> {
    let fits = |text: &String| kql::characters(text) <= MAX_CHARACTERS;
    let text = Some(written.text()).filter(fits).or_else(|| Some(written.short_text()).filter(fits))?;
    Some((text, None))
}

/// The same with one list after the other moved out of the query, the longest first.
fn without_lists(plan: &Plan, write: impl Fn(&Plan) -> Written) -> Option<Fitting> {
    let mut shorter = outside::with_one_more(plan)?;
    loop {
        if let Some((text, _)) = fitting(&write(&shorter)) {
            return Some((text, Some(shorter)));
        }
        shorter = outside::with_one_more(&shorter)?;
    }
}

/// How late events may be at most for Sentinel to run a rule near real time over them, in microseconds.
/// Source: learn.microsoft.com/azure/sentinel/near-real-time-rules, considerations.
pub const LATEST_NEAR_REAL_TIME: i64 = 12 * 60 * MINUTE;

/// What is wrong with how often a rule runs and how far back it looks: near real time that is given. It never looks back less than the time between two runs.
fn schedule(plan: &Plan) -> Vec<TargetErrorKind> {
    let (every, lookback, reach) = (plan.schedule.every, plan.lookback(), plan.reach());
    let mut kinds = Vec::new();
    match plan.schedule.runs {
        Runs::Scheduled => {}
        Runs::NearRealTime if plan.schedule.delay < LATEST_NEAR_REAL_TIME => return kinds,
        Runs::NearRealTime => return vec![TargetErrorKind::TooLate { delay: plan.schedule.delay }],
    }
    if lookback > LONGEST_LOOKBACK {
        kinds.push(TargetErrorKind::LooksBackTooFar { lookback, reach, most: LONGEST_LOOKBACK });
    }
    if !FREQUENCY.contains(&every) {
        kinds.push(TargetErrorKind::BadFrequency { every });
    }
    kinds
}

/// Where a rule of Sentinel's that runs near real time differs from the language: it knows nothing of the minutes before.
#[must_use]
pub fn copies(plan: &Plan, target: Target) -> Option<Diagnostic> {
    let given = target == Target::Kql && plan.schedule.runs == Runs::NearRealTime;
    let place = Place { source: plan.source, span: plan.clause("schedule") };
    given.then(|| TargetError { place, kind: TargetErrorKind::CopiesReported }.diagnostic())
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
