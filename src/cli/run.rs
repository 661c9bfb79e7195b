//! `tokentrail run`: rules over exported logs, on this machine.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::Global;
use super::build::{GrainName, period};
use super::console::Console;
use super::follow::{self, Ending};
use super::input::{self, Problem};
use super::results::{Format, Results};
use super::rules::Rules;
use super::settings::SettingsArguments;
use super::status::{Failure, Status};
use super::summary;
use crate::catalog::GeoAttribute;
use crate::engine::event::Layout;
use crate::engine::job::{Grain, Input, Job, Opened, Options, Outcome};
use crate::engine::order::DEFAULT_MEMORY;
use crate::engine::reader::GeoDatabase;
use crate::plan::Plan;
use crate::target;

/// What `run` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Rule files, or folders that are searched for *.trail
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    settings: SettingsArguments,
    /// Log files, folders of log files, or - for standard input; JSON in any framing or CSV, plain, .gz or .zst, and Parquet
    #[arg(long, short, required = true, num_args = 1.., value_name = "FILE")]
    events: Vec<PathBuf>,
    /// Only matches from FROM up to and without TO, such as 2026-01-05..2026-01-12; events before FROM still count in windows
    #[arg(long, value_name = "FROM..TO", value_parser = period::parse_hunt, conflicts_with = "follow")]
    hunt: Option<target::Period>,
    /// Only the rule of this name; may be given several times
    #[arg(long, value_name = "NAME")]
    rule: Vec<String>,
    /// What a result is
    #[arg(long, value_enum, default_value_t, value_name = "GRAIN")]
    grain: GrainName,
    /// How results are printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Database of addresses for rules that look them up
    #[arg(long, value_name = "DB", help = "MaxMind database (.mmdb) for rules that look addresses up")]
    geoip: Option<PathBuf>,
    /// End with status 3 when there is a match
    #[arg(long)]
    fail_on_match: bool,
    /// How much memory events may take before they are sorted on disk, such as 512M or 2G
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    memory: Option<usize>,
    /// How many threads read and evaluate; the results are the same with any number [default: as many as the machine runs at once]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// No summary
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    follow: follow::FollowArguments,
}

/// Files that a folder of logs is searched for.
const ENDINGS: [&str; 13] = [
    "json",
    "jsonl",
    "ndjson",
    "csv",
    "json.gz",
    "jsonl.gz",
    "ndjson.gz",
    "csv.gz",
    "json.zst",
    "jsonl.zst",
    "ndjson.zst",
    "csv.zst",
    "parquet",
];

/// Inputs shorter than this are read before a bar could be looked at.
const WORTH_A_BAR: u64 = 32 * 1024 * 1024;

/// Runs the command.
///
/// # Errors
/// When a rule that was asked for does not exist, the database cannot be read, or the disk is full.
pub fn run(arguments: &Arguments, global: &Global, console: &mut Console) -> Result<Status, Failure> {
    let mut rules = Rules::load(&arguments.paths, global.catalog.as_ref(), &arguments.settings)?;
    rules.say_all(console);
    rules.select(&arguments.rule)?;
    let mut status = rules.status();
    if rules.names.is_empty() && rules.problems.is_empty() {
        return Err(Failure::usage("there are no rules in the given paths", None));
    }
    rules.leave_out_unknown_lists("run", console, &mut status);
    let database = arguments.geoip.as_deref().map(open_database).transpose()?;
    drop_look_ups(&mut rules.plans, database.as_ref(), console, &mut status);
    let layout = Layout::new(&rules.plans, &rules.catalog);
    let threads = arguments.threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let memory = arguments.memory.unwrap_or(DEFAULT_MEMORY);
    let options = Options { threads, memory, ..Options::default() };
    let job = Job {
        plans: &rules.plans,
        layout: &layout,
        catalog: &rules.catalog,
        database: database.as_ref(),
        options,
        grain: match arguments.grain {
            GrainName::Match => Grain::Match,
            GrainName::Alert => Grain::Alert,
        },
        period: arguments.hunt.and_then(period::moments),
    };
    if arguments.follow.follow {
        if arguments.format != Format::Ndjson {
            let help = "leave --format out".to_owned();
            return Err(Failure::usage("with --follow results are lines of JSON", Some(help)));
        }
        let ending = Ending { quiet: arguments.quiet, fail_on_match: arguments.fail_on_match };
        status.raise(follow::run(&job, &arguments.events, &ENDINGS, &arguments.follow, ending, console)?);
        return Ok(status);
    }
    let Outcome { found, report, without_key, .. } = read_all(&job, &arguments.events, console, &mut status)?;
    let results = Results::from(found);
    results.print(&rules.plans, arguments.format, console.out_appearance(), &mut console.out)?;
    console.out.flush()?;
    if report.unreadable > 0 || !report.stopped.is_empty() {
        status.raise(Status::Unreadable);
    }
    if arguments.fail_on_match && results.len() > 0 {
        status.raise(Status::Matched);
    }
    summary::problems(&report, console);
    if !arguments.quiet {
        summary::say(&report, &without_key, &results.counted(), &rules.plans, console);
    }
    Ok(status)
}

