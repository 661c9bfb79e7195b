//! Findings for machines that read them in CI: SARIF, GitHub's annotations, JUnit.
//!
//! Each form says everything there is to say: findings, and inputs that could not be read. What is written depends on the
//! findings and the names of files alone, so that two runs over the same files write the same bytes.

mod file;
pub mod github;
pub mod junit;
mod sarif;

use super::{Diagnostic, Severity};
use crate::source::{Place, Position, SourceId, Sources};

pub use file::Folders;
pub use sarif::sarif;

/// Something about an input as a whole: that it cannot be read, or holds nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How bad it is.
    pub severity: Severity,
    /// The fact.
    pub message: String,
    /// The fix.
    pub help: Option<String>,
    /// The input, as the user named it.
    pub path: Option<String>,
    /// Where in it, as far as that is known.
    pub at: Option<Position>,
}

/// A rule with its place.
#[derive(Clone, Debug)]
pub struct RuleItem {
    /// Its name.
    pub name: String,
    /// All of it but its doc comment.
    pub place: Place,
}

impl RuleItem {
    /// Whether a place lies in it.
    #[must_use]
    pub fn holds(&self, place: Place) -> bool {
        let (all, span) = (self.place.span, place.span);
        place.source == self.place.source && all.start <= span.start && span.end <= all.end
    }

    /// Whether a finding is about it.
    #[must_use]
    pub fn is_place_of(&self, found: &Diagnostic) -> bool {
        found.place().is_some_and(|place| self.holds(place))
    }
}

/// What a run has to report.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What was found, sorted.
    pub diagnostics: &'a [Diagnostic],
    /// All files.
    pub sources: &'a Sources,
    /// Those that are rule files.
    pub files: &'a [SourceId],
    /// The rules in them, in order.
    pub rules: &'a [RuleItem],
    /// What there is to say about inputs as a whole.
    pub notices: &'a [Notice],
    /// What paths are relative to.
    pub folders: &'a Folders,
}

/// A message and its fix on lines of their own.
fn with_help(message: &str, help: Option<&str>) -> String {
    help.map_or_else(|| message.to_owned(), |help| format!("{message}\nhelp: {help}"))
}
