//! Aggregates as window functions: the same text over the events of a sliding window and over those of a bucket.

use crate::library::aggregate::AggregateFunction;
use crate::plan::{Aggregate, Expr};
use crate::target::fragment::Strength;
use crate::types::Type;

use super::dialect::Extreme;
use super::expr::Scope;
use super::magnitude::is_whole;
use super::names::{Of, own};
use super::{Writer, baseline, prevalence};

/// The column of an aggregate.
pub fn column(index: usize) -> String {
    format!("a{}", index + 1)
}

/// The column that counts the changes of what a `hops` is over, event by event.
pub fn changes(index: usize) -> String {
    format!("changes{}", index + 1)
}

/// An aggregate over the window `over` (`OVER w`).
pub fn value(writer: &Writer<'_>, index: usize, over: &str) -> String {
    use AggregateFunction as F;
    let scope = &writer.scope(Of::Event);
    let aggregate = &scope.plan.aggregates[index];
    let dialect = scope.dialect;
    let argument = || aggregate.argument.as_ref().map(|argument| scope.value(argument).text).unwrap_or_default();
    match aggregate.function {
        F::Count => count(scope, aggregate.argument.as_ref(), Sense::Holds, over),
        F::Distinct => dialect.count_distinct(&argument(), over),
        F::Values => dialect.values(&argument(), over),
        F::Min => format!("min({}) {over}", argument()),
        F::Max => format!("max({}) {over}", argument()),
        F::Sum => sum(scope, aggregate, over),
        F::Avg => mean(scope, aggregate, over),
        F::First => dialect.extreme(&argument(), &order(), Extreme::First, over),
        F::Last => dialect.extreme(&argument(), &order(), Extreme::Last, over),
        F::Any => dialect.flag(&format!("{} > 0", count(scope, aggregate.argument.as_ref(), Sense::Holds, over))),
        F::All => dialect.flag(&format!("{} = 0", count(scope, aggregate.argument.as_ref(), Sense::Fails, over))),
        F::Ratio => {
            let holding = count(scope, aggregate.argument.as_ref(), Sense::Holds, over);
            format!("CAST({holding} AS {}) / count(*) {over}", dialect.real())
        }
        F::Span => format!("max(f_time) {over} - min(f_time) {over}"),
        // These are not over the window.
        F::Mean | F::Deviation => baseline::value(writer, index).unwrap_or_default(),
        F::Prevalence => prevalence::value(writer, index).unwrap_or_default(),
        F::Hops => {
            let changes = changes(index);
            format!("coalesce(max({changes}) {over} - min({changes}) {over}, 0)")
        }
    }
}

/// What a baseline counts, over the events of a bucket.
pub fn of_bucket(scope: &Scope<'_>, index: usize, over: &str) -> String {
    let aggregate = &scope.plan.aggregates[index];
    match (aggregate.earlier.map(|earlier| earlier.of), &aggregate.argument) {
        (Some(AggregateFunction::Distinct), Some(argument)) => {
            scope.dialect.count_distinct(&scope.value(argument).text, over)
        }
        (_, condition) => count(scope, condition.as_ref(), Sense::Holds, over),
    }
}

/// What events come after each other by: time, id (a missing one first), source.
fn order() -> [String; 3] {
    let id = format!("coalesce({}, '')", Of::Event.column("event_id"));
    [Of::Event.column("time"), id, Of::Event.column(own::SOURCE)]
}

/// The sum of an aggregate's argument before it is cut to its type; NULL over no values.
fn total(scope: &Scope<'_>, argument: &Expr, over: &str) -> String {
    let value = scope.value(argument).text;
    if is_whole(&argument.ty) {
        scope.dialect.sum_of_whole(&value, over)
    } else {
        scope.dialect.sum_of_real(&value, over)
    }
}

/// 0 over no values; missing beyond what the type holds.
fn sum(scope: &Scope<'_>, aggregate: &Aggregate, over: &str) -> String {
    let Some(argument) = &aggregate.argument else { return "0".to_owned() };
    let total = total(scope, argument, over);
    if is_whole(&aggregate.ty) {
        return scope.dialect.try_whole(&format!("coalesce({total}, 0)"));
    }
    // Missing beyond the largest float, but 0 over nothing.
    scope.dialect.finite(&format!("coalesce({total}, 0e0)"))
}

/// Missing over no values. A mean of durations is in whole microseconds, rounded down.
fn mean(scope: &Scope<'_>, aggregate: &Aggregate, over: &str) -> String {
    let (dialect, Some(argument)) = (scope.dialect, &aggregate.argument) else { return "NULL".to_owned() };
    let total = total(scope, argument, over);
    let count = format!("nullif(count({}) {over}, 0)", scope.value(argument).text);
    if aggregate.ty == Type::Duration {
        return dialect.try_whole(&dialect.floor_divide(&total, &count));
    }
    dialect.finite(&format!("CAST({total} AS {}) / {count}", dialect.real()))
}

/// Whether a condition is counted where it holds or where it does not.
#[derive(Clone, Copy)]
enum Sense {
    Holds,
    Fails,
}

fn count(scope: &Scope<'_>, condition: Option<&Expr>, sense: Sense, over: &str) -> String {
    let Some(condition) = condition else { return format!("count(*) {over}") };
    let test = match sense {
        Sense::Holds => scope.holds(condition),
        Sense::Fails => scope.fails(condition),
    };
    format!("count(CASE WHEN {} THEN 1 END) {over}", test.at(Strength::Or))
}
