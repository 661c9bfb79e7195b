//! Consecutive pairs, sequences, first uses, `unless` and `hops`, on hand-worked events: edges, ties, copies, missing values,
//! events in reversed order, and scheduled runs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use tokentrail::plan::Plan;
use tokentrail::target::{self, Grain, Options, Period, Target};

use super::{HALF_HOURS, at, micros, set, spell};
use crate::check::{check_text, has_errors};
use crate::oracle;

/// An event of a table.
#[derive(Clone)]
struct Row(&'static str, Json);

fn rule(clauses: &str) -> Plan {
    let text = format!("/// T.\nrule r {{ title \"T\" severity low {clauses} }}");
    let (checked, _) = check_text("r.trail", &text);
    assert!(!has_errors(&checked), "{:#?}", checked.diagnostics);
    checked.plans.into_iter().next().unwrap()
}

/// A sign-in with a clock time, an id, a token, and an address.
fn signin(clock: &str, id: &str, token: &str, ip: &str) -> Row {
    Row(
        "SigninLogs",
        json!({"TimeGenerated": at(clock), "CreatedDateTime": at(clock), "__arrived": at(clock), "Id": id,
            "ResultType": "0", "UniqueTokenIdentifier": token, "IPAddress": ip, "UserId": "u1", "UserPrincipalName": "u1@example.org"}),
    )
}

/// A Graph call.
fn call(clock: &str, id: &str, token: &str, ip: &str) -> Row {
    Row(
        "MicrosoftGraphActivityLogs",
        json!({"TimeGenerated": at(clock), "__arrived": at(clock), "RequestId": id, "ResponseStatusCode": 200,
            "SignInActivityId": token, "IPAddress": ip, "UserId": "u1"}),
    )
}

impl Row {
    fn with(mut self, column: &str, value: &str) -> Self {
        self.1[column] = json!(value);
        self
    }

    fn arriving(self, clock: &str) -> Self {
        let arrived = at(clock);
        self.with("__arrived", &arrived)
    }
}

fn tables<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Json {
    let mut tables: BTreeMap<&str, Vec<&Json>> = BTreeMap::new();
    for Row(table, row) in rows {
        tables.entry(table).or_default().push(row);
    }
    json!(tables)
}

fn answers(query: &str, jobs: &[(String, Json)]) -> Vec<Vec<Json>> {
    let jobs: Vec<Json> =
        jobs.iter().map(|(now, tables)| json!({"query": query, "now": now, "tables": tables})).collect();
    let answers = oracle::kql(&json!({"schema": oracle::schema()["tables"], "jobs": jobs}));
    answers
        .iter()
        .map(|answer| answer["rows"].as_array().unwrap_or_else(|| panic!("{answer}\n{query}")).clone())
        .collect()
}

/// Rows of a hunt from 6 to 12 o'clock: `time id` or `first last matches ids`, and the columns named; whatever the order of the
/// events is.
fn hunt(plan: &Plan, grain: Grain, rows: &[Row], columns: &[&str]) -> Vec<String> {
    let period = Period::Hunt { from: micros(&at("06:00:00")), to: micros(&at("12:00:00")) };
    let query = target::write(plan, Target::Kql, Options { grain, period }).unwrap().text;
    let now = "2026-01-06T00:00:00Z".to_owned();
    let found = answers(&query, &[(now.clone(), tables(rows)), (now, tables(rows.iter().rev()))]);
    let fixed: &[&str] = match grain {
        Grain::Match => &["time", "event_id"],
        Grain::Alert => &["first_time", "last_time", "matches", "event_ids"],
    };
    let spelled = found.iter().map(|rows| {
        let line = |row: &Json| fixed.iter().chain(columns).map(|name| spell(&row[name])).collect::<Vec<_>>().join(" ");
        let mut lines: Vec<String> = rows.iter().map(line).collect();
        lines.sort();
        lines
    });
    let mut spelled: Vec<Vec<String>> = spelled.collect();
    assert_eq!(spelled[0], spelled[1], "the order of events changed what was found\n{query}");
    spelled.swap_remove(0)
}

fn matches(plan: &Plan, rows: &[Row], columns: &[&str]) -> Vec<String> {
    hunt(plan, Grain::Match, rows, columns)
}

/// The ids that each run of a schedule reports.
fn runs(plan: &Plan, rows: &[Row], nows: &[&str]) -> Vec<BTreeSet<String>> {
    let options = Options { grain: Grain::Match, period: Period::Scheduled };
    let query = target::write(plan, Target::Kql, options).unwrap().text;
    let jobs: Vec<(String, Json)> = nows
        .iter()
        .map(|clock| {
            let now = at(clock);
            let arrived = |row: &&Row| micros(row.1["__arrived"].as_str().unwrap()) <= micros(&now);
            (now.clone(), tables(rows.iter().filter(arrived)))
        })
        .collect();
    let ids = |row: &Json| row["event_id"].as_str().unwrap().to_owned();
    answers(&query, &jobs).iter().map(|rows| rows.iter().map(ids).collect()).collect()
}

const PAIR: &str = "from entra.signin by token consecutive within 1h where prev.ip != this.ip show ip, prev.ip";

#[test]
fn a_pair_is_an_event_and_the_one_just_before_it() {
    let rows = [
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        signin("08:10:00", "a2", "A", "192.0.2.2"),
        signin("08:20:00", "a3", "A", "192.0.2.2"),
        // Exactly one width later, and a microsecond more.
        signin("09:20:00", "a4", "A", "192.0.2.1"),
        signin("10:20:00.000001", "a5", "A", "192.0.2.2"),
        // A missing address is neither equal nor unequal, and is the event before all the same.
        signin("08:00:00", "b1", "B", "192.0.2.1"),
        signin("08:01:00", "b2", "B", ""),
        signin("08:02:00", "b3", "B", "192.0.2.2"),
        // No key, no pair.
        signin("08:00:00", "c1", "", "192.0.2.1"),
        signin("08:01:00", "c2", "", "192.0.2.2"),
    ];
    let found = matches(&rule(PAIR), &rows, &["token", "ip", "prev_ip"]);
    assert_eq!(found, ["08:10:00 a2 A 192.0.2.2 192.0.2.1", "09:20:00 a4 A 192.0.2.1 192.0.2.2"]);
    assert_eq!(
        hunt(&rule(PAIR), Grain::Alert, &rows, &["token", "prev_ip"]),
        ["08:10:00 08:10:00 1 [a1,a2] A 192.0.2.1", "09:20:00 09:20:00 1 [a3,a4] A 192.0.2.2"]
    );
}

#[test]
fn events_at_one_moment_follow_each_other_by_their_ids_and_copies_are_one_event() {
    let rows = [
        signin("08:00:00", "a2", "A", "192.0.2.2"),
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        signin("08:00:00", "a3", "A", "192.0.2.2"),
        signin("08:00:00", "a2", "A", "192.0.2.2"),
        signin("08:05:00", "a4", "A", "192.0.2.3"),
        signin("08:05:00", "a4", "A", "192.0.2.3"),
    ];
    let found = matches(&rule(PAIR), &rows, &["prev_ip"]);
    assert_eq!(found, ["08:00:00 a2 192.0.2.1", "08:05:00 a4 192.0.2.2"]);
}

#[test]
fn a_pair_begins_before_the_period_and_ends_in_it() {
    let rows = [
        signin("05:30:00", "a1", "A", "192.0.2.1"),
        signin("05:59:59", "a2", "A", "192.0.2.2"),
        signin("06:00:00", "a3", "A", "192.0.2.1"),
        signin("11:59:59", "a4", "A", "192.0.2.1"),
        signin("12:00:00", "a5", "A", "192.0.2.2"),
    ];
    assert_eq!(matches(&rule(PAIR), &rows, &[]), ["06:00:00 a3"]);
}

#[test]
fn a_pair_that_a_late_event_makes_is_reported_once() {
    let scheduled = rule(&format!("{PAIR} schedule every 30m, delay 2h"));
    let rows = [
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        signin("08:10:00", "a2", "A", "192.0.2.2"),
        signin("08:10:00", "a2", "A", "192.0.2.2").arriving("08:40:00"),
        // Comes between two events of one address: itself and the later one come to match.
        signin("08:00:00", "b1", "B", "192.0.2.1"),
        signin("08:20:00", "b3", "B", "192.0.2.1"),
        signin("08:10:00", "b2", "B", "192.0.2.2").arriving("09:10:00"),
        // Comes between two events of a pair that was reported: the later one is not reported again, nor the new one.
        signin("08:05:00", "a1b", "A", "192.0.2.1").arriving("09:40:00"),
    ];
    assert_eq!(runs(&scheduled, &rows, &HALF_HOURS), [set(&["a2"]), set(&[]), set(&["b2", "b3"]), set(&[]), set(&[])]);
}

const STEPS: &str = "sequence by token within 1h {
    signin: entra.signin where result == success
    use: graph.activity where ip != signin.ip and time - signin.time >= 1m
  } show origin = signin.ip, used = use.ip";

