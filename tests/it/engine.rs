//! The evaluator against the reference: random rules over random events, and what must not change a result.

use std::net::IpAddr;
use std::sync::LazyLock;

use proptest::prelude::*;
use tokentrail::catalog::{Catalog, load};
use tokentrail::check;
use tokentrail::engine::dispatch::{Dispatch, Taken};
use tokentrail::engine::event::{Event, Layout};
use tokentrail::engine::order::Orderer;
use tokentrail::engine::run::{Alerts, Session};
use tokentrail::engine::{Alert, Match, fingerprint};
use tokentrail::plan::{Plan, Shape};
use tokentrail::source::{Source, Sources};
use tokentrail::syntax;
use tokentrail::value::Value;

use crate::reference;
use crate::world::Dice;

mod busy;
mod rules;
mod saved;

use rules::{LISTS, prevalent, rule, several};

const MINUTE: i64 = 60_000_000;
/// 2026-03-04T00:00:00Z.
const START: i64 = 1_772_582_400_000_000;

/// The matches and alerts of the evaluator over events in any order.
fn run(plans: &[Plan], layout: &Layout, events: &[Event]) -> (Vec<Match>, Vec<Alert>) {
    let mut orderer = Orderer::new(usize::MAX);
    events.iter().for_each(|event| orderer.push(event.clone()).unwrap());
    let mut ordered = orderer.finish().unwrap();
    let (mut session, mut alerts, mut matches) = (Session::new(plans, layout), Alerts::new(plans), Vec::new());
    let mut sink = |found: Match| {
        alerts.push(found.clone());
        matches.push(found);
    };
    while let Some(event) = ordered.next_event().unwrap() {
        session.push(&event, &mut sink);
    }
    session.finish(&mut sink);
    (matches, alerts.finish())
}

/// The matches of so many shards over events in order, so many at a time, and how many events of each rule lack its key.
fn run_sharded(
    plans: &[Plan],
    layout: &Layout,
    events: &[Event],
    (shards, batch): (usize, usize),
) -> (Vec<Match>, Vec<u64>) {
    let dispatch = Dispatch::new(plans, layout);
    let taken: Vec<Taken> = events.iter().filter_map(|event| dispatch.take(event.clone())).collect();
    let (mut session, mut matches) = (Session::with_shards(plans, layout, shards), Vec::new());
    for batch in taken.chunks(batch) {
        session.apply_all(batch, &mut |found| matches.push(found));
    }
    session.finish(&mut |found| matches.push(found));
    (matches, session.events_without_key())
}

/// Events one by one, and in batches by several shards: the same matches in the same order.
fn shards_agree(plans: &[Plan], layout: &Layout, events: &[Event], batch: usize) -> Result<(), TestCaseError> {
    let (mut session, mut matches) = (Session::new(plans, layout), Vec::new());
    for event in events {
        session.push(event, &mut |found| matches.push(found));
    }
    session.finish(&mut |found| matches.push(found));
    let expected = (matches, session.events_without_key());
    for shards in [1, 2, 7] {
        prop_assert_eq!(&run_sharded(plans, layout, events, (shards, batch)), &expected, "{} shards", shards);
    }
    Ok(())
}

/// The built-in catalogue, read once for all cases.
pub static CATALOG: LazyLock<Catalog> = LazyLock::new(load::builtin);

/// The plans of a text without errors.
pub fn plans(text: &str) -> Vec<Plan> {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("generated.trail", text));
    let parsed = syntax::parse(id, sources.get(id));
    let checked = check::check(vec![(id, parsed)], &sources, &CATALOG, jiff::civil::date(2026, 11, 23));
    let errors: Vec<String> =
        checked.diagnostics.iter().map(|found| format!("{} {}", found.code.id(), found.message)).collect();
    assert!(!checked.plans.is_empty(), "{text}\n{errors:#?}");
    checked.plans
}

// Random events.

/// An event before it is laid out for a rule: times crowd around the edges of windows of a minute or two.
#[derive(Clone, Debug)]
struct Draft {
    quarter: i64,
    off: i64,
    id: u8,
    source: u8,
    seed: u64,
}

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    let off = prop_oneof![6 => Just(0_i64), 1 => Just(-1), 1 => Just(1)];
    let one = (0_i64..14, off, 0_u8..40, 0_u8..3, any::<u64>()).prop_map(|(quarter, off, id, source, seed)| Draft {
        quarter,
        off,
        id,
        source,
        seed,
    });
    prop::collection::vec(one, 0..28)
}

