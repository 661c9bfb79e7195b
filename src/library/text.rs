//! Functions of text.
//!
//! The empty text is the missing text, so what comes out empty is missing: Kusto has no null strings.

use std::sync::Arc;

use super::{Accepts, Example, Function, Lowering, MissingRule, Parameter, Repeats, ResultType};
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
    repeats: Repeats::Nothing,
    result: ResultType::Same,
    missing: MissingRule::Missing,
    kql: Lowering::Call("tolower({0})"),
    spl: Lowering::Call("lower({0})"),
    sql: Lowering::Special,
    eval: |arguments| map_text(arguments, str::to_lowercase),
    examples: &[Example { call: r#"lower("Curl/8.0")"#, gives: r#""curl/8.0""# }],
};

/// `upper`
pub static UPPER: Function = Function {
    name: "upper",
    family: "text",
    summary: "The text in upper case.",
    parameters: &[TEXT],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::String),
    missing: MissingRule::Missing,
    kql: Lowering::Call("toupper({0})"),
    spl: Lowering::Call("upper({0})"),
    sql: Lowering::Special,
    eval: |arguments| map_text(arguments, str::to_uppercase),
    examples: &[Example { call: r#"upper("de")"#, gives: r#""DE""# }],
};

/// `length`
pub static LENGTH: Function = Function {
    name: "length",
    family: "text",
    summary: "The number of characters (Unicode code points).",
    parameters: &[TEXT],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Int),
    missing: MissingRule::Missing,
    kql: Lowering::Call("strlen({0})"),
    spl: Lowering::Call("len({0})"),
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Text(text)] => i64::try_from(text.chars().count()).map_or(Value::Missing, Value::Int),
        _ => Value::Missing,
    },
    examples: &[Example { call: r#"length("café")"#, gives: "4" }],
};

const POSITION: Parameter = Parameter { name: "from", accepts: Accepts::Position, literal: true };

/// A position or length of the targets, which count from 1.
fn position(value: &Value) -> Option<usize> {
    value.as_whole().and_then(|number| usize::try_from(number).ok()).filter(|number| *number > 0)
}

fn present(text: &str) -> Value {
    if text.is_empty() { Value::Missing } else { Value::text(text) }
}

/// `trim`
pub static TRIM: Function = Function {
    name: "trim",
    family: "text",
    summary: "The text without spaces, tabs and line ends around it; missing if nothing is left.",
    parameters: &[TEXT],
    repeats: Repeats::Nothing,
    result: ResultType::Same,
    missing: MissingRule::Missing,
    kql: Lowering::Call(r#"trim(@"[ \t\r\n]+", {0})"#),
    spl: Lowering::Call(r#"nullif(replace({0}, "^[ \\t\\r\\n]+|[ \\t\\r\\n]+$", ""), "")"#),
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Text(text)] => present(text.trim_matches([' ', '\t', '\r', '\n'])),
        _ => Value::Missing,
    },
    examples: &[
        Example { call: r#"trim(" ana ")"#, gives: r#""ana""# },
        Example { call: r#"trim("  ")"#, gives: "missing" },
    ],
};

/// `substring`
pub static SUBSTRING: Function = Function {
    name: "substring",
    family: "text",
    summary: "So many characters from a position on, which counts from 1; missing if the text ends before it.",
    parameters: &[TEXT, POSITION, Parameter { name: "count", accepts: Accepts::Position, literal: true }],
    repeats: Repeats::Nothing,
    result: ResultType::Same,
    missing: MissingRule::Missing,
    kql: Lowering::Call("substring({0}, {1} - 1, {2})"),
    spl: Lowering::Call(r#"nullif(substr({0}, {1}, {2}), "")"#),
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Text(text), from, count] => match (position(from), position(count)) {
            (Some(from), Some(count)) => present(&text.chars().skip(from - 1).take(count).collect::<String>()),
            _ => Value::Missing,
        },
        _ => Value::Missing,
    },
    examples: &[
        Example { call: r#"substring("S-1-5-21", 1, 3)"#, gives: r#""S-1""# },
        Example { call: r#"substring("café", 4, 9)"#, gives: r#""é""# },
        Example { call: r#"substring("café", 5, 1)"#, gives: "missing" },
    ],
};

/// `split_part`
pub static SPLIT_PART: Function = Function {
    name: "split_part",
    family: "text",
    summary: "The n-th part of a text between separators, counted from 1; missing if there is none or it is empty.",
    parameters: &[
        TEXT,
        Parameter { name: "separator", accepts: Accepts::Text, literal: true },
        Parameter { name: "n", accepts: Accepts::Position, literal: true },
    ],
    repeats: Repeats::Nothing,
    result: ResultType::Same,
    missing: MissingRule::Missing,
    kql: Lowering::Call("tostring(split({0}, {1})[{2} - 1])"),
    spl: Lowering::Call(r#"nullif(mvindex(split({0}, {1}), {2} - 1), "")"#),
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Text(text), Value::Text(separator), n] if !separator.is_empty() => {
            let part = position(n).and_then(|n| text.split(separator.as_ref()).nth(n - 1));
            present(part.unwrap_or_default())
        }
        _ => Value::Missing,
    },
    examples: &[
        Example { call: r#"split_part("ana@example.org", "@", 2)"#, gives: r#""example.org""# },
        Example { call: r#"split_part("ana@example.org", "@", 3)"#, gives: "missing" },
        Example { call: r#"split_part("a,,c", ",", 2)"#, gives: "missing" },
    ],
};

/// `concat`
pub static CONCAT: Function = Function {
    name: "concat",
    family: "text",
    summary: "The texts one after the other. A missing one adds nothing; missing if all are missing.",
    parameters: &[Parameter { name: "text", accepts: Accepts::TextOrId, literal: false }],
    repeats: Repeats::Last,
    result: ResultType::Is(Type::String),
    missing: MissingRule::Handles,
    kql: Lowering::Call("strcat({*})"),
    // Adding fields with a dot is null as soon as one of them is; a list of values leaves nulls out.
    spl: Lowering::Call(r#"mvjoin(mvappend({*}), "")"#),
    sql: Lowering::Special,
    eval: |arguments| present(&arguments.iter().filter_map(Value::as_text).collect::<String>()),
    examples: &[
        Example { call: r#"concat("a", "/", "b")"#, gives: r#""a/b""# },
        Example { call: r#"concat(trim(" "), "b")"#, gives: r#""b""# },
        Example { call: r#"concat(trim(" "), trim(" "))"#, gives: "missing" },
    ],
};
