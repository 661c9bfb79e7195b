//! `[lints]`: how bad warnings are in this repository.

use crate::diagnostic::{Code, Diagnostic, Severity};

use super::Settings;

/// What is made of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It is not reported.
    Off,
    /// It is a warning.
    Warning,
    /// It is an error.
    Error,
}

impl Level {
    /// Its words in the settings, in order.
    pub const WORDS: [&str; 3] = ["off", "warning", "error"];

    /// The level of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "off" => Some(Self::Off),
            "warning" => Some(Self::Warning),
            "error" => Some(Self::Error),
            _ => None,
        }
    }

    fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

impl Settings {
    /// Takes out the warnings that are switched off, and makes errors of those that count as such. The one place where a
    /// finding gets another severity than that of its code.
    pub fn set_levels(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain_mut(|found| match self.level(found.code) {
            None => true,
            Some(level) => {
                let severity = level.severity();
                found.severity = severity.unwrap_or(found.severity);
                severity.is_some()
            }
        });
    }

    /// What is set for a warning.
    fn level(&self, code: Code) -> Option<Level> {
        self.lints.get(code.id()).and_then(|(_, level)| *level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_a_level() {
        assert!(Level::WORDS.iter().all(|word| Level::parse(word).is_some()));
        assert_eq!(Level::parse("Off"), None);
    }
}
