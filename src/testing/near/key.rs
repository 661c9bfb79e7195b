//! Keys that are missing, or not the same.

use std::collections::BTreeSet;

use crate::engine::event::Event;
use crate::engine::probe::Others;
use crate::plan::{Expr, ExprKind, FieldIndex, Plan, Shape};
use crate::source::Span;
use crate::value::Value;

use super::super::{Case, show};
use super::{Goal, count, filter, list};

/// The key fields without which the goal would be reached.
pub(super) fn obstacles(case: &Case<'_>, goal: Goal<'_>) -> Vec<String> {
    let plan = case.plan;
    // A key that is taken away is no column any more.
    let goal = match goal {
        Goal::Row(grain, _) => Goal::More(grain, count(&case.evaluate(plan), grain)),
        more @ Goal::More(..) => more,
    };
    let mut reasons = Vec::new();
    for (place, field) in plan.shape.key().iter().enumerate() {
        if let Some(easier) = without_key(plan, place)
            && goal.is_reached(&case.evaluate(&easier), &easier)
        {
            reasons.extend(told(case, *field));
        }
    }
    reasons
}

fn without_key(plan: &Plan, place: usize) -> Option<Plan> {
    let mut easier = plan.clone();
    match &mut easier.shape {
        Shape::Single => return None,
        Shape::Consecutive(consecutive) => consecutive.key.remove(place),
        Shape::Sequence(sequence) => sequence.key.remove(place),
        Shape::FirstSeen(first_seen) => first_seen.key.remove(place),
        Shape::Window(window) | Shape::Tumbling(window) => window.key.remove(place),
    };
    Some(easier)
}

/// The values of fields of an event.
pub(super) fn values(case: &Case<'_>, fields: &[FieldIndex], event: &Event) -> Vec<Value> {
    fields.iter().map(|index| case.probe().value(&field(case, *index), event, Others::default())).collect()
}

fn field(case: &Case<'_>, index: FieldIndex) -> Expr {
    Expr { kind: ExprKind::Field(index), ty: case.plan.fields[index.0].ty.clone(), span: Span::default() }
}

/// Where a key field is missing, or which values it has.
fn told(case: &Case<'_>, index: FieldIndex) -> Vec<String> {
    let field = &case.plan.fields[index.0];
    let expr = self::field(case, index);
    let mut values: BTreeSet<Value> = BTreeSet::new();
    let mut lacking = Vec::new();
    for event in filter::passed(case, case.plan.main()) {
        let value = case.probe().value(&expr, event, Others::default());
        if value.is_missing() {
            lacking.push(show::event(case, event));
        } else {
            values.insert(value);
        }
    }
    let mut told = Vec::new();
    if !lacking.is_empty() {
        told.push(format!("`{}` is missing, so this takes no part: {}", field.name, list(lacking)));
    }
    if values.len() > 1 {
        let values = values.iter().map(|value| show::value(value, &field.ty, case.test.start));
        let values = list(values.collect());
        told.push(format!("`{0}` differs, and with one `{0}` it would match: {values}", field.name));
    }
    told
}
