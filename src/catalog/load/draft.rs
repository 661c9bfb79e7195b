//! A catalogue file as it is written: only what it names, nothing filled in.
//!
//! Text of keys becomes typed words here (presence, path set, look-up); whether they fit together is `apply`'s business.

use indexmap::IndexMap;

use super::node::{Findings, Located, Node, Table};
use crate::catalog::error::{CatalogError, Words};
use crate::catalog::{GeoAttribute, Otherwise, Path, PathSet, Shape};
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
    pub values: Vec<String>,
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
    pub connector: Option<String>,
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

impl Document {
    /// Reads a document's table.
    pub fn read(mut table: Table, findings: &mut Findings) -> Self {
        let views = free(table.take("views"), findings, super::node::Node::texts);
        let shared = free(table.take("shared"), findings, SharedDraft::read);
        let source = if table.has_more() || (views.is_empty() && shared.is_empty()) {
            Some(SourceDraft::read(&mut table, findings))
        } else {
            None
        };
        table.finish(findings);
        Self { source, views, shared }
    }
}

/// A table with free keys.
fn free<T>(
    node: Option<Node>,
    findings: &mut Findings,
    read: impl Fn(Node, &mut Findings) -> Option<T>,
) -> Vec<(Located<String>, T)> {
    let Some(table) = node.and_then(|node| node.table(findings)) else { return Vec::new() };
    table.into_entries().filter_map(|(key, node)| Some((key, read(node, findings)?))).collect()
}

fn text(table: &mut Table, key: &'static str, findings: &mut Findings) -> Option<Located<String>> {
    table.take(key)?.text(findings)
}

fn plain(table: &mut Table, key: &'static str, findings: &mut Findings) -> Option<String> {
    Some(text(table, key, findings)?.value)
}

fn texts(table: &mut Table, key: &'static str, findings: &mut Findings) -> Option<Vec<String>> {
    Some(table.take(key)?.texts(findings)?.into_iter().map(|item| item.value).collect())
}

fn paths(table: &mut Table, key: &'static str, findings: &mut Findings) -> Option<Vec<Path>> {
    let paths = table.take(key)?.texts(findings)?;
    Some(paths.into_iter().filter_map(|text| path(text, findings)).collect())
}

/// A path with at least one key and no empty key.
fn path(text: Located<String>, findings: &mut Findings) -> Option<Path> {
    if text.value.is_empty() || text.value.split('.').any(|key| key.trim().is_empty()) {
        findings.report(CatalogError::BadPath { place: text.place, path: text.value });
        return None;
    }
    Some(Path::parse(&text.value))
}

/// One of a few words.
fn word<T: Copy>(
    text: Located<String>,
    set: Words,
    words: &[(&str, T)],
    findings: &mut Findings,
) -> Option<Located<T>> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
        return Some(Located { value: *value, place: text.place });
    }
    let words = words.iter().map(|(word, _)| (*word).to_owned()).collect();
    findings.report(CatalogError::UnknownWord { place: text.place, word: text.value, set, words });
    None
}

impl SharedDraft {
    fn read(node: Node, findings: &mut Findings) -> Option<Self> {
        let mut table = node.table(findings)?;
        let draft = Self {
            ty: text(&mut table, "type", findings),
            values: texts(&mut table, "values", findings).unwrap_or_default(),
            meaning: plain(&mut table, "meaning", findings),
        };
        table.finish(findings);
        Some(draft)
    }
}

impl SourceDraft {
    fn read(table: &mut Table, findings: &mut Findings) -> Self {
        let name = text(table, "name", findings);
        let extends = text(table, "extends", findings);
        let place = name.as_ref().or(extends.as_ref()).map_or(table.place, |name| name.place);
        let delay = text(table, "delay", findings).and_then(|text| delay(text, findings));
        let shapes = table.take("shape").and_then(|node| node.tables(findings));
        Self {
            place,
            name,
            extends,
            title: plain(table, "title", findings),
            provider: text(table, "provider", findings),
            summary: plain(table, "summary", findings),
            references: texts(table, "references", findings),
            delay,
            kql: section(table, "kql", findings, KqlDraft::read),
            spl: section(table, "spl", findings, SplDraft::read),
            sql_table: section(table, "sql", findings, |table, findings| plain(table, "table", findings)),
            shapes: shapes.map(|tables| tables.into_iter().filter_map(|table| shape(table, findings)).collect()),
            fields: free(table.take("fields"), findings, FieldDraft::read),
        }
    }
}

/// A table with known keys, or nothing said.
fn section<T: Default>(
    table: &mut Table,
    key: &'static str,
    findings: &mut Findings,
    read: impl Fn(&mut Table, &mut Findings) -> T,
) -> T {
    let Some(mut inner) = table.take(key).and_then(|node| node.table(findings)) else { return T::default() };
    let draft = read(&mut inner, findings);
    inner.finish(findings);
    draft
}

/// Whole minutes, hours or days, in microseconds.
fn delay(text: Located<String>, findings: &mut Findings) -> Option<i64> {
    let units = [("m", 60_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000)];
    let length = units.iter().find_map(|(unit, length)| {
        let number = text.value.strip_suffix(unit)?;
        number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse::<i64>().ok()?.checked_mul(*length))?
    });
    if length.is_none() {
        findings.report(CatalogError::BadDelay { place: text.place, text: text.value });
    }
    length
}

