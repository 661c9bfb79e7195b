//! The search for the chain that a completing event ends.
//!
//! Steps are chosen from the last but one backwards, the latest event first, so the first chain that is found is the one that
//! the language asks for. What is said of several events is tested as soon as all of them are chosen.
//!
//! At worst that tries every combination of a key's events within the width. Two things keep it from doing so. First, each step
//! must have an event that fits the completing one. Then, a dead end is remembered by all that the rest of the search depends
//! on: the event before which it goes on, and the chosen ones that something is still to be tested against; if the completing
//! event is not among them, it is one for all later completing events too. With n events a step that makes n tests for each
//! completing event and step, or n² for all of them, where steps are compared with the one before and with the last one only;
//! every further step that is named from further away multiplies it by n.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::engine::compile::{Code, Compiler, Others, Row};
use crate::engine::event::Event;
use crate::plan::{AbsenceWhen, Expr, ExprKind, MOST_STEPS, Plan, Role, Sequence, StreamIndex};

use super::{alone, same};

/// The dead ends that one search remembers at most; beyond, it only takes longer.
const MOST_DEAD_ENDS: usize = 1 << 18;

/// The events of one key that can still be in a chain, or keep one from being.
#[derive(Serialize, Deserialize)]
pub struct Events {
    /// For each step but the last: its events, numbered.
    steps: Vec<VecDeque<(usize, Arc<Event>)>>,
    /// For each absence.
    absences: Vec<VecDeque<Arc<Event>>>,
    /// The next number.
    next: usize,
    /// Dead ends that stay dead.
    #[serde(skip)]
    dead_ends: FxHashSet<DeadEnd>,
}

impl Events {
    /// How many there are.
    pub fn len(&self) -> usize {
        let steps: usize = self.steps.iter().map(VecDeque::len).sum();
        steps + self.absences.iter().map(VecDeque::len).sum::<usize>()
    }

    /// Adds an event for a step other than the last.
    pub fn add_to_step(&mut self, step: usize, event: &Arc<Event>, program: &Program) {
        let number = self.number();
        let events = &mut self.steps[step];
        if let Some(fields) = &program.told_apart_by {
            forget_replaced(events, event, fields);
        }
        events.push_back((number, Arc::clone(event)));
    }

    /// Adds an event for an absence.
    pub fn add_to_absence(&mut self, absence: usize, event: &Arc<Event>) {
        self.absences[absence].push_back(Arc::clone(event));
    }

