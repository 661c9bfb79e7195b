//! The searches for Splunk of rules about several events, run on the Splunk model over events whose matches were worked out by
//! hand: pairs, sequences, first uses, `unless`, hops; edges, ties, copies, missing values, late arrivals.

use serde_json::{Value as Json, json};
use tokentrail::catalog::load;
use tokentrail::plan::Plan;
use tokentrail::target::{Grain, Period};

use crate::check::check_text;
use crate::oracle;
use crate::spl::{HUNT, SIGNIN, answer, arriving, at, job, plan, search, signin, spelled};
use crate::world::{START, happenings};

const GRAPH: &str = "tokentrail_graph_activity";
const AUDIT: &str = "tokentrail_m365_audit";
const OTHER: &str = "tokentrail_entra_signin_noninteractive";

/// A sign-in with a token and an address.
fn used(id: &str, seconds: &str, token: &str, ip: &str) -> Json {
    signin(id, seconds, &json!({"uniqueTokenIdentifier": token, "ipAddress": ip}))
}

/// A Graph call with a token and an address.
fn call(id: &str, seconds: &str, token: &str, ip: &str) -> Json {
    let mut record = used(id, seconds, token, ip);
    let time = record["properties"]["createdDateTime"].take();
    record["properties"] = json!({"requestId": id, "timeGenerated": time, "signInActivityId": token, "ipAddress": ip});
    record
}

/// Every macro, so that a search finds those without events, too.
fn macros(signins: &[Json], calls: &[Json]) -> Json {
    json!({SIGNIN: signins, GRAPH: calls, AUDIT: [], OTHER: []})
}

fn rows(plan: &Plan, grain: Grain, period: Period, macros: &Json, columns: &[&str]) -> Vec<String> {
    let search = search(plan, grain, period);
    let rows = answer(job(&search, macros)).unwrap_or_else(|error| panic!("{error}\n{search}"));
    rows.iter().map(|row| columns.iter().map(|name| spelled(&row[*name])).collect::<Vec<_>>().join(" ")).collect()
}

fn matches(body: &str, macros: &Json, columns: &[&str]) -> Vec<String> {
    rows(&plan(body), Grain::Match, HUNT, macros, columns)
}

// Pairs.

const MOVED: &str = "from entra.signin by token consecutive within 10m where prev.country != this.country \
                     show country, prev.country, gap = this.time - prev.time";

#[test]
fn a_pair_is_an_event_and_the_one_just_before_it() {
    let events = [
        at("1", "0", "T", "DE"),
        at("2", "600", "T", "FR"),
        at("3", "660", "T", "FR"),
        at("4", "700", "U", "DE"),
        at("5", "1260.000001", "T", "US"),
        at("6", "1261", "T", ""),
        at("7", "1262", "T", "DE"),
    ];
    let found = matches(MOVED, &macros(&events, &[]), &["token", "event_id", "country", "prev_country", "gap"]);
    assert_eq!(
        found,
        ["T 2 FR DE 600"],
        "the width is closed, and what was missing before is not filled from further back"
    );
}

#[test]
fn what_the_event_before_lacks_is_missing() {
    let body = "from entra.signin by token consecutive within 1h \
                where prev.country is missing and not (prev.asn == this.asn) show prev.asn, asn";
    let asn = |id: &str, country: &str, asn: i64| {
        let mut event = at(id, id, "T", country);
        event["properties"]["autonomousSystemNumber"] = json!(asn);
        event
    };
    let events =
        [asn("1", "DE", 64500), asn("2", "", 0), asn("3", "", 64500), asn("4", "DE", 64500), asn("5", "US", 1)];
    let found = matches(body, &macros(&events, &[]), &["event_id", "prev_asn", "asn"]);
    assert_eq!(found, ["3 - 64500"], "4 has the number of 3, 5 follows a country");
}

#[test]
fn ties_are_in_the_order_of_ids_and_copies_are_no_pair() {
    let events = [
        at("b", "60", "T", "DE"),
        at("a", "60", "T", "FR"),
        at("b", "60", "T", "DE"),
        at("c", "61", "T", "DE"),
        at("", "60", "T", "US"),
    ];
    let found = matches(MOVED, &macros(&events, &[]), &["event_id", "prev_country", "country"]);
    assert_eq!(found, ["a US FR", "b FR DE"]);
}

