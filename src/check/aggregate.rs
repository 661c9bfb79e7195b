//! Aggregates: where they may stand, what they take and give.

use crate::library::CASE;
use crate::library::aggregate::AggregateFunction;
use crate::plan::{Aggregate, Expr, ExprKind};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

use super::error::CheckErrorKind;
use super::expr::{self, Place, Scope};
use super::{Outcome, Report, baseline, prevalence};

/// What an aggregate takes.
enum Takes {
    /// Nothing.
    Nothing,
    /// Nothing, or a condition.
    MaybeCondition,
    /// A condition.
    Condition,
    /// A value of any type that can be told apart.
    Value,
    /// A value that has an order.
    Ordered,
    /// A number or duration.
    Number,
}

fn takes(function: AggregateFunction) -> Takes {
    match function {
        AggregateFunction::Count => Takes::MaybeCondition,
        AggregateFunction::Any | AggregateFunction::All | AggregateFunction::Ratio => Takes::Condition,
        AggregateFunction::Distinct
        | AggregateFunction::Values
        | AggregateFunction::First
        | AggregateFunction::Last
        | AggregateFunction::Hops => Takes::Value,
        AggregateFunction::Min | AggregateFunction::Max => Takes::Ordered,
        AggregateFunction::Sum | AggregateFunction::Avg => Takes::Number,
        // What these are of is checked as an aggregate itself.
        AggregateFunction::Span
        | AggregateFunction::Mean
        | AggregateFunction::Deviation
        | AggregateFunction::Prevalence => Takes::Nothing,
    }
}

/// Checks a call of an aggregate.
pub fn check(
    function: AggregateFunction,
    name: Span,
    arguments: &[ast::Expr],
    span: Span,
    scope: &mut Scope<'_>,
    place: Place,
    report: &mut Report<'_>,
) -> Outcome<Expr> {
    match place {
        Place::Condition | Place::Evidence => {}
        Place::Event => return report.fail(name, CheckErrorKind::AggregateInWhere(function.name())),
        Place::Argument => return report.fail(name, CheckErrorKind::AggregateInAggregate(function.name())),
    }
    let (argument, earlier, population) = match function {
        AggregateFunction::Mean | AggregateFunction::Deviation => {
            let (argument, earlier) = baseline::check(function, arguments, span, scope, report)?;
            (argument, earlier, None)
        }
        AggregateFunction::Prevalence => {
            let (field, population) = prevalence::check(arguments, span, scope, report)?;
            (Some(field), None, Some(population))
        }
        AggregateFunction::Count
        | AggregateFunction::Distinct
        | AggregateFunction::Values
        | AggregateFunction::Min
        | AggregateFunction::Max
        | AggregateFunction::Sum
        | AggregateFunction::Avg
        | AggregateFunction::First
        | AggregateFunction::Last
        | AggregateFunction::Any
        | AggregateFunction::All
        | AggregateFunction::Span
        | AggregateFunction::Hops
        | AggregateFunction::Ratio => (check_argument(function, arguments, span, scope, report)?, None, None),
    };
    let ty = result_type(function, argument.as_ref());
    let aggregate = Aggregate { function, argument, earlier, population, ty: ty.clone(), span };
    let index = scope.aggregates.iter().position(|known| same(known, &aggregate)).unwrap_or_else(|| {
        scope.aggregates.push(aggregate);
        scope.aggregates.len() - 1
    });
    Ok(Expr { kind: ExprKind::Aggregate(index), ty, span })
}

