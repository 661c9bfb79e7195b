//! `hops(f)`: how often a field changes from one event that has it to the next.
//!
//! The changes of a key are counted up over its events in their order. The events of a window follow each other in that order, so
//! that its changes are the difference between its greatest count and its least.

use crate::library::aggregate::AggregateFunction;
use crate::plan::{Aggregate, Expr, Plan};

use super::Writer;
use super::aggregate;
use super::evaluation;
use super::expr::Columns;
use super::matches;
use super::names::Own;
use super::shape;

/// Whether an expression counts changes.
pub fn are_in(plan: &Plan, expr: &Expr) -> bool {
    shape::aggregates_of(expr).into_iter().any(|index| is_hops(&plan.aggregates[index]))
}

fn is_hops(aggregate: &Aggregate) -> bool {
    aggregate.function == AggregateFunction::Hops
}

/// The steps that count changes up, a column for each aggregate of changes.
pub fn columns(writer: &Writer<'_>) -> Vec<String> {
    let aggregates = writer.plan.aggregates.iter().enumerate().filter(|(_, aggregate)| is_hops(aggregate));
    aggregates.flat_map(|(index, aggregate)| count_up(writer, index, aggregate)).collect()
}

fn count_up(writer: &Writer<'_>, index: usize, aggregate: &Aggregate) -> Vec<String> {
    let Some(argument) = &aggregate.argument else { return Vec::new() };
    let value = aggregate::operand(writer, index);
    let [lacks, changed] = [Own::Lacks, Own::Changed].map(|own| writer.own(own));
    let so_far = writer.names.changes(index);
    let mut same: Vec<String> = evaluation::key(writer).iter().map(|key| format!("{key} == prev({key})")).collect();
    same.push(format!("{value} != prev({value})"));
    let optional = writer.scope(Columns::Event).is_optional(argument);
    let mut steps = Vec::new();
    if optional {
        let test = if argument.ty.is_held_as_text() { "isempty" } else { "isnull" };
        steps.push(format!("extend {lacks} = {test}({value})"));
        same.insert(0, format!("not({lacks})"));
    }
    // Events without a value come behind all others of their key, where they part no two of these.
    let within = if optional { vec![lacks.clone()] } else { Vec::new() };
    steps.push(matches::sorted(writer, &within));
    steps.push(format!("extend {changed} = iff({}, 1, 0)", same.join(" and ")));
    steps.push(format!("extend {so_far} = row_cumsum({changed})"));
    if optional {
        steps.push(format!("extend {so_far} = iff({lacks}, long(null), {so_far})"));
    }
    steps.push(format!("project-away {}", if optional { format!("{lacks}, {changed}") } else { changed }));
    steps
}