#[test]
fn an_alert_of_pairs_has_the_ids_of_the_first_pair() {
    let body = MOVED.replace("10m", "30s");
    let events = [
        at("1", "0", "T", "DE"),
        at("2", "10", "T", "FR"),
        at("3", "20", "T", "FR"),
        at("4", "30", "T", "US"),
        at("5", "70", "T", "DE"),
        at("6", "71", "T", "FR"),
    ];
    let columns = ["first_time", "last_time", "matches", "event_ids", "prev_country", "country"];
    let found = rows(&plan(&body), Grain::Alert, HUNT, &macros(&events, &[]), &columns);
    assert_eq!(
        found,
        [format!("{} {} 2 1+2 DE FR", START + 10, START + 30), format!("{0} {0} 1 5+6 DE FR", START + 71)]
    );
}

// Sequences.

const REPLAY: &str = "sequence by token within 1h { signin: entra.signin use: graph.activity where ip != signin.ip \
                      and time - signin.time >= 1m } show origin = signin.ip, used = ip, at = signin.time";

#[test]
fn a_step_may_compare_itself_with_an_earlier_one() {
    let signins = [
        used("s1", "0", "T", "192.0.2.1"),
        used("s2", "30", "T", "192.0.2.2"),
        used("s3", "100", "T", "192.0.2.3"),
        used("s4", "0", "U", "192.0.2.1"),
        used("s5", "0", "V", ""),
        used("s6", "0", "", "192.0.2.1"),
    ];
    let calls = [
        call("1", "59", "T", "192.0.2.9"),          // no sign-in is a minute old
        call("2", "61", "T", "192.0.2.9"),          // s1
        call("3", "3600", "T", "192.0.2.3"),        // s3 has the address, s2 is the latest
        call("4", "3630", "T", "192.0.2.3"),        // s2 at the very edge
        call("5", "3630.000001", "T", "192.0.2.3"), // s2 is too old
        call("6", "3700", "T", "192.0.2.9"),        // s3 at the very edge
        call("7", "3000", "U", "192.0.2.1"),        // the same address
        call("8", "3000", "V", "192.0.2.1"),        // nothing to compare with
        call("9", "3000", "", "192.0.2.2"),         // no key
    ];
    let found = matches(REPLAY, &macros(&signins, &calls), &["token", "event_id", "origin", "used", "at"]);
    let expected = [
        ("2", "192.0.2.1", "192.0.2.9", 0),
        ("3", "192.0.2.2", "192.0.2.3", 30),
        ("4", "192.0.2.2", "192.0.2.3", 30),
        ("6", "192.0.2.3", "192.0.2.9", 100),
    ];
    assert_eq!(found, expected.map(|(id, origin, used, at)| format!("T {id} {origin} {used} {}", START + at)));
}

#[test]
fn steps_at_one_moment_are_in_order_whatever_their_ids() {
    let body = "sequence by token within 1h { a: graph.activity b: entra.signin } show first = a.ip";
    let found = matches(
        body,
        &macros(&[used("0", "60", "T", "192.0.2.1")], &[call("9", "60", "T", "192.0.2.2"), call("8", "61", "T", "")]),
        &["event_id", "first"],
    );
    assert_eq!(found, ["0 192.0.2.2"]);
}

#[test]
fn the_steps_of_a_chain_are_different_events() {
    let body = "sequence by token within 1h { a: entra.signin b: entra.signin where ip is present c: entra.signin } \
                show x = a.ip, y = b.ip, z = ip";
    let two = [used("1", "0", "T", "192.0.2.1"), used("2", "1", "T", "192.0.2.2"), used("2", "1", "T", "192.0.2.2")];
    assert_eq!(matches(body, &macros(&two, &[]), &["event_id"]), [""; 0], "a copy is the same event");
    let three = [used("1", "0", "T", "192.0.2.1"), used("3", "1", "T", ""), used("2", "1", "T", "192.0.2.2")];
    let found = matches(body, &macros(&three, &[]), &["event_id", "x", "y", "z"]);
    assert_eq!(
        found,
        ["3 192.0.2.1 192.0.2.2 -"],
        "of two at one moment each may be before the other, but b has an address"
    );
}

