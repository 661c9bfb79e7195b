//! Countries, cities and locations of addresses from a database in `MaxMind`'s format: `GeoLite2-City`, `GeoLite2-Country` and
//! their relatives, or one with the plain entries of ip-location-db.

use std::fmt;
use std::net::IpAddr;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::intern::Interner;
use crate::catalog::GeoAttribute;
use crate::value::Value;

/// A database in memory.
pub struct GeoDatabase {
    database: maxminddb::Reader<Vec<u8>>,
}

/// The bytes are no such database.
#[derive(Debug)]
pub struct GeoError {
    message: String,
}

impl fmt::Display for GeoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a MaxMind database: {}", self.message)
    }
}

impl std::error::Error for GeoError {}

impl GeoDatabase {
    /// A database from the bytes of its file.
    ///
    /// # Errors
    /// When the bytes are no `MaxMind` database.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, GeoError> {
        let database = maxminddb::Reader::from_source(bytes);
        database.map(|database| Self { database }).map_err(|error| GeoError { message: error.to_string() })
    }

    /// Whether it says this of addresses at all: a database of countries has no cities and no places. Found out from its first
    /// entries, since what a database calls itself is free.
    #[must_use]
    pub fn has(&self, attribute: GeoAttribute) -> bool {
        let options = maxminddb::WithinOptions::default();
        let Ok(entries) = self.database.networks(options) else { return false };
        let mut interner = Interner::default();
        entries.take(PROBED).flatten().any(|entry| !places(&entry, &mut interner).of(attribute).is_missing())
    }

    /// When it was made, in seconds since 1970, and what kind it is: for the summary of a run.
    #[must_use]
    pub fn built(&self) -> (u64, &str) {
        (self.database.metadata().build_epoch, &self.database.metadata().database_type)
    }

    fn find(&self, address: IpAddr, interner: &mut Interner) -> Whereabouts {
        // An entry that is broken is no entry: the file was checked as a whole when it was opened.
        let found = self.database.lookup(address);
        found.map_or_else(|_| Whereabouts::default(), |found| places(&found, interner))
    }
}

/// Entries looked at to find out what a database knows. Few addresses have no country, and every other one has a city at least.
const PROBED: usize = 10_000;

fn places(found: &maxminddb::LookupResult<'_, Vec<u8>>, interner: &mut Interner) -> Whereabouts {
    let entry = found.decode::<Entry>().ok().flatten().filter(|entry| entry.country.iso_code.is_some());
    let entry = entry.or_else(|| found.decode::<PlainEntry>().ok().flatten().map(PlainEntry::into_entry));
    let Some(entry) = entry else { return Whereabouts::default() };
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    // Cities are names, which letter case does not tell apart.
    let city = text(entry.city.names.en).map(|city| city.to_lowercase());
    let mut value = |text: Option<String>| text.map_or(Value::Missing, |text| Value::Text(interner.text(&text)));
    Whereabouts {
        country: value(text(entry.country.iso_code)),
        city: value(city),
        location: match (entry.location.latitude, entry.location.longitude) {
            (Some(latitude), Some(longitude)) => Value::Location(latitude, longitude),
            _ => Value::Missing,
        },
    }
}

/// An entry without inner maps.
#[derive(Default, Deserialize)]
#[serde(default)]
struct PlainEntry<'d> {
    country_code: Option<&'d str>,
    city: Option<&'d str>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl<'d> PlainEntry<'d> {
    fn into_entry(self) -> Entry<'d> {
        Entry {
            country: Country { iso_code: self.country_code },
            city: City { names: Names { en: self.city } },
            location: Coordinates { latitude: self.latitude, longitude: self.longitude },
        }
    }
}

/// What is used of an entry.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry<'d> {
    #[serde(borrow)]
    country: Country<'d>,
    #[serde(borrow)]
    city: City<'d>,
    location: Coordinates,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Country<'d> {
    iso_code: Option<&'d str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct City<'d> {
    #[serde(borrow)]
    names: Names<'d>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Names<'d> {
    en: Option<&'d str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Coordinates {
    latitude: Option<f64>,
    longitude: Option<f64>,
}

/// What is known of an address.
#[derive(Clone, Debug, Default)]
struct Whereabouts {
    country: Value,
    city: Value,
    location: Value,
}

impl Whereabouts {
    fn of(&self, attribute: GeoAttribute) -> &Value {
        match attribute {
            GeoAttribute::Country => &self.country,
            GeoAttribute::City => &self.city,
            GeoAttribute::Location => &self.location,
        }
    }
}

/// Look-ups with a memory: logs repeat addresses.
pub(super) struct GeoLookup<'d> {
    database: &'d GeoDatabase,
    known: FxHashMap<IpAddr, Whereabouts>,
}

/// Addresses remembered.
const ADDRESSES: usize = 1 << 16;

impl<'d> GeoLookup<'d> {
    pub(super) fn new(database: &'d GeoDatabase) -> Self {
        Self { database, known: FxHashMap::default() }
    }

    /// What the database says of an address; missing when it says nothing.
    pub(super) fn find(&mut self, address: IpAddr, attribute: GeoAttribute, interner: &mut Interner) -> Value {
        if self.known.len() >= ADDRESSES {
            self.known.clear();
        }
        let found = self.known.entry(address).or_insert_with(|| self.database.find(address, interner));
        found.of(attribute).clone()
    }
}
