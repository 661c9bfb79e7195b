//! The searches for Splunk, run on the Splunk model over events whose matches were worked out by hand: edges, ties, copies, missing
//! values, borders of buckets, alerts, late arrivals.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tokentrail::plan::Plan;
use tokentrail::target::{self, Grain, Options, Period, Target};

use crate::check::check_text;
use crate::emit::shipped_plans;
use crate::oracle;
use crate::world::{START, happenings};

pub const SIGNIN: &str = "tokentrail_entra_signin";

/// The plan of one rule whose body is given; title and severity are added.
pub fn plan(body: &str) -> Plan {
    let text = format!("/// D.\nrule r {{ title \"T\" severity low {body} }}\n");
    let (checked, _) = check_text("r.trail", &text);
    checked.plans.into_iter().next().unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

pub fn search(plan: &Plan, grain: Grain, period: Period) -> String {
    target::write(plan, Target::Spl, Options { grain, period }).unwrap().text
}

/// The two hours from the start of the world.
pub const HUNT: Period = Period::Hunt { from: START * 1_000_000, to: (START + 7200) * 1_000_000 };

/// A sign-in `seconds` after the start, a text so that fractions are exact.
pub fn signin(id: &str, seconds: &str, properties: &Json) -> Json {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0000000"));
    let second = START + whole.parse::<i64>().unwrap();
    let moment = jiff::Timestamp::from_second(second).unwrap().strftime("%Y-%m-%dT%H:%M:%S");
    let mut all = json!({"id": id, "createdDateTime": format!("{moment}.{fraction}Z"), "status": {"errorCode": 0}});
    all.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    json!({"_time": second + 90, "_indextime": second + 120, "properties": all})
}

pub fn job(search: &str, macros: &Json) -> Json {
    json!({"search": search, "now": START + 86_400, "macros": macros})
}

pub fn answer(job: Json) -> Result<Vec<Json>, String> {
    let answer = oracle::spl(&json!([job])).remove(0);
    answer["rows"].as_array().cloned().ok_or_else(|| answer["error"].to_string())
}

/// Rows of a search over sign-ins: these columns of each, with single spaces between them.
fn found(search: &str, events: &[Json], columns: &[&str]) -> Vec<String> {
    let rows = answer(job(search, &json!({SIGNIN: events}))).unwrap_or_else(|error| panic!("{error}\n{search}"));
    rows.iter().map(|row| columns.iter().map(|name| spelled(&row[*name])).collect::<Vec<_>>().join(" ")).collect()
}

pub fn spelled(value: &Json) -> String {
    match value {
        Json::Null => "-".to_owned(),
        Json::String(text) => text.clone(),
        Json::Array(all) => all.iter().map(spelled).collect::<Vec<_>>().join("+"),
        Json::Number(number) => number.as_f64().unwrap().to_string(),
        Json::Bool(_) | Json::Object(_) => panic!("no value of Splunk: {value}"),
    }
}

fn matches(body: &str, events: &[Json], columns: &[&str]) -> Vec<String> {
    found(&search(&plan(body), Grain::Match, HUNT), events, columns)
}

pub fn at(id: &str, seconds: &str, token: &str, country: &str) -> Json {
    signin(id, seconds, &json!({"uniqueTokenIdentifier": token, "location": {"countryOrRegion": country}}))
}

const THREE: &str =
    "from entra.signin by token within 1h when distinct(country) >= 3 show countries = values(country), one = country";

#[test]
fn a_window_holds_both_its_edges_to_the_microsecond() {
    let mut events = Vec::new();
    for (token, last) in [("in", "3600.5"), ("out", "3600.500001")] {
        events.push(at(&format!("{token}1"), "0.5", token, "DE"));
        events.push(at(&format!("{token}2"), "1800", token, "FR"));
        events.push(at(&format!("{token}3"), last, token, "US"));
    }
    assert_eq!(matches(THREE, &events, &["token", "event_id", "countries", "one"]), ["in in3 DE+FR+US US"]);
}

#[test]
fn splunks_undocumented_edge_decides_only_about_events_exactly_on_it() {
    let events = |last| [at("1", "0", "T", "DE"), at("2", "1800", "T", "FR"), at("3", last, "T", "US")];
    let search = search(&plan(THREE), Grain::Match, HUNT);
    for (last, rows) in [("3600", 0), ("3599.999999", 1)] {
        let mut job = job(&search, &json!({SIGNIN: events(last)}));
        job["far_edge"] = json!("exclusive");
        assert_eq!(answer(job).unwrap().len(), rows, "{last}");
    }
}

#[test]
fn events_at_one_moment_all_see_each_other() {
    let events =
        [at("b", "60", "T", "DE"), at("c", "60", "T", "FR"), at("a", "60", "T", "US"), at("d", "61", "U", "US")];
    let rows = matches(THREE, &events, &["event_id", "countries", "one"]);
    assert_eq!(rows, ["a DE+FR+US US", "b DE+FR+US DE", "c DE+FR+US FR"]);
}

#[test]
fn first_and_last_go_by_time_then_id_and_pass_over_what_is_missing() {
    let body = "from entra.signin by token within 1h when count() >= 1 \
                show f = first(country), l = last(country), n = count()";
    let events = [at("10", "60", "T", "US"), at("9", "60", "T", "DE"), at("1", "60", "T", "")];
    let rows = matches(body, &events, &["event_id", "f", "l", "n"]);
    assert_eq!(rows, ["1 US DE 3", "10 US DE 3", "9 US DE 3"], "ids of digits are texts");
}

#[test]
fn copies_count_once_but_events_without_id_are_no_copies() {
    let body = "from entra.signin by token within 1h when count() >= 3 show n = count()";
    let same = [at("1", "0", "T", "DE"), at("1", "0", "T", "DE"), at("2", "5", "T", "DE")];
    assert_eq!(matches(body, &same, &["event_id", "n"]), [""; 0]);
    let more = [same.to_vec(), vec![at("2", "5", "T", "DE"), at("3", "9", "T", "DE")]].concat();
    assert_eq!(matches(body, &more, &["event_id", "n"]), ["3 3"]);
    let without = [at("", "0", "T", "DE"), at("", "0", "T", "DE"), at("3", "0", "T", "DE")];
    assert_eq!(matches(body, &without, &["event_id", "n"]), ["- 3", "- 3", "3 3"]);
}

#[test]
fn copies_are_one_match_where_they_cannot_change_the_condition() {
    let mut events = vec![at("1", "0", "T", "DE"), at("2", "1", "T", "FR"), at("3", "2", "T", "US")];
    events.push(events[2].clone());
    assert_eq!(matches(THREE, &events, &["event_id"]), ["3"]);
    assert_eq!(matches("from entra.signin show country", &events, &["event_id", "country"]), ["1 DE", "2 FR", "3 US"]);
}

#[test]
fn an_event_without_its_key_takes_no_part() {
    let body = "from entra.signin by token, session within 1h when count() >= 1";
    let with = |id: &str, token: &str, session: &Json| {
        signin(id, "0", &json!({"uniqueTokenIdentifier": token, "sessionId": session}))
    };
    let events = [with("1", "T", &json!("S")), with("2", "", &json!("S")), with("3", "T", &Json::Null)];
    assert_eq!(matches(body, &events, &["event_id", "token", "session"]), ["1 T S"]);
}

#[test]
fn comparisons_with_what_is_missing_are_false_and_not_turns_them_around() {
    let events = [at("1", "0", "T", "DE"), at("2", "1", "T", "FR"), at("3", "2", "T", "")];
    let ids =
        |condition: &str| matches(&format!("from entra.signin where {condition}"), &events, &["event_id"]).join(" ");
    assert_eq!(ids(r#"country != "DE""#), "2");
    assert_eq!(ids(r#"not (country == "DE")"#), "2 3");
    assert_eq!(ids(r#"not (country != "DE")"#), "1 3");
    assert_eq!(ids(r#"not (country in ["DE", "FR"])"#), "3");
    assert_eq!(ids(r#"not (country == "DE" or country == "FR")"#), "3");
    assert_eq!(ids(r#"country is missing or country == "DE""#), "1 3");
    assert_eq!(ids(r#"not (ip in "192.0.2.0/24")"#), "1 2 3");
}

#[test]
fn identifiers_are_compared_as_texts_with_letter_case() {
    let events =
        [at("1", "0", "0123", "DE"), at("2", "0", "123", "FR"), at("3", "0", "1e3", "US"), at("4", "0", "1E3", "US")];
    let ids = |token: &str| {
        matches(&format!("from entra.signin where token == \"{token}\""), &events, &["event_id"]).join(" ")
    };
    assert_eq!((ids("123").as_str(), ids("1e3").as_str(), ids("1000").as_str()), ("2", "3", ""));
    assert_eq!(matches("from entra.signin where token == token", &events, &["event_id"]).len(), 4);
}

#[test]
fn any_text_finds_itself_and_nothing_like_it() {
    let agents = [
        r#"say "hi""#,
        r"C:\temp\new",
        "100%_$a$b$",
        "a|b [c] (d)",
        "`macro`",
        "a.b*c+",
        "a\tb\nc",
        "it's",
        "ünï",
        "^x$",
        "```",
    ];
    let events: Vec<Json> =
        agents.iter().enumerate().map(|(at, text)| signin(&at.to_string(), "0", &json!({"userAgent": text}))).collect();
    for (at, text) in agents.iter().enumerate() {
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t").replace('\n', "\\n");
        for operator in ["==", "contains", "starts_with", "ends_with"] {
            let body = format!("from entra.signin where user_agent {operator} \"{quoted}\"");
            assert_eq!(matches(&body, &events, &["event_id"]), [at.to_string()], "{operator} {text}");
        }
    }
}

#[test]
fn names_are_folded_and_counted_so() {
    let named =
        |id: &str, name: &str| signin(id, "0", &json!({"userPrincipalName": name, "uniqueTokenIdentifier": "T"}));
    let events = [named("1", "Ana@Example.org"), named("2", "ana@example.org")];
    let body = "from entra.signin by user_name within 1h when count() >= 2 show tokens = distinct(token)";
    assert_eq!(matches(body, &events, &["event_id", "user_name"]), ["1 ana@example.org", "2 ana@example.org"]);
    let body = "from entra.signin where user_name starts_with \"ANA\"";
    assert_eq!(matches(body, &events, &["event_id"]).len(), 2);
}

#[test]
fn times_of_any_precision_and_zone_are_read() {
    let timed =
        |id: &str, text: &str| json!({"_time": 0, "_indextime": 0, "properties": {"id": id, "createdDateTime": text}});
    let events = [
        timed("1", "2026-03-04T00:00:01Z"),
        timed("2", "2026-03-04T00:00:01.5Z"),
        timed("3", "2026-03-04T00:00:01.1234567Z"),
        timed("4", "2026-03-04T00:00:02.0000000+00:00"),
        timed("5", "2026-03-04T02:00:03.25+02:00"),
        timed("6", "2026-03-04T00:00:04"),
        timed("7", "2026-03-04 00:00:05.9999999"),
        json!({"_time": START + 6, "_indextime": 0, "properties": {"id": "8", "createdDateTime": "yesterday"}}),
    ];
    let rows = matches("from entra.signin", &events, &["event_id", "time"]);
    let of = |id: &str, second: f64| format!("{id} {}", 1_772_582_400.0 + second);
    let expected =
        [of("1", 1.0), of("3", 1.123_456), of("2", 1.5), of("4", 2.0), of("5", 3.25), of("6", 4.0), of("7", 5.999_999)];
    assert_eq!(rows[..7], expected);
    assert_eq!(rows[7], format!("8 {}", START + 6), "what cannot be read keeps the time that Splunk gave it");
}

#[test]
fn buckets_start_at_whole_hours_and_are_reported_at_their_last_event() {
    let body =
        "from entra.signin by token per 1h when count() >= 2 show n = count(), one = country, f = first(country)";
    let events = [
        at("1", "0", "T", "DE"),
        at("2", "3599.999999", "T", "FR"),
        at("3", "3600", "T", "US"),
        at("4", "3600", "U", "AT"),
        at("5", "3601", "U", "CH"),
        at("6", "3601", "U", "BE"),
    ];
    assert_eq!(matches(body, &events, &["token", "event_id", "n", "one", "f"]), ["T 2 2 FR DE", "U 6 3 BE AT"]);
}

#[test]
fn a_bucket_counts_for_a_period_when_its_last_event_is_in_it() {
    let plan = plan("from entra.signin by token per 1h when count() >= 2 show n = count()");
    let events = [
        at("1", "600", "before", "DE"),
        at("2", "3000", "before", "DE"),
        at("3", "3000", "after", "DE"),
        at("4", "6000", "after", "DE"),
        at("5", "4000", "after", "DE"),
    ];
    let hunt = |from, to| Period::Hunt { from: (START + from) * 1_000_000, to: (START + to) * 1_000_000 };
    let rows = |period| found(&search(&plan, Grain::Match, period), &events, &["token", "event_id", "n"]);
    assert_eq!(rows(hunt(1800, 7200)), ["before 2 2", "after 4 2"], "its first event is before the period");
    assert_eq!(rows(hunt(0, 5000)), ["before 2 2"], "the other bucket goes on behind the period");
}

#[test]
fn days_start_at_midnight_utc() {
    let plan = plan("from entra.signin by token per 1d when count() >= 2");
    let events = [at("1", "86399", "T", "DE"), at("2", "86400", "T", "DE"), at("3", "172799", "T", "DE")];
    let period = Period::Hunt { from: START * 1_000_000, to: (START + 200_000) * 1_000_000 };
    assert_eq!(found(&search(&plan, Grain::Match, period), &events, &["event_id"]), ["3"]);
}

#[test]
fn a_fixed_period_looks_into_the_window_before_it() {
    let events =
        [at("1", "0", "T", "DE"), at("2", "1000", "T", "FR"), at("3", "2000", "T", "US"), at("4", "2500", "T", "US")];
    let hunt = Period::Hunt { from: (START + 2000) * 1_000_000, to: (START + 2500) * 1_000_000 };
    assert_eq!(found(&search(&plan(THREE), Grain::Match, hunt), &events, &["event_id"]), ["3"]);
}

#[test]
fn matches_within_the_width_of_each_other_are_one_alert_with_the_evidence_of_the_first() {
    let body = "from entra.signin by token within 10m when distinct(country) >= 2 \
                show countries = values(country), city, country";
    let town = |mut event: Json, city: &str| {
        event["properties"]["location"]["city"] = json!(city);
        event
    };
    let events = [
        at("1", "0", "T", "DE"),
        at("2", "60", "T", "FR"),
        town(at("3", "500", "T", "US"), "Reno"),
        town(at("4", "1100", "T", "DE"), "Ulm"),
        at("5", "1700.000001", "T", "DE"),
        at("6", "1701", "T", "FR"),
        at("7", "60", "U", "FR"),
        at("8", "61", "U", "DE"),
    ];
    let search = search(&plan(body), Grain::Alert, HUNT);
    let rows = found(
        &search,
        &events,
        &["token", "first_time", "last_time", "matches", "event_ids", "countries", "city", "country"],
    );
    let time = |second: i64| START + second;
    let first = format!("T {} {} 3 1+2 DE+FR - FR", time(60), time(1100));
    let other = format!("U {} {} 1 7+8 DE+FR - DE", time(61), time(61));
    let second = format!("T {} {} 1 5+6 DE+FR - FR", time(1701), time(1701));
    assert_eq!(rows, [first, other, second], "the missing city of the first match is not filled from the next");
}

#[test]
fn a_single_event_is_an_alert_of_its_own() {
    let search = search(&plan("from entra.signin show country"), Grain::Alert, HUNT);
    let rows =
        found(&search, &[at("1", "0", "T", "DE"), at("2", "0", "T", "FR")], &["matches", "event_ids", "country"]);
    assert_eq!(rows, ["1 1 DE", "1 2 FR"]);
}

#[test]
fn a_column_may_take_the_name_of_a_field_that_another_still_shows() {
    let body = "from entra.signin by token within 1h when count() >= 2 show country = first(country), now = country";
    let events = [at("1", "0", "T", "DE"), at("2", "1", "T", "FR")];
    assert_eq!(matches(body, &events, &["event_id", "country", "now"]), ["2 DE FR"]);
}

#[test]
fn addresses_lose_their_ports_and_what_is_none_is_missing() {
    let audit = |id: &str, address: &str| {
        json!({"_time": START, "_indextime": START, "Id": id, "CreationTime": "2026-03-04T00:00:00", "Operation": "X",
            "Workload": "Exchange", "ClientIP": address})
    };
    let events =
        [audit("1", "192.0.2.1:443"), audit("2", "[2001:DB8::1]:443"), audit("3", "2001:db8::1"), audit("4", "n/a")];
    let search = search(&plan("from m365.audit show ip"), Grain::Match, HUNT);
    let rows = answer(job(&search, &json!({"tokentrail_m365_audit": events}))).unwrap();
    let addresses: Vec<String> = rows.iter().map(|row| spelled(&row["ip"])).collect();
    assert_eq!(addresses, ["192.0.2.1", "2001:db8::1", "2001:db8::1", "-"]);
}

#[test]
fn a_country_code_stands_for_every_name_that_the_address_database_gave_it() {
    let plan = plan("from graph.activity where country == \"NL\" or country != \"DE\" show country");
    let call = |id: &str, ip: &str| json!({"_time": START, "_indextime": START, "properties": {"requestId": id, "timeGenerated": "2026-03-04T00:00:00Z", "ipAddress": ip}});
    let events =
        [call("1", "192.0.2.1"), call("2", "192.0.2.2"), call("3", "192.0.2.3"), call("4", "192.0.2.4"), call("5", "")];
    let mut job = job(&search(&plan, Grain::Match, HUNT), &json!({"tokentrail_graph_activity": events}));
    let country = |name: &str| json!({"Country": name, "City": "", "lat": "1.5", "lon": "2.5"});
    job["addresses"] = json!({"192.0.2.1": country("Netherlands"), "192.0.2.2": country("The Netherlands"),
        "192.0.2.3": country("Germany"), "192.0.2.4": country("")});
    let rows = answer(job).unwrap();
    assert_eq!(rows.iter().map(|row| spelled(&row["event_id"])).collect::<Vec<_>>(), ["1", "2"]);
}

// Scheduled searches.

/// Rows of the run at `now` seconds after the start over events that are given with their arrival.
fn run(plan: &Plan, now: i64, events: &[Json]) -> Vec<String> {
    let search = search(plan, Grain::Match, Period::Scheduled);
    let mut job = job(&search, &json!({SIGNIN: events}));
    job["now"] = json!(START + now);
    let rows = answer(job).unwrap_or_else(|error| panic!("{error}\n{search}"));
    rows.iter().map(|row| spelled(&row["event_id"])).collect()
}

pub fn arriving(mut event: Json, second: i64) -> Json {
    event["_indextime"] = json!(START + second);
    event
}

#[test]
fn a_late_event_completes_windows_once_and_what_was_reported_stays_so() {
    let plan = plan(&format!("{THREE} schedule every 15m, delay 1h"));
    let events = [
        arriving(at("1", "0", "T", "DE"), 10),
        arriving(at("2", "60", "T", "FR"), 2750), // late
        arriving(at("3", "120", "T", "US"), 130),
        arriving(at("4", "1000", "T", "US"), 1010),
        arriving(at("3", "120", "T", "US"), 3700),  // the copy of a match
        arriving(at("5", "1100", "T", "US"), 3750), // late, in a window that was reported
    ];
    assert_eq!(run(&plan, 2700, &events), [""; 0]);
    assert_eq!(run(&plan, 3600, &events), ["3", "4"]);
    assert_eq!(run(&plan, 4500, &events), ["5"]);
    assert_eq!(run(&plan, 5400, &events), [""; 0]);
}

#[test]
fn an_event_indexed_in_the_second_of_a_run_belongs_to_the_next_run_only() {
    let plan = plan("from entra.signin schedule every 15m, delay 1h");
    let events = [arriving(at("1", "0", "T", "DE"), 900), arriving(at("2", "1", "T", "DE"), 899)];
    assert_eq!(run(&plan, 900, &events), ["2"]);
    assert_eq!(run(&plan, 1800, &events), ["1"]);
    assert_eq!(run(&plan, 2700, &events), [""; 0]);
}

#[test]
fn runs_over_late_copied_and_shuffled_arrivals_report_every_match_once() {
    for body in [
        "from entra.signin by token within 1h when distinct(ip) >= 2 schedule every 15m, delay 2h",
        "from entra.signin by session within 45m when count() >= 4 schedule every 15m, delay 2h",
        "from entra.signin by user_name within 30m when any(country == \"US\") and sum(length(app)) >= 20 schedule every 15m, delay 2h",
        "from entra.signin where result == success schedule every 15m, delay 2h",
    ] {
        let plan = plan(body);
        for seed in 0..2 {
            let events = world(seed);
            let hunt = Period::Hunt { from: (START - 7200) * 1_000_000, to: (START + 86_400) * 1_000_000 };
            let mut ideal = found(&search(&plan, Grain::Match, hunt), &events, &["event_id"]);
            let mut jobs = Vec::new();
            let scheduled = search(&plan, Grain::Match, Period::Scheduled);
            for now in (0..27_000).step_by(900) {
                let mut job = job(&scheduled, &json!({SIGNIN: events}));
                job["now"] = json!(START + now);
                jobs.push(job);
            }
            let answers = oracle::spl(&json!(jobs));
            let rows =
                answers.iter().flat_map(|answer| answer["rows"].as_array().unwrap_or_else(|| panic!("{answer}")));
            let mut reported: Vec<String> = rows.map(|row| spelled(&row["event_id"])).collect();
            ideal.sort();
            reported.sort();
            assert!(ideal.len() > 3, "{body}: the world is too quiet");
            assert_eq!(reported, ideal, "{body}, world {seed}");
        }
    }
}

/// Made-up sign-ins with their arrivals.
pub fn world(seed: u64) -> Vec<Json> {
    let events = happenings(seed, 60, &["entra.signin"]);
    let record = |event: &crate::world::Happening| {
        let mut record = event.raw();
        record["_time"] = json!(START + event.second + 60);
        record["_indextime"] = json!(START + event.arrived);
        record
    };
    events.iter().map(record).collect()
}

#[test]
fn a_bucket_is_reported_once_when_its_condition_comes_to_hold() {
    let plan = plan("from entra.signin by token per 1h when count() >= 2 schedule every 15m, delay 1h");
    let events = [
        arriving(at("1", "0", "T", "DE"), 10),
        arriving(at("2", "60", "T", "FR"), 1000),
        arriving(at("3", "120", "T", "US"), 2000),
    ];
    let runs: BTreeMap<i64, Vec<String>> =
        (1..6).map(|number| (number * 900, run(&plan, number * 900, &events))).collect();
    assert_eq!(runs.values().flatten().collect::<Vec<_>>(), ["2"]);
    assert_eq!(runs[&1800], ["2"]);
}

// The model itself.

#[test]
fn every_shipped_rule_is_read_by_the_strict_parser() {
    let hunt = Period::Hunt { from: START * 1_000_000, to: (START + 86_400) * 1_000_000 };
    let mut jobs = Vec::new();
    for plan in shipped_plans() {
        let macros: BTreeMap<&str, Json> =
            plan.legs().map(|leg| (leg.source.spl.macro_name.as_str(), json!([]))).collect();
        for grain in [Grain::Match, Grain::Alert] {
            for period in [Period::Scheduled, hunt] {
                jobs.push(job(&search(&plan, grain, period), &json!(macros)));
            }
        }
    }
    assert!(jobs.len() >= 36);
    for (answer, job) in oracle::spl(&json!(jobs)).iter().zip(&jobs) {
        assert_eq!(*answer, json!({"rows": []}), "{}", job["search"].as_str().unwrap());
    }
}

#[test]
fn no_search_has_a_time_range_or_an_unescaped_macro_in_its_text() {
    for plan in shipped_plans() {
        let text = search(&plan, Grain::Alert, Period::Scheduled);
        let code = text.rsplit("```").next().unwrap();
        assert!(!code.contains("earliest=") && !code.contains("latest="), "{code}");
        assert_eq!(code.matches('`').count(), 2 * plan.legs().count(), "{code}");
    }
}

#[test]
fn the_model_refuses_what_splunk_would_get_wrong() {
    let plan = plan("from entra.signin + entra.signin_noninteractive by token within 1h when distinct(country) >= 3");
    let search = search(&plan, Grain::Alert, HUNT);
    let mut events = Vec::new();
    for (token, second) in [("T", "0"), ("A", "60")] {
        events.extend(["DE", "FR", "US"].map(|country| at(&format!("{token}{country}"), second, token, country)));
    }
    let macros = json!({SIGNIN: events, "tokentrail_entra_signin_noninteractive": []});
    assert_eq!(answer(job(&search, &macros)).unwrap().len(), 2);
    for (from, to) in [
        ("| sort 0 num", "| sort num"),
        ("num(_time)", "auto(_time)"),
        ("| sort 0 num(_time), str(order), str(log)", "| sort 0 str(token), num(_time)"),
        ("| sort 0 num(_time), str(order), str(log)\n", ""),
        (" global=f", ""),
        ("| streamstats time_window", "| streamstatz time_window"),
        ("time_window=1h", "time_window=1h window=5"),
        ("dc(country)", "estdc(country)"),
        ("'properties.id'", "properties.id"),
        ("isnotnull(token)", "(isnotnull(token)"),
        ("isnotnull(token)", "exists(token)"),
        ("%S%z", "%S"),
        ("| fields _time", "| sort 0 num(_time) | fields _time"),
        ("| dedup log, event_id keepempty=true", "| transaction token"),
        ("`tokentrail_entra_signin`", "`tokentrail_entra_signins`"),
        ("\"+0000\"", "\"\\t\""),
    ] {
        let broken = search.replacen(from, to, 1);
        assert_ne!(broken, search, "{from} is not there");
        let answer = answer(job(&broken, &macros));
        assert!(answer.is_err(), "{from} -> {to} was accepted");
    }
}

#[test]
fn more_events_in_a_window_than_splunk_looks_at_are_an_error_of_the_model() {
    let plan = plan("from entra.signin by token within 1h when count() >= 2");
    let events: Vec<Json> = (0..10_001).map(|id| at(&format!("{id}"), "0", "T", "DE")).collect();
    let error = answer(job(&search(&plan, Grain::Match, HUNT), &json!({SIGNIN: events}))).unwrap_err();
    assert!(error.contains("10,000"), "{error}");
}
