//! Events as Splunk and Sentinel have them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use tokentrail::catalog::load;

use crate::world::{Happening, START};

/// The raw records as Splunk has them: flattened, with the time of the envelope and of indexing.
pub fn splunk(events: &[Happening]) -> Json {
    let mut macros: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    let catalog = load::builtin();
    for event in events {
        let mut row = Map::new();
        flatten("", &event.raw(), &mut row);
        let envelope = if event.source.starts_with("entra") { event.second + 60 } else { event.second };
        row.insert("_time".to_owned(), json!(START + envelope));
        row.insert("_indextime".to_owned(), json!(START + event.arrived));
        let name = &catalog.sources[event.source].spl.macro_name;
        macros.entry(name.clone()).or_default().push(Json::Object(row));
    }
    json!(macros)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other kind is treated alike")]
fn flatten(prefix: &str, value: &Json, row: &mut Map<String, Json>) {
    match value {
        Json::Object(members) => {
            for (name, value) in members {
                let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                flatten(&path, value, row);
            }
        }
        // Splunk extracts every JSON scalar as text.
        Json::Null => {}
        Json::String(text) => {
            row.insert(prefix.to_owned(), json!(text));
        }
        other => {
            row.insert(prefix.to_owned(), json!(other.to_string()));
        }
    }
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
