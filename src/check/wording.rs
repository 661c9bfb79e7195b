//! How a mistake is said: the parts of a diagnostic before its place is put to it.

use crate::diagnostic::{Code, Label};
use crate::source::Place;

/// The wording of a mistake, before its place is put to it.
pub struct Wording {
    /// Which mistake.
    pub code: Code,
    /// The fact.
    pub message: String,
    /// What the place shows.
    pub label: String,
    /// The fix.
    pub help: Option<String>,
    /// Other places that matter.
    pub also: Vec<Label>,
}

impl Wording {
    /// A message and the label at its place.
    pub fn new(code: Code, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { code, message: message.into(), label: label.into(), help: None, also: Vec::new() }
    }

    /// What the place shows, instead of what was said first.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// What to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A suggestion if there is one, other help if not.
    pub fn suggest(self, suggestion: Option<String>, otherwise: impl FnOnce() -> String) -> Self {
        let help = suggestion.map_or_else(otherwise, |word| format!("did you mean `{word}`?"));
        self.help(help)
    }

    /// Another place that matters.
    pub fn also(mut self, place: Place, text: impl Into<String>) -> Self {
        self.also.push(Label { place, text: text.into() });
        self
    }
}
