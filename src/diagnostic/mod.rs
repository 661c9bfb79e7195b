//! Diagnostics as plain data: what is wrong, where, and what to do.
//!
//! Each stage has an error enum of its own and one exhaustive match that turns it into a [`Diagnostic`]. Rendering lives in
//! `render`; nothing else in the crate knows how a diagnostic looks.

pub mod code;
pub mod render;
pub mod report;
pub mod suggest;

pub use code::Code;

use crate::source::Place;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// No query is written.
    Error,
    /// A query is written; something deserves a look.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A place with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What is there, in a few words.
    pub text: String,
}

/// One finding. Message: lower case, no final period, states the fact. Help: the fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its code, with title and page.
    pub code: Code,
    /// How bad it is here: what its code says, unless the settings say otherwise.
    pub severity: Severity,
    /// The fact.
    pub message: String,
    /// The places; the first is the main one. Never empty for a finding in a rule file.
    pub labels: Vec<Label>,
    /// The fix.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding as bad as its code says.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>, labels: Vec<Label>, help: Option<String>) -> Self {
        Self { code, severity: code.severity(), message: message.into(), labels, help }
    }

    /// The main place, where there is one.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.labels.first().map(|label| label.place)
    }
}

/// Sorts by file, position and code, and drops exact repetitions.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| (a.place(), a.code, &a.message).cmp(&(b.place(), b.code, &b.message)));
    diagnostics.dedup();
}
