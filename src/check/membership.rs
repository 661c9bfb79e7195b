//! `in`, `contains all` and `contains any`: values against sets.

use crate::plan::{Expr, ExprKind, Placement};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;
use crate::value::Value;

use super::error::CheckErrorKind;
use super::expr::{Place, Scope, boolean, check};
use super::{Outcome, Report, all, literal};

/// Checks `value in set`.
pub fn in_set(
    value: &ast::Expr,
    set: &ast::Expr,
    span: Span,
    scope: &mut Scope<'_>,
    place: Place,
    report: &mut Report<'_>,
) -> Outcome<Expr> {
    let value = check(value, scope, place, report)?;
    let kind = if let ast::ExprKind::Name(name) = &set.kind {
        in_list(value, name, set.span, scope, report)?
    } else if let (ast::ExprKind::Text(text), Type::Ip) = (&set.kind, &value.ty) {
        ExprKind::InNetworks(Box::new(value), vec![literal::network(text, set.span, report)?])
    } else if let ast::ExprKind::List(entries) = &set.kind {
        in_literals(value, entries, set.span, report)?
    } else {
        return report.fail(set.span, CheckErrorKind::NotASet(value.ty));
    };
    Ok(boolean(kind, span))
}

/// An empty list (all its entries have expired) holds nothing, whatever the value. Of a watchlist nobody here knows that.
fn in_list(value: Expr, name: &str, span: Span, scope: &mut Scope<'_>, report: &mut Report<'_>) -> Outcome<ExprKind> {
    let list = scope.globals.list(name, span, report)?;
    if list.ty != value.ty && !(value.ty == Type::Ip && list.ty == Type::Cidr) {
        let kind = CheckErrorKind::ListOfOtherType { list: name.to_owned(), entries: list.ty.clone(), value: value.ty };
        return report.fail(span, kind);
    }
    if list.entries.is_empty() && list.placement == Placement::InQuery {
        return Ok(ExprKind::Literal(Value::Bool(false)));
    }
    let known = scope.lists.iter().position(|known| known.name == list.name);
    let index = known.unwrap_or_else(|| {
        scope.lists.push(list);
        scope.lists.len() - 1
    });
    Ok(ExprKind::InList(Box::new(value), index))
}

/// Addresses may stand among networks: each is the network of itself.
fn in_literals(value: Expr, entries: &[ast::Expr], span: Span, report: &mut Report<'_>) -> Outcome<ExprKind> {
    if entries.is_empty() {
        return report.fail(span, CheckErrorKind::EmptyList);
    }
    let is_network = |entry: &ast::Expr| matches!(&entry.kind, ast::ExprKind::Text(text) if text.contains('/'));
    if value.ty == Type::Ip && entries.iter().any(is_network) {
        let networks = entries.iter().map(|entry| network_entry(entry, report)).collect::<Vec<_>>();
        return Ok(ExprKind::InNetworks(Box::new(value), all(networks)?));
    }
    let values = entries.iter().map(|entry| literal::value(entry, &value.ty, report)).collect::<Vec<_>>();
    Ok(ExprKind::InValues(Box::new(value), all(values)?))
}

fn network_entry(entry: &ast::Expr, report: &mut Report<'_>) -> Outcome<ipnet::IpNet> {
    let ast::ExprKind::Text(text) = &entry.kind else {
        return report.fail(entry.span, CheckErrorKind::NotASet(Type::Ip));
    };
    literal::network(text, entry.span, report)
}

/// Checks `set contains all […]` and `set contains any […]`.
pub fn contains(
    value: &ast::Expr,
    set: &ast::Expr,
    span: Span,
    all_of_them: bool,
    scope: &mut Scope<'_>,
    place: Place,
    report: &mut Report<'_>,
) -> Outcome<Expr> {
    let value = check(value, scope, place, report)?;
    let Type::Set(inner) = &value.ty else {
        return report.fail(value.span, CheckErrorKind::NotASetOfValues(value.ty));
    };
    let ast::ExprKind::List(entries) = &set.kind else {
        return report.fail(set.span, CheckErrorKind::NotASet((**inner).clone()));
    };
    if entries.is_empty() {
        return report.fail(set.span, CheckErrorKind::EmptyList);
    }
    let values = all(entries.iter().map(|entry| literal::value(entry, inner, report)).collect::<Vec<_>>())?;
    Ok(boolean(ExprKind::ContainsSet { set: Box::new(value), values, all: all_of_them }, span))
}
