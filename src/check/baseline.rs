//! Baselines: `mean(count(), 1h, 7d)`, what a count was in earlier buckets of the same key.

use crate::library::aggregate::AggregateFunction;
use crate::plan::{DAY, Earlier, Expr};
use crate::source::Span;
use crate::syntax::ast;

use super::error::CheckErrorKind;
use super::fields::Scope;
use super::{Outcome, Report, aggregate, rule};

/// Checks the arguments: a count, the width of buckets, and how far back they go.
pub fn check(
    function: AggregateFunction,
    arguments: &[ast::Expr],
    span: Span,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<(Option<Expr>, Option<Earlier>)> {
    let [of, bucket, history] = arguments else {
        let usage = aggregate::usage(function).to_owned();
        return report.fail(span, CheckErrorKind::ArgumentCount { function: usage, given: arguments.len() });
    };
    let counted = counted(function, of, scope, report);
    let width = rule::duration(bucket, scope, report);
    let length = rule::duration(history, scope, report);
    let ((of, argument), width, length) = (counted?, width?, length?);
    if DAY % width != 0 {
        return report.fail(bucket.span, CheckErrorKind::BucketDoesNotDivideDay);
    }
    if length % width != 0 {
        return report.fail(history.span, CheckErrorKind::HistoryNotWhole);
    }
    Ok((argument, Some(Earlier { of, bucket: width, history: length })))
}

/// What is counted in each bucket.
fn counted(
    function: AggregateFunction,
    of: &ast::Expr,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<(AggregateFunction, Option<Expr>)> {
    let known = [AggregateFunction::Count, AggregateFunction::Distinct];
    if let ast::ExprKind::Call(name, arguments) = &of.kind
        && let Some(counted) = known.into_iter().find(|known| known.name() == name.node)
    {
        return Ok((counted, aggregate::check_argument(counted, arguments, of.span, scope, report)?));
    }
    report.fail(of.span, CheckErrorKind::BaselineOfOther(function.name()))
}
