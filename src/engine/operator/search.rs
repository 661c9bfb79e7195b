//! The search for the chain that a completing event ends.
//!
//! Steps are chosen from the last but one backwards, the latest event first, so the first chain that is found is the one that
//! the language asks for. What is said of several events is tested as soon as all of them are chosen.
//!
//! At worst that tries every combination of a key's events within the width, but a dead end is remembered by all that the rest
//! of the search depends on: the time to stay before, and the chosen events that something is still to be tested against. With
//! n events a step and conditions that name the step before only, that is n² tests a step; every further step that is named
//! from further away multiplies it by n.

use std::collections::VecDeque;
use std::rc::Rc;

use rustc_hash::FxHashSet;

use crate::engine::compile::{Code, Compiler, Others, Row};
use crate::engine::event::Event;
use crate::plan::{AbsenceWhen, Expr, ExprKind, Plan, Role, Sequence, StreamIndex};

use super::same;

/// The dead ends that one search remembers at most; beyond, it only takes longer.
const MOST_DEAD_ENDS: usize = 1 << 18;

/// The events of one key that can still be in a chain, or keep one from being.
pub struct Events {
    /// For each step but the last.
    pub steps: Vec<VecDeque<Rc<Event>>>,
    /// For each absence.
    pub absences: Vec<VecDeque<Rc<Event>>>,
}

impl Events {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.steps.iter().chain(&self.absences).map(VecDeque::len).sum()
    }

    /// Drops the events before a time.
    pub fn drop_before(&mut self, time: i64) {
        for events in self.steps.iter_mut().chain(&mut self.absences) {
            while events.front().is_some_and(|oldest| oldest.time < time) {
                events.pop_front();
            }
        }
    }

    /// All events until `time` are there: drops those of that time that no event of the step before leads to.
    pub fn prune(&mut self, time: i64, width: i64) {
        for step in 1..self.steps.len() {
            let (before, after) = self.steps.split_at_mut(step);
            let leads = before[step - 1].back().is_some_and(|last| last.time >= time.saturating_sub(width));
            while !leads && after[0].back().is_some_and(|last| last.time == time) {
                after[0].pop_back();
            }
        }
    }
}

/// What is said of the events of a chain, ready to run.
pub struct Program {
    steps: usize,
    /// By the step that must be chosen last before it can be tested: the step whose event it looks at, and the condition.
    conditions: Vec<Vec<(usize, Code)>>,
    absences: Vec<Absence>,
    /// By the number of steps not yet chosen: the chosen ones that something is still to be tested against.
    named: Vec<Vec<usize>>,
}

/// An event that there must not be.
struct Absence {
    predicate: Vec<Code>,
    when: AbsenceWhen,
    /// The first of the steps that it speaks of.
    first: usize,
}

impl Program {
    /// The program of a plan's sequence.
    pub fn new(plan: &Plan, shape: &Sequence, compiler: &Compiler<'_>) -> Self {
        let steps = shape.steps.len();
        let mut conditions: Vec<Vec<(usize, Code)>> = (0..steps).map(|_| Vec::new()).collect();
        // What is tested together: the steps that it speaks of.
        let mut tests: Vec<Vec<usize>> = Vec::new();
        for (index, step) in shape.steps.iter().enumerate() {
            for condition in &step.predicate {
                let mut spoken_of = named(std::slice::from_ref(condition));
                spoken_of.push(index);
                conditions[first(&spoken_of)].push((index, compiler.code(condition)));
                tests.push(spoken_of);
            }
        }
        let mut absences = Vec::new();
        for absence in &shape.absences {
            let mut spoken_of = named(&absence.predicate);
            match absence.when {
                AbsenceWhen::Between { from, to } => spoken_of.extend([from, to]),
                AbsenceWhen::After { .. } => spoken_of.push(steps - 1),
            }
            let predicate = absence.predicate.iter().map(|condition| compiler.code(condition)).collect();
            absences.push(Absence { predicate, when: absence.when, first: first(&spoken_of) });
            // It is tested once more when all steps are chosen, and then it may turn out to be one of them.
            let alike = |step: usize| share_a_source(plan, absence.stream, shape.steps[step].stream);
            spoken_of.extend((0..steps).filter(|step| alike(*step)));
            spoken_of.push(0);
            tests.push(spoken_of);
        }
        let open = |unchosen: usize| {
            let tests = tests.iter().filter(move |test| first(test) < unchosen);
            let mut steps: Vec<usize> = tests.flatten().copied().filter(|step| *step >= unchosen).collect();
            steps.sort_unstable();
            steps.dedup();
            steps
        };
        Self { steps, conditions, absences, named: (0..=steps).map(open).collect() }
    }

    /// No events yet.
    pub fn no_events(&self) -> Events {
        let empty = |count: usize| (0..count).map(|_| VecDeque::new()).collect();
        Events { steps: empty(self.steps - 1), absences: empty(self.absences.len()) }
    }