#[test]
fn the_evidence_is_the_chain_with_the_latest_steps_from_the_last_backwards() {
    let body = "sequence by token within 1h { a: entra.signin b: graph.activity where ip != a.ip \
                c: entra.signin_noninteractive where ip != b.ip } show x = a.event_id, y = b.event_id";
    let signins = [
        used("a1", "0", "T", "192.0.2.1"),
        used("a2", "10", "T", "192.0.2.2"),
        used("a3", "10", "T", "192.0.2.1"),
        used("a4", "40", "T", "192.0.2.1"),
    ];
    let calls = [
        call("b1", "5", "T", "192.0.2.2"),
        call("b2", "20", "T", "192.0.2.2"),
        call("b3", "20", "T", "192.0.2.3"),
        call("b4", "30", "T", "192.0.2.9"),
    ];
    let mut all = macros(&signins, &calls);
    all[OTHER] = json!([
        used("c", "35", "T", "192.0.2.9"),
        used("d", "3600", "T", "192.0.2.3"),
        used("e", "3601", "T", "192.0.2.2")
    ]);
    let found = matches(body, &all, &["event_id", "y", "x"]);
    assert_eq!(found, ["c b3 a3", "d b4 a3", "e b4 a3"]);
    let alerts = rows(&plan(body), Grain::Alert, HUNT, &all, &["matches", "event_ids"]);
    assert_eq!(alerts, ["3 a3+b3+c"]);
}

#[test]
fn texts_with_the_signs_of_packing_come_out_as_they_were() {
    let body = "sequence by token within 1h { a: entra.signin b: graph.activity where time >= a.time } \
                show agent = a.user_agent, name = a.user_name, id = a.event_id";
    let agents = ["a|b", "%7C|%25", "=x", "-", "|", "100%"];
    for agent in agents {
        let mut first = used("a|%", "0", "T", "192.0.2.1");
        first["properties"]["userAgent"] = json!(agent);
        let found = matches(body, &macros(&[first], &[call("b", "1", "T", "")]), &["agent", "name", "id"]);
        let agent = if agent == "-" { "-" } else { agent };
        assert_eq!(found, [format!("{agent} - a|%")]);
    }
}

const NOBODY: &str = "sequence by token within 1h { signin: entra.signin use: graph.activity where ip != signin.ip \
                      no entra.signin where ip == use.ip between signin and use } show at = signin.event_id";

#[test]
fn an_event_between_two_steps_breaks_a_chain_but_not_the_next() {
    let signins = [
        used("1", "0", "T", "192.0.2.1"),
        used("2", "60", "T", "192.0.2.9"),
        used("3", "0", "U", "192.0.2.1"),
        used("4", "50", "U", "192.0.2.9"),
        used("5", "55", "U", "192.0.2.2"),
    ];
    let calls = [
        call("a", "59.999999", "T", "192.0.2.9"),
        call("b", "60", "T", "192.0.2.9"),
        call("c", "100", "U", "192.0.2.9"),
        call("d", "100", "U", "192.0.2.8"),
    ];
    let found = matches(NOBODY, &macros(&signins, &calls), &["event_id", "at"]);
    assert_eq!(found, ["a 1", "c 5", "d 5"], "both ends of the time between are closed");
}

#[test]
fn the_events_of_a_chain_are_not_what_must_be_absent() {
    let body = "sequence by token within 1h { a: entra.signin b: entra.signin no entra.signin between a and b } \
                show at = a.event_id";
    let events = [used("1", "0", "T", ""), used("2", "60", "T", ""), used("3", "61", "T", "")];
    assert_eq!(matches(body, &macros(&events, &[]), &["event_id", "at"]), ["2 1", "3 2"]);
}

#[test]
fn an_event_after_the_last_step_breaks_the_chain() {
    let body = "sequence by token within 1h { a: entra.signin b: graph.activity \
                no entra.signin where ip == a.ip within 10m after b }";
    let signins = [
        used("1", "0", "T", "192.0.2.1"),
        used("2", "700", "T", "192.0.2.1"),
        used("3", "0", "U", "192.0.2.1"),
        used("4", "700.000001", "U", "192.0.2.1"),
    ];
    let calls = [call("t", "100", "T", ""), call("u", "100", "U", "")];
    assert_eq!(matches(body, &macros(&signins, &calls), &["event_id"]), ["u"]);
    let hunt = Period::Hunt { from: START * 1_000_000, to: (START + 101) * 1_000_000 };
    let found = rows(&plan(body), Grain::Match, hunt, &macros(&signins, &calls), &["event_id"]);
    assert_eq!(found, ["u"], "what comes behind the period still counts");
}

// First uses.

