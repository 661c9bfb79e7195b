//! The pairs of rules and events: which rules are kept, what is expected of them, and how an engine is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value as Json;
use tokentrail::check;
use tokentrail::plan::Plan;
use tokentrail::source::{Source, Sources};
use tokentrail::syntax;
use tokentrail::target::{self, Grain, Options};

use super::coverage;
use super::judge::{self, Judge};
use super::rule::{Generated, Kind, rule};
use super::shrink::{EVERY, Setting};
use crate::check::has_errors;
use crate::engine::CATALOG;
use crate::engines::{Difference, Engine, Question, canonical, evaluated, sorted};
use crate::world::{Happening, START, full, hard};

/// Logs that are read together.
pub const PALETTES: [&[&str]; 8] = [
    &["entra.signin", "entra.signin_noninteractive"],
    &["entra.signin", "graph.activity"],
    &["entra.signin", "entra.signin_noninteractive", "graph.activity", "m365.audit"],
    &["okta.system", "entra.signin"],
    &["graph.activity", "m365.audit"],
    &["entra.signin_service_principal", "entra.signin_managed_identity"],
    &["entra.audit", "entra.risk_detection", "entra.signin"],
    &["aad_graph.activity", "graph.activity"],
];

const DAY: i64 = 86_400;

/// Some events.
#[derive(Clone)]
pub struct World {
    /// For messages.
    pub name: String,
    /// Over some hours, or over days around the first day of the period.
    pub over_days: bool,
    /// The events.
    pub events: Arc<Vec<Happening>>,
}

/// The worlds of a palette.
pub fn worlds(palette: usize, count: u64) -> Vec<World> {
    let world = |at: u64| {
        let over_days = at % 4 == 3;
        let seed = 1000 * (palette as u64 + 1) + at;
        let make = if at % 4 == 2 { hard } else { full };
        let mut events = make(seed, 24 + usize::try_from(at).unwrap() * 4, PALETTES[palette]);
        if over_days {
            for event in &mut events {
                event.second = event.second * 12 - 2 * DAY;
                event.arrived = event.second + 60;
            }
        }
        World { name: format!("world {seed}"), over_days, events: Arc::new(events) }
    };
    (0..count).map(world).collect()
}

/// A rule and what it finds.
pub struct Rule {
    /// Where it is from.
    pub generated: Generated,
    /// Its plan.
    pub plan: Plan,
    /// Its logs.
    pub palette: usize,
    /// What it finds in each world, in one spelling.
    pub expected: Vec<Vec<String>>,
}

/// How many rules were thrown away, and why.
#[derive(Clone, Copy, Debug, Default)]
pub struct Thrown {
    /// They find nothing in any world.
    pub nothing: usize,
    /// They find every event of every world.
    pub everything: usize,
    /// They do, but there are enough of their kind.
    pub enough: usize,
}

/// Rules and the worlds of their logs.
pub struct Suite {
    /// The rules.
    pub rules: Vec<Rule>,
    /// Of each palette.
    pub worlds: Vec<Vec<World>>,
    /// What was not kept.
    pub thrown: Thrown,
}

/// A rule of a seed, and its palette.
pub fn drawn(seed: u64) -> (Generated, usize) {
    let kind = Kind::CYCLE[usize::try_from(seed % Kind::CYCLE.len() as u64).unwrap()];
    let palette = usize::try_from(seed / Kind::CYCLE.len() as u64 % PALETTES.len() as u64).unwrap();
    (rule(seed, kind, PALETTES[palette]), palette)
}

/// The plan of a text, or what the checker says against it.
pub fn plan(text: &str) -> Result<Plan, String> {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("generated.trail", text));
    let parsed = syntax::parse(id, sources.get(id));
    let mut checked = check::check(vec![(id, parsed)], &sources, &CATALOG, jiff::civil::date(2026, 11, 23));
    if has_errors(&checked) || checked.plans.len() != 1 {
        let messages: Vec<String> =
            checked.diagnostics.iter().map(|found| format!("{} {}", found.code.id(), found.message)).collect();
        return Err(format!("{text}\n{messages:#?}"));
    }
    Ok(checked.plans.swap_remove(0))
}

