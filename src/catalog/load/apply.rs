//! A source from what a file says and, where it changes or extends another, from that one.
//!
//! Every key that is named replaces that key and nothing else. Splunk paths that nobody wrote follow the raw paths and the root.

use std::sync::Arc;

use indexmap::IndexMap;

use super::draft::{FieldDraft, KqlDraft, PresenceWord, SourceDraft, SplDraft};
use super::field::{self, Context};
use super::node::{Findings, Located};
use super::types::check_name;
use crate::catalog::error::{CatalogError, Names};
use crate::catalog::{Field, FieldDefinition, KqlTable, LogSource, Origin, Path, Presence, Read, SplSearch};
use crate::source::Place;
use crate::types::{Issuer, Type};

/// The source that a draft describes; nothing if it cannot be said what it is.
pub fn apply(
    draft: SourceDraft,
    base: Option<&LogSource>,
    shared: &IndexMap<String, FieldDefinition>,
    findings: &mut Findings,
) -> Option<LogSource> {
    let name = draft.name.as_ref().or(draft.extends.as_ref()).map(|name| name.value.clone());
    let Some(name) = name else {
        missing(draft.place, "the source", "", vec!["name".to_owned()], findings);
        return None;
    };
    check_names(&draft, findings);
    let before = findings.0.len();
    let mut source = base.cloned().map_or_else(|| start(&draft, &name, findings), Some)?;
    if findings.0.len() > before {
        return None;
    }
    source.name = name;
    let place = draft.place;
    let fields = header(&mut source, draft, base);
    add_fields(&mut source, fields, shared, findings);
    check_source(&source, place, findings);
    Some(source)
}

fn check_names(draft: &SourceDraft, findings: &mut Findings) {
    let names = [
        (&draft.name, Names::Source),
        (&draft.provider, Names::Provider),
        (&draft.kql.table, Names::Table),
        (&draft.kql.time, Names::Column),
        (&draft.kql.connector, Names::Connector),
        (&draft.spl.macro_name, Names::Macro),
    ];
    for (name, what) in names {
        if let Some(name) = name {
            check_name(name, what, findings);
        }
    }
    for (name, _) in &draft.fields {
        check_name(name, Names::Field, findings);
    }
}

fn missing(place: Place, what: &'static str, name: &str, keys: Vec<String>, findings: &mut Findings) {
    if !keys.is_empty() {
        findings.report(CatalogError::Missing { place, keys, what, name: name.to_owned() });
    }
}

/// A new source without fields. What it must say and does not is reported.
fn start(draft: &SourceDraft, name: &str, findings: &mut Findings) -> Option<LogSource> {
    let needed = [
        ("title", draft.title.is_none()),
        ("provider", draft.provider.is_none()),
        ("summary", draft.summary.is_none()),
        ("delay", draft.delay.is_none()),
        ("kql.table", draft.kql.table.is_none()),
        ("spl.macro", draft.spl.macro_name.is_none()),
        ("spl.definition", draft.spl.definition.is_none()),
        ("shape", draft.shapes.as_ref().is_none_or(Vec::is_empty)),
    ];
    let keys: Vec<_> = needed.iter().filter(|(_, lacks)| *lacks).map(|(key, _)| (*key).to_owned()).collect();
    missing(draft.place, "the source", name, keys, findings);
    Some(LogSource {
        name: name.to_owned(),
        title: String::new(),
        provider: Arc::from(draft.provider.as_ref()?.value.as_str()),
        summary: String::new(),
        references: Vec::new(),
        delay: 0,
        busy: None,
        noise: Vec::new(),
        sign_ins_elsewhere: Vec::new(),
        kql: KqlTable {
            table: String::new(),
            time: "TimeGenerated".to_owned(),
            columns: IndexMap::from([("TimeGenerated".to_owned(), "datetime".to_owned())]),
            only: IndexMap::new(),
            connector: None,
        },
        spl: SplSearch { macro_name: String::new(), definition: String::new(), root: String::new() },
        sql_table: name.replace('.', "_"),
        shapes: Vec::new(),
        fields: IndexMap::new(),
    })
}

fn set<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

/// Applies everything but the fields, and gives those back.
fn header(source: &mut LogSource, draft: SourceDraft, base: Option<&LogSource>) -> Vec<(Located<String>, FieldDraft)> {
    set(&mut source.title, draft.title);
    set(&mut source.summary, draft.summary);
    set(&mut source.references, draft.references);
    set(&mut source.delay, draft.delay);
    set(&mut source.shapes, draft.shapes);
    set(&mut source.busy, draft.busy.map(Some));
    set(&mut source.noise, draft.noise);
    set(&mut source.sign_ins_elsewhere, draft.sign_ins_elsewhere);
    if let (Some(base), None) = (base, &draft.sql_table)
        && base.name != source.name
    {
        source.sql_table = source.name.replace('.', "_");
    }
    set(&mut source.sql_table, draft.sql_table);
    if let Some(provider) = draft.provider {
        retag(source, &Arc::from(provider.value.as_str()));
    }
    kql(&mut source.kql, draft.kql);
    spl(source, draft.spl);
    draft.fields
}

