//! The functions of the language, each defined once: signature, meaning, lowering per target, evaluation, examples.
//!
//! Forgetting a target does not compile. The examples are the reference documentation and the tests.

pub mod agent;
pub mod aggregate;
mod choice;
pub mod geography;
mod network;
mod number;
pub mod operator;
pub mod pattern;
mod set;
mod text;
mod time;
mod url;

use crate::types::Type;
use crate::value::Value;

pub use choice::CASE;
pub use geography::LOCATION_TEXT;
pub use number::TO_FLOAT;
pub use time::SECONDS;

/// A scalar function.
#[derive(Debug)]
pub struct Function {
    /// `path_segment`
    pub name: &'static str,
    /// The section of the reference that it stands in: `text`, `url`, `network`, `time`, `number`, `geography`, `choice`, `set`.
    pub family: &'static str,
    /// One sentence: what it gives.
    pub summary: &'static str,
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// Which of its parameters may be given several times.
    pub repeats: Repeats,
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

/// Which parameters of a function may be given several times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// None.
    Nothing,
    /// The last one.
    Last,
    /// The first two, as pairs; the third may be left out.
    Pairs,
}

impl Function {
    /// The parameter that an argument is for, of so many.
    #[must_use]
    pub fn parameter(&self, index: usize, of: usize) -> &'static Parameter {
        let last = self.parameters.len() - 1;
        &self.parameters[match self.repeats {
            Repeats::Nothing | Repeats::Last => index.min(last),
            Repeats::Pairs if index + 1 == of && of % 2 == 1 => last,
            Repeats::Pairs => index % 2,
        }]
    }

    /// Whether it can be called with so many arguments.
    #[must_use]
    pub fn takes(&self, given: usize) -> bool {
        match self.repeats {
            Repeats::Nothing => given == self.parameters.len(),
            Repeats::Last => given >= self.parameters.len(),
            Repeats::Pairs => given >= 2,
        }
    }

    /// `coalesce(a, b, …)`, where `write` spells a parameter.
    pub fn signature(&self, write: impl FnMut(&Parameter) -> String) -> String {
        let mut parameters: Vec<String> = self.parameters.iter().map(write).collect();
        match self.repeats {
            Repeats::Nothing => {}
            Repeats::Last => parameters.push("…".to_owned()),
            Repeats::Pairs => parameters.insert(2, "…".to_owned()),
        }
        format!("{}({})", self.name, parameters.join(", "))
    }
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
    /// A literal number of degrees from -90 to 90.
    Latitude,
    /// A literal number of degrees from -180 to 180.
    Longitude,
    /// A literal `int`: how many bits of an address are its network, from 1 to so many, a multiple of the second number.
    Prefix(u8, u8),
    /// A set; all parameters with this take sets of one type.
    Set,
    /// Any type but `location`, the same for all parameters with this: it is the function's `T`.
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

impl ResultType {
    /// Whether it is the type of the arguments.
    #[must_use]
    pub fn is_same(&self) -> bool {
        match self {
            Self::Is(_) => false,
            Self::Same => true,
        }
    }
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
    &url::PATH_TEMPLATE,
    &agent::USER_AGENT_FAMILY,
    &agent::USER_AGENT_OS,
    &network::IS_PRIVATE,
    &network::IS_IPV4,
    &network::IS_IPV6,
    &network::NETWORK,
    &time::HOUR,
    &time::DAY_OF_WEEK,
    &time::START_OF_HOUR,
    &time::START_OF_DAY,
    &time::SECONDS,
    &number::ABS,
    &number::FLOOR,
    &number::CEILING,
    &number::TO_FLOAT,
    &geography::POINT,
    &geography::DISTANCE,
    &geography::SPEED,
    &geography::LOCATION_TEXT,
    &choice::IF,
    &choice::CASE,
    &choice::COALESCE,
    &set::OVERLAP,
    &set::DISJOINT,
];

/// The function of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().copied().find(|function| function.name == name)
}
