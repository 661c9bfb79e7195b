//! `tokentrail build`: rules to queries, on standard output or one file each.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Global;
use super::console::Console;
use super::output;
use super::rules::Rules;
use super::selftest;
use super::settings::SettingsArguments;
use super::status::{Failure, Status};
use crate::diagnostic::render::counted;
use crate::diagnostic::{Diagnostic, Label};
use crate::plan::Plan;
use crate::settings::Settings;
use crate::target::{self, Dialect, ENTRY, Grain, Options, Period, Query, Target, Upload, limits};

/// What `build` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Rule files, folders that are searched for *.trail, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    settings: SettingsArguments,
    /// What to write queries for
    #[arg(long, short, value_enum, value_name = "TARGET")]
    target: TargetName,
    /// The SQL engine that `--target sql` is for [default: duckdb]
    #[arg(long, value_enum, value_name = "DIALECT")]
    dialect: Option<DialectName>,
    /// Write one file per rule, NAME.kql, NAME.spl or NAME.sql, into this folder, and NAME.csv for each list too long for a query
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Only the rule of this name; may be given several times
    #[arg(long, value_name = "NAME")]
    rule: Vec<String>,
    /// What a row of the result is
    #[arg(long, value_enum, default_value_t, value_name = "GRAIN")]
    grain: GrainName,
    /// Ask about a fixed period instead of a scheduled run: two times or dates, the second not included
    #[arg(long, value_name = "FROM..TO", value_parser = parse_hunt)]
    hunt: Option<Period>,
    /// Write the tests of each rule as a query with their events in it, which says pass or fail: NAME.selftest.kql, .spl or .sql
    #[arg(long, conflicts_with = "hunt")]
    selftest: bool,
}

/// What queries are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TargetName {
    /// Kusto, for Microsoft Sentinel
    Kql,
    /// Splunk
    Spl,
    /// SQL over one view per log, for a data lake
    Sql,
}

/// Which SQL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DialectName {
    /// DuckDB
    #[default]
    #[value(name = "duckdb")]
    DuckDb,
    /// Apache Spark
    Spark,
    /// ClickHouse
    #[value(name = "clickhouse")]
    ClickHouse,
}

impl DialectName {
    /// The engine.
    pub fn dialect(self) -> Dialect {
        match self {
            Self::DuckDb => Dialect::DuckDb,
            Self::Spark => Dialect::Spark,
            Self::ClickHouse => Dialect::ClickHouse,
        }
    }
}

impl TargetName {
    fn target(self, dialect: Option<DialectName>) -> Result<Target, Failure> {
        let target = match (self, dialect) {
            (Self::Kql, None) => Target::Kql,
            (Self::Spl, None) => Target::Spl,
            (Self::Sql, dialect) => Target::Sql(dialect.unwrap_or_default().dialect()),
            (Self::Kql | Self::Spl, Some(dialect)) => {
                let dialect = dialect.dialect();
                let message = format!("{} is a dialect of SQL, and `--target` is another language", dialect.title());
                let help = format!("write `--target sql --dialect {}`, or leave out `--dialect`", dialect.word());
                return Err(Failure::usage(message, Some(help)));
            }
        };
        Ok(target)
    }
}

/// What a row of the result is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum GrainName {
    /// One event that completes what the rule describes
    Match,
    /// Matches of one key that follow each other closely
    #[default]
    Alert,
}

