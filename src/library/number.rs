//! Functions of numbers.

use super::{Accepts, Example, Function, Lowering, MissingRule, Parameter, Repeats, ResultType};
use crate::types::Type;
use crate::value::Value;

const NUMBER: Parameter = Parameter { name: "number", accepts: Accepts::Number, literal: false };

/// A float that is a whole number as such; missing beyond what an `int` holds.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn whole(number: f64) -> Value {
    if number.abs() < 9.2e18 { Value::Int(number as i64) } else { Value::Missing }
}

fn rounded(arguments: &[Value], round: impl Fn(f64) -> f64) -> Value {
    match arguments {
        [Value::Int(number)] => Value::Int(*number),
        [Value::Float(number)] => whole(round(*number)),
        _ => Value::Missing,
    }
}

/// `abs`
pub static ABS: Function = Function {
    name: "abs",
    family: "number",
    summary: "The number without its sign.",
    parameters: &[NUMBER],
    repeats: Repeats::Nothing,
    result: ResultType::Same,
    missing: MissingRule::Missing,
    kql: Lowering::Call("abs({0})"),
    spl: Lowering::Call("abs({0})"),
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Int(number)] => number.checked_abs().map_or(Value::Missing, Value::Int),
        [Value::Float(number)] => Value::Float(number.abs()),
        _ => Value::Missing,
    },
    examples: &[Example { call: "abs(-3)", gives: "3" }, Example { call: "abs(-0.5)", gives: "0.5" }],
};

/// `floor`
pub static FLOOR: Function = Function {
    name: "floor",
    family: "number",
    summary: "The largest whole number that is not above it.",
    parameters: &[NUMBER],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Int),
    missing: MissingRule::Missing,
    kql: Lowering::Call("tolong(floor({0}, 1))"),
    spl: Lowering::Call("floor({0})"),
    sql: Lowering::Special,
    eval: |arguments| rounded(arguments, f64::floor),
    examples: &[Example { call: "floor(2.9)", gives: "2" }, Example { call: "floor(-2.1)", gives: "-3" }],
};

/// `ceiling`
pub static CEILING: Function = Function {
    name: "ceiling",
    family: "number",
    summary: "The smallest whole number that is not below it.",
    parameters: &[NUMBER],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Int),
    missing: MissingRule::Missing,
    kql: Lowering::Call("tolong(ceiling({0}))"),
    spl: Lowering::Call("ceiling({0})"),
    sql: Lowering::Special,
    eval: |arguments| rounded(arguments, f64::ceil),
    examples: &[Example { call: "ceiling(2.1)", gives: "3" }],
};

/// `to_float`
pub static TO_FLOAT: Function = Function {
    name: "to_float",
    family: "number",
    summary: "A whole number as a `float`, to compare it with one.",
    parameters: &[NUMBER],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Float),
    missing: MissingRule::Missing,
    kql: Lowering::Call("todouble({0})"),
    spl: Lowering::Loose("{0}"),
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        #[expect(clippy::cast_precision_loss, reason = "that is what the conversion means")]
        [Value::Int(number)] => Value::Float(*number as f64),
        [Value::Float(number)] => Value::Float(*number),
        _ => Value::Missing,
    },
    examples: &[Example { call: "to_float(3)", gives: "3.0" }],
};
