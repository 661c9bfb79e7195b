//! Expressions: names resolved, operators and operands typed.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::catalog::{Field, LogSource, Origin};
use crate::diagnostic::suggest;
use crate::plan::{Aggregate, Expr, ExprKind, FieldIndex, ListData, PlanField};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;
use crate::value::Value;

use super::error::CheckErrorKind;
use super::scope::{Globals, find_field};
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

/// A parameter of the rule.
pub struct Parameter {
    /// Its type.
    pub ty: Type,
    /// Its value; `None` where it was wrong and reported.
    pub value: Option<Value>,
    /// Where it is declared.
    pub span: Span,
    /// Whether something uses it.
    pub used: bool,
}

/// What is known while the expressions of one rule are checked, and what they turn out to use.
pub struct Scope<'a> {
    /// Global names.
    pub globals: &'a Globals<'a>,
    /// The sources that the rule reads.
    pub sources: Vec<Arc<LogSource>>,
    /// Parameters by name.
    pub parameters: IndexMap<String, Parameter>,
    /// Fields used so far.
    pub fields: Vec<PlanField>,
    /// How each source has each of them: one list a source, same order as `fields`.
    pub legs: Vec<Vec<Arc<Field>>>,
    /// Lists used so far.
    pub lists: Vec<Arc<ListData>>,
    /// Aggregates used so far.
    pub aggregates: Vec<Aggregate>,
}

impl Scope<'_> {
    /// The index of a field of the rule's sources, by name.
    pub fn field(&mut self, name: &str, span: Span, report: &mut Report<'_>) -> Outcome<FieldIndex> {
        if let Some(index) = self.fields.iter().position(|field| field.name == name) {
            return Ok(FieldIndex(index));
        }
        let found = find_field(name, &self.sources, span, report)?;
        self.fields.push(PlanField { name: name.to_owned(), ty: found.ty, optional: found.optional });
        for (leg, field) in self.legs.iter_mut().zip(found.legs) {
            leg.push(field);
        }
        Ok(FieldIndex(self.fields.len() - 1))
    }

    /// Whether a word is a field of one source at least.
    fn is_field(&self, name: &str) -> bool {
        self.sources.iter().any(|source| source.fields.contains_key(name))
    }

    /// Whether some source has no value of its own for a field, only its address.
    pub fn needs_look_up(&self, index: usize) -> bool {
        self.legs.iter().any(|leg| matches!(leg[index].origin, Origin::Lookup(_)))
    }
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
    // A word of the enum is that word, even where a field has the same name; a word that is neither is a slip in the enum.
    if set.values.contains(word) || !(scope.is_field(word) || scope.parameters.contains_key(word)) {
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
        parameter.used = true;
        let value = parameter.value.clone().ok_or(super::Reported)?;
        return Ok(Expr { kind: ExprKind::Literal(value), ty: parameter.ty.clone(), span });
    }
    if let Some((prefix, _)) = name.split_once('.') {
        return report.fail(span, CheckErrorKind::DottedName { name: name.to_owned(), prefix: prefix.to_owned() });
    }
    if place == Place::Condition && scope.is_field(name) {
        return report.fail(span, CheckErrorKind::FieldOutsideAggregate(name.to_owned()));
    }
    if !scope.is_field(name) {
        return report.fail(span, unknown_name(name, scope));
    }
    let index = scope.field(name, span, report)?;
    Ok(Expr { kind: ExprKind::Field(index), ty: scope.fields[index.0].ty.clone(), span })
}

fn unknown_name(name: &str, scope: &Scope<'_>) -> CheckErrorKind {
    let parameters = scope.parameters.keys().map(String::as_str);
    let fields = scope.sources.iter().flat_map(|source| source.fields.keys().map(String::as_str));
    let suggestion = suggest::closest(name, parameters.chain(fields)).map(str::to_owned);
    let sources = scope.sources.iter().map(|source| source.name.clone()).collect();
    CheckErrorKind::UnknownField { name: name.to_owned(), sources, suggestion }
}
