//! First uses: what was seen before, keys that are not known for long enough, and tuples with a part missing.

use crate::engine::event::Event;
use crate::plan::FirstSeen;
use crate::plan::test::Column;
use crate::value::Value;

use super::super::{Case, show};
use super::{filter, key, list};

/// What is wrong with the use that came nearest; of the time that is expected, where one is.
pub(super) fn missed(case: &Case<'_>, first_seen: &FirstSeen, row: &[(Column, Value)]) -> Vec<String> {
    let events: Vec<&Event> = filter::passed(case, case.plan.main())
        .filter(|event| !key::values(case, &first_seen.key, event).iter().any(Value::is_missing))
        .collect();
    let time = row.iter().find(|(column, _)| *column == Column::Time).map(|(_, time)| time);
    let uses = events.iter().filter(|event| time.is_none_or(|time| *time == Value::Time(event.time)));
    let uses = uses.filter(|event| !tuple(case, first_seen, event).iter().any(Value::is_missing));
    let wrong = uses.map(|event| wrong(case, first_seen, &events, event)).rev();
    let mut reasons = wrong.min_by_key(Vec::len).unwrap_or_default();
    reasons.extend(lacking(case, first_seen, &events));
    reasons
}

fn tuple(case: &Case<'_>, first_seen: &FirstSeen, event: &Event) -> Vec<Value> {
    key::values(case, &first_seen.tuple, event)
}

fn wrong(case: &Case<'_>, first_seen: &FirstSeen, events: &[&Event], event: &Event) -> Vec<String> {
    let mine = (key::values(case, &first_seen.key, event), tuple(case, first_seen, event));
    let is_before = |other: &Event| (other.time, &other.event_id) < (event.time, &event.event_id);
    let earlier = events.iter().filter(|other| {
        is_before(other)
            && event.time - other.time <= first_seen.history
            && key::values(case, &first_seen.key, other) == mine.0
    });
    let earlier: Vec<&&Event> = earlier.collect();
    let told = show::event(case, event);
    let mut wrong = Vec::new();
    if let Some(other) = earlier.iter().rev().find(|other| tuple(case, first_seen, other) == mine.1) {
        let (history, before) = (show::duration(first_seen.history), show::duration(event.time - other.time));
        let other = show::event(case, other);
        wrong.push(format!("{told} is not the first within {history}: {other} was the same, {before} before"));
    }
    if let Some(learning) = first_seen.learning {
        let known = earlier.first().map_or(0, |first| event.time - first.time);
        if known < learning {
            let (learning, known) = (show::duration(learning), show::duration(known));
            wrong.push(format!("{told} comes while learning: the key is known for {known} of {learning}"));
        }
    }
    wrong
}

/// The fields of the tuple that events lack.
fn lacking(case: &Case<'_>, first_seen: &FirstSeen, events: &[&Event]) -> Vec<String> {
    let mut reasons = Vec::new();
    for field in &first_seen.tuple {
        let is_lacking = |event: &&&Event| key::values(case, &[*field], event).iter().any(Value::is_missing);
        let lacking: Vec<String> = events.iter().filter(is_lacking).map(|event| show::event(case, event)).collect();
        if !lacking.is_empty() {
            let name = &case.plan.fields[field.0].name;
            reasons.push(format!("`{name}` is missing, so this is no use of anything: {}", list(lacking)));
        }
    }
    reasons
}
