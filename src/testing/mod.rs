//! Tests of rules: their events through the evaluator, what comes compared with what is expected, and for what did not come the
//! reason why it just missed.
//!
//! `joined` makes one set of events of all tests of a rule. `events` makes the events, `compare` tells whether an expectation is met, `near` finds out what was in the way by taking one
//! obstacle away at a time and running again, and `show` writes results the way a test would expect them.

mod compare;
mod events;
pub mod joined;
mod near;
mod show;

use crate::catalog::Catalog;
use crate::engine::event::{Event, Layout};
use crate::engine::probe::Probe;
use crate::engine::run::{Alerts, Session};
use crate::engine::{Alert, Match};
use crate::plan::Plan;
use crate::plan::test::{ExpectationKind, Grain, Test};
use crate::source::{Place, Sources};

/// What tests are run with.
pub struct Surroundings<'a> {
    /// Log sources.
    pub catalog: &'a Catalog,
    /// The texts of the rules, to quote.
    pub sources: &'a Sources,
    /// Reads a file that a test names at a place.
    pub files: &'a ReadFile<'a>,
}

/// Gives the bytes of the file that a test names, or says why it cannot.
pub type ReadFile<'a> = dyn Fn(Place, &str) -> Result<Vec<u8>, String> + 'a;

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything that was expected came.
    Passed,
    /// Something did not.
    Failed(Vec<Failure>),
    /// Its events could not be made: why.
    Broken(String),
}

/// An expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where it stands.
    pub place: Place,
    /// What was expected, in the words of the test.
    pub expected: String,
    /// What came, one result each, in the same words.
    pub came: Vec<String>,
    /// Why what was expected did not come.
    pub reasons: Vec<String>,
}

/// What a rule made of events.
struct Results {
    matches: Vec<Match>,
    alerts: Vec<Alert>,
}

/// A test while it is run: the rule, and the events in order, copies removed.
struct Case<'a> {
    around: &'a Surroundings<'a>,
    test: &'a Test,
    plan: &'a Plan,
    layout: Layout,
    events: Vec<Event>,
}

/// Runs a test of a rule. `plan` is the rule's; a test that sets parameters has its own.
#[must_use]
pub fn run(test: &Test, plan: &Plan, around: &Surroundings<'_>) -> Verdict {
    let plan = test.plan.as_deref().unwrap_or(plan);
    let layout = layout(plan, around);
    let events = match events::events(test, &layout, around) {
        Ok(events) => events,
        Err(reason) => return Verdict::Broken(reason),
    };
    let case = Case { around, test, plan, layout, events };
    let results = case.evaluate(plan);
    let unmet = compare::unmet(&case, &results);
    if unmet.is_empty() {
        return Verdict::Passed;
    }
    Verdict::Failed(unmet.into_iter().map(|index| case.failure(index, &results)).collect())
}

/// Where values are in the events of a test.
fn layout(plan: &Plan, around: &Surroundings<'_>) -> Layout {
    let mut layout = Layout::new(std::slice::from_ref(plan), around.catalog);
    // There is no database of addresses in a test: geography is what events and records say.
    layout.slots.iter_mut().for_each(|slot| slot.look_up = false);
    layout
}

/// The results of a rule over events in order.
fn evaluate(plan: &Plan, layout: &Layout, events: &[Event]) -> Results {
    let plans = std::slice::from_ref(plan);
    let mut session = Session::new(plans, layout);
    let mut matches = Vec::new();
    let mut sink = |found| matches.push(found);
    for event in events {
        session.push(event, &mut sink);
    }
    session.finish(&mut sink);
    let mut alerts = Alerts::new(plans);
    matches.iter().cloned().for_each(|found| alerts.push(found));
    Results { matches, alerts: alerts.finish() }
}

impl Case<'_> {
    /// The results of a rule, perhaps one made easier, over the events.
    fn evaluate(&self, plan: &Plan) -> Results {
        self.evaluate_over(plan, &self.events)
    }

    /// The results of a rule over some of the events.
    fn evaluate_over(&self, plan: &Plan, events: &[Event]) -> Results {
        evaluate(plan, &self.layout, events)
    }

    /// Single expressions of the rule.
    fn probe(&self) -> Probe<'_> {
        Probe { plan: self.plan, layout: &self.layout }
    }

    /// How many times the rule can be run over the events without anyone waiting for long.
    fn patience(&self) -> usize {
        (1_000_000 / self.events.len().max(1)).clamp(1, 300)
    }

    fn failure(&self, index: usize, results: &Results) -> Failure {
        let expectation = &self.test.expectations[index];
        let grain = match &expectation.kind {
            ExpectationKind::None => Grain::Match,
            ExpectationKind::Count(_, grain) | ExpectationKind::Row(grain, _) => *grain,
        };
        Failure {
            place: expectation.place,
            expected: self.quote(expectation.place),
            came: show::results(self, results, grain),
            reasons: near::reasons(self, &expectation.kind, results),
        }
    }

    /// What is written at a place, on one line.
    fn quote(&self, place: Place) -> String {
        let text = &self.around.sources.get(place.source).text;
        text.get(place.span.range()).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
