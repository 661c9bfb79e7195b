//! Arithmetic on values. The checker has made sure that the types go together; what overflows or divides by nothing is missing.

use crate::plan::expr::ArithmeticOperator;
use crate::value::Value;

/// `left OPERATOR right`.
pub fn apply(left: &Value, operator: ArithmeticOperator, right: &Value) -> Value {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => of_ints(*a, operator, *b),
        (Value::Float(a), Value::Float(b)) => of_floats(*a, operator, *b).map_or(Value::Missing, Value::Float),
        (Value::Time(a), Value::Time(b)) if operator == ArithmeticOperator::Subtract => {
            a.checked_sub(*b).map_or(Value::Missing, Value::Duration)
        }
        (Value::Time(a), Value::Duration(b)) | (Value::Duration(b), Value::Time(a)) => {
            sum(*a, operator, *b).map_or(Value::Missing, Value::Time)
        }
        (Value::Duration(a), Value::Duration(b)) if operator == ArithmeticOperator::Divide => {
            of_floats(float(*a), operator, float(*b)).map_or(Value::Missing, Value::Float)
        }
        (Value::Duration(a), Value::Duration(b)) => sum(*a, operator, *b).map_or(Value::Missing, Value::Duration),
        (Value::Duration(a), Value::Int(b)) => scaled(*a, operator, float(*b)),
        (Value::Duration(a), Value::Float(b)) => scaled(*a, operator, *b),
        (Value::Int(a), Value::Duration(b)) => scaled(*b, operator, float(*a)),
        (Value::Float(a), Value::Duration(b)) => scaled(*b, operator, *a),
        _ => Value::Missing,
    }
}

#[expect(clippy::cast_precision_loss, reason = "beyond 2^53 a ratio does not need the last digits")]
fn float(number: i64) -> f64 {
    number as f64
}

fn of_ints(a: i64, operator: ArithmeticOperator, b: i64) -> Value {
    match operator {
        ArithmeticOperator::Add => a.checked_add(b).map_or(Value::Missing, Value::Int),
        ArithmeticOperator::Subtract => a.checked_sub(b).map_or(Value::Missing, Value::Int),
        ArithmeticOperator::Multiply => a.checked_mul(b).map_or(Value::Missing, Value::Int),
        ArithmeticOperator::Divide => of_floats(float(a), operator, float(b)).map_or(Value::Missing, Value::Float),
    }
}

fn of_floats(a: f64, operator: ArithmeticOperator, b: f64) -> Option<f64> {
    let result = match operator {
        ArithmeticOperator::Add => a + b,
        ArithmeticOperator::Subtract => a - b,
        ArithmeticOperator::Multiply => a * b,
        ArithmeticOperator::Divide => a / b,
    };
    // Adding zero turns -0 to 0: there is one zero.
    result.is_finite().then_some(result + 0.0)
}

fn sum(a: i64, operator: ArithmeticOperator, b: i64) -> Option<i64> {
    match operator {
        ArithmeticOperator::Add => a.checked_add(b),
        ArithmeticOperator::Subtract => a.checked_sub(b),
        ArithmeticOperator::Multiply | ArithmeticOperator::Divide => None,
    }
}

/// A duration times or by a number, rounded to whole microseconds.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn scaled(micros: i64, operator: ArithmeticOperator, factor: f64) -> Value {
    match of_floats(float(micros), operator, factor) {
        Some(result) if result.abs() < 9.2e18 => Value::Duration(result.round() as i64),
        _ => Value::Missing,
    }
}
