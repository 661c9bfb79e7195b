//! The functions of the language, each defined once: signature, meaning, lowering per target, evaluation, examples.
//!
//! Forgetting a target does not compile. The examples are the reference documentation and the tests.

pub mod aggregate;
mod choice;
mod network;
mod number;
mod text;
mod time;
mod url;

use crate::types::Type;
use crate::value::Value;

/// A scalar function.
#[derive(Debug)]
pub struct Function {
    /// `path_segment`
    pub name: &'static str,
    /// The section of the reference that it stands in: `text`, `url`, `network`, `time`, `number`, `choice`.
    pub family: &'static str,
    /// One sentence: what it gives.
    pub summary: &'static str,
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// Whether the last parameter may be repeated.
    pub variadic: bool,
    /// What it gives.
    pub result: ResultType,
    /// What a missing argument does.
    pub missing: MissingRule,
    /// Kusto.
    pub kql: Lowering,
    /// Splunk eval.
    pub spl: Lowering,
    /// SQL.
    pub sql: Lowering,
    /// The local evaluator. Arguments have the declared types; with [`MissingRule::Missing`] none is missing.
    pub eval: fn(&[Value]) -> Value,
    /// Calls and results, both in the language: documentation and tests.
    pub examples: &'static [Example],
}

/// A parameter of a function.
#[derive(Debug)]
pub struct Parameter {
    /// For messages and documentation.
    pub name: &'static str,
    /// What is accepted.
    pub accepts: Accepts,
    /// Whether the argument must be a literal.
    pub literal: bool,
}

/// What a parameter accepts.
#[derive(Debug)]
pub enum Accepts {
    /// `string` or `name`.
    Text,
    /// `string`, `name` or an identifier.
    TextOrId,
    /// `int`.
    Int,
    /// A literal `int` of at least 1: positions and lengths count from 1 on every target.
    Position,
    /// `int` or `float`, or a quantity.
    Number,
    /// `bool`.
    Bool,
    /// `time`.
    Time,
    /// `duration`.
    Duration,
    /// `ip`.
    Ip,
    /// `location`.
    Location,
    /// Any type, the same for all parameters with this: it is the function's `T`.
    Same,
}

/// The type of a call.
#[derive(Debug)]
pub enum ResultType {
    /// Always this.
    Is(Type),
    /// That of the parameters with [`Accepts::Same`], or with [`Accepts::Number`] and [`Accepts::Text`] of the first argument.
    Same,
}

/// What a missing argument does to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingRule {
    /// The result is missing (false for a `bool`).
    Missing,
    /// The function looks at it itself.
    Handles,
}

/// How a call is written on a target.
#[derive(Debug)]
pub enum Lowering {
    /// A template: `{0}` is the first argument's text, put in parentheses where the template's place binds tighter than the
    /// argument; `{*}` all of them with commas. The whole counts as an atom (a call).
    Call(&'static str),
    /// The same, but what comes out must be put in parentheses next to any operator.
    Loose(&'static str),
    /// Written by the writer itself, under this function's name, because a template cannot say it.
    Special,
    /// Not on this target, and why, and what to do instead.
    Unsupported(&'static str),
}

/// A call and what it gives, both in the language.
#[derive(Debug)]
pub struct Example {
    /// `path_segment("/v1.0/users/1", 2)`
    pub call: &'static str,
    /// `"users"`, or `missing`
    pub gives: &'static str,
}

/// All functions, in the order of the reference.
pub static FUNCTIONS: &[&Function] = &[
    &text::LOWER,
    &text::UPPER,
    &text::LENGTH,
    &text::TRIM,
    &text::SUBSTRING,
    &text::SPLIT_PART,
    &text::CONCAT,
    &url::URL_HOST,
    &url::URL_PATH,
    &url::PATH_SEGMENT,
    &network::IS_PRIVATE,
    &network::IS_IPV4,
    &network::IS_IPV6,
    &time::HOUR,
    &time::DAY_OF_WEEK,
    &time::START_OF_HOUR,
    &time::START_OF_DAY,
    &number::ABS,
    &number::FLOOR,
    &number::CEILING,
    &number::TO_FLOAT,
    &choice::IF,
    &choice::COALESCE,
];

/// The function of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().copied().find(|function| function.name == name)
}
