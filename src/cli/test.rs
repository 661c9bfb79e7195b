//! `tokentrail test`: runs the tests that stand beside rules.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use super::Global;
use super::console::Console;
use super::input;
use super::rules::Rules;
use super::settings::SettingsArguments;
use super::status::{Failure, Status};
use super::verdicts::Verdicts;
use crate::diagnostic::Severity;
use crate::diagnostic::render::{Appearance, Colours, counted};
use crate::plan::Plan;
use crate::plan::test::Test;
use crate::source::{Place, Position};
use crate::testing::{self, Surroundings, Verdict};

/// What `test` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Rule files, folders that are searched for *.trail, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    settings: SettingsArguments,
    /// Only tests of the rule of this name; may be given several times
    #[arg(long, value_name = "NAME")]
    rule: Vec<String>,
    /// Only tests with this text in their name, whatever its letter case
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Give exit status 1 for a rule without tests too
    #[arg(long)]
    require_tests: bool,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line per test, and for one that failed why
    #[default]
    Human,
    /// An array of objects
    Json,
    /// JUnit's XML: a suite per rule, a case per test
    Junit,
    /// Annotations for GitHub's workflows
    Github,
}

/// A test with how it ended.
pub struct Ran<'a> {
    /// The test.
    pub test: &'a Test,
    /// How it ended.
    pub verdict: Verdict,
}

/// Runs the command.
///
/// # Errors
/// When there are no tests, or none of a rule or name that was asked for.
pub fn run(arguments: &Arguments, global: &Global, console: &mut Console) -> Result<Status, Failure> {
    let mut rules = Rules::load(&arguments.paths, global.catalog.as_ref(), &arguments.settings)?;
    // Warnings are what `check` is for.
    rules.diagnostics.retain(|found| found.severity == Severity::Error);
    rules.say_all(console);
    // What the settings switch off is tested all the same.
    rules.plans.append(&mut rules.disabled);
    rules.select(&arguments.rule)?;
    let mut status = rules.status();
    rules.leave_out_unknown_lists("tested", console, &mut status);
    let untested = untested(&rules);
    if rules.tests.is_empty() && status == Status::Clean && untested.is_empty() {
        return Err(Failure::usage("there are no rules in the given paths", None));
    }
    let selected = selected(&rules, arguments.filter.as_deref())?;
    let ran = run_all(&rules, selected);
    let failed = ran.iter().filter(|ran| ran.verdict != Verdict::Passed).count();
    let missing = if arguments.require_tests { untested.as_slice() } else { &[] };
    let verdicts = Verdicts { ran: &ran, rules: &rules, untested: missing };
    match arguments.format {
        Format::Junit => console.out.write_all(verdicts.junit().as_bytes())?,
        Format::Github => console.out.write_all(verdicts.github().as_bytes())?,
        Format::Human => print(&ran, &rules, console.out_appearance(), &mut console.out)?,
        Format::Json => {
            let objects: Vec<Json> = ran.iter().map(|ran| object(ran, &rules)).collect();
            serde_json::to_writer_pretty(&mut console.out, &objects).map_err(io::Error::from)?;
            console.out.write_all(b"\n")?;
        }
    }
    console.out.flush()?;
    if failed > 0 || (arguments.require_tests && !untested.is_empty()) {
        status.raise(Status::Findings);
    }
    if matches!(arguments.format, Format::Human | Format::Github) {
        summarise(ran.len(), failed, not_run(&rules, &arguments.rule), console);
        // Which rules the tests are for that did not parse is not known.
        if rules.broken_tests == 0 {
            say_untested(&untested, console);
        }
    }
    Ok(status)
}

/// The rules without errors that no test names.
fn untested(rules: &Rules) -> Vec<&Plan> {
    let tested = |name: &str| rules.tested.iter().any(|tested| tested == name);
    rules.plans.iter().filter(|plan| !tested(&plan.name)).collect()
}

/// The tests of the rules that are kept whose names hold a text.
fn selected<'r>(rules: &'r Rules, filter: Option<&str>) -> Result<Vec<&'r Test>, Failure> {
    let of_rule = |test: &&Test| rules.plans.iter().any(|plan| plan.name == test.rule);
    let tests = rules.tests.iter().filter(of_rule);
    let Some(filter) = filter else { return Ok(tests.collect()) };
    let wanted = filter.to_lowercase();
    let tests: Vec<&Test> = tests.filter(|test| test.name.to_lowercase().contains(&wanted)).collect();
    if tests.is_empty() {
        return Err(Failure::usage(format!("no test has `{filter}` in its name"), None));
    }
    Ok(tests)
}