#[test]
fn a_first_use_has_no_other_within_its_history() {
    let body = "from entra.signin by token first seen (country) within 1h show country";
    let events = [
        at("1", "0", "T", "DE"),
        at("2", "3600", "T", "DE"),
        at("3", "7200.000001", "T", "DE"),
        at("4", "10", "T", "FR"),
        at("5", "10", "U", "DE"),
        at("6", "10", "U", "DE"),
        at("7", "20", "U", ""),
        at("8", "20", "", "US"),
    ];
    let hunt = Period::Hunt { from: START * 1_000_000, to: (START + 8000) * 1_000_000 };
    let found = rows(&plan(body), Grain::Match, hunt, &macros(&events, &[]), &["token", "event_id", "country"]);
    assert_eq!(found, ["T 1 DE", "T 4 FR", "U 5 DE", "T 3 DE"]);
    let later = Period::Hunt { from: (START + 1) * 1_000_000, to: (START + 8000) * 1_000_000 };
    let found = rows(&plan(body), Grain::Match, later, &macros(&events, &[]), &["event_id"]);
    assert_eq!(found, ["4", "5", "3"], "the history before the period counts");
}

#[test]
fn a_key_that_was_never_there_before_is_not_learned() {
    let body = "from entra.signin by token first seen (country, app) within 1h learning 10m show country, app";
    let app = |mut event: Json, app: &str| {
        event["properties"]["appDisplayName"] = json!(app);
        event
    };
    let events = [
        app(at("1", "0", "T", "DE"), "Mail"),
        app(at("2", "599", "T", "FR"), "Mail"),
        app(at("3", "600", "T", "US"), "Mail"),
        app(at("4", "601", "T", "US"), "mail"),
        app(at("5", "602", "T", "US"), "Files"),
        app(at("6", "0", "U", ""), ""),
        app(at("7", "3600", "U", "DE"), "Mail"),
        app(at("8", "3600", "V", "DE"), "Mail"),
        app(at("9", "0", "W", ""), ""),
        app(at("10", "3600.000001", "W", "DE"), "Mail"),
    ];
    let found = matches(body, &macros(&events, &[]), &["token", "event_id", "country", "app"]);
    assert_eq!(found, ["T 3 US mail", "T 5 US files", "U 7 DE mail"]);
}

#[test]
fn a_first_use_may_be_of_the_whole_tenant() {
    let events =
        [at("1", "0", "T", "DE"), at("2", "60", "U", "DE"), at("3", "700", "U", "FR"), at("4", "701", "", "US")];
    let all = macros(&events, &[]);
    assert_eq!(matches("from entra.signin first seen (country) within 1h", &all, &["event_id"]), ["1", "3", "4"]);
    let learning = "from entra.signin first seen (country) within 1h learning 10m";
    assert_eq!(matches(learning, &all, &["event_id"]), ["3", "4"]);
    let alerts = rows(&plan(learning), Grain::Alert, HUNT, &all, &["matches", "event_ids"]);
    assert_eq!(alerts, ["1 3", "1 4"]);
}

// Unless.

#[test]
fn a_linked_event_drops_a_match_within_its_time() {
    let calls = |token: &str| {
        [
            call(&format!("{token}1"), "3600", token, "192.0.2.1"),
            call(&format!("{token}2"), "3600.000001", token, "192.0.2.1"),
        ]
    };
    let calls = [calls("T"), calls("U"), [call("n", "10", "", ""), call("m", "5000", "T", "")]].concat();
    let signins = [used("s", "0", "T", ""), used("r", "3600", "", "192.0.2.1"), used("q", "5001", "T", "")];
    let all = macros(&signins, &calls);
    let of = |side: &str| {
        let body = format!("from graph.activity unless entra.signin where token == this.token within 1h {side}");
        matches(&body, &all, &["event_id"]).join(" ")
    };
    assert_eq!(of("before"), "n U1 T2 U2 m");
    assert_eq!(of("after"), "n U1 U2", "the sign-in q comes at 5001");
    assert_eq!(of("around"), "n U1 U2");
}

#[test]
fn conditions_of_unless_may_compare_and_there_may_be_no_link() {
    let calls = [call("1", "100", "T", "192.0.2.1"), call("2", "100", "T", "192.0.2.2"), call("3", "100", "T", "")];
    let all = macros(&[used("s", "50", "U", "192.0.2.1")], &calls);
    let of = |condition: &str| {
        let body = format!("from graph.activity unless entra.signin where {condition} within 1h before");
        matches(&body, &all, &["event_id"]).join(" ")
    };
    assert_eq!(of("ip != this.ip"), "1 3");
    assert_eq!(of("ip == this.ip and this.time - time > 1m"), "1 2 3");
    assert_eq!(of("ip == this.ip and this.time - time < 1m"), "2 3");
    assert_eq!(of("not (ip == this.ip)"), "1");
    assert_eq!(of("result == success"), "");
    assert_eq!(of("result != success"), "1 2 3");
}

