//! Frames of time: the events of a key up to so long before the one that is looked at, both ends included.
//!
//! ClickHouse takes an offset of 31 bits and moves along any number, so that microseconds are divided by a power of two there. That
//! is exact for a float, and the width must be a multiple of that power.

use super::dialect::Dialect;

/// The largest offset that ClickHouse takes.
const LARGEST: i64 = i32::MAX as i64 - 1;

/// The order and the frame of all events from `width` before an event on, those of its moment included.
#[must_use]
pub fn within(dialect: Dialect, width: i64) -> String {
    let (order, offset) = scaled(dialect, width);
    format!("ORDER BY {order} RANGE BETWEEN {offset} PRECEDING AND CURRENT ROW")
}

/// The order and the frame of all events that are `age` old, or older.
#[must_use]
pub fn older(dialect: Dialect, age: i64) -> String {
    let (order, offset) = scaled(dialect, age);
    format!("ORDER BY {order} RANGE BETWEEN UNBOUNDED PRECEDING AND {offset} PRECEDING")
}

fn scaled(dialect: Dialect, micros: i64) -> (String, i64) {
    match dialect {
        Dialect::DuckDb | Dialect::Spark => ("f_time".to_owned(), micros),
        Dialect::ClickHouse => {
            let power = power(micros);
            (format!("f_time / {}", 1_i64 << power), micros >> power)
        }
    }
}

/// The largest power of two that a width is a multiple of.
fn power(width: i64) -> u32 {
    width.trailing_zeros().min(62)
}

/// Whether ClickHouse has frames of a width.
#[must_use]
pub fn is_exact(width: i64) -> bool {
    width >> power(width) <= LARGEST
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::SECOND;

    #[test]
    fn offsets_of_clickhouse_are_whole_and_short() {
        let hour = 3600 * SECOND;
        assert_eq!(
            within(Dialect::ClickHouse, hour),
            "ORDER BY f_time / 1024 RANGE BETWEEN 3515625 PRECEDING AND CURRENT ROW"
        );
        assert_eq!(within(Dialect::DuckDb, hour), "ORDER BY f_time RANGE BETWEEN 3600000000 PRECEDING AND CURRENT ROW");
        assert!(is_exact(23 * 24 * hour + hour) && is_exact(90 * 24 * hour) && is_exact(6 * 24 * hour + 60 * SECOND));
        assert!(is_exact(36 * hour + SECOND) && !is_exact(48 * hour + SECOND) && !is_exact(hour + 1));
    }
}