/// Whether a row lies in the period that is hunted in.
pub fn is_hunted(row: &Json) -> bool {
    let Some(time) = row["time"].as_str() else { return true };
    let second = time.parse::<jiff::Timestamp>().unwrap().as_second() - START;
    (-DAY..2 * DAY).contains(&second)
}

/// Rows that are hunted, in one spelling.
pub fn rows(plan: &Plan, found: &[Json], grain: Grain) -> Vec<String> {
    sorted(found.iter().filter(|row| is_hunted(row)).map(|row| canonical(row, plan, grain)).collect())
}

/// How many events there are that could match.
fn candidates(plan: &Plan, events: &[Happening]) -> usize {
    let last = match &plan.shape {
        tokentrail::plan::Shape::Sequence(sequence) => plan.stream(sequence.steps[sequence.steps.len() - 1].stream),
        _ => plan.main(),
    };
    let of = |event: &&Happening| last.legs.iter().any(|leg| leg.source.name == event.source);
    let hunted = |event: &&Happening| (-DAY..2 * DAY).contains(&event.second);
    let ids: BTreeSet<(&str, &str)> =
        events.iter().filter(of).filter(hunted).map(|event| (event.source, event.id.as_str())).collect();
    ids.len()
}

/// Rules of these seeds that find something and not everything, at most so many, each with what it finds in so many worlds. Those
/// that make use of something new come first.
pub fn pairs(seeds: Range<u64>, keep: usize, count: u64) -> Suite {
    let worlds: Vec<Vec<World>> = (0..PALETTES.len()).map(|palette| worlds(palette, count)).collect();
    let mut drafts: Vec<Vec<(u64, Generated, Plan)>> = vec![Vec::new(); PALETTES.len()];
    let mut wrong = Vec::new();
    for seed in seeds {
        let (generated, palette) = drawn(seed);
        match plan(&generated.text()) {
            Ok(plan) => drafts[palette].push((seed, generated, plan)),
            Err(error) => wrong.push(error),
        }
    }
    let shown = wrong.iter().take(5).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} generated rules do not check:\n{shown}", wrong.len());
    let mut thrown = Thrown::default();
    let mut good: Vec<(u64, Rule)> = Vec::new();
    for (palette, drafts) in drafts.into_iter().enumerate() {
        let plans: Vec<Plan> = drafts.iter().map(|(_, _, plan)| plan.clone()).collect();
        let mut expected: Vec<Vec<Vec<String>>> = vec![Vec::new(); plans.len()];
        for world in &worlds[palette] {
            let found = evaluated(&plans, &world.events, Grain::Match);
            for ((plan, found), expected) in plans.iter().zip(found).zip(&mut expected) {
                expected.push(rows(plan, &found, Grain::Match));
            }
        }
        for ((seed, generated, plan), expected) in drafts.into_iter().zip(expected) {
            let found: usize = expected.iter().map(Vec::len).sum();
            let all: usize = worlds[palette].iter().map(|world| candidates(&plan, &world.events)).sum();
            if found == 0 {
                thrown.nothing += 1;
            } else if found >= all {
                thrown.everything += 1;
            } else {
                good.push((seed, Rule { generated, plan, palette, expected }));
            }
        }
    }
    good.sort_by_key(|(seed, _)| *seed);
    let mut covered = BTreeSet::new();
    let (mut rules, mut rest) = (Vec::new(), Vec::new());
    for (_, rule) in good {
        let new: BTreeSet<String> = coverage::of(&rule.plan).difference(&covered).cloned().collect();
        if new.is_empty() {
            rest.push(rule)
        } else {
            rules.push(rule)
        }
        covered.extend(new);
    }
    rules.extend(rest);
    thrown.enough = rules.len().saturating_sub(keep);
    rules.truncate(keep);
    Suite { rules, worlds, thrown }
}

/// What a target does not write: how many rules, by what it says.
pub type Refused = BTreeMap<String, Vec<String>>;

