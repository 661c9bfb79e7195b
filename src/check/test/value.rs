//! Values in tests: literals, offsets, the word `missing`, values that change with a repetition.

use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, TestValue};
use crate::types::Type;
use crate::value::Value;

use super::super::error::CheckErrorKind;
use super::super::{Outcome, Report, all, literal};
use super::TestError;

/// Where a repeated event writes its number, from 1.
const NUMBER: &str = "{n}";

/// A value of a field.
pub enum Prepared {
    /// The same in every repetition.
    One(Value),
    /// Taken in turns.
    Turns(Vec<Value>),
    /// A text that holds the number of the repetition.
    Numbered(String, Type, Span),
}

impl Prepared {
    /// The value in the repetition of a number, from 0.
    pub fn at(&self, number: u64, report: &mut Report<'_>) -> Outcome<Value> {
        match self {
            Self::One(value) => Ok(value.clone()),
            Self::Turns(values) => {
                let turn = usize::try_from(number).unwrap_or_default() % values.len().max(1);
                Ok(values.get(turn).cloned().unwrap_or_default())
            }
            Self::Numbered(text, ty, span) => {
                let text = text.replace(NUMBER, &(number + 1).to_string());
                let kind = match (ty, text.parse()) {
                    (Type::Int | Type::Asn, Ok(number)) => ExprKind::Int(number),
                    _ => ExprKind::Text(text),
                };
                literal::value(&Expr { kind, span: *span }, ty, report)
            }
        }
    }
}

/// Whether an event is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// It is there once.
    Once,
    /// Values may change from one to the next.
    Repeated,
}

/// A value of a field in an event.
pub fn prepare(value: &TestValue, ty: &Type, start: i64, times: Times, report: &mut Report<'_>) -> Outcome<Prepared> {
    let TestValue::Literal(expr) = value else { return one(value, ty, start, report).map(Prepared::One) };
    if let ExprKind::Text(text) = &expr.kind
        && times == Times::Repeated
        && text.contains(NUMBER)
    {
        return Ok(Prepared::Numbered(text.clone(), ty.clone(), expr.span));
    }
    let ExprKind::List(entries) = &expr.kind else { return one(value, ty, start, report).map(Prepared::One) };
    if is_point(entries, ty) {
        return one(value, ty, start, report).map(Prepared::One);
    }
    if times == Times::Once {
        return report.fail(expr.span, CheckErrorKind::Test(TestError::ListWithoutRepetition));
    }
    if entries.is_empty() {
        return report.fail(expr.span, CheckErrorKind::EmptyList);
    }
    let entries = entries.iter().map(|entry| one(&TestValue::Literal(entry.clone()), ty, start, report));
    all(entries).map(Prepared::Turns)
}

/// Two numbers, where a location is wanted.
fn is_point(entries: &[Expr], ty: &Type) -> bool {
    *ty == Type::Location && !entries.iter().any(|entry| matches!(entry.kind, ExprKind::List(_)))
}

/// A single value.
pub fn one(value: &TestValue, ty: &Type, start: i64, report: &mut Report<'_>) -> Outcome<Value> {
    let expr = match value {
        TestValue::Offset(offset) => return from_offset(amount(&offset.node), ty, start, offset.span, report),
        TestValue::Literal(expr) => expr,
    };
    match (&expr.kind, ty) {
        (ExprKind::Name(word), _) if word == "missing" => Ok(Value::Missing),
        (ExprKind::Negative(inner), Type::Time) => {
            let ExprKind::Quantity(number, unit) = &inner.kind else { return literal::value(expr, ty, report) };
            let micros = size(&unit.node).map(|size| -number * size);
            from_offset(micros, ty, start, expr.span, report)
        }
        (ExprKind::Text(_), Type::Time) => report.fail(expr.span, CheckErrorKind::Test(TestError::TimeInQuotes)),
        (ExprKind::Quantity(..), Type::Time) => {
            report.fail(expr.span, CheckErrorKind::Test(TestError::OffsetWithoutSign))
        }
        (ExprKind::List(entries), Type::Location) => location(entries, expr.span, report),
        _ => literal::value(expr, ty, report),
    }
}

fn from_offset(micros: Option<f64>, ty: &Type, start: i64, span: Span, report: &mut Report<'_>) -> Outcome<Value> {
    let out_of_range = CheckErrorKind::Test(TestError::TimeOutOfRange);
    // 2^53 microseconds are 285 years.
    let Some(micros) = micros.filter(|micros| micros.abs() < 9e15) else { return report.fail(span, out_of_range) };
    #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
    let micros = micros.round() as i64;
    match ty {
        Type::Time => start
            .checked_add(micros)
            .filter(|time| jiff::Timestamp::from_microsecond(*time).is_ok())
            .map_or_else(|| report.fail(span, out_of_range), |time| Ok(Value::Time(time))),
        Type::Duration => Ok(Value::Duration(micros)),
        Type::String
        | Type::Name
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Asn
        | Type::Location
        | Type::Distance
        | Type::Speed
        | Type::Enum(_)
        | Type::Id(..)
        | Type::Set(_) => report.fail(span, CheckErrorKind::Test(TestError::OffsetForType(ty.clone()))),
    }
}

/// The microseconds of `1h30m`, with or without a sign in front.
pub fn amount(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut total = 0.0;
    while !rest.is_empty() {
        let number = rest.find(|letter: char| letter.is_ascii_alphabetic())?;
        let unit = rest[number..].find(|letter: char| !letter.is_ascii_alphabetic());
        let unit = unit.map_or(rest.len(), |length| number + length);
        total += rest[..number].parse::<f64>().ok()? * size(&rest[number..unit])?;
        rest = &rest[unit..];
    }
    Some(sign * total)
}

/// The microseconds of a unit.
fn size(unit: &str) -> Option<f64> {
    Some(match unit {
        "us" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        "m" => 60e6,
        "h" => 3600e6,
        "d" => 86_400e6,
        _ => return None,
    })
}

fn location(entries: &[Expr], span: Span, report: &mut Report<'_>) -> Outcome<Value> {
    let not_a_location = || CheckErrorKind::Test(TestError::NotALocation);
    let [latitude, longitude] = entries else { return report.fail(span, not_a_location()) };
    let latitude = literal::value(latitude, &Type::Float, report)?.as_float();
    let longitude = literal::value(longitude, &Type::Float, report)?.as_float();
    match (latitude, longitude) {
        (Some(latitude), Some(longitude)) if latitude.abs() <= 90.0 && longitude.abs() <= 180.0 => {
            Ok(Value::Location(latitude, longitude))
        }
        _ => report.fail(span, not_a_location()),
    }
}

#[cfg(test)]
mod tests {
    use super::amount;

    #[test]
    fn amounts_add_up_their_parts() {
        assert_eq!(amount("+1h30m"), Some(5400e6));
        assert_eq!(amount("-1h30m"), Some(-5400e6));
        assert_eq!(amount("999999us"), Some(999_999.0));
        assert_eq!(amount("1.5s250ms"), Some(1_750_000.0));
        assert_eq!(amount("3w"), None);
    }
}
