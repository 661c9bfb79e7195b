//! The rows of a row group: what their columns hold, put where paths of the tree find it.

use super::fault::{Damage, Flaw};
use super::pages::{Entry, Pages};
use super::plan::{Column, Extent, Purpose};
use super::schema::Meaning;
use crate::engine::reader::capture::{Captures, ITEM_END, Raw, Scalar};
use crate::engine::reader::convert::spell;
use crate::engine::reader::trie::{NodeId, Trie};
use crate::engine::reader::walk;

/// Reads one leaf, row by row.
#[derive(Debug)]
pub(super) struct Cursor {
    column: Column,
    pages: Pages,
    /// The values of a map.
    values: Option<Pages>,
    scratch: String,
}

impl Cursor {
    pub(super) fn new(column: Column, pages: Pages, values: Option<Pages>) -> Self {
        Self { column, pages, values, scratch: String::new() }
    }

    /// Goes to the next row, and captures what it holds.
    pub(super) fn row(&mut self, trie: &Trie, captures: &mut Captures) -> Result<(), Damage> {
        self.fill(trie, captures).map_err(|flaw| flaw.of(&self.column.path))
    }

    #[inline]
    fn fill(&mut self, trie: &Trie, captures: &mut Captures) -> Result<(), Flaw> {
        let entry = self.pages.next()?.ok_or(Flaw::Short)?;
        for (node, level) in &self.column.marks {
            captures.meet(trie, *node);
            if entry.definition >= *level {
                captures.set(*node, Raw::Composite);
            }
        }
        match &self.column.purpose {
            Purpose::Marks => {}
            Purpose::Value(node) => {
                captures.meet(trie, *node);
                if let Some(value) = self.pages.value(entry) {
                    keep(trie, captures, *node, self.column.place.leaf.meaning, value);
                }
            }
            Purpose::List { node, from, items } => {
                captures.meet(trie, *node);
                return self.list(captures, *node, *from, *items, entry);
            }
            Purpose::Map { node, from, .. } => {
                captures.meet(trie, *node);
                return self.map(trie, captures, *node, *from, entry);
            }
        }
        self.pass()
    }

    /// Passes over the rest of a row.
    fn pass(&mut self) -> Result<(), Flaw> {
        while self.pages.goes_on()? {
            self.pages.next()?;
        }
        Ok(())
    }

    fn list(
        &mut self,
        captures: &mut Captures,
        node: NodeId,
        from: Extent,
        items: bool,
        first: Entry,
    ) -> Result<(), Flaw> {
        if first.definition < from.filled {
            set_empty(captures, node, from, first);
            return self.pass();
        }
        if !items {
            captures.set(node, Raw::Composite);
            return self.pass();
        }
        let start = captures.own().len();
        let mut entry = first;
        loop {
            if let Some(value) = self.pages.value(entry)
                && let Some(text) = spell(value, &mut self.scratch)
            {
                captures.own().push_str(text);
                captures.own().push(ITEM_END);
            }
            if !self.pages.goes_on()? {
                break;
            }
            entry = self.pages.next()?.ok_or(Flaw::Short)?;
        }
        let end = captures.own().len();
        captures.set(node, if start < end { Raw::Items(start, end) } else { Raw::EmptyComposite });
        Ok(())
    }

    fn map(
        &mut self,
        trie: &Trie,
        captures: &mut Captures,
        node: NodeId,
        from: Extent,
        first: Entry,
    ) -> Result<(), Flaw> {
        let of_values = match &self.column.purpose {
            Purpose::Map { values: Some(values), .. } => values.place.leaf.meaning,
            Purpose::Map { .. } | Purpose::Marks | Purpose::Value(_) | Purpose::List { .. } => Meaning::Other,
        };
        let is_filled = first.definition >= from.filled;
        if !is_filled {
            set_empty(captures, node, from, first);
        } else if trie.is_wanted(node) {
            captures.set(node, Raw::Composite);
        }
        let mut entry = first;
        loop {
            let value = match &mut self.values {
                Some(values) => Some(values.next()?.ok_or(Flaw::Short)?),
                None => None,
            };
            if is_filled
                && let Some(Scalar::Text(key)) = self.pages.value(entry)
                && let Some(child) = trie.child(node, key)
            {
                captures.meet(trie, child);
                let value = value.and_then(|value| self.values.as_ref()?.value(value));
                match (value, &self.values) {
                    (Some(value), _) => keep(trie, captures, child, of_values, value),
                    // Its values are structures or lists.
                    (None, None) => captures.set(child, Raw::Composite),
                    (None, Some(_)) => {}
                }
            }
            if !self.pages.goes_on()? {
                return Ok(());
            }
            entry = self.pages.next()?.ok_or(Flaw::Short)?;
        }
    }
}

fn set_empty(captures: &mut Captures, node: NodeId, from: Extent, entry: Entry) {
    if entry.definition >= from.there {
        captures.set(node, Raw::EmptyComposite);
    }
}

#[inline]
fn keep(trie: &Trie, captures: &mut Captures, node: NodeId, meaning: Meaning, value: Scalar<'_>) {
    let raw = match value {
        Scalar::Text(text) if meaning == Meaning::Json => return walk::json(trie, captures, node, text),
        Scalar::Text(text) => return walk::given(trie, captures, node, text),
        Scalar::Bool(value) => Raw::Bool(value),
        Scalar::Int(value) => Raw::Int(value),
        Scalar::Big(value) => Raw::Big(value),
        Scalar::Float(value) => Raw::Float(value),
        Scalar::Composite => Raw::Composite,
    };
    if trie.is_wanted(node) {
        captures.set(node, raw);
    }
}
