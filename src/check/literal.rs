//! Literals, each checked against the type that it meets.

use std::sync::Arc;

use crate::diagnostic::suggest;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind};
use crate::types::Type;
use crate::value::Value;

use super::error::{CheckErrorKind, NotA};
use super::{Outcome, Report};

/// Whether an expression is written as a literal (a bare word may be one too; that depends on what it meets).
pub fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Text(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Bool(_)
        | ExprKind::Quantity(..)
        | ExprKind::Time(_) => true,
        ExprKind::Negative(inner) => is_literal(inner),
        ExprKind::List(_)
        | ExprKind::Name(_)
        | ExprKind::Call(..)
        | ExprKind::Not(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Binary(..)
        | ExprKind::In { .. }
        | ExprKind::Is { .. }
        | ExprKind::ContainsSet { .. } => false,
    }
}

/// The type that a literal has where nothing else says.
pub fn own_type(expr: &Expr) -> Option<Type> {
    match &expr.kind {
        ExprKind::Text(_) => Some(Type::String),
        ExprKind::Int(_) => Some(Type::Int),
        ExprKind::Float(_) => Some(Type::Float),
        ExprKind::Bool(_) => Some(Type::Bool),
        ExprKind::Quantity(_, unit) => unit_of(&unit.node).map(|unit| unit.ty),
        ExprKind::Time(_) => Some(Type::Time),
        ExprKind::Negative(inner) => own_type(inner),
        ExprKind::List(_)
        | ExprKind::Name(_)
        | ExprKind::Call(..)
        | ExprKind::Not(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Binary(..)
        | ExprKind::In { .. }
        | ExprKind::Is { .. }
        | ExprKind::ContainsSet { .. } => None,
    }
}

/// The value of a literal of type `ty`.
pub fn value(expr: &Expr, ty: &Type, report: &mut Report<'_>) -> Outcome<Value> {
    match &expr.kind {
        ExprKind::Text(text) => from_text(text, ty, expr.span, report),
        ExprKind::Int(number) => from_int(*number, ty, expr.span, report),
        ExprKind::Float(number) if *ty == Type::Float => Ok(Value::Float(*number)),
        ExprKind::Bool(value) if *ty == Type::Bool => Ok(Value::Bool(*value)),
        ExprKind::Quantity(number, unit) => quantity(*number, &unit.node, unit.span, ty, expr.span, report),
        ExprKind::Time(text) if *ty == Type::Time => time(text, expr.span, report),
        ExprKind::Negative(inner) => match value(inner, ty, report)? {
            Value::Int(number) => Ok(Value::Int(-number)),
            Value::Float(number) => Ok(Value::Float(-number)),
            Value::Duration(micros) => Ok(Value::Duration(-micros)),
            Value::Missing
            | Value::Bool(_)
            | Value::Text(_)
            | Value::Time(_)
            | Value::Ip(_)
            | Value::Cidr(_)
            | Value::Location(..)
            | Value::Set(_) => report.fail(expr.span, CheckErrorKind::NotNumeric(ty.clone())),
        },
        ExprKind::Name(word) => word_value(word, ty, expr.span, report),
        ExprKind::Float(_)
        | ExprKind::Bool(_)
        | ExprKind::Time(_)
        | ExprKind::List(_)
        | ExprKind::Call(..)
        | ExprKind::Not(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Binary(..)
        | ExprKind::In { .. }
        | ExprKind::Is { .. }
        | ExprKind::ContainsSet { .. } => match own_type(expr) {
            Some(own) => {
                report.fail(expr.span, CheckErrorKind::LiteralOfOtherType { literal: own, wanted: ty.clone() })
            }
            None => report.fail(expr.span, CheckErrorKind::NotALiteral),
        },
    }
}

/// A bare word as a value: only enums have such values.
fn word_value(word: &str, ty: &Type, span: Span, report: &mut Report<'_>) -> Outcome<Value> {
    let Type::Enum(set) = ty else {
        return report.fail(span, CheckErrorKind::WordForLiteral { word: word.to_owned(), wanted: ty.clone() });
    };
    enum_value(word, set, span, report)
}

fn enum_value(word: &str, set: &crate::types::EnumType, span: Span, report: &mut Report<'_>) -> Outcome<Value> {
    if set.values.iter().any(|value| value == word) {
        return Ok(Value::text(word));
    }
    let suggestion = suggest::closest(word, set.values.iter().map(String::as_str)).map(str::to_owned);
    report.fail(
        span,
        CheckErrorKind::UnknownEnumValue {
            word: word.to_owned(),
            field: set.name.clone(),
            values: set.values.clone(),
            suggestion,
        },
    )
}

fn from_text(text: &str, ty: &Type, span: Span, report: &mut Report<'_>) -> Outcome<Value> {
    let bad = |not_a| CheckErrorKind::BadLiteral { text: text.to_owned(), not_a };
    match ty {
        Type::String | Type::Name | Type::Id(..) if text.is_empty() => report.fail(span, CheckErrorKind::EmptyText),
        Type::String | Type::Id(..) => Ok(Value::text(text)),
        Type::Name => Ok(Value::Text(Arc::from(text.to_lowercase()))),
        Type::Ip => text.parse().map(Value::Ip).map_err(|_| report.add(span, bad(NotA::Address))),
        Type::Cidr => network(text, span, report).map(Value::Cidr),
        Type::Country => country(text).map(Value::text).ok_or_else(|| report.add(span, bad(NotA::Country))),
        Type::Enum(set) => enum_value(text, set, span, report),
        Type::Int
        | Type::Float
        | Type::Bool
        | Type::Time
        | Type::Duration
        | Type::Asn
        | Type::Location
        | Type::Distance
        | Type::Speed
        | Type::Set(_) => {
            report.fail(span, CheckErrorKind::LiteralOfOtherType { literal: Type::String, wanted: ty.clone() })
        }
    }
}

/// Kosovo's `XK` is not in ISO 3166-1 but is what Microsoft and `MaxMind` write.
fn country(text: &str) -> Option<&str> {
    (rust_iso3166::from_alpha2(text).is_some() || text == "XK").then_some(text)
}

/// A network from its CIDR text; an address alone is the network of itself.
pub fn network(text: &str, span: Span, report: &mut Report<'_>) -> Outcome<ipnet::IpNet> {
    if let Ok(address) = text.parse::<std::net::IpAddr>() {
        return Ok(ipnet::IpNet::from(address));
    }
    let Ok(network) = text.parse::<ipnet::IpNet>() else {
        return report.fail(span, CheckErrorKind::BadLiteral { text: text.to_owned(), not_a: NotA::Network });
    };
    if network.trunc() != network {
        let kind = CheckErrorKind::HostBitsSet { text: text.to_owned(), network: network.trunc().to_string() };
        return report.fail(span, kind);
    }
    Ok(network)
}

fn from_int(number: i64, ty: &Type, span: Span, report: &mut Report<'_>) -> Outcome<Value> {
    match ty {
        Type::Int => Ok(Value::Int(number)),
        Type::Asn if u32::try_from(number).is_ok() => Ok(Value::Int(number)),
        Type::Asn => {
            report.fail(span, CheckErrorKind::BadLiteral { text: number.to_string(), not_a: NotA::AutonomousSystem })
        }
        #[expect(clippy::cast_precision_loss, reason = "a literal beyond 2^53 is not a sensible threshold")]
        Type::Float => Ok(Value::Float(number as f64)),
        Type::Duration | Type::Distance | Type::Speed => {
            report.fail(span, CheckErrorKind::UnitMissing { number, wanted: ty.clone() })
        }
        Type::String
        | Type::Name
        | Type::Bool
        | Type::Time
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Location
        | Type::Enum(_)
        | Type::Id(..)
        | Type::Set(_) => {
            report.fail(span, CheckErrorKind::LiteralOfOtherType { literal: Type::Int, wanted: ty.clone() })
        }
    }
}

/// What a unit measures and how large it is in the type's inner unit (microseconds, metres, metres per second), as a fraction
/// so that 900 km/h are 250 m/s to the last digit.
struct Unit {
    ty: Type,
    size: f64,
    of: f64,
}

/// The units of the language, for messages.
pub const UNITS: [&str; 7] = ["ms", "s", "m", "h", "d", "km", "km/h"];

fn unit_of(word: &str) -> Option<Unit> {
    let (ty, size, of) = match word {
        "ms" => (Type::Duration, 1e3, 1.0),
        "s" => (Type::Duration, 1e6, 1.0),
        "m" => (Type::Duration, 60e6, 1.0),
        "h" => (Type::Duration, 3600e6, 1.0),
        "d" => (Type::Duration, 86_400e6, 1.0),
        "km" => (Type::Distance, 1000.0, 1.0),
        "km/h" => (Type::Speed, 1000.0, 3600.0),
        _ => return None,
    };
    Some(Unit { ty, size, of })
}

fn quantity(
    number: f64,
    word: &str,
    unit_span: Span,
    ty: &Type,
    span: Span,
    report: &mut Report<'_>,
) -> Outcome<Value> {
    let Some(unit) = unit_of(word) else {
        let suggestion = suggest::closest(word, UNITS).map(str::to_owned);
        return report.fail(unit_span, CheckErrorKind::UnknownUnit { word: word.to_owned(), suggestion });
    };
    if unit.ty != *ty {
        return report.fail(span, CheckErrorKind::LiteralOfOtherType { literal: unit.ty, wanted: ty.clone() });
    }
    let inner = number * unit.size / unit.of;
    if unit.ty != Type::Duration {
        return Ok(Value::Float(inner));
    }
    // 2^53 microseconds are 285 years: no rule means more, and a float holds every one below.
    if inner.abs() > 9e15 {
        return report.fail(span, CheckErrorKind::DurationTooLong);
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
    Ok(Value::Duration(inner.round() as i64))
}

fn time(text: &str, span: Span, report: &mut Report<'_>) -> Outcome<Value> {
    text.parse::<jiff::Timestamp>()
        .map(|moment| Value::Time(moment.as_microsecond()))
        .map_err(|_| report.add(span, CheckErrorKind::BadLiteral { text: text.to_owned(), not_a: NotA::Time }))
}
