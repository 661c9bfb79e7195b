//! What is in a folder, looked at without following a symbolic link below it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A file.
    File,
    /// A folder.
    Folder,
    /// Something that is neither, or something on the way that is no folder: what is said of it.
    Obstacle(String),
}

/// A path below a folder as the system spells it.
pub fn join(folder: &Path, path: &str) -> PathBuf {
    path.split('/').fold(folder.to_owned(), |whole, part| whole.join(part))
}

/// Looks at a path below a folder.
///
/// # Errors
/// When the system does not say.
pub fn look(folder: &Path, path: &str) -> io::Result<Found> {
    let parts: Vec<&str> = path.split('/').collect();
    let mut at = folder.to_owned();
    for (index, part) in parts.iter().enumerate() {
        at.push(part);
        let is_last = index + 1 == parts.len();
        let kind = match fs::symlink_metadata(&at) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(error),
        };
        let here = parts[..=index].join("/");
        if kind.is_symlink() {
            return Ok(Found::Obstacle(link(&here, path)));
        }
        match (is_last, kind.is_dir(), kind.is_file()) {
            (false, true, _) => {}
            (false, false, _) => return Ok(Found::Obstacle(format!("needs a folder where the file `{here}` is"))),
            (true, true, _) => return Ok(Found::Folder),
            (true, _, true) => return Ok(Found::File),
            (true, _, false) => return Ok(Found::Obstacle("is neither a file nor a folder".to_owned())),
        }
    }
    Ok(Found::Folder)
}

fn link(here: &str, path: &str) -> String {
    if here == path {
        "is a symbolic link, which is not followed".to_owned()
    } else {
        format!("is behind the symbolic link `{here}`, which is not followed")
    }
}

/// Whether a file holds this.
///
/// # Errors
/// When it cannot be read.
pub fn holds(file: &Path, contents: &[u8]) -> io::Result<bool> {
    let length = fs::metadata(file)?.len();
    Ok(length == contents.len() as u64 && fs::read(file)? == contents)
}
