//! From an alert to its events: a search for the key of the alert in every log that the rule reads.

use serde_json::{Value as Json, json};

use crate::catalog::{Field, Origin, Otherwise, Read};
use crate::plan::{EVENT_ID, FieldIndex, Geography, Plan};
use crate::types::{Issuer, Type};

/// The search, where there is one. A rule without a key finds single events, which are searched by their ids.
pub fn search(plan: &Plan) -> Option<Json> {
    let key = plan.shape.key();
    let wanted: Vec<(FieldIndex, &str)> = if key.is_empty() {
        plan.shape.width().is_none().then_some((EVENT_ID, "event_ids")).into_iter().collect()
    } else {
        key.iter().map(|index| (*index, plan.fields[index.0].name.as_str())).collect()
    };
    let mut logs: Vec<String> = Vec::new();
    let mut columns: Vec<String> = Vec::new();
    for leg in plan.legs() {
        let terms: Vec<(&str, String)> = wanted
            .iter()
            .filter_map(|(index, column)| Some((*column, term(plan, leg.fields[index.0].as_deref()?, *index, column)?)))
            .collect();
        let log = format!("(`{}`{})", leg.source.spl.macro_name, joined(&terms));
        if !terms.is_empty() && !logs.contains(&log) {
            logs.push(log);
        }
        let new = terms.iter().map(|(column, _)| format!("${column}$"));
        let new: Vec<String> = new.filter(|column| !columns.contains(column)).collect();
        columns.extend(new);
    }
    (!logs.is_empty()).then(|| {
        json!({
            "name": format!("Events of {}", columns.join(", ")),
            "search": logs.join(" OR "),
            "earliest_offset": "$info_min_time$",
            "latest_offset": "$info_max_time$",
        })
    })
}

fn joined(terms: &[(&str, String)]) -> String {
    terms.iter().map(|(_, term)| format!(" {term}")).collect()
}

/// The events of a log with the value of a column; none where the log does not have the value as the result shows it.
fn term(plan: &Plan, field: &Field, index: FieldIndex, column: &str) -> Option<String> {
    let known = &plan.fields[index.0];
    let read = match &field.origin {
        Origin::Read(read) if as_written(read) => read,
        Origin::Read(_) | Origin::Constant(_) | Origin::Point { .. } | Origin::Lookup(_) => return None,
    };
    let has_provider = matches!(known.ty, Type::Id(_, Issuer::Several));
    let from_address = plan.geography == Geography::Lookup && known.geography().is_some();
    if has_provider || from_address || matches!(known.ty, Type::Asn | Type::Time | Type::Bool) {
        return None;
    }
    let paths: Vec<String> =
        read.spl.iter().map(|path| format!("{}=\"${column}$\"", quoted(&path.to_string()))).collect();
    match paths.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(format!("({})", several.join(" OR "))),
    }
}

/// Whether the result shows what the event has.
fn as_written(read: &Read) -> bool {
    !read.extract_address && read.map.is_empty() && read.otherwise == Otherwise::Same
}

/// The name of a field in a search: bare where it is made of letters, digits and what paths are made of.
fn quoted(path: &str) -> String {
    let plain = path.chars().all(|character| character.is_ascii_alphanumeric() || "_.{}".contains(character));
    if plain { path.to_owned() } else { format!("\"{path}\"") }
}
