//! How a field's value comes from what a walk captured: paths, placeholders, maps, constants, look-ups.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use regex::Regex;
use rustc_hash::FxHashMap;

use super::capture::{Captures, Scalar};
use super::convert::{Wrong, convert, spell, unique};
use super::draft::Sheet;
use super::geo::{GeoDatabase, GeoLookup};
use super::intern::Interner;
use super::trie::{NodeId, Trie};
use crate::catalog::{self, GeoAttribute, Otherwise, Path};
use crate::engine::dispatch;
use crate::types::Type;
use crate::value::Value;

/// Where the value of a slot comes from.
#[derive(Debug)]
pub(super) enum Extractor {
    /// The same for every record; missing where the source has no such field.
    Constant(Value),
    /// Read.
    Read(FieldReader),
    /// A location from two coordinates.
    Point(Box<[FieldReader; 2]>),
    /// The database's answer for the record's address.
    LookUp(GeoAttribute),
}

/// One record, for extractors.
pub(super) struct Record<'r> {
    pub(super) captures: &'r Captures,
    /// The record's text, which captures refer to.
    pub(super) line: &'r str,
    /// Its address, when a look-up needs it.
    pub(super) ip: Option<IpAddr>,
}

/// What is shared between records.
pub(super) struct Memory<'d> {
    pub(super) interner: Interner,
    pub(super) geo: Option<GeoLookup<'d>>,
    pub(super) sheet: Sheet,
    pub(super) dispatch: dispatch::Memory,
}

impl<'d> Memory<'d> {
    /// Nothing remembered. Look-ups of addresses give nothing without a database.
    pub(super) fn new(geo: Option<&'d GeoDatabase>) -> Self {
        Self {
            interner: Interner::new(),
            geo: geo.map(GeoLookup::new),
            sheet: Sheet::default(),
            dispatch: dispatch::Memory::default(),
        }
    }
}

impl Extractor {
    /// The value for a record.
    pub(super) fn value(
        &self,
        record: &Record<'_>,
        interner: &mut Interner,
        geo: &mut Option<GeoLookup<'_>>,
    ) -> Result<Value, Wrong> {
        match self {
            Self::Constant(value) => Ok(value.clone()),
            Self::Read(reader) => reader.value(record, interner),
            Self::Point(coordinates) => {
                let [latitude, longitude] = &**coordinates;
                point(latitude.value(record, interner)?, longitude.value(record, interner)?)
            }
            Self::LookUp(attribute) => Ok(match (record.ip, geo) {
                (Some(ip), Some(geo)) => geo.find(ip, *attribute, interner),
                _ => Value::Missing,
            }),
        }
    }
}

fn point(latitude: Value, longitude: Value) -> Result<Value, Wrong> {
    match (latitude, longitude) {
        (Value::Float(latitude), Value::Float(longitude)) => {
            let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
            if on_earth { Ok(Value::Location(latitude, longitude)) } else { Err(Wrong) }
        }
        _ => Ok(Value::Missing),
    }
}

/// What becomes of equal values of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repetition {
    /// They are shared.
    Likely,
    /// An event's own id: remembering it would be in vain.
    Never,
}

/// Reads a field.
#[derive(Debug)]
pub(super) struct FieldReader {
    nodes: Vec<NodeId>,
    ty: Type,
    /// `provider:`, for identifiers in a rule over several providers.
    tag: Option<Arc<str>>,
    extract_address: bool,
    placeholders: Vec<String>,
    map: FxHashMap<String, Value>,
    otherwise: Change,
    absent: Value,
    repetition: Repetition,
}

/// What becomes of a value that the map does not name.
#[derive(Debug)]
enum Change {
    None,
    To(Value),
}

impl FieldReader {
    /// A reader of `paths`, whose values are kept by the tree from now on.
    pub(super) fn new(
        read: &catalog::Read,
        ty: &Type,
        tag: Option<Arc<str>>,
        repetition: Repetition,
        paths: impl Iterator<Item = Path>,
        trie: &mut Trie,
    ) -> Self {
        let fixed = |text: &String| fixed(text, ty, tag.as_deref());
        Self {
            nodes: paths.map(|path| trie.want(&path)).collect(),
            extract_address: read.extract_address,
            placeholders: read.placeholders.clone(),
            map: read.map.iter().map(|(key, value)| (key.clone(), fixed(value))).collect(),
            otherwise: match &read.otherwise {
                Otherwise::Same => Change::None,
                Otherwise::Missing => Change::To(Value::Missing),
                Otherwise::Text(text) => Change::To(fixed(text)),
            },
            absent: read.absent.as_ref().map_or(Value::Missing, fixed),
            ty: ty.clone(),
            tag,
            repetition,
        }
    }

