//! Rules and events by hand, for what made-up events seldom hit: ids that two logs share, copies with another time, the last address
//! of a network, events on the edges of absences, and one that drops a chain after it was reported.

use std::sync::Arc;

use tokentrail::plan::{Plan, Runs, Schedule};
use tokentrail::target::{Dialect, Grain, Options};

use super::{plans_of, runs};
use crate::engines::{Engine, Question, canonical, compare, evaluated, hunt, query, sorted};
use crate::world::Happening;

/// The rules.
pub fn plans() -> Vec<Plan> {
    plans_of(("agreement_edges.trail", include_str!("../../fixtures/agreement_edges.trail")))
}

/// The rules, as they run every hour.
pub fn scheduled() -> Vec<Plan> {
    let mut plans = plans();
    for plan in &mut plans {
        plan.schedule = Schedule { every: 3_600_000_000, delay: 3_000_000_000, runs: Runs::Scheduled };
    }
    plans
}

/// An event of a token.
fn event(source: &'static str, second: i64, id: &str, token: &'static str, ip: &'static str) -> Happening {
    Happening {
        source,
        second,
        ticks: 0,
        id: id.to_owned(),
        token,
        session: "S",
        user: "ana@example.org",
        ip,
        country: "DE",
        asn: 64500,
        code: if source == "graph.activity" { 200 } else { 0 },
        device: "",
        app: "OfficeHome",
        uri: "https://graph.microsoft.com/v1.0/users",
        agent: "Example/1.0",
        arrived: second + 10,
        more: None,
        hard: false,
    }
}

const SIGNIN: &str = "entra.signin";
const GRAPH: &str = "graph.activity";
const AUDIT: &str = "m365.audit";

/// Two logs use one id; a copy says another time.
fn copies() -> Vec<Happening> {
    let mut late = event(SIGNIN, 900, "a", "T1", "192.0.2.9");
    late.second = 1500;
    late.ip = "192.0.2.10";
    vec![
        event(SIGNIN, 900, "a", "T1", "192.0.2.9"),
        late,
        event(GRAPH, 930, "a", "T1", "192.0.2.9"),
        event(AUDIT, 960, "a", "T1", "192.0.2.11"),
        event(GRAPH, 900, "b", "T2", "192.0.2.9"),
        event(AUDIT, 900, "b", "T2", "192.0.2.12"),
        event(SIGNIN, 3300, "c", "T1", "192.0.2.19"),
        event(SIGNIN, 3000, "c", "T1", "192.0.2.9"),
        event(SIGNIN, 4800, "d", "T1", "192.0.2.9"),
    ]
}

/// Addresses on the edges of networks; keys and values that are missing.
fn values() -> Vec<Happening> {
    let addresses = ["192.0.1.255", "192.0.2.0", "192.0.2.1", "192.0.2.2", "2001:db7:ffff::1", "2001:db8:8000::1"];
    let more = ["2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::", "", "2001:db8::"];
    let mut all: Vec<Happening> = Vec::new();
    for (index, ip) in (0_i64..).zip(addresses.into_iter().chain(more)) {
        all.push(event(SIGNIN, index * 300, &format!("v{index}"), if index % 3 == 0 { "" } else { "T4" }, ip));
        let mut call = event(GRAPH, index * 300 + 60, &format!("w{index}"), if index % 4 == 1 { "" } else { "T5" }, ip);
        call.session = if index % 2 == 0 { "" } else { "S2" };
        all.push(call);
    }
    for (index, app) in (0_i64..).zip(["", "OfficeHome", "", "Teams", ""]) {
        let mut signin = event(SIGNIN, 14_400 + index * 1800, &format!("x{index}"), "T6", "192.0.2.40");
        signin.app = app;
        signin.session = "S3";
        all.push(signin);
    }
    all
}

