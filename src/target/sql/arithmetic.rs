//! Arithmetic: what overflows or divides by nothing is missing.

use crate::plan::expr::ArithmeticOperator;
use crate::plan::{Expr, ExprKind};
use crate::target::fragment::{Fragment, Strength};
use crate::types::Type;
use crate::value::Value;

use super::dialect::Dialect;
use super::expr::Scope;
use super::magnitude::{self, is_whole};

/// `left OPERATOR right`, of a type.
pub fn written(scope: &Scope<'_>, whole: &Expr, left: &Expr, operator: ArithmeticOperator, right: &Expr) -> Fragment {
    let most = magnitude::of_arithmetic(scope.plan, left, operator, right);
    let is_product = matches!(operator, ArithmeticOperator::Multiply | ArithmeticOperator::Divide);
    // A duration times or by a number is rounded once.
    if is_whole(&left.ty) && is_whole(&whole.ty) && (!is_product || whole.ty == Type::Int) {
        return of_whole(scope, left, operator, right, most);
    }
    let (one, other) = (real(scope, left), real(scope, right));
    let (sign, strength) = symbol(operator);
    let second = if strength == Strength::Sum { Strength::Product } else { Strength::Atom };
    let text = if operator == ArithmeticOperator::Divide {
        format!("{} / nullif({}, 0)", one.at(strength), other.text)
    } else {
        format!("{} {sign} {}", one.at(strength), other.at(second))
    };
    if whole.ty == Type::Duration {
        return Fragment::atom(rounded(scope, &text, most));
    }
    if most.is_finite() { Fragment::new(text, strength) } else { Fragment::atom(scope.dialect.finite(&text)) }
}

fn symbol(operator: ArithmeticOperator) -> (&'static str, Strength) {
    match operator {
        ArithmeticOperator::Add => ("+", Strength::Sum),
        ArithmeticOperator::Subtract => ("-", Strength::Sum),
        ArithmeticOperator::Multiply => ("*", Strength::Product),
        ArithmeticOperator::Divide => ("/", Strength::Product),
    }
}

fn of_whole(scope: &Scope<'_>, left: &Expr, operator: ArithmeticOperator, right: &Expr, most: f64) -> Fragment {
    let dialect = scope.dialect;
    let (mut one, other) = (scope.value(left), scope.value(right));
    if most >= magnitude::SHORT && !is_long(left) && !is_long(right) {
        one = Fragment::atom(format!("CAST({} AS {})", one.text, dialect.whole()));
    }
    let (sign, strength) = symbol(operator);
    let second = if strength == Strength::Sum { Strength::Product } else { Strength::Atom };
    let plain = format!("{} {sign} {}", one.at(strength), other.at(second));
    if most < magnitude::WHOLE {
        return Fragment::new(plain, strength);
    }
    Fragment::atom(match dialect {
        Dialect::DuckDb => format!("TRY({plain})"),
        Dialect::Spark => {
            let function = match operator {
                ArithmeticOperator::Add => "try_add",
                ArithmeticOperator::Subtract => "try_subtract",
                ArithmeticOperator::Multiply | ArithmeticOperator::Divide => "try_multiply",
            };
            format!("{function}({}, {})", one.text, other.text)
        }
        Dialect::ClickHouse => dialect.try_whole(&format!("toInt128({}) {sign} toInt128({})", one.text, other.text)),
    })
}

/// Whether a value is of 64 bits for sure. Small literals are of fewer, and so may be what is made of them.
fn is_long(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Field(_) | ExprKind::Of(..) | ExprKind::Aggregate(_) => true,
        ExprKind::Literal(Value::Int(number) | Value::Time(number) | Value::Duration(number)) => {
            i32::try_from(*number).is_err()
        }
        ExprKind::Literal(_)
        | ExprKind::Not(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Compare(..)
        | ExprKind::Text(..)
        | ExprKind::InValues(..)
        | ExprKind::InNetworks(..)
        | ExprKind::InList(..)
        | ExprKind::IsMissing(_)
        | ExprKind::ContainsSet { .. }
        | ExprKind::Arithmetic(..)
        | ExprKind::Call(..) => false,
    }
}

/// A number as a float.
pub fn real(scope: &Scope<'_>, expr: &Expr) -> Fragment {
    let value = scope.value(expr);
    if is_whole(&expr.ty) { Fragment::atom(format!("CAST({} AS {})", value.text, scope.dialect.real())) } else { value }
}

/// The nearest whole number of a float that is at most so large.
fn rounded(scope: &Scope<'_>, text: &str, most: f64) -> String {
    let rounded = scope.dialect.as_whole(&scope.dialect.round(text));
    if most < magnitude::WHOLE {
        return rounded;
    }
    format!("CASE WHEN abs({text}) < {:e} THEN {rounded} END", magnitude::WHOLE)
}
