//! Keys of rules: hashed once for each event however many rules have them, and kept once for each key that something is held of.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::{FxBuildHasher, FxHasher};

use super::compile::{Code, Others, Row};
use super::event::Event;
use crate::value::Value;

/// The key of a rule in one event: where its values are, and their hash. Nothing is copied until a table has to keep it.
#[derive(Clone, Copy)]
pub struct Key<'e> {
    /// The same for equal values, whatever rule asks.
    pub hash: u64,
    fields: &'e [Code],
    event: &'e Event,
}

impl<'e> Key<'e> {
    /// The key that these fields make; none when one of them is missing.
    #[must_use]
    pub fn new(fields: &'e [Code], event: &'e Event) -> Option<Self> {
        hash(fields, event).map(|hash| Self { hash, fields, event })
    }

    /// The key whose hash is known: that of [`hash`] for the same fields and event.
    #[must_use]
    pub fn hashed(hash: u64, fields: &'e [Code], event: &'e Event) -> Self {
        Self { hash, fields, event }
    }

    /// Its values, to be kept.
    #[must_use]
    pub fn values(&self) -> Arc<[Value]> {
        let row = Row { event: self.event, aggregates: &[], others: Others::default() };
        self.fields.iter().map(|field| field.value(&row).into_owned()).collect()
    }

    /// Whether these are its values.
    #[must_use]
    pub fn is(&self, values: &[Value]) -> bool {
        let row = Row { event: self.event, aggregates: &[], others: Others::default() };
        self.fields.len() == values.len()
            && self.fields.iter().zip(values).all(|(field, value)| *field.value(&row) == *value)
    }
}

/// The hash of the values that some fields have in an event; none when one is missing.
#[must_use]
pub fn hash(fields: &[Code], event: &Event) -> Option<u64> {
    let row = Row { event, aggregates: &[], others: Others::default() };
    let mut hasher = FxBuildHasher.build_hasher();
    fields.iter().all(|field| write(&mut hasher, &field.value(&row))).then(|| hasher.finish())
}

/// Whether there was a value.
fn write(hasher: &mut FxHasher, value: &Value) -> bool {
    value.hash(hasher);
    !value.is_missing()
}

/// What is kept for each key of a rule.
pub struct KeyTable<V> {
    entries: HashTable<Kept<V>>,
}

/// An entry of a [`KeyTable`].
struct Kept<V> {
    hash: u64,
    key: Arc<[Value]>,
    value: V,
}

impl<V> Default for KeyTable<V> {
    fn default() -> Self {
        Self { entries: HashTable::new() }
    }
}

impl<V> KeyTable<V> {
    /// What is kept for a key, made if there is nothing yet; and the key as it is kept.
    pub fn entry(&mut self, key: &Key<'_>, make: impl FnOnce() -> V) -> (&Arc<[Value]>, &mut V) {
        let found = self.entries.entry(key.hash, |kept| kept.hash == key.hash && key.is(&kept.key), |kept| kept.hash);
        let kept = match found {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(Kept { hash: key.hash, key: key.values(), value: make() }).into_mut(),
        };
        (&kept.key, &mut kept.value)
    }

    /// What is kept for a key whose values were given by [`KeyTable::entry`].
    pub fn get_mut(&mut self, hash: u64, key: &[Value]) -> Option<&mut V> {
        self.entries.find_mut(hash, |kept| kept.hash == hash && *kept.key == *key).map(|kept| &mut kept.value)
    }

    /// Keeps what `keep` says, and gives back memory that is no longer needed.
    pub fn retain(&mut self, mut keep: impl FnMut(&mut V) -> bool) {
        self.entries.retain(|kept| keep(&mut kept.value));
        if self.entries.len() < self.entries.capacity() / 4 {
            self.entries.shrink_to(self.entries.len() * 2, |kept| kept.hash);
        }
    }

    /// All keys and what is kept for them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<[Value]>, &V)> {
        self.entries.iter().map(|kept| (&kept.key, &kept.value))
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