impl GrainName {
    /// The grain.
    #[must_use]
    pub fn grain(self) -> Grain {
        match self {
            Self::Match => Grain::Match,
            Self::Alert => Grain::Alert,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// When a rule that was asked for does not exist, or a query cannot be written.
pub fn run(arguments: &Arguments, global: &Global, console: &mut Console) -> Result<Status, Failure> {
    let target = arguments.target.target(arguments.dialect)?;
    let mut rules = Rules::load(&arguments.paths, global.catalog.as_ref(), &arguments.settings)?;
    rules.say_all(console);
    rules.select(&arguments.rule)?;
    if arguments.selftest {
        let wanted = selftest::Wanted {
            target,
            grain: arguments.grain.grain(),
            folder: arguments.output.as_deref(),
            rules: &arguments.rule,
        };
        let status = selftest::run(&mut rules, &wanted, console)?;
        console.out.flush()?;
        return Ok(status);
    }
    let options = Options { grain: arguments.grain.grain(), period: arguments.hunt.unwrap_or(Period::Scheduled) };
    let mut status = rules.status();
    let mut written = 0;
    let mut uploads = BTreeMap::new();
    for plan in &rules.plans {
        let too_old = beyond_retention(plan, options.period, &rules.settings);
        let query = target::write(plan, target, options);
        let query = match (query, too_old) {
            (Ok(query), None) => Ok(query),
            (Ok(_), Some(too_old)) => Err(vec![too_old]),
            (Err(gaps), too_old) => Err(gaps.into_iter().chain(too_old).collect()),
        };
        match query {
            Ok(query) => {
                console.diagnostics(&query.notes, &rules.sources);
                match &arguments.output {
                    Some(folder) => write_file(folder, &plan.name, &query)?,
                    None => print(console, &query.text, written)?,
                }
                written += 1;
                uploads.extend(query.uploads.into_iter().map(|upload| (upload.name.clone(), upload)));
            }
            Err(gaps) => {
                console.diagnostics(&gaps, &rules.sources);
                status.raise(Status::Findings);
            }
        }
    }
    console.out.flush()?;
    let uploads: Vec<Upload> = uploads.into_values().collect();
    match &arguments.output {
        Some(folder) => write_uploads(folder, &uploads)?,
        None => uploads.iter().for_each(|upload| say_missing(upload, console)),
    }
    if let Some(folder) = &arguments.output {
        let queries = if written == 1 { "1 query".to_owned() } else { format!("{written} queries") };
        console.say(format_args!("wrote {queries} to `{}` from {}", folder.display(), counted(rules.files, "file")));
        uploads.iter().for_each(|upload| say_written(upload, console));
    }
    Ok(status)
}

/// What is wrong with a scheduled query where the settings say how long logs are kept.
fn beyond_retention(plan: &Plan, period: Period, settings: &Settings) -> Option<Diagnostic> {
    let kept = settings.retention.as_ref().filter(|_| period == Period::Scheduled)?;
    let mut found = limits::retention(plan, kept.value)?;
    found.labels.push(Label { place: kept.place, text: "logs are kept so long".to_owned() });
    Some(found)
}

/// A query on standard output; its header comment says which rule it is, a blank line keeps it from the one before.
pub fn print(console: &mut Console, query: &str, before: usize) -> Result<(), Failure> {
    if before > 0 {
        console.out.write_all(b"\n")?;
    }
    Ok(console.out.write_all(query.as_bytes())?)
}

/// Writes `NAME.kql` whole or not at all: a reader never sees half a query.
fn write_file(folder: &Path, name: &str, query: &Query) -> Result<(), Failure> {
    write_text(folder, &format!("{name}.{}", query.target.word()), &query.text)
}

/// Writes the lists that queries read from outside, and what makes lookups or tables of them.
fn write_uploads(folder: &Path, uploads: &[Upload]) -> Result<(), Failure> {
    for upload in uploads {
        write_text(folder, &format!("{}.csv", upload.name), &upload.csv)?;
    }
    let transforms: Vec<&str> = uploads.iter().filter_map(|upload| upload.transform.as_deref()).collect();
    if !transforms.is_empty() {
        write_text(folder, "transforms.conf", &transforms.join("\n"))?;
    }
    let tables: Vec<&str> = uploads.iter().filter_map(|upload| upload.table.as_deref()).collect();
    if tables.is_empty() { Ok(()) } else { write_text(folder, LISTS, &tables.join("\n")) }
}

/// The statements that make tables of lists.
const LISTS: &str = "lists.sql";

/// What is to be done with the file of a list.
fn say_written(upload: &Upload, console: &Console) {
    let name = &upload.name;
    if upload.table.is_some() {
        console.say(format_args!("make a table `{name}` of `{name}.csv`; `{LISTS}` does so where the file is"));
    } else if upload.transform.is_some() {
        console.say(format_args!(
            "upload `{name}.csv` as a lookup table file; `transforms.conf` defines the lookup `{name}`"
        ));
    } else {
        console.say(format_args!("upload `{name}.csv` as the watchlist `{name}` with `{ENTRY}` as its search key"));
    }
}

/// That a query alone is not enough.
fn say_missing(upload: &Upload, console: &Console) {
    let what = match (&upload.table, &upload.transform) {
        (Some(_), _) => "table",
        (None, Some(_)) => "lookup",
        (None, None) => "watchlist",
    };
    console.warning(
        format_args!("the list `{}` is too long for a query, which reads it from a {what} of that name", upload.name),
        Some(&format!("build with -o DIR to get {}.csv, and upload it; its column is `{ENTRY}`", upload.name)),
    );
}

/// Writes a file whole or not at all.
pub fn write_text(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(name);
    let write = || std::fs::create_dir_all(folder).and_then(|()| output::write_whole(&path, text));
    write().map_err(|error| {
        let help = "check that the folder exists, may be written to, and is not a file";
        Failure::usage(format!("cannot write `{}`: {error}", path.display()), Some(help.to_owned()))
    })
}

fn parse_hunt(text: &str) -> Result<Period, String> {
    let (from, to) = text.split_once("..").ok_or("expected FROM..TO, such as 2026-01-05..2026-01-12")?;
    let (from, to) = (parse_moment(from)?, parse_moment(to)?);
    if from >= to {
        return Err("FROM must be before TO".to_owned());
    }
    Ok(Period::Hunt { from, to })
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
