//! The `tokentrail` program.

/// Events are many small pieces of memory that one thread makes and another gives back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    tokentrail::cli::main()
}
