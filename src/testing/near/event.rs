//! Single events without which the goal would be reached: one that lies between two others, one that drops the match.

use crate::engine::event::Event;
use crate::plan::{Plan, Shape};
use crate::source::Place;

use super::super::{Case, show};
use super::{Goal, list};

/// What stands in the way, for a rule that has events that can.
pub(super) fn in_the_way(case: &Case<'_>, goal: Goal<'_>) -> Vec<String> {
    let can_be = match &case.plan.shape {
        Shape::Single | Shape::Window(_) | Shape::Tumbling(_) | Shape::FirstSeen(_) => false,
        Shape::Consecutive(_) => true,
        Shape::Sequence(sequence) => !sequence.absences.is_empty(),
    };
    if !can_be && case.plan.unless.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for index in 0..case.events.len().min(case.patience()) {
        let mut rest: Vec<Event> = case.events.clone();
        let left_out = rest.remove(index);
        if goal.is_reached(&case.evaluate_over(case.plan, &rest), case.plan) {
            found.push(show::event(case, &left_out));
        }
    }
    let clause = clause(case, goal);
    match (found.is_empty(), clause) {
        (true, None) => Vec::new(),
        (true, Some(clause)) => vec![format!("but for {clause} it would match")],
        (false, Some(clause)) => vec![format!("{clause} stands against it, because of {}", list(found))],
        (false, None) => vec![match &case.plan.shape {
            Shape::Consecutive(_) => format!("another event lies between: {}", list(found)),
            Shape::Single | Shape::Window(_) | Shape::Tumbling(_) | Shape::Sequence(_) | Shape::FirstSeen(_) => {
                format!("but for {} it would match", list(found))
            }
        }],
    }
}

/// The `unless` or `no` without which the goal would be reached.
fn clause(case: &Case<'_>, goal: Goal<'_>) -> Option<String> {
    let reached = |easier: &Plan| goal.is_reached(&case.evaluate(easier), easier);
    for (index, unless) in case.plan.unless.iter().enumerate() {
        let mut easier = case.plan.clone();
        easier.unless.remove(index);
        if reached(&easier) {
            return Some(format!("`{}`", case.quote(Place { source: case.plan.source, span: unless.span })));
        }
    }
    let Shape::Sequence(sequence) = &case.plan.shape else { return None };
    for (index, absence) in sequence.absences.iter().enumerate() {
        let mut without = sequence.clone();
        without.absences.remove(index);
        if reached(&Plan { shape: Shape::Sequence(without), ..case.plan.clone() }) {
            let legs = case.plan.stream(absence.stream).legs.iter();
            let sources: Vec<&str> = legs.map(|leg| leg.source.name.as_str()).collect();
            return Some(format!("`no {} …`", sources.join(" + ")));
        }
    }
    None
}
