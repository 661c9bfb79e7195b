//! `tokentrail run --follow`: rules over logs that grow.
//!
//! One loop: look what is new, read a part of what is furthest back, print what is settled, keep the state. `watch` knows the
//! inputs, `tail` reads one of them, `source` has their bytes.

mod printer;
mod said;
mod source;
mod state;
mod tail;
mod time;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;

use self::printer::Printer;
use self::said::Said;
use self::state::{Before, State};
use self::time::parse_time;
use self::watch::Watch;
use super::console::Console;
use super::status::{Failure, Status};
use crate::engine::follow::clock::Now;
use crate::engine::follow::snapshot::fingerprint;
use crate::engine::follow::{Follow, Patience};
use crate::engine::job::Job;

/// How often inputs are looked at when nothing comes.
const POLL: Duration = Duration::from_millis(100);

/// About how many bytes an event takes that is held back.
const EVENT: usize = 512;

/// What `run --follow` takes beside what `run` takes.
#[derive(Debug, Args)]
pub struct FollowArguments {
    /// Go on as files grow, and print each result as soon as it is settled
    #[arg(long, conflicts_with = "hunt")]
    pub follow: bool,
    /// How much earlier than the latest event of its input an event may come, such as 30s or 10m
    #[arg(long, requires = "follow", default_value = "5m", value_name = "TIME", value_parser = parse_time)]
    lateness: i64,
    /// After how long without anything new an input is no longer waited for
    #[arg(long, requires = "follow", default_value = "1m", value_name = "TIME", value_parser = parse_time)]
    idle: i64,
    /// Where results are added, instead of standard output
    #[arg(long, requires = "follow", value_name = "FILE")]
    output: Option<PathBuf>,
    /// File to keep what is needed to go on after a stop, so that each result is printed once
    #[arg(long, requires = "follow", value_name = "FILE")]
    state: Option<PathBuf>,
    /// How often the state is written
    #[arg(long, requires = "state", default_value = "5s", value_name = "TIME", value_parser = parse_time)]
    save_every: i64,
}

/// Follows these paths until there is nothing more to come, or somebody ends it.
///
/// # Errors
/// When results cannot be written.
pub fn run(
    job: &Job<'_>,
    paths: &[PathBuf],
    endings: &'static [&'static str],
    arguments: &FollowArguments,
    ending: Ending,
    console: &mut Console,
) -> Result<Status, Failure> {
    let stop = stop_when_asked()?;
    let patience = Patience { lateness: arguments.lateness, idle: arguments.idle / 1000 };
    let mut follow = Follow::new(job, patience);
    let every = Duration::from_micros(arguments.save_every.unsigned_abs());
    let opened = arguments.state.as_ref().map(|path| State::open(path, fingerprint(job), every, &mut follow));
    let (state, before) = opened.transpose()?.map_or((None, None), |(state, before)| (Some(state), before));
    let printer = Printer::open(arguments.output.as_deref(), state.is_some())?;
    let mut run = Run {
        follow,
        watch: Watch::new(paths.to_vec(), endings),
        said: Said::default(),
        printer,
        state,
        changed: true,
        started: Instant::now(),
        idle: arguments.idle,
        most: job.options.memory / EVENT,
    };
    run.watch.output = run.printer.number();
    run.watch.again = run.state.is_some();
    if let Some(before) = before {
        run.resume(before, console)?;
    }
    // Notes of what is printed need a state that they follow.
    run.save()?;
    run.until(&stop, console)?;
    if !ending.quiet {
        run.said.summary(&run.follow, run.watch.count(), run.printer.count, job, console);
    }
    Ok(run.said.status(run.printer.count, ending.fail_on_match))
}

/// How a run ends.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    /// Without a summary.
    pub quiet: bool,
    /// With a status of its own where there was a match.
    pub fail_on_match: bool,
}

/// A flag that is set by Ctrl-C, and where a service is ended.
fn stop_when_asked() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed))
        .map_err(|error| Failure::usage(format!("cannot be ended by Ctrl-C: {error}"), None))?;
    Ok(stop)
}

/// Following, at work.
struct Run<'a> {
    follow: Follow<'a>,
    watch: Watch,
    said: Said,
    printer: Printer,
    state: Option<State>,
    /// Whether there is something that the saved state does not know.
    changed: bool,
    started: Instant,
    /// After how long an input is idle, in microseconds.
    idle: i64,
    /// How many events may be held back before inputs that are ahead wait for others.
    most: usize,
}

