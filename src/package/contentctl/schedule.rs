//! When Splunk runs a search: schedules that come again after the same time each.

use crate::plan::SECOND;

const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Minutes that divide an hour, and hours that divide a day.
const MINUTES: [i64; 11] = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30];
const HOURS: [i64; 7] = [1, 2, 3, 4, 6, 8, 12];

/// The longest interval of a cron schedule that is not longer than `every` microseconds, and the schedule. It is a minute at
/// least and a week at most.
pub fn cron(every: i64) -> (i64, String) {
    if every >= 7 * DAY {
        return (7 * DAY, "0 0 * * 1".to_owned());
    }
    if every >= DAY {
        return (DAY, "0 0 * * *".to_owned());
    }
    if let Some(hours) = longest(&HOURS, every / HOUR) {
        let hour = if hours == 1 { "*".to_owned() } else { format!("*/{hours}") };
        return (hours * HOUR, format!("0 {hour} * * *"));
    }
    let minutes = longest(&MINUTES, every / MINUTE).unwrap_or(1);
    let minute = if minutes == 1 { "*".to_owned() } else { format!("*/{minutes}") };
    (minutes * MINUTE, format!("{minute} * * * *"))
}

/// Whether the days on which clocks change have a run too early or too late: all but what runs every hour or more often.
pub fn follows_clocks(every: i64) -> bool {
    cron(every).0 > HOUR
}

fn longest(lengths: &[i64], most: i64) -> Option<i64> {
    lengths.iter().copied().rfind(|length| *length <= most)
}

/// `1h`, `90m`, `90s`: the period of a throttle. contentctl takes one number of seconds, minutes or hours.
pub fn period(micros: i64) -> String {
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

    #[test]
    fn lengths_are_whole_and_never_shorter() {
        assert_eq!(period(4 * HOUR), "4h");
        assert_eq!(period(90 * MINUTE), "90m");
        assert_eq!(period(90 * SECOND + 1), "91s");
        assert_eq!(period(1), "1s");
    }
}