    /// The chain with the latest steps that ends with `last` and does not begin before `earliest`, if there is one.
    pub fn latest_chain(&self, events: &Events, last: &Rc<Event>, earliest: i64) -> Option<Vec<Rc<Event>>> {
        let chosen = vec![(usize::MAX, last.as_ref()); self.steps];
        let mut search = Search { program: self, events, earliest, chosen, dead_ends: FxHashSet::default() };
        if !search.fits(self.steps - 1) || !search.choose(self.steps - 1) {
            return None;
        }
        let inner = search.chosen.iter().zip(&events.steps).map(|((index, _), events)| Rc::clone(&events[*index]));
        Some(inner.chain([Rc::clone(last)]).collect())
    }
}

/// The steps that conditions name.
fn named(conditions: &[Expr]) -> Vec<usize> {
    let mut steps = Vec::new();
    for condition in conditions {
        condition.walk(&mut |part| {
            if let ExprKind::Of(Role::Step(step), _) = part.kind {
                steps.push(step);
            }
        });
    }
    steps
}

fn first(steps: &[usize]) -> usize {
    steps.iter().copied().min().unwrap_or_default()
}

fn share_a_source(plan: &Plan, a: StreamIndex, b: StreamIndex) -> bool {
    let (a, b) = (plan.stream(a), plan.stream(b));
    a.legs.iter().any(|leg| b.legs.iter().any(|other| other.source.name == leg.source.name))
}

/// What the rest of a search depends on: how many steps are not chosen, the time that they may not be after, and chosen events.
type DeadEnd = (usize, i64, Vec<(usize, usize)>);

struct Search<'a> {
    program: &'a Program,
    events: &'a Events,
    /// No event of the chain is before this time.
    earliest: i64,
    /// The event of each step, with its place in its queue. Where a step is not chosen yet it has no meaning.
    chosen: Vec<(usize, &'a Event)>,
    dead_ends: FxHashSet<DeadEnd>,
}

impl<'a> Search<'a> {
    /// Chooses the steps before `unchosen`; whether there is a way.
    fn choose(&mut self, unchosen: usize) -> bool {
        let Some(step) = unchosen.checked_sub(1) else { return true };
        let latest = self.chosen[unchosen].1.time;
        let state = self.state(unchosen, latest);
        if state.as_ref().is_some_and(|state| self.dead_ends.contains(state)) {
            return false;
        }
        let events: &'a VecDeque<Rc<Event>> = &self.events.steps[step];
        let end = events.partition_point(|event| event.time <= latest);
        for (index, event) in events.range(..end).enumerate().rev() {
            if event.time < self.earliest {
                break;
            }
            if self.chosen[unchosen..].iter().any(|(_, other)| same(other, event)) {
                continue;
            }
            self.chosen[step] = (index, event);
            if self.fits(step) && self.choose(step) {
                return true;
            }
        }
        if self.dead_ends.len() < MOST_DEAD_ENDS {
            self.dead_ends.extend(state);
        }
        false
    }

    /// None where it cannot come up twice.
    fn state(&self, unchosen: usize, latest: i64) -> Option<DeadEnd> {
        let last = self.program.steps - 1;
        let named = &self.program.named[unchosen];
        // An event may not be chosen twice, which only those of the same moment could be.
        let counts = |step: &usize| named.contains(step) || self.chosen[*step].1.time == latest;
        let steps: Vec<usize> = (unchosen..last).filter(counts).collect();
        let differs = unchosen < last && steps.len() < last - unchosen;
        let events = steps.into_iter().map(|step| (step, self.chosen[step].0));
        differs.then(|| (unchosen, latest, events.collect()))
    }

    /// Whether what can be tested once `step` is chosen holds.
    fn fits(&self, step: usize) -> bool {
        let chain: Vec<&Event> = self.chosen.iter().map(|(_, event)| *event).collect();
        let others = Others { steps: &chain, ..Others::default() };
        self.program.conditions[step]
            .iter()
            .all(|(looked_at, condition)| condition.holds(&Row { event: chain[*looked_at], aggregates: &[], others }))
            && self.program.absences.iter().zip(&self.events.absences).all(|(absence, events)| {
                let tested = step == absence.first || step == 0;
                !tested || !self.present(absence, events, step, &chain)
            })
    }

    /// Whether there is an event that must not be. Before all steps are chosen only those count that no step can turn out to be.
    fn present(&self, absence: &Absence, events: &VecDeque<Rc<Event>>, step: usize, chain: &[&Event]) -> bool {
        let (from, to) = match absence.when {
            AbsenceWhen::Between { from, to } => (chain[from].time, chain[to].time),
            AbsenceWhen::After { within } => {
                let last = chain[self.program.steps - 1].time;
                (last, last.saturating_add(within))
            }
        };
        let from = if step == 0 { from } else { from.max(chain[step].time.saturating_add(1)) };
        let begin = events.partition_point(|event| event.time < from);
        let others = Others { steps: chain, ..Others::default() };
        let mut candidates = events.range(begin..).take_while(|event| event.time <= to);
        candidates.any(|event| {
            let row = Row { event, aggregates: &[], others };
            !chain[step..].iter().any(|link| same(link, event))
                && absence.predicate.iter().all(|condition| condition.holds(&row))
        })
    }
}
