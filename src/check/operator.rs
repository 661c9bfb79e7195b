//! Operators between two operands.

use crate::library;
use crate::plan::expr::ArithmeticOperator;
use crate::plan::{CompareOperator, Expr, ExprKind, SECOND, TextOperator};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOperator, Spanned};
use crate::types::Type;
use crate::value::Value;

use super::error::CheckErrorKind;
use super::expr::{Place, Scope, boolean, check, expect};
use super::{Outcome, Report, literal};

/// What family an operator belongs to.
enum Family {
    Compare(CompareOperator),
    Text(TextOperator),
    Arithmetic(ArithmeticOperator),
}

fn family(operator: BinaryOperator) -> Family {
    match operator {
        BinaryOperator::Equal => Family::Compare(CompareOperator::Equal),
        BinaryOperator::NotEqual => Family::Compare(CompareOperator::NotEqual),
        BinaryOperator::Less => Family::Compare(CompareOperator::Less),
        BinaryOperator::LessOrEqual => Family::Compare(CompareOperator::LessOrEqual),
        BinaryOperator::Greater => Family::Compare(CompareOperator::Greater),
        BinaryOperator::GreaterOrEqual => Family::Compare(CompareOperator::GreaterOrEqual),
        BinaryOperator::Contains => Family::Text(TextOperator::Contains),
        BinaryOperator::StartsWith => Family::Text(TextOperator::StartsWith),
        BinaryOperator::EndsWith => Family::Text(TextOperator::EndsWith),
        BinaryOperator::Matches => Family::Text(TextOperator::Matches),
        BinaryOperator::Add => Family::Arithmetic(ArithmeticOperator::Add),
        BinaryOperator::Subtract => Family::Arithmetic(ArithmeticOperator::Subtract),
        BinaryOperator::Multiply => Family::Arithmetic(ArithmeticOperator::Multiply),
        BinaryOperator::Divide => Family::Arithmetic(ArithmeticOperator::Divide),
    }
}

/// Checks `left SYMBOL right`.
pub fn binary(
    left: &ast::Expr,
    symbol: &Spanned<BinaryOperator>,
    right: &ast::Expr,
    span: Span,
    scope: &mut Scope<'_>,
    place: Place,
    report: &mut Report<'_>,
) -> Outcome<Expr> {
    match family(symbol.node) {
        Family::Compare(operator) => {
            let (left, right) = operands(left, right, scope, place, report)?;
            let (left, right) = against_baseline(left, right, scope);
            compare(left, operator, right, symbol, span, report)
        }
        Family::Text(operator) => text_test(left, operator, right, symbol, span, scope, place, report),
        Family::Arithmetic(operator) => {
            let (left, right) = numbers(left, operator, right, scope, place, report)?;
            arithmetic(left, operator, right, symbol, span, report)
        }
    }
}

/// Both operands, a literal or enum word on either side taking the type of the other side.
fn operands(
    left: &ast::Expr,
    right: &ast::Expr,
    scope: &mut Scope<'_>,
    place: Place,
    report: &mut Report<'_>,
) -> Outcome<(Expr, Expr)> {
    let word_of_right = matches!(left.kind, ast::ExprKind::Name(_)) && scope_lacks(left, scope);
    if (literal::is_literal(left) && !literal::is_literal(right)) || word_of_right {
        let right = check(right, scope, place, report)?;
        let left = expect(left, &right.ty, scope, place, report)?;
        return Ok((left, right));
    }
    let checked_left = check(left, scope, place, report);
    match checked_left {
        Ok(left) => {
            let right = expect(right, &left.ty, scope, place, report)?;
            Ok((left, right))
        }
        Err(reported) => {
            // The right side is checked all the same, for its own mistakes, unless it could only be judged by the left.
            if !literal::is_literal(right) && !matches!(right.kind, ast::ExprKind::Name(_)) {
                check(right, scope, place, report)?;
            }
            Err(reported)
        }
    }
}

/// Whether a bare word names nothing in scope, so that it can only be a word of the other side's enum.
fn scope_lacks(expr: &ast::Expr, scope: &Scope<'_>) -> bool {
    matches!(&expr.kind, ast::ExprKind::Name(word)
        if !word.contains('.')
            && !scope.parameters.contains_key(word)
            && !scope.is_field(word))
}

