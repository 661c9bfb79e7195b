//! When searches run. Splunk knows cron only, so a period must divide an hour, be hours that divide a day, or be a week.

use sha2::{Digest, Sha256};

use crate::plan::SECOND;

const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// The schedule of a rule that runs every so many microseconds; none where cron has no such period. Which minute it is, the name
/// decides, so that searches do not all start in the same one, and always start in theirs.
pub fn schedule(rule: &str, every: i64) -> Option<String> {
    starting(start(rule), every)
}

/// The same, with a run at the beginning of Monday.
pub fn from_monday(every: i64) -> Option<String> {
    starting(DAY, every)
}

/// The schedule of runs every so many microseconds, one of them so many minutes after the beginning of some Sunday.
fn starting(start: i64, every: i64) -> Option<String> {
    if every <= 0 || every % MINUTE != 0 {
        return None;
    }
    let every = every / MINUTE;
    let start = start.rem_euclid(every);
    let (minute, hour, day) = (start % HOUR, start / HOUR % 24, start / DAY);
    match every {
        1 => Some("* * * * *".to_owned()),
        2..HOUR if HOUR % every == 0 => Some(format!("{} * * * *", steps(start, every, HOUR))),
        HOUR => Some(format!("{minute} * * * *")),
        DAY => Some(format!("{minute} {hour} * * *")),
        WEEK => Some(format!("{minute} {hour} * * {day}")),
        _ if every < DAY && every % HOUR == 0 && DAY % every == 0 => {
            Some(format!("{minute} {} * * *", steps(hour, every / HOUR, 24)))
        }
        _ => None,
    }
}

/// `*/15`, or `3,18,33,48`: the two notations that Splunk's reference of `cron_schedule` names.
fn steps(start: i64, step: i64, end: i64) -> String {
    if start == 0 {
        return format!("*/{step}");
    }
    let all = (0..end / step).map(|number| (start + number * step).to_string());
    all.collect::<Vec<_>>().join(",")
}

/// A number that a name decides.
fn start(rule: &str) -> i64 {
    let digest = Sha256::digest(rule.as_bytes());
    digest.iter().take(4).fold(0, |number, byte| number << 8 | i64::from(*byte))
}

/// The longest period that cron has and that is no longer than this one, in microseconds; a minute where there is none.
pub fn next_shorter(every: i64) -> i64 {
    let minutes = (1..=HOUR).filter(|minutes| HOUR % minutes == 0);
    let hours = (1..=24).filter(|hours| 24 % hours == 0).map(|hours| hours * HOUR);
    let all = minutes.chain(hours).chain([WEEK]).map(|minutes| minutes * MINUTE);
    all.filter(|period| *period <= every).max().unwrap_or(MINUTE)
}

/// Whether the days on which clocks change have a run too early or too late: all but what runs every hour or more often.
pub fn follows_clocks(every: i64) -> bool {
    every > HOUR * MINUTE
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The minutes of a week at which a schedule fires, read from its text alone.
    fn fired(cron: &str) -> Vec<i64> {
        let parts: Vec<&str> = cron.split(' ').collect();
        assert_eq!((parts.len(), parts[2], parts[3]), (5, "*", "*"), "{cron}");
        let fits = |part: &str, number: i64| match part.strip_prefix("*/") {
            Some(step) => number % step.parse::<i64>().unwrap() == 0,
            None => part == "*" || part.split(',').any(|one| one.parse() == Ok(number)),
        };
        let at = |minute: &i64| {
            fits(parts[0], minute % HOUR) && fits(parts[1], minute / HOUR % 24) && fits(parts[4], minute / DAY)
        };
        (0..WEEK).filter(at).collect()
    }

    #[test]
    fn runs_are_exactly_one_period_apart_also_over_the_end_of_the_week() {
        let mut starts = BTreeSet::new();
        for rule in ["a", "token_geo_traversal", "x9", "many"] {
            let mut known = 0;
            for minutes in 1..=WEEK {
                let Some(cron) = schedule(rule, minutes * MINUTE) else { continue };
                let runs = fired(&cron);
                let next = runs.iter().skip(1).copied().chain([runs[0] + WEEK]);
                assert!(runs.iter().zip(next).all(|(one, next)| next - one == minutes), "{minutes}: {cron}");
                starts.insert((minutes, runs[0]));
                known += 1;
            }
            assert_eq!(known, 12 + 7 + 1, "divisors of 60, hours of a day, a week");
        }
        assert!(starts.len() > 50, "rules start at different times: {starts:?}");
    }

    #[test]
    fn what_cron_cannot_do_has_no_schedule_but_a_neighbour() {
        for (every, neighbour) in [(7, 6), (90, 60), (2 * DAY, DAY), (14 * DAY, WEEK), (45, 30), (5 * HOUR, 4 * HOUR)] {
            assert_eq!(schedule("r", every * MINUTE), None, "{every}");
            assert_eq!(next_shorter(every * MINUTE), neighbour * MINUTE);
            assert!(schedule("r", neighbour * MINUTE).is_some());
        }
        assert_eq!(schedule("r", 90 * SECOND), None);
        assert_eq!(next_shorter(30 * SECOND), MINUTE);
    }
}
