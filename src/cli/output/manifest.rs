//! The list of what builds wrote into a folder: how a build knows its own files from those of others.
//!
//! It is read as something that anyone may have changed: what is not exactly a manifest is an error, and so is a path in it that
//! leaves the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::disk::{self, Found};
use crate::cli::status::Failure;

/// The name of the manifest in its folder.
pub const FILE_NAME: &str = ".tokentrail-manifest.json";
/// The version of its format.
const VERSION: u64 = 1;
/// More than any manifest has, in bytes: a hundred thousand files.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// What builds wrote into a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Folders that builds made.
    pub folders: BTreeSet<String>,
    /// Files by path.
    pub files: BTreeMap<String, Entry>,
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it was built for.
    pub targets: BTreeSet<String>,
    /// The rule that it is for.
    pub rule: Option<String>,
    /// The hash of what was written.
    pub sha256: String,
}

/// A manifest as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    manifest: u64,
    tool: String,
    folders: Vec<String>,
    files: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    path: String,
    targets: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    sha256: String,
}

/// The hash of what a file holds.
pub fn hash(contents: &[u8]) -> String {
    Sha256::digest(contents).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a path is one of a file below a folder, in the one way that it is written: no way out of the folder, nothing absolute.
pub fn is_inside(path: &str) -> bool {
    let is_name = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':', '\0']);
    path.split('/').all(is_name) && !path.split('/').any(|part| part.starts_with(super::TEMPORARY))
}

impl Manifest {
    /// The manifest of a folder, with its bytes; empty where there is none.
    ///
    /// # Errors
    /// When there is something of its name that is not a manifest of this version.
    pub fn read(folder: &Path) -> Result<(Self, Option<Vec<u8>>), Failure> {
        let path = folder.join(FILE_NAME);
        match disk::look(folder, FILE_NAME) {
            Ok(Found::Nothing) => return Ok((Self::default(), None)),
            Ok(Found::File) => {}
            Ok(Found::Folder) => return Err(broken(&path, "it is a folder")),
            Ok(Found::Obstacle(what)) => return Err(broken(&path, &format!("it {what}"))),
            Err(error) => return Err(broken(&path, &error.to_string())),
        }
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| broken(&path, &error.to_string()))?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(broken(&path, "it is larger than any manifest"));
        }
        let manifest = Self::parse(&bytes).map_err(|reason| broken(&path, &reason))?;
        Ok((manifest, Some(bytes)))
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        match value.get("manifest").and_then(serde_json::Value::as_u64) {
            Some(VERSION) => {}
            Some(other) => return Err(format!("it is of version {other}, and this program reads version {VERSION}")),
            None => return Err("it is not a manifest of Tokentrail".to_owned()),
        }
        let document: Document = serde_json::from_value(value).map_err(|error| error.to_string())?;
        let mut manifest = Self::default();
        for folder in document.folders {
            if !is_inside(&folder) {
                return Err(format!("`{folder}` is not a path below its folder"));
            }
            manifest.folders.insert(folder);
        }
        for line in document.files {
            let path = line.path.clone();
            if !is_inside(&path) {
                return Err(format!("`{path}` is not a path below its folder"));
            }
            if manifest.files.insert(path.clone(), line.entry()?).is_some() {
                return Err(format!("it lists `{path}` twice"));
            }
        }
        Ok(manifest)
    }

    /// The same as text: sorted, without times and without paths of the machine.
    pub fn text(&self) -> String {
        let line = |(path, entry): (&String, &Entry)| Line {
            path: path.clone(),
            targets: entry.targets.iter().cloned().collect(),
            rule: entry.rule.clone(),
            sha256: entry.sha256.clone(),
        };
        let document = Document {
            manifest: VERSION,
            tool: concat!("tokentrail ", env!("CARGO_PKG_VERSION")).to_owned(),
            folders: self.folders.iter().cloned().collect(),
            files: self.files.iter().map(line).collect(),
        };
        // Texts, numbers and arrays: nothing that JSON lacks.
        serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
    }
}

impl Line {
    fn entry(self) -> Result<Entry, String> {
        let is_hash = self.sha256.len() == 64
            && self.sha256.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if !is_hash {
            return Err(format!("the hash of `{}` is none", self.path));
        }
        if self.targets.is_empty() {
            return Err(format!("`{}` has no target", self.path));
        }
        Ok(Entry { targets: self.targets.into_iter().collect(), rule: self.rule, sha256: self.sha256 })
    }
}

fn broken(path: &Path, reason: &str) -> Failure {
    let help =
        "restore it, or remove it to start anew: files that differ from what is built then count as someone else's";
    Failure::usage(format!("cannot use the manifest `{}`: {reason}", path.display()), Some(help.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        let entry = |rule: Option<&str>| Entry {
            targets: ["kql".to_owned()].into(),
            rule: rule.map(str::to_owned),
            sha256: hash(b"x"),
        };
        let files = [("a.kql".to_owned(), entry(Some("a"))), ("b/c.csv".to_owned(), entry(None))];
        let manifest = Manifest { folders: ["b".to_owned()].into(), files: files.into() };
        assert_eq!(Manifest::parse(manifest.text().as_bytes()).unwrap(), manifest);
    }

    #[test]
    fn paths_stay_below_the_folder() {
        for good in ["a", "a/b.kql", ".github/x", "a b", "..a", "a../b"] {
            assert!(is_inside(good), "{good}");
        }
        for bad in
            ["", ".", "..", "../x", "/x", "a//b", "a/", "a/../b", "./a", "c:x", "a\\b", ".tokentrail-manifest.json"]
        {
            assert!(!is_inside(bad), "{bad}");
        }
    }
}
