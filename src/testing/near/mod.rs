//! Why something that was expected did not come. One obstacle is taken away at a time and the rule run again: a condition of
//! `where`, the width of the window, a key. What then comes was kept away by that obstacle.

mod chain;
mod condition;
mod event;
mod filter;
mod first;
mod key;
mod pair;
mod told;
mod width;

use crate::plan::test::{Column, ExpectationKind, Grain};
use crate::plan::{Plan, Shape};
use crate::value::Value;

use super::compare::{self, alert_column, column_type, match_column};
use super::{Case, Results, show};

/// How many events or values a message names.
const MOST: usize = 3;

/// Of more events than these no near misses are looked for.
const MOST_EVENTS: usize = 5000;

/// What would have to come.
#[derive(Clone, Copy)]
enum Goal<'a> {
    /// A result with these values.
    Row(Grain, &'a [(Column, Value)]),
    /// More results than these.
    More(Grain, usize),
}

impl Goal<'_> {
    fn is_reached(&self, results: &Results, plan: &Plan) -> bool {
        match self {
            Self::Row(Grain::Match, row) => results.matches.iter().any(|found| compare::fits(found, row, plan)),
            Self::Row(Grain::Alert, row) => results.alerts.iter().any(|alert| compare::alert_fits(alert, row, plan)),
            Self::More(grain, than) => count(results, *grain) > *than,
        }
    }
}

fn count(results: &Results, grain: Grain) -> usize {
    match grain {
        Grain::Match => results.matches.len(),
        Grain::Alert => results.alerts.len(),
    }
}

/// The reasons why an expectation was not met; none where too much came.
pub(super) fn reasons(case: &Case<'_>, expected: &ExpectationKind, results: &Results) -> Vec<String> {
    match expected {
        ExpectationKind::None => Vec::new(),
        ExpectationKind::Count(wanted, grain) => {
            let found = count(results, *grain);
            if *wanted <= found as u64 { Vec::new() } else { obstacles(case, Goal::More(*grain, found), &[]) }
        }
        ExpectationKind::Row(grain, row) => {
            let mut reasons = differences(case, *grain, row, results);
            if reasons.is_empty() {
                reasons = obstacles(case, Goal::Row(*grain, row), row);
            }
            if reasons.is_empty() {
                reasons = obstacles(case, Goal::More(*grain, count(results, *grain)), row);
            }
            reasons
        }
    }
}

/// What the result that comes closest has instead of what was expected. One that differs in key or time is another result.
fn differences(case: &Case<'_>, grain: Grain, row: &[(Column, Value)], results: &Results) -> Vec<String> {
    let plan = case.plan;
    let differing = |value: &dyn Fn(Column) -> Value| {
        row.iter().filter(|one| !compare::has(value, one, plan)).map(|(column, _)| *column).collect::<Vec<_>>()
    };
    let is_other = |column: &Column| matches!(column, Column::Key(_)) || row.len() == 1 && *column == Column::Time;
    let mut closest: Option<(Vec<Column>, String, usize)> = None;
    for index in 0..count(results, grain) {
        let value = |column| match grain {
            Grain::Match => match_column(&results.matches[index], column),
            Grain::Alert => alert_column(&results.alerts[index], column),
        };
        let columns = differing(&value);
        if columns.iter().any(is_other) || closest.as_ref().is_some_and(|(_, _, least)| *least <= columns.len()) {
            continue;
        }
        let told = columns.iter().map(|column| {
            let ty = column_type(*column, plan);
            format!("`{}` is {}", column_name(*column, plan), show::value(&value(*column), &ty, case.test.start))
        });
        let time = match grain {
            Grain::Match => results.matches[index].time,
            Grain::Alert => results.alerts[index].first.time,
        };
        let told = format!(
            "{} at {} comes closest: {}",
            if grain == Grain::Match { "the match" } else { "the alert" },
            show::offset(time - case.test.start),
            told.collect::<Vec<_>>().join(", ")
        );
        let count = columns.len();
        closest = Some((columns, told, count));
    }
    match closest {
        // It fits, but another expectation needs it.
        Some((columns, ..)) if columns.is_empty() => {
            vec!["each expectation needs a result of its own, and there are not enough of these".to_owned()]
        }
        Some((_, told, _)) => vec![told],
        None => Vec::new(),
    }
}

fn column_name(column: Column, plan: &Plan) -> &str {
    match column {
        Column::Key(place) => &plan.fields[plan.shape.key()[place].0].name,
        Column::Show(place) => &plan.show[place].name,
        Column::Time => "time",
        Column::EventId => "event_id",
        Column::FirstTime => "first_time",
        Column::LastTime => "last_time",
        Column::Matches => "matches",
        Column::EventIds => "event_ids",
    }
}

/// What keeps a goal from being reached. `row` says whose results matter.
fn obstacles(case: &Case<'_>, goal: Goal<'_>, row: &[(Column, Value)]) -> Vec<String> {
    if case.events.is_empty() {
        return vec!["the test has no events".to_owned()];
    }
    if case.events.len() > MOST_EVENTS {
        return vec![format!(
            "with more than {MOST_EVENTS} events, nobody would wait for the reason: try it with fewer"
        )];
    }
    let mut reasons = filter::obstacles(case, goal);
    match &case.plan.shape {
        Shape::Single => {}
        Shape::Consecutive(consecutive) => reasons.extend(pair::missed(case, consecutive)),
        Shape::Sequence(sequence) => reasons.extend(chain::missed(case, sequence)),
        Shape::FirstSeen(first_seen) => reasons.extend(first::missed(case, first_seen, row)),
        Shape::Window(window) => {
            reasons.extend(condition::unmet(case, window, row));
            reasons.extend(width::too_short(case, window, goal));
        }
        Shape::Tumbling(window) => reasons.extend(condition::unmet(case, window, row)),
    }
    reasons.extend(event::in_the_way(case, goal));
    reasons.extend(key::obstacles(case, goal));
    if reasons.is_empty() {
        reasons.extend(filter::not_passed(case));
    }
    reasons
}

/// `a, b, c and 2 more`
fn list(mut all: Vec<String>) -> String {
    let more = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    let text = all.join(", ");
    if more > 0 { format!("{text} and {more} more") } else { text }
}
