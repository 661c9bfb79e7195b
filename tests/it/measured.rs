//! What `benches/generate` plants is what the rules that are measured find: all of it, and none of the decoys beside it.

use std::collections::BTreeSet;

use tokentrail::engine::Alert;

use crate::engine::plans;
use crate::pipeline::{alerts, options};

#[path = "../../benches/generate/events.rs"]
mod events;
#[path = "../../benches/generate/random.rs"]
mod random;
#[path = "../../benches/generate/records.rs"]
mod records;
#[path = "../../benches/generate/rules.rs"]
mod rules;

use events::{Detection, Plan, Token};
use records::{COLUMNS, Writer};

const RULES: [(&str, Detection); 3] =
    [("countries", Detection::Geo), ("services", Detection::Hop), ("moved", Detection::Sequence)];

fn set() -> Plan {
    Plan { geo: 24, hop: 24, sequence: 24, ..Plan::new(3_000, 7) }
}

fn log(is_csv: bool) -> Vec<u8> {
    let mut writer = Writer::new(set().seed);
    let mut text = if is_csv { format!("{COLUMNS}\n") } else { String::new() };
    for event in set().events() {
        if is_csv {
            writer.row(&event, &mut text);
        } else {
            writer.line(&event, &mut text);
        }
    }
    text.into_bytes()
}

/// The tokens that a rule found.
fn found(alerts: &[Alert], rule: &str, plans: &[tokentrail::plan::Plan]) -> BTreeSet<String> {
    let of_rule = alerts.iter().filter(|alert| plans[alert.first.plan].name == rule);
    of_rule.filter_map(|alert| alert.first.key[0].as_text().map(str::to_owned)).collect()
}

fn names(detection: Detection, token: fn(Detection, u64) -> Token) -> BTreeSet<String> {
    (0..set().count(detection)).map(|index| token(detection, index).name()).collect()
}

#[test]
fn what_is_planted_is_found_and_no_decoy() {
    let plans = plans(rules::THREE);
    for (is_csv, threads) in [(false, 1), (false, 2), (true, 2)] {
        let alerts = alerts(&plans, &[log(is_csv)], options(threads, 64 * 1024));
        for (rule, detection) in RULES {
            assert_eq!(found(&alerts, rule, &plans), names(detection, Token::Planted), "{rule}, CSV: {is_csv}");
        }
    }
}

/// Decoys are beside the windows by seconds: a little longer, and all of those of countries and services are found.
#[test]
fn decoys_are_just_outside() {
    let wider = rules::THREE.replace("within 1h", "within 61m").replace("within 10m", "within 11m");
    let plans = plans(&wider);
    let alerts = alerts(&plans, &[log(false)], options(1, 1 << 20));
    for (rule, detection, decoys) in
        [("countries", Detection::Geo, 24), ("services", Detection::Hop, 24), ("moved", Detection::Sequence, 8)]
    {
        let found = found(&alerts, rule, &plans);
        assert_eq!(found.intersection(&names(detection, Token::Decoy)).count(), decoys, "{rule}");
        assert!(found.is_superset(&names(detection, Token::Planted)), "{rule}");
    }
}

#[test]
fn the_rules_that_are_written_are_right_and_have_constants_of_their_own() {
    for rules in [rules::fifty(), rules::rare(200)] {
        assert_eq!(plans(&rules::file(&rules)).len(), rules.len());
        let constants: BTreeSet<(&str, &str)> = rules.iter().map(|rule| (rule.source, rule.value.as_str())).collect();
        assert_eq!(constants.len(), rules.len());
        assert_eq!(rules::json(&rules).matches("\"name\"").count(), rules.len());
    }
}