#[test]
fn steps_follow_each_other_within_the_width() {
    let rows = [
        // At the width's end, and behind it.
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        call("09:00:00", "a2", "A", "192.0.2.2"),
        call("09:00:00.000001", "a3", "A", "192.0.2.2"),
        // Too early for the delay; right at it.
        signin("08:00:00", "b1", "B", "192.0.2.1"),
        call("08:00:59.999999", "b2", "B", "192.0.2.2"),
        call("08:01:00", "b3", "B", "192.0.2.2"),
        // In the wrong order; of another key; with the same address; with no address; without a key.
        call("08:00:00", "c1", "C", "192.0.2.2"),
        signin("08:10:00", "c2", "C", "192.0.2.1"),
        call("08:20:00", "d1", "D", "192.0.2.2"),
        call("08:20:00", "c3", "C", "192.0.2.1"),
        call("08:21:00", "c4", "C", ""),
        signin("08:00:00", "e1", "", "192.0.2.1"),
        call("08:20:00", "e2", "", "192.0.2.2"),
    ];
    let found = matches(&rule(STEPS), &rows, &["token", "origin", "used"]);
    assert_eq!(found, ["08:01:00 b3 B 192.0.2.1 192.0.2.2", "09:00:00 a2 A 192.0.2.1 192.0.2.2"]);
}

