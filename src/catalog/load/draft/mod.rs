//! A catalogue file as it is written: only what it names, nothing filled in.
//!
//! The types are here; `source` and `field` read them, `word` the values that are words, paths and names. Whether what is
//! written fits together is the business of `apply` and `field` one level up.

mod field;
mod source;
mod word;

use indexmap::IndexMap;

use super::node::Located;
use crate::catalog::{GeoAttribute, Noise, OftenMissing, Otherwise, Path, Shape, SignInsElsewhere};
use crate::source::Place;

/// What a file says.
#[derive(Debug, Default)]
pub struct Document {
    /// The source that it defines or changes.
    pub source: Option<SourceDraft>,
    /// Views by name.
    pub views: Vec<(Located<String>, Vec<Located<String>>)>,
    /// Fields that sources share.
    pub shared: Vec<(Located<String>, SharedDraft)>,
}

/// A shared field.
#[derive(Debug)]
pub struct SharedDraft {
    /// Type word.
    pub ty: Option<Located<String>>,
    /// Words of an enum.
    pub values: Vec<Located<String>>,
    /// One sentence.
    pub meaning: Option<String>,
}

/// A source, or a change of one.
#[derive(Debug)]
pub struct SourceDraft {
    /// Where it starts, for what is missing as a whole.
    pub place: Place,
    /// Its name.
    pub name: Option<Located<String>>,
    /// The source that it starts from.
    pub extends: Option<Located<String>>,
    /// For people.
    pub title: Option<String>,
    /// Identity provider.
    pub provider: Option<Located<String>>,
    /// What it records.
    pub summary: Option<String>,
    /// Where the facts come from.
    pub references: Option<Vec<String>>,
    /// How late events arrive, in microseconds.
    pub delay: Option<i64>,
    /// Why it has very many events.
    pub busy: Option<String>,
    /// `[[noise]]`
    pub noise: Option<Vec<Noise>>,
    /// `[[sign_ins_elsewhere]]`
    pub sign_ins_elsewhere: Option<Vec<SignInsElsewhere>>,
    /// `[kql]`
    pub kql: KqlDraft,
    /// `[spl]`
    pub spl: SplDraft,
    /// `[sql] table`
    pub sql_table: Option<String>,
    /// `[[shape]]`
    pub shapes: Option<Vec<Shape>>,
    /// `[fields.NAME]`
    pub fields: Vec<(Located<String>, FieldDraft)>,
}

/// `[kql]`
#[derive(Debug, Default)]
pub struct KqlDraft {
    /// Table.
    pub table: Option<Located<String>>,
    /// Time column.
    pub time: Option<Located<String>>,
    /// Data connector.
    pub connector: Option<Located<String>>,
    /// Types of columns.
    pub columns: IndexMap<String, String>,
    /// Which rows.
    pub only: Option<IndexMap<String, Vec<String>>>,
}

/// `[spl]`
#[derive(Debug, Default)]
pub struct SplDraft {
    /// Macro name.
    pub macro_name: Option<Located<String>>,
    /// What the macro stands for.
    pub definition: Option<String>,
    /// Prefix of raw paths.
    pub root: Option<String>,
}

/// `[fields.NAME]`
#[derive(Debug)]
pub struct FieldDraft {
    /// Type word.
    pub ty: Option<Located<String>>,
    /// Words of an enum.
    pub values: Option<Vec<String>>,
    /// One sentence.
    pub meaning: Option<String>,
    /// A caveat.
    pub note: Option<String>,
    /// Why many events lack it.
    pub often_missing: Option<OftenMissing>,
    /// How often; `never` takes an inherited field away.
    pub presence: Option<PresenceWord>,
    /// The same for every event.
    pub constant: Option<Located<String>>,
    /// From the address.
    pub lookup: Option<Located<GeoAttribute>>,
    /// Read from the record.
    pub read: ReadDraft,
    /// Of a location.
    pub latitude: Option<(Place, ReadDraft)>,
    /// Of a location.
    pub longitude: Option<(Place, ReadDraft)>,
}

/// `presence = …`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresenceWord {
    /// Every event has it.
    Always,
    /// Some have it.
    Sometimes,
    /// None has it: the field of the source that is started from is taken away.
    Never,
}

/// How a value is read: the keys that were given.
#[derive(Debug, Default)]
pub struct ReadDraft {
    /// Raw paths.
    pub raw: Option<Vec<Path>>,
    /// Log Analytics.
    pub kql: Option<Vec<Path>>,
    /// Splunk.
    pub spl: Option<Vec<Path>>,
    /// Take the address out.
    pub extract_address: Option<bool>,
    /// Values that mean missing.
    pub placeholders: Option<Vec<String>>,
    /// Value by value.
    pub map: Option<Vec<(String, Located<String>)>>,
    /// What is not in the map.
    pub otherwise: Option<Located<Otherwise>>,
    /// What a missing value becomes.
    pub absent: Option<Located<String>>,
}

impl ReadDraft {
    /// Whether no key was given.
    pub fn is_empty(&self) -> bool {
        self.raw.is_none()
            && self.kql.is_none()
            && self.spl.is_none()
            && self.extract_address.is_none()
            && self.placeholders.is_none()
            && self.map.is_none()
            && self.otherwise.is_none()
            && self.absent.is_none()
    }
}
