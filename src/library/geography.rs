//! Functions of places on a sphere of the earth's mean size.

use std::sync::Arc;

use super::{Accepts, Example, Function, Lowering, MissingRule, Parameter, Repeats, ResultType};
use crate::types::Type;
use crate::value::Value;

/// The radius of the earth in metres: with it the evaluator and Splunk give what Kusto's `geo_distance_2points` gives.
pub const RADIUS: f64 = 6_371_010.0;

const LOCATION: Parameter = Parameter { name: "location", accepts: Accepts::Location, literal: false };

/// Great-circle distance in metres by the haversine formula, which is exact for small distances too.
#[must_use]
pub fn metres(one: (f64, f64), other: (f64, f64)) -> f64 {
    let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin();
    let (north, east) = (half(one.0, other.0), half(one.1, other.1));
    let chord = north * north + one.0.to_radians().cos() * other.0.to_radians().cos() * east * east;
    2.0 * RADIUS * chord.min(1.0).sqrt().asin()
}

/// `point`
pub static POINT: Function = Function {
    name: "point",
    family: "geography",
    summary: "The place at a latitude and a longitude, in degrees; south and west are negative.",
    parameters: &[
        Parameter { name: "latitude", accepts: Accepts::Latitude, literal: true },
        Parameter { name: "longitude", accepts: Accepts::Longitude, literal: true },
    ],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Location),
    missing: MissingRule::Missing,
    // The checker makes a literal of it.
    kql: Lowering::Special,
    spl: Lowering::Special,
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Float(latitude), Value::Float(longitude)] => Value::Location(*latitude, *longitude),
        _ => Value::Missing,
    },
    examples: &[Example { call: "location_text(point(52.52, 13.405))", gives: r#""52.5200,13.4050""# }],
};

/// `distance`
pub static DISTANCE: Function = Function {
    name: "distance",
    family: "geography",
    summary: "The great-circle distance between two places, on a sphere of radius 6,371,010 m.",
    parameters: &[LOCATION, Parameter { name: "other", accepts: Accepts::Location, literal: false }],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Distance),
    missing: MissingRule::Missing,
    kql: Lowering::Special,
    spl: Lowering::Special,
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Location(a, b), Value::Location(c, d)] => Value::Float(metres((*a, *b), (*c, *d))),
        _ => Value::Missing,
    },
    examples: &[
        Example { call: "floor(distance(point(52.52, 13.405), point(48.8566, 2.3522)) / 1 km)", gives: "877" },
        Example { call: "distance(point(0, 0), point(0, 180)) > 20015 km", gives: "true" },
        Example { call: "distance(point(-33.9, 18.4), point(-33.9, 18.4)) == 0 km", gives: "true" },
    ],
};

/// `speed`
pub static SPEED: Function = Function {
    name: "speed",
    family: "geography",
    summary: "How fast someone would have had to travel between the places of two events, such as `prev.location` and \
              `this.location`: their distance over the time between the events. At one moment it is as if a microsecond were \
              between them.",
    // The checker adds the times of the two events.
    parameters: &[LOCATION, Parameter { name: "other", accepts: Accepts::Location, literal: false }],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::Speed),
    missing: MissingRule::Missing,
    kql: Lowering::Special,
    spl: Lowering::Special,
    sql: Lowering::Special,
    #[expect(clippy::cast_precision_loss, reason = "exact below 285 years")]
    eval: |arguments| match arguments {
        [Value::Location(a, b), Value::Location(c, d), Value::Time(one), Value::Time(other)] => {
            let micros = one.abs_diff(*other).max(1);
            Value::Float(metres((*a, *b), (*c, *d)) / (micros as f64 / 1e6))
        }
        _ => Value::Missing,
    },
    examples: &[],
};

/// A coordinate in ten-thousandths of a degree (11 m), the nearest one, halves away from zero. Written as on the targets.
#[expect(clippy::cast_possible_truncation, reason = "1.8 million at most")]
fn rounded(degrees: f64) -> String {
    let parts = (degrees.abs() * 10_000.0 + 0.5).floor() as i64;
    let sign = if degrees <= -0.000_05 { "-" } else { "" };
    format!("{sign}{}.{:04}", parts / 10_000, parts % 10_000)
}

/// `location_text`
pub static LOCATION_TEXT: Function = Function {
    name: "location_text",
    family: "geography",
    summary: "A place as text: latitude and longitude in degrees, each with four decimals, with a comma between.",
    parameters: &[LOCATION],
    repeats: Repeats::Nothing,
    result: ResultType::Is(Type::String),
    missing: MissingRule::Missing,
    kql: Lowering::Special,
    spl: Lowering::Special,
    sql: Lowering::Special,
    eval: |arguments| match arguments {
        [Value::Location(latitude, longitude)] => {
            Value::Text(Arc::from(format!("{},{}", rounded(*latitude), rounded(*longitude))))
        }
        _ => Value::Missing,
    },
    examples: &[
        Example { call: "location_text(point(-33.92487, 18.4))", gives: r#""-33.9249,18.4000""# },
        Example { call: "location_text(point(0, -0.00001))", gives: r#""0.0000,0.0000""# },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Kusto's documentation for `geo_distance_2points`.
    #[test]
    fn a_distance_is_what_kusto_gives() {
        let (one, other) = ((47.578_557, -122.407_628), (34.019_056, -118.275_287));
        assert!((metres(one, other) - 1_546_754.351_973_81).abs() < 1e-6);
        assert_eq!(metres(one, other).to_bits(), metres(other, one).to_bits());
    }

    #[test]
    fn at_one_moment_any_way_is_too_far_and_no_way_is_none() {
        let speed = |north: f64, after: i64| {
            let places = [Value::Location(50.0, 8.0), Value::Location(north, 8.0), Value::Time(0), Value::Time(after)];
            (SPEED.eval)(&places).as_float().unwrap()
        };
        assert!(speed(50.001, 0) > 1e7);
        assert_eq!(speed(50.0, 0), 0.0);
        assert!((speed(51.0, 3_600_000_000) * 3.6 - 111.195).abs() < 1e-3);
        assert_eq!(speed(51.0, 3_600_000_000), speed(51.0, -3_600_000_000));
    }
}