impl KqlDraft {
    fn read(table: &mut Table, findings: &mut Findings) -> Self {
        const TYPES: &[(&str, &str)] = &[
            ("string", "string"),
            ("dynamic", "dynamic"),
            ("datetime", "datetime"),
            ("int", "int"),
            ("long", "long"),
            ("bool", "bool"),
            ("real", "real"),
            ("guid", "guid"),
        ];
        let columns = free(table.take("columns"), findings, |node, findings| {
            let text = node.text(findings)?;
            word(text, Words::ColumnType, TYPES, findings)
        });
        let only = table.take("only").map(|node| {
            let rows = free(Some(node), findings, super::node::Node::texts);
            rows.into_iter()
                .map(|(key, values)| (key.value, values.into_iter().map(|text| text.value).collect()))
                .collect()
        });
        Self {
            table: text(table, "table", findings),
            time: text(table, "time", findings),
            connector: plain(table, "connector", findings),
            columns: columns.into_iter().map(|(key, word)| (key.value, word.value.to_owned())).collect(),
            only,
        }
    }
}

impl SplDraft {
    fn read(table: &mut Table, findings: &mut Findings) -> Self {
        Self {
            macro_name: text(table, "macro", findings),
            definition: plain(table, "definition", findings),
            root: plain(table, "root", findings),
        }
    }
}

fn shape(mut table: Table, findings: &mut Findings) -> Option<Shape> {
    let place = table.place;
    let name = text(&mut table, "name", findings);
    let set = text(&mut table, "paths", findings);
    let set =
        set.and_then(|text| word(text, Words::PathSet, &[("raw", PathSet::Raw), ("kql", PathSet::Kql)], findings));
    let root = plain(&mut table, "root", findings).unwrap_or_default();
    let equals = free(table.take("equals"), findings, super::node::Node::texts);
    let equals: Vec<_> = equals
        .into_iter()
        .filter_map(|(key, values)| Some((path(key, findings)?, values.into_iter().map(|text| text.value).collect())))
        .collect();
    let present = paths(&mut table, "present", findings).unwrap_or_default();
    let absent = paths(&mut table, "absent", findings).unwrap_or_default();
    table.finish(findings);
    if name.is_none() {
        findings.report(CatalogError::Missing {
            place,
            keys: vec!["name".to_owned()],
            what: "the shape",
            name: String::new(),
        });
    }
    if equals.is_empty() && present.is_empty() {
        findings.report(CatalogError::OpenShape { place });
    }
    Some(Shape {
        name: name?.value,
        paths: set.map_or(PathSet::Raw, |set| set.value),
        root: Path::parse(&root),
        equals,
        present,
        absent,
    })
}

impl FieldDraft {
    fn read(node: Node, findings: &mut Findings) -> Option<Self> {
        const PRESENCE: &[(&str, PresenceWord)] =
            &[("always", PresenceWord::Always), ("sometimes", PresenceWord::Sometimes), ("never", PresenceWord::Never)];
        const LOOKUP: &[(&str, GeoAttribute)] =
            &[("country", GeoAttribute::Country), ("city", GeoAttribute::City), ("location", GeoAttribute::Location)];
        let mut table = node.table(findings)?;
        let presence = text(&mut table, "presence", findings);
        let lookup = text(&mut table, "lookup", findings);
        let draft = Self {
            ty: text(&mut table, "type", findings),
            values: texts(&mut table, "values", findings),
            meaning: plain(&mut table, "meaning", findings),
            note: plain(&mut table, "note", findings),
            presence: presence.and_then(|text| word(text, Words::Presence, PRESENCE, findings)).map(|word| word.value),
            constant: table.take("constant").and_then(|node| node.scalar(findings)),
            lookup: lookup.and_then(|text| word(text, Words::Lookup, LOOKUP, findings)),
            read: ReadDraft::read(&mut table, findings),
            latitude: coordinate(&mut table, "latitude", findings),
            longitude: coordinate(&mut table, "longitude", findings),
        };
        table.finish(findings);
        Some(draft)
    }
}

fn coordinate(table: &mut Table, key: &'static str, findings: &mut Findings) -> Option<(Place, ReadDraft)> {
    let mut inner = table.take(key)?.table(findings)?;
    let place = inner.place;
    let draft = ReadDraft::read(&mut inner, findings);
    inner.finish(findings);
    Some((place, draft))
}

impl ReadDraft {
    fn read(table: &mut Table, findings: &mut Findings) -> Self {
        let map = table.take("map").map(|node| free(Some(node), findings, super::node::Node::scalar));
        let otherwise = table.take("otherwise").and_then(|node| node.scalar(findings));
        Self {
            raw: paths(table, "raw", findings),
            kql: paths(table, "kql", findings),
            spl: paths(table, "spl", findings),
            extract_address: table.take("extract_address").and_then(|node| node.truth(findings)),
            placeholders: texts(table, "placeholders", findings),
            map: map.map(|pairs| pairs.into_iter().map(|(key, value)| (key.value, value)).collect()),
            otherwise: otherwise.map(|text| {
                // An empty text is a missing value everywhere in the language.
                let value = if text.value.is_empty() { Otherwise::Missing } else { Otherwise::Text(text.value) };
                Located { value, place: text.place }
            }),
            absent: table.take("absent").and_then(|node| node.scalar(findings)),
        }
    }
}