fn event(draft: &Draft, layout: &Layout, catalog: &Catalog) -> Event {
    let mut dice = Dice(draft.seed);
    let time = START + draft.quarter * MINUTE / 4 + draft.off;
    let name = ["entra.signin", "entra.signin_noninteractive", "graph.activity"][usize::from(draft.source)];
    let source = catalog.rank(name).unwrap();
    // Drawn for every event from a seed of its own, so that shrinking one event does not change another.
    let values = layout.values(source, |slot| value(&slot.field, time, &mut dice));
    // Some events have no id; ids of two events may be equal only where time and source differ or copies are removed.
    let event_id = if draft.id < 3 { Value::Missing } else { Value::text(&format!("e{:02}", draft.id)) };
    Event { time, event_id, source, values }
}

fn value(field: &str, time: i64, dice: &mut Dice) -> Value {
    if dice.below(6) == 0 {
        return Value::Missing;
    }
    let text =
        |dice: &mut Dice, texts: &[&str]| Value::text(texts[usize::try_from(dice.below(texts.len() as u64)).unwrap()]);
    let int = |dice: &mut Dice, numbers: &[i64]| Value::Int(dice.pick(numbers));
    match field {
        "token" => text(dice, &["T1", "t1"]),
        "session" | "user_id" => text(dice, &["S1", "S2"]),
        "user_name" => text(dice, &["ana@example.org", "bo@example.org"]),
        "country" => text(dice, &["DE", "FR", "US"]),
        "app" => text(dice, &["portal", "officehome"]),
        "user_agent" => text(dice, &["Example/1", "Example/2", "curl"]),
        "result" => text(dice, &["success", "success", "failure"]),
        "method" => text(dice, &["GET", "POST"]),
        "url" => text(dice, &["https://graph.microsoft.com/v1.0/users?$top=1", "/v1.0/me", "odd"]),
        "ip" => {
            let address: IpAddr = dice.pick(&["192.0.2.1", "10.0.0.7", "2001:db8::1", "198.51.100.7"]).parse().unwrap();
            Value::Ip(address)
        }
        "asn" => int(dice, &[64500, 64501]),
        "status_code" => int(dice, &[200, 403, 429]),
        "bytes" => int(dice, &[0, 100, 1000, 1001, 4000]),
        "duration_ms" => int(dice, &[0, 50, 800]),
        "is_interactive" => Value::Bool(dice.below(2) == 0),
        "token_issued" => Value::Time(time - dice.pick(&[0, MINUTE - 1, MINUTE, MINUTE + 1])),
        other => panic!("no values for {other}"),
    }
}

/// What a run gives, without the ids of windows: those that continue an alert have none.
fn comparable(plans: &[Plan], mut matches: Vec<Match>) -> Vec<Match> {
    for found in &mut matches {
        if matches!(plans[found.plan].shape, Shape::Window(_)) {
            found.events.clear();
        }
    }
    matches
}

