//! Self-tests: a rule's query over the events of its tests, which stand in it as data, to paste into a real product. It gives a row for
//! each test that says `pass`, or what was not found and what was not expected.
//!
//! The query is the one that the target's writer gives for a fixed period. `record` writes events as records of their logs; the
//! targets' own files put those in place of the logs, and compare what is found with what the evaluator finds.

mod kql;
mod record;
mod spl;

use std::sync::Arc;

use super::sql::selftest::write as sql_selftest;
use super::{Grain, Options, Period, Query, Target};
use crate::diagnostic::Diagnostic;
use crate::plan::test::{Joined, Part, Table};
use crate::plan::{Placement, Plan};
use crate::types::Type;
use crate::value::Value;

use record::{Form, moment};

/// Why there is no self-test.
#[derive(Clone, Debug)]
pub enum Refused {
    /// The target cannot do the rule.
    Gaps(Vec<Diagnostic>),
    /// An event cannot be written as a record: source and field.
    Record(String),
}

/// Writes the self-test of a rule.
///
/// # Errors
/// When the target cannot do the rule, or an event cannot be written as a record.
pub fn write(joined: &Joined, target: Target, grain: Grain) -> Result<Query, Refused> {
    let plan = with_lists(&joined.plan);
    let options = Options { grain, period: Period::Hunt { from: joined.period.0, to: joined.period.1 } };
    let query = |plan: &Plan| super::write(plan, target, options).map_err(Refused::Gaps);
    let records = |form: Form| record::write(&plan, &joined.events, form).map_err(Refused::Record);
    let mut query = match target {
        Target::Kql => {
            let records = records(Form::Kql)?;
            let query = query(&records.plan)?;
            Query { text: kql::write(&query.text, &records, joined), ..query }
        }
        Target::Spl => {
            let records = records(Form::Spl)?;
            let query = query(&records.plan)?;
            Query { text: spl::write(&query.text, &records, joined), ..query }
        }
        Target::Sql(dialect) => {
            let query = query(&plan)?;
            Query { text: sql_selftest(&query.text, &plan, joined, dialect), ..query }
        }
    };
    query.uploads.clear();
    Ok(query)
}

/// Every list stands in the query, however long it is: a self-test reads nothing from outside.
fn with_lists(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    for list in &mut plan.lists {
        if list.placement == Placement::Outside {
            Arc::make_mut(list).placement = Placement::InQuery;
        }
    }
    plan
}

/// What the header of a self-test says, a line each.
pub fn explanation(joined: &Joined, product: &str, own: &[String]) -> Vec<String> {
    let tests = if joined.parts.len() == 1 { "test" } else { "tests" };
    let mut lines = vec![
        format!("Self-test of rule {} for {product}: paste it, run it.", joined.plan.name),
        format!(
            "It reads no log: the events of {} {tests} stand in it. A row a test says pass, or what was not found and what was not expected.",
            joined.parts.len()
        ),
        "What is expected is what `tokentrail run` finds in these events. Tests lie weeks apart, with ids of their own.".to_owned(),
        "It asks about a fixed period: what a scheduled query adds, looking at when events arrived, is not tested here.".to_owned(),
    ];
    if !own.is_empty() {
        lines.push(format!(
            "Not read from records but given, since these events cannot have it otherwise: {}",
            own.join(", ")
        ));
    }
    lines
}

/// The test that a row is of, by the time of the row: `write` gives the condition that it is before a moment and the name.
pub fn tests<T>(parts: &[Part], write: impl Fn(Option<i64>, &str) -> T) -> Vec<T> {
    let next = parts.iter().skip(1).map(|part| Some(part.from)).chain([None]);
    parts.iter().zip(next).map(|(part, end)| write(end, &part.name)).collect()
}

/// The place of the column by whose time a row belongs to a test.
pub fn time_column(expected: &Table) -> usize {
    let is_time = |name: &str| name == "time" || name == "first_time";
    expected.columns.iter().position(|(name, _)| is_time(name)).unwrap_or_default()
}

/// The test of an expected row.
pub fn test_of<'j>(joined: &'j Joined, row: &[Value]) -> &'j str {
    let time = match row.get(time_column(&joined.expected)) {
        Some(Value::Time(time)) => *time,
        _ => i64::MIN,
    };
    let part = joined.parts.iter().rev().find(|part| part.from <= time).or(joined.parts.first());
    part.map_or("", |part| part.name.as_str())
}

/// A number in the unit in which it is shown.
fn shown(number: f64, ty: &Type) -> f64 {
    match ty {
        Type::Distance => number / 1000.0,
        Type::Speed => number * 3.6,
        Type::String
        | Type::Name
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Time
        | Type::Duration
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Asn
        | Type::Location
        | Type::Enum(_)
        | Type::Id(..)
        | Type::Set(_) => number,
    }
}

/// How a value is compared: fractions by thousandths, durations by milliseconds, times by microseconds, sets in order.
fn spelled(value: &Value, ty: &Type) -> String {
    #[expect(clippy::cast_precision_loss, reason = "exact below 285 years")]
    match value {
        Value::Missing | Value::Location(..) => String::new(),
        Value::Float(number) => format!("{:.0}", shown(*number, ty) * 1000.0),
        Value::Duration(micros) => format!("{:.0}", *micros as f64 / 1000.0),
        Value::Time(micros) => micros.to_string(),
        Value::Set(values) if !is_compared_by_value(ty) => values.len().to_string(),
        Value::Set(values) => {
            let mut texts: Vec<String> = values.iter().filter_map(record::text_of).collect();
            texts.sort();
            texts.join(", ")
        }
        Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Ip(_) | Value::Cidr(_) => {
            record::text_of(value).unwrap_or_default()
        }
    }
}

/// Whether a set is compared by its values. Times and fractions are written differently inside of sets, so that only their number
/// is looked at.
pub fn is_compared_by_value(ty: &Type) -> bool {
    let Type::Set(inner) = ty else { return true };
    match inner.as_ref() {
        Type::Float | Type::Time | Type::Duration | Type::Location | Type::Distance | Type::Speed | Type::Set(_) => {
            false
        }
        Type::String
        | Type::Name
        | Type::Int
        | Type::Bool
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Asn
        | Type::Enum(_)
        | Type::Id(..) => true,
    }
}

/// A row as it is compared: `token=T1; time=…`.
pub fn row_text(expected: &Table, row: &[Value]) -> String {
    let cells = expected.columns.iter().zip(row).map(|((name, ty), value)| format!("{name}={}", spelled(value, ty)));
    cells.collect::<Vec<_>>().join("; ")
}
