//! Whether what came is what was expected.

use crate::engine::{Alert, Match};
use crate::plan::Plan;
use crate::plan::test::{Column, ExpectationKind, Grain};
use crate::types::Type;
use crate::value::Value;

use super::{Case, Results};

/// How far apart two numbers that are not whole may be to be the same, as a share: three digits are enough to write.
const CLOSE: f64 = 0.005;

/// The expectations that are not met, by index.
pub(super) fn unmet(case: &Case<'_>, results: &Results) -> Vec<usize> {
    let mut unmet = Vec::new();
    let mut rows: Vec<(usize, Vec<usize>)> = Vec::new();
    let offset = results.matches.len();
    for (index, expectation) in case.test.expectations.iter().enumerate() {
        let met = match &expectation.kind {
            ExpectationKind::None => results.matches.is_empty(),
            ExpectationKind::Count(count, Grain::Match) => results.matches.len() as u64 == *count,
            ExpectationKind::Count(count, Grain::Alert) => results.alerts.len() as u64 == *count,
            ExpectationKind::Row(Grain::Match, row) => {
                let fitting = results.matches.iter().enumerate().filter(|(_, found)| fits(found, row, case.plan));
                rows.push((index, fitting.map(|(number, _)| number).collect()));
                continue;
            }
            ExpectationKind::Row(Grain::Alert, row) => {
                let fitting = results.alerts.iter().enumerate().filter(|(_, alert)| alert_fits(alert, row, case.plan));
                rows.push((index, fitting.map(|(number, _)| offset + number).collect()));
                continue;
            }
        };
        if !met {
            unmet.push(index);
        }
    }
    unmet.extend(without_partner(&rows, offset + results.alerts.len()));
    unmet.sort_unstable();
    unmet
}

/// The expectations that are left over when as many as possible have a result of their own: augmenting paths.
fn without_partner(rows: &[(usize, Vec<usize>)], results: usize) -> Vec<usize> {
    let mut taken: Vec<Option<usize>> = vec![None; results];
    let mut left = Vec::new();
    for (row, (index, _)) in rows.iter().enumerate() {
        if !find_partner(row, rows, &mut taken, &mut vec![false; results]) {
            left.push(*index);
        }
    }
    left
}

fn find_partner(row: usize, rows: &[(usize, Vec<usize>)], taken: &mut [Option<usize>], tried: &mut [bool]) -> bool {
    for result in &rows[row].1 {
        if std::mem::replace(&mut tried[*result], true) {
            continue;
        }
        if taken[*result].is_none_or(|other| find_partner(other, rows, taken, tried)) {
            taken[*result] = Some(row);
            return true;
        }
    }
    false
}

/// Whether a match has these values.
pub(super) fn fits(found: &Match, row: &[(Column, Value)], plan: &Plan) -> bool {
    row.iter().all(|one| has(&|column| match_column(found, column), one, plan))
}

/// Whether an alert has these values.
pub(super) fn alert_fits(alert: &Alert, row: &[(Column, Value)], plan: &Plan) -> bool {
    row.iter().all(|one| has(&|column| alert_column(alert, column), one, plan))
}

/// Whether a result has an expected value.
pub(super) fn has(value: &dyn Fn(Column) -> Value, (column, expected): &(Column, Value), plan: &Plan) -> bool {
    same(&value(*column), expected, &column_type(*column, plan))
}

/// The value of a column of a match.
pub(super) fn match_column(found: &Match, column: Column) -> Value {
    match column {
        Column::Key(place) => found.key.get(place).cloned().unwrap_or_default(),
        Column::Show(place) => found.show.get(place).cloned().unwrap_or_default(),
        Column::Time => Value::Time(found.time),
        Column::EventId => found.event_id.clone(),
        Column::FirstTime | Column::LastTime | Column::Matches | Column::EventIds => Value::Missing,
    }
}

/// The value of a column of an alert.
pub(super) fn alert_column(alert: &Alert, column: Column) -> Value {
    match column {
        Column::Key(_) | Column::Show(_) => match_column(&alert.first, column),
        Column::FirstTime => Value::Time(alert.first.time),
        Column::LastTime => Value::Time(alert.last_time),
        Column::Matches => Value::Int(i64::try_from(alert.matches).unwrap_or(i64::MAX)),
        Column::EventIds => {
            let mut ids = alert.first.events.clone();
            ids.sort();
            ids.dedup();
            Value::Set(ids.into())
        }
        Column::Time | Column::EventId => Value::Missing,
    }
}

/// The type of a column.
pub(super) fn column_type(column: Column, plan: &Plan) -> Type {
    match column {
        Column::Key(place) => plan.fields[plan.shape.key()[place].0].ty.clone(),
        Column::Show(place) => plan.show[place].value.ty.clone(),
        Column::Time | Column::FirstTime | Column::LastTime => Type::Time,
        Column::EventId => Type::String,
        Column::Matches => Type::Int,
        Column::EventIds => Type::Set(Box::new(Type::String)),
    }
}

fn same(found: &Value, expected: &Value, ty: &Type) -> bool {
    match (found, expected) {
        (Value::Float(found), Value::Float(expected)) => close(*found, *expected),
        (Value::Location(a, b), Value::Location(c, d)) => close(*a, *c) && close(*b, *d),
        // An average of durations has a fraction.
        (Value::Duration(found), Value::Duration(expected)) if *ty == Type::Duration => {
            (found - expected).unsigned_abs() <= 1
        }
        _ => found == expected,
    }
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= expected.abs() * CLOSE
}

#[cfg(test)]
mod tests {
    use super::{close, without_partner};

    #[test]
    fn three_digits_of_a_number_are_enough() {
        assert!(close(1.0 / 3.0, 0.333));
        assert!(close(877_464.0, 878_000.0));
        assert!(!close(0.65, 1.0));
        assert!(close(0.0, 0.0) && !close(0.001, 0.0));
    }

    #[test]
    fn each_expectation_has_a_result_of_its_own() {
        // The first takes what only it and the second could have, and gives it up.
        assert_eq!(without_partner(&[(0, vec![0, 1]), (1, vec![0])], 2), Vec::<usize>::new());
        assert_eq!(without_partner(&[(0, vec![0]), (1, vec![0]), (2, vec![])], 1), [1, 2]);
    }
}
