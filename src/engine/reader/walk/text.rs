//! Texts: their escapes, and those that hold JSON themselves.

use super::{Captures, NodeId, Raw, Stop, Text, Trie, Walk, Within, index};

/// Captures a text that is none of the record's own.
pub(in crate::engine::reader) fn given(trie: &Trie, captures: &mut Captures, node: NodeId, text: &str) {
    if trie.has_children(node) && text.trim_start().starts_with('{') {
        look_into(trie, captures, node, text);
    }
    if trie.is_wanted(node) {
        captures.set_text(node, text);
    }
}

/// Captures what the JSON in a text holds. What is broken holds nothing.
pub(super) fn look_into(trie: &Trie, captures: &mut Captures, node: NodeId, text: &str) {
    let mut index = captures.take_index();
    let extent = index.whole(text.as_bytes());
    let outcome = Text { letters: text, index: &index, extent }.walk(trie, captures, |walk| {
        walk.within = Within::Text;
        walk.only(node)
    });
    captures.give_back(index);
    if outcome.is_err() {
        captures.forget_below(trie, node);
        captures.broken_text = Some(node);
    }
}

impl Walk<'_, '_> {
    /// A text at a node, whose quote is here. Gives the place behind it.
    pub(super) fn text(&mut self, node: NodeId, open: usize) -> Result<usize, Stop> {
        let close = self.index.quote(open + 1).ok_or(Stop::Syntax)?;
        let text = self.text.get(open + 1..close).ok_or(Stop::Syntax)?;
        if self.index.escapes && text.contains('\\') {
            self.escaped(node, open, text)?;
            return Ok(close + 1);
        }
        match self.within {
            Within::Text => given(self.trie, self.captures, node, text),
            Within::Record => {
                if self.trie.has_children(node) && text.trim_start().starts_with('{') {
                    look_into(self.trie, self.captures, node, text);
                }
                self.keep(node, Raw::Line(open + 1, close));
            }
        }
        Ok(close + 1)
    }

    fn escaped(&mut self, node: NodeId, open: usize, text: &str) -> Result<(), Stop> {
        let mut meaning = self.captures.take_text();
        let outcome = index::decode(text, &mut meaning).ok_or(Stop::Surrogate(open));
        if outcome.is_ok() {
            given(self.trie, self.captures, node, &meaning);
        }
        self.captures.give_back_text(meaning);
        outcome
    }

    /// The node that a key names which may have escapes.
    #[cold]
    pub(super) fn escaped_key(&mut self, node: NodeId, open: usize, close: usize) -> Result<Option<NodeId>, Stop> {
        let mut key = String::new();
        index::decode(&self.text[open + 1..close], &mut key).ok_or(Stop::Surrogate(open))?;
        Ok(self.trie.child(node, &key))
    }
}