/// Checks what an aggregate is over.
pub fn check_argument(
    function: AggregateFunction,
    arguments: &[ast::Expr],
    span: Span,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Option<Expr>> {
    let takes = takes(function);
    let argument = match (arguments, &takes) {
        ([], Takes::Nothing | Takes::MaybeCondition) => return Ok(None),
        ([argument], Takes::MaybeCondition | Takes::Condition | Takes::Value | Takes::Ordered | Takes::Number) => {
            argument
        }
        ([argument, _], Takes::Value | Takes::Ordered | Takes::Number) => argument,
        _ => {
            let kind = CheckErrorKind::ArgumentCount { function: usage(function).to_owned(), given: arguments.len() };
            return report.fail(span, kind);
        }
    };
    let checked = expr::check(argument, scope, Place::Argument, report)?;
    let fits = match takes {
        Takes::Nothing => false,
        Takes::MaybeCondition | Takes::Condition => checked.ty == Type::Bool,
        Takes::Value => !matches!(checked.ty, Type::Location | Type::Set(_)),
        Takes::Ordered => checked.ty.is_ordered(),
        Takes::Number => matches!(checked.ty, Type::Int | Type::Float | Type::Duration),
    };
    if fits {
        let condition = arguments.get(1).map(|condition| expr::condition(condition, scope, Place::Argument, report));
        return Ok(Some(match condition.transpose()? {
            Some(condition) => only_where(condition, checked),
            None => checked,
        }));
    }
    let kind = CheckErrorKind::AggregateArgument { usage: usage(function), found: checked.ty };
    report.fail(argument.span, kind)
}

/// A value of the events for which a condition holds: of the others it is missing, and aggregates ignore what is missing.
fn only_where(condition: Expr, value: Expr) -> Expr {
    let (ty, span) = (value.ty.clone(), value.span);
    Expr { kind: ExprKind::Call(&CASE, vec![condition, value]), ty, span }
}

/// How an aggregate is called, for messages.
pub fn usage(function: AggregateFunction) -> &'static str {
    match function {
        AggregateFunction::Count => "count() or count(condition)",
        AggregateFunction::Distinct => "distinct(field) or distinct(field, condition)",
        AggregateFunction::Values => "values(field) or values(field, condition)",
        AggregateFunction::Min => "min(number or time) or min(number or time, condition)",
        AggregateFunction::Max => "max(number or time) or max(number or time, condition)",
        AggregateFunction::Sum => "sum(number or duration) or sum(number or duration, condition)",
        AggregateFunction::Avg => "avg(number or duration) or avg(number or duration, condition)",
        AggregateFunction::First => "first(field) or first(field, condition)",
        AggregateFunction::Last => "last(field) or last(field, condition)",
        AggregateFunction::Any => "any(condition)",
        AggregateFunction::All => "all(condition)",
        AggregateFunction::Span => "span()",
        AggregateFunction::Hops => "hops(field) or hops(field, condition)",
        AggregateFunction::Mean => "mean(count() or distinct(field), bucket, history)",
        AggregateFunction::Deviation => "deviation(count() or distinct(field), bucket, history)",
        AggregateFunction::Prevalence => "prevalence(field, user field, whole days)",
        AggregateFunction::Ratio => "ratio(condition)",
    }
}

fn result_type(function: AggregateFunction, argument: Option<&Expr>) -> Type {
    let of_argument = || argument.map_or(Type::Int, |argument| argument.ty.clone());
    match function {
        AggregateFunction::Count | AggregateFunction::Distinct | AggregateFunction::Hops => Type::Int,
        AggregateFunction::Values => Type::Set(Box::new(of_argument())),
        AggregateFunction::Min
        | AggregateFunction::Max
        | AggregateFunction::Sum
        | AggregateFunction::First
        | AggregateFunction::Last => of_argument(),
        AggregateFunction::Avg if of_argument() == Type::Duration => Type::Duration,
        AggregateFunction::Avg
        | AggregateFunction::Ratio
        | AggregateFunction::Mean
        | AggregateFunction::Deviation
        | AggregateFunction::Prevalence => Type::Float,
        AggregateFunction::Any | AggregateFunction::All => Type::Bool,
        AggregateFunction::Span => Type::Duration,
    }
}

/// Whether two aggregates are the same but for where they are written.
fn same(a: &Aggregate, b: &Aggregate) -> bool {
    a.function == b.function
        && a.earlier == b.earlier
        && match (&a.population, &b.population) {
            (None, None) => true,
            (Some(a), Some(b)) => a.days == b.days && a.user.same_as(&b.user),
            _ => false,
        }
        && match (&a.argument, &b.argument) {
            (None, None) => true,
            (Some(a), Some(b)) => a.same_as(b),
            _ => false,
        }
}
