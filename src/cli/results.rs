//! Matches and alerts on standard output: as lines, as one array, or as tables for people.

use std::io::{self, Write};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Map, Value as Json};

use crate::diagnostic::render::{Appearance, Glyphs, counted};
use crate::engine::{Alert, Match};
use crate::plan::{Plan, Shape};
use crate::types::Type;
use crate::value::Value;

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object per line
    #[default]
    Ndjson,
    /// One JSON array
    Json,
    /// A table per rule
    Table,
}

/// What there is to print.
#[derive(Debug)]
pub enum Results {
    /// With `--grain match`.
    Matches(Vec<Match>),
    /// With `--grain alert`.
    Alerts(Vec<Alert>),
}

impl Results {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Matches(matches) => matches.len(),
            Self::Alerts(alerts) => alerts.len(),
        }
    }

    /// How many, in words.
    #[must_use]
    pub fn counted(&self) -> String {
        match self {
            Self::Matches(matches) if matches.len() == 1 => "1 match".to_owned(),
            Self::Matches(matches) => format!("{} matches", matches.len()),
            Self::Alerts(alerts) => counted(alerts.len(), "alert"),
        }
    }

    /// Each result with its plan and its members, in output order.
    fn rows<'a>(&'a self, plans: &'a [Plan]) -> Box<dyn Iterator<Item = (usize, Map<String, Json>)> + 'a> {
        match self {
            Self::Matches(matches) => {
                Box::new(matches.iter().map(|found| (found.plan, match_object(found, &plans[found.plan]))))
            }
            Self::Alerts(alerts) => {
                Box::new(alerts.iter().map(|alert| (alert.first.plan, alert_object(alert, &plans[alert.first.plan]))))
            }
        }
    }

    /// Prints all of them.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn print(&self, plans: &[Plan], format: Format, looks: Appearance, out: &mut impl Write) -> io::Result<()> {
        match format {
            Format::Ndjson => {
                for (_, object) in self.rows(plans) {
                    serde_json::to_writer(&mut *out, &object)?;
                    out.write_all(b"\n")?;
                }
                Ok(())
            }
            Format::Json => {
                let objects: Vec<_> = self.rows(plans).map(|(_, object)| object).collect();
                serde_json::to_writer_pretty(&mut *out, &objects)?;
                out.write_all(b"\n")
            }
            Format::Table => self.tables(plans, looks, out),
        }
    }

    fn tables(&self, plans: &[Plan], looks: Appearance, out: &mut impl Write) -> io::Result<()> {
        for (index, plan) in plans.iter().enumerate() {
            let objects: Vec<_> = self.rows(plans).filter(|(of, _)| *of == index).map(|(_, object)| object).collect();
            let Some(first) = objects.first() else { continue };
            let mut table = Table::new();
            table.load_style(match looks.glyphs {
                Glyphs::Unicode => presets::UTF8_FULL_CONDENSED,
                Glyphs::Ascii => presets::ASCII_FULL_CONDENSED,
            });
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(u16::try_from(looks.width).unwrap_or(u16::MAX));
            table.set_header(cells(first).into_iter().map(|(name, _)| name).collect::<Vec<_>>());
            for object in &objects {
                table.add_row(cells(object).into_iter().map(|(_, text)| text).collect::<Vec<_>>());
            }
            writeln!(out, "{}: {} ({})\n{table}\n", plan.name, plan.metadata.title, objects.len())?;
        }
        Ok(())
    }
}

/// Members for a table: those of `key` and `show` stand beside the others; ids of events are only counted.
fn cells(object: &Map<String, Json>) -> Vec<(String, String)> {
    let mut cells = Vec::new();
    for (name, value) in object {
        match (name.as_str(), value) {
            ("rule", _) => {}
            ("key" | "show", Json::Object(members)) => {
                cells.extend(members.iter().map(|(name, value)| (name.clone(), cell(value))));
            }
            ("event_ids", Json::Array(ids)) => cells.push(("events".to_owned(), ids.len().to_string())),
            (_, value) => cells.push((name.clone(), cell(value))),
        }
    }
    cells
}

fn cell(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(", "),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => value.to_string(),
    }
}

fn match_object(found: &Match, plan: &Plan) -> Map<String, Json> {
    let mut object = Map::new();
    object.insert("rule".to_owned(), plan.name.clone().into());
    object.insert("key".to_owned(), key_object(found, plan));
    object.insert("time".to_owned(), time(found.time));
    object.insert("event_id".to_owned(), json(&found.event_id, &Type::String));
    object.insert("show".to_owned(), show_object(found, plan));
    object
}

fn alert_object(alert: &Alert, plan: &Plan) -> Map<String, Json> {
    let first = &alert.first;
    let mut object = Map::new();
    object.insert("rule".to_owned(), plan.name.clone().into());
    object.insert("key".to_owned(), key_object(first, plan));
    object.insert("first_time".to_owned(), time(first.time));
    object.insert("last_time".to_owned(), time(alert.last_time));
    object.insert("matches".to_owned(), alert.matches.into());
    let ids: Vec<Json> = first.events.iter().map(|id| json(id, &Type::String)).collect();
    object.insert("event_ids".to_owned(), ids.into());
    object.insert("show".to_owned(), show_object(first, plan));
    object
}

fn key_object(found: &Match, plan: &Plan) -> Json {
    let fields = match &plan.shape {
        Shape::Single => &[][..],
        Shape::Window(window) | Shape::Tumbling(window) => &window.key,
    };
    let fields = fields.iter().map(|index| &plan.fields[index.0]);
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
