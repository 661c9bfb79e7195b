//! The shipped rules as questions to an engine of SQL: over the events of their tests, a day of logs, and nothing.

use std::path::Path;

use tokentrail::catalog::load;
use tokentrail::engine::event::{Event, Layout};
use tokentrail::engine::order::Orderer;
use tokentrail::engine::reader::{GeoDatabase, Reader};
use tokentrail::engine::synthetic;
use tokentrail::plan::Plan;
use tokentrail::plan::test::{Input, Test};
use tokentrail::source::Sources;
use tokentrail::target::{self, Dialect, Grain, Options, Period, Target};

use crate::asked::{Asked, Work};
use crate::engines::views::{Lake, Places};
use crate::engines::{canonical, found, sorted};

pub const GRAINS: [Grain; 2] = [Grain::Match, Grain::Alert];

/// The names of the sources that a plan reads.
fn sources_of(plan: &Plan) -> Vec<String> {
    let mut names: Vec<String> = plan.legs().map(|leg| leg.source.name.clone()).collect();
    names.sort();
    names.dedup();
    names
}

fn write(plan: &Plan, dialect: Dialect, grain: Grain, period: Period) -> String {
    let written = target::write(plan, Target::Sql(dialect), Options { grain, period });
    written.unwrap_or_else(|gaps| panic!("{}: {gaps:#?}", plan.name)).text
}

/// The events of a test, in a layout.
fn events_of(test: &Test, layout: &Layout, sources: &Sources) -> Vec<Event> {
    let catalog = load::builtin();
    let mut events = Vec::new();
    let mut reader = Reader::new(&catalog, layout, None);
    for input in &test.inputs {
        match input {
            Input::Event(event) => events.push(synthetic::event(event, &catalog, layout).unwrap()),
            Input::Record { json, .. } => {
                reader.read("the record", json.as_bytes(), &mut |event| events.push(event));
            }
            Input::File { path, place } => {
                let rule = Path::new(env!("CARGO_MANIFEST_DIR")).join(&sources.get(place.source).path);
                let bytes = std::fs::read(rule.parent().unwrap().join(path)).unwrap();
                reader.read(path, bytes.as_slice(), &mut |event| events.push(event));
            }
        }
    }
    events
}

/// What the evaluator finds in the events of a test.
fn evaluated(plan: &Plan, test: &Test, sources: &Sources, grain: Grain) -> Vec<String> {
    let mut layout = Layout::new(std::slice::from_ref(plan), &load::builtin());
    layout.slots.iter_mut().for_each(|slot| slot.look_up = false);
    let mut orderer = Orderer::new(usize::MAX);
    events_of(test, &layout, sources).into_iter().for_each(|event| orderer.push(event).unwrap());
    let rows = found(std::slice::from_ref(plan), &layout, orderer, grain).remove(0);
    sorted(rows.iter().map(|row| canonical(row, plan, grain)).collect())
}

/// Asks for the matches and alerts in the events of tests; `plans` are the rules'.
pub fn ask_tests<'p>(
    work: &mut Work<'p>,
    plans: &'p [Plan],
    tests: impl IntoIterator<Item = &'p Test>,
    sources: &Sources,
    dialect: Dialect,
    grains: &[Grain],
) {
    for test in tests {
        let of_rule = plans.iter().find(|plan| plan.name == test.rule).unwrap();
        let plan = test.plan.as_deref().unwrap_or(of_rule);
        let lake = Lake::new(sources_of(plan), Places::AsGiven);
        let events = events_of(test, &lake.layout, sources);
        let times = || events.iter().map(|event| event.time);
        let (first, last) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
        let period = Period::Hunt { from: first, to: last + 1 };
        let world = work.world(lake.views(events.iter().map(|event| (event, event.time))));
        for &grain in grains {
            let name = format!("{}: {}, {grain:?}", test.rule, test.name);
            let expected = evaluated(plan, test, sources, grain);
            let asked = Asked { name, plan, grain, expected };
            work.ask(&write(plan, dialect, grain, period), last / 1_000_000, world, asked);
        }
    }
}

/// The sample day, as the README shows it.
pub fn day(layout: &Layout, geo: Option<&GeoDatabase>) -> Vec<Event> {
    let text = include_bytes!("../fixtures/sample/day.ndjson");
    let catalog = load::builtin();
    let mut events = Vec::new();
    Reader::new(&catalog, layout, geo).read("day.ndjson", text.as_slice(), &mut |event| events.push(event));
    events
}

/// Every source there is.
fn every() -> Vec<String> {
    load::builtin().sources.keys().cloned().collect()
}

/// Asks for the matches and alerts in the sample day.
pub fn ask_day<'p>(work: &mut Work<'p>, plans: &'p [Plan], dialect: Dialect, grains: &[Grain]) {
    let geo = GeoDatabase::from_bytes(include_bytes!("../fixtures/sample/geo.mmdb").to_vec()).unwrap();
    let lake = Lake::new(every(), Places::LookedUp);
    let events = day(&lake.layout, Some(&geo));
    let world = work.world(lake.views(events.iter().map(|event| (event, event.time))));
    let times = || events.iter().map(|event| event.time);
    let period = Period::Hunt { from: times().min().unwrap(), to: times().max().unwrap() + 1 };
    let layout = Layout::new(plans, &load::builtin());
    let mut rules = 0;
    for &grain in grains {
        let mut orderer = Orderer::new(usize::MAX);
        day(&layout, Some(&geo)).into_iter().for_each(|event| orderer.push(event).unwrap());
        for (plan, rows) in plans.iter().zip(found(plans, &layout, orderer, grain)) {
            let expected = sorted(rows.iter().map(|row| canonical(row, plan, grain)).collect());
            rules += usize::from(!expected.is_empty());
            let asked = Asked { name: format!("day, {}, {grain:?}", plan.name), plan, grain, expected };
            work.ask(&write(plan, dialect, grain, period), 0, world, asked);
        }
    }
    assert!(rules >= 10, "a day in which nothing is found proves nothing: {rules}");
}

/// Holds scheduled queries against tables without a row: whether the engine takes them.
pub fn analyse<'p>(work: &mut Work<'p>, plans: &'p [Plan], dialect: Dialect) {
    let world = work.world(Lake::new(every(), Places::LookedUp).views([]));
    for plan in plans {
        for grain in GRAINS {
            work.analyse(&write(plan, dialect, grain, Period::Scheduled), world);
        }
    }
}
