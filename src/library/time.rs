//! Functions of time. All of them see UTC.

use super::{Accepts, Example, Function, Lowering, MissingRule, Parameter, Repeats, ResultType};
use crate::types::Type;
use crate::value::Value;

const TIME: Parameter = Parameter { name: "time", accepts: Accepts::Time, literal: false };
const HOUR_MICROS: i64 = 3_600_000_000;
const DAY_MICROS: i64 = 24 * HOUR_MICROS;

fn from_time(arguments: &[Value], value: impl Fn(i64) -> Value) -> Value {
    match arguments {
        [Value::Time(micros)] => value(*micros),
        _ => Value::Missing,
    }
}

/// `hour`
pub static HOUR: Function = Function {
    name: "hour",
    family: "time",
    summary: "The hour of the day in UTC, 0 to 23.",
    parameters: &[TIME],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Int),
    missing: MissingRule::Missing,
    kql: Lowering::Call("hourofday({0})"),
    spl: Lowering::Call("floor(({0} - 86400 * floor({0} / 86400)) / 3600)"),
    sql: Lowering::Special,
    eval: |arguments| from_time(arguments, |micros| Value::Int(micros.rem_euclid(DAY_MICROS) / HOUR_MICROS)),
    examples: &[Example { call: "hour(2026-01-05T08:59:59Z)", gives: "8" }],
};

/// `day_of_week`
pub static DAY_OF_WEEK: Function = Function {
    name: "day_of_week",
    family: "time",
    summary: "The day of the week in UTC as ISO 8601 counts: 1 is Monday, 7 is Sunday.",
    parameters: &[TIME],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Int),
    missing: MissingRule::Missing,
    kql: Lowering::Loose("toint((dayofweek({0}) + 6d) / 1d) % 7 + 1"),
    spl: Lowering::Loose("(floor({0} / 86400) + 3) % 7 + 1"),
    sql: Lowering::Special,
    // 1970-01-01 was a Thursday.
    eval: |arguments| from_time(arguments, |micros| Value::Int((micros.div_euclid(DAY_MICROS) + 3).rem_euclid(7) + 1)),
    examples: &[
        Example { call: "day_of_week(2026-01-05T08:00:00Z)", gives: "1" },
        Example { call: "day_of_week(2026-01-04T23:59:59Z)", gives: "7" },
    ],
};

/// `start_of_hour`
pub static START_OF_HOUR: Function = Function {
    name: "start_of_hour",
    family: "time",
    summary: "The time cut to its hour in UTC.",
    parameters: &[TIME],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Time),
    missing: MissingRule::Missing,
    kql: Lowering::Call("bin({0}, 1h)"),
    spl: Lowering::Loose("3600 * floor({0} / 3600)"),
    sql: Lowering::Special,
    eval: |arguments| from_time(arguments, |micros| Value::Time(micros - micros.rem_euclid(HOUR_MICROS))),
    examples: &[Example { call: "start_of_hour(2026-01-05T08:59:59Z)", gives: "2026-01-05T08:00:00Z" }],
};

/// `start_of_day`
pub static START_OF_DAY: Function = Function {
    name: "start_of_day",
    family: "time",
    summary: "The time cut to its day in UTC.",
    parameters: &[TIME],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Time),
    missing: MissingRule::Missing,
    kql: Lowering::Call("startofday({0})"),
    spl: Lowering::Loose("86400 * floor({0} / 86400)"),
    sql: Lowering::Special,
    eval: |arguments| from_time(arguments, |micros| Value::Time(micros - micros.rem_euclid(DAY_MICROS))),
    examples: &[Example { call: "start_of_day(2026-01-05T08:59:59Z)", gives: "2026-01-05T00:00:00Z" }],
};

/// `seconds`
pub static SECONDS: Function = Function {
    name: "seconds",
    family: "time",
    summary: "A duration as a number of seconds.",
    parameters: &[Parameter { name: "duration", accepts: Accepts::Duration, literal: false }],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Float),
    missing: MissingRule::Missing,
    kql: Lowering::Call("({0} / 1s)"),
    spl: Lowering::Call("{0}"),
    sql: Lowering::Special,
    #[expect(clippy::cast_precision_loss, reason = "exact below 285 years")]
    eval: |arguments| match arguments {
        [Value::Duration(micros)] => Value::Float(*micros as f64 / 1e6),
        _ => Value::Missing,
    },
    examples: &[Example { call: "seconds(90m)", gives: "5400.0" }, Example { call: "seconds(1500ms)", gives: "1.5" }],
};
