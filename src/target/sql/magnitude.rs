//! How large a number can get: what stays within 64 bits is written plainly, the rest with a guard, because the engines wrap
//! around or fail where the language has a missing value.

use crate::library::aggregate::AggregateFunction;
use crate::plan::expr::ArithmeticOperator;
use crate::plan::{Expr, ExprKind, Plan};
use crate::types::Type;
use crate::value::Value;

/// Below this a float becomes a whole number.
pub const WHOLE: f64 = 9.2e18;
/// Below this a whole number fits 32 bits.
pub const SHORT: f64 = 2e9;
/// More than any 64 bits say.
const BEYOND: f64 = 9.3e18;
/// The years -9999 to 9999 in microseconds.
const TIMES: f64 = 4e17;
/// More events than there are, and more characters than a text has.
const COUNTS: f64 = 1e12;

/// The largest value without its sign.
#[expect(clippy::cast_precision_loss, reason = "a bound")]
pub fn most(plan: &Plan, expr: &Expr) -> f64 {
    match &expr.kind {
        ExprKind::Literal(Value::Int(number) | Value::Time(number) | Value::Duration(number)) => {
            number.unsigned_abs() as f64
        }
        ExprKind::Literal(Value::Float(number)) => number.abs(),
        ExprKind::Aggregate(index) => of_aggregate(plan, *index),
        ExprKind::Arithmetic(left, operator, right) => {
            of_arithmetic(plan, left, *operator, right).min(of_type(&expr.ty))
        }
        ExprKind::Call(function, arguments) => of_call(plan, function.name, arguments).min(of_type(&expr.ty)),
        ExprKind::Literal(_)
        | ExprKind::Field(_)
        | ExprKind::Of(..)
        | ExprKind::Not(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Compare(..)
        | ExprKind::Text(..)
        | ExprKind::InValues(..)
        | ExprKind::InNetworks(..)
        | ExprKind::InList(..)
        | ExprKind::IsMissing(_)
        | ExprKind::ContainsSet { .. } => of_type(&expr.ty),
    }
}

/// The same of `left OPERATOR right`, as if it could have any size.
pub fn of_arithmetic(plan: &Plan, left: &Expr, operator: ArithmeticOperator, right: &Expr) -> f64 {
    let (one, other) = (most(plan, left), most(plan, right));
    match operator {
        ArithmeticOperator::Add | ArithmeticOperator::Subtract => one + other,
        ArithmeticOperator::Multiply => one * other,
        ArithmeticOperator::Divide => one / least(right),
    }
}

/// The smallest value other than 0, without its sign.
#[expect(clippy::cast_precision_loss, reason = "a bound")]
fn least(expr: &Expr) -> f64 {
    let number = match expr.kind {
        ExprKind::Literal(Value::Float(number)) => number.abs(),
        ExprKind::Literal(Value::Int(number) | Value::Duration(number)) => number.unsigned_abs() as f64,
        ExprKind::Literal(_)
        | ExprKind::Field(_)
        | ExprKind::Of(..)
        | ExprKind::Aggregate(_)
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
        | ExprKind::Call(..) => 0.0,
    };
    let smallest = if is_whole(&expr.ty) { 1.0 } else { f64::from_bits(1) };
    if number > 0.0 { number } else { smallest }
}

/// Whether values of a type are whole numbers in a query.
pub fn is_whole(ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Time | Type::Duration | Type::Asn)
}

fn of_type(ty: &Type) -> f64 {
    match ty {
        Type::Time => TIMES,
        Type::Int | Type::Duration | Type::Asn => BEYOND,
        Type::String
        | Type::Name
        | Type::Float
        | Type::Bool
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Location
        | Type::Distance
        | Type::Speed
        | Type::Enum(_)
        | Type::Id(..)
        | Type::Set(_) => f64::INFINITY,
    }
}

fn of_aggregate(plan: &Plan, index: usize) -> f64 {
    let aggregate = &plan.aggregates[index];
    match aggregate.function {
        AggregateFunction::Count
        | AggregateFunction::Distinct
        | AggregateFunction::Hops
        | AggregateFunction::Mean
        | AggregateFunction::Deviation => COUNTS,
        AggregateFunction::Ratio | AggregateFunction::Prevalence => 1.0,
        AggregateFunction::Span => 2.0 * TIMES,
        AggregateFunction::Min
        | AggregateFunction::Max
        | AggregateFunction::Avg
        | AggregateFunction::First
        | AggregateFunction::Last => aggregate
            .argument
            .as_ref()
            .map_or(f64::INFINITY, |argument| most(plan, argument))
            .min(of_type(&aggregate.ty)),
        AggregateFunction::Sum | AggregateFunction::Values | AggregateFunction::Any | AggregateFunction::All => {
            of_type(&aggregate.ty)
        }
    }
}

fn of_call(plan: &Plan, name: &str, arguments: &[Expr]) -> f64 {
    let largest = || arguments.iter().filter(|one| one.ty != Type::Bool).map(|one| most(plan, one)).fold(0.0, f64::max);
    match name {
        // Half the way around the earth, in metres; the same within a microsecond.
        "distance" => 2.1e7,
        "speed" => 2.1e13,
        "length" => COUNTS,
        "hour" | "day_of_week" => 24.0,
        "abs" | "floor" | "to_float" | "if" | "case" | "coalesce" => largest(),
        "ceiling" => largest() + 1.0,
        "seconds" => largest() / 1e6,
        _ => f64::INFINITY,
    }
}
