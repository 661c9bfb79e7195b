//! Functions of sets, such as what `values` gives. Their examples are over the events of the aggregates' examples.

use super::{Accepts, Example, Function, Lowering, MissingRule, Parameter, Repeats, ResultType};
use crate::types::Type;
use crate::value::Value;

const SETS: &[Parameter] = &[
    Parameter { name: "set", accepts: Accepts::Set, literal: false },
    Parameter { name: "other", accepts: Accepts::Set, literal: false },
];

/// How two sets lie to each other: sorted, as sets are.
fn share_a_value(one: &[Value], other: &[Value]) -> bool {
    one.iter().any(|value| other.binary_search(value).is_ok())
}

/// `overlap`
pub static OVERLAP: Function = Function {
    name: "overlap",
    family: "set",
    summary: "Whether two sets share a value.",
    parameters: SETS,
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Bool),
    missing: MissingRule::Handles,
    kql: Lowering::Loose("array_length(set_intersect({0}, {1})) > 0"),
    spl: Lowering::Special,
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Set(one), Value::Set(other)] => Value::Bool(share_a_value(one, other)),
        _ => Value::Bool(false),
    },
    examples: &[
        Example { call: "overlap(values(ip, result == success), values(ip, result == failure))", gives: "true" },
        Example { call: "overlap(values(country, bytes > 20), values(country, bytes <= 20))", gives: "false" },
        Example { call: "overlap(values(country), values(country, bytes > 100))", gives: "false" },
    ],
};

/// `disjoint`
pub static DISJOINT: Function = Function {
    name: "disjoint",
    family: "set",
    summary: "Whether two sets have values, both of them, and share none.",
    parameters: SETS,
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Bool),
    missing: MissingRule::Handles,
    kql: Lowering::Loose(
        "array_length({0}) > 0 and array_length({1}) > 0 and array_length(set_intersect({0}, {1})) == 0",
    ),
    spl: Lowering::Special,
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Set(one), Value::Set(other)] => {
            Value::Bool(!one.is_empty() && !other.is_empty() && !share_a_value(one, other))
        }
        _ => Value::Bool(false),
    },
    examples: &[
        Example { call: "disjoint(values(country, bytes > 20), values(country, bytes <= 20))", gives: "true" },
        Example { call: "disjoint(values(ip, result == success), values(ip, result == failure))", gives: "false" },
        Example { call: "disjoint(values(country), values(country, bytes > 100))", gives: "false" },
    ],
};
