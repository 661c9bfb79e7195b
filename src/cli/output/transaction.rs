//! Changes to a folder that are made together: when one fails, those before it are taken back.

use std::fmt::Display;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::disk;
use super::manifest::FILE_NAME;
use super::{Changes, Replacement, TEMPORARY, folder_of, temporary};
use crate::cli::status::Failure;

/// How to take back a change.
enum Undo {
    /// Something new goes again.
    RemoveFile(PathBuf),
    /// So does a folder.
    RemoveFolder(PathBuf),
    /// What was there comes back. The copy goes by itself where it is not needed.
    Restore(TempPath, PathBuf),
}

/// Makes the changes: first everything that takes space, under other names; then renames; the manifest last.
///
/// # Errors
/// When one of them cannot be made. The folder is then as it was.
pub fn apply(folder: &Path, changes: &Changes) -> Result<(), Failure> {
    let mut undo = Vec::new();
    make(folder, changes, &mut undo).map_err(|(path, error)| {
        let left = take_back(undo);
        let message = format!("cannot write `{}`: {error}", path.display());
        let help = if left.is_empty() {
            "nothing was changed; is there space, and may the folder be written to?".to_owned()
        } else {
            format!("these could not be put back as they were: {}", left.join(", "))
        };
        Failure::usage(message, Some(help))
    })?;
    for emptied in &changes.remove_folders {
        // Something that appeared in it meanwhile keeps it.
        let _ = fs::remove_dir(disk::join(folder, emptied));
    }
    Ok(())
}

type Step<T> = Result<T, (PathBuf, io::Error)>;

fn make(folder: &Path, changes: &Changes, undo: &mut Vec<Undo>) -> Step<()> {
    let files = changes.write.iter().map(|(path, replacement)| (disk::join(folder, path), replacement));
    let manifest = changes.manifest.iter().map(|replacement| (folder.join(FILE_NAME), replacement));
    let mut staged = Vec::new();
    for (place, replacement) in files.chain(manifest) {
        make_folders(&folder_of(&place), undo)?;
        let beside = stage(&place, &replacement.contents).map_err(|error| (place.clone(), error))?;
        staged.push((beside, place, replacement));
    }
    let manifest = if changes.manifest.is_some() { staged.pop() } else { None };
    for (beside, place, replacement) in staged {
        put(beside, &place, replacement, undo).map_err(|error| (place, error))?;
    }
    for path in &changes.remove {
        let place = disk::join(folder, path);
        remove(&place, undo).map_err(|error| (place, error))?;
    }
    if let Some((beside, place, replacement)) = manifest {
        put(beside, &place, replacement, undo).map_err(|error| (place, error))?;
    }
    Ok(())
}

/// Makes a folder and those above it.
fn make_folders(folder: &Path, undo: &mut Vec<Undo>) -> Step<()> {
    let above = folder.ancestors().filter(|above| !above.as_os_str().is_empty());
    let missing: Vec<&Path> = above.take_while(|above| fs::symlink_metadata(above).is_err()).collect();
    for folder in missing.into_iter().rev() {
        fs::create_dir(folder).map_err(|error| (folder.to_owned(), error))?;
        undo.push(Undo::RemoveFolder(folder.to_owned()));
    }
    Ok(())
}

/// A file beside its place. It is closed at once: there may be more of them than files may be open.
fn stage(place: &Path, contents: &[u8]) -> io::Result<TempPath> {
    let mut file = temporary(&folder_of(place))?;
    file.write_all(contents)?;
    file.flush()?;
    Ok(file.into_temp_path())
}

fn put(beside: TempPath, place: &Path, replacement: &Replacement, undo: &mut Vec<Undo>) -> io::Result<()> {
    if replacement.exists {
        let kept = copy_beside(place)?;
        beside.persist(place)?;
        undo.push(Undo::Restore(kept, place.to_owned()));
    } else {
        beside.persist_noclobber(place)?;
        undo.push(Undo::RemoveFile(place.to_owned()));
    }
    Ok(())
}

