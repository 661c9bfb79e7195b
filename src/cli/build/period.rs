//! The period that `--hunt` names, of `build` and of `run`.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::engine;
use crate::target::Period;

/// Two times or dates with two dots between them.
///
/// # Errors
/// When it is not that, or goes backward.
pub fn parse_hunt(text: &str) -> Result<Period, String> {
    let (from, to) = text.split_once("..").ok_or("expected FROM..TO, such as 2026-01-05..2026-01-12")?;
    let (from, to) = (parse_moment(from)?, parse_moment(to)?);
    if from >= to {
        return Err("FROM must be before TO".to_owned());
    }
    Ok(Period::Hunt { from, to })
}

/// What the evaluator is told of it.
#[must_use]
pub fn moments(period: Period) -> Option<engine::period::Period> {
    match period {
        Period::Scheduled => None,
        Period::Hunt { from, to } => Some(engine::period::Period { from, to }),
    }
}

/// Microseconds of an RFC 3339 time or of a date's first moment in UTC.
fn parse_moment(text: &str) -> Result<i64, String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time.as_microsecond());
    }
    let date = text.parse::<Date>().ok().filter(|_| text.len() == "2026-01-05".len());
    let start = date.and_then(|date| date.to_zoned(TimeZone::UTC).ok());
    start
        .map(|start| start.timestamp().as_microsecond())
        .ok_or_else(|| format!("`{text}` is neither a date like 2026-01-05 nor a time like 2026-01-05T08:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hunt_takes_dates_and_times() {
        let day = 86_400 * 1_000_000;
        let Ok(Period::Hunt { from, to }) = parse_hunt("2026-01-05..2026-01-06T00:00:00+00:00") else {
            panic!("a period");
        };
        assert_eq!(to - from, day);
        assert_eq!(parse_moment("1970-01-02").unwrap(), day);
    }

    #[test]
    fn a_hunt_must_go_forward_and_say_when() {
        for wrong in ["2026-01-05", "2026-01-05..", "2026-01-06..2026-01-05", "2026-01-05T08:00..2026-01-06", "x..y"] {
            assert!(parse_hunt(wrong).is_err(), "{wrong}");
        }
    }
}
