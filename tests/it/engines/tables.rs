//! Events as Splunk and Sentinel have them.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tokentrail::catalog::load;

use crate::world::{ALL_SOURCES, Happening, START};

/// The raw records as Splunk has them, with the time of the envelope and of indexing. What becomes of members, arrays and null
/// when they are extracted is Splunk's own matter.
pub fn splunk(events: &[Happening]) -> Json {
    let mut macros: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    let catalog = load::builtin();
    for event in events {
        let Json::Object(mut row) = event.raw() else { panic!("a record is an object") };
        row.insert("_time".to_owned(), json!(START + event.enveloped()));
        row.insert("_indextime".to_owned(), json!(START + event.arrived));
        let name = &catalog.sources[event.source].spl.macro_name;
        macros.entry(name.clone()).or_default().push(Json::Object(row));
    }
    for source in ALL_SOURCES {
        macros.entry(catalog.sources[source].spl.macro_name.clone()).or_default();
    }
    json!(macros)
}

/// The rows of each table of Log Analytics.
pub fn sentinel(events: &[Happening]) -> Json {
    let mut tables: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for event in events {
        let (table, row) = event.row();
        tables.entry(table).or_default().push(Json::Object(row));
    }
    json!(tables)
}
