//! The shipped rules' own tests on the Splunk model: the events of each, as records in which the catalogue finds their fields, and the
//! search finds what the evaluator finds.
//!
//! A test gives fields, not records. A record is made for each event by writing every field where the catalogue reads it for
//! Splunk, in a spelling that the catalogue turns into that value. What no record can say is counted, and named.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};
use tokentrail::catalog::{Catalog, load};
use tokentrail::check;
use tokentrail::engine::event::Layout;
use tokentrail::engine::output::{alert_object, match_object};
use tokentrail::engine::run::{Alerts, Session};
use tokentrail::engine::synthetic;
use tokentrail::plan::test::{Event, Input, Test};
use tokentrail::plan::{Geography, Plan};
use tokentrail::source::{Source, Sources};
use tokentrail::syntax;
use tokentrail::target::{self, Grain, Options, Period, Target};
use tokentrail::value::Value;

use crate::check::shipped_rules;
use crate::engines::{canonical, flat, sorted};
use crate::oracle;

mod record;

use record::{Unsaid, record, with_one_id};

/// The rules and their tests.
fn shipped() -> (Vec<Plan>, Vec<Test>) {
    let mut sources = Sources::default();
    let files: Vec<_> = shipped_rules()
        .into_iter()
        .map(|(path, text)| {
            let id = sources.add(Source::new(&path, &text));
            (id, syntax::parse(id, sources.get(id)))
        })
        .collect();
    let checked = check::check(files, &sources, &load::builtin(), jiff::civil::date(2026, 11, 23));
    (checked.plans, checked.tests)
}

/// What the tests of the rules give, by grain.
struct Answers {
    matches: Vec<String>,
    alerts: Vec<String>,
}

/// What the evaluator makes of a test.
fn evaluated(test: &Test, plan: &Plan, catalog: &Catalog) -> Answers {
    let plans = std::slice::from_ref(plan);
    let mut layout = Layout::new(plans, catalog);
    layout.slots.iter_mut().for_each(|slot| slot.look_up = false);
    let mut events: Vec<_> =
        events(test, catalog).iter().map(|event| synthetic::event(event, catalog, &layout).unwrap()).collect();
    events
        .sort_by(|one, other| (one.time, &one.event_id, one.source).cmp(&(other.time, &other.event_id, other.source)));
    let mut seen = BTreeSet::new();
    events.retain(|event| event.event_id.is_missing() || seen.insert((event.source, event.event_id.clone())));
    let mut session = Session::new(plans, &layout);
    let mut found = Vec::new();
    let mut sink = |one| found.push(one);
    events.iter().for_each(|event| session.push(event, &mut sink));
    session.finish(&mut sink);
    let mut alerts = Alerts::new(plans);
    found.iter().cloned().for_each(|one| alerts.push(one));
    let row = |mut object: Map<String, Json>, grain| {
        // An event without an id has none in the list of ids either.
        if let Some(Json::Array(ids)) = object.get_mut("event_ids") {
            ids.retain(|id| !id.is_null());
        }
        canonical(&Json::Object(flat(object)), plan, grain)
    };
    Answers {
        matches: sorted(found.iter().map(|one| row(match_object(one, plan), Grain::Match)).collect()),
        alerts: sorted(alerts.finish().iter().map(|one| row(alert_object(one, plan), Grain::Alert)).collect()),
    }
}

fn events(test: &Test, catalog: &Catalog) -> Vec<Event> {
    let event = |input: &Input| match input {
        Input::Event(event) => with_one_id(event.clone(), catalog),
        Input::Record { .. } | Input::File { .. } => {
            panic!("{}: a test that gives records needs no records made", test.name)
        }
    };
    test.inputs.iter().map(event).collect()
}

/// A test as the model is asked it: the events behind the macros, and what iplocation knows of their addresses.
fn world(test: &Test, plan: &Plan, catalog: &Catalog) -> Result<(Json, Json), Unsaid> {
    let mut macros: BTreeMap<String, Vec<Json>> =
        plan.legs().map(|leg| (leg.source.spl.macro_name.clone(), Vec::new())).collect();
    let key: Vec<String> = plan.shape.key().iter().map(|key| plan.fields[key.0].name.clone()).collect();
    let mut addresses = Map::new();
    for event in &events(test, catalog) {
        let made = record(event, catalog, &key)?;
        macros.entry(catalog.sources[&event.source].spl.macro_name.clone()).or_default().push(made);
        if plan.geography == Geography::Lookup {
            located(event, &mut addresses)?;
        }
    }
    Ok((json!(macros), Json::Object(addresses)))
}