#[test]
fn an_event_does_not_drop_itself_but_another_like_it() {
    let body = "from entra.signin unless entra.signin where token == this.token within 1h around";
    let events = [used("1", "0", "T", ""), used("2", "0", "U", ""), used("3", "0", "U", ""), used("1", "0", "T", "")];
    assert_eq!(matches(body, &macros(&events, &[]), &["event_id"]), ["1"]);
}

#[test]
fn unless_sees_the_event_before_and_the_steps() {
    let pairs = "from entra.signin by token consecutive within 1h where this.ip != prev.ip \
                 unless graph.activity where ip == prev.ip within 10m before";
    let events =
        [used("1", "0", "T", "192.0.2.1"), used("2", "60", "T", "192.0.2.2"), used("3", "70", "T", "192.0.2.1")];
    let all = macros(&events, &[call("x", "65", "", "192.0.2.2")]);
    assert_eq!(matches(pairs, &all, &["event_id"]), ["2"]);
    let steps = "sequence by token within 1h { a: entra.signin b: graph.activity } \
                 unless entra.signin_noninteractive where ip == a.ip and time > a.time within 1h before \
                 unless m365.audit where token == this.token within 1h around";
    let mut all = macros(&events, &[call("x", "30", "T", ""), call("y", "80", "T", "")]);
    all[OTHER] = json!([used("n", "75", "U", "192.0.2.1")]);
    assert_eq!(matches(steps, &all, &["event_id"]), ["x"], "the latest sign-in before y is 3");
}

#[test]
fn windows_and_buckets_lose_matches_before_they_are_alerts() {
    let events =
        [at("1", "0", "T", "DE"), at("2", "60", "T", "FR"), at("3", "120", "T", "FR"), at("4", "0", "U", "FR")];
    let all = macros(&events, &[call("x", "50", "T", "")]);
    let of = |shape: &str| {
        let body = format!(
            "from entra.signin by token {shape} when count() >= 2 show n = count(), c = values(country) \
             unless graph.activity where token == this.token within 1m before"
        );
        rows(&plan(&body), Grain::Alert, HUNT, &all, &["token", "matches", "event_ids", "n", "c"])
    };
    assert_eq!(of("within 1h"), ["T 1 1+2+3 3 DE+FR"], "the match at 2 is dropped, the one at 3 is the first");
    assert_eq!(of("per 1h"), ["T 1 1+2+3 3 DE+FR"]);
}

#[test]
fn first_uses_can_be_dropped_too() {
    let body = "from entra.signin by token first seen (country) within 1h learning 10s show country \
                unless graph.activity where token == this.token within 30s before";
    let events = [at("1", "0", "T", "DE"), at("2", "60", "T", "FR"), at("3", "120", "T", "US")];
    let all = macros(&events, &[call("x", "50", "T", "")]);
    assert_eq!(matches(body, &all, &["event_id", "country"]), ["3 US"]);
}

// Hops.

#[test]
fn hops_are_changes_inside_the_window() {
    let events = [
        at("1", "0", "T", "DE"),
        at("2", "60", "T", "FR"),
        at("3", "120", "T", ""),
        at("4", "180", "T", "FR"),
        at("5", "180", "T", "DE"),
        at("6", "3600", "T", "DE"),
        at("7", "3661", "T", "FR"),
    ];
    let of = |shape: &str| {
        let body = format!("from entra.signin by token {shape} when hops(country) >= 0 show n = hops(country)");
        matches(&body, &macros(&events, &[]), &["event_id", "n"])
    };
    assert_eq!(of("within 1h"), ["1 0", "2 1", "3 1", "4 2", "5 2", "6 2", "7 2"], "ties see each other");
    assert_eq!(of("per 1h"), ["5 2", "7 1"]);
}

#[test]
fn hops_compare_texts_as_texts() {
    let body = "from entra.signin by token within 1h when hops(session) >= 1 show n = hops(session)";
    let session =
        |id: &str, session: &str| signin(id, id, &json!({"uniqueTokenIdentifier": "T", "sessionId": session}));
    let events = [session("1", "1"), session("2", "01"), session("3", "1e0"), session("4", "1e0")];
    assert_eq!(matches(body, &macros(&events, &[]), &["event_id", "n"]), ["2 1", "3 2", "4 2"]);
}

