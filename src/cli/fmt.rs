//! `tokentrail fmt`: rule files in the one form that everybody writes them in.
//!
//! A file with syntax errors is left alone: what did not parse would be lost.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::console::Console;
use super::status::{Failure, Status};
use super::{input, output};
use crate::source::{Source, SourceId, Sources};
use crate::syntax;

/// What `fmt` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Rule files, folders that are searched for *.trail, or - to format standard input to standard output
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Change nothing; print the names of files that would change, and give exit status 1 if there are any
    #[arg(long)]
    check: bool,
}

/// Runs the command.
///
/// # Errors
/// When a file cannot be written.
pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Status, Failure> {
    let files = input::read_rules(&arguments.paths);
    let mut status = if files.problems.is_empty() { Status::Clean } else { Status::Unreadable };
    let mut changed = 0;
    for id in &files.ids {
        let source = files.sources.get(*id);
        let Some(formatted) = format(*id, &files.sources, console) else {
            status.raise(Status::Findings);
            continue;
        };
        if source.path == STDIN && !arguments.check {
            console.out.write_all(formatted.as_bytes())?;
        } else if formatted != source.text {
            changed += 1;
            if arguments.check {
                writeln!(console.out, "{}", source.path)?;
                status.raise(Status::Findings);
            } else {
                write(&source.path, &formatted)?;
            }
        }
    }
    console.out.flush()?;
    console.problems(&files.problems);
    let verb = if arguments.check { "would change" } else { "changed" };
    console.say(format_args!("{verb} {changed} of {} files", files.ids.len()));
    Ok(status)
}

/// What standard input is called among the sources.
const STDIN: &str = "<stdin>";

/// The text in its one form; none where it has errors, which are said.
fn format(id: SourceId, sources: &Sources, console: &Console) -> Option<String> {
    let source = sources.get(id);
    let parsed = syntax::parse(id, source);
    if !parsed.diagnostics.is_empty() {
        console.diagnostics(&parsed.diagnostics, sources);
        return None;
    }
    let formatted = syntax::print::print(&parsed.file, &source.text);
    if is_settled(&formatted, parsed.file.items.len()) {
        return Some(formatted);
    }
    let message = format_args!("`{}` was left as it is: its new form would not read the same", source.path);
    console.error(message, Some("this is a mistake of the formatter; please report it with the file"));
    None
}

/// Whether a formatted text reads well, with as many items, and would be formatted to itself.
fn is_settled(formatted: &str, items: usize) -> bool {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("", formatted));
    let parsed = syntax::parse(id, sources.get(id));
    parsed.diagnostics.is_empty()
        && parsed.file.items.len() == items
        && syntax::print::print(&parsed.file, formatted) == formatted
}

fn write(path: &str, text: &str) -> Result<(), Failure> {
    output::write_whole(Path::new(path), text)
        .map_err(|error| Failure::usage(format!("cannot write `{path}`: {error}"), None))
}
