//! Conditions and what they were looked at with, in words.

use crate::engine::event::Event;
use crate::engine::probe::Others;
use crate::plan::{CompareOperator, Expr, ExprKind, Role, Shape, TIME};
use crate::source::Place;
use crate::value::Value;

use super::super::{Case, show};

/// A part of the rule as it is written.
pub(super) fn quote(case: &Case<'_>, expr: &Expr) -> String {
    case.quote(Place { source: case.plan.source, span: expr.span })
}

/// An event with the fields that a condition looks at.
pub(super) fn event(case: &Case<'_>, condition: &Expr, event: &Event) -> String {
    let fields = fields(case, condition, event, Others::default());
    let event = show::event(case, event);
    if fields.is_empty() { event } else { format!("{event} ({})", fields.join(", ")) }
}

/// A condition that was false, and by how much.
pub(super) fn missed(case: &Case<'_>, condition: &Expr, event: &Event, others: Others<'_>) -> String {
    let written = quote(case, condition);
    let value = |expr: &Expr| {
        let value = case.probe().value(expr, event, others);
        let shown = show::value(&value, &expr.ty, case.test.start);
        (value, shown)
    };
    if let ExprKind::Compare(left, operator, right) = &condition.kind {
        let ((left, shown), (_, needed)) = (value(left), value(right));
        if !left.is_missing() && matches!(right.kind, ExprKind::Literal(_)) {
            return format!("`{written}` was false: {}", apart(&shown, *operator, &needed));
        }
    }
    let fields = fields(case, condition, event, others);
    if fields.is_empty() {
        format!("`{written}` was false")
    } else {
        format!("`{written}` was false: {}", fields.join(", "))
    }
}

/// What was reached, and what was needed.
pub(super) fn apart(reached: &str, operator: CompareOperator, needed: &str) -> String {
    match operator {
        CompareOperator::GreaterOrEqual => format!("{reached} of {needed}"),
        CompareOperator::Greater => format!("{reached} and not more than {needed}"),
        CompareOperator::LessOrEqual => format!("{reached}, at most {needed}"),
        CompareOperator::Less => format!("{reached} and not less than {needed}"),
        CompareOperator::Equal => format!("{reached} and not {needed}"),
        CompareOperator::NotEqual => reached.to_owned(),
    }
}

/// The fields that a condition looks at, of the event and of the others: `prev.asn 64500`.
fn fields(case: &Case<'_>, condition: &Expr, event: &Event, others: Others<'_>) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    condition.walk(&mut |expr| {
        let name = if let ExprKind::Field(index) = &expr.kind
            && *index != TIME
        {
            case.plan.fields[index.0].name.clone()
        } else if let ExprKind::Of(role, index) = &expr.kind {
            format!("{}.{}", role_name(case, *role), case.plan.fields[index.0].name)
        } else {
            return;
        };
        let value: Value = case.probe().value(expr, event, others);
        let field = format!("{name} {}", show::value(&value, &expr.ty, case.test.start));
        if !fields.contains(&field) {
            fields.push(field);
        }
    });
    fields
}

fn role_name<'a>(case: &'a Case<'_>, role: Role) -> &'a str {
    match (role, &case.plan.shape) {
        (Role::Previous, _) => "prev",
        (Role::Match, _) => "this",
        (Role::Step(index), Shape::Sequence(sequence)) => sequence.steps.get(index).map_or("step", |step| &step.name),
        (Role::Step(_), _) => "step",
    }
}
