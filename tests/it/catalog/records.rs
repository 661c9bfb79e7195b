//! Example records: each is recognised as exactly one source or, where the catalogue has none for it, as none; and the same
//! event gives the same values in every shape that it is exported in.
//!
//! Recognition and reading are done here again, as plainly as possible, from the documentation of the catalogue's types.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use serde_json::{Map, Value, json};
use tokentrail::catalog::{Catalog, LogSource, Origin, Otherwise, Path, PathSet, Presence, Read, Shape, load};
use tokentrail::types::Type;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/records/microsoft");

/// The files with records: those of Microsoft by name, others with their folder.
fn files() -> Vec<String> {
    let names = |folder: &str| {
        let entries = std::fs::read_dir(format!("{FOLDER}/{folder}")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    let okta = names("../okta").into_iter().map(|name| format!("../okta/{name}"));
    names("").into_iter().chain(okta).collect()
}

/// The records of a file, whatever it wraps them in.
fn records(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(format!("{FOLDER}/{file}")).unwrap();
    let (_, extension) = file.rsplit_once('.').unwrap();
    if extension == "csv" {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headers = reader.headers().unwrap().clone();
        let names: Vec<_> = headers.iter().map(|name| name.trim_end_matches(" [UTC]").to_owned()).collect();
        let row =
            |row: csv::StringRecord| -> Value { names.iter().cloned().zip(row.iter().map(Value::from)).collect() };
        return reader.records().map(|found| row(found.unwrap())).collect();
    }
    if extension == "ndjson" {
        return text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect();
    }
    let value: Value = serde_json::from_str(&text).unwrap();
    value.as_object().map_or_else(|| value.as_array().unwrap().clone(), wrapped)
}

fn wrapped(object: &Map<String, Value>) -> Vec<Value> {
    if let Some(records) = object.get("records").or_else(|| object.get("value")) {
        return records.as_array().unwrap().clone();
    }
    let Some(tables) = object.get("tables") else { return vec![Value::Object(object.clone())] };
    let table = &tables[0];
    let names: Vec<_> =
        table["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
    let row = |row: &Value| -> Value { names.iter().copied().zip(row.as_array().unwrap().iter().cloned()).collect() };
    table["rows"].as_array().unwrap().iter().map(row).collect()
}

/// The value at a path: keys without letter case, JSON in a text looked into; nothing for null and the empty text.
fn get(record: &Value, path: &Path) -> Option<Value> {
    let mut value = record.clone();
    for key in &path.0 {
        if let Value::String(text) = &value {
            value = serde_json::from_str(text).ok()?;
        }
        value = value.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?.1.clone();
    }
    (!value.is_null() && value != json!("")).then_some(value)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn fits(shape: &Shape, record: &Value) -> bool {
    let is_one_of = |value: &Value, values: &[String]| values.iter().any(|one| one.eq_ignore_ascii_case(&text(value)));
    let holds = |path: &Path, values: &[String]| match get(record, path) {
        Some(Value::Array(items)) => items.iter().any(|item| is_one_of(item, values)),
        Some(value) => is_one_of(&value, values),
        None => false,
    };
    shape.equals.iter().all(|(path, values)| holds(path, values))
        && shape.present.iter().all(|path| get(record, path).is_some())
        && shape.absent.iter().all(|path| get(record, path).is_none())
}

/// All sources and shapes that a record has.
fn recognise<'c>(catalog: &'c Catalog, record: &Value) -> Vec<(&'c LogSource, &'c Shape)> {
    let sources = catalog.sources.values().map(AsRef::as_ref);
    let shapes = sources.flat_map(|source| source.shapes.iter().map(move |shape| (source, shape)));
    shapes.filter(|(_, shape)| fits(shape, record)).collect()
}

#[test]
fn every_example_record_is_recognised_as_one_source_or_rightly_as_none() {
    let catalog = load::builtin();
    let mut found = BTreeMap::new();
    for file in files() {
        for (index, record) in records(&file).iter().enumerate() {
            let matching = recognise(&catalog, record);
            assert!(
                matching.len() <= 1,
                "{file} {index}: {:?}",
                matching.iter().map(|m| &m.1.name).collect::<Vec<_>>()
            );
            let names = matching.first().map(|(source, shape)| format!("{}, {}", source.name, shape.name));
            found.insert(format!("{file} {index}"), names.unwrap_or_else(|| "none".to_owned()));
        }
    }
    let lines: Vec<_> = found.iter().map(|(record, names)| format!("{record}: {names}")).collect();
    assert_snapshot!(lines.join("\n"));
}

/// What a read gives for a record, as text.
fn read(read: &Read, record: &Value, shape: &Shape) -> Option<String> {
    let paths = match shape.paths {
        PathSet::Raw => &read.raw,
        PathSet::Kql => &read.kql,
    };
    let values = paths.iter().filter_map(|path| get(record, &path.below(&shape.root))).map(|value| text(&value));
    let Some(value) = values.into_iter().find(|value| !read.placeholders.contains(value)) else {
        return read.absent.clone();
    };
    if let Some(mapped) = read.map.get(&value) {
        return Some(mapped.clone());
    }
    match &read.otherwise {
        Otherwise::Same => Some(value),
        Otherwise::Missing => None,
        Otherwise::Text(text) => Some(text.clone()),
    }
}

/// All fields of a record that have a value of their own, as text that compares.
fn fields(catalog: &Catalog, record: &Value) -> BTreeMap<String, String> {
    let (source, shape) = recognise(catalog, record)[0];
    let value = |field: &tokentrail::catalog::Field| {
        let text = match &field.origin {
            Origin::Constant(text) => Some(text.clone()),
            Origin::Read(from) => read(from, record, shape),
            Origin::Point { latitude, longitude } => {
                Some(format!("{}, {}", read(latitude, record, shape)?, read(longitude, record, shape)?))
            }
            Origin::Lookup(_) => None,
        }?;
        Some(if field.ty == Type::Time { moment(&text) } else { text })
    };
    source.fields.values().filter_map(|field| Some((field.name.clone(), value(field)?))).collect()
}

/// A time in whole microseconds; without a zone it is UTC.
fn moment(text: &str) -> String {
    let zoned = text.parse::<jiff::Timestamp>().or_else(|_| format!("{text}Z").parse());
    zoned.unwrap().as_microsecond().to_string()
}

/// The record of a file that has this event id.
fn record(catalog: &Catalog, file: &str, event_id: &str) -> Value {
    let has_id = |record: &Value| {
        !recognise(catalog, record).is_empty()
            && fields(catalog, record).get("event_id").is_some_and(|id| id == event_id)
    };
    records(file).into_iter().find(has_id).unwrap_or_else(|| panic!("{file} has no {event_id}"))
}

/// Fields that differ between two shapes of one event, with what each has.
fn differences(file: &str, other: &str, event_id: &str) -> Vec<String> {
    let catalog = load::builtin();
    let [left, right] = [file, other].map(|file| fields(&catalog, &record(&catalog, file, event_id)));
    let names: std::collections::BTreeSet<_> = left.keys().chain(right.keys()).collect();
    let differs = |name: &&&String| left.get(**name) != right.get(**name);
    let line = |name: &String| format!("{name}: {:?} {:?}", left.get(name), right.get(name));
    names.iter().filter(differs).map(|name| line(name)).collect()
}

const NONE: &[String] = &[];

#[test]
fn an_interactive_sign_in_is_the_same_in_diagnostic_settings_and_log_analytics() {
    // The example row leaves these columns out.
    let left_out = ["home_tenant", "risk", "user_type", "is_global", "is_tenant", "cross", "original", "token_binding"];
    let found = differences("a_diag_SignInLogs.json", "b_la_rows_flat.json", "5e2d9b70-8c41-4f3a-9b16-d07c2a4f1e00");
    let found: Vec<_> = found.into_iter().filter(|line| !left_out.iter().any(|name| line.starts_with(name))).collect();
    assert_snapshot!(found.join("\n"));
}

#[test]
fn an_interactive_sign_in_is_nearly_the_same_in_diagnostic_settings_and_microsoft_graph() {
    let found =
        differences("a_diag_SignInLogs.json", "c_graph_beta_signIn.json", "5e2d9b70-8c41-4f3a-9b16-d07c2a4f1e00");
    // Microsoft Graph cuts times to the second, gives a reason for successes, and leaves token protection details out.
    assert_snapshot!(found.join("\n"));
}

#[test]
fn an_exchange_record_is_the_same_in_every_export() {
    let id = "3f7b0d58-c291-4e6a-8f14-d60a92c5b7e3";
    for other in ["d_purview_audit_export.csv", "d_cloudappevents_row.json"] {
        assert_eq!(differences("d_o365_management_activity.json", other, id), NONE, "{other}");
    }
}

#[test]
fn a_graph_request_is_the_same_in_diagnostic_settings_and_log_analytics() {
    let id = "4b6e0f2d-81c7-4935-a0de-7c39b2f581a4";
    assert_eq!(differences("a_diag_MicrosoftGraphActivityLogs.json", "b_la_rows_flat.json", id), NONE);
}

#[test]
fn a_change_a_risk_a_request_to_azure_ad_graph_and_an_okta_event_are_the_same_in_log_analytics() {
    let rows = "b_la_audit_risk_aad_graph.json";
    for (file, other, id) in [
        ("a_diag_AuditLogs.json", rows, "IAM_71d05e3a_K3PLX_48120077"),
        ("a_diag_UserRiskEvents.json", rows, "6c0d2b91f7e84a3d5b10"),
        ("a_diag_AzureADGraphActivityLogs.json", rows, "8c0f3a61-5d24-4b97-9e0a-21d7b6f4c385"),
        ("../okta/system_log_api.json", "../okta/log_analytics.json", "11111111-2222-3333-4444-555555555555"),
    ] {
        assert_eq!(differences(file, other, id), NONE, "{file}");
    }
}

#[test]
fn one_token_is_followed_from_its_sign_in_through_graph_to_exchange_sharepoint_and_teams() {
    let catalog = load::builtin();
    let files = ["a_diag_NonInteractiveUserSignInLogs.json", "a_diag_MicrosoftGraphActivityLogs.json"];
    let uses = files.iter().chain(&["d_o365_management_activity.json"]).flat_map(|file| records(file));
    let uses: Vec<_> = uses.filter(|record| !recognise(&catalog, record).is_empty()).collect();
    let services: Vec<_> = uses.iter().map(|record| fields(&catalog, record)["service"].clone()).collect();
    assert_eq!(services, ["graph", "graph", "exchange", "sharepoint", "teams"]);
    for record in &uses {
        let fields = fields(&catalog, record);
        assert_eq!(fields["token"], "NGwfqOknBU2Lej9tkMIbAA");
        assert_eq!(fields["session"], "00a93b6e-4f17-2c80-b5d4-91e7a60c3f58");
        assert_eq!(fields["user_id"].len(), 36);
        assert_eq!(fields["result"], "success");
    }
}

#[test]
fn what_a_source_always_has_is_in_every_whole_record() {
    let catalog = load::builtin();
    let mut missing = Vec::new();
    for file in files() {
        for record in records(&file) {
            let Some((source, shape)) = recognise(&catalog, &record).first().copied() else { continue };
            if shape.name.ends_with("some columns") {
                continue;
            }
            let found = fields(&catalog, &record);
            let always = source.fields.values().filter(|field| field.presence == Presence::Always);
            let lacks = always.filter(|field| !found.contains_key(&field.name));
            missing.extend(lacks.map(|field| format!("{file}: {}", field.name)));
        }
    }
    assert_eq!(missing, NONE);
}

#[test]
fn the_time_of_a_sign_in_is_not_that_of_its_envelope() {
    let catalog = load::builtin();
    let record = &records("a_diag_SignInLogs.json")[0];
    assert_eq!(fields(&catalog, record)["time"], moment("2026-03-04T09:12:41.3350127Z"));
}
