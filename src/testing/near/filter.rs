//! Conditions of `where` that were false, and logs that the rule does not read.

use crate::engine::event::Event;
use crate::engine::probe::Others;
use crate::plan::{Expr, Plan, Stream};

use super::super::{Case, show};
use super::{Goal, list, told};

/// The conditions without which the goal would be reached, each with the events for which it is false.
pub(super) fn obstacles(case: &Case<'_>, goal: Goal<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    for (number, stream) in case.plan.streams.iter().enumerate() {
        for (index, condition) in stream.filter.iter().enumerate() {
            let mut easier: Plan = case.plan.clone();
            easier.streams[number].filter.remove(index);
            if !goal.is_reached(&case.evaluate(&easier), &easier) {
                continue;
            }
            let easier = &easier.streams[number];
            let events = passed(case, easier).filter(|event| !holds(case, condition, event));
            let events: Vec<String> = events.map(|event| told::event(case, condition, event)).collect();
            reasons.push(format!(
                "but for `{}` it would match: false for {}",
                told::quote(case, condition),
                list(events)
            ));
        }
    }
    reasons
}

/// For each event that the rule does not take, what was false.
pub(super) fn not_passed(case: &Case<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    let unread = case.events.iter().filter(|event| !case.layout.reads[0][usize::from(event.source)]);
    let unread: Vec<String> = unread.map(|event| show::event(case, event)).collect();
    if !unread.is_empty() {
        let mut sources: Vec<String> = Vec::new();
        for leg in case.plan.legs() {
            let source = format!("`{}`", leg.source.name);
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        reasons.push(format!("the rule reads {} only, so not {}", sources.join(", "), list(unread)));
    }
    for stream in &case.plan.streams {
        for condition in &stream.filter {
            let events = read(case, stream).filter(|event| !holds(case, condition, event));
            let events: Vec<String> = events.map(|event| told::event(case, condition, event)).collect();
            if !events.is_empty() {
                reasons.push(format!("`{}` is false for {}", told::quote(case, condition), list(events)));
            }
        }
    }
    reasons
}

/// The events that a stream reads and its conditions let through.
pub(super) fn passed<'a>(case: &'a Case<'_>, stream: &'a Stream) -> impl Iterator<Item = &'a Event> {
    read(case, stream).filter(|event| stream.filter.iter().all(|condition| holds(case, condition, event)))
}

/// The events of a stream's sources.
pub(super) fn read<'a>(case: &'a Case<'_>, stream: &'a Stream) -> impl Iterator<Item = &'a Event> {
    let by_name = case.around.catalog.by_name();
    let of_stream = move |event: &&Event| {
        let source = by_name.get(usize::from(event.source));
        source.is_some_and(|source| stream.legs.iter().any(|leg| leg.source.name == source.name))
    };
    case.events.iter().filter(of_stream)
}

/// Whether a condition holds for an event by itself.
pub(super) fn holds(case: &Case<'_>, condition: &Expr, event: &Event) -> bool {
    case.probe().holds(condition, event, Others::default())
}
