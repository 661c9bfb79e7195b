//! `schedule nrt`: what is written for every target, and that in Sentinel's minutes together everything is found.

use serde_json::Value as Json;
use tokentrail::diagnostic::Code;
use tokentrail::plan::Plan;
use tokentrail::target::{self, Dialect, Grain, Options, Period, Target};

use super::{arriving, plan, run};
use crate::emit::assert_analysed;

const SCHEDULED: Options = Options { grain: Grain::Alert, period: Period::Scheduled };

/// Sign-ins of two logs from outside, one of which has no geography of its own.
fn outside() -> Plan {
    let text = "
        /// T.
        rule outside {
          title \"Used outside\" severity low
          from entra.signin + graph.activity
          where result == success and ip not in \"192.0.2.0/24\" and country != \"DE\"
          show user_id, ip, country, location
          schedule nrt, delay 1h
        }";
    let (checked, _) = crate::check::check_text("r.trail", text);
    assert_eq!(checked.diagnostics, []);
    checked.plans.into_iter().next().unwrap()
}

fn simple() -> Plan {
    plan("where result == success and country != \"DE\" show token, country schedule nrt")
}

#[test]
fn a_rule_near_real_time_reads_what_it_is_given_in_sentinel_and_looks_back_elsewhere() {
    let mut text = String::new();
    for (name, plan) in [("one log", simple()), ("two logs", outside())] {
        for target in [Target::Kql, Target::Spl, Target::Sql(Dialect::DuckDb)] {
            let query = target::write(&plan, target, SCHEDULED).unwrap();
            let notes: Vec<&str> = query.notes.iter().map(|note| note.code.id()).collect();
            text += &format!("=== {name}, {}, {notes:?}\n{}\n", target.word(), query.text);
        }
    }
    insta::assert_snapshot!(text.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn the_analyser_has_nothing_against_queries_near_real_time() {
    let mut queries = Vec::new();
    for (name, plan) in [("one", simple()), ("two", outside())] {
        for grain in [Grain::Match, Grain::Alert] {
            let query = target::write(&plan, Target::Kql, Options { grain, period: Period::Scheduled }).unwrap();
            queries.push((format!("near_real_time_{name}_{grain:?}"), query.text));
        }
    }
    assert_analysed(&queries);
}

/// What the query finds when the engine hands it the events that arrived in each minute, as Sentinel does.
fn by_minute(plan: &Plan, events: &[Json]) -> Vec<Vec<String>> {
    let query = target::write(plan, Target::Kql, SCHEDULED).unwrap().text;
    let mut minutes: Vec<&str> = events.iter().map(|event| &event["__arrived"].as_str().unwrap()[..16]).collect();
    minutes.sort_unstable();
    minutes.dedup();
    let of = |minute: &&str| -> Vec<Json> {
        events.iter().filter(|event| event["__arrived"].as_str().unwrap().starts_with(minute)).cloned().collect()
    };
    let given: Vec<Vec<Json>> = minutes.iter().map(of).collect();
    let jobs: Vec<(String, &str, &[Json])> =
        given.iter().map(|events| (query.clone(), "2026-01-05T12:00:00Z", events.as_slice())).collect();
    let spell = |row: &Json| {
        format!("{} {}", row["event_ids"].as_str().unwrap_or(&row["event_ids"].to_string()), row["country"])
    };
    let sorted = |rows: &Vec<Json>| {
        let mut rows: Vec<String> = rows.iter().map(spell).collect();
        rows.sort();
        rows
    };
    run(&jobs).iter().map(sorted).collect()
}

#[test]
fn every_event_is_found_in_the_minute_in_which_it_arrives_however_late() {
    let events = [
        arriving("08:00:00", "08:00:10", "a", "T1", "FR"),
        arriving("08:00:20", "08:00:30", "b", "T1", "DE"),
        // Much later than any look-back of a minute.
        arriving("03:00:00", "08:01:05", "c", "T2", "NG"),
        arriving("08:01:00", "08:01:06", "d", "T2", "US"),
    ];
    let found = by_minute(&simple(), &events);
    assert_eq!(found, [vec!["[\"a\"] \"FR\""], vec!["[\"c\"] \"NG\"", "[\"d\"] \"US\""]]);
}

#[test]
fn copies_of_one_minute_are_one_event_and_one_of_another_minute_is_reported_again() {
    let events = [
        arriving("08:00:00", "08:00:10", "a", "T1", "FR"),
        arriving("08:00:00", "08:00:40", "a", "T1", "FR"),
        arriving("08:00:00", "08:02:40", "a", "T1", "FR"),
    ];
    assert_eq!(by_minute(&simple(), &events), [["[\"a\"] \"FR\""], ["[\"a\"] \"FR\""]]);
    let notes = target::write(&simple(), Target::Kql, SCHEDULED).unwrap().notes;
    assert_eq!(notes.iter().map(|note| note.code).collect::<Vec<_>>(), [Code::W0902]);
}

#[test]
fn a_fixed_period_of_such_a_rule_is_read_like_any_other() {
    let period = Period::Hunt { from: 0, to: 86_400_000_000 };
    let every = plan("where result == success and country != \"DE\" show token, country schedule every 1h");
    let write = |plan: &Plan| target::write(plan, Target::Kql, Options { grain: Grain::Match, period }).unwrap();
    assert_eq!(write(&simple()).text, write(&every).text);
    assert_eq!(write(&simple()).notes, []);
}

#[test]
fn logs_that_are_half_a_day_late_are_too_late() {
    let late = plan("where result == success show token schedule nrt, delay 12h");
    let errors = target::write(&late, Target::Kql, SCHEDULED).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.code).collect::<Vec<_>>(), [Code::E0607]);
    for target in [Target::Spl, Target::Sql(Dialect::DuckDb)] {
        assert!(target::write(&late, target, SCHEDULED).is_ok(), "{}", target.name());
    }
}