/// Makes another provider the issuer of the identifiers.
fn retag(source: &mut LogSource, provider: &Arc<str>) {
    source.provider = Arc::clone(provider);
    for field in source.fields.values_mut() {
        if let Type::Id(_, issuer) = &mut Arc::make_mut(field).ty {
            *issuer = Issuer::One(Arc::clone(provider));
        }
    }
}

fn kql(table: &mut KqlTable, draft: KqlDraft) {
    set(&mut table.table, draft.table.map(|name| name.value));
    set(&mut table.time, draft.time.map(|name| name.value));
    set(&mut table.connector, draft.connector.map(|name| Some(name.value)));
    table.columns.extend(draft.columns);
    set(&mut table.only, draft.only);
}

/// Applies the search. When the root changes, the Splunk paths that followed the old one follow the new one.
fn spl(source: &mut LogSource, draft: SplDraft) {
    set(&mut source.spl.macro_name, draft.macro_name.map(|name| name.value));
    set(&mut source.spl.definition, draft.definition);
    let Some(root) = draft.root else { return };
    let (old, new) = (Path::parse(&source.spl.root), Path::parse(&root));
    for field in source.fields.values_mut() {
        for read in reads_mut(&mut Arc::make_mut(field).origin) {
            if read.spl == below(&read.raw, &old) {
                read.spl = below(&read.raw, &new);
            }
        }
    }
    source.spl.root = root;
}

fn reads_mut(origin: &mut Origin) -> Vec<&mut Read> {
    match origin {
        Origin::Read(read) => vec![read],
        Origin::Point { latitude, longitude } => vec![latitude, longitude],
        Origin::Constant(_) | Origin::Lookup(_) => Vec::new(),
    }
}

/// Raw paths as they are in Splunk when nothing else is said.
pub fn below(raw: &[Path], root: &Path) -> Vec<Path> {
    raw.iter().map(|path| path.below(root)).collect()
}

fn add_fields(
    source: &mut LogSource,
    drafts: Vec<(Located<String>, FieldDraft)>,
    shared: &IndexMap<String, FieldDefinition>,
    findings: &mut Findings,
) {
    let root = Path::parse(&source.spl.root);
    for (name, draft) in drafts {
        if draft.presence == Some(PresenceWord::Never) {
            source.fields.shift_remove(&name.value);
            continue;
        }
        let base = source.fields.get(&name.value).map(Arc::as_ref);
        let context = Context { provider: &source.provider, root: &root, definition: shared.get(&name.value) };
        if let Some(field) = field::apply(&name, draft, base, &context, findings) {
            source.fields.insert(name.value, Arc::new(field));
        }
    }
}

fn check_source(source: &LogSource, place: Place, findings: &mut Findings) {
    let lacks = |name: &&str| !source.fields.contains_key(*name);
    let keys: Vec<_> =
        ["time", "event_id"].iter().filter(|name| lacks(name)).map(|name| format!("fields.{name}")).collect();
    // Fields that are there but wrong were reported already.
    if findings.0.is_empty() {
        missing(place, "the source", &source.name, keys, findings);
    }
    let is_looked_up = |field: &&Arc<Field>| matches!(field.origin, Origin::Lookup(_));
    let fields: Vec<_> = source.fields.values().filter(is_looked_up).map(|field| field.name.clone()).collect();
    if !fields.is_empty() && source.fields.get("ip").is_none_or(|field| field.ty != Type::Ip) {
        findings.report(CatalogError::NoAddress { place, fields });
    }
}

/// How often a field is there when the file does not say.
pub fn presence(draft: Option<PresenceWord>, base: Option<&Field>, origin: &Origin) -> Presence {
    match draft {
        Some(PresenceWord::Always) => Presence::Always,
        Some(PresenceWord::Sometimes | PresenceWord::Never) => Presence::Sometimes,
        None => match (origin, base) {
            (Origin::Constant(_), _) => Presence::Always,
            (Origin::Lookup(_), _) => Presence::Sometimes,
            (Origin::Read(_) | Origin::Point { .. }, base) => base.map_or(Presence::Sometimes, |base| base.presence),
        },
    }
}