/// What must be absent, a second before, on and a second after each edge.
fn steps() -> Vec<Happening> {
    let tokens = ["K0", "K1", "K2", "K3", "K4", "K5", "K6", "K7", "K8"];
    let absent = [-1, 0, 1, 599, 600, 601, 1199, 1200, 1201];
    let mut all = Vec::new();
    for ((index, token), absent) in (0_i64..).zip(tokens).zip(absent) {
        let start = index * 1800;
        all.push(event(SIGNIN, start, &format!("p{index}"), token, "192.0.2.50"));
        all.push(event(GRAPH, start + 600, &format!("q{index}"), token, "192.0.2.51"));
        all.push(event(AUDIT, start + absent, &format!("r{index}"), token, "192.0.2.52"));
    }
    // Another sign-in at the moment of the first step, of the last one, and one that is far enough away.
    for (token, first, second) in [("L0", 0, 0), ("L1", 0, 600), ("L2", 0, 601), ("L3", 1, 599)] {
        all.push(event(SIGNIN, 20_000 + first, &format!("s{token}"), token, "192.0.2.53"));
        all.push(event(SIGNIN, 20_000 + second, &format!("t{token}"), token, "192.0.2.54"));
        all.push(event(GRAPH, 20_600, &format!("u{token}"), token, "192.0.2.55"));
    }
    all
}

/// A sequence is reported; then an event comes late that drops its chain, and one that makes another chain of it: no news.
fn another_chain() -> Vec<Happening> {
    let mut late = vec![event(AUDIT, 1000, "x", "T7", "192.0.2.60"), event(SIGNIN, 1500, "b", "T7", "192.0.2.61")];
    late[0].arrived = 4000;
    late[1].arrived = 4100;
    let mut all = vec![event(SIGNIN, 601, "a", "T7", "192.0.2.62"), event(GRAPH, 1800, "u", "T7", "192.0.2.63")];
    all.extend(late);
    all
}

/// What the rules are asked of the events.
pub fn questions(engine: Engine, plans: &[Plan], grain: Grain) -> Vec<Question<'_>> {
    let mut questions = Vec::new();
    for (name, events) in [("copies", copies()), ("values", values()), ("steps", steps())] {
        let events = Arc::new(events);
        for (plan, found) in plans.iter().zip(evaluated(plans, &events, grain)) {
            questions.push(Question {
                name: name.to_owned(),
                plan,
                grain,
                query: query(plan, engine, Options { grain, period: hunt() }),
                now: 86_400,
                events: Arc::clone(&events),
                expected: sorted(found.iter().map(|row| canonical(row, plan, grain)).collect()),
            });
        }
    }
    questions
}

/// What each run of the rules is asked.
pub fn runs(engine: Engine, plans: &[Plan]) -> Vec<Question<'_>> {
    runs::over(engine, plans, "another chain", &another_chain(), Grain::Match)
}

fn finds_on_edges_what_the_evaluator_finds(engine: Engine) {
    let (plans, scheduled) = (plans(), scheduled());
    let mut all = questions(engine, &plans, Grain::Match);
    all.extend(questions(engine, &plans, Grain::Alert));
    all.extend(runs(engine, &scheduled));
    compare(engine, &all);
}

#[test]
fn kql_finds_on_edges_what_the_evaluator_finds() {
    finds_on_edges_what_the_evaluator_finds(Engine::Kql);
}

#[test]
fn spl_finds_on_edges_what_the_evaluator_finds() {
    finds_on_edges_what_the_evaluator_finds(Engine::Spl);
}

#[test]
fn duckdb_finds_on_edges_what_the_evaluator_finds() {
    finds_on_edges_what_the_evaluator_finds(Engine::Sql(Dialect::DuckDb));
}

/// A rule that finds nothing proves nothing.
#[test]
fn every_rule_finds_something_on_the_edges() {
    let plans = plans();
    let all = [copies(), values(), steps()].map(|events| evaluated(&plans, &events, Grain::Match));
    for (index, plan) in plans.iter().enumerate() {
        assert!(all.iter().map(|found| found[index].len()).sum::<usize>() >= 2, "{}", plan.name);
    }
}
