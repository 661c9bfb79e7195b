//! The catalogue: log sources as data.
//!
//! A source says how its records are recognised in each export shape, and for each normalised field where the value is: in the
//! raw record, in the KQL table, in Splunk. The data is TOML, built in under `sources/`, added to or overridden by a folder of
//! the user's. This module has the types; `load` reads them, `error` has what can be wrong with them.

pub mod error;
pub mod load;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::types::Type;

/// Everything that is known about log sources.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Sources by name (`entra.signin`), in the order in which their shapes are tried on a record.
    pub sources: IndexMap<String, Arc<LogSource>>,
    /// Ready-made views over sources (`entra.any_signin`), by name.
    pub views: IndexMap<String, Vec<String>>,
    /// The normalised fields that sources share, by name, with meaning; types of identifiers are per provider.
    pub fields: IndexMap<String, FieldDefinition>,
}

impl Catalog {
    /// The source of a name.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&Arc<LogSource>> {
        self.sources.get(name)
    }

    /// The sources in the order of their names: that in which events of one time and id stand, on every target.
    #[must_use]
    pub fn by_name(&self) -> Vec<&Arc<LogSource>> {
        let mut sources: Vec<&Arc<LogSource>> = self.sources.values().collect();
        sources.sort_by_key(|source| &source.name);
        sources
    }

    /// The place of a source in [`Catalog::by_name`].
    #[must_use]
    pub fn rank(&self, name: &str) -> Option<u16> {
        let before = self.sources.keys().filter(|other| other.as_str() < name).count();
        self.sources.contains_key(name).then(|| u16::try_from(before).ok())?
    }

    /// The names of the sources that a ready-made view reads.
    #[must_use]
    pub fn view(&self, name: &str) -> Option<&[String]> {
        self.views.get(name).map(Vec::as_slice)
    }

    /// Names of all sources, in catalogue order.
    pub fn source_names(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// Names of all ready-made views, in catalogue order.
    pub fn view_names(&self) -> impl Iterator<Item = &str> {
        self.views.keys().map(String::as_str)
    }
}

/// A normalised field that sources share.
#[derive(Clone, Debug)]
pub struct FieldDefinition {
    /// Its name, lower case with underscores.
    pub name: String,
    /// Type as written in the catalogue: `token`, `name`, `enum`…
    pub ty: String,
    /// The words of an enum.
    pub values: Vec<String>,
    /// One sentence.
    pub meaning: String,
}

/// One kind of log.
#[derive(Clone, Debug)]
pub struct LogSource {
    /// `entra.signin`
    pub name: String,
    /// For people: `Microsoft Entra ID interactive sign-ins`.
    pub title: String,
    /// Identity provider whose identifiers it carries: `entra`.
    pub provider: Arc<str>,
    /// What it records, and what it does not.
    pub summary: String,
    /// Where the facts come from.
    pub references: Vec<String>,
    /// How late its events usually arrive at most, in microseconds.
    pub delay: i64,
    /// Why it has very many events, where it has.
    pub busy: Option<String>,
    /// What disturbs rules on it unless they exclude it.
    pub noise: Vec<Noise>,
    /// Identifiers whose issue is in this log for some of them only.
    pub sign_ins_elsewhere: Vec<SignInsElsewhere>,
    /// Its table in Log Analytics.
    pub kql: KqlTable,
    /// Its search in Splunk.
    pub spl: SplSearch,
    /// Its table or view in a data lake.
    pub sql_table: String,
    /// Export shapes, tried in order.
    pub shapes: Vec<Shape>,
    /// Its fields by name; `time` and `event_id` are always among them.
    pub fields: IndexMap<String, Arc<Field>>,
}

/// Harmless events that look like an attack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noise {
    /// What it is, in a few words.
    pub what: String,
    /// Why it disturbs.
    pub why: String,
    /// The fields whose values it disturbs: it matters to rules that compare or count them.
    pub values: Vec<String>,
    /// The fields by which it lacks other events: it matters to rules that look for such a lack (`unless`).
    pub absence_by: Vec<String>,
    /// Fields that tell it apart: a filter on one of them takes care of it.
    pub handled_by: Vec<String>,
}

/// An identifier that other logs show and whose issue is in this log for some only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInsElsewhere {
    /// The field with the identifier.
    pub field: String,
    /// The sources that have the others.
    pub sources: Vec<String>,
    /// Why they are there.
    pub why: String,
}

/// A table in Log Analytics.
#[derive(Clone, Debug)]
pub struct KqlTable {
    /// `SigninLogs`
    pub table: String,
    /// The column that bounds are put on so that Log Analytics reads only what it must: `TimeGenerated`.
    pub time: String,
    /// Types of the columns that fields use and that are not `string`: `dynamic`, `datetime`, `int`, `long`, `bool`, `real`.
    pub columns: IndexMap<String, String>,
    /// Rows of the table that belong to the source, where not all do: column (or path) and values, all must hold.
    pub only: IndexMap<String, Vec<String>>,
    /// Sentinel data connector id: `AzureActiveDirectory`.
    pub connector: Option<String>,
}

