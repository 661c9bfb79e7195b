//! Exit statuses, and what ends a command early. The only place that says which number means what.

use std::io;
use std::process::ExitCode;

use clap::ValueEnum;

use crate::diagnostic::{Diagnostic, Severity};

/// How a command ended. Of several, the last in this order counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Nothing found.
    #[default]
    Clean,
    /// `run --fail-on-match` found a match.
    Matched,
    /// Errors in rules, denied warnings, or files that `fmt --check` would change.
    Findings,
    /// Wrong usage, or input that could not be read.
    Unreadable,
}

impl Status {
    /// The number that the shell sees.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Unreadable => 2,
            Self::Matched => 3,
        }
    }

    /// Remembers the worse of the two.
    pub fn raise(&mut self, other: Self) {
        *self = (*self).max(other);
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.number())
    }
}

/// What counts as an error though it is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings
    Warnings,
}

impl Deny {
    /// The status where warnings are denied.
    #[must_use]
    pub fn status(diagnostics: &[Diagnostic]) -> Status {
        let warned = diagnostics.iter().any(|found| found.severity == Severity::Warning);
        if warned { Status::Findings } else { Status::Clean }
    }
}

/// Why a command could not go on.
#[derive(Debug)]
pub enum Failure {
    /// The command cannot mean anything: what is wrong, and what to do.
    Usage {
        /// The fact.
        message: String,
        /// The fix.
        help: Option<String>,
    },
    /// A result could not be written.
    Output(io::Error),
}

impl Failure {
    /// Wrong usage.
    #[must_use]
    pub fn usage(message: impl Into<String>, help: Option<String>) -> Self {
        Self::Usage { message: message.into(), help }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreadable_input_outweighs_findings_and_findings_outweigh_matches() {
        let mut status = Status::Clean;
        for next in [Status::Matched, Status::Unreadable, Status::Findings] {
            status.raise(next);
        }
        assert_eq!(status.number(), 2);
        assert!(Status::Findings > Status::Matched);
    }
}
