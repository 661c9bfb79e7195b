//! Places: distances on a sphere, and a place as text. The formulas are those of the library, operation by operation.

use crate::library::geography::RADIUS;
use crate::target::fragment::{Fragment, Strength};

use super::dialect::Dialect;

/// Great-circle distance in metres by the haversine formula; NULL where a coordinate is.
pub fn distance(one: &[Fragment; 2], other: &[Fragment; 2]) -> Fragment {
    let [north, east] = one;
    let [other_north, other_east] = other;
    let radians =
        |degrees: &Fragment| format!("{} * {:e}", degrees.at(Strength::Product), std::f64::consts::PI / 180.0);
    let half = |a: &Fragment, b: &Fragment| {
        let between = format!("({} - {})", b.at(Strength::Sum), a.at(Strength::Product));
        format!("pow(sin({} / 2e0), 2)", radians(&Fragment::atom(between)))
    };
    let chord = format!(
        "{} + cos({}) * cos({}) * {}",
        half(north, other_north),
        radians(north),
        radians(other_north),
        half(east, other_east)
    );
    // `least` passes over what is NULL.
    let metres = format!("{:?}e0 * asin(sqrt(least(1e0, {chord})))", 2.0 * RADIUS);
    when_present(&[one.as_slice(), other.as_slice()].concat(), &metres)
}

/// A place as text: latitude and longitude with four decimals each; NULL where a coordinate is.
pub fn text(dialect: Dialect, place: &[Fragment; 2]) -> Fragment {
    let [north, east] = place.clone().map(|degrees| rounded(dialect, &degrees));
    let parts = [north, vec!["','".to_owned()], east].concat();
    when_present(place, &dialect.join(&parts))
}

/// A coordinate in ten-thousandths of a degree, halves away from zero, as the pieces of a text.
fn rounded(dialect: Dialect, degrees: &Fragment) -> Vec<String> {
    let whole = dialect.as_whole(&format!("floor(abs({}) * 10000e0 + 0.5e0)", degrees.text));
    let text = |number: &str| format!("CAST({number} AS {})", dialect.string());
    vec![
        format!("CASE WHEN {} <= -0.00005e0 THEN '-' ELSE '' END", degrees.at(Strength::Sum)),
        text(&dialect.divide(&whole, "10000")),
        "'.'".to_owned(),
        dialect.pad(&text(&format!("{whole} % 10000")), 4),
    ]
}

/// A value where all columns among some coordinates are there.
fn when_present(coordinates: &[Fragment], value: &str) -> Fragment {
    let is_column = |coordinate: &&Fragment| coordinate.text.starts_with(|first: char| first.is_ascii_alphabetic());
    let tests: Vec<String> =
        coordinates.iter().filter(is_column).map(|column| format!("{} IS NOT NULL", column.text)).collect();
    if tests.is_empty() {
        return Fragment::new(value, Strength::Product);
    }
    Fragment::atom(format!("CASE WHEN {} THEN {value} END", tests.join(" AND ")))
}
