//! Planted truth: what hourly buckets would half miss is found whole.

use serde_json::json;
use tokentrail::catalog::load;
use tokentrail::engine::event::Layout;
use tokentrail::engine::order::Orderer;
use tokentrail::engine::reader::Reader;
use tokentrail::engine::run::Session;

use crate::check::check_text;
use crate::world::{Dice, START, time_text};

const RULE: &str = r#"/// Three countries within an hour.
rule three_countries {
  title "Three countries" severity high
  from entra.signin where result == success
  by token within 1h when distinct(country) >= 3
  show countries = values(country)
}
"#;

#[test]
fn a_thousand_tokens_from_three_countries_at_random_offsets_are_a_thousand_matches() {
    let mut dice = Dice(7);
    let mut lines = Vec::new();
    for token in 0..1000 {
        let start = i64::try_from(dice.below(86_400)).unwrap();
        for (minutes, country) in [(0, "DE"), (15, "FR"), (30, "US")] {
            let second = start + minutes * 60;
            lines.push(
                json!({"time": time_text(second + 90), "category": "SignInLogs", "properties": {
                    "id": format!("{token}-{country}"), "createdDateTime": time_text(second),
                    "uniqueTokenIdentifier": format!("T{token}"), "status": {"errorCode": 0},
                    "location": {"countryOrRegion": country}, "isInteractive": true}})
                .to_string(),
            );
        }
    }
    // Any order of arrival.
    for index in (1..lines.len()).rev() {
        lines.swap(index, usize::try_from(dice.below(index as u64 + 1)).unwrap());
    }
    let (checked, _) = check_text("three.trail", RULE);
    let catalog = load::builtin();
    let layout = Layout::new(&checked.plans, &catalog);
    // So little memory that the events are sorted on disk.
    let mut orderer = Orderer::new(20_000);
    Reader::new(&catalog, &layout, None)
        .read("planted", lines.join("\n").as_bytes(), &mut |event| orderer.push(event).unwrap());
    let mut ordered = orderer.finish().unwrap();
    let mut session = Session::new(&checked.plans, &layout);
    let mut tokens = Vec::new();
    let mut last = START * 1_000_000;
    let mut sink = |found: tokentrail::engine::Match| {
        assert!(found.time >= last, "matches come in order of time");
        last = found.time;
        tokens.push(found.key[0].clone());
    };
    while let Some(event) = ordered.next_event().unwrap() {
        session.push(&event, &mut sink);
    }
    session.finish(&mut sink);
    assert_eq!(tokens.len(), 1000);
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 1000);
}
