//! How far the best window came: which parts of `when` were false there, and by how much.

use crate::engine::Match;
use crate::library::aggregate::AggregateFunction;
use crate::plan::test::Column;
use crate::plan::{Aggregate, CompareOperator, Expr, ExprKind, Plan, Shape, Show, Window};
use crate::source::{Place, Span};
use crate::types::Type;
use crate::value::Value;

use super::super::compare::{column_type, fits};
use super::super::{Case, Results, show};
use super::{column_name, list, told};

/// The parts of `when` that were false in the window where most of them were true.
pub(super) fn unmet(case: &Case<'_>, window: &Window, row: &[(Column, Value)]) -> Vec<String> {
    let parts: Vec<&Expr> = if let ExprKind::And(parts) = &window.condition.kind {
        parts.iter().collect()
    } else {
        vec![&window.condition]
    };
    let mut open = open(case.plan, window);
    let before = open.show.len();
    let columns = parts.iter().map(|part| (*part).clone());
    open.show.extend(columns.map(|value| Show { name: String::new(), value }));
    let seen = see_into(&mut open);
    let Results { matches, .. } = case.evaluate(&open);
    let keys: Vec<(Column, Value)> =
        row.iter().filter(|(column, _)| matches!(column, Column::Key(_))).cloned().collect();
    let of_key: Vec<&Match> = matches.iter().filter(|found| fits(found, &keys, case.plan)).collect();
    if of_key.is_empty() && !matches.is_empty() {
        let keys = keys.iter().map(|(column, value)| {
            let ty = column_type(*column, case.plan);
            format!("`{}` {}", column_name(*column, case.plan), show::value(value, &ty, case.test.start))
        });
        return vec![format!("no event that counts has {}", list(keys.collect()))];
    }
    let value = |found: &Match, index: usize| found.show.get(before + index).cloned().unwrap_or_default();
    let aggregate = |found: &Match, index: usize| value(found, parts.len() + index);
    let score = |found: &Match| -> f64 {
        let part = |(index, part): (usize, &&Expr)| {
            if value(found, index).is_true() { 1.0 } else { progress(part, &|index| aggregate(found, index)) }
        };
        parts.iter().enumerate().map(part).sum()
    };
    let best = of_key.into_iter().reduce(|best, next| if score(next) >= score(best) { next } else { best });
    let Some(best) = best else { return Vec::new() };
    let missed = parts.iter().enumerate().filter(|(index, _)| !value(best, *index).is_true());
    let told = missed.map(|(_, part)| {
        let time = show::offset(best.time - case.test.start);
        let missed = format!("`{}` was false at {time}", told::quote(case, part));
        // `any(…)` was false, and there is no more to it.
        if matches!(part.kind, ExprKind::Aggregate(_)) {
            return missed;
        }
        format!("{missed}: {}", reached(case, part, &seen, &|index| aggregate(best, index)))
    });
    told.collect()
}

/// The plan with a condition that always holds: every window is a match and shows what is in it.
fn open(plan: &Plan, window: &Window) -> Plan {
    let condition = Expr { kind: ExprKind::Literal(Value::Bool(true)), ty: Type::Bool, span: Span::default() };
    let window = Window { condition, prefilter: None, ..window.clone() };
    let mut open = plan.clone();
    open.shape = match &plan.shape {
        Shape::Tumbling(_) => Shape::Tumbling(window),
        Shape::Single | Shape::Window(_) | Shape::Consecutive(_) | Shape::Sequence(_) | Shape::FirstSeen(_) => {
            Shape::Window(window)
        }
    };
    open
}

/// Shows each aggregate, and for `distinct` which values there are: its place among the aggregates.
fn see_into(plan: &mut Plan) -> Vec<Option<usize>> {
    let original = plan.aggregates.clone();
    let mut seen = Vec::new();
    for aggregate in &original {
        if aggregate.function != AggregateFunction::Distinct {
            seen.push(None);
            continue;
        }
        let inner = aggregate.argument.as_ref().map_or(Type::String, |argument| argument.ty.clone());
        seen.push(Some(plan.aggregates.len()));
        let values =
            Aggregate { function: AggregateFunction::Values, ty: Type::Set(Box::new(inner)), ..aggregate.clone() };
        plan.aggregates.push(values);
    }
    for (index, aggregate) in plan.aggregates.iter().enumerate() {
        let value = Expr { kind: ExprKind::Aggregate(index), ty: aggregate.ty.clone(), span: aggregate.span };
        plan.show.push(Show { name: String::new(), value });
    }
    seen
}

/// How near a comparison came, below 1.
fn progress(part: &Expr, aggregate: &impl Fn(usize) -> Value) -> f64 {
    let Some((index, _, needed)) = threshold(part) else { return 0.0 };
    match (number(&aggregate(index)), number(needed)) {
        (Some(reached), Some(needed)) if needed > 0.0 => (reached / needed).clamp(0.0, 0.99),
        _ => 0.0,
    }
}

/// An aggregate that must reach a number.
fn threshold(part: &Expr) -> Option<(usize, CompareOperator, &Value)> {
    let ExprKind::Compare(left, operator, right) = &part.kind else { return None };
    let (ExprKind::Aggregate(index), ExprKind::Literal(needed)) = (&left.kind, &right.kind) else { return None };
    let upwards =
        matches!(operator, CompareOperator::GreaterOrEqual | CompareOperator::Greater | CompareOperator::Equal);
    upwards.then_some((*index, *operator, needed))
}

#[expect(clippy::cast_precision_loss, reason = "only to tell which of two windows came nearer")]
fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_whole().map(|whole| whole as f64))
}

/// What the aggregates of a condition came to: `2 of 3 ("DE", "FR")`.
fn reached(case: &Case<'_>, part: &Expr, seen: &[Option<usize>], aggregate: &impl Fn(usize) -> Value) -> String {
    let start = case.test.start;
    let values = |index: usize| {
        let values = aggregate(seen.get(index).copied().flatten()?);
        let ty = &case.plan.aggregates[index].argument.as_ref()?.ty;
        let values = values.as_set()?.iter().map(|value| show::value(value, ty, start)).collect();
        Some(format!(" ({})", list(values))).filter(|text| text != " ()")
    };
    if let Some((index, operator, needed)) = threshold(part) {
        let ty = &case.plan.aggregates[index].ty;
        let (found, needed) = (show::value(&aggregate(index), ty, start), show::value(needed, ty, start));
        return told::apart(&found, operator, &needed) + &values(index).unwrap_or_default();
    }
    let mut all: Vec<String> = Vec::new();
    part.walk(&mut |expr| {
        let ExprKind::Aggregate(index) = expr.kind else { return };
        let place = Place { source: case.plan.source, span: case.plan.aggregates[index].span };
        let found = show::value(&aggregate(index), &expr.ty, start);
        let one = format!("{} was {found}{}", case.quote(place), values(index).unwrap_or_default());
        if !all.contains(&one) {
            all.push(one);
        }
    });
    all.join(", ")
}
