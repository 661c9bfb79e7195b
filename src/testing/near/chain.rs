//! Sequences: how far the longest chain got, and what kept its next step away.

use crate::engine::event::Event;
use crate::engine::probe::Others;
use crate::plan::{Sequence, Step};
use crate::value::Value;

use super::super::{Case, show};
use super::{MOST, filter, key, list, told};

/// So many chains are looked at, at most.
const TRIED: usize = 20_000;

/// Steps in search of events.
struct Search<'a> {
    case: &'a Case<'a>,
    sequence: &'a Sequence,
    /// The events of each step that pass its own conditions and have the key.
    candidates: Vec<Vec<&'a Event>>,
    tried: usize,
    longest: Vec<&'a Event>,
}

/// What is wrong with the step after the longest chain. Nothing where a whole chain exists.
pub(super) fn missed(case: &Case<'_>, sequence: &Sequence) -> Vec<String> {
    let candidates = sequence.steps.iter().map(|step| {
        let passed = filter::passed(case, case.plan.stream(step.stream));
        passed.filter(|event| !key::values(case, &sequence.key, event).iter().any(Value::is_missing)).collect()
    });
    let mut search = Search { case, sequence, candidates: candidates.collect(), tried: 0, longest: Vec::new() };
    search.extend(&mut Vec::new());
    let chain = search.longest;
    let Some(step) = sequence.steps.get(chain.len()) else { return Vec::new() };
    let mut reasons = vec![reached(case, sequence, &chain, step)];
    reasons.extend(next(case, sequence, &chain, step));
    reasons
}

impl<'a> Search<'a> {
    fn extend(&mut self, chain: &mut Vec<&'a Event>) {
        if chain.len() > self.longest.len() {
            self.longest.clone_from(chain);
        }
        let Some(step) = self.sequence.steps.get(chain.len()) else { return };
        for event in self.candidates[chain.len()].clone() {
            self.tried += 1;
            if self.tried > TRIED || self.longest.len() == self.sequence.steps.len() {
                return;
            }
            if wrong(self.case, self.sequence, chain, step, event).is_empty() {
                chain.push(event);
                self.extend(chain);
                chain.pop();
            }
        }
    }
}

fn reached(case: &Case<'_>, sequence: &Sequence, chain: &[&Event], step: &Step) -> String {
    if chain.is_empty() {
        return format!("no event for the first step `{}`", step.name);
    }
    let steps = sequence.steps.iter().zip(chain);
    let steps = steps.map(|(step, event)| format!("`{}` is {}", step.name, show::event(case, event)));
    format!("{}; no event for `{}`", steps.collect::<Vec<_>>().join(", "), step.name)
}

/// For the events that came nearest to the next step, what was wrong.
fn next(case: &Case<'_>, sequence: &Sequence, chain: &[&Event], step: &Step) -> Vec<String> {
    let stream = case.plan.stream(step.stream);
    let mut nearest: Vec<(usize, String)> = filter::read(case, stream)
        .filter(|event| !chain.iter().any(|taken| std::ptr::eq(*taken, *event)))
        .map(|event| {
            let own = stream.filter.iter().filter(|condition| !filter::holds(case, condition, event));
            let mut wrong: Vec<String> =
                own.map(|condition| told::missed(case, condition, event, Others::default())).collect();
            wrong.extend(self::wrong(case, sequence, chain, step, event));
            (wrong.len(), format!("{}: {}", show::event(case, event), list(wrong)))
        })
        .collect();
    nearest.sort_by_key(|(count, _)| *count);
    nearest.into_iter().take(MOST).map(|(_, told)| told).collect()
}

/// What keeps an event from being the next of a chain.
fn wrong(case: &Case<'_>, sequence: &Sequence, chain: &[&Event], step: &Step, event: &Event) -> Vec<String> {
    let mut wrong = Vec::new();
    if chain.iter().any(|taken| std::ptr::eq(*taken, event)) {
        wrong.push("it is another step already".to_owned());
    }
    let mine = key::values(case, &sequence.key, event);
    for (place, value) in mine.iter().enumerate() {
        let field = &case.plan.fields[sequence.key[place].0];
        let other = chain.first().map(|first| key::values(case, &sequence.key, first).swap_remove(place));
        if value.is_missing() {
            wrong.push(format!("`{}` is missing", field.name));
        } else if other.is_some_and(|other| other != *value) {
            let value = show::value(value, &field.ty, case.test.start);
            wrong.push(format!("its `{}` is another one: {value}", field.name));
        }
    }
    let others = Others { steps: chain, ..Others::default() };
    let parts = step.predicate.iter().filter(|part| !case.probe().holds(part, event, others));
    wrong.extend(parts.map(|part| told::missed(case, part, event, others)));
    if let (Some(first), Some(last)) = (chain.first(), chain.last()) {
        let beyond = event.time - first.time - sequence.width;
        if event.time < last.time {
            wrong.push(format!("{} too early", show::duration(last.time - event.time)));
        } else if beyond > 0 {
            let (width, beyond) = (show::duration(sequence.width), show::duration(beyond));
            wrong.push(format!("`within {width}` is {beyond} too short"));
        }
    }
    wrong
}
