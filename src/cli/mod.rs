//! The command line: the only place with input, output and `clap`.
//!
//! One file per subcommand; `rules` is what they share, `input` reads rule files, `console` writes, `status` knows the exit
//! statuses. Results go to standard output, everything else to standard error.

mod build;
mod catalog;
mod check;
mod completions;
mod console;
mod explain;
mod fmt;
mod follow;
mod init;
mod input;
mod lists;
mod naming;
mod output;
mod report;
mod results;
mod rules;
mod run;
mod selftest;
mod settings;
mod status;
mod summary;
mod test;
mod today;
mod verdicts;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use console::{ColorChoice, Console};
use status::{Failure, Status};

/// A typed rule language for how access tokens and sessions are used.
///
/// One rule compiles to KQL for Microsoft Sentinel and to SPL for Splunk, and runs here over exported logs. All of them find
/// the same matches.
#[derive(Debug, Parser)]
#[command(name = "tokentrail", version, after_help = EXAMPLES, arg_required_else_help = true, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every subcommand takes.
#[derive(Debug, Args)]
struct Global {
    /// Folder of catalogue files (*.toml) that add log sources or replace built-in ones
    #[arg(long, global = true, value_name = "DIR")]
    catalog: Option<PathBuf>,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: ColorChoice,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check rules and report every mistake
    #[command(
        after_help = "Examples:\n  tokentrail check rules\n  tokentrail check rules --format json --deny warnings"
    )]
    Check(check::Arguments),
    /// Write the queries of rules, and the packages that deploy them
    #[command(
        after_help = "Examples:\n  tokentrail build rules --target kql\n  tokentrail build rules --target spl -o queries\n  \
                      tokentrail build rules --target sql --dialect spark -o queries\n  \
                      tokentrail build rules --target sentinel-yaml,splunk-app -o out --prune\n  \
                      tokentrail build rules --target kql --rule token_geo_traversal --hunt 2026-01-05..2026-01-12"
    )]
    Build(build::Arguments),
    /// Run the tests that stand beside rules
    #[command(
        after_help = "Examples:\n  tokentrail test rules\n  tokentrail test rules --rule token_geo_traversal --filter edge"
    )]
    Test(test::Arguments),
    /// Run rules over exported logs
    #[command(after_help = "Examples:\n  tokentrail run rules --events export.ndjson.gz\n  \
                      tokentrail run rules --events logs --grain match --format table\n  \
                      zcat old.gz | tokentrail run rules --events - --fail-on-match\n  \
                      tokentrail run rules --events logs --follow --state logs.state")]
    Run(run::Arguments),
    /// Explain a diagnostic code, or one of your rules
    #[command(after_help = "Examples:\n  tokentrail explain E0301\n  tokentrail explain token_geo_traversal rules")]
    Explain(explain::Arguments),
    /// Show the log sources that rules can read
    #[command(after_help = "Examples:\n  tokentrail catalog list\n  tokentrail catalog show entra.signin\n  \
                          tokentrail catalog table entra.signin --dialect clickhouse")]
    Catalog(catalog::Arguments),
    /// Format rule files in place
    #[command(after_help = "Examples:\n  tokentrail fmt rules\n  tokentrail fmt rules --check")]
    Fmt(fmt::Arguments),
    /// Make a rule repository to start from
    #[command(
        after_help = "Examples:\n  tokentrail init detections\n  mkdir detections && cd detections && git init && tokentrail init ."
    )]
    Init(init::Arguments),
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  tokentrail completions bash > ~/.local/share/bash-completion/completions/tokentrail"
    )]
    Completions(completions::Arguments),
}

const EXAMPLES: &str = "\
Examples:
  tokentrail init detections                           make a rule repository to start from
  tokentrail check rules                               find the mistakes in the rules below a folder
  tokentrail test rules                                run their tests
  tokentrail build rules --target kql -o queries       write their queries for Microsoft Sentinel
  tokentrail run rules --events export.ndjson.gz       find their matches in exported logs
  tokentrail explain E0301                             what a diagnostic means

Exit status:
  0 nothing found   1 errors in rules, failed tests, or denied warnings   2 wrong usage, or input that cannot be read
  3 matches, with `run --fail-on-match`";

/// Runs the program with the process's arguments and gives its exit status.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are asked for and go to standard output; a reader who closes it early is no failure.
            let _ = error.print();
            return if error.use_stderr() { Status::Unreadable.into() } else { Status::Clean.into() };
        }
    };
    let mut console = Console::new(cli.global.color);
    match dispatch(&cli, &mut console) {
        Ok(status) => status.into(),
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Output(error)) => {
            console.error(format_args!("cannot write the results: {error}"), None);
            Status::Unreadable.into()
        }
        Err(Failure::Usage { message, help }) => {
            // What was found before goes out first.
            let _ = console.out.flush();
            console.error(message, help.as_deref());
            Status::Unreadable.into()
        }
    }
}

fn dispatch(cli: &Cli, console: &mut Console) -> Result<Status, Failure> {
    let global = &cli.global;
    match &cli.command {
        Command::Check(arguments) => check::run(arguments, global, console),
        Command::Build(arguments) => build::run(arguments, global, console),
        Command::Test(arguments) => test::run(arguments, global, console),
        Command::Run(arguments) => run::run(arguments, global, console),
        Command::Explain(arguments) => explain::run(arguments, global, console),
        Command::Catalog(arguments) => catalog::run(arguments, global, console),
        Command::Fmt(arguments) => fmt::run(arguments, console),
        Command::Init(arguments) => init::run(arguments, console),
        Command::Completions(arguments) => completions::run(arguments, console),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Cli::command().debug_assert();
    }
}
