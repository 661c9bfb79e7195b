//! Repeated texts once in memory: user names, countries, services, tokens.
//!
//! What is remembered is bounded: each text has one place, which the latest one takes. Texts that events hold live on; only the
//! sharing starts anew.

use std::hash::BuildHasher;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

/// Texts remembered at most: a power of two.
const TEXTS: usize = 1 << 14;

/// Longer texts, in bytes, are not remembered.
const LONGEST: usize = 256;

/// Texts seen.
#[derive(Debug, Default)]
pub(super) struct Interner {
    /// None at all, where nothing is remembered.
    texts: Vec<Option<Arc<str>>>,
}

impl Interner {
    /// One that remembers; that by default does not.
    pub(super) fn new() -> Self {
        Self { texts: vec![None; TEXTS] }
    }

    /// The text, shared with an earlier equal one where that is remembered.
    pub(super) fn text(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST || self.texts.is_empty() {
            return text.into();
        }
        let hash = FxBuildHasher.hash_one(text);
        // Never as many as do not fit.
        let place = usize::try_from(hash % TEXTS as u64).unwrap_or(0);
        match &mut self.texts[place] {
            Some(known) if **known == *text => Arc::clone(known),
            known => Arc::clone(known.insert(text.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Interner, TEXTS};
    use std::sync::Arc;

    #[test]
    fn a_text_is_always_itself_and_shared_while_nothing_takes_its_place() {
        let mut interner = Interner::new();
        for number in 0..3 * TEXTS {
            let text = format!("text {number}");
            let first = interner.text(&text);
            assert_eq!(*first, *text);
            assert!(Arc::ptr_eq(&first, &interner.text(&text)));
        }
        assert_eq!(interner.texts.len(), TEXTS);
    }
}
