//! Calls: aggregates and library functions.

use crate::diagnostic::suggest;
use crate::library::aggregate::AggregateFunction;
use crate::library::{self, Accepts, Function, Parameter, ResultType};
use crate::plan::{Expr, ExprKind, TIME};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;
use crate::value::Value;

use super::error::CheckErrorKind;
use super::expr::{Place, Scope, check as check_expr, expect};
use super::{Outcome, Report, aggregate, all, literal};

/// Checks a call.
pub fn check(
    name: &ast::Name,
    arguments: &[ast::Expr],
    span: Span,
    scope: &mut Scope<'_>,
    place: Place,
    report: &mut Report<'_>,
) -> Outcome<Expr> {
    if let Some(function) = AggregateFunction::ALL.into_iter().find(|function| function.name() == name.node) {
        return aggregate::check(function, name.span, arguments, span, scope, place, report);
    }
    let Some(function) = library::find(&name.node) else {
        let known = library::FUNCTIONS.iter().map(|function| function.name);
        let known = known.chain(AggregateFunction::ALL.map(AggregateFunction::name));
        let suggestion = suggest::closest(&name.node, known).map(str::to_owned);
        return report.fail(name.span, CheckErrorKind::UnknownFunction { name: name.node.clone(), suggestion });
    };
    if !function.takes(arguments.len()) {
        let signature = function.signature(|parameter| parameter.name.to_owned());
        let kind = CheckErrorKind::ArgumentCount { function: signature, given: arguments.len() };
        return report.fail(span, kind);
    }
    let arguments = check_arguments(function, arguments, scope, place, report)?;
    let ty = match &function.result {
        ResultType::Is(ty) => ty.clone(),
        ResultType::Same => same_type(function, &arguments),
    };
    let arguments = if function.name == "speed" { with_times(arguments, span, report)? } else { arguments };
    let kind = folded(function, &arguments).unwrap_or(ExprKind::Call(function, arguments));
    Ok(Expr { kind, ty, span })
}

/// The places of a speed and the times of their events, which must be two.
fn with_times(mut places: Vec<Expr>, span: Span, report: &mut Report<'_>) -> Outcome<Vec<Expr>> {
    let events: Vec<Option<ExprKind>> = places.iter().map(|place| time_beside(&place.kind)).collect();
    if let [Some(one), Some(other)] = events.as_slice() {
        let times = [one, other].map(|kind| Expr { kind: kind.clone(), ty: Type::Time, span });
        if !times[0].same_as(&times[1]) {
            places.extend(times);
            return Ok(places);
        }
    }
    report.fail(span, CheckErrorKind::SpeedOfOneEvent)
}

/// The time of the event that a field is of.
fn time_beside(field: &ExprKind) -> Option<ExprKind> {
    if let ExprKind::Of(role, _) = field {
        return Some(ExprKind::Of(*role, TIME));
    }
    matches!(field, ExprKind::Field(_)).then_some(ExprKind::Field(TIME))
}

/// A place made of literals is a literal itself: targets hold places in two columns, so that no call can give one.
fn folded(function: &Function, arguments: &[Expr]) -> Option<ExprKind> {
    let literals = arguments
        .iter()
        .map(|argument| if let ExprKind::Literal(value) = &argument.kind { Some(value.clone()) } else { None });
    let literals: Option<Vec<Value>> = literals.collect();
    matches!(function.result, ResultType::Is(Type::Location))
        .then(|| literals.map(|literals| ExprKind::Literal((function.eval)(&literals))))?
}

fn check_arguments(
    function: &'static Function,
    arguments: &[ast::Expr],
    scope: &mut Scope<'_>,
    place: Place,
    report: &mut Report<'_>,
) -> Outcome<Vec<Expr>> {
    let same = type_of_same(function, arguments, scope, place, report)?;
    let checked: Vec<Outcome<Expr>> = arguments
        .iter()
        .enumerate()
        .map(|(index, argument)| {
            let parameter = function.parameter(index, arguments.len());
            check_argument(function, parameter, argument, same.as_ref(), scope, place, report)
        })
        .collect();
    all(checked)
}

/// The `T` of a call, or the type of its sets: the type of the first argument for it that is not a literal, or of the first one.
fn type_of_same(
    function: &'static Function,
    arguments: &[ast::Expr],
    scope: &mut Scope<'_>,
    place: Place,
    report: &mut Report<'_>,
) -> Outcome<Option<Type>> {
    let candidates = arguments.iter().enumerate();
    let mut candidates: Vec<&ast::Expr> = candidates
        .filter(|(index, _)| {
            matches!(function.parameter(*index, arguments.len()).accepts, Accepts::Same | Accepts::Set)
        })
        .map(|(_, argument)| argument)
        .collect();
    candidates.sort_by_key(|argument| literal::is_literal(argument));
    candidates.first().map(|argument| check_expr(argument, scope, place, report).map(|checked| checked.ty)).transpose()
}

