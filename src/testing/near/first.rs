//! First uses: keys that are not known for long enough, and tuples with a part missing.

use crate::plan::{FirstSeen, Plan, Shape};
use crate::value::Value;

use super::super::{Case, show};
use super::{Goal, filter, key, list};

/// What keeps a first use from being one, other than an earlier use.
pub(super) fn missed(case: &Case<'_>, first_seen: &FirstSeen, goal: Goal<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(learning) = first_seen.learning {
        let easier = FirstSeen { learning: None, ..first_seen.clone() };
        let easier = Plan { shape: Shape::FirstSeen(easier), ..case.plan.clone() };
        if goal.is_reached(&case.evaluate(&easier), &easier) {
            reasons.push(format!("`learning {}` is not over: {}", show::duration(learning), known(case, first_seen)));
        }
    }
    for field in &first_seen.tuple {
        let lacking = filter::passed(case, case.plan.main())
            .filter(|event| key::values(case, std::slice::from_ref(field), event).iter().any(Value::is_missing));
        let lacking: Vec<String> = lacking.map(|event| show::event(case, event)).collect();
        if !lacking.is_empty() {
            let name = &case.plan.fields[field.0].name;
            reasons.push(format!("`{name}` is missing, so this is no use of anything: {}", list(lacking)));
        }
    }
    reasons
}

/// Since when the key of the last event is known.
fn known(case: &Case<'_>, first_seen: &FirstSeen) -> String {
    let events: Vec<_> = filter::passed(case, case.plan.main()).collect();
    let Some(last) = events.last() else { return "there is no event".to_owned() };
    let key = key::values(case, &first_seen.key, last);
    let same = events.iter().filter(|event| key::values(case, &first_seen.key, event) == key);
    let first = same.map(|event| event.time).filter(|time| last.time - time <= first_seen.history).min();
    let known = first.map_or(0, |first| last.time - first);
    format!("at {} the key is known for {}", show::offset(last.time - case.test.start), show::duration(known))
}