#[test]
fn of_several_chains_the_latest_one_is_the_evidence() {
    let three = rule(
        "sequence by token within 2h {
          first: entra.signin
          second: entra.signin where ip != first.ip
          third: graph.activity
        } show a = first.ip, b = second.ip, c = third.ip",
    );
    let rows = [
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        signin("08:10:00", "a2", "A", "192.0.2.2"),
        signin("08:20:00", "a3", "A", "192.0.2.3"),
        // At one moment: the greater id is the later one.
        signin("08:30:00", "a4", "A", "192.0.2.4"),
        signin("08:30:00", "a5", "A", "192.0.2.5"),
        call("08:40:00", "a6", "A", "192.0.2.9"),
        call("08:40:00", "a6", "A", "192.0.2.9"),
    ];
    assert_eq!(matches(&three, &rows, &["a", "b", "c"]), ["08:40:00 a6 192.0.2.4 192.0.2.5 192.0.2.9"]);
    assert_eq!(hunt(&three, Grain::Alert, &rows, &[]), ["08:40:00 08:40:00 1 [a4,a5,a6]"]);
}

#[test]
fn the_steps_of_a_chain_are_different_events() {
    let twice = rule("sequence by token within 1h { first: entra.signin second: entra.signin } show first.ip");
    let rows = [
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        signin("08:30:00", "b1", "B", "192.0.2.1"),
        signin("08:30:00", "b2", "B", "192.0.2.2"),
    ];
    // At one moment each of two events completes a chain with the other.
    assert_eq!(matches(&twice, &rows, &["first_ip"]), ["08:30:00 b1 192.0.2.2", "08:30:00 b2 192.0.2.1"]);
}

const BETWEEN: &str = "sequence by token within 1h {
    signin: entra.signin where result == success
    use: graph.activity where ip != signin.ip
    no entra.signin where ip == use.ip between signin and use
  } show origin = signin.ip";

#[test]
fn a_chain_with_an_absent_event_between_its_steps_is_none() {
    let rows = [
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        signin("08:05:00", "a2", "A", "192.0.2.2"),
        call("08:10:00", "a3", "A", "192.0.2.2"),
        // At the moment of the use, and just after it.
        signin("08:00:00", "b1", "B", "192.0.2.1"),
        signin("08:10:00", "b2", "B", "192.0.2.2"),
        call("08:10:00", "b3", "B", "192.0.2.2"),
        signin("08:00:00", "c1", "C", "192.0.2.1"),
        call("08:10:00", "c2", "C", "192.0.2.2"),
        signin("08:10:00.000001", "c3", "C", "192.0.2.2"),
        // The later of two sign-ins is the evidence, unless there is a sign-in behind the earlier one only.
        signin("08:00:00", "d1", "D", "192.0.2.1"),
        signin("08:02:00", "d2", "D", "192.0.2.2"),
        signin("08:04:00", "d3", "D", "192.0.2.3"),
        call("08:10:00", "d4", "D", "192.0.2.2"),
    ];
    let found = matches(&rule(BETWEEN), &rows, &["origin"]);
    assert_eq!(found, ["08:10:00 c2 192.0.2.1", "08:10:00 d4 192.0.2.3"]);
}

