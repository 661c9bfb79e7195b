//! Matches and alerts as JSON.
//!
//! Times are RFC 3339 in UTC, durations are seconds, sets are sorted arrays, what is missing is null.

use serde_json::{Map, Number, Value as Json, json};

use crate::plan::Plan;
use crate::value::Value;

use super::operator::key_fields;
use super::{Alert, Match};

/// A match as a JSON object.
#[must_use]
pub fn match_json(found: &Match, plan: &Plan) -> Json {
    json!({
        "rule": plan.name,
        "key": key(found, plan),
        "time": time(found.time),
        "event_id": value(&found.event_id),
        "show": show(found, plan),
    })
}

/// An alert as a JSON object.
#[must_use]
pub fn alert_json(alert: &Alert, plan: &Plan) -> Json {
    json!({
        "rule": plan.name,
        "title": plan.metadata.title,
        "severity": plan.metadata.severity,
        "key": key(&alert.first, plan),
        "first_time": time(alert.first.time),
        "last_time": time(alert.last_time),
        "matches": alert.matches,
        "event_ids": alert.first.events.iter().map(value).collect::<Vec<Json>>(),
        "show": show(&alert.first, plan),
    })
}

fn key(found: &Match, plan: &Plan) -> Map<String, Json> {
    let names = key_fields(&plan.shape).iter().map(|field| plan.fields[field.0].name.clone());
    names.zip(found.key.iter().map(value)).collect()
}

fn show(found: &Match, plan: &Plan) -> Map<String, Json> {
    plan.show.iter().map(|show| show.name.clone()).zip(found.show.iter().map(value)).collect()
}

/// A time as text, with as many digits as it needs in steps of three.
#[must_use]
pub fn time(micros: i64) -> String {
    let Ok(moment) = jiff::Timestamp::from_microsecond(micros) else { return micros.to_string() };
    let precision = if micros % 1_000_000 == 0 {
        0
    } else if micros % 1000 == 0 {
        3
    } else {
        6
    };
    format!("{moment:.precision$}")
}

/// A value as JSON.
#[must_use]
pub fn value(value: &Value) -> Json {
    match value {
        Value::Missing => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(number) => Json::from(*number),
        Value::Float(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
        Value::Text(text) => Json::from(text.as_ref()),
        Value::Time(micros) => Json::from(time(*micros)),
        Value::Duration(micros) if micros % 1_000_000 == 0 => Json::from(micros / 1_000_000),
        #[expect(clippy::cast_precision_loss, reason = "durations of rules are far below 2^53 microseconds")]
        Value::Duration(micros) => Json::from(*micros as f64 / 1e6),
        Value::Ip(address) => Json::from(address.to_string()),
        Value::Cidr(network) => Json::from(network.to_string()),
        Value::Location(latitude, longitude) => json!({"latitude": latitude, "longitude": longitude}),
        Value::Set(values) => Json::Array(values.iter().map(self::value).collect()),
    }
}