#[test]
fn searches_of_every_shape_are_pinned() {
    let (checked, _) = check_text("spl_shapes.trail", include_str!("../fixtures/spl_shapes.trail"));
    assert_eq!(checked.plans.len(), 7, "{:#?}", checked.diagnostics);
    let week = Period::Hunt { from: 1_767_571_200_000_000, to: 1_768_176_000_000_000 };
    for plan in &checked.plans {
        let (scheduled, hunt) = (search(plan, Grain::Alert, Period::Scheduled), search(plan, Grain::Match, week));
        let text = format!("=== scheduled alerts\n{scheduled}\n=== matches of a hunt\n{hunt}");
        insta::assert_snapshot!(plan.name.as_str(), text.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    }
}

// Scheduled searches.

#[test]
fn every_run_reports_what_is_true_then_and_was_not_at_the_run_before() {
    for body in [
        "from entra.signin by token consecutive within 1h where prev.ip != this.ip",
        "from entra.signin by user_id first seen (country) within 2h learning 30m",
        "sequence by token within 1h { a: entra.signin where result == success b: graph.activity where ip != a.ip }",
        "sequence by token within 1h { a: entra.signin b: graph.activity where ip != a.ip \
            no entra.signin where ip == b.ip between a and b no graph.activity where ip == a.ip within 20m after b }",
        "from entra.signin unless entra.signin where user_id == this.user_id and ip != this.ip within 10m around",
    ] {
        let plan = plan(&format!("{body} schedule every 30m, delay 1h"));
        let mut reported = 0;
        for seed in 0..1 {
            reported += runs(&plan, seed);
        }
        assert!(reported > 3, "{body}: the worlds are too quiet");
    }
}

/// Compares each run over a world with what holds for the events that had arrived then.
fn runs(plan: &Plan, seed: u64) -> usize {
    let hunt = Period::Hunt { from: (START - 7200) * 1_000_000, to: (START + 86_400) * 1_000_000 };
    let (hunted, scheduled) = (search(plan, Grain::Match, hunt), search(plan, Grain::Match, Period::Scheduled));
    let mut jobs = Vec::new();
    let moments: Vec<i64> = (0..27_000).step_by(1800).collect();
    for now in &moments {
        jobs.push(job(&hunted, &world(seed, *now)));
        let mut run = job(&scheduled, &world(seed, i64::MAX));
        run["now"] = json!(START + now);
        jobs.push(run);
    }
    let answers = oracle::spl(&json!(jobs));
    let start = f64::from(u32::try_from(START).unwrap());
    let found = |answer: &Json, until: i64| -> Vec<String> {
        let until = f64::from(i32::try_from(until).unwrap());
        let rows = answer["rows"].as_array().unwrap_or_else(|| panic!("{answer}\n{scheduled}"));
        let passed = |row: &&Json| row["time"].as_f64().unwrap() - start <= until;
        let mut found: Vec<String> = rows.iter().filter(passed).map(spell_row).collect();
        found.sort();
        found
    };
    let wait = plan.wait() / 1_000_000;
    let (mut before, mut reported) = (Vec::new(), 0);
    for (at, now) in moments.iter().enumerate() {
        let ideal = found(&answers[2 * at], now - wait);
        let new: Vec<String> = ideal.iter().filter(|one| !before.contains(*one)).cloned().collect();
        let run = found(&answers[2 * at + 1], i64::from(i32::MAX));
        assert_eq!(run, new, "the run at {now} of world {seed}\n{scheduled}");
        reported += run.len();
        before = ideal;
    }
    reported
}

fn spell_row(row: &Json) -> String {
    format!("{} {} {}", spelled(&row["time"]), spelled(&row["event_id"]), row["token"].as_str().unwrap_or("-"))
}

/// What had been indexed before a second, by macro.
fn world(seed: u64, now: i64) -> Json {
    let catalog = load::builtin();
    let mut macros = macros(&[], &[]);
    for event in happenings(seed, 60, &["entra.signin", "graph.activity"]) {
        if event.arrived < now {
            let record = arriving(event.raw(), event.arrived);
            let mut record = record;
            record["_time"] = json!(START + event.second);
            let name = &catalog.sources[event.source].spl.macro_name;
            macros[name].as_array_mut().unwrap().push(record);
        }
    }
    macros
}
