//! The evaluator against the reference: random rules over random events, and what must not change a result.

use std::net::IpAddr;
use std::sync::LazyLock;

use proptest::prelude::*;
use tokentrail::catalog::{Catalog, load};
use tokentrail::check;
use tokentrail::engine::event::{Event, Layout};
use tokentrail::engine::order::Orderer;
use tokentrail::engine::run::{Alerts, Session};
use tokentrail::engine::{Alert, Match};
use tokentrail::plan::Plan;
use tokentrail::source::{Source, Sources};
use tokentrail::syntax;
use tokentrail::value::Value;

use crate::reference;
use crate::world::Dice;

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

// Random rules.

/// What rules of a group of sources are made of.
struct Vocabulary {
    from: &'static [&'static str],
    keys: &'static [&'static str],
    values: &'static [&'static str],
    tests: &'static [&'static str],
    numbers: &'static [&'static str],
}

const SIGN_IN: Vocabulary = Vocabulary {
    from: &["entra.signin", "entra.signin_noninteractive", "entra.signin + entra.signin_noninteractive"],
    keys: &["token", "session", "user_name", "token, ip", "user_name, app", "is_interactive"],
    values: &[
        "country",
        "ip",
        "app",
        "asn",
        "session",
        "user_agent",
        "result",
        "lower(user_agent)",
        "length(app)",
        "coalesce(country, \"US\")",
        "if(is_interactive, country, \"FR\")",
        "is_interactive",
    ],
    tests: &[
        "result == success",
        "result != success",
        "country == \"DE\"",
        "country != \"DE\"",
        "country in [\"DE\", \"FR\"]",
        "country not in [\"DE\"]",
        "app == \"Portal\"",
        "app contains \"FF\"",
        "user_agent starts_with \"Exa\"",
        "user_agent ends_with \"2\"",
        "user_agent matches \"^[A-Z]\"",
        "ip in offices",
        "ip not in offices",
        "ip in \"192.0.2.0/24\"",
        "is_interactive",
        "not is_interactive",
        "token is missing",
        "country is present",
        "asn == 64500",
        "asn in known_asns",
        "hour(time) >= 12",
        "length(app) > 6",
        "is_private(ip)",
        "not is_private(ip)",
        "is_ipv6(ip)",
        "coalesce(country, \"DE\") == \"DE\"",
        "time - token_issued < 1m",
        "token_issued is missing",
        "user_name == \"ANA@example.org\"",
        "coalesce(is_private(ip), true)",
    ],
    numbers: &["length(app)", "length(user_agent)", "hour(time)", "length(user_agent) + 2 * length(app)"],
};

const GRAPH: Vocabulary = Vocabulary {
    from: &["graph.activity"],
    keys: &["token", "user_id", "token, ip", "method", "status_code"],
    values: &[
        "ip",
        "method",
        "status_code",
        "user_agent",
        "bytes",
        "path_segment(url, 2)",
        "url_host(url)",
        "bytes / status_code",
    ],
    tests: &[
        "result == success",
        "status_code == 403",
        "status_code != 200",
        "bytes > 1000",
        "bytes + duration_ms <= 900",
        "method == \"GET\"",
        "url contains \"/users\"",
        "path_segment(url, 2) == \"users\"",
        "bytes is missing",
        "not (bytes > 1000)",
        "status_code in [403, 429]",
        "bytes / duration_ms >= 2.0",
        "abs(bytes - 1000) < 500",
    ],
    numbers: &["bytes", "duration_ms", "bytes - duration_ms", "to_float(bytes)", "status_code"],
};

const LISTS: &str = r#"
list offices: cidr { "192.0.2.0/25" owner "netops" reason "HQ" "2001:db8::/32" owner "netops" reason "HQ" }
list known_asns: asn { 64500 owner "netops" reason "ours" }
"#;

fn test(dice: &mut Dice, words: &Vocabulary, depth: u64) -> String {
    match dice.below(if depth == 0 { 3 } else { 7 }) {
        3 => format!("not ({})", test(dice, words, depth - 1)),
        4 | 5 => format!("({} and {})", test(dice, words, depth - 1), test(dice, words, depth - 1)),
        6 => format!("({} or {})", test(dice, words, depth - 1), test(dice, words, depth - 1)),
        _ => dice.pick(words.tests).to_owned(),
    }
}

fn condition(dice: &mut Dice, words: &Vocabulary, depth: u64) -> String {
    let compare = dice.pick(&[">=", ">=", ">", "==", "!=", "<", "<="]);
    let small = dice.below(4) + 1;
    match dice.below(if depth == 0 { 13 } else { 17 }) {
        0 => format!("count() {compare} {small}"),
        1 => format!("count({}) {compare} {}", test(dice, words, 1), small - 1),
        2 | 3 => format!("distinct({}) {compare} {small}", dice.pick(words.values)),
        4 => format!("ratio({}) {compare} {}", test(dice, words, 1), dice.pick(&["0.5", "0.0", "1.0", "0.25"])),
        5 => format!("any({})", test(dice, words, 1)),
        6 => format!("all({})", test(dice, words, 1)),
        7 => format!("span() {compare} {}", dice.pick(&["0s", "15s", "30s", "1m", "150s", "5m"])),
        8 => format!("max({}) {compare} {}", dice.pick(words.numbers).replace("to_float(bytes)", "bytes"), small * 200),
        9 => format!("avg({}) {compare} {}.5", dice.pick(words.numbers), small * 7),
        10 => {
            let value = dice.pick(words.values);
            format!("first({value}) {} last({value})", dice.pick(&["==", "!="]))
        }
        11 => format!("max(time) - min(time) {compare} 1m"),
        12 => format!("last({}) is {}", dice.pick(words.values), dice.pick(&["missing", "present"])),
        13 => format!("not ({})", condition(dice, words, depth - 1)),
        14 => format!("({} or {})", condition(dice, words, depth - 1), condition(dice, words, depth - 1)),
        _ => format!("({} and {})", condition(dice, words, depth - 1), condition(dice, words, depth - 1)),
    }
}

