//! When contentctl's searches run: at the longest interval that cron has and the rule allows.

use crate::package::cron;

/// The longest interval of a cron schedule that is not longer than `every` microseconds, and the schedule. It is a minute at
/// least and a week at most.
pub fn cron(every: i64) -> (i64, String) {
    let interval = cron::next_shorter(every);
    (interval, cron::from_monday(interval).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{DAY, SECOND};

    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;

    #[test]
    fn what_divides_an_hour_or_a_day_runs_as_written() {
        for (every, schedule) in [
            (MINUTE, "* * * * *"),
            (15 * MINUTE, "*/15 * * * *"),
            (HOUR, "0 * * * *"),
            (6 * HOUR, "0 */6 * * *"),
            (DAY, "0 0 * * *"),
            (7 * DAY, "0 0 * * 1"),
        ] {
            assert_eq!(cron(every), (every, schedule.to_owned()));
        }
    }

    #[test]
    fn what_does_not_runs_more_often() {
        for (every, instead) in [
            (SECOND, MINUTE),
            (7 * MINUTE, 6 * MINUTE),
            (59 * MINUTE, 30 * MINUTE),
            (90 * MINUTE, HOUR),
            (5 * HOUR, 4 * HOUR),
            (2 * DAY, DAY),
            (14 * DAY, 7 * DAY),
        ] {
            assert_eq!(cron(every).0, instead);
        }
    }
}
