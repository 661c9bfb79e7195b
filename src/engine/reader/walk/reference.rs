//! What a walk comes to, found with `serde_json`: tests hold the walk to this.
//!
//! A text at which paths go on is taken for JSON and looked into. A path that meets another kind of value finds nothing.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::engine::reader::capture::{Captures, ITEM_END, Raw};
use crate::engine::reader::trie::{NodeId, Trie};

/// Captures what an object holds.
pub(super) fn object(trie: &Trie, captures: &mut Captures, text: &str) -> serde_json::Result<()> {
    captures.clear();
    let mut walk = Walk { trie, captures, origin: Some(text.as_ptr().addr()) };
    let mut json = serde_json::Deserializer::from_str(text);
    Value { walk: &mut walk, node: NodeId::ROOT }.deserialize(&mut json)?;
    json.end()
}

/// Captures what a row of a table holds: one value per column, none for columns that no path names.
pub(super) fn row(
    trie: &Trie,
    captures: &mut Captures,
    columns: &[Option<NodeId>],
    text: &str,
) -> serde_json::Result<()> {
    captures.clear();
    let mut walk = Walk { trie, captures, origin: Some(text.as_ptr().addr()) };
    let mut json = serde_json::Deserializer::from_str(text);
    json.deserialize_seq(Row { walk: &mut walk, columns })?;
    json.end()
}

struct Walk<'w> {
    trie: &'w Trie,
    captures: &'w mut Captures,
    /// The address of the record's text, when texts may be kept as ranges of it.
    origin: Option<usize>,
}

/// Whose memory a text is in.
#[derive(Clone, Copy, PartialEq)]
enum Owner {
    /// The text that is walked.
    Walked,
    /// The parser's: it goes away.
    Parser,
}

impl Walk<'_> {
    #[inline]
    fn keep(&mut self, node: NodeId, raw: Raw) {
        if self.trie.is_wanted(node) {
            self.captures.set(node, raw);
        }
    }

    #[inline]
    fn text(&mut self, node: NodeId, text: &str, owner: Owner) {
        if self.trie.has_children(node) && text.trim_start().starts_with('{') {
            self.look_into(node, text);
        }
        if !self.trie.is_wanted(node) {
            return;
        }
        match self.origin {
            Some(origin) if owner == Owner::Walked => {
                let start = text.as_ptr().addr() - origin;
                self.captures.set(node, Raw::Line(start, start + text.len()));
            }
            _ => self.captures.set_text(node, text),
        }
    }

    fn look_into(&mut self, node: NodeId, text: &str) {
        let mut walk = Walk { trie: self.trie, captures: &mut *self.captures, origin: None };
        let mut json = serde_json::Deserializer::from_str(text);
        let outcome = Value { walk: &mut walk, node }.deserialize(&mut json).and_then(|()| json.end());
        if outcome.is_err() {
            self.captures.forget_below(self.trie, node);
            self.captures.broken_text = Some(node);
        }
    }
}

/// The value at a node.
struct Value<'s, 'w> {
    walk: &'s mut Walk<'w>,
    node: NodeId,
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.walk.trie.has_children(self.node) {
            return deserializer.deserialize_any(self);
        }
        // Keys and values that nobody wants may be without meaning, so they are not read.
        let text = <&'de RawValue>::deserialize(deserializer)?.get();
        if !text.starts_with(['{', '[']) || (text.starts_with('[') && self.walk.trie.is_tested(self.node)) {
            return serde_json::Deserializer::from_str(text).deserialize_any(self).map_err(D::Error::custom);
        }
        let is_empty = text[1..text.len() - 1].trim().is_empty();
        self.walk.keep(self.node, if is_empty { Raw::EmptyComposite } else { Raw::Composite });
        Ok(())
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.walk.keep(self.node, Raw::Bool(value));
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.walk.keep(self.node, Raw::Int(value));
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.walk.keep(self.node, i64::try_from(value).map_or(Raw::Big(value), Raw::Int));
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.walk.keep(self.node, Raw::Float(value));
        Ok(())
    }

    #[inline]
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.walk.text(self.node, text, Owner::Walked);
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.walk.text(self.node, text, Owner::Parser);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if self.walk.trie.is_tested(self.node) {
            let start = self.walk.captures.own().len();
            while items.next_element_seed(Item { own: self.walk.captures.own() })?.is_some() {}
            let end = self.walk.captures.own().len();
            self.walk.captures.set(self.node, if start < end { Raw::Items(start, end) } else { Raw::EmptyComposite });
            return Ok(());
        }
        let mut raw = Raw::EmptyComposite;
        while items.next_element::<IgnoredAny>()?.is_some() {
            raw = Raw::Composite;
        }
        self.walk.keep(self.node, raw);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut raw = Raw::EmptyComposite;
        while let Some(child) = members.next_key_seed(Key { trie: self.walk.trie, node: self.node })? {
            raw = Raw::Composite;
            match child {
                Some(node) => {
                    self.walk.captures.meet(self.walk.trie, node);
                    members.next_value_seed(Value { walk: &mut *self.walk, node })?;
                }
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        self.walk.keep(self.node, raw);
        Ok(())
    }
}

/// An item of an array that tells records apart: scalars are kept as text.
struct Item<'s> {
    own: &'s mut String,
}

impl Item<'_> {
    fn keep(self, text: &str) {
        self.own.push_str(text);
        self.own.push(ITEM_END);
    }
}

impl<'de> DeserializeSeed<'de> for Item<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let text = <&'de RawValue>::deserialize(deserializer)?.get();
        if text.starts_with(['{', '[']) {
            return Ok(());
        }
        // `serde_json` may miss the nearest floating point number by the last bit.
        let is_whole = text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok();
        if let (false, Ok(number)) = (is_whole, text.parse::<f64>())
            && number.is_finite()
        {
            self.keep(&number.to_string());
            return Ok(());
        }
        serde_json::Deserializer::from_str(text).deserialize_any(self).map_err(D::Error::custom)
    }
}

impl Visitor<'_> for Item<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.keep(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.keep(&value.to_string());
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.keep(&value.to_string());
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.keep(&value.to_string());
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.keep(text);
        Ok(())
    }
}

/// A key of an object: the node below `node` that it names, if any.
struct Key<'w> {
    trie: &'w Trie,
    node: NodeId,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<NodeId>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<NodeId>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    #[inline]
    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.trie.child(self.node, key))
    }
}

/// A row of a table.
struct Row<'s, 'w, 'c> {
    walk: &'s mut Walk<'w>,
    columns: &'c [Option<NodeId>],
}

impl<'de> Visitor<'de> for Row<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array of {} values", self.columns.len())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        for (position, column) in self.columns.iter().enumerate() {
            let found = match *column {
                Some(node) => {
                    self.walk.captures.meet(self.walk.trie, node);
                    items.next_element_seed(Value { walk: &mut *self.walk, node })?.is_some()
                }
                None => items.next_element::<IgnoredAny>()?.is_some(),
            };
            if !found {
                return Err(A::Error::invalid_length(position, &self));
            }
        }
        match items.next_element::<IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(A::Error::invalid_length(self.columns.len() + 1, &self)),
        }
    }
}