fn remove(place: &Path, undo: &mut Vec<Undo>) -> io::Result<()> {
    let kept = copy_beside(place)?;
    fs::remove_file(place)?;
    undo.push(Undo::Restore(kept, place.to_owned()));
    Ok(())
}

/// A second name for a file, or a copy where the file system has no such thing.
fn copy_beside(place: &Path) -> io::Result<TempPath> {
    let folder = folder_of(place);
    let link = |beside: &Path| fs::hard_link(place, beside);
    if let Ok(kept) = tempfile::Builder::new().prefix(TEMPORARY).make_in(&folder, link) {
        return Ok(kept.into_temp_path());
    }
    let mut copy = temporary(&folder)?;
    io::copy(&mut fs::File::open(place)?, &mut copy)?;
    Ok(copy.into_temp_path())
}

/// Takes changes back, the last first; gives what is left of them.
fn take_back(undo: Vec<Undo>) -> Vec<String> {
    let mut left = Vec::new();
    let mut note = |path: &Path, error: &dyn Display| left.push(format!("`{}` ({error})", path.display()));
    for undo in undo.into_iter().rev() {
        match undo {
            Undo::RemoveFile(path) => drop(fs::remove_file(&path).map_err(|error| note(&path, &error))),
            Undo::RemoveFolder(path) => drop(fs::remove_dir(&path).map_err(|error| note(&path, &error))),
            Undo::Restore(kept, path) => drop(kept.persist(&path).map_err(|error| note(&path, &error.error))),
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Everything below a folder, with what files hold.
    fn tree(folder: &Path) -> BTreeMap<PathBuf, Option<String>> {
        let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
        entries.map(|entry| (entry.path().to_owned(), fs::read_to_string(entry.path()).ok())).collect()
    }

    fn replacement(text: &str, exists: bool) -> Replacement {
        Replacement { contents: text.into(), exists }
    }

    /// A folder with two files and a folder, and changes to all of it.
    fn prepared() -> (tempfile::TempDir, Changes) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("old"), "old").unwrap();
        fs::write(folder.path().join("gone"), "gone").unwrap();
        fs::create_dir(folder.path().join("taken")).unwrap();
        let mut changes = Changes { manifest: Some(replacement("manifest", false)), ..Changes::default() };
        changes.write.insert("a/b/new".to_owned(), replacement("new", false));
        changes.write.insert("old".to_owned(), replacement("other", true));
        changes.remove.push("gone".to_owned());
        (folder, changes)
    }

    #[test]
    fn changes_are_made_and_nothing_else_stays_behind() {
        let (folder, changes) = prepared();
        apply(folder.path(), &changes).unwrap();
        let names = ["", ".tokentrail-manifest.json", "a", "a/b", "a/b/new", "old", "taken"];
        let expected: Vec<PathBuf> = names.iter().map(|name| folder.path().join(name)).collect();
        assert_eq!(tree(folder.path()).into_keys().collect::<Vec<_>>(), expected);
        assert_eq!(fs::read_to_string(folder.path().join("old")).unwrap(), "other");
    }

    #[test]
    fn whichever_step_fails_everything_is_as_it_was() {
        let failing: [fn(&mut Changes); 5] = [
            // A folder is in the place, as if it had been made since.
            |changes| drop(changes.write.insert("taken".to_owned(), replacement("x", true))),
            // So is a file, where none was.
            |changes| drop(changes.write.insert("old".to_owned(), replacement("x", false))),
            // A file is where a folder should be.
            |changes| drop(changes.write.insert("old/below".to_owned(), replacement("x", false))),
            // What is to be removed is gone.
            |changes| changes.remove.push("nothing".to_owned()),
            // The manifest is the last step.
            |changes| changes.manifest = Some(replacement("manifest", true)),
        ];
        for (index, fail) in failing.iter().enumerate() {
            let (folder, mut changes) = prepared();
            let before = tree(folder.path());
            fail(&mut changes);
            let Err(Failure::Usage { help, .. }) = apply(folder.path(), &changes) else {
                panic!("step {index} did not fail")
            };
            assert!(help.unwrap().starts_with("nothing was changed"));
            assert_eq!(tree(folder.path()), before, "step {index}");
        }
    }
}
