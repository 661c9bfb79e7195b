//! `tokentrail init`: a rule repository to start from, which passes its own check and tests.
//!
//! All of it is written or none: into a folder beside its place, which is renamed once it is whole.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::console::Console;
use super::status::{Failure, Status};
use crate::diagnostic::render::counted;

/// What `init` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Folder of the new repository; it must be empty, or not exist yet
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// The files of a new repository.
const FILES: [(&str, &str); 8] = [
    (".github/workflows/rules.yml", include_str!("init/workflow.yml")),
    (".gitignore", include_str!("init/gitignore")),
    (".pre-commit-config.yaml", include_str!("init/pre-commit-config.yaml")),
    ("README.md", include_str!("init/README.md")),
    ("rules/lists.trail", include_str!("init/rules/lists.trail")),
    ("rules/lists/office_networks.csv", include_str!("init/rules/lists/office_networks.csv")),
    ("rules/session_on_several_networks.trail", include_str!("init/rules/session_on_several_networks.trail")),
    ("tokentrail.toml", include_str!("init/tokentrail.toml")),
];

/// What stands for the version of this program in the files.
const VERSION: &str = "{version}";

/// The one thing that a folder may hold already: what `git init` made.
const GIT: &str = ".git";

/// Runs the command.
///
/// # Errors
/// When the folder is in use, or cannot be written to.
pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Status, Failure> {
    let folder = &arguments.folder;
    let unwritable = |error: io::Error| {
        let help = "check that its folder exists and may be written to, and that the disk is not full";
        Failure::usage(format!("cannot make `{}`: {error}", folder.display()), Some(help.to_owned()))
    };
    match state(folder).map_err(unwritable)? {
        State::Absent => make(folder).map_err(unwritable)?,
        State::Empty => fill(folder).map_err(unwritable)?,
        State::Used(message) => {
            let help = "name a folder that is empty or does not exist yet; nothing was written";
            return Err(Failure::usage(message, Some(help.to_owned())));
        }
    }
    console.say(format_args!("wrote {} to `{}`", counted(FILES.len(), "file"), folder.display()));
    if folder.as_os_str() != "." {
        console.say(format_args!("  cd {}", quoted(folder)));
    }
    for next in ["check .", "test .", "build . --target sentinel-yaml -o out"] {
        console.say(format_args!("  tokentrail {next}"));
    }
    Ok(Status::Clean)
}

/// What is in the place of the new repository.
enum State {
    /// Nothing.
    Absent,
    /// A folder with nothing in it that matters.
    Empty,
    /// Something else, and what.
    Used(String),
}

fn state(folder: &Path) -> io::Result<State> {
    // The place itself, not what a link leads to: a link to nowhere is something too.
    match folder.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::Absent),
        found => found?,
    };
    if !folder.metadata()?.is_dir() {
        return Ok(State::Used(format!("`{}` is a file", folder.display())));
    }
    let names: Result<Vec<OsString>, io::Error> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name())).collect();
    let mut names: Vec<String> = names?.iter().filter(|name| *name != GIT).map(shown).collect();
    names.sort();
    Ok(match names.as_slice() {
        [] => State::Empty,
        [first] => State::Used(format!("`{}` is not empty: it holds {first}", folder.display())),
        [first, rest @ ..] => {
            let more = rest.len();
            State::Used(format!("`{}` is not empty: it holds {first} and {more} more", folder.display()))
        }
    })
}

fn shown(name: &OsString) -> String {
    format!("`{}`", name.to_string_lossy())
}

/// Makes a folder that did not exist.
fn make(folder: &Path) -> io::Result<()> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let staging = staging(parent)?;
    // A folder inside, for its own permissions are those of something secret.
    let whole = staging.path().join("whole");
    write_all(&whole)?;
    fs::rename(whole, folder)
}

/// Fills an empty folder, which may be the one that the program runs in and therefore stays.
fn fill(folder: &Path) -> io::Result<()> {
    let staging = staging(folder)?;
    write_all(staging.path())?;
    let mut moved: Vec<PathBuf> = Vec::new();
    for name in top_names() {
        let place = folder.join(name);
        if let Err(error) = fs::rename(staging.path().join(name), &place) {
            moved.iter().for_each(|place| take_back(place));
            return Err(error);
        }
        moved.push(place);
    }
    Ok(())
}

/// The first part of each path, each once.
fn top_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = FILES.iter().filter_map(|(path, _)| path.split('/').next()).collect();
    names.dedup();
    names
}

/// Removes what was moved into place before something else could not be. That it fails changes nothing about the error that is told.
fn take_back(place: &Path) {
    let _ = if place.is_dir() { fs::remove_dir_all(place) } else { fs::remove_file(place) };
}

fn staging(folder: &Path) -> io::Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix(".tokentrail-").tempdir_in(folder)
}

fn write_all(folder: &Path) -> io::Result<()> {
    for (path, text) in FILES {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text.replace(VERSION, env!("CARGO_PKG_VERSION")))?;
    }
    Ok(())
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+:".contains(letter);
    if text.chars().all(is_plain) && !text.starts_with('-') {
        return text;
    }
    format!("-- '{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_sorted_so_that_each_first_part_comes_once() {
        assert!(FILES.is_sorted_by_key(|(path, _)| path));
        assert_eq!(top_names().len(), 6);
    }

    #[test]
    fn paths_are_quoted_where_a_shell_would_read_them_otherwise() {
        assert_eq!(quoted(Path::new("a/b-c.d")), "a/b-c.d");
        assert_eq!(quoted(Path::new("it's here")), r"-- 'it'\''s here'");
        assert_eq!(quoted(Path::new("-x")), "-- '-x'");
    }
}
