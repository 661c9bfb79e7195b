//! Rule files from the disk: which ones the paths of a command mean, and their texts.
//!
//! What cannot be read becomes a [`Problem`] and the rest is read all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::naming::{self, Names};
use crate::source::{MAX_BYTES, Position, Source, SourceId, Sources};

/// Why an input could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The fact, with the path.
    pub message: String,
    /// The fix.
    pub help: Option<String>,
    /// The input, as the user named it.
    pub path: Option<String>,
    /// Where in it.
    pub at: Option<Position>,
}

impl Problem {
    /// A problem from its fact.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, path: None, at: None }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with the input that it is about.
    #[must_use]
    pub fn of(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }
}

/// The rule files of a command.
#[derive(Debug, Default)]
pub struct RuleFiles {
    /// Their texts.
    pub sources: Sources,
    /// Their ids, sorted by path.
    pub ids: Vec<SourceId>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// Reads the files that `paths` name: files as they are, folders searched for `*.trail`, `-` for standard input. Each file
/// is read once, in order of its path.
#[must_use]
pub fn read_rules(paths: &[PathBuf]) -> RuleFiles {
    let mut files = RuleFiles::default();
    let (mut all, mut names) = (BTreeSet::new(), Names::default());
    for path in paths {
        let mut found = BTreeMap::new();
        if let Err(problem) = collect(path, &["trail"], &mut found, &mut files.problems) {
            files.problems.push(problem);
        }
        found.keys().for_each(|file| names.found(file, path));
        all.extend(found.into_keys());
    }
    let mut seen = BTreeSet::new();
    for path in all {
        let is_stdin = path.as_os_str() == "-";
        if !is_stdin && !seen.insert(naming::place(&path)) {
            continue;
        }
        let name = if is_stdin { STDIN.to_owned() } else { names.of(&path) };
        match read_text(&path) {
            Ok(text) => files.ids.push(files.sources.add(Source::new(shown(&path), text).named(name))),
            Err(problem) => files.problems.push(problem),
        }
    }
    files
}

/// Puts the files that `path` names into `found`: itself, or the files below it with one of these endings. The value says whether the path was named by the user itself.
///
/// # Errors
/// When there is no such path, or nothing of use in the folder.
pub fn collect(
    path: &Path,
    endings: &[&str],
    found: &mut BTreeMap<PathBuf, Named>,
    problems: &mut Vec<Problem>,
) -> Result<(), Problem> {
    if path.as_os_str() == "-" {
        found.insert(path.to_owned(), Named::Directly);
        return Ok(());
    }
    let kind = path.metadata().map_err(|error| unreadable(path, &error))?;
    if !kind.is_dir() {
        found.insert(path.to_owned(), Named::Directly);
        return Ok(());
    }
    let mut any = false;
    let is_shown =
        |entry: &walkdir::DirEntry| entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".");
    for entry in WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter().filter_entry(is_shown) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && has_ending(entry.path(), endings) => {
                any = true;
                found.entry(entry.into_path()).or_insert(Named::ByFolder);
            }
            Ok(_) => {}
            Err(error) => problems.push(Problem::new(format!("cannot search `{}`: {error}", shown(path)))),
        }
    }
    if !any {
        let endings: Vec<String> = endings.iter().map(|ending| format!("*.{ending}")).collect();
        return Err(Problem::new(format!("no {} in `{}`", endings.join(", "), shown(path)))
            .help("name a file, or a folder that holds some"));
    }
    Ok(())
}

/// How a file came to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// Its path was given.
    Directly,
    /// A folder above it was given.
    ByFolder,
}

/// What standard input is called.
pub const STDIN: &str = "<stdin>";

/// A path as people know it.
#[must_use]
pub fn shown(path: &Path) -> String {
    if path.as_os_str() == "-" { STDIN.to_owned() } else { path.display().to_string() }
}

/// What a failure to open or read a path is called.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "every other kind is treated alike")]
pub fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let path = shown(path);
    match error.kind() {
        io::ErrorKind::NotFound => Problem::new(format!("no such file or folder: `{path}`"))
            .help("check the spelling, or the folder this is run in"),
        _ => Problem::new(format!("cannot read `{path}`: {error}")),
    }
    .of(&path)
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    endings.iter().any(|ending| name.strip_suffix(ending).is_some_and(|stem| stem.ends_with('.')))
}

/// The text of a rule or catalogue file.
///
/// # Errors
/// When it cannot be read, is too large or is not UTF-8.
pub fn read_text(path: &Path) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64 + 1;
    let read = if path.as_os_str() == "-" {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|error| unreadable(path, &error))?;
    decode(&shown(path), bytes)
}

/// The text of a rule file, without a byte order mark.
fn decode(path: &str, bytes: Vec<u8>) -> Result<String, Problem> {
    if bytes.len() > MAX_BYTES {
        let most = MAX_BYTES / (1024 * 1024);
        return Err(Problem::new(format!(
            "`{path}` is larger than {most} MiB, the most that a rule or list file may have"
        ))
        .help("rules are a few kilobytes each; is this a log? logs go to `run --events`")
        .of(path));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let problem = Problem::new(format!("{path}:1:1: not UTF-8 but UTF-16")).help("save the file as UTF-8");
        return Err(Problem { at: Some(Position { line: 1, column: 1 }), ..problem.of(path) });
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let bytes = error.into_bytes();
        let before = Source::new("", String::from_utf8_lossy(&bytes[..valid]));
        let at = before.position(u32::MAX);
        let message = format!("{path}:{}:{}: not UTF-8: byte 0x{:02x}", at.line, at.column, bytes[valid]);
        Problem { at: Some(at), ..Problem::new(message).help("save the file as UTF-8").of(path) }
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_are_named_with_line_and_column() {
        let problem = decode("a.trail", b"rule a {\n  \xc3\xa9\xff }".to_vec()).unwrap_err();
        assert_eq!(problem.message, "a.trail:2:4: not UTF-8: byte 0xff");
    }

    #[test]
    fn a_byte_order_mark_is_dropped_and_utf16_is_named() {
        assert_eq!(decode("a", b"\xef\xbb\xbfrule".to_vec()).unwrap(), "rule");
        assert!(decode("a", b"\xff\xfer\0".to_vec()).unwrap_err().message.contains("UTF-16"));
    }

    #[test]
    fn a_file_over_the_limit_is_refused() {
        assert!(decode("a", vec![b' '; MAX_BYTES]).is_ok());
        assert!(decode("a", vec![b' '; MAX_BYTES + 1]).unwrap_err().message.contains("larger than 8 MiB"));
    }

    #[test]
    fn endings_are_compared_without_letter_case_and_need_their_dot() {
        for name in ["a.json", "b.NDJSON", "c.json.gz"] {
            assert!(has_ending(Path::new(name), &["json", "ndjson", "json.gz"]), "{name}");
        }
        for name in ["json", "a.jsonx", "a.gz", "xjson"] {
            assert!(!has_ending(Path::new(name), &["json", "ndjson", "json.gz"]), "{name}");
        }
    }
}