#[test]
fn an_absence_is_not_broken_by_the_events_of_the_chain() {
    let plan = rule(
        "sequence by token within 1h { first: entra.signin second: entra.signin where ip != first.ip
          no entra.signin between first and second }",
    );
    let rows = [
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        signin("08:10:00", "a2", "A", "192.0.2.2"),
        signin("08:20:00", "a3", "A", "192.0.2.1"),
    ];
    assert_eq!(matches(&plan, &rows, &[]), ["08:10:00 a2", "08:20:00 a3"]);
}

const AFTER: &str = "sequence by token within 1h {
    signin: entra.signin
    use: graph.activity
    no graph.activity where ip == signin.ip within 10m after use
  } show origin = signin.ip";

#[test]
fn an_absent_event_after_the_last_step_lies_up_to_its_width_behind() {
    let rows = [
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        call("08:10:00", "a2", "A", "192.0.2.2"),
        call("08:20:00", "a3", "A", "192.0.2.1"),
        signin("08:00:00", "b1", "B", "192.0.2.1"),
        call("08:10:00", "b2", "B", "192.0.2.2"),
        call("08:20:00.000001", "b3", "B", "192.0.2.1"),
        // The period ends before the absent event.
        signin("11:50:00", "c1", "C", "192.0.2.1"),
        call("11:59:00", "c2", "C", "192.0.2.2"),
        call("12:01:00", "c3", "C", "192.0.2.1"),
    ];
    // `a3` and `b3` complete chains of their own, that nothing follows.
    assert_eq!(matches(&rule(AFTER), &rows, &[]), ["08:10:00 b2", "08:20:00 a3", "08:20:00.000001 b3"]);
}

#[test]
fn a_chain_is_reported_once_however_late_its_steps_come() {
    let scheduled = rule(&format!("{STEPS} schedule every 30m, delay 2h"));
    let rows = [
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        call("08:10:00", "a2", "A", "192.0.2.2"),
        call("08:10:00", "a2", "A", "192.0.2.2").arriving("08:50:00"),
        // A later sign-in that comes late gives other evidence for a match that was reported.
        signin("08:05:00", "a1b", "A", "192.0.2.1").arriving("09:10:00"),
        signin("08:00:00", "b1", "B", "192.0.2.1").arriving("09:40:00"),
        call("08:10:00", "b2", "B", "192.0.2.2"),
    ];
    assert_eq!(runs(&scheduled, &rows, &HALF_HOURS), [set(&["a2"]), set(&[]), set(&[]), set(&["b2"]), set(&[])]);
}

#[test]
fn an_absence_is_judged_by_what_had_arrived() {
    let scheduled = rule(&format!("{BETWEEN} schedule every 30m, delay 2h"));
    let rows = [
        // Reported before the sign-in came that would have prevented it; never withdrawn, and never reported again.
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        call("08:10:00", "a2", "A", "192.0.2.2"),
        signin("08:05:00", "a3", "A", "192.0.2.2").arriving("08:50:00"),
        // Prevented, until a later sign-in from elsewhere makes another chain.
        signin("08:00:00", "b1", "B", "192.0.2.1"),
        signin("08:05:00", "b2", "B", "192.0.2.2"),
        call("08:10:00", "b3", "B", "192.0.2.2"),
        signin("08:07:00", "b4", "B", "192.0.2.3").arriving("09:10:00"),
    ];
    assert_eq!(runs(&scheduled, &rows, &HALF_HOURS), [set(&["a2"]), set(&[]), set(&["b3"]), set(&[]), set(&[])]);
}

#[test]
fn a_match_that_waits_is_reported_when_its_time_is_over() {
    let scheduled = rule(&format!("{AFTER} schedule every 30m, delay 1h"));
    let rows = [
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        call("08:20:00", "a2", "A", "192.0.2.2"),
        // Due only at 08:35.
        signin("08:00:00", "b1", "B", "192.0.2.1"),
        call("08:25:00", "b2", "B", "192.0.2.2"),
        // Undone in time.
        signin("08:00:00", "c1", "C", "192.0.2.1"),
        call("08:25:00", "c2", "C", "192.0.2.2"),
        call("08:33:00", "c3", "C", "192.0.2.1"),
    ];
    assert_eq!(runs(&scheduled, &rows, &HALF_HOURS), [set(&["a2"]), set(&["b2", "c3"]), set(&[]), set(&[]), set(&[])]);
}