fn show(dice: &mut Dice, words: &Vocabulary) -> String {
    let value = dice.pick(words.values);
    match dice.below(11) {
        0 => "count()".to_owned(),
        1 => format!("count({})", test(dice, words, 1)),
        2 => format!("distinct({value})"),
        3 | 4 => format!("values({value})"),
        5 => format!("first({value})"),
        6 => format!("last({value})"),
        7 => format!("sum({})", dice.pick(words.numbers)),
        8 => format!("min({})", dice.pick(words.numbers)),
        9 => dice.pick(&["span()", "max(time)", "min(time)"]).to_owned(),
        _ => value.to_owned(),
    }
}

/// The text of a rule.
fn rule(seed: u64) -> String {
    let mut dice = Dice(seed);
    let words = dice.pick(&[&SIGN_IN, &SIGN_IN, &GRAPH]);
    let mut text = format!("{LISTS}rule generated {{ title \"Generated\" severity low from {}", dice.pick(words.from));
    if dice.below(3) > 0 {
        text += &format!("\n  where {}", test(&mut dice, words, 2));
    }
    let single = dice.below(8) == 0;
    let columns: Vec<String> = (0..dice.below(4))
        .map(|at| {
            let value = if single { dice.pick(words.values).to_owned() } else { show(&mut dice, words) };
            format!("c{at} = {value}")
        })
        .collect();
    if !single {
        let clause = dice.pick(&["within", "within", "per"]);
        let width = dice.pick(&["1m", "1m", "2m", "1h"]);
        text +=
            &format!("\n  by {} {clause} {width}\n  when {}", dice.pick(words.keys), condition(&mut dice, words, 2));
    }
    if !columns.is_empty() {
        text += &format!("\n  show {}", columns.join(", "));
    }
    text + "\n}\n"
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
    let source = catalog.sources.get_index_of(name).unwrap();
    // Drawn for every field of every event, so that shrinking one event does not change another.
    let values = layout.slots.iter().map(|slot| value(&slot.field, time, &mut dice)).collect();
    // Some events have no id; ids of two events may be equal only where time and source differ or copies are removed.
    let event_id = if draft.id < 3 { Value::Missing } else { Value::text(&format!("e{:02}", draft.id)) };
    Event { time, event_id, source: u16::try_from(source).unwrap(), values }
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

/// What a run gives, without the ids of windows that continue an alert.
fn comparable(matches: Vec<Match>) -> Vec<Match> {
    matches.into_iter().map(|found| Match { events: Vec::new(), ..found }).collect()
}

/// Of copies the first one counts; of copies of one time that differ, the one with the least values.
fn without_copies(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by_key(|event| (event.time, event.event_id.clone(), event.source, event.values.clone()));
    let mut seen = std::collections::BTreeSet::new();
    events.retain(|event| event.event_id.is_missing() || seen.insert((event.source, event.event_id.clone())));
    events
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn the_evaluator_finds_what_the_definition_says(seed in any::<u64>(), drafts in drafts()) {
        let text = rule(seed);
        let plans = plans(&text);
        let catalog = &*CATALOG;
        let layout = Layout::new(&plans, catalog);
        let events: Vec<Event> = drafts.iter().map(|draft| event(draft, &layout, catalog)).collect();
        let (matches, alerts) = run(&plans, &layout, &events);
        let (expected, expected_alerts) = reference::run(&plans, &layout, &without_copies(events));
        prop_assert_eq!(comparable(matches), comparable(expected), "{}", text);
        prop_assert_eq!(alerts, expected_alerts, "{}", text);
    }

    #[test]
    fn order_of_arrival_and_copies_change_nothing(seed in any::<u64>(), drafts in drafts()) {
        let plans = plans(&rule(seed));
        let catalog = &*CATALOG;
        let layout = Layout::new(&plans, catalog);
        let events = without_copies(drafts.iter().map(|draft| event(draft, &layout, catalog)).collect());
        let expected = run(&plans, &layout, &events);
        let mut shuffled: Vec<Event> = events.iter().filter(|event| !event.event_id.is_missing()).cloned().collect();
        shuffled.extend(events.iter().rev().cloned());
        prop_assert_eq!(run(&plans, &layout, &shuffled), expected);
    }
}

#[test]
fn several_rules_in_one_run_give_what_each_gives_alone() {
    let catalog = &*CATALOG;
    let texts: Vec<String> =
        (0..40).map(|seed| rule(seed).replace(LISTS, "").replace("generated", &format!("rule_{seed}"))).collect();
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
    assert!(matches.len() > 200, "{}", matches.len());
    assert_eq!(comparable(matches), comparable(expected));
    assert_eq!(alerts, expected_alerts);
}
