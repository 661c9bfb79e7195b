//! The command line: the only place with input, output and `clap`.

/// Runs the program with the process's arguments and gives its exit status.
#[must_use]
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