const FIRST: &str = "from entra.signin by user_id first seen (ip) within 2h show ip";

#[test]
fn a_first_use_has_none_before_it_in_the_history() {
    let rows = [
        signin("05:00:00", "a1", "A", "192.0.2.1"),
        signin("06:30:00", "a2", "A", "192.0.2.1"),
        // Exactly the history later; a microsecond more.
        signin("08:30:00", "a3", "A", "192.0.2.1"),
        signin("10:30:00.000001", "a4", "A", "192.0.2.1"),
        signin("08:00:00", "b2", "A", "192.0.2.2"),
        signin("08:00:00", "b1", "A", "192.0.2.2"),
        signin("08:00:00", "b1", "A", "192.0.2.2"),
        signin("08:00:00", "c1", "A", ""),
        signin("08:10:00", "d1", "A", "192.0.2.2").with("UserId", "u2"),
    ];
    assert_eq!(
        hunt(&rule(FIRST), Grain::Alert, &rows, &["user_id", "ip"]),
        [
            "08:00:00 08:00:00 1 [b1] u1 192.0.2.2",
            "08:10:00 08:10:00 1 [d1] u2 192.0.2.2",
            "10:30:00.000001 10:30:00.000001 1 [a4] u1 192.0.2.1"
        ]
    );
    let tenant = rule("from entra.signin first seen (ip) within 2h show ip");
    assert_eq!(matches(&tenant, &rows, &["ip"]), ["08:00:00 b1 192.0.2.2", "10:30:00.000001 a4 192.0.2.1"]);
}

#[test]
fn a_key_that_is_being_learned_has_no_first_uses() {
    let learning = rule("from entra.signin by user_id first seen (ip) within 4h learning 1h show ip");
    let user = |row: Row, user: &str| row.with("UserId", user);
    let rows = [
        // Known for exactly the time of learning, and for less.
        user(signin("07:00:00", "a1", "A", "192.0.2.1"), "a"),
        user(signin("08:00:00", "a2", "A", "192.0.2.2"), "a"),
        user(signin("07:00:00", "b1", "A", "192.0.2.1"), "b"),
        user(signin("07:59:59.999999", "b2", "A", "192.0.2.2"), "b"),
        // Known by an event without an address; from the very start of the history; from before it.
        user(signin("06:00:00", "c1", "A", ""), "c"),
        user(signin("08:00:00", "c2", "A", "192.0.2.2"), "c"),
        user(signin("06:00:00", "d1", "A", "192.0.2.1"), "d"),
        user(signin("10:00:00", "d2", "A", "192.0.2.2"), "d"),
        user(signin("06:00:00", "e1", "A", "192.0.2.1"), "e"),
        user(signin("10:00:00.000001", "e2", "A", "192.0.2.2"), "e"),
        user(signin("06:00:00", "f1", "A", "192.0.2.1"), "f"),
        user(signin("07:30:00", "f2", "A", "192.0.2.1"), "f"),
        user(signin("09:10:00", "f3", "A", "192.0.2.2"), "f"),
    ];
    assert_eq!(
        matches(&learning, &rows, &["user_id"]),
        ["08:00:00 a2 a", "08:00:00 c2 c", "09:10:00 f3 f", "10:00:00 d2 d"]
    );
    let tenant = rule("from entra.signin first seen (ip) within 4h learning 1h show ip");
    assert_eq!(matches(&tenant, &rows, &["ip"]), ["07:59:59.999999 b2 192.0.2.2"]);
}

