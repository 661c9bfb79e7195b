//! KQL in detail: hand-worked events on an engine that is not ours, and scheduled runs one after the other.

mod analysed;
mod executor;
mod near_real_time;
mod shapes;
mod written;

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tokentrail::plan::{EVENT_ID, Plan};
use tokentrail::target::{self, Grain, Options, Period, Target};

use crate::check::{check_text, has_errors};
use crate::oracle;

/// A rule over `entra.signin`, from the clauses behind `from`.
fn plan(clauses: &str) -> Plan {
    let text = format!("/// T.\nrule r {{ title \"T\" severity low from entra.signin {clauses} }}");
    let (checked, _) = check_text("r.trail", &text);
    assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
    checked.plans.into_iter().next().unwrap()
}

fn micros(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

/// A clock time of the day of the tests.
fn at(clock: &str) -> String {
    format!("2026-01-05T{clock}Z")
}

/// A successful sign-in: clock time, id, token, country.
fn signin(clock: &str, id: &str, token: &str, country: &str) -> Json {
    arriving(clock, clock, id, token, country)
}

/// The same, with the clock time at which it arrived.
fn arriving(clock: &str, arrived: &str, id: &str, token: &str, country: &str) -> Json {
    json!({"TimeGenerated": at(clock), "CreatedDateTime": at(clock), "__arrived": at(arrived), "Id": id, "ResultType": "0",
        "UniqueTokenIdentifier": token, "Location": country, "IPAddress": "192.0.2.1"})
}

fn run(jobs: &[(String, &str, &[Json])]) -> Vec<Vec<Json>> {
    let jobs: Vec<Json> = jobs
        .iter()
        .map(|(query, now, rows)| json!({"query": query, "now": now, "tables": {"SigninLogs": rows}}))
        .collect();
    let schema = json!({"SigninLogs": oracle::schema()["tables"]["SigninLogs"]});
    let answers = oracle::kql(&json!({"schema": schema, "jobs": jobs}));
    answers.iter().map(|answer| answer["rows"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()).collect()
}

/// Rows of a hunt over some hours of the day, each as `time id` or `first last matches ids`, with the named columns behind.
fn hunt(plan: &Plan, grain: Grain, events: &[Json], columns: &[&str]) -> Vec<String> {
    let period = Period::Hunt { from: micros(&at("06:00:00")), to: micros(&at("12:00:00")) };
    let query = target::write(plan, Target::Kql, Options { grain, period }).unwrap().text;
    let found = run(&[(query, "2026-01-06T00:00:00Z", events)]);
    let fixed: &[&str] = match grain {
        Grain::Match => &["time", "event_id"],
        Grain::Alert => &["first_time", "last_time", "matches", "event_ids"],
    };
    let mut rows: Vec<String> = found[0]
        .iter()
        .map(|row| fixed.iter().chain(columns).map(|name| spell(&row[name])).collect::<Vec<_>>().join(" "))
        .collect();
    rows.sort();
    rows
}

fn spell(value: &Json) -> String {
    match value {
        Json::Object(time) => {
            let moment = jiff::Timestamp::from_microsecond(time["micros"].as_i64().unwrap()).unwrap();
            moment.strftime("%H:%M:%S%.f").to_string()
        }
        Json::Array(values) => format!("[{}]", values.iter().map(spell).collect::<Vec<_>>().join(",")),
        Json::String(text) => text.clone(),
        Json::Null | Json::Bool(_) | Json::Number(_) => value.to_string(),
    }
}

const COUNTRIES: &str = "by token within 1h when distinct(country) >= 2 show countries = values(country)";

#[test]
fn an_event_exactly_one_width_old_counts_and_an_older_one_does_not() {
    let events = [
        signin("08:00:00", "a1", "A", "DE"),
        signin("09:00:00", "a2", "A", "FR"),
        signin("08:00:00", "b1", "B", "DE"),
        signin("09:00:00.000001", "b2", "B", "FR"),
        signin("08:00:00", "c1", "C", "DE"),
        signin("08:59:59.999999", "c2", "C", "FR"),
    ];
    assert_eq!(
        hunt(&plan(COUNTRIES), Grain::Match, &events, &["token", "countries"]),
        ["08:59:59.999999 c2 C [DE,FR]", "09:00:00 a2 A [DE,FR]"]
    );
}

#[test]
fn events_at_one_moment_are_in_one_anothers_windows() {
    let events = [signin("08:00:00", "a1", "A", "DE"), signin("08:00:00", "a2", "A", "FR")];
    let found = hunt(&plan(COUNTRIES), Grain::Match, &events, &["countries"]);
    assert_eq!(found, ["08:00:00 a1 [DE,FR]", "08:00:00 a2 [DE,FR]"]);
}

#[test]
fn tokens_and_letter_case_are_kept_apart_and_missing_keys_form_no_group() {
    let events = [
        signin("08:00:00", "a1", "Tok", "DE"),
        signin("08:10:00", "a2", "tok", "FR"),
        signin("08:00:00", "b1", "", "DE"),
        signin("08:10:00", "b2", "", "FR"),
        signin("08:00:00", "c1", "C", "DE"),
        signin("08:10:00", "c2", "C", ""),
    ];
    assert_eq!(hunt(&plan(COUNTRIES), Grain::Match, &events, &[]), Vec::<String>::new());
}

#[test]
fn copies_are_one_event_where_events_are_counted() {
    let events = [
        signin("08:00:00", "a1", "A", "DE"),
        signin("08:00:00", "a1", "A", "DE"),
        signin("08:10:00", "a2", "A", "DE"),
        signin("08:10:00", "a2", "A", "DE"),
        signin("08:20:00", "a3", "A", "DE"),
    ];
    let counting = plan("by token within 1h when count() >= 3 show n = count()");
    assert_eq!(hunt(&counting, Grain::Match, &events, &["n"]), ["08:20:00 a3 3"]);
}

#[test]
fn events_without_an_id_are_never_copies_of_one_another() {
    let events = [
        signin("08:00:00", "", "A", "DE"),
        signin("08:00:00", "", "A", "DE"),
        signin("08:10:00", "a1", "A", "DE"),
        signin("08:10:00", "a1", "A", "DE"),
        signin("08:20:00", "", "A", "DE"),
        signin("08:20:00", "", "A", "DE"),
    ];
    let mut counting = plan("by token within 1h when count() >= 3 show n = count()");
    counting.fields[EVENT_ID.0].optional = true;
    assert_eq!(hunt(&counting, Grain::Match, &events, &["n"]), ["08:10:00 a1 3", "08:20:00  5"]);
    // Two events without id at one moment are two matches, in one alert.
    assert_eq!(hunt(&counting, Grain::Alert, &events, &["n"]), ["08:10:00 08:20:00 3 [a1] 3"]);
    let mut single = plan("where country == \"DE\" show country");
    single.fields[EVENT_ID.0].optional = true;
    assert_eq!(hunt(&single, Grain::Alert, &events, &[]).len(), 5);
}

#[test]
fn a_match_has_one_row_though_its_event_was_delivered_twice() {
    let events =
        [signin("08:00:00", "a1", "A", "DE"), signin("08:10:00", "a2", "A", "FR"), signin("08:10:00", "a2", "A", "FR")];
    assert_eq!(hunt(&plan(COUNTRIES), Grain::Match, &events, &[]), ["08:10:00 a2"]);
    assert_eq!(hunt(&plan(COUNTRIES), Grain::Alert, &events, &[]), ["08:10:00 08:10:00 1 [a1,a2]"]);
    let single = plan("where country == \"FR\" show country");
    assert_eq!(hunt(&single, Grain::Match, &events, &["country"]), ["08:10:00 a2 FR"]);
    assert_eq!(hunt(&single, Grain::Alert, &events, &[]), ["08:10:00 08:10:00 1 [a2]"]);
}

#[test]
fn matches_within_the_width_of_the_one_before_are_one_alert() {
    let events = [
        signin("08:00:00", "a1", "A", "DE"),
        signin("08:10:00", "a2", "A", "FR"),
        signin("09:10:00", "a3", "A", "DE"),
        signin("10:10:00.000001", "a4", "A", "DE"),
        signin("10:20:00", "a5", "A", "FR"),
    ];
    // a4 has only itself in its window, so that a3 and a5 are more than an hour apart.
    assert_eq!(
        hunt(&plan(COUNTRIES), Grain::Alert, &events, &["token", "countries"]),
        ["08:10:00 09:10:00 2 [a1,a2] A [DE,FR]", "10:20:00 10:20:00 1 [a4,a5] A [DE,FR]"]
    );
}

#[test]
fn a_bucket_is_reported_at_its_last_event_and_ends_before_the_next() {
    let events = [
        signin("08:00:00", "a1", "A", "DE"),
        signin("08:59:59.999999", "a2", "A", "FR"),
        signin("09:00:00", "a3", "A", "US"),
        signin("10:00:00", "b2", "B", "DE"),
        signin("10:00:00", "b1", "B", "FR"),
    ];
    let buckets = plan("by token per 1h when distinct(country) >= 2 show last_country = last(country), at = country");
    assert_eq!(
        hunt(&buckets, Grain::Match, &events, &["last_country", "at"]),
        ["08:59:59.999999 a2 FR FR", "10:00:00 b2 DE DE"]
    );
}

#[test]
fn first_and_last_pass_over_missing_values_and_break_ties_by_id() {
    let events = [
        signin("08:00:00", "a0", "A", ""),
        signin("08:01:00", "a2", "A", "FR"),
        signin("08:01:00", "a1", "A", "DE"),
        signin("08:02:00", "a3", "A", ""),
    ];
    let edges = plan("by token within 1h when count() >= 4 show f = first(country), l = last(country)");
    assert_eq!(hunt(&edges, Grain::Match, &events, &["f", "l"]), ["08:02:00 a3 DE FR"]);
}

#[test]
fn events_before_the_period_are_seen_and_matches_outside_it_are_not_reported() {
    let events = [
        signin("05:30:00", "a1", "A", "DE"),
        signin("05:59:59.999999", "a2", "A", "FR"),
        signin("06:00:00", "a3", "A", "FR"),
        signin("12:00:00", "a4", "A", "DE"),
        signin("11:30:00", "b1", "B", "DE"),
        signin("12:00:00", "b2", "B", "FR"),
    ];
    assert_eq!(hunt(&plan(COUNTRIES), Grain::Match, &events, &[]), ["06:00:00 a3"]);
}

/// What the runs of a schedule report, run after run, each as the ids of the matching events (or of the alerts' buckets).
fn runs(plan: &Plan, events: &[Json], nows: &[&str]) -> Vec<BTreeSet<String>> {
    let options = Options { grain: Grain::Match, period: Period::Scheduled };
    let query = target::write(plan, Target::Kql, options).unwrap().text;
    let seen: Vec<(String, Vec<Json>)> = nows
        .iter()
        .map(|clock| {
            let now = at(clock);
            let arrived = events.iter().filter(|event| micros(event["__arrived"].as_str().unwrap()) <= micros(&now));
            (now.clone(), arrived.cloned().collect())
        })
        .collect();
    let jobs: Vec<(String, &str, &[Json])> =
        seen.iter().map(|(now, rows)| (query.clone(), now.as_str(), rows.as_slice())).collect();
    let ids = |row: &Json| row["event_id"].as_str().unwrap().to_owned();
    run(&jobs).iter().map(|rows| rows.iter().map(ids).collect()).collect()
}

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

const HALF_HOURS: [&str; 5] = ["08:30:00", "09:00:00", "09:30:00", "10:00:00", "10:30:00"];

#[test]
fn a_window_completed_by_a_late_older_event_is_reported_once() {
    let scheduled = plan(&format!("{COUNTRIES} schedule every 30m, delay 1h"));
    let events = [
        // The later event arrives first; the earlier one, an hour late, completes its window.
        arriving("08:20:00", "08:21:00", "a2", "A", "FR"),
        arriving("08:10:00", "09:05:00", "a1", "A", "DE"),
        // Both arrive in time; a copy of the first comes later and changes nothing.
        arriving("08:00:00", "08:01:00", "b1", "B", "DE"),
        arriving("08:05:00", "08:06:00", "b2", "B", "FR"),
        arriving("08:05:00", "08:50:00", "b2", "B", "FR"),
        // A third country for a window that was reported already: only the new event is a new match.
        arriving("08:40:00", "08:41:00", "b3", "B", "US"),
    ];
    assert_eq!(runs(&scheduled, &events, &HALF_HOURS), [set(&["b2"]), set(&["b3"]), set(&["a2"]), set(&[]), set(&[])]);
}

#[test]
fn single_events_are_reported_by_the_run_after_their_first_copy_arrived() {
    let scheduled = plan("where country == \"DE\" show country schedule every 30m, delay 1h");
    let events = [
        arriving("08:00:00", "08:29:00", "a", "A", "DE"),
        arriving("08:00:00", "08:55:00", "a", "A", "DE"),
        arriving("08:00:00", "08:59:00", "b", "A", "DE"),
        arriving("08:29:59", "09:29:59", "c", "A", "DE"),
    ];
    assert_eq!(runs(&scheduled, &events, &HALF_HOURS), [set(&["a"]), set(&["b"]), set(&["c"]), set(&[]), set(&[])]);
}

#[test]
fn a_bucket_is_reported_by_the_first_run_that_sees_its_condition_hold() {
    let scheduled = plan(
        "by token per 1h when distinct(country) >= 2 show countries = values(country) schedule every 30m, delay 1h",
    );
    let events = [
        arriving("08:00:00", "08:01:00", "a1", "A", "DE"),
        arriving("08:40:00", "08:41:00", "a3", "A", "DE"),
        arriving("08:20:00", "09:10:00", "a2", "A", "FR"),
        // The bucket was reported: more of it is no new match.
        arriving("08:50:00", "09:40:00", "a4", "A", "US"),
    ];
    assert_eq!(runs(&scheduled, &events, &HALF_HOURS), [set(&[]), set(&[]), set(&["a3"]), set(&[]), set(&[])]);
}

#[test]
fn countries_and_cities_come_from_addresses_where_a_source_has_nothing_else() {
    let text = "/// T.\nrule r { title \"T\" severity low from graph.activity where country != \"CZ\" by token within 1h \
        when values(country) contains all [\"DE\", \"US\"] show countries = values(country), city = last(city) }";
    let (checked, _) = check_text("r.trail", text);
    assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
    let period = Period::Hunt { from: micros(&at("06:00:00")), to: micros(&at("12:00:00")) };
    let options = Options { grain: Grain::Match, period };
    let query = target::write(&checked.plans[0], Target::Kql, options).unwrap().text;
    let call = |clock: &str, id: &str, ip: &str| json!({"TimeGenerated": at(clock), "RequestId": id, "SignInActivityId": "A", "IPAddress": ip, "ResponseStatusCode": 200});
    let calls = [
        call("08:00:00", "a1", "192.0.2.1"),
        call("08:10:00", "a2", "198.51.100.1"),
        call("08:20:00", "a3", "10.0.0.1"),
        call("08:30:00", "a4", "203.0.113.1"),
    ];
    let schema = json!({"MicrosoftGraphActivityLogs": oracle::schema()["tables"]["MicrosoftGraphActivityLogs"]});
    let job = json!({"query": query, "now": "2026-01-06T00:00:00Z", "tables": {"MicrosoftGraphActivityLogs": calls}});
    let answers = oracle::kql(&json!({"schema": schema, "jobs": [job]}));
    let rows: Vec<String> = answers[0]["rows"]
        .as_array()
        .unwrap_or_else(|| panic!("{}", answers[0]))
        .iter()
        .map(|row| format!("{} {} {}", spell(&row["event_id"]), spell(&row["countries"]), spell(&row["city"])))
        .collect();
    assert_eq!(rows, ["a4 [Germany,United States] chicago"]);
}