/// A search in Splunk.
#[derive(Clone, Debug)]
pub struct SplSearch {
    /// Name of the search macro, without backticks: `tokentrail_entra_signin`.
    pub macro_name: String,
    /// What the macro stands for unless the user says otherwise: `index=* sourcetype="azure:monitor:aad" category=SignInLogs`.
    pub definition: String,
    /// The prefix of raw paths there: `properties`; empty for none.
    pub root: String,
}

/// One form in which records of a source are exported.
#[derive(Clone, Debug)]
pub struct Shape {
    /// For people: `diagnostic settings`.
    pub name: String,
    /// Which of a field's paths count.
    pub paths: PathSet,
    /// Where they start: `properties`; empty for the record itself. A value that is JSON in a text is looked into.
    pub root: Path,
    /// A record is of this shape when each of these paths holds one of these values (compared as text, letter case aside; a
    /// list holds what one of its elements is) …
    pub equals: Vec<(Path, Vec<String>)>,
    /// … each of these is present: not null, not the empty text …
    pub present: Vec<Path>,
    /// … and none of these is. All these paths start at the record itself, whatever `root` is.
    pub absent: Vec<Path>,
}

/// Which paths of a field a shape uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathSet {
    /// The vendor's own JSON: [`Read::raw`].
    Raw,
    /// The columns of Log Analytics: [`Read::kql`].
    Kql,
}

/// A path into a record: keys from the outside in, compared without letter case. A dot separates keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Path(pub Vec<String>);

impl Path {
    /// The path of a dotted text; the empty text is the record itself.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(text.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect())
    }

    /// This path below `root`.
    #[must_use]
    pub fn below(&self, root: &Self) -> Self {
        Self(root.0.iter().chain(&self.0).cloned().collect())
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// A field of a source.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// How often it is there.
    pub presence: Presence,
    /// Why many events of the source lack it, where they do.
    pub often_missing: Option<OftenMissing>,
    /// One sentence.
    pub meaning: String,
    /// A caveat: only inferred, absent on old records, and the like.
    pub note: Option<String>,
    /// Where the value comes from.
    pub origin: Origin,
}

/// Why many events of a source lack a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OftenMissing {
    /// The reason.
    pub why: String,
    /// Fields that tell events with it from events without: a filter on one of them takes care of it.
    pub handled_by: Vec<String>,
}

/// How often a source has a field. (A field that it never has is not listed.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Every event has it.
    Always,
    /// Some have it.
    Sometimes,
}

/// Where a field's value comes from.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a few hundred of them live as long as the catalogue")]
pub enum Origin {
    /// The same for every event of the source, as text.
    Constant(String),
    /// Read from the record.
    Read(Read),
    /// A location from its two coordinates.
    Point {
        /// Latitude in degrees.
        latitude: Read,
        /// Longitude in degrees.
        longitude: Read,
    },
    /// The source has only an address: the target's own `GeoIP` data gives the value from the field `ip`.
    Lookup(GeoAttribute),
}

/// What `GeoIP` data gives for an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeoAttribute {
    /// The country.
    Country,
    /// The city's English name.
    City,
    /// Latitude and longitude.
    Location,
}

/// What [`Read::extract_address`] takes out of a text, as its first group: an address, alone, with a port, or in brackets with a
/// port. Every target uses this one pattern (RE2, PCRE and Rust read it alike).
pub const ADDRESS_PATTERN: &str =
    r"^\[?((?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)(?:%[^\]]*)?\]?(?::[0-9]+)?$";

/// How a value is read from a record.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Paths in the vendor's own JSON below a shape's root; the first present one counts.
    pub raw: Vec<Path>,
    /// Columns in Log Analytics, or paths into dynamic columns.
    pub kql: Vec<Path>,
    /// Paths in Splunk, complete (root included).
    pub spl: Vec<Path>,
    /// Takes the address out of `[v6]:port`, `v4:port`; what is no address is missing. The same pattern is used on every target.
    pub extract_address: bool,
    /// Values that mean missing, beside empty and null, compared exactly.
    pub placeholders: Vec<String>,
    /// Translates values: key as text in the record (exact), value as text. In order.
    pub map: IndexMap<String, String>,
    /// What a value that is present but not in `map` becomes.
    pub otherwise: Otherwise,
    /// What a missing value becomes.
    pub absent: Option<String>,
}

/// What becomes of a value that a map does not name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Otherwise {
    /// It stays as it is.
    #[default]
    Same,
    /// It is missing.
    Missing,
    /// This text.
    Text(String),
}
