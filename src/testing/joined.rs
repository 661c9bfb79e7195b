//! The tests of a rule as one set of events, to ask another engine about all of them at once.
//!
//! Each test is moved in time behind the one before, so far that no match reaches from one to the other, and by whole weeks, so that
//! hours, days and buckets stay what they are. Ids get the number of the test, so that nothing becomes a copy.

use crate::engine::event::{Event, Layout};
use crate::plan::test::{Column, Grain, Joined, Occurrence, Part, Table, Test};
use crate::plan::{DAY, Plan, Shape};
use crate::types::Type;
use crate::value::Value;

use super::compare::{alert_column, column_type, match_column};
use super::{Results, Surroundings, evaluate, events, layout};

const WEEK: i64 = 7 * DAY;

/// Joins tests of a rule that have the same parameters. `plan` is the rule's; a test that sets parameters has its own.
///
/// # Errors
/// Why the events of a test cannot be made, with the name of the test.
pub fn join(tests: &[&Test], plan: &Plan, grain: Grain, around: &Surroundings<'_>) -> Result<Joined, String> {
    let plan = tests.first().and_then(|test| test.plan.as_deref()).unwrap_or(plan);
    let layout = layout(plan, around);
    let (mut parts, mut all) = (Vec::new(), Vec::new());
    let mut end: Option<i64> = None;
    for (number, test) in tests.iter().enumerate() {
        let wrong = |reason| format!("the events of the test \"{}\" cannot be made: {reason}", test.name);
        let mut made = events::made(test, &layout, around).map_err(wrong)?;
        let first = made.iter().map(|event| event.time).min().unwrap_or(test.start);
        let from = end.map_or(first, |end| end.saturating_add(gap(plan)));
        let by = whole_weeks(from - first, plan);
        for event in &mut made {
            move_by(event, by);
            if tests.len() > 1 {
                number_id(event, number + 1);
            }
        }
        let last = made.iter().map(|event| event.time).max().unwrap_or(first + by);
        // A match may stand for a bucket, which begins before its events.
        parts.push(Part { name: test.name.clone(), from: end.map_or(first, |end| end + (first + by - end) / 2) });
        end = Some(last);
        all.extend(made);
    }
    let start = all.iter().map(|event| event.time).min().unwrap_or_default();
    let period = (days_down(start) - DAY, days_down(end.unwrap_or(start)) + 2 * DAY);
    let occurrences = all.iter().filter_map(|event| occurrence(event, plan, &layout, around)).collect();
    let results = evaluate(plan, &layout, &events::ordered(all)?);
    Ok(Joined { expected: table(plan, grain, &results), plan: plan.clone(), parts, events: occurrences, period })
}

fn days_down(time: i64) -> i64 {
    time.div_euclid(DAY) * DAY
}

/// How long after a test nothing depends on it any more.
fn gap(plan: &Plan) -> i64 {
    let alert = plan.shape.width().unwrap_or(0);
    plan.reach().saturating_add(plan.wait()).saturating_add(alert).saturating_add(DAY).saturating_mul(2)
}

/// The least number of whole weeks that is no less; of whole buckets too, where a bucket is no part of a week.
fn whole_weeks(least: i64, plan: &Plan) -> i64 {
    let bucket = if let Shape::Tumbling(window) = &plan.shape { window.width } else { WEEK };
    let unit = if WEEK % bucket == 0 { WEEK } else { WEEK.saturating_mul(bucket / DAY).max(WEEK) };
    if least <= 0 { 0 } else { least.div_euclid(unit).saturating_add(1).saturating_mul(unit) }
}

fn move_by(event: &mut Event, by: i64) {
    event.time += by;
    for value in &mut event.values {
        if let Value::Time(time) = value {
            *time += by;
        }
    }
}

fn number_id(event: &mut Event, number: usize) {
    if let Some(id) = event.event_id.as_text() {
        // In front, and of one length, so that the order of ids stays what it is.
        event.event_id = Value::text(&format!("{number:02}-{id}"));
    }
}

fn occurrence(event: &Event, plan: &Plan, layout: &Layout, around: &Surroundings<'_>) -> Option<Occurrence> {
    let source = *around.catalog.by_name().get(usize::from(event.source))?;
    let slots = layout.of_plan.first()?;
    let value = |index: usize| slots.get(index).map(|slot| layout.value(event, *slot).clone()).unwrap_or_default();
    Some(Occurrence {
        source: source.name.clone(),
        time: event.time,
        event_id: event.event_id.clone(),
        values: (0..plan.fields.len()).map(value).collect(),
    })
}

/// The results in the columns that queries give.
fn table(plan: &Plan, grain: Grain, results: &Results) -> Table {
    let columns = columns(plan, grain);
    let row = |value: &dyn Fn(Column) -> Value| columns.iter().map(|(_, column)| value(*column)).collect();
    let rows = match grain {
        Grain::Match => results.matches.iter().map(|found| row(&|column| match_column(found, column))).collect(),
        Grain::Alert => results.alerts.iter().map(|alert| row(&|column| alert_column(alert, column))).collect(),
    };
    let typed = |(name, column): &(String, Column)| (name.clone(), column_type(*column, plan));
    let columns: Vec<(String, Type)> = columns.iter().map(typed).collect();
    Table { columns, rows }
}

fn columns(plan: &Plan, grain: Grain) -> Vec<(String, Column)> {
    let key = plan.shape.key().iter().enumerate();
    let key = key.map(|(place, index)| (plan.fields[index.0].name.clone(), Column::Key(place)));
    let show = plan.show.iter().enumerate().map(|(place, show)| (show.name.clone(), Column::Show(place)));
    let fixed: &[(&str, Column)] = match grain {
        Grain::Match => &[("time", Column::Time), ("event_id", Column::EventId)],
        Grain::Alert => &[
            ("first_time", Column::FirstTime),
            ("last_time", Column::LastTime),
            ("matches", Column::Matches),
            ("event_ids", Column::EventIds),
        ],
    };
    let fixed = fixed.iter().map(|(name, column)| ((*name).to_owned(), *column));
    key.chain(fixed).chain(show).collect()
}
