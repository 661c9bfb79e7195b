//! What is to be done for a folder to hold what was made. Only reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use super::disk::{self, Found};
use super::manifest::{self, Entry, Manifest};
use super::{Changes, Conflict, Others, Replacement, Wanted, stale};
use crate::cli::status::Failure;

/// What was made for one path, for one target or several.
struct Planned {
    contents: Vec<u8>,
    targets: BTreeSet<String>,
    rule: Option<String>,
}

/// Holds what is wanted against what is there.
///
/// # Errors
/// When the folder is none or cannot be read, its manifest is broken, or two files want one place.
pub fn compare(wanted: &Wanted<'_>) -> Result<Changes, Failure> {
    check_folder(wanted.folder)?;
    let (old, old_bytes) = Manifest::read(wanted.folder)?;
    let planned = planned(wanted)?;
    let mut changes = Changes::default();
    let mut new = Manifest::default();
    let made: BTreeSet<&str> = planned.keys().map(String::as_str).collect();
    stale::files(wanted, &old, &made, &mut changes, &mut new).map_err(|error| unreadable(wanted.folder, &error))?;
    for (path, planned) in planned {
        let before = old.files.get(&path);
        let conflict = place(wanted, &path, &planned, before, &mut changes)
            .map_err(|error| unreadable(&disk::join(wanted.folder, &path), &error))?;
        changes.conflicts.extend(conflict.map(|(reason, can_be_forced)| Conflict {
            path: path.clone(),
            reason,
            can_be_forced,
        }));
        new.files.insert(path, entry(planned, before, wanted));
    }
    stale::folders(wanted, &old, &mut changes, &mut new).map_err(|error| unreadable(wanted.folder, &error))?;
    let is_needed = old_bytes.is_some() || !new.files.is_empty();
    let text = new.text().into_bytes();
    if is_needed && old_bytes.as_ref() != Some(&text) {
        changes.manifest = Some(Replacement { contents: text, exists: old_bytes.is_some() });
    }
    Ok(changes)
}

fn check_folder(folder: &Path) -> Result<(), Failure> {
    let reason = match fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => return Ok(()),
        Ok(_) => "it is a file".to_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::symlink_metadata(folder) {
            Ok(_) => "it is a symbolic link to nothing".to_owned(),
            Err(_) => return Ok(()),
        },
        Err(error) => error.to_string(),
    };
    let help = "name a folder with -o, which is made where there is none";
    Err(Failure::usage(format!("cannot write to `{}`: {reason}", folder.display()), Some(help.to_owned())))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot write to `{}`: {error}", path.display()), Some("nothing was changed".to_owned()))
}

/// What was made, by path.
fn planned(wanted: &Wanted<'_>) -> Result<BTreeMap<String, Planned>, Failure> {
    let mut planned: BTreeMap<String, Planned> = BTreeMap::new();
    for file in &wanted.files {
        if !manifest::is_inside(&file.path) {
            return Err(Failure::usage(format!("`{}` is no name for a file to write", file.path), None));
        }
        let new = Planned {
            contents: file.contents.clone(),
            targets: [file.target.to_owned()].into(),
            rule: file.rule.clone(),
        };
        if planned.insert(file.path.clone(), new).is_some() {
            let help = "rename the rule or list that gives it its name";
            let message = format!("two files of {} would be called `{}`", file.target, file.path);
            return Err(Failure::usage(message, Some(help.to_owned())));
        }
    }
    Ok(planned)
}

/// What is to be done at the place of one file; gives what is in the way, and whether that can be overwritten.
fn place(
    wanted: &Wanted<'_>,
    path: &str,
    planned: &Planned,
    before: Option<&Entry>,
    changes: &mut Changes,
) -> io::Result<Option<(String, bool)>> {
    let file = disk::join(wanted.folder, path);
    let mut write = |exists| {
        let replacement = Replacement { contents: planned.contents.clone(), exists };
        changes.write.insert(path.to_owned(), replacement);
    };
    match disk::look(wanted.folder, path)? {
        Found::Nothing => write(false),
        Found::Folder => return Ok(Some(("is a folder, where a file is to be written".to_owned(), false))),
        Found::Obstacle(what) => return Ok(Some((what, false))),
        Found::File if disk::holds(&file, &planned.contents)? => changes.unchanged += 1,
        Found::File => {
            write(true);
            if wanted.others == Others::Respect {
                return Ok(owner(&file, planned, before)?.map(|reason| (reason, true)));
            }
        }
    }
    Ok(None)
}

/// Why a file that is to be overwritten is not this build's own.
fn owner(file: &Path, planned: &Planned, before: Option<&Entry>) -> io::Result<Option<String>> {
    let Some(before) = before else {
        return Ok(Some("was not written by `tokentrail build`".to_owned()));
    };
    if manifest::hash(&fs::read(file)?) != before.sha256 {
        return Ok(Some("was changed since it was written".to_owned()));
    }
    let other = before.targets.difference(&planned.targets).next();
    Ok(other.map(|other| format!("was written for {other}, with other contents")))
}

/// What is known of a file from now on. Targets that are not built now go on sharing it while it holds the same.
fn entry(planned: Planned, before: Option<&Entry>, wanted: &Wanted<'_>) -> Entry {
    let sha256 = manifest::hash(&planned.contents);
    let sharing = before.filter(|before| before.sha256 == sha256).into_iter().flat_map(|before| &before.targets);
    let others = sharing.filter(|target| !wanted.targets.contains_key(target.as_str())).cloned();
    Entry { targets: planned.targets.into_iter().chain(others).collect(), rule: planned.rule, sha256 }
}
