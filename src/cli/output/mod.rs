//! Files that are written: each whole or not at all, and those of a folder all or none.
//!
//! `compare` holds what was made against a folder and its `manifest`, and only reads; `transaction` then makes the folder so, or
//! leaves it as it was.

mod compare;
mod disk;
mod manifest;
mod stale;
mod transaction;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use compare::compare;
pub use disk::join;
pub use manifest::FILE_NAME;
pub use transaction::apply;

/// A file that belongs into a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its path below the folder, with forward slashes.
    pub path: String,
    /// What it holds.
    pub contents: Vec<u8>,
    /// What it was built for: a name for the manifest.
    pub target: &'static str,
    /// The rule that it is for; none where it is for several.
    pub rule: Option<String>,
}

/// What a folder is to hold.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The folder.
    pub folder: &'a Path,
    /// Its files.
    pub files: Vec<Made>,
    /// The targets that were built, each with the rules that exist and could not be built for it.
    pub targets: BTreeMap<&'static str, BTreeSet<String>>,
    /// What is known of the rules that files of earlier builds are for.
    pub rules: Known,
    /// What becomes of files that are not wanted any more.
    pub stale: Stale,
    /// What becomes of files in the way that others wrote or changed.
    pub others: Others,
}

/// What is known of the rules that files of earlier builds are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// There are no rules but those that were built and those that could not be.
    All,
    /// There may be rules that could not be read, beside these.
    Unclear(BTreeSet<String>),
    /// Only some rules were asked for.
    Part,
}

/// What becomes of files that are not wanted any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// They stay.
    Keep,
    /// They are removed.
    Remove,
}

/// What becomes of files in the way that others wrote or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// They stop the build.
    Respect,
    /// They are overwritten.
    Overwrite,
}

/// What is to be done to a folder, and what is not. Paths are below it.
#[derive(Debug, Default)]
pub struct Changes {
    /// Files to write, by path; the manifest is not among them.
    pub write: BTreeMap<String, Replacement>,
    /// How many files are as they should be.
    pub unchanged: usize,
    /// Files to remove.
    pub remove: Vec<String>,
    /// Folders that are empty then and were made by a build, the innermost first.
    pub remove_folders: Vec<String>,
    /// Files that are not wanted any more, and stay.
    pub stale: Vec<String>,
    /// Files that are not wanted any more, and stay because they were changed since they were written.
    pub changed: Vec<String>,
    /// Files that stay because some rule that could not be read or built may make them.
    pub uncertain: Vec<String>,
    /// Files in the way.
    pub conflicts: Vec<Conflict>,
    /// The new manifest, where it differs from the old one.
    pub manifest: Option<Replacement>,
}

/// New contents of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// What it is to hold.
    pub contents: Vec<u8>,
    /// Whether there is a file already.
    pub exists: bool,
}

/// A file in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its path below the folder.
    pub path: String,
    /// What is wrong with it, as what is said of it: `exists and …`.
    pub reason: String,
    /// Whether `--force` helps.
    pub can_be_forced: bool,
}

impl Changes {
    /// Whether the folder holds what it should and nothing that is not wanted any more.
    #[must_use]
    pub fn is_up_to_date(&self) -> bool {
        let unwanted = self.remove.len() + self.remove_folders.len() + self.stale.len() + self.changed.len();
        self.write.is_empty() && unwanted == 0 && self.conflicts.is_empty() && self.manifest.is_none()
    }
}

/// Writes a file beside its place and renames it there.
///
/// # Errors
/// When the folder cannot be written to, or the place is taken by a folder.
pub fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut file = temporary(&folder_of(path))?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

/// The folder that a path is in.
fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// How the names of files begin that are there only while others are written.
const TEMPORARY: &str = ".tokentrail-";

/// A temporary file that, once renamed, has the permissions of any other file.
fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
