//! Expressions: names resolved, operators and operands typed.

use crate::diagnostic::suggest;
use crate::plan::{Expr, ExprKind};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

use super::error::CheckErrorKind;
pub use super::fields::Scope;
use super::fields::{Bare, NamedEvent};
use super::{Outcome, Report, all, call, literal, membership, operator};

/// Which names an expression may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `where`: fields of the event, no aggregates.
    Event,
    /// Inside an aggregate: fields, no aggregates.
    Argument,
    /// `when`: aggregates, and fields only inside them.
    Condition,
    /// `show` of a window: aggregates and fields.
    Evidence,
}

/// Checks an expression that must be true or false.
pub fn condition(expr: &ast::Expr, scope: &mut Scope<'_>, place: Place, report: &mut Report<'_>) -> Outcome<Expr> {
    let checked = check(expr, scope, place, report)?;
    if checked.ty == Type::Bool {
        return Ok(checked);
    }
    report.fail(expr.span, CheckErrorKind::NotACondition(checked.ty))
}

/// Checks an expression, its type not known beforehand.
pub fn check(expr: &ast::Expr, scope: &mut Scope<'_>, place: Place, report: &mut Report<'_>) -> Outcome<Expr> {
    match &expr.kind {
        ast::ExprKind::Name(name) => name_value(name, expr.span, scope, place, report),
        ast::ExprKind::Call(name, arguments) => call::check(name, arguments, expr.span, scope, place, report),
        ast::ExprKind::Not(inner) => {
            let inner = condition(inner, scope, place, report)?;
            Ok(boolean(ExprKind::Not(Box::new(inner)), expr.span))
        }
        ast::ExprKind::And(parts) => Ok(boolean(ExprKind::And(conditions(parts, scope, place, report)?), expr.span)),
        ast::ExprKind::Or(parts) => Ok(boolean(ExprKind::Or(conditions(parts, scope, place, report)?), expr.span)),
        ast::ExprKind::Binary(left, symbol, right) => {
            operator::binary(left, symbol, right, expr.span, scope, place, report)
        }
        ast::ExprKind::In { value, set, negated } => {
            let inside = membership::in_set(value, set, expr.span, scope, place, report)?;
            Ok(if *negated { boolean(ExprKind::Not(Box::new(inside)), expr.span) } else { inside })
        }
        ast::ExprKind::Is { value, missing } => {
            let value = check(value, scope, place, report)?;
            let test = boolean(ExprKind::IsMissing(Box::new(value)), expr.span);
            Ok(if *missing { test } else { boolean(ExprKind::Not(Box::new(test)), expr.span) })
        }
        ast::ExprKind::ContainsSet { value, set, all } => {
            membership::contains(value, set, expr.span, *all, scope, place, report)
        }
        ast::ExprKind::List(_) => report.fail(expr.span, CheckErrorKind::ListOutsideIn),
        ast::ExprKind::Text(_)
        | ast::ExprKind::Int(_)
        | ast::ExprKind::Float(_)
        | ast::ExprKind::Bool(_)
        | ast::ExprKind::Quantity(..)
        | ast::ExprKind::Time(_)
        | ast::ExprKind::Negative(_) => {
            // A literal that meets nothing has the type it is written with; a number before an unknown unit is reported as such.
            let ty = literal::own_type(expr).unwrap_or(Type::Duration);
            literal_of(expr, &ty, report)
        }
    }
}

/// Checks an expression that meets `expected`: literals and bare words take that type.
pub fn expect(
    expr: &ast::Expr,
    expected: &Type,
    scope: &mut Scope<'_>,
    place: Place,
    report: &mut Report<'_>,
) -> Outcome<Expr> {
    if literal::is_literal(expr) {
        return literal_of(expr, expected, report);
    }
    let (ast::ExprKind::Name(word), Type::Enum(set)) = (&expr.kind, expected) else {
        return check(expr, scope, place, report);
    };
    // A word of the enum is that word, even where a field has the same name; a word that is neither is a slip in the enum. What
    // has a dot is a field of another event.
    let names_something = word.contains('.') || scope.is_field(word) || scope.parameters.contains_key(word);
    if set.values.contains(word) || !names_something {
        return literal_of(expr, expected, report);
    }
    check(expr, scope, place, report)
}

fn literal_of(expr: &ast::Expr, ty: &Type, report: &mut Report<'_>) -> Outcome<Expr> {
    let value = literal::value(expr, ty, report)?;
    Ok(Expr { kind: ExprKind::Literal(value), ty: ty.clone(), span: expr.span })
}

/// A bool expression.
pub fn boolean(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, ty: Type::Bool, span }
}

fn conditions(parts: &[ast::Expr], scope: &mut Scope<'_>, place: Place, report: &mut Report<'_>) -> Outcome<Vec<Expr>> {
    all(parts.iter().map(|part| condition(part, scope, place, report)).collect::<Vec<_>>())
}

fn name_value(name: &str, span: Span, scope: &mut Scope<'_>, place: Place, report: &mut Report<'_>) -> Outcome<Expr> {
    if let Some(parameter) = scope.parameters.get_mut(name) {
        parameter.uses.push(span);
        let value = parameter.value.clone().ok_or(super::Reported)?;
        return Ok(Expr { kind: ExprKind::Literal(value), ty: parameter.ty.clone(), span });
    }
    if let Some((event, field)) = name.split_once('.') {
        return field_of_event(event, field, span, scope, report);
    }
    if place == Place::Condition && scope.is_field(name) {
        return report.fail(span, CheckErrorKind::FieldOutsideAggregate(name.to_owned()));
    }
    if !scope.is_field(name) {
        return report.fail(span, unknown_name(name, scope));
    }
    if scope.bare == Bare::Ambiguous {
        let events = scope.events.iter().map(|event| event.name.clone()).collect();
        return report.fail(span, CheckErrorKind::WhichEvent { field: name.to_owned(), events });
    }
    let index = scope.field(name, span, report)?;
    Ok(Expr { kind: ExprKind::Field(index), ty: scope.fields[index.0].ty.clone(), span })
}

/// `signin.ip`: a field of an event that has a name.
fn field_of_event(
    event: &str,
    field: &str,
    span: Span,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Expr> {
    let Some(NamedEvent { role, stream, .. }) = scope.events.iter().find(|known| known.name == event).cloned() else {
        let known: Vec<String> = scope.events.iter().map(|known| known.name.clone()).collect();
        let suggestion = suggest::closest(event, known.iter().map(String::as_str)).map(str::to_owned);
        let kind = CheckErrorKind::UnknownEvent { event: event.to_owned(), field: field.to_owned(), known, suggestion };
        return report.fail(span, kind);
    };
    let index = scope.field_of(stream, field, span, report)?;
    let kind = role.map_or(ExprKind::Field(index), |role| ExprKind::Of(role, index));
    Ok(Expr { kind, ty: scope.fields[index.0].ty.clone(), span })
}

fn unknown_name(name: &str, scope: &Scope<'_>) -> CheckErrorKind {
    let parameters = scope.parameters.keys().map(String::as_str);
    let fields = scope.sources().iter().flat_map(|source| source.fields.keys().map(String::as_str));
    let suggestion = suggest::closest(name, parameters.chain(fields)).map(str::to_owned);
    let sources = scope.sources().iter().map(|source| source.name.clone()).collect();
    CheckErrorKind::UnknownField { name: name.to_owned(), sources, suggestion }
}