/// Rules that need a database that is not there are left out, and said so.
fn drop_look_ups(plans: &mut Vec<Plan>, database: Option<&GeoDatabase>, console: &Console, status: &mut Status) {
    let has = |attribute| database.map(|database| database.has(attribute));
    let known = [GeoAttribute::Country, GeoAttribute::City, GeoAttribute::Location].map(|one| (one, has(one)));
    plans.retain(|plan| {
        let needed = plan.looked_up();
        let Some((attribute, has)) = known.iter().find(|(one, has)| needed.contains(one) && *has != Some(true)) else {
            return true;
        };
        let what = match (has, attribute) {
            (None, _) => "it looks addresses up, and there is no database",
            (Some(_), GeoAttribute::Country) => "it needs countries, and the database given with --geoip has none",
            (Some(_), GeoAttribute::City) => "it needs cities, and the database given with --geoip has none",
            (Some(_), GeoAttribute::Location) => "it needs places, and the database given with --geoip has none",
        };
        console.error(
            format_args!("rule `{}` was not run: {what}", plan.name),
            Some("give a MaxMind database of cities with --geoip FILE, such as GeoLite2-City.mmdb"),
        );
        status.raise(Status::Unreadable);
        false
    });
}

fn open_database(path: &Path) -> Result<GeoDatabase, Failure> {
    let bytes = std::fs::read(path).map_err(|error| {
        let Problem { message, help, .. } = input::unreadable(path, &error);
        Failure::usage(message, help)
    })?;
    GeoDatabase::from_bytes(bytes).map_err(|error| {
        let help = "give a MaxMind database file (.mmdb)".to_owned();
        Failure::usage(format!("`{}` is not a database of addresses: {error}", path.display()), Some(help))
    })
}

/// A failure of the temporary files that sorting needs.
fn disk(error: io::Error) -> Failure {
    let help = "free some space in the folder for temporary files (TMPDIR), or raise --memory".to_owned();
    Failure::usage(format!("cannot sort the events on disk: {error}"), Some(help))
}

/// Runs a job over files, folders of files and standard input.
fn read_all(job: &Job<'_>, paths: &[PathBuf], console: &Console, status: &mut Status) -> Result<Outcome, Failure> {
    let (mut found, mut problems) = (BTreeMap::new(), Vec::new());
    for path in paths {
        problems.extend(input::collect(path, &ENDINGS, &mut found, &mut Vec::new()).err());
    }
    let total = found.keys().filter_map(|path| path.metadata().ok()).map(|data| data.len()).sum();
    let bar = bar(total, console);
    let paths: Vec<&PathBuf> = found.keys().collect();
    let inputs: Vec<Input<'_>> = paths.iter().map(|path| logged(path, &bar)).collect();
    let outcome = job.run(&inputs).map_err(disk)?;
    bar.finish_and_clear();
    problems.extend(outcome.unopened.iter().map(|(place, error)| input::unreadable(paths[*place], error)));
    console.problems(&problems);
    if !problems.is_empty() {
        status.raise(Status::Unreadable);
    }
    Ok(outcome)
}

/// A log to be read.
fn logged<'a>(path: &'a Path, bar: &'a ProgressBar) -> Input<'a> {
    let open = move || {
        if path.as_os_str() == "-" {
            return Ok(Opened::Stream(Box::new(bar.wrap_read(io::stdin()))));
        }
        let file = File::open(path)?;
        Ok(if file.metadata()?.is_file() {
            Opened::File(Box::new(bar.wrap_read(file)))
        } else {
            Opened::Stream(Box::new(bar.wrap_read(file)))
        })
    };
    Input { name: input::shown(path), open: Box::new(open) }
}

/// A bar for someone who waits, otherwise nothing.
fn bar(total: u64, console: &Console) -> ProgressBar {
    if total < WORTH_A_BAR || !console.is_watched() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}") {
        bar.set_style(style);
    }
    bar
}

/// Bytes of a size such as `512M` or `2G`.
fn parse_size(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|last: char| last.is_ascii_alphabetic());
    let factor: usize = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" | "KIB" => 1 << 10,
        "M" | "MB" | "MIB" => 1 << 20,
        "G" | "GB" | "GIB" => 1 << 30,
        _ => return Err("expected a number of bytes with K, M or G, such as 512M".to_owned()),
    };
    let number: usize = digits.parse().map_err(|_| "expected a size such as 512M".to_owned())?;
    number.checked_mul(factor).filter(|size| *size > 0).ok_or_else(|| "that is no possible size".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse_size("512M"), Ok(512 << 20));
        assert_eq!(parse_size("2g"), Ok(2 << 30));
        for wrong in ["", "M", "12X", "0", "-1", "99999999999G"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }
}