fn run_all<'r>(rules: &'r Rules, tests: Vec<&'r Test>) -> Vec<Ran<'r>> {
    let files = |place: Place, path: &str| read_beside(&rules.sources.get(place.source).path, path);
    let around = Surroundings { catalog: &rules.catalog, sources: &rules.sources, files: &files };
    let run = |test: &'r Test| {
        let plan = rules.plans.iter().find(|plan| plan.name == test.rule)?;
        let verdict = testing::run(test, plan, &around);
        Some(Ran { test, verdict })
    };
    tests.into_iter().filter_map(run).collect()
}

/// Reads a file whose path is below the folder of a rule file.
pub fn read_beside(rule_file: &str, path: &str) -> Result<Vec<u8>, String> {
    let path = Path::new(rule_file).parent().map_or_else(|| PathBuf::from(path), |folder| folder.join(path));
    std::fs::read(&path).map_err(|error| input::unreadable(&path, &error).message)
}

fn print(ran: &[Ran<'_>], rules: &Rules, looks: Appearance, out: &mut impl Write) -> io::Result<()> {
    let coloured = |colour: u8, word: &str| match looks.colours {
        Colours::On => format!("\u{1b}[{colour}m{word}\u{1b}[0m"),
        Colours::Off => word.to_owned(),
    };
    for Ran { test, verdict } in ran {
        let name = format!("{}: {}", test.rule, test.name);
        match verdict {
            Verdict::Passed => writeln!(out, "{}      {name}", coloured(32, "ok"))?,
            Verdict::Failed(failures) => {
                writeln!(out, "{}  {name}", coloured(31, "FAILED"))?;
                for failure in failures {
                    let (path, at) = position(failure.place, rules);
                    writeln!(out, "  expected  {}  ({path}:{})", failure.expected, at.line)?;
                    lines("came", &failure.came, "nothing", out)?;
                    lines("because", &failure.reasons, "", out)?;
                }
            }
            Verdict::Broken(reason) => {
                let (path, at) = position(test.place, rules);
                writeln!(out, "{}  {name}", coloured(31, "FAILED"))?;
                writeln!(out, "  its events cannot be made: {reason}  ({path}:{})", at.line)?;
            }
        }
    }
    Ok(())
}

/// A word and the lines that belong to it, or what stands for none.
fn lines(word: &str, lines: &[String], none: &str, out: &mut impl Write) -> io::Result<()> {
    if lines.is_empty() && !none.is_empty() {
        writeln!(out, "  {word:<8}  {none}")?;
    }
    for (index, line) in lines.iter().enumerate() {
        writeln!(out, "  {:<8}  {line}", if index == 0 { word } else { "" })?;
    }
    Ok(())
}

fn position(place: Place, rules: &Rules) -> (&str, Position) {
    let source = rules.sources.get(place.source);
    (&source.path, source.position(place.span.start))
}

fn object(Ran { test, verdict }: &Ran<'_>, rules: &Rules) -> Json {
    let (file, at) = position(test.place, rules);
    let mut object = json!({
        "rule": test.rule, "test": test.name, "file": file, "line": at.line, "column": at.column, "status": "ok",
    });
    match verdict {
        Verdict::Passed => {}
        Verdict::Failed(failures) => {
            let failure = |failure: &testing::Failure| {
                json!({
                    "line": position(failure.place, rules).1.line, "expected": failure.expected,
                    "came": failure.came, "reasons": failure.reasons,
                })
            };
            object["status"] = "failed".into();
            object["failures"] = failures.iter().map(failure).collect();
        }
        Verdict::Broken(reason) => {
            object["status"] = "broken".into();
            object["message"] = reason.clone().into();
        }
    }
    object
}

/// How many tests of the wanted rules are left out, because the rule has errors or they have some themselves.
fn not_run(rules: &Rules, wanted: &[String]) -> usize {
    let is_wanted = |name: &&String| wanted.is_empty() || wanted.contains(name);
    let all = rules.tested.iter().filter(is_wanted).count();
    let usable = rules.tests.iter().filter(|test| rules.plans.iter().any(|plan| plan.name == test.rule)).count();
    all.saturating_sub(usable) + rules.broken_tests
}

fn summarise(count: usize, failed: usize, not_run: usize, console: &Console) {
    console.say(format_args!("{}: {} passed, {failed} failed", counted(count, "test"), count - failed));
    if not_run > 0 {
        console.say(format_args!("{} not run: the errors are above", counted(not_run, "test")));
    }
}

fn say_untested(untested: &[&Plan], console: &Console) {
    let names: Vec<&str> = untested.iter().map(|plan| plan.name.as_str()).collect();
    match names.as_slice() {
        [] => {}
        [one] => console.say(format_args!("1 rule has no test: {one}")),
        several => console.say(format_args!("{} rules have no test: {}", several.len(), several.join(", "))),
    }
}
