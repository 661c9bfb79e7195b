//! Functions that choose between values.

use super::{Accepts, Example, Function, Lowering, MissingRule, Parameter, ResultType};
use crate::value::Value;

const SAME: Parameter = Parameter { name: "value", accepts: Accepts::Same, literal: false };

/// `if`
pub static IF: Function = Function {
    name: "if",
    family: "choice",
    summary: "The second argument where the condition holds, otherwise the third.",
    parameters: &[Parameter { name: "condition", accepts: Accepts::Bool, literal: false }, SAME, SAME],
    variadic: false,
    result: ResultType::Same,
    missing: MissingRule::Handles,
    kql: Lowering::Call("iff({0}, {1}, {2})"),
    spl: Lowering::Call("if({0}, {1}, {2})"),
    sql: Lowering::Call("CASE WHEN {0} THEN {1} ELSE {2} END"),
    eval: |arguments| match arguments {
        [condition, then, otherwise] => {
            if condition.is_true() {
                then.clone()
            } else {
                otherwise.clone()
            }
        }
        _ => Value::Missing,
    },
    examples: &[Example { call: r#"if(1 < 2, "a", "b")"#, gives: r#""a""# }],
};

/// `coalesce`
pub static COALESCE: Function = Function {
    name: "coalesce",
    family: "choice",
    summary: "The first argument that is not missing.",
    parameters: &[SAME],
    variadic: true,
    result: ResultType::Same,
    missing: MissingRule::Handles,
    kql: Lowering::Call("coalesce({*})"),
    spl: Lowering::Call("coalesce({*})"),
    sql: Lowering::Call("coalesce({*})"),
    eval: |arguments| arguments.iter().find(|argument| !argument.is_missing()).cloned().unwrap_or_default(),
    examples: &[Example { call: r#"coalesce("a", "b")"#, gives: r#""a""# }],
};
