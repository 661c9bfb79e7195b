//! Lengths of time as the products spell them.

use crate::plan::SECOND;

const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Whole minutes that hold a length of time, in microseconds.
pub fn whole_minutes(micros: i64) -> i64 {
    (micros.saturating_add(MINUTE - 1) / MINUTE).saturating_mul(MINUTE)
}

/// `PT15M`, `PT4H`, `P14D`, `P1DT1H`: ISO 8601 of whole minutes.
pub fn iso(micros: i64) -> String {
    let (days, rest) = (micros / DAY, micros % DAY);
    let (hours, minutes) = (rest / HOUR, rest % HOUR / MINUTE);
    let part = |number: i64, unit: &str| if number == 0 { String::new() } else { format!("{number}{unit}") };
    let time = format!("{}{}", part(hours, "H"), part(minutes, "M"));
    match (days, time.is_empty()) {
        (0, true) => "PT0M".to_owned(),
        (0, false) => format!("PT{time}"),
        (_, true) => format!("P{days}D"),
        (_, false) => format!("P{days}DT{time}"),
    }
}

/// `15m`, `4h`, `14d`: one unit, the largest that leaves no rest, as the YAML of Sentinel's repository and Splunk take them.
pub fn one_unit(micros: i64) -> String {
    let minutes = micros / MINUTE;
    match (minutes % 1440, minutes % 60) {
        (0, _) => format!("{}d", minutes / 1440),
        (_, 0) => format!("{}h", minutes / 60),
        (_, _) => format!("{minutes}m"),
    }
}

/// `4h`, `90m` or `91s`: one number of whole seconds and never shorter, as Splunk's `alert.suppress.period` takes it.
pub fn throttle(micros: i64) -> String {
    let seconds = (micros.saturating_add(SECOND - 1) / SECOND).max(1);
    match (seconds % 3600, seconds % 60) {
        (0, _) => format!("{}h", seconds / 3600),
        (_, 0) => format!("{}m", seconds / 60),
        (_, _) => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttles_are_whole_seconds_and_never_shorter() {
        assert_eq!(throttle(4 * HOUR), "4h");
        assert_eq!(throttle(90 * MINUTE), "90m");
        assert_eq!(throttle(90 * SECOND + 1), "91s");
        assert_eq!(throttle(1), "1s");
    }

    #[test]
    fn iso_has_no_empty_parts() {
        assert_eq!(iso(15 * MINUTE), "PT15M");
        assert_eq!(iso(DAY + 90 * MINUTE), "P1DT1H30M");
        assert_eq!(iso(14 * DAY), "P14D");
        assert_eq!(iso(0), "PT0M");
    }

    #[test]
    fn the_largest_unit_without_a_rest_is_taken() {
        assert_eq!(one_unit(90 * MINUTE), "90m");
        assert_eq!(one_unit(2 * HOUR), "2h");
        assert_eq!(one_unit(14 * DAY), "14d");
    }

    #[test]
    fn parts_of_a_minute_count_whole() {
        assert_eq!(whole_minutes(61 * SECOND), 2 * MINUTE);
        assert_eq!(whole_minutes(2 * MINUTE), 2 * MINUTE);
    }
}
