//! `tokentrail completions`: a script that teaches a shell to complete the program's arguments.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::console::Console;
use super::status::{Failure, Status};

/// What `completions` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// Runs the command.
///
/// # Errors
/// When the script cannot be written.
pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Status, Failure> {
    // Into memory first: the generator panics when its writer fails, which a closed pipe makes it do.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Cli::command(), "tokentrail", &mut script);
    console.out.write_all(&script)?;
    console.out.flush()?;
    Ok(Status::Clean)
}
