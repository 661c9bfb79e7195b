//! Functions that choose between values.

use super::{Accepts, Example, Function, Lowering, MissingRule, Parameter, Repeats, ResultType};
use crate::value::Value;

const SAME: Parameter = Parameter { name: "value", accepts: Accepts::Same, literal: false };
const OTHERWISE: Parameter = Parameter { name: "otherwise", accepts: Accepts::Same, literal: false };

/// `if`
pub static IF: Function = Function {
    name: "if",
    family: "choice",
    summary: "The second argument where the condition holds, otherwise the third.",
    parameters: &[Parameter { name: "condition", accepts: Accepts::Bool, literal: false }, SAME, SAME],
    repeats: Repeats::Nothing,
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

/// `case`
pub static CASE: Function = Function {
    name: "case",
    family: "choice",
    summary: "The value behind the first condition that holds; otherwise the last argument, or missing if none is left over.",
    parameters: &[Parameter { name: "condition", accepts: Accepts::Bool, literal: false }, SAME, OTHERWISE],
    repeats: Repeats::Pairs,
    result: ResultType::Same,
    missing: MissingRule::Handles,
    kql: Lowering::Special,
    spl: Lowering::Special,
    sql: Lowering::Special,
    eval: |arguments| {
        let found = arguments.chunks(2).find_map(|pair| match pair {
            [condition, value] => condition.is_true().then_some(value),
            [otherwise] => Some(otherwise),
            _ => None,
        });
        found.cloned().unwrap_or_default()
    },
    examples: &[
        Example { call: r#"case(1 > 2, "a", 2 > 1, "b", "c")"#, gives: r#""b""# },
        Example { call: r#"case(1 > 2, "a", 2 > 3, "b", "c")"#, gives: r#""c""# },
        Example { call: r#"case(1 > 2, "a")"#, gives: "missing" },
    ],
};

/// `coalesce`
pub static COALESCE: Function = Function {
    name: "coalesce",
    family: "choice",
    summary: "The first argument that is not missing.",
    parameters: &[SAME],
    repeats: Repeats::Last,
    result: ResultType::Same,
    missing: MissingRule::Handles,
    kql: Lowering::Call("coalesce({*})"),
    spl: Lowering::Call("coalesce({*})"),
    sql: Lowering::Call("coalesce({*})"),
    eval: |arguments| arguments.iter().find(|argument| !argument.is_missing()).cloned().unwrap_or_default(),
    examples: &[Example { call: r#"coalesce("a", "b")"#, gives: r#""a""# }],
};
