//! Keys of rules: hashed once for each event however many rules have them, and kept once for each key that something is held of.

use std::hash::{BuildHasher, Hash, Hasher};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::{FxBuildHasher, FxHasher};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    /// The key whose hash is known: that of [`hash`] for the same fields and event.
    #[must_use]
    pub fn hashed(hash: u64, fields: &'e [Code], event: &'e Event) -> Self {
        Self { hash, fields, event }
    }

    /// Its values, to be kept.
    #[must_use]
    pub fn values(&self) -> Box<[Value]> {
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

/// The hash of these values: that of [`hash`] where fields have them.
#[must_use]
pub fn hash_of(values: &[Value]) -> u64 {
    let mut hasher = FxBuildHasher.build_hasher();
    values.iter().for_each(|value| value.hash(&mut hasher));
    hasher.finish()
}

/// Whether there was a value.
fn write(hasher: &mut FxHasher, value: &Value) -> bool {
    value.hash(hasher);
    !value.is_missing()
}

/// What is kept for each key of a rule. A key has a place, which stays its own until it is removed: who refers to many keys
/// holds places.
pub struct KeyTable<V> {
    index: HashTable<Indexed>,
    kept: Vec<Option<Kept<V>>>,
    /// Places that are free.
    free: Vec<Place>,
}

/// The place of a key in a [`KeyTable`].
pub type Place = u32;

/// Where a key is, and as much of its hash as tells most others apart without looking there.
struct Indexed {
    tag: u32,
    place: Place,
}

/// A key and what is kept for it.
#[derive(Serialize, Deserialize)]
pub struct Kept<V> {
    #[serde(skip)]
    hash: u64,
    /// Its values.
    pub key: Box<[Value]>,
    /// What is kept.
    pub value: V,
}

/// Tables with fewer places than this are not worth making smaller.
const SMALL: usize = 256;

impl<V> Default for KeyTable<V> {
    fn default() -> Self {
        Self { index: HashTable::new(), kept: Vec::new(), free: Vec::new() }
    }
}

/// The upper half of the hash; the lower one places it.
fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

impl<V> KeyTable<V> {
    /// What is kept for a key, made if there is nothing yet, and its place.
    pub fn entry(&mut self, key: &Key<'_>, make: impl FnOnce() -> V) -> (Place, &mut V) {
        let Self { index, kept, free } = self;
        let tag = tag(key.hash);
        let is = |found: &Indexed| found.tag == tag && at(kept, found.place).is_some_and(|kept| key.is(&kept.key));
        let rehash = |found: &Indexed| at(kept, found.place).map_or(0, |kept| kept.hash);
        let (place, fresh) = match index.entry(key.hash, is, rehash) {
            Entry::Occupied(entry) => (entry.get().place, false),
            Entry::Vacant(entry) => {
                let place = free.pop().unwrap_or(next_place(kept.len()));
                entry.insert(Indexed { tag, place });
                (place, true)
            }
        };
        if fresh && place as usize == kept.len() {
            kept.push(None);
        }
        let entry =
            kept[place as usize].get_or_insert_with(|| Kept { hash: key.hash, key: key.values(), value: make() });
        (place, &mut entry.value)
    }

    /// What is kept for a key.
    pub fn find(&mut self, key: &Key<'_>) -> Option<&mut Kept<V>> {
        let tag = tag(key.hash);
        let is =
            |found: &Indexed| found.tag == tag && at(&self.kept, found.place).is_some_and(|kept| key.is(&kept.key));
        let place = self.index.find(key.hash, is)?.place;
        self.at_mut(place)
    }

    /// What is kept for the key with these values.
    pub fn find_values(&self, values: &[Value]) -> Option<&V> {
        at(&self.kept, self.place_of(values)?).map(|kept| &kept.value)
    }

    /// The place of the key with these values.
    pub fn place_of(&self, values: &[Value]) -> Option<Place> {
        let hash = hash_of(values);
        let is = |found: &Indexed| at(&self.kept, found.place).is_some_and(|kept| *kept.key == *values);
        self.index.find(hash, is).map(|found| found.place)
    }

    /// The key of a place, and what is kept for it.
    pub fn at_mut(&mut self, place: Place) -> Option<&mut Kept<V>> {
        self.kept.get_mut(place as usize)?.as_mut()
    }

    /// Removes the key of a place.
    pub fn remove(&mut self, place: Place) {
        let Some(kept) = self.kept.get_mut(place as usize).and_then(Option::take) else { return };
        if let Ok(entry) = self.index.find_entry(kept.hash, |found| found.place == place) {
            entry.remove();
        }
        self.free.push(place);
    }

    /// Keeps what `keep` says, and gives back memory that is no longer needed. Places change: nobody may hold one.
    pub fn retain(&mut self, mut keep: impl FnMut(&mut V) -> bool) {
        self.kept.retain_mut(|kept| kept.as_mut().is_some_and(|kept| keep(&mut kept.value)));
        self.rebuild();
    }

    /// Gives back memory if much less is kept than once was. Gives the new place of every old one, if they change.
    pub fn compact(&mut self) -> Option<Vec<Place>> {
        if self.kept.len() < SMALL || self.free.len() < self.kept.len() / 4 * 3 {
            return None;
        }
        let mut next = 0;
        let places = self.kept.iter().map(|kept| {
            let place = next;
            next += u32::from(kept.is_some());
            place
        });
        let places = places.collect();
        self.retain(|_| true);
        Some(places)
    }

    /// Removes all keys.
    pub fn drain(&mut self) -> impl Iterator<Item = Kept<V>> + use<V> {
        self.index = HashTable::new();
        self.free = Vec::new();
        std::mem::take(&mut self.kept).into_iter().flatten()
    }

    /// The index of what is kept, from nothing.
    fn rebuild(&mut self) {
        if self.kept.len() < self.kept.capacity() / 4 {
            self.kept.shrink_to(self.kept.len() * 2);
        }
        self.free = (0..).zip(&self.kept).filter(|(_, kept)| kept.is_none()).map(|(place, _)| place).collect();
        self.index = HashTable::with_capacity(self.kept.len() - self.free.len());
        for (place, kept) in (0..).zip(&self.kept) {
            let Some(kept) = kept else { continue };
            let rehash = |found: &Indexed| at(&self.kept, found.place).map_or(0, |kept| kept.hash);
            self.index.insert_unique(kept.hash, Indexed { tag: tag(kept.hash), place }, rehash);
        }
    }

    /// All keys and what is kept for them.
    pub fn iter(&self) -> impl Iterator<Item = &Kept<V>> {
        self.kept.iter().flatten()
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }
}

fn at<V>(kept: &[Option<Kept<V>>], place: Place) -> Option<&Kept<V>> {
    kept.get(place as usize)?.as_ref()
}

#[expect(clippy::cast_possible_truncation, reason = "four thousand million keys do not fit into memory")]
fn next_place(kept: usize) -> Place {
    kept as Place
}

impl<V: Serialize> Serialize for KeyTable<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.kept.serialize(serializer)
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for KeyTable<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut kept: Vec<Option<Kept<V>>> = Vec::deserialize(deserializer)?;
        kept.iter_mut().flatten().for_each(|kept| kept.hash = hash_of(&kept.key));
        let mut table = Self { index: HashTable::new(), kept, free: Vec::new() };
        table.rebuild();
        Ok(table)
    }
}
