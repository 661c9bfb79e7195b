//! `tokentrail check`: reads and checks rules, writes nothing.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Global;
use super::console::Console;
use super::report::Around;
use super::rules::Rules;
use super::settings::SettingsArguments;
use super::status::{Deny, Failure, Status};
use crate::diagnostic::{Severity, render, report};

/// What `check` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Rule files, folders that are searched for *.trail, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    settings: SettingsArguments,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Give exit status 1 for warnings too
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the piece of the file each is about
    #[default]
    Human,
    /// One line each: path:line:column: error[CODE]: message; help
    Short,
    /// An array of objects
    Json,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// Annotations for GitHub's workflows
    Github,
    /// JUnit's XML: a suite per file, a case per rule
    Junit,
}

/// Runs the command.
///
/// # Errors
/// When the findings cannot be written.
pub fn run(arguments: &Arguments, global: &Global, console: &mut Console) -> Result<Status, Failure> {
    let rules = Rules::load(&arguments.paths, global.catalog.as_ref(), &arguments.settings)?;
    let around = Around::new(&rules);
    let report = around.report(&rules);
    let failing = if arguments.deny.is_some() { Severity::Warning } else { Severity::Error };
    let text = match arguments.format {
        Format::Human => render::human(&rules.diagnostics, &rules.sources, console.out_appearance()),
        Format::Short => render::short(&rules.diagnostics, &rules.sources),
        Format::Json => render::json(&rules.diagnostics, &rules.sources),
        Format::Sarif => report::sarif(&report),
        Format::Github => report::github::github(&report),
        Format::Junit => report::junit::junit(&report, failing),
    };
    console.out.write_all(text.as_bytes())?;
    console.out.flush()?;
    rules.say_problems(console);
    if matches!(arguments.format, Format::Human | Format::Github) && rules.files > 0 {
        console.say(render::summary(&rules.diagnostics, rules.files));
    }
    let mut status = rules.status();
    if let Some(Deny::Warnings) = arguments.deny {
        status.raise(Deny::status(&rules.diagnostics));
    }
    Ok(status)
}
