//! Countries, cities and places of addresses from real databases.

use std::path::Path;

use tokentrail::catalog::{GeoAttribute, load};
use tokentrail::engine::event::{Layout, Slot};
use tokentrail::engine::reader::GeoDatabase;

use super::{read_looking_up, shown};
use crate::oracle;

fn open(path: &Path) -> GeoDatabase {
    GeoDatabase::from_bytes(std::fs::read(path).unwrap()).unwrap()
}

/// Country, city and place of each address, as a rule that looks them up sees them.
fn places(database: &GeoDatabase, addresses: &[&str]) -> Vec<String> {
    let catalog = load::builtin();
    let slot = |field: &str| Slot { field: field.to_owned(), look_up: true, tagged: false };
    let layout = Layout {
        slots: ["country", "city", "location"].map(slot).into(),
        of_plan: vec![vec![0, 1, 2]],
        reads: vec![vec![true; catalog.sources.len()]],
        ..Layout::default()
    };
    let record = |ip: &&str| {
        format!(
            r#"{{"category":"SignInLogs","properties":{{"createdDateTime":"2026-03-04T09:41:30Z","ipAddress":"{ip}","location":{{"countryOrRegion":"SE"}}}}}}"#
        )
    };
    let input: String = addresses.iter().map(record).collect();
    let (events, _) = read_looking_up(&catalog, &layout, Some(database), input.as_bytes());
    events.iter().map(|event| event.values.iter().map(shown).collect::<Vec<_>>().join(" | ")).collect()
}

const ADDRESSES: [&str; 5] = ["128.101.101.101", "193.0.6.139", "2001:4860:4860::8888", "202.12.29.205", "192.0.2.1"];

#[test]
fn a_database_of_cities_knows_countries_cities_and_places() {
    let database = open(oracle::cities());
    let expected = [
        r#""US" | "minneapolis" | 44.9759, -93.2166"#,
        r#""NL" | "amsterdam" | 52.3735, 4.8951"#,
        r#""US" | "mountain view" | 37.419200000000004, -122.0574"#,
        r#""AU" | Missing | -33.494, 143.2104"#,
        "Missing | Missing | Missing",
    ];
    assert_eq!(places(&database, &ADDRESSES), expected);
    for attribute in [GeoAttribute::Country, GeoAttribute::City, GeoAttribute::Location] {
        assert!(database.has(attribute), "{attribute:?}");
    }
}

#[test]
fn a_database_of_countries_knows_countries_and_says_that_it_has_nothing_else() {
    let database = open(oracle::countries());
    let expected =
        ["\"US\"", "\"NL\"", "\"US\"", "\"AU\"", "Missing"].map(|country| format!("{country} | Missing | Missing"));
    assert_eq!(places(&database, &ADDRESSES), expected);
    assert!(database.has(GeoAttribute::Country));
    assert!(!database.has(GeoAttribute::City) && !database.has(GeoAttribute::Location));
}
