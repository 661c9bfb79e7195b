//! Lengths of time on the command line.

use crate::plan::{DAY, SECOND};

/// Units of time, the longest names first.
const UNITS: [(&str, i64); 5] = [("ms", 1_000), ("s", SECOND), ("m", 60 * SECOND), ("h", 3_600 * SECOND), ("d", DAY)];

/// Microseconds of a length such as `30s`, `10m` or `1h30m`.
///
/// # Errors
/// When it is none.
pub fn parse_time(text: &str) -> Result<i64, String> {
    let wrong = || "expected a length of time such as 30s, 10m or 1h30m".to_owned();
    let (mut rest, mut sum) = (text, 0_i64);
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let number: i64 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let letters = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_alphabetic()).len();
        let (_, unit) = UNITS.iter().find(|(name, _)| *name == &rest[..letters]).ok_or_else(wrong)?;
        sum = number.checked_mul(*unit).and_then(|length| sum.checked_add(length)).ok_or_else(wrong)?;
        rest = &rest[letters..];
    }
    if text.is_empty() { Err(wrong()) } else { Ok(sum) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_units() {
        let lengths = ["0s", "30s", "10m", "1h30m", "2d", "250ms"].map(|text| parse_time(text).unwrap());
        assert_eq!(lengths, [0, 30 * SECOND, 600 * SECOND, 5400 * SECOND, 2 * DAY, 250_000]);
        for wrong in ["", "10", "m", "10x", "-5m", "1 h", "99999999999d", "10m5"] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }
}
