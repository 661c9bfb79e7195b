//! Conditions of `where` that were false, and logs that the rule does not read.

use crate::engine::event::Event;
use crate::engine::probe;
use crate::plan::{Expr, ExprKind, TIME};
use crate::source::Place;

use super::super::{Case, show};
use super::{Goal, list};

/// The conditions without which the goal would be reached, each with the events for which it is false.
pub(super) fn obstacles(case: &Case<'_>, goal: Goal<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    for index in 0..case.plan.filter.len() {
        let mut easier = case.plan.clone();
        let condition = easier.filter.remove(index);
        if !goal.is_reached(&case.evaluate(&easier), &easier) {
            continue;
        }
        let others = |event: &Event| easier.filter.iter().all(|other| holds(case, other, event));
        let events = read(case).filter(|event| others(event) && !holds(case, &condition, event));
        let events: Vec<String> = events.map(|event| told(case, &condition, event)).collect();
        reasons.push(format!("but for `{}` it would match: false for {}", quote(case, &condition), list(events)));
    }
    reasons
}

/// For each event that the rule does not take, what was false.
pub(super) fn not_passed(case: &Case<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    let unread = case.events.iter().filter(|event| !case.layout.reads[0][usize::from(event.source)]);
    let unread: Vec<String> = unread.map(|event| show::event(case, event)).collect();
    if !unread.is_empty() {
        let sources = case.plan.legs.iter().map(|leg| format!("`{}`", leg.source.name)).collect::<Vec<_>>().join(", ");
        reasons.push(format!("the rule reads {sources} only, so not {}", list(unread)));
    }
    for condition in &case.plan.filter {
        let events = read(case).filter(|event| !holds(case, condition, event));
        let events: Vec<String> = events.map(|event| told(case, condition, event)).collect();
        if !events.is_empty() {
            reasons.push(format!("`{}` is false for {}", quote(case, condition), list(events)));
        }
    }
    reasons
}

/// The events that the rule reads and its `where` lets through.
pub(super) fn passed<'a>(case: &'a Case<'_>) -> impl Iterator<Item = &'a Event> {
    read(case).filter(|event| case.plan.filter.iter().all(|condition| holds(case, condition, event)))
}

fn read<'a>(case: &'a Case<'_>) -> impl Iterator<Item = &'a Event> {
    case.events.iter().filter(|event| case.layout.reads[0][usize::from(event.source)])
}

fn holds(case: &Case<'_>, condition: &Expr, event: &Event) -> bool {
    probe::holds(condition, event, case.plan, &case.layout)
}

/// An event with the fields that a condition looks at.
fn told(case: &Case<'_>, condition: &Expr, event: &Event) -> String {
    let mut fields: Vec<String> = Vec::new();
    condition.walk(&mut |expr| {
        let ExprKind::Field(index) = expr.kind else { return };
        if index == TIME {
            return;
        }
        let value = probe::value(expr, event, case.plan, &case.layout);
        let value = show::value(&value, &expr.ty, case.test.start);
        let field = format!("{} {value}", case.plan.fields[index.0].name);
        if !fields.contains(&field) {
            fields.push(field);
        }
    });
    let event = show::event(case, event);
    if fields.is_empty() { event } else { format!("{event} ({})", fields.join(", ")) }
}

/// A part of the rule as it is written.
pub(super) fn quote(case: &Case<'_>, expr: &Expr) -> String {
    case.quote(Place { source: case.plan.source, span: expr.span })
}
