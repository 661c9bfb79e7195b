//! What `check` and `test` report to CI, seen from the folders of this process.

use std::path::PathBuf;

use super::rules::Rules;
use crate::diagnostic::report::{Folders, Notice, Report};

/// What a report is made of beside the rules.
#[derive(Debug)]
pub struct Around {
    folders: Folders,
    notices: Vec<Notice>,
}

impl Around {
    /// The folders of this process, and what is to be said about the inputs.
    #[must_use]
    pub fn new(rules: &Rules) -> Self {
        Self { folders: folders(), notices: rules.notices() }
    }

    /// The report.
    #[must_use]
    pub fn report<'a>(&'a self, rules: &'a Rules) -> Report<'a> {
        Report {
            diagnostics: &rules.diagnostics,
            sources: &rules.sources,
            files: &rules.ids,
            rules: &rules.items,
            notices: &self.notices,
            folders: &self.folders,
        }
    }

    /// The path of a file from the root of the repository.
    #[must_use]
    pub fn path(&self, path: &str) -> Option<String> {
        self.folders.path(path)
    }
}

/// Where this runs. In GitHub's workflows the repository is `GITHUB_WORKSPACE`, if that is above; else it begins here.
fn folders() -> Folders {
    let here = std::env::current_dir().unwrap_or_default();
    let workspace = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
    let root = workspace.filter(|root| root.is_absolute() && here.starts_with(root)).unwrap_or_else(|| here.clone());
    Folders { here: here.display().to_string(), root: root.display().to_string() }
}