    fn number(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    /// Drops the events before a time.
    pub fn drop_before(&mut self, time: i64) {
        for events in &mut self.steps {
            while events.front().is_some_and(|(_, oldest)| oldest.time < time) {
                events.pop_front();
            }
        }
        for events in &mut self.absences {
            while events.front().is_some_and(|oldest| oldest.time < time) {
                events.pop_front();
            }
        }
        // Most of them are about events that have gone, when there are so many.
        if !self.dead_ends.is_empty() && self.dead_ends.len() > MOST_DEAD_ENDS.min(8 * self.len() + 1024) {
            self.dead_ends.clear();
        }
    }

    /// All events until `time` are there: drops those of that time that no event of the step before leads to.
    pub fn prune(&mut self, time: i64, width: i64) {
        for step in 1..self.steps.len() {
            let (before, after) = self.steps.split_at_mut(step);
            let leads = before[step - 1].back().is_some_and(|(_, last)| last.time >= time.saturating_sub(width));
            while !leads && after[0].back().is_some_and(|(_, last)| last.time == time) {
                after[0].pop_back();
            }
        }
    }
}

/// How far back an event is looked for that a new one replaces. Beyond, events are only kept longer than they need be.
const LOOKED_AT: usize = 8;

/// Takes away what can no longer be in a chain of two steps once an event is there: where two events come later that the second
/// step sees alike, one of them, which is not the completing event itself, is in the chain instead.
fn forget_replaced(events: &mut VecDeque<(usize, Arc<Event>)>, fresh: &Event, fields: &[Code]) {
    let fresh_row = alone(fresh);
    let alike = |(_, event): &(usize, Arc<Event>)| {
        let row = alone(event);
        fields.iter().all(|field| field.value(&row) == field.value(&fresh_row))
    };
    let latest = events.len().saturating_sub(LOOKED_AT)..events.len();
    let Some(last) = latest.clone().rev().find(|place| alike(&events[*place])) else { return };
    if same(&events[last].1, fresh) {
        return;
    }
    for place in (latest.start..last).rev() {
        if alike(&events[place]) {
            events.remove(place);
        }
    }
}

/// What is said of the events of a chain, ready to run.
pub struct Program {
    steps: usize,
    /// Of a sequence of two steps without absences: the fields of the first one that the second one names. Events that are alike
    /// in them differ in nothing that tells whether there is a chain.
    told_apart_by: Option<Vec<Code>>,
    /// By the step that must be chosen last before it can be tested.
    conditions: Vec<Vec<Condition>>,
    absences: Vec<Absence>,
    /// By the number of steps not yet chosen: the chosen ones that something is still to be tested against.
    named: Vec<Vec<usize>>,
}

/// What is said of a step's event beside earlier ones.
struct Condition {
    /// The step.
    step: usize,
    code: Code,
    /// Whether it speaks of the last step and one other only.
    with_last: bool,
}

impl Condition {
    fn holds(&self, chain: &[&Event]) -> bool {
        let others = Others { steps: chain, ..Others::default() };
        self.code.holds(&Row { event: chain[self.step], aggregates: &[], others })
    }
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
        let mut conditions: Vec<Vec<Condition>> = (0..steps).map(|_| Vec::new()).collect();
        // What is tested together: the steps that it speaks of.
        let mut tests: Vec<Vec<usize>> = Vec::new();
        for (index, step) in shape.steps.iter().enumerate() {
            for condition in &step.predicate {
                let mut spoken_of = named(std::slice::from_ref(condition));
                let first = first(&spoken_of).min(index);
                let with_last = index + 1 == steps && spoken_of.iter().all(|step| *step == first);
                spoken_of.push(index);
                conditions[first].push(Condition { step: index, code: compiler.code(condition), with_last });
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
        let only_two = steps == 2 && absences.is_empty();
        let told_apart_by = only_two.then(|| fields_named(&shape.steps[1].predicate, compiler));
        Self { steps, told_apart_by, conditions, absences, named: (0..=steps).map(open).collect() }
    }

    /// No events yet.
    pub fn no_events(&self) -> Events {
        Events {
            steps: (1..self.steps).map(|_| VecDeque::new()).collect(),
            absences: self.absences.iter().map(|_| VecDeque::new()).collect(),
            next: 0,
            dead_ends: FxHashSet::default(),
        }
    }

    /// The chain with the latest steps that ends with `last` and does not begin before `earliest`, if there is one. Completing
    /// events of a key come in order of time.
    pub fn latest_chain(&self, events: &mut Events, last: &Arc<Event>, earliest: i64) -> Option<Vec<Arc<Event>>> {
        let in_time = |(_, event): &(usize, Arc<Event>)| event.time >= earliest;
        if !events.steps.iter().all(|events| events.back().is_some_and(in_time)) {
            return None;
        }
        let number = events.number();
        let mut search = Search {
            program: self,
            events,
            earliest,
            chosen: [(number, last); MOST_STEPS],
            dead_ends: FxHashSet::default(),
            stay_dead: Vec::new(),
        };
        let found = search.fits(self.steps - 1)
            && (0..self.steps - 1).all(|step| search.has_a_fit(step))
            && search.choose(self.steps - 1);
        let chain = found.then(|| search.chosen[..self.steps].iter().map(|(_, event)| Arc::clone(event)).collect());
        let stay_dead = search.stay_dead;
        if !stay_dead.is_empty() {
            events.dead_ends.extend(stay_dead);
        }
        chain
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

/// The fields of the first step that conditions name.
fn fields_named(conditions: &[Expr], compiler: &Compiler<'_>) -> Vec<Code> {
    let mut fields = Vec::new();
    for condition in conditions {
        condition.walk(&mut |part| {
            if let ExprKind::Of(_, field) = part.kind {
                fields.push(field);
            }
        });
    }
    fields.sort_unstable();
    fields.dedup();
    fields.into_iter().map(|field| compiler.field(field)).collect()
}

fn first(steps: &[usize]) -> usize {
    steps.iter().copied().min().unwrap_or_default()
}

fn share_a_source(plan: &Plan, a: StreamIndex, b: StreamIndex) -> bool {
    let (a, b) = (plan.stream(a), plan.stream(b));
    a.legs.iter().any(|leg| b.legs.iter().any(|other| other.source.name == leg.source.name))
}

/// What the rest of a search depends on: how many steps are not chosen, and the numbers of chosen events, among them that of the
/// first chosen one; 0 where there is none.
type DeadEnd = (usize, [usize; MOST_STEPS]);

struct Search<'a> {
    program: &'a Program,
    events: &'a Events,
    /// No event of the chain is before this time.
    earliest: i64,
    /// The event of each step, with its number. Where a step is not chosen yet it has no meaning.
    chosen: [(usize, &'a Arc<Event>); MOST_STEPS],
    /// Those that the completing event has to do with.
    dead_ends: FxHashSet<DeadEnd>,
    /// Those that it has nothing to do with, found in this search.
    stay_dead: Vec<DeadEnd>,
}

impl<'a> Search<'a> {
    /// Whether some event of a step goes with the completing one.
    fn has_a_fit(&mut self, step: usize) -> bool {
        let conditions = &self.program.conditions[step];
        if self.program.steps == 2 || !conditions.iter().any(|condition| condition.with_last) {
            return true;
        }
        let (_, last) = self.chosen[self.program.steps - 1];
        self.candidates(step, last.time).filter(|(_, event)| !same(event, last)).any(|(number, event)| {
            self.chosen[step] = (*number, event);
            let chain = self.chain();
            conditions.iter().filter(|condition| condition.with_last).all(|condition| condition.holds(&chain))
        })
    }

    /// The events that a step may have, the latest first.
    fn candidates(&self, step: usize, latest: i64) -> impl Iterator<Item = &'a (usize, Arc<Event>)> + use<'a> {
        let (events, earliest) = (&self.events.steps[step], self.earliest);
        let end = events.partition_point(|(_, event)| event.time <= latest);
        events.range(..end).rev().take_while(move |(_, event)| event.time >= earliest)
    }

    /// Chooses the steps before `unchosen`; whether there is a way.
    fn choose(&mut self, unchosen: usize) -> bool {
        let Some(step) = unchosen.checked_sub(1) else { return true };
        let latest = self.chosen[unchosen].1.time;
        let (state, stays) = self.state(unchosen, latest);
        let is_dead = |state: &DeadEnd| self.dead_ends.contains(state) || self.events.dead_ends.contains(state);
        if state.as_ref().is_some_and(is_dead) {
            return false;
        }
        for (number, event) in self.candidates(step, latest) {
            if self.chosen[unchosen..self.program.steps].iter().any(|(_, other)| same(other, event)) {
                continue;
            }
            self.chosen[step] = (*number, event);
            if self.fits(step) && self.choose(step) {
                return true;
            }
        }
        if self.dead_ends.len() + self.stay_dead.len() < MOST_DEAD_ENDS {
            self.dead_ends.extend(state);
            self.stay_dead.extend(state.filter(|_| stays));
        }
        false
    }

    /// What the rest of the search depends on, and whether the completing event is not among it. None where it cannot come up
    /// twice.
    fn state(&self, unchosen: usize, latest: i64) -> (Option<DeadEnd>, bool) {
        let named = &self.program.named[unchosen];
        let (mut numbers, mut counted) = ([0; MOST_STEPS], 0);
        let chosen = self.chosen.iter().enumerate().take(self.program.steps).skip(unchosen);
        for (step, (number, event)) in chosen {
            // An event may not be chosen twice, which only those of the same moment could be.
            if named.contains(&step) || event.time == latest {
                numbers[step] = *number;
                counted += 1;
            }
        }
        let stays = numbers[self.program.steps - 1] == 0;
        let differs = counted < self.program.steps - unchosen;
        (differs.then_some((unchosen, numbers)), stays)
    }

    /// The chosen events. There are as many as the longest sequence has; those beyond the sequence's own mean nothing.
    fn chain(&self) -> [&'a Event; MOST_STEPS] {
        self.chosen.map(|(_, event)| -> &'a Event { event })
    }

    /// Whether what can be tested once `step` is chosen holds.
    fn fits(&self, step: usize) -> bool {
        let chain = self.chain();
        self.program.conditions[step].iter().all(|condition| condition.holds(&chain))
            && self.program.absences.iter().zip(&self.events.absences).all(|(absence, events)| {
                let tested = step == absence.first || step == 0;
                !tested || !self.present(absence, events, step, &chain)
            })
    }

    /// Whether there is an event that must not be. Before all steps are chosen only those count that no step can turn out to be.
    fn present(&self, absence: &Absence, events: &VecDeque<Arc<Event>>, step: usize, chain: &[&Event]) -> bool {
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
            !chain[step..self.program.steps].iter().any(|link| same(link, event))
                && absence.predicate.iter().all(|condition| condition.holds(&row))
        })
    }
}
