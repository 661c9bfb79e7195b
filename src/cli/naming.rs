//! What rule files are called in what is written.
//!
//! The same files give the same bytes wherever their folder lies and however its path was given. So a file goes by its path from
//! the folder of `tokentrail.toml`, where there is one above it, or else from the folder that the user gave.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crate::settings::FILE_NAME;

/// The names of files, with the folders that were looked at.
#[derive(Debug, Default)]
pub struct Names {
    /// What each file is called from the folders that were given; of several names, the one that says most.
    given: BTreeMap<PathBuf, String>,
    /// The folder of the settings that each folder is below.
    roots: BTreeMap<PathBuf, Option<PathBuf>>,
}

impl Names {
    /// Remembers that a file was found below a path that was given, or is that path.
    pub fn found(&mut self, file: &Path, given: &Path) {
        let below = file.strip_prefix(given).ok().map(words).filter(|name| !name.is_empty());
        let name =
            below.or_else(|| file.file_name().map(|name| name.to_string_lossy().into_owned())).unwrap_or_default();
        let kept = self.given.entry(place(file)).or_default();
        let weight = |name: &str| (name.matches('/').count(), name.len());
        if (weight(&name), &name) > (weight(kept), kept) {
            *kept = name;
        }
    }

    /// What a file that was found is called.
    pub fn of(&mut self, file: &Path) -> String {
        let place = place(file);
        let root = place.parent().and_then(|folder| self.root(folder));
        let below = root.and_then(|root| place.strip_prefix(root).ok().map(words));
        below.or_else(|| self.given.get(&place).cloned()).unwrap_or_default()
    }

    fn root(&mut self, folder: &Path) -> Option<PathBuf> {
        let look = || folder.ancestors().find(|above| above.join(FILE_NAME).is_file()).map(Path::to_owned);
        self.roots.entry(folder.to_owned()).or_insert_with(look).clone()
    }
}

/// Where a file really is.
pub fn place(file: &Path) -> PathBuf {
    file.canonicalize().unwrap_or_else(|_| file.to_owned())
}

/// A path with forward slashes.
fn words(path: &Path) -> String {
    let parts = path.components().filter(|part| !matches!(part, Component::CurDir));
    parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_folders_the_one_that_says_most_counts_in_any_order() {
        let given = [("/nowhere/a/b/c.trail", "/nowhere/a"), ("/nowhere/a/b/c.trail", "/nowhere/a/b/c.trail")];
        for order in [[0, 1], [1, 0]] {
            let mut names = Names::default();
            for index in order {
                names.found(Path::new(given[index].0), Path::new(given[index].1));
            }
            assert_eq!(names.of(Path::new("/nowhere/a/b/c.trail")), "b/c.trail");
        }
    }

    #[test]
    fn the_folder_of_the_settings_counts_more_than_the_folder_that_was_given() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rules/deep/a.trail");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "").unwrap();
        let named = || {
            let mut names = Names::default();
            names.found(&file, &folder.path().join("rules"));
            names.of(&file)
        };
        assert_eq!(named(), "deep/a.trail");
        std::fs::write(folder.path().join(FILE_NAME), "").unwrap();
        assert_eq!(named(), "rules/deep/a.trail");
    }
}
