//! What is said while files are followed: each thing once or a few times, and counted to the end.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::tail::News;
use super::watch::Change;
use crate::cli::console::Console;
use crate::cli::explain::duration;
use crate::cli::status::Status;
use crate::cli::summary;
use crate::diagnostic::render::counted;
use crate::engine::follow::{Follow, Late, Taken};
use crate::engine::job::{Grain, Job};
use crate::engine::reader::Report;

/// Late events that are told by their places before only their number is told.
const PLACES: u64 = 10;

/// How often the number of late events is told after that.
const AGAIN: Duration = Duration::from_secs(60);

/// What has been said, and what there is to say at the end.
#[derive(Debug, Default)]
pub struct Said {
    report: Report,
    status: Status,
    /// Problems of records that have been told.
    problems: usize,
    /// Inputs whose problems have been told and need no second word.
    told: BTreeSet<(String, &'static str)>,
    late_told: u64,
    late_untold: u64,
    late_at: Option<Instant>,
}

impl Said {
    /// Something about the paths.
    pub fn change(&mut self, change: &Change, console: &Console) {
        match change {
            Change::Missing(name) => {
                console.warning(format_args!("there is no `{name}` yet; it will be read once it is there"), None);
            }
            Change::Replaced(name) => {
                console.say(format_args!("`{name}` is another file now; the one before is read to its end"));
            }
            Change::Gone { name, used } => {
                console.warning(
                    format_args!(
                        "the file that was followed as `{name}` cannot be found; what it held beyond its first {used} bytes was not read"
                    ),
                    None,
                );
            }
            Change::NotAsked(name) => {
                console.say(format_args!("`{name}` was followed before and is not among --events now; it is left out"));
            }
            Change::Problem(problem) => {
                self.status.raise(Status::Unreadable);
                console.error(&problem.message, problem.help.as_deref());
            }
        }
    }

    /// Something about an input.
    pub fn news(&mut self, name: &str, news: News, console: &Console) {
        match news {
            News::Read(taken) => self.read(*taken, name, console),
            News::Truncated => {
                console.say(format_args!("`{name}` was cut or written anew; it is read from its beginning"));
            }
            News::ChangedAfter => {
                self.status.raise(Status::Unreadable);
                let message =
                    format!("`{name}` was changed after it had been read as a whole; the change was not read");
                console.error(message, Some("only files of one record a line are followed as they grow"));
            }
            News::Refused(why) => {
                self.status.raise(Status::Unreadable);
                console.error(format_args!("{name}: {why}"), None);
            }
            News::Failed(error) => {
                self.status.raise(Status::Unreadable);
                if self.told.insert((name.to_owned(), "failed")) {
                    console.error(format_args!("cannot read `{name}`: {error}; it is tried again"), None);
                }
            }
        }
    }

    /// An input holds the others no longer.
    pub fn idle(&mut self, name: &str, idle: i64, console: &Console) {
        let idle = duration(idle);
        console.say(format_args!("nothing has come of `{name}` for {idle}; the others no longer wait for it"));
    }

    fn read(&mut self, taken: Taken, name: &str, console: &Console) {
        self.report.add(taken.report);
        let fresh = &self.report.problems[self.problems..];
        for (file, problem) in fresh {
            let at = problem.at;
            console.warning(format_args!("{file}:{}:{}: {}", at.line, at.column, problem.reason), None);
        }
        self.problems = self.report.problems.len();
        for (file, problem) in &self.report.stopped {
            if self.told.insert((file.clone(), "stopped")) {
                let at = problem.at;
                let message =
                    format!("{file}:{}:{}: {}; what follows was not read", at.line, at.column, problem.reason);
                console.error(message, None);
            }
        }
        taken.late.iter().for_each(|late| self.late(late, name, console));
    }

    fn late(&mut self, late: &Late, name: &str, console: &Console) {
        if self.late_told >= PLACES {
            self.late_untold += 1;
            if self.late_at.is_none_or(|at| at.elapsed() >= AGAIN) {
                self.late_at = Some(Instant::now());
                console.warning(format_args!("more events came too late: {}", self.late_untold), None);
                self.late_untold = 0;
            }
            return;
        }
        self.late_told += 1;
        self.late_at = Some(Instant::now());
        let moment =
            |micros| jiff::Timestamp::from_microsecond(micros).map_or_else(|_| String::new(), |at| at.to_string());
        let (time, reached) = (moment(late.time), moment(late.reached));
        let help = "give a longer --lateness";
        let help = (self.late_told == 1).then_some(help);
        console.warning(
            format_args!(
                "{name}:{}: the event of {time} came too late to be used: all before {reached} has been evaluated",
                late.line
            ),
            help,
        );
    }

    /// How it went.
    #[must_use]
    pub fn status(&self, printed: u64, fail_on_match: bool) -> Status {
        let mut status = self.status;
        if self.report.unreadable > 0 || !self.report.stopped.is_empty() {
            status.raise(Status::Unreadable);
        }
        if printed > 0 && fail_on_match {
            status.raise(Status::Matched);
        }
        status
    }

    /// The closing summary.
    pub fn summary(&mut self, follow: &Follow<'_>, files: u64, printed: u64, job: &Job<'_>, console: &Console) {
        let told = u64::try_from(self.problems).unwrap_or(u64::MAX);
        if self.report.unreadable > told {
            console.warning(
                format_args!("{} more lines or records could not be read", self.report.unreadable - told),
                None,
            );
        }
        let counts = follow.counts();
        self.report.files = files;
        self.report.copies = counts.copies;
        let printed = usize::try_from(printed).unwrap_or(usize::MAX);
        let results = match job.grain {
            Grain::Alert => counted(printed, "alert"),
            Grain::Match if printed == 1 => "1 match".to_owned(),
            Grain::Match => format!("{printed} matches"),
        };
        summary::say(&self.report, &follow.events_without_key(), &results, job.plans, console);
        for (count, what) in [
            (counts.late, "came too late to be used; a longer --lateness waits for them"),
            (counts.ahead, "are more than an hour ahead of this machine's clock"),
            (follow.held() as u64, "are held back for a later run"),
        ] {
            if count > 0 {
                summary::line(console, count, what);
            }
        }
    }
}
