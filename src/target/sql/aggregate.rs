//! Aggregates as window functions: the same text over the events of a sliding window and over those of a bucket.

use crate::library::aggregate::AggregateFunction;
use crate::plan::{Aggregate, Expr};
use crate::target::fragment::Strength;
use crate::types::Type;

use super::dialect::Extreme;
use super::expr::Scope;
use super::names::{Of, own};

/// The column of an aggregate.
pub fn column(index: usize) -> String {
    format!("a{}", index + 1)
}

/// The column that counts the changes of what a `hops` is over, event by event.
pub fn changes(index: usize) -> String {
    format!("changes{}", index + 1)
}

/// An aggregate over the window `over` (`OVER w`).
pub fn value(scope: &Scope<'_>, index: usize, over: &str) -> String {
    use AggregateFunction as F;
    let aggregate = &scope.plan.aggregates[index];
    let dialect = scope.dialect;
    let whole = dialect.whole();
    let argument = || aggregate.argument.as_ref().map(|argument| scope.value(argument).text).unwrap_or_default();
    let order = Of::Event.column(own::ORDER);
    match aggregate.function {
        F::Count => count(scope, aggregate.argument.as_ref(), Sense::Holds, over),
        F::Distinct => dialect.count_distinct(&argument(), over),
        F::Values => dialect.values(&argument(), over),
        F::Min => format!("min({}) {over}", argument()),
        F::Max => format!("max({}) {over}", argument()),
        F::Sum if aggregate.ty == Type::Float => format!("coalesce(sum({}) {over}, 0)", argument()),
        F::Sum => format!("coalesce(CAST(sum({}) {over} AS {whole}), 0)", argument()),
        F::Avg => mean(scope, aggregate, &argument(), over),
        F::First => dialect.extreme(&argument(), &order, Extreme::First, over),
        F::Last => dialect.extreme(&argument(), &order, Extreme::Last, over),
        F::Any => format!("{} > 0", count(scope, aggregate.argument.as_ref(), Sense::Holds, over)),
        F::All => format!("{} = 0", count(scope, aggregate.argument.as_ref(), Sense::Fails, over)),
        F::Ratio => {
            let holding = count(scope, aggregate.argument.as_ref(), Sense::Holds, over);
            format!("CAST({holding} AS {}) / count(*) {over}", dialect.real())
        }
        F::Span => format!("max(f_time) {over} - min(f_time) {over}"),
        // The gate has refused them.
        F::Mean | F::Deviation | F::Prevalence => "NULL".to_owned(),
        F::Hops => {
            let changes = changes(index);
            format!("coalesce(max({changes}) {over} - min({changes}) {over}, 0)")
        }
    }
}

/// A mean of durations is in whole microseconds, rounded down.
fn mean(scope: &Scope<'_>, aggregate: &Aggregate, argument: &str, over: &str) -> String {
    let dialect = scope.dialect;
    if aggregate.ty == Type::Duration {
        let sum = format!("CAST(sum({argument}) {over} AS {})", dialect.whole());
        return dialect.floor_divide(&sum, &format!("nullif(count({argument}) {over}, 0)"));
    }
    format!("avg(CAST({argument} AS {})) {over}", dialect.real())
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