impl Run<'_> {
    /// Goes on where another run was ended.
    fn resume(&mut self, before: Before, console: &Console) -> Result<(), Failure> {
        let now = self.now();
        for change in self.watch.restore(before.inputs, &mut self.follow, now) {
            self.said.change(&change, console);
        }
        Ok(self.printer.resume(before.printed, before.noted)?)
    }

    fn until(&mut self, stop: &AtomicBool, console: &mut Console) -> Result<(), Failure> {
        let mut looked: Option<Instant> = None;
        while !stop.load(Ordering::Relaxed) {
            if looked.is_none_or(|looked| looked.elapsed() >= POLL) {
                looked = Some(Instant::now());
                self.look(console);
            }
            let read = self.read(console);
            self.print(console)?;
            self.save()?;
            if !read {
                if self.watch.ended() {
                    break;
                }
                thread::sleep(POLL);
            }
        }
        self.finish(console)
    }

    /// Looks what is new.
    fn look(&mut self, console: &Console) {
        let now = self.now();
        for change in self.watch.look(&mut self.follow, now) {
            self.said.change(&change, console);
        }
        for tail in self.watch.tails() {
            if let Some(news) = tail.look(&mut self.follow, now) {
                self.said.news(&tail.name, news, console);
            }
        }
        for input in self.follow.clock.idle(now) {
            let name = self.watch.tails().find(|tail| tail.input == input).map(|tail| tail.name.clone());
            name.into_iter().for_each(|name| self.said.idle(&name, self.idle, console));
        }
    }

    /// Reads a part of what is furthest back. Whether there was anything to read.
    fn read(&mut self, console: &Console) -> bool {
        let now = self.now();
        // Inputs that are far ahead wait for the one that is behind, as long as that one is waited for.
        let only = self.follow.clock.holder(now).filter(|_| self.follow.held() >= self.most);
        let (tail, complete) = match self.watch.next(&self.follow, only) {
            Some(tail) => (Some(tail), false),
            None => (self.watch.last_of_replaced(), true),
        };
        let Some(tail) = tail else { return false };
        self.changed = true;
        let news = tail.read(&mut self.follow, complete, now);
        let (name, any) = (tail.name.clone(), !news.is_empty() || tail.ready);
        news.into_iter().for_each(|news| self.said.news(&name, news, console));
        any
    }

    /// Prints what is settled.
    fn print(&mut self, console: &mut Console) -> Result<(), Failure> {
        let now = self.now();
        self.follow.clock.tick(now);
        let mut lines = Vec::new();
        self.follow.settle(&mut |line| lines.push(line));
        self.write(&lines, console)
    }

    /// Writes the state from time to time.
    fn save(&mut self) -> Result<(), Failure> {
        match &mut self.state {
            Some(state) if self.changed && state.is_due() => {
                self.changed = false;
                state.save(&self.follow, &self.watch, &mut self.printer)
            }
            _ => Ok(()),
        }
    }

    /// What is held back is kept for a later run. Where there is none, the end is the end of the data, and it is used.
    fn finish(&mut self, console: &mut Console) -> Result<(), Failure> {
        if let Some(state) = &mut self.state {
            return state.save(&self.follow, &self.watch, &mut self.printer);
        }
        let now = self.now();
        for tail in self.watch.tails() {
            let news = tail.read(&mut self.follow, true, now);
            news.into_iter().for_each(|news| self.said.news(&tail.name, news, console));
        }
        let mut lines = Vec::new();
        self.follow.finish(&mut |line| lines.push(line));
        self.write(&lines, console)
    }

    fn write(&mut self, lines: &[String], console: &mut Console) -> Result<(), Failure> {
        if lines.is_empty() {
            return Ok(());
        }
        self.changed = true;
        // What is not told by the output itself is noted one by one: no more than one can then be printed again.
        let most = if self.state.is_some() && !self.printer.tells() { 1 } else { lines.len() };
        for part in lines.chunks(most) {
            let marks = self.printer.print(part, console)?;
            self.state.as_mut().map_or(Ok(()), |state| state.note(&marks))?;
        }
        Ok(())
    }

    fn now(&self) -> Now {
        let steady = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        Now { steady, wall: jiff::Timestamp::now().as_microsecond() }
    }
}
