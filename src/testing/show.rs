//! Results and values in the words of a test, so that what came can be copied into an expectation.

use crate::engine::event::Event;
use crate::plan::test::{Column, Grain};
use crate::types::Type;
use crate::value::Value;

use super::compare::{alert_column, column_type, match_column};
use super::{Case, Results};

/// How many results a message shows.
const MOST: usize = 5;

/// What came: `match { token: "T1", time: +40m, countries: ["DE", "FR"] }`, a few at most.
pub(super) fn results(case: &Case<'_>, results: &Results, grain: Grain) -> Vec<String> {
    let columns = columns(case, grain);
    let name = match grain {
        Grain::Match => "match",
        Grain::Alert => "alert",
    };
    let row = |value: &dyn Fn(Column) -> Value| {
        let fields = columns.iter().map(|(column_name, column)| {
            let ty = column_type(*column, case.plan);
            format!("{column_name}: {}", self::value(&value(*column), &ty, case.test.start))
        });
        format!("{name} {{ {} }}", fields.collect::<Vec<_>>().join(", "))
    };
    let mut shown: Vec<String> = match grain {
        Grain::Match => results.matches.iter().map(|found| row(&|column| match_column(found, column))).collect(),
        Grain::Alert => results.alerts.iter().map(|alert| row(&|column| alert_column(alert, column))).collect(),
    };
    let more = shown.len().saturating_sub(MOST);
    if more > 0 {
        shown.truncate(MOST);
        shown.push(format!("and {more} more"));
    }
    shown
}

fn columns(case: &Case<'_>, grain: Grain) -> Vec<(String, Column)> {
    let plan = case.plan;
    let key = plan.shape.key().iter().enumerate();
    let key = key.map(|(place, index)| (plan.fields[index.0].name.clone(), Column::Key(place)));
    let show = plan.show.iter().enumerate().map(|(place, show)| (show.name.clone(), Column::Show(place)));
    let times: &[(&str, Column)] = match grain {
        Grain::Match => &[("time", Column::Time)],
        Grain::Alert => {
            &[("first_time", Column::FirstTime), ("last_time", Column::LastTime), ("matches", Column::Matches)]
        }
    };
    let times = times.iter().map(|(name, column)| ((*name).to_owned(), *column));
    key.chain(times).chain(show).collect()
}

/// An event: `graph.activity at +20m`.
pub(super) fn event(case: &Case<'_>, event: &Event) -> String {
    let by_name = case.around.catalog.by_name();
    let source = by_name.get(usize::from(event.source)).map_or("an event", |source| source.name.as_str());
    format!("{source} at {}", offset(event.time - case.test.start))
}

/// A value as a literal; times as offsets.
pub(super) fn value(value: &Value, ty: &Type, start: i64) -> String {
    match value {
        Value::Missing => "missing".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(metres) if *ty == Type::Distance => format!("{} km", number(metres / 1000.0)),
        Value::Float(metres) if *ty == Type::Speed => format!("{} km/h", number(metres * 3.6)),
        Value::Float(value) => float(*value),
        Value::Text(word) if matches!(ty, Type::Enum(_)) => word.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::Time(time) => offset(time - start),
        Value::Duration(micros) => duration(*micros),
        Value::Ip(address) => format!("\"{address}\""),
        Value::Cidr(network) => format!("\"{network}\""),
        Value::Location(latitude, longitude) => format!("[{}, {}]", float(*latitude), float(*longitude)),
        Value::Set(values) => {
            let inner = if let Type::Set(inner) = ty { inner } else { ty };
            let values: Vec<String> = values.iter().map(|value| self::value(value, inner, start)).collect();
            format!("[{}]", values.join(", "))
        }
    }
}

/// Three digits, or all before the point.
fn number(value: f64) -> String {
    let decimals = match value.abs() {
        large if large >= 100.0 => 0,
        medium if medium >= 10.0 => 1,
        small if small >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn float(value: f64) -> String {
    let text = number(value);
    if text.contains('.') { text } else { format!("{text}.0") }
}

/// `+1h30m`
pub(super) fn offset(micros: i64) -> String {
    format!("{}{}", if micros < 0 { '-' } else { '+' }, amount(micros))
}

/// `1h30m`
pub(super) fn duration(micros: i64) -> String {
    format!("{}{}", if micros < 0 { "-" } else { "" }, amount(micros))
}

fn amount(micros: i64) -> String {
    const UNITS: [(u64, &str); 6] =
        [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1000, "ms"), (1, "us")];
    let mut rest = micros.unsigned_abs();
    let mut text = String::new();
    for (size, unit) in UNITS {
        if rest >= size {
            text.push_str(&format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::{number, offset};

    #[test]
    fn offsets_are_written_as_a_test_takes_them() {
        assert_eq!(offset(0), "+0s");
        assert_eq!(offset(5_400_000_001), "+1h30m1us");
        assert_eq!(offset(-90_000_000), "-1m30s");
    }

    #[test]
    fn numbers_have_the_digits_that_an_expectation_needs() {
        assert_eq!([877.46, 12.345, 1.0, 0.3333].map(number), ["877", "12.3", "1", "0.333"]);
    }
}