/// A count beside its own baseline is a number like it: `count() > mean(count(), 1h, 7d)`.
fn against_baseline(left: Expr, right: Expr, scope: &Scope<'_>) -> (Expr, Expr) {
    let of_baseline = |expr: &Expr| {
        let mut found = false;
        expr.walk(&mut |part| {
            found |= matches!(part.kind, ExprKind::Aggregate(index) if scope.aggregates[index].earlier.is_some());
        });
        expr.ty == Type::Float && found
    };
    if left.ty == Type::Int && of_baseline(&right) {
        (plain_number(left), right)
    } else if right.ty == Type::Int && of_baseline(&left) {
        (left, plain_number(right))
    } else {
        (left, right)
    }
}

fn compare(
    left: Expr,
    operator: CompareOperator,
    right: Expr,
    symbol: &Spanned<BinaryOperator>,
    span: Span,
    report: &mut Report<'_>,
) -> Outcome<Expr> {
    if left.ty != right.ty {
        let kind = CheckErrorKind::OperandsDiffer {
            operator: symbol.node.symbol(),
            left: (left.ty, left.span),
            right: (right.ty, right.span),
        };
        return report.fail(symbol.span, kind);
    }
    let equality = matches!(operator, CompareOperator::Equal | CompareOperator::NotEqual);
    let comparable = if equality { !matches!(left.ty, Type::Location | Type::Set(_)) } else { left.ty.is_ordered() };
    if !comparable {
        let kind =
            CheckErrorKind::OperatorNotForType { operator: symbol.node.symbol(), ty: left.ty, operand: left.span };
        return report.fail(symbol.span, kind);
    }
    Ok(boolean(ExprKind::Compare(Box::new(left), operator, Box::new(right)), span))
}

#[expect(clippy::too_many_arguments, reason = "an operator, its two operands, and where they stand")]
fn text_test(
    left: &ast::Expr,
    operator: TextOperator,
    right: &ast::Expr,
    symbol: &Spanned<BinaryOperator>,
    span: Span,
    scope: &mut Scope<'_>,
    place: Place,
    report: &mut Report<'_>,
) -> Outcome<Expr> {
    let left = check(left, scope, place, report)?;
    if !left.ty.is_text() {
        let kind =
            CheckErrorKind::OperatorNotForType { operator: symbol.node.symbol(), ty: left.ty, operand: left.span };
        return report.fail(symbol.span, kind);
    }
    let ast::ExprKind::Text(text) = &right.kind else {
        return report.fail(right.span, CheckErrorKind::NotATextLiteral(symbol.node.symbol()));
    };
    if text.is_empty() {
        return report.fail(right.span, CheckErrorKind::EmptyText);
    }
    let text = match operator {
        TextOperator::Matches => pattern(text, &left.ty, right.span, report)?,
        TextOperator::Contains | TextOperator::StartsWith | TextOperator::EndsWith if left.ty == Type::Name => {
            text.to_lowercase()
        }
        TextOperator::Contains | TextOperator::StartsWith | TextOperator::EndsWith => text.clone(),
    };
    Ok(boolean(ExprKind::Text(Box::new(left), operator, text), span))
}

/// A regular expression that compiles. On a `name`, which is folded to lower case, it is made to ignore letter case.
fn pattern(text: &str, ty: &Type, span: Span, report: &mut Report<'_>) -> Outcome<String> {
    if let Err(error) = regex::Regex::new(text) {
        // The crate draws the place over several lines; the last one says what is wrong.
        let text_of_error = error.to_string();
        let reason = text_of_error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        return report.fail(span, CheckErrorKind::BadPattern { text: text.to_owned(), reason });
    }
    Ok(if *ty == Type::Name && !text.starts_with("(?i)") { format!("(?i){text}") } else { text.to_owned() })
}

/// The operands of arithmetic. A literal without a unit meets a number as that number's type; beside a duration it may also
/// be a factor, so it keeps its own type there.
fn numbers(
    left: &ast::Expr,
    operator: ArithmeticOperator,
    right: &ast::Expr,
    scope: &mut Scope<'_>,
    place: Place,
    report: &mut Report<'_>,
) -> Outcome<(Expr, Expr)> {
    let sum = matches!(operator, ArithmeticOperator::Add | ArithmeticOperator::Subtract);
    let measures = |ty: &Type| matches!(ty, Type::Duration | Type::Distance | Type::Speed);
    let adopts = |ty: &Type| *ty == Type::Float || (measures(ty) && sum);
    if literal::is_literal(left) && !literal::is_literal(right) {
        let right = check(right, scope, place, report)?;
        let plain = matches!(left.kind, ast::ExprKind::Int(_)) && adopts(&right.ty);
        let left =
            if plain { expect(left, &right.ty, scope, place, report)? } else { check(left, scope, place, report)? };
        return Ok((left, right));
    }
    let left = check(left, scope, place, report);
    let plain = matches!((&left, &right.kind), (Ok(left), ast::ExprKind::Int(_)) if adopts(&left.ty));
    match left {
        Ok(left) if plain => {
            let right = expect(right, &left.ty.clone(), scope, place, report)?;
            Ok((left, right))
        }
        left => {
            let right = check(right, scope, place, report);
            Ok((left?, right?))
        }
    }
}

