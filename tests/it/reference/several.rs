//! The shapes of several events, as their definitions say: every pair, every chain and every other event is looked at.

use tokentrail::engine::event::Event;
use tokentrail::plan::{Absence, AbsenceWhen, Consecutive, FirstSeen, Sequence, Unless};

use super::{Found, Reference, Row};

/// Whether two records are the same event.
fn same(a: &Event, b: &Event) -> bool {
    (a.source, a.time, &a.event_id) == (b.source, b.time, &b.event_id)
}

impl Reference<'_> {
    /// The event just before one is the last of those of its key that stand before it.
    pub(super) fn consecutive<'a>(&self, shape: &Consecutive, events: &[&'a Event]) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        for (index, event) in events.iter().copied().enumerate() {
            let before = events[..index].iter().rfind(|other| self.key(other) == self.key(event));
            let Some(previous) = before.copied().filter(|previous| event.time - previous.time <= shape.width) else {
                continue;
            };
            let row = Row { previous: Some(previous), ..Row::of(event) };
            if shape.predicate.iter().all(|condition| self.holds(condition, &row)) {
                let matched = self.matched(&row, &[previous, event]);
                found.push(Found { matched, event, previous: Some(previous), steps: Vec::new() });
            }
        }
        found
    }

    /// All chains of each completing event; the one that counts has the latest last step but one, then the latest before it, …
    pub(super) fn sequences<'a>(&self, shape: &Sequence, events: &[&'a Event]) -> Vec<Found<'a>> {
        let steps: Vec<Vec<&Event>> = shape.steps.iter().map(|step| self.keyed(step.stream, events)).collect();
        let mut found: Vec<Found<'a>> = Vec::new();
        for last in steps.last().unwrap() {
            // Records without an id of one source and time are one event, which completes once.
            if found.iter().any(|one| self.key(one.event) == self.key(last) && same(one.event, last)) {
                continue;
            }
            let mut chains = Vec::new();
            self.chains(shape, &steps[..steps.len() - 1], &mut vec![*last], &mut chains);
            chains.retain(|chain| !shape.absences.iter().any(|absence| self.present(absence, chain, events)));
            let place = |event: &Event| events.iter().position(|other| std::ptr::eq(*other, event));
            let order = |chain: &Vec<&'a Event>| chain.iter().rev().map(|event| place(event)).collect::<Vec<_>>();
            let Some(chain) = chains.into_iter().max_by_key(order) else { continue };
            let row = Row { steps: &chain, ..Row::of(last) };
            found.push(Found { matched: self.matched(&row, &chain), event: last, previous: None, steps: chain });
        }
        found
    }

    /// All chains that end with the events chosen, but for absences.
    fn chains<'a>(
        &self,
        shape: &Sequence,
        steps: &[Vec<&'a Event>],
        chosen: &mut Vec<&'a Event>,
        chains: &mut Vec<Vec<&'a Event>>,
    ) {
        let last = chosen[chosen.len() - 1];
        let Some((candidates, earlier)) = steps.split_last() else {
            let predicates = shape.steps.iter().zip(chosen.iter()).all(|(step, event)| {
                let row = Row { steps: chosen, ..Row::of(event) };
                step.predicate.iter().all(|condition| self.holds(condition, &row))
            });
            chains.extend(predicates.then(|| chosen.clone()));
            return;
        };
        for event in candidates {
            let fits = event.time <= chosen[0].time
                && last.time - event.time <= shape.width
                && self.key(event) == self.key(last)
                && !chosen.iter().any(|other| same(other, event));
            if fits {
                chosen.insert(0, *event);
                self.chains(shape, earlier, chosen, chains);
                chosen.remove(0);
            }
        }
    }

    fn present(&self, absence: &Absence, chain: &[&Event], events: &[&Event]) -> bool {
        let last = chain[chain.len() - 1];
        let (from, to) = match absence.when {
            AbsenceWhen::Between { from, to } => (chain[from].time, chain[to].time),
            AbsenceWhen::After { within } => (last.time, last.time + within),
        };
        self.keyed(absence.stream, events).into_iter().any(|event| {
            let row = Row { steps: chain, ..Row::of(event) };
            from <= event.time
                && event.time <= to
                && self.key(event) == self.key(last)
                && !chain.iter().any(|link| same(link, event))
                && absence.predicate.iter().all(|condition| self.holds(condition, &row))
        })
    }

    pub(super) fn first_uses<'a>(&self, shape: &FirstSeen, events: &[&'a Event]) -> Vec<Found<'a>> {
        let tuple = |event: &Event| shape.tuple.iter().map(|field| self.field(*field, event)).collect::<Vec<_>>();
        let mut found = Vec::new();
        for (index, event) in events.iter().enumerate() {
            let of_key =
                |other: &&&Event| self.key(other) == self.key(event) && event.time - shape.history <= other.time;
            let complete = tuple(event).iter().all(|value| !value.is_missing());
            let seen = events[..index].iter().filter(of_key).any(|other| tuple(other) == tuple(event));
            let learned = shape
                .learning
                .is_none_or(|learning| events.iter().filter(of_key).any(|other| other.time <= event.time - learning));
            if complete && !seen && learned {
                found.push(self.found(event, &[event], Row::default()));
            }
        }
        found
    }

    /// Whether an `unless` drops a match.
    pub(super) fn dropped(&self, one: &Found<'_>, events: &[&Event]) -> bool {
        self.plan
            .unless
            .iter()
            .any(|unless| self.stream(unless.stream, events).into_iter().any(|event| self.drops(unless, one, event)))
    }

    fn drops(&self, unless: &Unless, one: &Found<'_>, event: &Event) -> bool {
        let row = Row { previous: one.previous, steps: &one.steps, matching: Some(one.event), ..Row::of(event) };
        let linked = unless.links.iter().all(|(field, of_match)| {
            let (own, other) = (self.field(*field, event), self.value(of_match, &row));
            !own.is_missing() && own == other
        });
        one.event.time - unless.before <= event.time
            && event.time <= one.event.time + unless.after
            && !same(event, one.event)
            && linked
            && unless.predicate.iter().all(|condition| self.holds(condition, &row))
    }
}
