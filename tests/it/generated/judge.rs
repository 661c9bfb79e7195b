//! Who is asked beside the evaluator: an engine, or the definition of the language written down in [`crate::reference`].

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;
use tokentrail::engine::event::{Event, Layout};
use tokentrail::engine::output::{alert_object, match_object};
use tokentrail::engine::reader::Reader;
use tokentrail::plan::Plan;
use tokentrail::target::{Grain, Options};

use super::shrink::{EVERY, Setting};
use super::suite;
use crate::agreement::runs;
use crate::engine::{CATALOG, without_copies};
use crate::engines::{Difference, Engine, Question, canonical, differences, evaluated, flat, sorted};
use crate::reference;
use crate::world::Happening;

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judge {
    /// An engine.
    Engine(Engine),
    /// The naive reference.
    Reference,
}

impl Judge {
    /// What it is asked with; the reference reads the plan itself.
    pub fn query(self, plan: &Plan, options: Options) -> Result<String, String> {
        match self {
            Self::Engine(engine) => suite::query(plan, engine, options),
            Self::Reference => Ok(String::new()),
        }
    }

    /// Where it differs from what is expected.
    pub fn differences(self, questions: &[Question<'_>]) -> Vec<Difference> {
        match self {
            Self::Engine(_) if questions.is_empty() => Vec::new(),
            Self::Engine(engine) => differences(engine, questions),
            Self::Reference => of_reference(questions),
        }
    }
}

/// The events that have arrived where it is about a run; all of them else.
pub fn seen(setting: Setting, events: &[Happening]) -> Vec<Happening> {
    if let Setting::Run(now) = setting { runs::arrived(events, now) } else { events.to_vec() }
}

/// What the evaluator says that each rule is to find.
pub fn expected(plans: &[Plan], setting: Setting, events: &[Happening]) -> Vec<Vec<String>> {
    let grain = setting.grain();
    let Setting::Run(now) = setting else {
        let found = evaluated(plans, events, grain);
        return plans.iter().zip(found).map(|(plan, found)| suite::rows(plan, &found, grain)).collect();
    };
    let before = runs::matches(plans, events, now - EVERY);
    let found = runs::matches(plans, events, now);
    let fresh = plans.iter().zip(before).zip(found).map(|((plan, before), found)| {
        let known: BTreeSet<String> = before.iter().map(|row| runs::identity(row, plan)).collect();
        let fresh = found.iter().filter(|row| !known.contains(&runs::identity(row, plan)));
        sorted(fresh.map(|row| canonical(row, plan, Grain::Match)).collect())
    });
    fresh.collect()
}

/// Asks the reference the questions that are about a whole period.
fn of_reference(questions: &[Question<'_>]) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < questions.len() {
        let same = |other: &&Question<'_>| Arc::ptr_eq(&other.events, &questions[at].events);
        let together = &questions[at..at + questions[at..].iter().take_while(same).count()];
        let plans: Vec<Plan> = together.iter().map(|question| question.plan.clone()).collect();
        let (matches, alerts) = referred(&plans, &questions[at].events);
        for (index, question) in together.iter().enumerate() {
            let rows = match question.grain {
                Grain::Match => &matches[index],
                Grain::Alert => &alerts[index],
            };
            let rows = suite::rows(question.plan, rows, question.grain);
            if rows != question.expected {
                let Question { name, plan, expected, .. } = question;
                let text = format!(
                    "the reference, rule {}, {name}:\n  evaluator {expected:#?}\n  reference {rows:#?}",
                    plan.name
                );
                found.push(Difference { question: at + index, text });
            }
        }
        at += together.len();
    }
    found
}

/// What the reference finds, per rule: matches and alerts.
fn referred(plans: &[Plan], events: &[Happening]) -> (Vec<Vec<Json>>, Vec<Vec<Json>>) {
    let layout = Layout::new(plans, &CATALOG);
    let mut reader = Reader::new(&CATALOG, &layout, None);
    let lines: Vec<String> = events.iter().map(|event| event.raw().to_string()).collect();
    let mut read: Vec<Event> = Vec::new();
    reader.read("world", lines.join("\n").as_bytes(), &mut |event| read.push(event));
    let (found, grouped) = reference::run(plans, &layout, &without_copies(read));
    let (mut matches, mut alerts) = (vec![Vec::new(); plans.len()], vec![Vec::new(); plans.len()]);
    for one in found {
        matches[one.plan].push(Json::Object(flat(match_object(&one, &plans[one.plan]))));
    }
    for one in grouped {
        alerts[one.first.plan].push(Json::Object(flat(alert_object(&one, &plans[one.first.plan]))));
    }
    (matches, alerts)
}
