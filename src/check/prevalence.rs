//! Prevalence: `prevalence(country, user_name, 14d)`, the share of the users of the days before who have the matching event's value.

use crate::library::aggregate::AggregateFunction;
use crate::plan::{DAY, Expr, ExprKind, Population};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

use super::error::CheckErrorKind;
use super::expr::{self, Place};
use super::fields::Scope;
use super::{Outcome, Report, aggregate, rule};

/// Checks the arguments: the field, the field that says who the user is, and how many days before count.
pub fn check(
    arguments: &[ast::Expr],
    span: Span,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<(Expr, Population)> {
    let [of, user, history] = arguments else {
        let function = aggregate::usage(AggregateFunction::Prevalence).to_owned();
        return report.fail(span, CheckErrorKind::ArgumentCount { function, given: arguments.len() });
    };
    let of = field(of, scope, report);
    let user = field(user, scope, report);
    let length = rule::duration(history, scope, report);
    let (of, user, length) = (of?, user?, length?);
    if length % DAY != 0 {
        return report.fail(history.span, CheckErrorKind::HistoryNotWholeDays);
    }
    Ok((of, Population { user, days: length / DAY }))
}

/// A field of the event that can be told apart.
fn field(written: &ast::Expr, scope: &mut Scope<'_>, report: &mut Report<'_>) -> Outcome<Expr> {
    let checked = expr::check(written, scope, Place::Argument, report)?;
    if !matches!(checked.kind, ExprKind::Field(_)) {
        return report.fail(written.span, CheckErrorKind::PrevalenceOfNoField);
    }
    if matches!(checked.ty, Type::Location | Type::Float | Type::Set(_) | Type::Time) {
        let usage = aggregate::usage(AggregateFunction::Prevalence);
        return report.fail(written.span, CheckErrorKind::AggregateArgument { usage, found: checked.ty });
    }
    Ok(checked)
}