#[test]
fn first_uses_are_reported_once() {
    let rows = [
        signin("08:01:00", "a1", "A", "192.0.2.1"),
        // An earlier use that comes late is the first one, and was not reported.
        signin("07:50:00", "a0", "A", "192.0.2.1").arriving("08:45:00"),
        signin("08:10:00", "b1", "A", "192.0.2.2"),
        signin("08:50:00", "b2", "A", "192.0.2.2"),
    ];
    let scheduled = rule(&format!("{FIRST} schedule every 30m, delay 1h"));
    let first = [set(&["a1", "b1"]), set(&["a0"]), set(&[]), set(&[]), set(&[])];
    assert_eq!(runs(&scheduled, &rows, &HALF_HOURS), first);
    let tenant = rule("from entra.signin first seen (ip) within 2h show ip schedule every 30m, delay 1h");
    assert_eq!(runs(&tenant, &rows, &HALF_HOURS), first);
    // What makes the key known comes late.
    let learning =
        rule("from entra.signin by user_id first seen (ip) within 3h learning 1h show ip schedule every 30m, delay 3h");
    let rows = [
        signin("08:10:00", "a1", "A", "192.0.2.1"),
        signin("08:40:00", "a2", "A", "192.0.2.2"),
        signin("07:30:00", "a0", "A", "192.0.2.1").arriving("09:10:00"),
    ];
    assert_eq!(runs(&learning, &rows, &HALF_HOURS), [set(&[]), set(&[]), set(&["a2"]), set(&[]), set(&[])]);
}

