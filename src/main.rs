//! The `tokentrail` program.

fn main() -> std::process::ExitCode {
    tokentrail::cli::main()
}
