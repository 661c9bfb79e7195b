//! What makes a query slow, with the reason.

use crate::plan::{CompareOperator, Expr, ExprKind, Plan, SECOND, Shape, Stream, StreamIndex, TextOperator};
use crate::types::Type;

use super::Findings;
use super::finding::Lint;

const DAY: i64 = 86_400 * SECOND;
/// How far back Sentinel's scheduled rules look.
const LONGEST_LOOKBACK: i64 = 14 * DAY;
/// The most values in brackets.
const MANY_VALUES: usize = 100;
/// The most logs of a rule. The ready-made views of one provider together stay below.
const MANY_SOURCES: usize = 8;

/// Looks for all of them.
pub fn check(plan: &Plan, findings: &mut Findings) {
    if plan.lookback() > LONGEST_LOOKBACK {
        let lint = Lint::LongLookback { lookback: plan.lookback(), most: LONGEST_LOOKBACK, reach: plan.reach() };
        findings.add(plan.name_span, lint);
    }
    let sources = plan.legs().count();
    if sources > MANY_SOURCES {
        findings.add(plan.name_span, Lint::ManySources { sources });
    }
    for expr in plan.expressions() {
        expr.walk(&mut |part| literals(part, findings));
    }
    reads_all(plan, findings);
    long_window(plan, findings);
}

fn literals(expr: &Expr, findings: &mut Findings) {
    if let ExprKind::InValues(_, values) = &expr.kind
        && values.len() > MANY_VALUES
    {
        findings.add(expr.span, Lint::LongList { entries: values.len() });
    }
    if let ExprKind::Text(_, TextOperator::Matches, pattern) = &expr.kind {
        let pattern = pattern.trim_start_matches("(?i)");
        let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
        if pattern.strip_prefix(".*").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('?')) {
            findings.add(expr.span, Lint::LeadingWildcard);
        }
    }
}

/// A busy log of which every event counts. What a step of a sequence or an `unless` reads is narrowed by what it is linked to.
fn reads_all(plan: &Plan, findings: &mut Findings) {
    let linked = matches!(plan.shape, Shape::Sequence(_));
    if linked || !plan.main().filter.is_empty() {
        return;
    }
    for leg in &plan.main().legs {
        if let Some(why) = &leg.source.busy {
            let lint = Lint::ReadsAll { source: leg.source.name.clone(), why: why.clone() };
            findings.add(plan.name_span, lint);
        }
    }
}

/// A sliding window of more than a day over a busy log: each event is looked at together with all those before it.
fn long_window(plan: &Plan, findings: &mut Findings) {
    let Shape::Window(window) = &plan.shape else { return };
    let stream = plan.stream(StreamIndex(0));
    if window.width <= DAY || is_selective(stream) {
        return;
    }
    for leg in &stream.legs {
        if let Some(why) = &leg.source.busy {
            let lint = Lint::LongWindow { width: window.width, source: leg.source.name.clone(), why: why.clone() };
            findings.add(window.condition.span, lint);
        }
    }
}

/// Whether a filter asks for certain values of something that has many.
fn is_selective(stream: &Stream) -> bool {
    let many = |expr: &Expr| !matches!(expr.ty, Type::Enum(_) | Type::Bool | Type::Ip);
    stream.filter.iter().any(|condition| {
        if let ExprKind::Compare(left, CompareOperator::Equal, _) | ExprKind::InValues(left, _) = &condition.kind {
            return many(left);
        }
        matches!(condition.kind, ExprKind::Text(..))
    })
}
