//! Consecutive pairs: the one that came nearest, what was false of it, and how far apart its events are.

use std::collections::BTreeMap;

use crate::engine::event::Event;
use crate::engine::probe::Others;
use crate::plan::Consecutive;
use crate::value::Value;

use super::super::{Case, show};
use super::{filter, key, told};

/// What is wrong with the best pair.
pub(super) fn missed(case: &Case<'_>, consecutive: &Consecutive) -> Vec<String> {
    let mut last: BTreeMap<Vec<Value>, &Event> = BTreeMap::new();
    let mut best: Option<Vec<String>> = None;
    for event in filter::passed(case, case.plan.main()) {
        let key = key::values(case, &consecutive.key, event);
        if key.iter().any(Value::is_missing) {
            continue;
        }
        if let Some(previous) = last.insert(key, event) {
            let wrong = wrong(case, consecutive, previous, event);
            if best.as_ref().is_none_or(|best| wrong.len() < best.len()) {
                best = Some(wrong);
            }
        }
    }
    best.unwrap_or_else(|| vec!["no two events of one key follow each other".to_owned()])
}

fn wrong(case: &Case<'_>, consecutive: &Consecutive, previous: &Event, event: &Event) -> Vec<String> {
    let others = Others { previous: Some(previous), ..Others::default() };
    let false_parts = consecutive.predicate.iter().filter(|part| !case.probe().holds(part, event, others));
    let after = format!("for {} after {}", show::event(case, event), show::event(case, previous));
    let mut wrong: Vec<String> =
        false_parts.map(|part| format!("{} ({after})", told::missed(case, part, event, others))).collect();
    let beyond = event.time - previous.time - consecutive.width;
    if beyond > 0 {
        let (width, beyond) = (show::duration(consecutive.width), show::duration(beyond));
        wrong.push(format!("`within {width}` is {beyond} too short {after}"));
    }
    wrong
}
