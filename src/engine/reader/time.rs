//! Times as logs write them, to microseconds since 1970-01-01T00:00:00Z.
//!
//! ISO 8601 with any number of fraction digits (truncated to microseconds; no zone means UTC), and the US text of portal
//! exports. Day-first dates are not guessed: without `AM` or `PM` a slashed date is no time.

/// The moment of a text, or none when it is no time.
pub(super) fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.get(4) == Some(&b'-') { iso(bytes) } else { us(bytes) }
}

/// `2026-03-04T09:12:41.3350127Z`
fn iso(bytes: &[u8]) -> Option<i64> {
    let mut text = Cursor(bytes);
    let (year, month, day) = (text.digits(4)?, text.after(b'-')?.digits(2)?, text.after(b'-')?.digits(2)?);
    let midnight = days(year, month, day)? * DAY;
    if text.0.is_empty() {
        return Some(midnight);
    }
    if !(text.eat(b'T') || text.eat(b't') || text.eat(b' ')) {
        return None;
    }
    let hour = text.digits(2)?;
    let clock = text.clock(hour, 23)?;
    let offset = text.offset()?;
    text.0.is_empty().then_some(midnight + clock - offset)
}

/// `3/4/2026, 9:12:41.335 AM` and `8/22/2022 6:07:16 PM`
fn us(bytes: &[u8]) -> Option<i64> {
    let mut text = Cursor(bytes);
    let (month, day, year) = (text.number()?, text.after(b'/')?.number()?, text.after(b'/')?.digits(4)?);
    let midnight = days(year, month, day)? * DAY;
    text.eat(b',');
    text.spaces();
    let hour = text.number()?;
    if !(1..=12).contains(&hour) {
        return None;
    }
    let clock = text.clock(hour % 12, 11)?;
    text.spaces();
    let afternoon = match text.0 {
        [b'A' | b'a', b'M' | b'm'] => 0,
        [b'P' | b'p', b'M' | b'm'] => 12 * HOUR,
        _ => return None,
    };
    Some(midnight + clock + afternoon)
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Days from 1970-01-01 to a date of the Gregorian calendar, or none when there is no such date.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years that begin in March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

/// What is left of a text.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if *first == byte => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    fn after(&mut self, byte: u8) -> Option<&mut Self> {
        self.eat(byte).then_some(self)
    }

    /// Exactly so many digits.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
    }

    /// One digit or two.
    fn number(&mut self) -> Option<i64> {
        let two = self.0.get(1).is_some_and(u8::is_ascii_digit);
        self.digits(if two { 2 } else { 1 })
    }

    /// Minutes, seconds and fraction after an hour, in microseconds of the day. Seconds may be left out.
    fn clock(&mut self, hour: i64, last_hour: i64) -> Option<i64> {
        let minute = self.after(b':')?.digits(2)?;
        let second = if self.eat(b':') { self.digits(2)? } else { 0 };
        let fraction = if self.eat(b'.') { self.fraction()? } else { 0 };
        (hour <= last_hour && minute <= 59 && second <= 59)
            .then_some(hour * HOUR + minute * MINUTE + second * SECOND + fraction)
    }

    /// The digits of a fraction of a second, truncated to microseconds.
    fn fraction(&mut self) -> Option<i64> {
        let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        let padded = digits.iter().copied().chain(std::iter::repeat(b'0')).take(6);
        (length > 0).then(|| padded.fold(0, |number, byte| number * 10 + i64::from(byte - b'0')))
    }

    /// `Z`, `+01:00`, `+0100`, `+01` or nothing, in microseconds.
    fn offset(&mut self) -> Option<i64> {
        if self.0.is_empty() || self.eat(b'Z') || self.eat(b'z') {
            return Some(0);
        }
        let sign = if self.eat(b'+') { 1 } else { self.after(b'-').map(|_| -1)? };
        let hours = self.digits(2)?;
        let minutes = if self.0.is_empty() {
            0
        } else {
            self.eat(b':');
            self.digits(2)?
        };
        (hours <= 23 && minutes <= 59).then_some(sign * (hours * HOUR + minutes * MINUTE))
    }

    /// Spaces, also the ones that newer browsers put before `AM`: U+00A0 and U+202F.
    fn spaces(&mut self) {
        while let [b' ', rest @ ..] | [0xc2, 0xa0, rest @ ..] | [0xe2, 0x80, 0xaf, rest @ ..] = self.0 {
            self.0 = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    /// Microseconds of 2026-03-04T09:12:41Z.
    const BASE: i64 = 1_772_615_561_000_000;

    #[test]
    fn every_spelling_of_one_moment_is_that_moment() {
        for text in [
            "2026-03-04T09:12:41Z",
            "2026-03-04T09:12:41",
            "2026-03-04t09:12:41z",
            "2026-03-04 09:12:41",
            "2026-03-04T09:12:41.0Z",
            "2026-03-04T09:12:41.0000009Z",
            "2026-03-04T09:12:41+00:00",
            "2026-03-04T10:12:41+01:00",
            "2026-03-04T10:12:41+0100",
            "2026-03-04T10:12:41+01",
            "2026-03-04T03:42:41.000000000-05:30",
            "3/4/2026, 9:12:41 AM",
            "03/04/2026 09:12:41 am",
            "3/4/2026, 9:12:41\u{202f}AM",
            "3/4/2026, 9:12:41.000\u{a0}AM",
        ] {
            assert_eq!(parse(text), Some(BASE), "{text}");
        }
    }

    #[test]
    fn fractions_are_cut_to_microseconds() {
        assert_eq!(parse("2026-03-04T09:12:41.3350127Z"), Some(BASE + 335_012));
        assert_eq!(parse("2026-03-04T09:12:41.999999999+00:00"), Some(BASE + 999_999));
        assert_eq!(parse("3/4/2026, 9:12:41.335 AM"), Some(BASE + 335_000));
    }

    #[test]
    fn noon_and_midnight_are_told_apart() {
        let midnight = parse("2026-03-04").unwrap();
        assert_eq!(parse("3/4/2026 12:00:00 AM"), Some(midnight));
        assert_eq!(parse("3/4/2026 12:00:00 PM"), parse("2026-03-04T12:00Z"));
        assert_eq!(parse("3/4/2026 6:07:16 PM"), parse("2026-03-04T18:07:16Z"));
    }

    #[test]
    fn days_agree_with_the_calendar() {
        for (text, days) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-02-29", 11_016),
            ("2024-12-31", 20_088),
            ("0001-01-01", -719_162),
        ] {
            assert_eq!(parse(text), Some(days * 86_400_000_000), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "x",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-00-10",
            "2026-03-04T24:00:00Z",
            "2026-03-04T09:60:00Z",
            "2026-03-04T09:12:60Z",
            "2026-03-04T09:12:41.Z",
            "2026-03-04T09:12:41 Z",
            "2026-03-04T09:12:41+1",
            "2026-03-04T",
            "2026-03-04T09:12:41Zjunk",
            "20260304T091241Z",
            "4/3/2026 14:05:00",
            "13/4/2026 1:05:00 PM",
            "3/4/2026 0:05:00 AM",
            "3/4/2026 13:05:00 PM",
            "3/4/26 1:05:00 PM",
            "-026-03-04",
            "2026-03-04T09:12:41+24:00",
            "１２３４-01-01",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
