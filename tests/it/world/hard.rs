//! Events that are made to trip: a microsecond beside the edges, digits that no clock of ours has, ties, one id in two logs, copies,
//! texts that mean something to a query language, names that fold, numbers that are texts, placeholders, any order.

use super::{Dice, Happening, full};

/// Texts that are values like any other, and look like something else.
pub const ODD: [&str; 24] = [
    "a\"b",
    "a'b",
    "a\\b",
    "a\\\\\"b",
    "line\nbreak",
    "tab\tin it",
    " blank before",
    "blank behind ",
    "*",
    "50%",
    "a_b",
    "a|b`c`",
    "$1 \\1",
    "{\"json\": 1}",
    "[1, 2]",
    "N/A",
    "00000000-0000-0000-0000-000000000000",
    "-",
    "true",
    "1",
    "01",
    "1e0",
    "zażółć – ñandú 日本語 😀 e\u{301}",
    LONG,
];

/// Long, and yet a few of them are fewer than the 10,240 characters of an event that Splunk looks at.
const LONG: &str = include_str!("long.txt");

/// Names that are equal when their case is folded, and some that only look so.
const NAMES: [&str; 12] = [
    "Ünal@Example.org",
    "ÜNAL@example.org",
    "ünal@example.org",
    "straße@example.org",
    "strasse@example.org",
    "jose\u{301}@example.org",
    "josé@example.org",
    "😀@example.org",
    "ana@example.org",
    "ANA@EXAMPLE.ORG",
    "o'brien@example.org",
    "",
];

const ADDRESSES: [&str; 10] = [
    "10.1.2.3",
    "172.31.255.255",
    "192.168.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "::1",
    "2001:db8::1",
    "2001:db8::ffff",
    "fe80::1",
    "",
];

/// Identifiers: of several logs, of two providers, in two cases, and what a lazy comparison takes for equal.
const IDENTIFIERS: [&str; 12] = ["T1", "t1", "T1 ", "S1", "1", "01", "1.0", "N/A", "a\"b", "a\\b", "*", ""];

/// Happenings over some hours that are hard to get right.
pub fn hard(seed: u64, count: usize, sources: &[&'static str]) -> Vec<Happening> {
    let mut all: Vec<Happening> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for happening in full(seed ^ 0x4A8D, count, sources) {
        // Copies of one event are made below: here they would come to differ.
        if !known.insert(happening.id.clone()) {
            continue;
        }
        all.push(harder(happening, &mut Dice(seed ^ (all.len() as u64) << 20)));
    }
    let mut dice = Dice(seed ^ 0xC0B1E5);
    for index in 0..all.len() {
        let other = usize::try_from(dice.below(all.len() as u64)).unwrap();
        match dice.below(10) {
            // Another event of that moment, or one of another log with that id.
            0 if precision(all[other].source) <= precision(all[index].source) => {
                (all[other].second, all[other].ticks) = (all[index].second, all[index].ticks);
            }
            1 => {
                let id = all[index].id.clone();
                if !all.iter().any(|one| one.source == all[other].source && one.id == id) {
                    all[other].id = id;
                }
            }
            _ => {}
        }
    }
    for index in 0..all.len() {
        if dice.below(10) == 0 {
            let mut copy = all[index].clone();
            copy.arrived += 700;
            all.push(copy);
        }
    }
    // Any order of arrival.
    for index in (1..all.len()).rev() {
        all.swap(index, usize::try_from(dice.below(index as u64 + 1)).unwrap());
    }
    all
}

/// The finest tick that a source writes.
fn precision(source: &str) -> i64 {
    match source {
        "m365.audit" => 10_000_000,
        "okta.system" | "entra.risk_detection" => 10_000,
        _ => 1,
    }
}

fn harder(mut happening: Happening, dice: &mut Dice) -> Happening {
    happening.hard = true;
    let finest = precision(happening.source);
    // A moment before the second, in it, or after it; the seventh digit is cut off.
    match dice.below(6) {
        0 => {
            happening.second -= 1;
            happening.ticks = 10_000_000 - 10.max(finest);
        }
        1 => happening.ticks = 10.max(finest),
        2 => happening.ticks = 9,
        3 => happening.ticks = 10.max(finest) + 9,
        _ => {}
    }
    happening.ticks -= happening.ticks % finest;
    if happening.ticks == 10_000_000 {
        (happening.second, happening.ticks) = (happening.second + 1, 0);
    }
    happening.ticks %= 10_000_000;
    happening.id = format!("{}{}", dice.pick(&["h", "H", "h\"", "h ", "é"]), happening.id);
    let replace = |dice: &mut Dice| dice.below(2) == 0;
    if replace(dice) {
        happening.user = dice.pick(&NAMES);
    }
    if replace(dice) {
        happening.ip = dice.pick(&ADDRESSES);
    }
    if replace(dice) {
        happening.token = dice.pick(&IDENTIFIERS);
    }
    if replace(dice) {
        happening.session = dice.pick(&IDENTIFIERS);
    }
    if replace(dice) {
        happening.country = dice.pick(&["de", "fr", "us"]);
    }
    // Okta's table has 32 bits for it, one of them for the sign.
    let largest = if happening.source == "okta.system" { i64::from(i32::MAX) } else { i64::from(u32::MAX) };
    happening.asn = dice.pick(&[happening.asn, happening.asn, largest, 1]);
    if replace(dice) {
        happening.app = dice.pick(&ODD);
    }
    if replace(dice) {
        happening.agent = dice.pick(&ODD);
    }
    happening.device = dice.pick(&[happening.device, happening.device, "a\\b", "D1 "]);
    happening
}
