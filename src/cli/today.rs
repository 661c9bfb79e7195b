//! Which day it is: that of the clock, or the one that the environment says.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::status::Failure;

/// What build tools set for what they build to be the same on any day (<https://reproducible-builds.org/specs/source-date-epoch/>).
const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// The day on which list entries are held against their last.
///
/// # Errors
/// When the environment says something that is no time.
pub fn today() -> Result<Date, Failure> {
    let now = match std::env::var_os(VARIABLE) {
        Some(text) => from_seconds(&text.to_string_lossy())?,
        None => Timestamp::now(),
    };
    Ok(now.to_zoned(TimeZone::UTC).date())
}

fn from_seconds(text: &str) -> Result<Timestamp, Failure> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let time = text.parse().ok().filter(|_| digits).and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.ok_or_else(|| {
        let help = "it is the number of seconds since 1970, such as 1767225600";
        Failure::usage(format!("the environment's {VARIABLE} is no time: `{text}`"), Some(help.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_whole_and_of_this_calendar() {
        assert_eq!(from_seconds("0").unwrap().to_string(), "1970-01-01T00:00:00Z");
        for wrong in ["", "-1", "+1", "1.5", "today", "1 ", "99999999999999999999", "9999999999999"] {
            assert!(from_seconds(wrong).is_err(), "{wrong}");
        }
    }
}