    /// Where it reads.
    pub(super) fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// The text that is read, for messages.
    pub(super) fn text(&self, record: &Record<'_>) -> Option<String> {
        let scalar = self.present(record).next()?;
        spell(scalar, &mut String::new()).map(str::to_owned)
    }

    /// Whether there is a value, as far as that can be told without making it.
    pub(super) fn is_there(&self, record: &Record<'_>, interner: &mut Interner) -> Result<bool, Wrong> {
        let plain = self.map.is_empty() && matches!(self.otherwise, Change::None) && !self.extract_address;
        if plain && let Some(Scalar::Text(_)) = self.present(record).next() {
            return Ok(true);
        }
        self.value(record, interner).map(|value| !value.is_missing())
    }

    /// What stands at the paths, without what means missing.
    fn present<'r>(&self, record: &'r Record<'r>) -> impl Iterator<Item = Scalar<'r>> {
        let found = self.nodes.iter().filter_map(|node| record.captures.get(*node, record.line));
        found.filter(|scalar| self.placeholders.is_empty() || !self.is_placeholder(*scalar))
    }

    fn is_placeholder(&self, scalar: Scalar<'_>) -> bool {
        let mut buffer = String::new();
        spell(scalar, &mut buffer).is_some_and(|text| self.placeholders.iter().any(|placeholder| placeholder == text))
    }

    /// The value for a record: of the first path that has one of the field's type. It is only wrong when no path has one.
    pub(super) fn value(&self, record: &Record<'_>, interner: &mut Interner) -> Result<Value, Wrong> {
        let mut wrong = false;
        for scalar in self.present(record) {
            match self.one(scalar, interner) {
                Ok(value) => return Ok(value),
                Err(Wrong) => wrong = true,
            }
        }
        if wrong && self.absent.is_missing() { Err(Wrong) } else { Ok(self.absent.clone()) }
    }

    fn one(&self, scalar: Scalar<'_>, interner: &mut Interner) -> Result<Value, Wrong> {
        let mut scalar = scalar;
        if let Scalar::Text(text) = scalar
            && self.extract_address
        {
            scalar = Scalar::Text(extract_address(text).ok_or(Wrong)?);
        }
        if !self.map.is_empty() || matches!(self.otherwise, Change::To(_)) {
            let mut buffer = String::new();
            let mapped = self.map.get(spell(scalar, &mut buffer).ok_or(Wrong)?);
            match (mapped, &self.otherwise) {
                (Some(value), _) | (None, Change::To(value)) => return Ok(value.clone()),
                (None, Change::None) => {}
            }
        }
        if self.tag.is_some() {
            return unique(scalar).map(|value| tagged(value, self.tag.as_deref(), interner));
        }
        match self.repetition {
            Repetition::Likely => convert(scalar, &self.ty, interner),
            Repetition::Never => unique(scalar),
        }
    }
}

fn tagged(value: Value, tag: Option<&str>, interner: &mut Interner) -> Value {
    match (value, tag) {
        (Value::Text(text), Some(tag)) => Value::Text(interner.text(&format!("{tag}:{text}"))),
        (value, _) => value,
    }
}

/// The value of a text in the catalogue. The catalogue is checked when it is loaded; what is still wrong is missing.
pub(super) fn fixed(text: &str, ty: &Type, tag: Option<&str>) -> Value {
    let interner = &mut Interner::default();
    let value = convert(Scalar::Text(text), ty, interner).unwrap_or_default();
    tagged(value, tag, interner)
}

static ADDRESS_REGEX: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(crate::catalog::ADDRESS_PATTERN).ok());

fn extract_address(text: &str) -> Option<&str> {
    ADDRESS_REGEX.as_ref()?.captures(text)?.get(1).map(|address| address.as_str())
}

#[cfg(test)]
mod tests {
    use super::extract_address;

    #[test]
    fn addresses_are_taken_out_of_their_ports_and_brackets() {
        for (text, address) in [
            ("203.0.113.7", Some("203.0.113.7")),
            ("203.0.113.7:51234", Some("203.0.113.7")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("::1", Some("::1")),
            ("[::ffff:203.0.113.7]:1", Some("::ffff:203.0.113.7")),
            ("fe80::1%eth0", Some("fe80::1")),
            ("<null>", None),
            ("host:443", None),
            ("203.0.113.7, 198.51.100.2", None),
        ] {
            assert_eq!(extract_address(text), address, "{text}");
        }
    }
}