/// The query of a plan, or why there is none.
pub fn query(plan: &Plan, engine: Engine, options: Options) -> Result<String, String> {
    match target::write(plan, engine.target(), options) {
        Ok(query) => Ok(query.text),
        Err(errors) => {
            let messages: BTreeSet<String> =
                errors.iter().map(|error| format!("{} {}", error.code.id(), error.message)).collect();
            Err(messages.into_iter().collect::<Vec<_>>().join("; "))
        }
    }
}

/// What came of asking somebody.
pub struct Outcome {
    /// How many pairs there were.
    pub pairs: usize,
    /// Where there is a difference: which rule, what to read, and the events (all of them, also those that had not arrived).
    pub differences: Vec<(usize, String, Setting, Arc<Vec<Happening>>)>,
    /// What was not asked.
    pub refused: Refused,
}

/// The ways in which a rule is asked in a world.
fn settings(how: How) -> Vec<Setting> {
    match how {
        How::Matches => vec![Setting::Hunt(Grain::Match)],
        How::Alerts => vec![Setting::Hunt(Grain::Alert)],
        How::Runs => [2, 4, 7].map(|hour| Setting::Run(hour * EVERY)).into(),
    }
}

/// Over a fixed period or run by run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// A row for each match, over the whole period.
    Matches,
    /// A row for each alert.
    Alerts,
    /// Some runs of the scheduled query.
    Runs,
}

/// A question before it has a query.
struct Asked<'a> {
    rule: usize,
    world: &'a World,
    setting: Setting,
    seen: Arc<Vec<Happening>>,
    expected: Vec<String>,
}

/// Asks the rules of a part of a suite in the worlds of their logs: over days only where single matches are compared, since the
/// period cuts alerts in two.
pub fn run(judge: Judge, suite: &Suite, how: How, part: impl Fn(usize) -> bool) -> Outcome {
    let mut refused = Refused::new();
    let mut queries: BTreeMap<usize, (Plan, String)> = BTreeMap::new();
    for (index, rule) in suite.rules.iter().enumerate().filter(|(index, _)| part(*index)) {
        let plan = settings(how)[0].adapt(rule.plan.clone());
        match judge.query(&plan, settings(how)[0].options()) {
            Ok(query) => drop(queries.insert(index, (plan, query))),
            Err(reason) => refused.entry(reason).or_default().push(rule.generated.text()),
        }
    }
    let mut asked = Vec::new();
    for palette in 0..PALETTES.len() {
        let rules: Vec<usize> =
            queries.keys().copied().filter(|index| suite.rules[*index].palette == palette).collect();
        let worlds = suite.worlds[palette].iter().enumerate();
        let worlds = worlds.filter(|(_, world)| how == How::Matches || !world.over_days);
        let most = if how == How::Runs { 2 } else { usize::MAX };
        for (at, world) in worlds.take(most) {
            for setting in settings(how) {
                let seen = Arc::new(judge::seen(setting, &world.events));
                let plans: Vec<Plan> = rules.iter().map(|index| queries[index].0.clone()).collect();
                let expected = if how == How::Matches {
                    rules.iter().map(|index| suite.rules[*index].expected[at].clone()).collect()
                } else {
                    judge::expected(&plans, setting, &world.events)
                };
                for (rule, expected) in rules.iter().copied().zip(expected) {
                    asked.push(Asked { rule, world, setting, seen: Arc::clone(&seen), expected });
                }
            }
        }
    }
    let question = |one: &Asked<'_>| Question {
        name: format!("{}, {:?}", one.world.name, one.setting),
        plan: &queries[&one.rule].0,
        grain: one.setting.grain(),
        query: queries[&one.rule].1.clone(),
        now: one.setting.now(),
        events: Arc::clone(&one.seen),
        expected: one.expected.clone(),
    };
    let questions: Vec<Question<'_>> = asked.iter().map(question).collect();
    let differences = judge.differences(&questions).into_iter().map(|Difference { question, text }| {
        let one = &asked[question];
        (one.rule, text, one.setting, Arc::clone(&one.world.events))
    });
    Outcome { pairs: questions.len(), differences: differences.collect(), refused }
}