/// What iplocation must know of an event's address.
fn located(event: &Event, addresses: &mut Map<String, Json>) -> Result<(), Unsaid> {
    let known = |name: &str| event.fields.get(name).filter(|value| !value.is_missing());
    let Some(Value::Ip(address)) = known("ip") else {
        let has_place = ["country", "city", "location"].into_iter().any(|name| known(name).is_some());
        return if has_place { Err("a place without an address".to_owned()) } else { Ok(()) };
    };
    let text = |name: &str| known(name).and_then(Value::as_text).unwrap_or_default().to_owned();
    let mut found = json!({"Country": text("country"), "City": text("city")});
    if let Some(Value::Location(north, east)) = known("location") {
        found["lat"] = json!(north.to_string());
        found["lon"] = json!(east.to_string());
    }
    match addresses.insert(address.to_string(), found.clone()) {
        Some(other) if other != found => Err(format!("{address} is in two places")),
        Some(_) | None => Ok(()),
    }
}

/// A fixed period around the events of a test.
fn around(test: &Test, plan: &Plan, catalog: &Catalog) -> Period {
    let times: Vec<i64> = events(test, catalog).iter().map(|event| event.time).collect();
    let (first, last) =
        (times.iter().min().copied().unwrap_or(test.start), times.iter().max().copied().unwrap_or(test.start));
    let day = 86_400_000_000;
    Period::Hunt {
        from: (first - plan.reach()).div_euclid(day) * day - day,
        to: (last + plan.wait()).div_euclid(day) * day + 2 * day,
    }
}

/// What is not documented, chosen otherwise; the answers must be the same.
const OTHERWISE: [(&str, &str); 3] = [("ties", "reversed"), ("missing", "first"), ("json_null", "nothing")];

#[test]
fn the_tests_of_the_shipped_rules_hold_in_splunk() {
    let catalog = load::builtin();
    let (plans, tests) = shipped();
    let (mut jobs, mut wanted, mut unsaid) = (Vec::new(), Vec::new(), Vec::new());
    for (number, test) in tests.iter().enumerate() {
        let plan = test.plan.as_deref().unwrap_or_else(|| plans.iter().find(|plan| plan.name == test.rule).unwrap());
        let (macros, addresses) = match world(test, plan, &catalog) {
            Ok(world) => world,
            Err(reason) => {
                unsaid.push(format!("{}, {}: {reason}", test.rule, test.name));
                continue;
            }
        };
        let answers = evaluated(test, plan, &catalog);
        for (grain, expected) in [(Grain::Match, &answers.matches), (Grain::Alert, &answers.alerts)] {
            let query =
                target::write(plan, Target::Spl, Options { grain, period: around(test, plan, &catalog) }).unwrap().text;
            let mut job = json!({"search": query, "now": test.start / 1_000_000 + 864_000, "macros": macros, "addresses": addresses});
            let (knob, value) = OTHERWISE[number % OTHERWISE.len()];
            jobs.push(job.clone());
            wanted.push((test, plan, grain, expected.clone()));
            if grain == Grain::Match {
                job[knob] = json!(value);
                jobs.push(job);
                wanted.push((test, plan, grain, expected.clone()));
            }
        }
    }
    let mut others = Vec::new();
    for ((answer, job), (test, plan, grain, expected)) in oracle::spl(&json!(jobs)).iter().zip(&jobs).zip(wanted) {
        let found =
            answer["rows"].as_array().map(|rows| sorted(rows.iter().map(|row| canonical(row, plan, grain)).collect()));
        if found.as_ref() != Some(&expected) {
            others.push(format!(
                "{}, {}, {grain:?}: {expected:#?}\n{found:#?} {}\n{}\n{}",
                test.rule,
                test.name,
                answer["error"],
                job["macros"],
                job["search"].as_str().unwrap()
            ));
        }
    }
    println!("{} tests, {} searches, {} not asked: {unsaid:#?}", tests.len(), jobs.len(), unsaid.len());
    assert!(
        others.is_empty(),
        "{} differ:\n{}",
        others.len(),
        others.iter().take(3).cloned().collect::<Vec<_>>().join("\n\n")
    );
    // A result beside a code of another one, an address in two places: no record and no database says that.
    assert!(tests.len() >= 400 && unsaid.len() * 25 <= tests.len(), "{unsaid:#?}");
}
