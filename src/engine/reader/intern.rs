//! Repeated texts once in memory: user names, countries, services, tokens.
//!
//! The set is bounded: when it is full it is emptied. Texts that events hold live on; only the sharing starts anew.

use std::sync::Arc;

use rustc_hash::FxHashSet;

/// More than this many texts are not remembered.
const TEXTS: usize = 1 << 16;

/// Longer texts, in bytes, are not remembered.
const LONGEST: usize = 256;

/// Texts seen.
#[derive(Debug, Default)]
pub(super) struct Interner {
    texts: FxHashSet<Arc<str>>,
}

impl Interner {
    /// The text, shared with earlier equal ones where they are remembered.
    pub(super) fn text(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST {
            return text.into();
        }
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        if self.texts.len() >= TEXTS {
            self.texts.clear();
        }
        let new: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&new));
        new
    }
}
