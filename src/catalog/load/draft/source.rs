//! Reads a document: views, shared fields, and all of a source but its fields.

use super::word::{column, delay, path, paths, word};
use super::{Document, FieldDraft, KqlDraft, SharedDraft, SourceDraft, SplDraft};
use crate::catalog::error::{CatalogError, Names, Words};
use crate::catalog::load::node::{Findings, Located, Node, Table};
use crate::catalog::load::types::check_name;
use crate::catalog::{Noise, Path, PathSet, Shape, SignInsElsewhere};
use crate::source::Place;

/// Takes a table with free keys.
fn free<T>(
    table: &mut Table,
    key: &'static str,
    findings: &mut Findings,
    read: impl Fn(Node, &mut Findings) -> Option<T>,
) -> Vec<(Located<String>, T)> {
    table.take(key).map_or_else(Vec::new, |node| node.entries(findings, read))
}

impl Document {
    /// Reads a document's table.
    pub fn read(mut table: Table, findings: &mut Findings) -> Self {
        let views = free(&mut table, "views", findings, Node::texts);
        let shared = free(&mut table, "shared", findings, SharedDraft::read);
        let source = if table.has_more() || (views.is_empty() && shared.is_empty()) {
            Some(SourceDraft::read(&mut table, findings))
        } else {
            None
        };
        table.finish(findings);
        Self { source, views, shared }
    }
}

impl SharedDraft {
    fn read(node: Node, findings: &mut Findings) -> Option<Self> {
        let mut table = node.table(findings)?;
        let draft = Self {
            ty: table.text("type", findings),
            values: table.take("values").and_then(|node| node.texts(findings)).unwrap_or_default(),
            meaning: table.plain("meaning", findings),
        };
        table.finish(findings);
        Some(draft)
    }
}

impl SourceDraft {
    fn read(table: &mut Table, findings: &mut Findings) -> Self {
        let name = table.text("name", findings);
        let extends = table.text("extends", findings);
        let place = name.as_ref().or(extends.as_ref()).map_or(table.place, |name| name.place);
        let delay = table.text("delay", findings).and_then(|text| delay(text, findings));
        let shapes = table.take("shape").and_then(|node| node.tables(findings));
        Self {
            place,
            name,
            extends,
            title: table.plain("title", findings),
            provider: table.text("provider", findings),
            summary: table.plain("summary", findings),
            references: table.texts("references", findings),
            delay,
            busy: table.plain("busy", findings),
            noise: each(table, "noise", findings, noise),
            sign_ins_elsewhere: each(table, "sign_ins_elsewhere", findings, sign_ins_elsewhere),
            kql: table.section("kql", findings, KqlDraft::read),
            spl: table.section("spl", findings, SplDraft::read),
            sql_table: table.section("sql", findings, |table, findings| table.plain("table", findings)),
            shapes: shapes.map(|tables| tables.into_iter().filter_map(|table| shape(table, findings)).collect()),
            fields: free(table, "fields", findings, FieldDraft::read),
        }
    }
}

/// Takes a list of tables; those that lack something are reported.
fn each<T>(
    table: &mut Table,
    key: &'static str,
    findings: &mut Findings,
    read: impl Fn(Table, &mut Findings) -> Option<T>,
) -> Option<Vec<T>> {
    let tables = table.take(key)?.tables(findings)?;
    Some(tables.into_iter().filter_map(|table| read(table, findings)).collect())
}

fn noise(mut table: Table, findings: &mut Findings) -> Option<Noise> {
    let place = table.place;
    let (what, why) = (table.plain("what", findings), table.plain("why", findings));
    let values = table.texts("values", findings).unwrap_or_default();
    let absence_by = table.texts("absence_by", findings).unwrap_or_default();
    let handled_by = table.texts("handled_by", findings).unwrap_or_default();
    table.finish(findings);
    let disturbs_nothing = values.is_empty() && absence_by.is_empty();
    let lacks = [
        ("what", what.is_none()),
        ("why", why.is_none()),
        ("values", disturbs_nothing),
        ("handled_by", handled_by.is_empty()),
    ];
    report_lacking(place, "the noise", &lacks, findings);
    Some(Noise { what: what?, why: why?, values, absence_by, handled_by })
}

fn sign_ins_elsewhere(mut table: Table, findings: &mut Findings) -> Option<SignInsElsewhere> {
    let place = table.place;
    let (field, why) = (table.plain("field", findings), table.plain("why", findings));
    let sources = table.texts("sources", findings).unwrap_or_default();
    table.finish(findings);
    let lacks = [("field", field.is_none()), ("sources", sources.is_empty()), ("why", why.is_none())];
    report_lacking(place, "the entry", &lacks, findings);
    Some(SignInsElsewhere { field: field?, sources, why: why? })
}

fn report_lacking(place: Place, what: &'static str, lacks: &[(&str, bool)], findings: &mut Findings) {
    let keys: Vec<_> = lacks.iter().filter(|(_, lacks)| *lacks).map(|(key, _)| (*key).to_owned()).collect();
    if !keys.is_empty() {
        findings.report(CatalogError::Missing { place, keys, what, name: String::new() });
    }
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
        let columns = free(table, "columns", findings, |node, findings| {
            let text = node.text(findings)?;
            word(text, Words::ColumnType, TYPES, findings)
        });
        let only = table.take("only").map(|node| {
            let rows = node.entries(findings, Node::texts);
            let values = |values: Vec<Located<String>>| values.into_iter().map(|text| text.value).collect();
            rows.into_iter().map(|(key, row)| (column(key, findings).to_string(), values(row))).collect()
        });
        for (name, _) in &columns {
            check_name(name, Names::Column, findings);
        }
        Self {
            table: table.text("table", findings),
            time: table.text("time", findings),
            connector: table.text("connector", findings),
            columns: columns.into_iter().map(|(key, word)| (key.value, word.value.to_owned())).collect(),
            only,
        }
    }
}

impl SplDraft {
    fn read(table: &mut Table, findings: &mut Findings) -> Self {
        Self {
            macro_name: table.text("macro", findings),
            definition: table.plain("definition", findings),
            root: table.plain("root", findings),
        }
    }
}

fn shape(mut table: Table, findings: &mut Findings) -> Option<Shape> {
    let place = table.place;
    let name = table.text("name", findings);
    let set = table.text("paths", findings);
    let set =
        set.and_then(|text| word(text, Words::PathSet, &[("raw", PathSet::Raw), ("kql", PathSet::Kql)], findings));
    let root = table.plain("root", findings).unwrap_or_default();
    let equals = free(&mut table, "equals", findings, Node::texts);
    let equals: Vec<_> = equals
        .into_iter()
        .map(|(key, values)| (path(key, findings), values.into_iter().map(|text| text.value).collect()))
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