fn arithmetic(
    left: Expr,
    operator: ArithmeticOperator,
    right: Expr,
    symbol: &Spanned<BinaryOperator>,
    span: Span,
    report: &mut Report<'_>,
) -> Outcome<Expr> {
    use ArithmeticOperator::{Add, Divide, Multiply, Subtract};
    let ty = match (&left.ty, operator, &right.ty) {
        (Type::Int, Add | Subtract | Multiply, Type::Int) => Type::Int,
        (Type::Int, Divide, Type::Int)
        | (Type::Float, _, Type::Float)
        | (Type::Duration, Divide, Type::Duration)
        | (Type::Distance, Divide, Type::Distance)
        | (Type::Speed, Divide, Type::Speed) => Type::Float,
        (Type::Time, Subtract, Type::Time)
        | (Type::Duration, Add | Subtract, Type::Duration)
        | (Type::Duration, Multiply | Divide, Type::Int | Type::Float)
        | (Type::Int | Type::Float, Multiply, Type::Duration)
        | (Type::Distance, Divide, Type::Speed) => Type::Duration,
        (Type::Time, Add | Subtract, Type::Duration) | (Type::Duration, Add, Type::Time) => Type::Time,
        (Type::Distance, Add | Subtract, Type::Distance)
        | (Type::Distance, Multiply | Divide, Type::Int | Type::Float)
        | (Type::Int | Type::Float, Multiply, Type::Distance)
        | (Type::Speed, Multiply, Type::Duration)
        | (Type::Duration, Multiply, Type::Speed) => Type::Distance,
        (Type::Speed, Add | Subtract, Type::Speed)
        | (Type::Speed, Multiply | Divide, Type::Int | Type::Float)
        | (Type::Int | Type::Float, Multiply, Type::Speed)
        | (Type::Distance, Divide, Type::Duration) => Type::Speed,
        _ => {
            let kind = CheckErrorKind::OperandsDiffer {
                operator: symbol.node.symbol(),
                left: (left.ty, left.span),
                right: (right.ty, right.span),
            };
            return report.fail(symbol.span, kind);
        }
    };
    Ok(measured(left, operator, right, ty, span))
}

/// Arithmetic in inner units: a distance is a number of metres and a speed one of metres a second, so that what meets them
/// is made a number first.
fn measured(left: Expr, operator: ArithmeticOperator, right: Expr, ty: Type, span: Span) -> Expr {
    let measure = |ty: &Type| matches!(ty, Type::Distance | Type::Speed);
    if !measure(&left.ty) && !measure(&right.ty) {
        return arithmetic_of(left, operator, right, ty, span);
    }
    if ty == Type::Duration {
        let seconds = arithmetic_of(left, operator, right, Type::Float, span);
        let second = Expr { kind: ExprKind::Literal(Value::Duration(SECOND)), ty: Type::Duration, span };
        return arithmetic_of(second, ArithmeticOperator::Multiply, seconds, ty, span);
    }
    arithmetic_of(plain_number(left), operator, plain_number(right), ty, span)
}

fn arithmetic_of(left: Expr, operator: ArithmeticOperator, right: Expr, ty: Type, span: Span) -> Expr {
    Expr { kind: ExprKind::Arithmetic(Box::new(left), operator, Box::new(right)), ty, span }
}

/// A duration in seconds, a whole number as a float; anything else as it is.
#[expect(clippy::cast_precision_loss, reason = "a literal beyond 2^53 is not a sensible factor")]
fn plain_number(operand: Expr) -> Expr {
    let span = operand.span;
    let kind = match (&operand.ty, &operand.kind) {
        (Type::Int, ExprKind::Literal(Value::Int(number))) => ExprKind::Literal(Value::Float(*number as f64)),
        (Type::Duration, ExprKind::Literal(Value::Duration(micros))) => {
            ExprKind::Literal(Value::Float(*micros as f64 / 1e6))
        }
        (Type::Int, _) => ExprKind::Call(&library::TO_FLOAT, vec![operand]),
        (Type::Duration, _) => ExprKind::Call(&library::SECONDS, vec![operand]),
        _ => return operand,
    };
    Expr { kind, ty: Type::Float, span }
}
