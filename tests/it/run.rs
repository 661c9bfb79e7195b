//! Rules over raw records, from text to alerts: each fixture is a rule, records, and the matches and alerts that were worked out
//! by hand.

use std::path::Path;

use serde_json::Value as Json;
use tokentrail::engine::event::Layout;
use tokentrail::engine::order::{DEFAULT_MEMORY, Orderer};
use tokentrail::engine::output;
use tokentrail::engine::reader::Reader;
use tokentrail::engine::run::{Alerts, Session};

use crate::engine::{CATALOG, plans};
use crate::pipeline;

/// The matches and alerts of a rule's text over records, as JSON.
fn run(rule: &str, records: &str, memory: usize) -> (Vec<Json>, Vec<Json>) {
    let plans = plans(rule);
    let layout = Layout::new(&plans, &CATALOG);
    let mut orderer = Orderer::new(memory);
    let report = Reader::new(&CATALOG, &layout, None)
        .read("events.ndjson", records.as_bytes(), &mut |event| orderer.push(event).unwrap());
    assert_eq!(report.unreadable, 0);
    let mut ordered = orderer.finish().unwrap();
    let (mut session, mut alerts, mut matches) = (Session::new(&plans, &layout), Alerts::new(&plans), Vec::new());
    let mut sink = |found: tokentrail::engine::Match| {
        matches.push(Json::Object(output::match_object(&found, &plans[found.plan])));
        alerts.push(found);
    };
    while let Some(event) = ordered.next_event().unwrap() {
        session.push(&event, &mut sink);
    }
    session.finish(&mut sink);
    let alerts = alerts.finish();
    let alerts = alerts.iter().map(|alert| Json::Object(output::alert_object(alert, &plans[alert.first.plan])));
    (matches, alerts.collect())
}

/// The same by a job over files.
fn piped(rule: &str, files: &[Vec<u8>], threads: usize, chunk: usize) -> (Vec<Json>, Vec<Json>) {
    let plans = plans(rule);
    let options = pipeline::options(threads, chunk);
    let matches = pipeline::matches(&plans, files, options);
    let alerts = pipeline::alerts(&plans, files, options);
    (
        matches.iter().map(|found| Json::Object(output::match_object(found, &plans[found.plan]))).collect(),
        alerts.iter().map(|alert| Json::Object(output::alert_object(alert, &plans[alert.first.plan]))).collect(),
    )
}

fn lines(path: &Path, ending: &str) -> Vec<Json> {
    let text = std::fs::read_to_string(path.with_extension(ending)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn rules_find_what_was_worked_out_by_hand_in_any_order_of_arrival() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/run");
    let mut rules: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    rules.retain(|path| path.extension().is_some_and(|ending| ending == "trail"));
    assert!(rules.len() >= 14, "{rules:?}");
    for path in rules {
        let rule = std::fs::read_to_string(&path).unwrap();
        let records = std::fs::read_to_string(path.with_extension("ndjson")).unwrap();
        let expected = (lines(&path, "matches.ndjson"), lines(&path, "alerts.ndjson"));
        let name = path.display();
        assert_eq!(run(&rule, &records, DEFAULT_MEMORY), expected, "{name}");
        for (threads, chunk) in [(1, 1), (2, 7), (7, 64)] {
            let parts = [records.clone().into_bytes()];
            assert_eq!(piped(&rule, &parts, threads, chunk), expected, "{name}, {threads} threads by {chunk}");
            let (first, second): (Vec<_>, Vec<_>) =
                records.lines().rev().enumerate().partition(|(line, _)| line % 2 == 0);
            let parts =
                [first, second].map(|part| part.iter().map(|(_, line)| format!("{line}\n")).collect::<String>());
            let parts = parts.map(String::into_bytes);
            assert_eq!(
                piped(&rule, &parts, threads, chunk),
                expected,
                "{name}, two files, {threads} threads by {chunk}"
            );
        }
        let reversed: Vec<&str> = records.lines().rev().collect();
        assert_eq!(run(&rule, &reversed.join("\r\n"), DEFAULT_MEMORY), expected, "{name}, reversed");
        let twice = format!("{records}{records}");
        assert_eq!(run(&rule, &twice, 1), expected, "{name}, twice and sorted on disk");
    }
}

/// The number that the language page promises: sliding windows lose nothing at the edges of buckets.
#[test]
fn a_thousand_tokens_from_three_countries_over_half_an_hour_are_a_thousand_alerts() {
    let rule = "rule countries { title \"Countries\" severity high
        from entra.signin by token within 1h when distinct(country) >= 3 }";
    let mut dice = crate::world::Dice(3);
    let mut records = String::new();
    for token in 0..1000 {
        let start = dice.below(7 * 86400);
        for (at, country) in ["DE", "FR", "US"].into_iter().enumerate() {
            let second = 1_772_582_400 + i64::try_from(start).unwrap() + 900 * i64::try_from(at).unwrap();
            let time = jiff::Timestamp::from_second(second).unwrap();
            records += &format!(
                "{{\"category\":\"SignInLogs\",\"properties\":{{\"id\":\"{token}-{at}\",\"createdDateTime\":\"{time}\",\"uniqueTokenIdentifier\":\"T{token}\",\"location\":{{\"countryOrRegion\":\"{country}\"}}}}}}\n"
            );
        }
    }
    let (matches, alerts) = run(rule, &records, DEFAULT_MEMORY);
    assert_eq!((matches.len(), alerts.len()), (1000, 1000));
}
