//! What a walk over one record found: a scalar per path that matters.
//!
//! Texts are kept as ranges of the record's own text, or of one text that is used again for every record, so that a record
//! costs no allocation.

use super::convert::spell;
use super::index::Index;
use super::trie::{NodeId, Trie};

/// A value at a path.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Raw {
    /// Not there, or null.
    #[default]
    Absent,
    /// true, false
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number beyond `i64`.
    Big(u64),
    /// Another number.
    Float(f64),
    /// Bytes of the record's text.
    Line(usize, usize),
    /// Bytes of [`Captures`]' own text: the value had escapes, or is not from the record's text.
    Own(usize, usize),
    /// The scalars of an array, in [`Captures`]' own text, each with [`ITEM_END`] behind it.
    Items(usize, usize),
    /// An object or array without anything in it.
    EmptyComposite,
    /// An object or array.
    Composite,
}

/// Stands behind each item of an array.
pub(super) const ITEM_END: char = '\0';

/// A scalar, ready to be converted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar<'a> {
    /// true, false
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number beyond `i64`.
    Big(u64),
    /// Another number.
    Float(f64),
    /// Text, not empty.
    Text(&'a str),
    /// An object or array that is not empty.
    Composite,
}

/// The values of one record.
#[derive(Debug)]
pub(super) struct Captures {
    raws: Vec<Raw>,
    /// The record in which a node was last met: what an earlier record left need not be cleared.
    met: Vec<u32>,
    record: u32,
    own: String,
    /// Memory that walks use again.
    indexes: Vec<Index>,
    texts: Vec<String>,
    /// A text that should hold JSON and does not.
    pub(super) broken_text: Option<NodeId>,
}

impl Captures {
    pub(super) fn new(trie: &Trie) -> Self {
        Self {
            raws: vec![Raw::Absent; trie.len()],
            met: vec![0; trie.len()],
            record: 0,
            own: String::new(),
            indexes: Vec::new(),
            texts: Vec::new(),
            broken_text: None,
        }
    }

    /// Starts a new record.
    pub(super) fn clear(&mut self) {
        if self.record == u32::MAX {
            self.met.fill(0);
            self.record = 0;
        }
        self.record += 1;
        self.own.clear();
        self.broken_text = None;
    }

    /// Comes to a node. The last of several equal keys counts: what an earlier one left, below it too, is forgotten.
    #[inline]
    pub(super) fn meet(&mut self, trie: &Trie, node: NodeId) {
        if self.met[node.index()] == self.record {
            self.forget_below(trie, node);
        }
        self.met[node.index()] = self.record;
        self.raws[node.index()] = Raw::Absent;
    }

    /// Forgets what is below a node.
    pub(super) fn forget_below(&mut self, trie: &Trie, node: NodeId) {
        for child in trie.children(node) {
            self.met[child.index()] = 0;
            self.forget_below(trie, child);
        }
    }

    #[inline]
    pub(super) fn set(&mut self, node: NodeId, raw: Raw) {
        self.raws[node.index()] = raw;
    }

    /// Keeps a text that is not part of the record's own text.
    pub(super) fn set_text(&mut self, node: NodeId, text: &str) {
        let start = self.own.len();
        self.own.push_str(text);
        self.set(node, Raw::Own(start, self.own.len()));
    }

    /// The value at a node; none when it is absent, null or empty.
    #[inline]
    pub(super) fn get<'a>(&'a self, node: NodeId, line: &'a str) -> Option<Scalar<'a>> {
        if self.met[node.index()] != self.record {
            return None;
        }
        match self.raws[node.index()] {
            Raw::Absent | Raw::EmptyComposite => None,
            Raw::Bool(value) => Some(Scalar::Bool(value)),
            Raw::Int(value) => Some(Scalar::Int(value)),
            Raw::Big(value) => Some(Scalar::Big(value)),
            Raw::Float(value) => Some(Scalar::Float(value)),
            Raw::Line(start, end) => text(line, start, end),
            Raw::Own(start, end) => text(&self.own, start, end),
            Raw::Items(..) | Raw::Composite => Some(Scalar::Composite),
        }
    }

    /// The value at a node in full.
    #[cfg(test)]
    pub(super) fn shown(&self, node: NodeId, line: &str) -> String {
        let raw = if self.met[node.index()] == self.record { self.raws[node.index()] } else { Raw::Absent };
        match raw {
            Raw::Line(start, end) => format!("text {:?}", &line[start..end]),
            Raw::Own(start, end) => format!("text {:?}", &self.own[start..end]),
            Raw::Items(start, end) => format!("items {:?}", &self.own[start..end]),
            // The parser that tests compare with may miss the nearest number by the last bit.
            Raw::Float(value) => format!("float {value:.13e}"),
            Raw::Absent | Raw::Bool(_) | Raw::Int(_) | Raw::Big(_) | Raw::EmptyComposite | Raw::Composite => {
                format!("{raw:?}")
            }
        }
    }

    /// Whether the value at a node is one of these, letter case aside; of an array, one item.
    pub(super) fn holds(&self, node: NodeId, line: &str, values: &[String]) -> bool {
        let is_one = |text: &str| values.iter().any(|value| value.eq_ignore_ascii_case(text));
        let Some(scalar) = self.get(node, line) else { return false };
        match (scalar, self.raws[node.index()]) {
            (_, Raw::Items(start, end)) => self.own[start..end].split_terminator(ITEM_END).any(is_one),
            (scalar, _) => spell(scalar, &mut String::new()).is_some_and(is_one),
        }
    }

    /// An index for a text, to be given back.
    pub(super) fn take_index(&mut self) -> Index {
        self.indexes.pop().unwrap_or_default()
    }

    /// Takes back an index.
    pub(super) fn give_back(&mut self, index: Index) {
        self.indexes.push(index);
    }

    /// An empty text, to be given back.
    pub(super) fn take_text(&mut self) -> String {
        self.texts.pop().unwrap_or_default()
    }

    /// Takes back a text.
    pub(super) fn give_back_text(&mut self, mut text: String) {
        text.clear();
        self.texts.push(text);
    }

    /// Where further text of the record's own goes.
    pub(super) fn own(&mut self) -> &mut String {
        &mut self.own
    }
}

fn text(of: &str, start: usize, end: usize) -> Option<Scalar<'_>> {
    of.get(start..end).filter(|text| !text.is_empty()).map(Scalar::Text)
}