/// Of copies the first one counts; of copies of one time that differ, the one with the least values.
pub fn without_copies(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by_key(|event| (event.time, event.event_id.clone(), event.source, event.values.clone()));
    let mut seen = std::collections::BTreeSet::new();
    events.retain(|event| event.event_id.is_missing() || seen.insert((event.source, event.event_id.clone())));
    events
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn the_evaluator_finds_what_the_definition_says(seed in any::<u64>(), drafts in drafts()) {
        agrees(&rule(seed), &drafts)?;
    }

    #[test]
    fn the_evaluator_finds_what_the_definition_says_of_several_events(seed in any::<u64>(), drafts in drafts()) {
        agrees(&several(seed), &drafts)?;
    }

    #[test]
    fn the_evaluator_finds_what_the_definition_says_of_earlier_days(seed in any::<u64>(), drafts in drafts()) {
        agrees(&prevalent(seed), &over_days(drafts))?;
    }

    #[test]
    fn order_of_arrival_and_copies_change_nothing(seed in any::<u64>(), drafts in drafts()) {
        unmoved(&rule(seed), &drafts)?;
    }

    #[test]
    fn order_of_arrival_and_copies_change_nothing_of_several_events(seed in any::<u64>(), drafts in drafts()) {
        unmoved(&several(seed), &drafts)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn shards_and_batches_change_nothing(seed in any::<u64>(), drafts in drafts(), batch in 1_usize..40) {
        // Rules of every kind over the same events; those of earlier days are over days.
        let texts = [rule(seed), rule(seed ^ 1), several(seed), several(seed ^ 1), prevalent(seed)];
        for texts in [&texts[..4], &texts[4..]] {
            let named = texts.iter().enumerate();
            let rules: String = named
                .map(|(index, text)| text.replace(LISTS, "").replace("generated", &format!("rule_{index}")))
                .collect();
            let plans = plans(&format!("{LISTS}{rules}"));
            let drafts = if texts.len() == 1 { over_days(drafts.clone()) } else { drafts.clone() };
            let layout = Layout::new(&plans, &CATALOG);
            let events = without_copies(drafts.iter().map(|draft| event(draft, &layout, &CATALOG)).collect());
            shards_agree(&plans, &layout, &events, batch)?;
        }
    }
}

/// The same events a quarter of a day apart where it was a quarter of a minute.
fn over_days(drafts: Vec<Draft>) -> Vec<Draft> {
    drafts.into_iter().map(|draft| Draft { quarter: draft.quarter * 24 * 60, ..draft }).collect()
}

/// The evaluator and the reference find the same.
fn agrees(text: &str, drafts: &[Draft]) -> Result<(), TestCaseError> {
    let plans = plans(text);
    let catalog = &*CATALOG;
    let layout = Layout::new(&plans, catalog);
    let events: Vec<Event> = drafts.iter().map(|draft| event(draft, &layout, catalog)).collect();
    let (matches, alerts) = run(&plans, &layout, &events);
    let (expected, expected_alerts) = reference::run(&plans, &layout, &without_copies(events));
    prop_assert_eq!(comparable(&plans, matches), comparable(&plans, expected), "{}", text);
    prop_assert_eq!(alerts, expected_alerts, "{}", text);
    Ok(())
}

/// Events in another order, some of them twice, give the same.
fn unmoved(text: &str, drafts: &[Draft]) -> Result<(), TestCaseError> {
    let plans = plans(text);
    let catalog = &*CATALOG;
    let layout = Layout::new(&plans, catalog);
    let events = without_copies(drafts.iter().map(|draft| event(draft, &layout, catalog)).collect());
    let expected = run(&plans, &layout, &events);
    let mut shuffled: Vec<Event> = events.iter().filter(|event| !event.event_id.is_missing()).cloned().collect();
    shuffled.extend(events.iter().rev().cloned());
    prop_assert_eq!(run(&plans, &layout, &shuffled), expected, "{}", text);
    Ok(())
}

/// Many rules over one day's worth of events in one run, and how many matches each has.
fn together(rule: fn(u64) -> String, count: u64) -> Vec<(Plan, usize)> {
    let catalog = &*CATALOG;
    let texts: Vec<String> =
        (0..count).map(|seed| rule(seed).replace(LISTS, "").replace("generated", &format!("rule_{seed}"))).collect();
    let together = plans(&format!("{LISTS}{}", texts.concat()));
    let layout = Layout::new(&together, catalog);
    let mut dice = Dice(7);
    let drafts: Vec<Draft> = (0..60)
        .map(|id| Draft {
            quarter: i64::try_from(dice.below(14)).unwrap(),
            off: dice.pick(&[0, 0, 0, -1, 1]),
            id: id + 3,
            source: u8::try_from(dice.below(3)).unwrap(),
            seed: dice.below(u64::MAX),
        })
        .collect();
    let events: Vec<Event> = drafts.iter().map(|draft| event(draft, &layout, catalog)).collect();
    let (matches, alerts) = run(&together, &layout, &events);
    let (expected, expected_alerts) = reference::run(&together, &layout, &events);
    let mut counts = vec![0; together.len()];
    matches.iter().for_each(|found| counts[found.plan] += 1);
    assert_eq!(comparable(&together, matches), comparable(&together, expected));
    assert_eq!(alerts, expected_alerts);
    shards_agree(&together, &layout, &without_copies(events), 25).unwrap();
    together.into_iter().zip(counts).collect()
}

#[test]
fn several_rules_in_one_run_give_what_each_gives_alone() {
    let counts = together(rule, 40);
    assert!(counts.iter().map(|(_, count)| count).sum::<usize>() > 200);
}

#[test]
fn several_rules_of_several_events_in_one_run_give_what_each_gives_alone() {
    let counts = together(several, 200);
    let find = |of: fn(&Plan) -> bool| counts.iter().filter(|(plan, count)| of(plan) && *count > 0).count();
    let absent = |plan: &Plan| matches!(&plan.shape, Shape::Sequence(shape) if !shape.absences.is_empty());
    // Rules that never find anything would prove nothing.
    let found = [
        find(|plan| matches!(plan.shape, Shape::Consecutive(_))),
        find(|plan| matches!(plan.shape, Shape::Sequence(_))),
        find(absent),
        find(|plan| matches!(plan.shape, Shape::FirstSeen(_))),
        find(|plan| !plan.unless.is_empty()),
    ];
    assert!(found.iter().all(|count| *count >= 5), "{found:?}");
}
