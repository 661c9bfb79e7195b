//! Which part of a window's condition more events cannot make false.
//!
//! If that part fails over all of a key's events, it fails in every window of the key: the key can be dropped before any window
//! is looked at. Where the whole condition is such, a late event can only add matches, never take one back.

use crate::library::aggregate::AggregateFunction;
use crate::plan::{Aggregate, CompareOperator, Expr, ExprKind};

/// What [`analyse`] finds.
pub struct Monotone {
    /// A condition that the given one implies and that more events cannot make false; none if there is nothing of use.
    pub prefilter: Option<Expr>,
    /// Whether that is the whole condition.
    pub whole: bool,
}

/// Looks at a condition over `aggregates`.
pub fn analyse(condition: &Expr, aggregates: &[Aggregate]) -> Monotone {
    match &condition.kind {
        ExprKind::And(parts) => {
            let found: Vec<Monotone> = parts.iter().map(|part| analyse(part, aggregates)).collect();
            let whole = found.iter().all(|part| part.whole);
            let kept: Vec<Expr> = found.into_iter().filter_map(|part| part.prefilter).collect();
            Monotone { prefilter: join(kept, condition, ExprKind::And), whole }
        }
        ExprKind::Or(parts) => {
            let found: Vec<Monotone> = parts.iter().map(|part| analyse(part, aggregates)).collect();
            let whole = found.iter().all(|part| part.whole);
            // An alternative of which nothing is known may hold anywhere, so nothing is known of the whole.
            let kept: Option<Vec<Expr>> = found.into_iter().map(|part| part.prefilter).collect();
            Monotone { prefilter: kept.and_then(|kept| join(kept, condition, ExprKind::Or)), whole }
        }
        ExprKind::Literal(_)
        | ExprKind::Field(_)
        | ExprKind::Of(..)
        | ExprKind::Aggregate(_)
        | ExprKind::Not(_)
        | ExprKind::Compare(..)
        | ExprKind::Text(..)
        | ExprKind::InValues(..)
        | ExprKind::InNetworks(..)
        | ExprKind::InList(..)
        | ExprKind::IsMissing(_)
        | ExprKind::ContainsSet { .. }
        | ExprKind::Arithmetic(..)
        | ExprKind::Call(..) => {
            let whole = is_monotone(condition, aggregates);
            Monotone { prefilter: whole.then(|| condition.clone()), whole }
        }
    }
}

fn join(mut parts: Vec<Expr>, of: &Expr, kind: fn(Vec<Expr>) -> ExprKind) -> Option<Expr> {
    if parts.len() < 2 {
        return parts.pop();
    }
    Some(Expr { kind: kind(parts), ty: of.ty.clone(), span: of.span })
}

fn is_monotone(expr: &Expr, aggregates: &[Aggregate]) -> bool {
    match &expr.kind {
        ExprKind::Aggregate(index) => aggregates[*index].function == AggregateFunction::Any,
        ExprKind::ContainsSet { .. } => true,
        ExprKind::Compare(left, operator, right) => match (&left.kind, &right.kind) {
            (ExprKind::Aggregate(index), ExprKind::Literal(_)) => holds_on(*operator, aggregates[*index].function),
            (ExprKind::Literal(_), ExprKind::Aggregate(index)) => {
                holds_on(operator.mirrored(), aggregates[*index].function)
            }
            _ => false,
        },
        ExprKind::Literal(_)
        | ExprKind::Field(_)
        | ExprKind::Of(..)
        | ExprKind::Not(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Text(..)
        | ExprKind::InValues(..)
        | ExprKind::InNetworks(..)
        | ExprKind::InList(..)
        | ExprKind::IsMissing(_)
        | ExprKind::Arithmetic(..)
        | ExprKind::Call(..) => false,
    }
}

/// Whether `aggregate OPERATOR constant`, once true, stays true as events are added.
fn holds_on(operator: CompareOperator, function: AggregateFunction) -> bool {
    match operator {
        CompareOperator::Greater | CompareOperator::GreaterOrEqual => function.grows(),
        CompareOperator::Less | CompareOperator::LessOrEqual => function == AggregateFunction::Min,
        CompareOperator::Equal | CompareOperator::NotEqual => false,
    }
}
