//! A difference made small: parts of the rule and events are left out as long as the engine still differs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tokentrail::plan::{Plan, Runs, Schedule};
use tokentrail::target::{Grain, Options, Period};

use super::judge::{self, Judge};
use super::node::Node;
use super::record;
use super::rule::text_of;
use super::suite::plan;
use crate::engines::{Question, hunt};
use crate::world::Happening;

/// How a rule is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Over the whole period.
    Hunt(Grain),
    /// One run, at a time in seconds after the start of the world.
    Run(i64),
}

/// Seconds between runs.
pub const EVERY: i64 = 3600;
/// How late events arrive at most, in seconds.
pub const DELAY: i64 = 3000;

impl Setting {
    /// What a row is.
    pub fn grain(self) -> Grain {
        if let Self::Hunt(grain) = self { grain } else { Grain::Match }
    }

    /// How the query is written.
    pub fn options(self) -> Options {
        let period = if let Self::Hunt(_) = self { hunt() } else { Period::Scheduled };
        Options { grain: self.grain(), period }
    }

    /// When it is asked, in seconds after the start of the world.
    pub fn now(self) -> i64 {
        if let Self::Run(now) = self { now } else { 2 * 86_400 }
    }

    /// The plan as it is asked.
    pub fn adapt(self, mut plan: Plan) -> Plan {
        if let Self::Run(_) = self {
            plan.schedule = Schedule { every: EVERY * 1_000_000, delay: DELAY * 1_000_000, runs: Runs::Scheduled };
        }
        plan
    }
}

/// A rule in a world, asked in some way.
#[derive(Clone, Debug)]
pub struct Case {
    /// The rule.
    pub tree: Node,
    /// The events.
    pub events: Vec<Happening>,
    /// How it is asked.
    pub setting: Setting,
}

/// Whether something is an error of the engine, or another answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Error,
    Rows,
}

impl Case {
    /// What a file keeps of it.
    pub fn record(&self, expected: &[String]) -> (String, Json) {
        let setting = match self.setting {
            Setting::Hunt(Grain::Match) => json!("match"),
            Setting::Hunt(Grain::Alert) => json!("alert"),
            Setting::Run(now) => json!({"run": now}),
        };
        let events: Vec<Json> = self.events.iter().map(record::to_json).collect();
        (text_of(&self.tree), json!({"setting": setting, "events": events, "expected": expected}))
    }
}

/// For each case how it differs, if it does, and what to read.
fn differing(judge: Judge, cases: &[Case]) -> Vec<Option<(Class, String)>> {
    let mut asked = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let Ok(plan) = plan(&text_of(&case.tree)) else { continue };
        let plan = case.setting.adapt(plan);
        let Ok(query) = judge.query(&plan, case.setting.options()) else { continue };
        asked.push((index, plan, query));
    }
    let questions: Vec<Question<'_>> = asked
        .iter()
        .map(|(index, plan, query)| {
            let case = &cases[*index];
            Question {
                name: "shrunk".to_owned(),
                plan,
                grain: case.setting.grain(),
                query: query.clone(),
                now: case.setting.now(),
                events: Arc::new(judge::seen(case.setting, &case.events)),
                expected: judge::expected(std::slice::from_ref(plan), case.setting, &case.events).swap_remove(0),
            }
        })
        .collect();
    let mut found = vec![None; cases.len()];
    for difference in judge.differences(&questions) {
        let class = if difference.text.contains("\n  evaluator ") { Class::Rows } else { Class::Error };
        found[asked[difference.question].0] = Some((class, difference.text));
    }
    found
}

/// The smallest case that still differs, as far as the time allows, and what to read.
pub fn shrink(judge: Judge, case: Case, time: Duration) -> (Case, String) {
    let until = Instant::now() + time;
    let Some((class, mut text)) = differing(judge, std::slice::from_ref(&case)).swap_remove(0) else {
        return (case, "it does not differ when it is asked alone".to_owned());
    };
    let mut case = case;
    loop {
        let before = (case.tree.write().len(), case.events.len());
        fewer_events(judge, &mut case, &mut text, class, until);
        smaller_rule(judge, &mut case, &mut text, class, until);
        if (case.tree.write().len(), case.events.len()) == before || Instant::now() > until {
            return (case, text);
        }
    }
}

/// Takes the first of some cases that still differs in the same way.
fn take(judge: Judge, candidates: Vec<Case>, case: &mut Case, text: &mut String, class: Class) -> bool {
    let found = differing(judge, &candidates);
    let first = candidates
        .into_iter()
        .zip(found)
        .find_map(|(candidate, found)| found.filter(|(other, _)| *other == class).map(|(_, text)| (candidate, text)));
    let Some((smaller, shown)) = first else { return false };
    (*case, *text) = (smaller, shown);
    true
}

fn fewer_events(judge: Judge, case: &mut Case, text: &mut String, class: Class, until: Instant) {
    let mut size = case.events.len().div_ceil(2);
    while size >= 1 && Instant::now() < until {
        let without = |at: usize| {
            let mut events = case.events.clone();
            events.drain(at..(at + size).min(events.len()));
            Case { events, ..case.clone() }
        };
        let candidates: Vec<Case> = (0..case.events.len()).step_by(size).map(without).collect();
        if take(judge, candidates, case, text, class) {
            size = size.min(case.events.len());
        } else {
            size /= 2;
        }
    }
}

/// How many rules are asked at once.
const BATCH: usize = 24;

fn smaller_rule(judge: Judge, case: &mut Case, text: &mut String, class: Class, until: Instant) {
    'smaller: while Instant::now() < until {
        let smaller: Vec<Case> = case.tree.smaller().into_iter().map(|tree| Case { tree, ..case.clone() }).collect();
        for batch in smaller.chunks(BATCH) {
            if take(judge, batch.to_vec(), case, text, class) {
                continue 'smaller;
            }
        }
        return;
    }
}
