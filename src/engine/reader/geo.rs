//! Countries, cities and locations of addresses from a `MaxMind` database (`GeoLite2-City` and its relatives).

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

    /// When it was made, in seconds since 1970, and what kind it is: for the summary of a run.
    #[must_use]
    pub fn built(&self) -> (u64, &str) {
        (self.database.metadata().build_epoch, &self.database.metadata().database_type)
    }

    fn find(&self, address: IpAddr, interner: &mut Interner) -> Whereabouts {
        // An entry that is broken is no entry: the file was checked as a whole when it was opened.
        let entry = self.database.lookup(address).ok().and_then(|found| found.decode::<Entry>().ok().flatten());
        let Some(entry) = entry else { return Whereabouts::default() };
        let mut text = |text: Option<&str>| {
            text.filter(|text| !text.is_empty()).map_or(Value::Missing, |text| Value::Text(interner.text(text)))
        };
        Whereabouts {
            country: text(entry.country.iso_code),
            city: text(entry.city.names.en),
            location: match (entry.location.latitude, entry.location.longitude) {
                (Some(latitude), Some(longitude)) => Value::Location(latitude, longitude),
                _ => Value::Missing,
            },
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
        match attribute {
            GeoAttribute::Country => found.country.clone(),
            GeoAttribute::City => found.city.clone(),
            GeoAttribute::Location => found.location.clone(),
        }
    }
}