#[test]
fn unless_looks_before_after_and_around() {
    let plan = |side: &str| {
        rule(&format!("from graph.activity unless entra.signin where token == this.token within 10m {side} show token"))
    };
    let rows = [
        call("08:00:00", "a", "A", "192.0.2.1"),
        signin("07:50:00", "s1", "A", "192.0.2.1"),
        call("08:00:00", "b", "B", "192.0.2.1"),
        signin("07:49:59.999999", "s2", "B", "192.0.2.1"),
        call("08:00:00", "c", "C", "192.0.2.1"),
        signin("08:10:00", "s3", "C", "192.0.2.1"),
        call("08:00:00", "d", "D", "192.0.2.1"),
        signin("08:10:00.000001", "s4", "D", "192.0.2.1"),
        // Without a token nothing is linked.
        call("08:00:00", "e", "", "192.0.2.1"),
        signin("08:00:00", "s5", "", "192.0.2.1"),
    ];
    let ids = |side: &str| {
        let found = hunt(&plan(side), Grain::Alert, &rows, &["token"]);
        found.iter().map(|row| row.split(' ').nth(3).unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ids("before"), "[b] [c] [d] [e]");
    assert_eq!(ids("after"), "[a] [b] [d] [e]");
    assert_eq!(ids("around"), "[b] [d] [e]");
}

#[test]
fn unless_without_a_link_looks_at_every_event_but_the_matching_one() {
    let plan = rule(
        "from entra.signin where ip == \"192.0.2.1\" unless entra.signin where ip != this.ip within 10m around
          unless entra.signin where result == success and time > this.time within 1m after show ip",
    );
    let rows = [
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        signin("08:30:00", "b1", "B", "192.0.2.1"),
        signin("08:40:00", "b2", "C", "192.0.2.2"),
        signin("09:00:00", "c1", "C", "192.0.2.1"),
        signin("09:00:30", "c2", "C", "192.0.2.1"),
    ];
    assert_eq!(matches(&plan, &rows, &[]), ["08:00:00 a1", "09:00:30 c2"]);
}

#[test]
fn unless_follows_windows_buckets_pairs_and_sequences() {
    let unless = "unless graph.activity where token == this.token and ip == this.ip within 10m before";
    let rows = [
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        signin("08:20:00", "a2", "A", "192.0.2.2"),
        call("08:10:00", "a3", "A", "192.0.2.2"),
        signin("08:00:00", "b1", "B", "192.0.2.1"),
        signin("08:20:00", "b2", "B", "192.0.2.2"),
        call("08:10:00", "b3", "B", "192.0.2.1"),
    ];
    let shapes = [
        "from entra.signin by token within 1h when distinct(ip) >= 2",
        "from entra.signin by token per 1h when distinct(ip) >= 2",
        "from entra.signin by token consecutive within 1h where prev.ip != this.ip",
        "sequence by token within 1h { a: entra.signin b: entra.signin where ip != a.ip }",
    ];
    for shape in shapes {
        let plan = rule(&format!("{shape} {unless} show at = ip"));
        assert_eq!(matches(&plan, &rows, &["token", "at"]), ["08:20:00 b2 B 192.0.2.2"], "{shape}");
        assert_eq!(hunt(&plan, Grain::Alert, &rows, &[]), ["08:20:00 08:20:00 1 [b1,b2]"], "{shape}");
    }
    // Against the events before the matching one.
    for shape in [
        "from entra.signin by token consecutive within 1h where prev.ip != this.ip
            unless graph.activity where token == this.token and ip == prev.ip within 1h around",
        "sequence by token within 1h { a: entra.signin b: entra.signin where ip != a.ip }
            unless graph.activity where token == this.token and ip == a.ip within 1h around",
    ] {
        assert_eq!(matches(&rule(&format!("{shape} show at = ip")), &rows, &["token"]), ["08:20:00 a2 A"], "{shape}");
    }
}

#[test]
fn unless_is_judged_by_what_had_arrived_when_its_time_was_over() {
    let rows = [
        call("08:01:00", "a", "A", "192.0.2.1"),
        signin("07:55:00", "s1", "A", "192.0.2.1").arriving("08:50:00"),
        call("08:00:00", "b", "B", "192.0.2.1").arriving("08:50:00"),
        signin("07:55:00", "s2", "B", "192.0.2.1"),
        call("08:00:00", "c", "C", "192.0.2.1").arriving("08:50:00"),
        call("08:25:00", "d", "D", "192.0.2.1"),
    ];
    let plan = |side: &str| {
        rule(&format!(
            "from graph.activity unless entra.signin where token == this.token within 10m {side} show token \
         schedule every 30m, delay 1h"
        ))
    };
    assert_eq!(
        runs(&plan("before"), &rows, &HALF_HOURS),
        [set(&["a", "d"]), set(&["c"]), set(&[]), set(&[]), set(&[])]
    );
    // `d` stands at 08:35.
    assert_eq!(
        runs(&plan("around"), &rows, &HALF_HOURS),
        [set(&["a"]), set(&["c", "d"]), set(&[]), set(&[]), set(&[])]
    );
    let windows = rule(
        "from graph.activity by token within 1h when count() >= 2 unless entra.signin where token == this.token \
         within 10m after show n = count() schedule every 30m, delay 1h",
    );
    let rows = [
        call("08:00:00", "a1", "A", "192.0.2.1"),
        call("08:10:00", "a2", "A", "192.0.2.1"),
        call("08:00:00", "b1", "B", "192.0.2.1"),
        call("08:22:00", "b2", "B", "192.0.2.1"),
        signin("08:31:00", "s", "B", "192.0.2.1"),
        call("08:00:00", "c1", "C", "192.0.2.1").arriving("09:01:00"),
        call("08:22:00", "c2", "C", "192.0.2.1"),
        call("08:00:00", "d1", "D", "192.0.2.1"),
        call("08:22:00", "d2", "D", "192.0.2.1"),
    ];
    assert_eq!(runs(&windows, &rows, &HALF_HOURS), [set(&["a2"]), set(&["d2"]), set(&["c2"]), set(&[]), set(&[])]);
}

#[test]
fn hops_are_changes_between_events_that_have_a_value() {
    let rows = [
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        signin("08:10:00", "a2", "A", "192.0.2.2"),
        signin("08:20:00", "a3", "A", ""),
        signin("08:30:00", "a4", "A", "192.0.2.2"),
        signin("08:40:00", "a5", "A", "192.0.2.1"),
        // A window that begins behind a change does not count it.
        signin("09:20:00", "a6", "A", "192.0.2.2"),
        signin("08:00:00", "b1", "B", ""),
    ];
    let plan = rule("from entra.signin by token within 1h when hops(ip) >= 2 show n = hops(ip)");
    assert_eq!(matches(&plan, &rows, &["n"]), ["08:40:00 a5 2", "09:20:00 a6 2"]);
    let buckets = rule("from entra.signin by token per 1h when count() >= 1 show n = hops(ip), m = hops(country)");
    assert_eq!(matches(&buckets, &rows, &["n", "m"]), ["08:00:00 b1 0 0", "08:40:00 a5 2 0", "09:20:00 a6 0 0"]);
    let scheduled =
        rule("from entra.signin by token within 1h when hops(ip) >= 2 show n = hops(ip) schedule every 30m, delay 1h");
    let rows = [
        signin("08:00:00", "a1", "A", "192.0.2.1"),
        signin("08:10:00", "a2", "A", "192.0.2.2").arriving("08:40:00"),
        signin("08:20:00", "a3", "A", "192.0.2.1"),
        signin("08:25:00", "a4", "A", "192.0.2.1").arriving("09:05:00"),
    ];
    assert_eq!(runs(&scheduled, &rows, &HALF_HOURS), [set(&[]), set(&["a3"]), set(&["a4"]), set(&[]), set(&[])]);
}

#[test]
fn places_of_two_events_are_compared() {
    let place = |row: Row, latitude: f64, longitude: f64| {
        let Row(table, mut event) = row;
        event["LocationDetails"] = json!({"geoCoordinates": {"latitude": latitude, "longitude": longitude}});
        Row(table, event)
    };
    let rows = [
        // Berlin to New York within an hour, and within a day; to Potsdam; from nowhere.
        place(signin("08:00:00", "a1", "A", "192.0.2.1"), 52.52, 13.405),
        place(signin("09:00:00", "a2", "A", "192.0.2.2"), 40.71, -74.01),
        place(signin("00:30:00", "b1", "B", "192.0.2.1"), 52.52, 13.405),
        place(signin("10:30:00", "b2", "B", "192.0.2.2"), 40.71, -74.01),
        place(signin("08:00:00", "c1", "C", "192.0.2.1"), 52.52, 13.405),
        place(signin("08:00:00", "c2", "C", "192.0.2.2"), 52.4, 13.06),
        signin("08:00:00", "d1", "D", "192.0.2.1"),
        place(signin("08:10:00", "d2", "D", "192.0.2.2"), 40.71, -74.01),
    ];
    let far = "speed(PLACE.location, this.location) > 900 km/h and distance(PLACE.location, this.location) > 500 km";
    let pair = rule(&format!(
        "from entra.signin by token consecutive within 12h where {} show far = distance(prev.location, this.location) > 6000 km",
        far.replace("PLACE", "prev")
    ));
    let steps = rule(&format!(
        "sequence by token within 12h {{ a: entra.signin b: entra.signin where {} }} \
         show far = distance(a.location, b.location) > 6000 km",
        far.replace("PLACE", "a").replace("this", "b")
    ));
    for plan in [pair, steps] {
        assert_eq!(matches(&plan, &rows, &["token", "far"]), ["09:00:00 a2 A true"]);
    }
}

#[test]
fn a_bucket_that_something_drops_is_reported_once_whichever_its_last_event_is() {
    let buckets = rule(
        "from graph.activity by token per 1h when count() >= 2 unless entra.signin where token == this.token \
         within 5m after show n = count() schedule every 30m, delay 1h",
    );
    let rows = [
        call("08:01:00", "a1", "A", "192.0.2.1"),
        call("08:10:00", "a2", "A", "192.0.2.1"),
        // Becomes the last event of a bucket that was reported.
        call("08:40:00", "a3", "A", "192.0.2.1"),
        // Dropped at first; then not, by its new last event.
        call("08:01:00", "b1", "B", "192.0.2.1"),
        call("08:10:00", "b2", "B", "192.0.2.1"),
        signin("08:12:00", "s", "B", "192.0.2.1"),
        call("08:40:00", "b3", "B", "192.0.2.1"),
    ];
    assert_eq!(runs(&buckets, &rows, &HALF_HOURS), [set(&["a2"]), set(&["b3"]), set(&[]), set(&[]), set(&[])]);
}

#[test]
fn a_bucket_that_was_reported_long_ago_is_not_reported_again_for_a_late_event() {
    let buckets =
        rule("from entra.signin by token per 4h when hops(ip) >= 1 show n = hops(ip) schedule every 30m, delay 30m");
    let rows = [
        signin("08:01:00", "a1", "A", "192.0.2.1"),
        signin("08:02:00", "a2", "A", "192.0.2.2"),
        signin("10:20:00", "a3", "A", "192.0.2.1"),
    ];
    let nows = ["08:30:00", "09:00:00", "10:00:00", "10:30:00", "11:00:00"];
    assert_eq!(runs(&buckets, &rows, &nows), [set(&["a2"]), set(&[]), set(&[]), set(&[]), set(&[])]);
}

#[test]
fn what_is_usual_before_an_earlier_last_event_of_a_bucket_is_known_to_later_runs() {
    let scheduled = rule(
        "from entra.signin by token per 6h when mean(count(), 1h, 2h) >= 0.5
         unless graph.activity where token == this.token within 10m before
         schedule every 1h, delay 30m",
    );
    let rows = [
        // In the bucket before, two hours before the first last event.
        signin("05:40:00", "a1", "A", "192.0.2.1"),
        signin("07:20:00", "a2", "A", "192.0.2.1"),
        // At the run at eleven, a2 lies too far back to match.
        signin("09:50:00", "a3", "A", "192.0.2.1").arriving("10:10:00"),
    ];
    let nows = ["08:00:00", "09:00:00", "10:00:00", "11:00:00"];
    assert_eq!(runs(&scheduled, &rows, &nows), [set(&["a2"]), set(&[]), set(&[]), set(&[])]);
}
