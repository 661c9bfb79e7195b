//! Functions of text.

use std::sync::Arc;

use super::{Accepts, Example, Function, Lowering, MissingRule, Parameter, ResultType};
use crate::types::Type;
use crate::value::Value;

const TEXT: Parameter = Parameter { name: "text", accepts: Accepts::Text, literal: false };

fn map_text(arguments: &[Value], map: impl Fn(&str) -> String) -> Value {
    match arguments {
        [Value::Text(text)] => Value::Text(Arc::from(map(text))),
        _ => Value::Missing,
    }
}

/// `lower`
pub static LOWER: Function = Function {
    name: "lower",
    family: "text",
    summary: "The text in lower case.",
    parameters: &[TEXT],
    variadic: false,
    result: ResultType::Same,
    missing: MissingRule::Missing,
    kql: Lowering::Call("tolower({0})"),
    spl: Lowering::Call("lower({0})"),
    sql: Lowering::Call("lower({0})"),
    eval: |arguments| map_text(arguments, str::to_lowercase),
    examples: &[Example { call: r#"lower("Curl/8.0")"#, gives: r#""curl/8.0""# }],
};

/// `upper`
pub static UPPER: Function = Function {
    name: "upper",
    family: "text",
    summary: "The text in upper case.",
    parameters: &[TEXT],
    variadic: false,
    result: ResultType::Is(Type::String),
    missing: MissingRule::Missing,
    kql: Lowering::Call("toupper({0})"),
    spl: Lowering::Call("upper({0})"),
    sql: Lowering::Call("upper({0})"),
    eval: |arguments| map_text(arguments, str::to_uppercase),
    examples: &[Example { call: r#"upper("de")"#, gives: r#""DE""# }],
};

/// `length`
pub static LENGTH: Function = Function {
    name: "length",
    family: "text",
    summary: "The number of characters (Unicode code points).",
    parameters: &[TEXT],
    variadic: false,
    result: ResultType::Is(Type::Int),
    missing: MissingRule::Missing,
    kql: Lowering::Call("strlen({0})"),
    spl: Lowering::Call("len({0})"),
    sql: Lowering::Call("length({0})"),
    eval: |arguments| match arguments {
        [Value::Text(text)] => i64::try_from(text.chars().count()).map_or(Value::Missing, Value::Int),
        _ => Value::Missing,
    },
    examples: &[Example { call: r#"length("café")"#, gives: "4" }],
};
