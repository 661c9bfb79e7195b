//! Matches and alerts as JSON.

use serde_json::{Map, Value as Json};

use crate::plan::Plan;
use crate::types::Type;
use crate::value::Value;

use super::{Alert, Match};

/// A match: `rule`, `key`, `time`, `event_id`, `show`.
#[must_use]
pub fn match_object(found: &Match, plan: &Plan) -> Map<String, Json> {
    let mut object = Map::new();
    object.insert("rule".to_owned(), plan.name.clone().into());
    object.insert("key".to_owned(), key_object(found, plan));
    object.insert("time".to_owned(), time(found.time));
    object.insert("event_id".to_owned(), json(&found.event_id, &Type::String));
    object.insert("show".to_owned(), show_object(found, plan));
    object
}

/// An alert: `rule`, `title`, `severity`, `key`, `first_time`, `last_time`, `matches`, `event_ids`, `show` of the first match.
#[must_use]
pub fn alert_object(alert: &Alert, plan: &Plan) -> Map<String, Json> {
    let first = &alert.first;
    let mut object = Map::new();
    object.insert("rule".to_owned(), plan.name.clone().into());
    object.insert("title".to_owned(), plan.metadata.title.clone().into());
    object.insert("severity".to_owned(), plan.metadata.severity.clone().into());
    object.insert("key".to_owned(), key_object(first, plan));
    object.insert("first_time".to_owned(), time(first.time));
    object.insert("last_time".to_owned(), time(alert.last_time));
    object.insert("matches".to_owned(), alert.matches.into());
    // An event without an id has none to give.
    let ids = first.events.iter().filter(|id| !id.is_missing());
    let ids: Vec<Json> = ids.map(|id| json(id, &Type::String)).collect();
    object.insert("event_ids".to_owned(), ids.into());
    object.insert("show".to_owned(), show_object(first, plan));
    object
}

fn key_object(found: &Match, plan: &Plan) -> Json {
    let fields = plan.shape.key().iter().map(|index| &plan.fields[index.0]);
    let members = fields.zip(&found.key).map(|(field, value)| (field.name.clone(), json(value, &field.ty)));
    Json::Object(members.collect())
}

fn show_object(found: &Match, plan: &Plan) -> Json {
    let members = plan.show.iter().zip(&found.show);
    Json::Object(members.map(|(show, value)| (show.name.clone(), json(value, &show.value.ty))).collect())
}

/// A value as JSON: times as RFC 3339, durations in seconds, distances in km, speeds in km/h, missing as null.
fn json(value: &Value, ty: &Type) -> Json {
    match value {
        Value::Missing => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Float(metres) if *ty == Type::Distance => number(metres / 1000.0),
        Value::Float(metres) if *ty == Type::Speed => number(metres * 3.6),
        Value::Float(value) => number(*value),
        Value::Text(text) => text.as_ref().into(),
        Value::Time(micros) => time(*micros),
        Value::Duration(micros) => duration(*micros),
        Value::Ip(address) => address.to_string().into(),
        Value::Cidr(network) => network.to_string().into(),
        Value::Location(latitude, longitude) => vec![number(*latitude), number(*longitude)].into(),
        Value::Set(values) => {
            let inner = if let Type::Set(inner) = ty { inner } else { ty };
            values.iter().map(|value| json(value, inner)).collect()
        }
    }
}

fn number(value: f64) -> Json {
    serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number)
}

/// Seconds: whole ones as a whole number.
fn duration(micros: i64) -> Json {
    if micros % 1_000_000 == 0 {
        return (micros / 1_000_000).into();
    }
    #[expect(clippy::cast_precision_loss, reason = "exact below 285 years")]
    number(micros as f64 / 1e6)
}

fn time(micros: i64) -> Json {
    jiff::Timestamp::from_microsecond(micros).map_or(Json::Null, |moment| moment.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_in_the_units_of_the_language() {
        assert_eq!(json(&Value::Float(500_000.0), &Type::Distance), 500.0);
        assert_eq!(json(&Value::Float(250.0), &Type::Speed), 900.0);
        assert_eq!(json(&Value::Duration(90_000_000), &Type::Duration), 90);
        assert_eq!(json(&Value::Duration(1_500_000), &Type::Duration), 1.5);
        assert_eq!(json(&Value::Time(0), &Type::Time), "1970-01-01T00:00:00Z");
        assert_eq!(json(&Value::Missing, &Type::String), Json::Null);
    }

    #[test]
    fn a_set_is_an_array_of_its_values() {
        let set = Value::Set(vec![Value::text("DE"), Value::text("FR")].into());
        assert_eq!(json(&set, &Type::Set(Box::new(Type::Country))).to_string(), r#"["DE","FR"]"#);
    }
}
