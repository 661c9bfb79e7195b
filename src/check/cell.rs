//! Values that were written outside rules: cells of list files, settings, the command line. Each is checked as a literal of its
//! type would be, at its own place.

use crate::settings::{Literal, Written};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Spanned};
use crate::types::Type;
use crate::value::Value;

use super::{Outcome, Report, literal};

/// The value of a text without quotes: `64500`, `DE`, `90m`.
pub fn plain(text: &str, ty: &Type, span: Span, report: &mut Report<'_>) -> Outcome<Value> {
    literal::value(&expression(text, ty, span), ty, report)
}

/// The value of a setting. What has a form of its own in the file is not taken from a text.
pub fn setting(setting: &Literal, ty: &Type, report: &mut Report<'_>) -> Outcome<Value> {
    let (text, span) = (setting.text.as_str(), setting.place.span);
    let report = &mut Report { source: setting.place.source, errors: report.errors };
    let own = match setting.written {
        Written::Plain => None,
        Written::Text => matches!(ty, Type::Int | Type::Float | Type::Bool | Type::Asn).then_some(Type::String),
        Written::Int => Some(Type::Int),
        Written::Float => Some(Type::Float),
        Written::Bool => Some(Type::Bool),
        Written::Time => Some(Type::Time),
    };
    literal::value(&expression(text, own.as_ref().unwrap_or(ty), span), ty, report)
}

/// A text as the literal that it would be in a rule, or as a text where it is none.
fn expression(text: &str, ty: &Type, span: Span) -> Expr {
    let kind = match ty {
        Type::Int => text.parse().ok().map(ExprKind::Int),
        Type::Asn => number_of(text).parse().ok().map(ExprKind::Int),
        Type::Float => text.parse().ok().filter(|number: &f64| number.is_finite()).map(ExprKind::Float),
        Type::Bool => text.parse().ok().map(ExprKind::Bool),
        Type::Time => Some(ExprKind::Time(text.to_owned())),
        Type::Duration | Type::Distance | Type::Speed => quantity(text, span),
        Type::String
        | Type::Name
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Location
        | Type::Enum(_)
        | Type::Id(..)
        | Type::Set(_) => None,
    };
    Expr { kind: kind.unwrap_or_else(|| ExprKind::Text(text.to_owned())), span }
}

/// Autonomous systems are often listed as `AS64500`.
fn number_of(text: &str) -> &str {
    text.get(..2).filter(|start| start.eq_ignore_ascii_case("as")).map_or(text, |_| &text[2..])
}

/// `90m`, `500 km`
fn quantity(text: &str, span: Span) -> Option<ExprKind> {
    let at = text.find(|character: char| character.is_ascii_alphabetic())?;
    let number = text[..at].trim_end().parse().ok()?;
    Some(ExprKind::Quantity(number, Spanned { node: text[at..].to_owned(), span }))
}
