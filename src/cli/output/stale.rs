//! Files of earlier builds that no rule makes any more, and the folders that they leave empty.

use std::collections::BTreeSet;
use std::fs;
use std::io;

use super::disk::{self, Found};
use super::manifest::{self, Entry, Manifest};
use super::{Changes, Known, Stale, Wanted};

/// Whether a target still wants a file that was not made now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// No rule makes it.
    Gone,
    /// The rule that it is for could not be built.
    Waits,
    /// It is not known which rule would make it.
    Uncertain,
}

/// Sorts out the files of the manifest that were not made now; those that stay go on in the new manifest.
///
/// # Errors
/// When a file cannot be read.
pub fn files(
    wanted: &Wanted<'_>,
    old: &Manifest,
    made: &BTreeSet<&str>,
    changes: &mut Changes,
    new: &mut Manifest,
) -> io::Result<()> {
    for (path, entry) in old.files.iter().filter(|(path, _)| !made.contains(path.as_str())) {
        if let Some(entry) = remaining(wanted, path, entry, changes)? {
            new.files.insert(path.clone(), entry);
        }
    }
    Ok(())
}

/// What stays known of a file; none where it is gone, or goes now.
fn remaining(wanted: &Wanted<'_>, path: &str, entry: &Entry, changes: &mut Changes) -> io::Result<Option<Entry>> {
    let built = |target: &&String| wanted.targets.contains_key(target.as_str());
    let verdicts: Vec<Verdict> =
        entry.targets.iter().filter(built).map(|target| verdict(wanted, target, entry)).collect();
    if verdicts.is_empty() || wanted.rules == Known::Part {
        return Ok(Some(entry.clone()));
    }
    if verdicts.contains(&Verdict::Uncertain) {
        changes.uncertain.push(path.to_owned());
    }
    if verdicts.iter().any(|verdict| *verdict != Verdict::Gone) {
        return Ok(Some(entry.clone()));
    }
    let others: BTreeSet<String> = entry.targets.iter().filter(|target| !built(target)).cloned().collect();
    if !others.is_empty() {
        let targets = if wanted.stale == Stale::Remove { others } else { entry.targets.clone() };
        return Ok(Some(Entry { targets, ..entry.clone() }));
    }
    let found = disk::look(wanted.folder, path)?;
    if found == Found::Nothing {
        return Ok(None);
    }
    let file = disk::join(wanted.folder, path);
    let is_own = found == Found::File && manifest::hash(&fs::read(file)?) == entry.sha256;
    Ok(match (is_own, wanted.stale) {
        (true, Stale::Remove) => {
            changes.remove.push(path.to_owned());
            None
        }
        (true, Stale::Keep) => {
            changes.stale.push(path.to_owned());
            Some(entry.clone())
        }
        (false, Stale::Keep | Stale::Remove) => {
            changes.changed.push(path.to_owned());
            Some(entry.clone())
        }
    })
}

fn verdict(wanted: &Wanted<'_>, target: &str, entry: &Entry) -> Verdict {
    let waiting = wanted.targets.get(target);
    match (&entry.rule, &wanted.rules) {
        (Some(rule), _) if waiting.is_some_and(|waiting| waiting.contains(rule)) => Verdict::Waits,
        (Some(rule), Known::Unclear(known)) if !known.contains(rule) => Verdict::Uncertain,
        (None, Known::Unclear(_)) => Verdict::Uncertain,
        // A file for several rules may be that of one that could not be built.
        (None, Known::All | Known::Part) if waiting.is_some_and(|waiting| !waiting.is_empty()) => Verdict::Uncertain,
        (Some(_) | None, _) => Verdict::Gone,
    }
}

/// Sorts out the folders: those that builds made are remembered, and removed once nothing is in them.
///
/// # Errors
/// When a folder cannot be read.
pub fn folders(wanted: &Wanted<'_>, old: &Manifest, changes: &mut Changes, new: &mut Manifest) -> io::Result<()> {
    let removed: BTreeSet<&str> = changes.remove.iter().map(String::as_str).collect();
    let mut emptied: Vec<String> = Vec::new();
    // The innermost come first in reverse order, because a folder's path is the beginning of theirs.
    for folder in old.folders.iter().rev() {
        if disk::look(wanted.folder, folder)? != Found::Folder {
            continue;
        }
        let is_needed = changes.write.keys().any(|path| is_below(path, folder));
        let goes = |path: &str| removed.contains(path) || emptied.iter().any(|folder| folder == path);
        let is_emptied =
            wanted.stale == Stale::Remove && !is_needed && contents(wanted, folder)?.iter().all(|path| goes(path));
        if is_emptied {
            emptied.push(folder.clone());
        } else {
            new.folders.insert(folder.clone());
        }
    }
    for path in changes.write.keys() {
        for (at, _) in path.match_indices('/') {
            if disk::look(wanted.folder, &path[..at])? == Found::Nothing {
                new.folders.insert(path[..at].to_owned());
            }
        }
    }
    changes.remove_folders = emptied;
    Ok(())
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The paths of what is in a folder below the one that is written to.
fn contents(wanted: &Wanted<'_>, folder: &str) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(disk::join(wanted.folder, folder))?;
    entries.map(|entry| Ok(format!("{folder}/{}", entry?.file_name().to_string_lossy()))).collect()
}