fn check_argument(
    function: &'static Function,
    parameter: &'static Parameter,
    argument: &ast::Expr,
    same: Option<&Type>,
    scope: &mut Scope<'_>,
    place: Place,
    report: &mut Report<'_>,
) -> Outcome<Expr> {
    if parameter.literal && !literal::is_literal(argument) {
        let kind = CheckErrorKind::ArgumentNotLiteral { function: function.name, parameter: parameter.name };
        return report.fail(argument.span, kind);
    }
    let expected = match parameter.accepts {
        Accepts::Text | Accepts::TextOrId => Some(Type::String),
        Accepts::Int | Accepts::Position | Accepts::Prefix(..) => Some(Type::Int),
        Accepts::Latitude | Accepts::Longitude => Some(Type::Float),
        Accepts::Bool => Some(Type::Bool),
        Accepts::Time => Some(Type::Time),
        Accepts::Duration => Some(Type::Duration),
        Accepts::Ip => Some(Type::Ip),
        Accepts::Location => Some(Type::Location),
        Accepts::Same | Accepts::Set => same.cloned(),
        Accepts::Number => None,
    };
    let checked = match &expected {
        Some(expected) => expect(argument, expected, scope, place, report)?,
        None => check_expr(argument, scope, place, report)?,
    };
    if accepts(&parameter.accepts, &checked, same) {
        return Ok(checked);
    }
    let wanted = match parameter.accepts {
        Accepts::Text => "`string` or `name`".to_owned(),
        Accepts::TextOrId => "`string`, `name` or an identifier".to_owned(),
        Accepts::Number => "`int` or `float`".to_owned(),
        Accepts::Position => "an `int` from 1 on".to_owned(),
        Accepts::Latitude => "degrees from -90 to 90".to_owned(),
        Accepts::Longitude => "degrees from -180 to 180".to_owned(),
        Accepts::Prefix(most, 1) => format!("an `int` from 1 to {most}"),
        Accepts::Prefix(most, step) => format!("a multiple of {step} up to {most}"),
        Accepts::Set => match same {
            Some(Type::Set(_)) => format!("`{}`", same.unwrap_or(&Type::String)),
            _ => "a set, such as `values(field)`,".to_owned(),
        },
        Accepts::Same if same == Some(&Type::Location) => "anything but a place".to_owned(),
        Accepts::Same
        | Accepts::Int
        | Accepts::Bool
        | Accepts::Time
        | Accepts::Duration
        | Accepts::Ip
        | Accepts::Location => expected.map_or_else(String::new, |ty| format!("`{ty}`")),
    };
    let kind =
        CheckErrorKind::ArgumentType { function: function.name, parameter: parameter.name, wanted, found: checked.ty };
    report.fail(argument.span, kind)
}

fn accepts(accepts: &Accepts, argument: &Expr, same: Option<&Type>) -> bool {
    let ty = &argument.ty;
    match accepts {
        Accepts::Text => ty.is_text(),
        Accepts::TextOrId => ty.is_text() || matches!(ty, Type::Id(..)),
        Accepts::Int => *ty == Type::Int,
        Accepts::Position => matches!(argument.kind, ExprKind::Literal(Value::Int(1..))),
        Accepts::Number => matches!(ty, Type::Int | Type::Float),
        Accepts::Bool => *ty == Type::Bool,
        Accepts::Time => *ty == Type::Time,
        Accepts::Duration => *ty == Type::Duration,
        Accepts::Ip => *ty == Type::Ip,
        Accepts::Location => *ty == Type::Location,
        Accepts::Latitude => literal_float(argument).is_some_and(|degrees| degrees.abs() <= 90.0),
        Accepts::Longitude => literal_float(argument).is_some_and(|degrees| degrees.abs() <= 180.0),
        Accepts::Prefix(most, step) => matches!(argument.kind, ExprKind::Literal(Value::Int(bits))
            if bits > 0 && bits <= i64::from(*most) && bits % i64::from(*step) == 0),
        Accepts::Set => matches!(ty, Type::Set(_)) && Some(ty) == same,
        // A place is held in two columns, so that nothing can choose between two of them.
        Accepts::Same => Some(ty) == same && *ty != Type::Location,
    }
}

fn literal_float(argument: &Expr) -> Option<f64> {
    if let ExprKind::Literal(value) = &argument.kind { value.as_float() } else { None }
}

/// The result type of a function that gives what it takes.
fn same_type(function: &'static Function, arguments: &[Expr]) -> Type {
    let is_same = |index: &usize| matches!(function.parameter(*index, arguments.len()).accepts, Accepts::Same);
    let of_same = arguments.iter().enumerate().find(|(index, _)| is_same(index));
    of_same.map(|(_, argument)| argument).or(arguments.first()).map_or(Type::String, |argument| argument.ty.clone())
}
