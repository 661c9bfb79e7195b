//! Reads the fields of a source.

use super::word::{columns, paths, word, words};
use super::{FieldDraft, PresenceWord, ReadDraft};
use crate::catalog::error::{CatalogError, Words};
use crate::catalog::load::node::{Findings, Located, Node, Table};
use crate::catalog::{GeoAttribute, OftenMissing, Otherwise};
use crate::source::Place;

impl FieldDraft {
    pub fn read(node: Node, findings: &mut Findings) -> Option<Self> {
        const PRESENCE: &[(&str, PresenceWord)] =
            &[("always", PresenceWord::Always), ("sometimes", PresenceWord::Sometimes), ("never", PresenceWord::Never)];
        const LOOKUP: &[(&str, GeoAttribute)] =
            &[("country", GeoAttribute::Country), ("city", GeoAttribute::City), ("location", GeoAttribute::Location)];
        let mut table = node.table(findings)?;
        let presence = table.text("presence", findings);
        let lookup = table.text("lookup", findings);
        let draft = Self {
            ty: table.text("type", findings),
            values: words(&mut table, findings),
            meaning: table.plain("meaning", findings),
            note: table.plain("note", findings),
            often_missing: often_missing(&mut table, findings),
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

/// Without a reason it is reported.
fn often_missing(table: &mut Table, findings: &mut Findings) -> Option<OftenMissing> {
    let mut inner = table.take("often_missing")?.table(findings)?;
    let why = inner.plain("why", findings);
    let handled_by = inner.texts("handled_by", findings).unwrap_or_default();
    let place = inner.place;
    inner.finish(findings);
    if why.is_none() {
        let keys = vec!["why".to_owned()];
        findings.report(CatalogError::Missing { place, keys, what: "the field", name: "often_missing".to_owned() });
    }
    Some(OftenMissing { why: why?, handled_by })
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
        let map = table.take("map").map(|node| node.entries(findings, Node::scalar));
        let otherwise = table.take("otherwise").and_then(|node| node.scalar(findings));
        Self {
            raw: paths(table, "raw", findings),
            kql: columns(table, findings),
            spl: paths(table, "spl", findings),
            extract_address: table.take("extract_address").and_then(|node| node.truth(findings)),
            placeholders: table.texts("placeholders", findings),
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
