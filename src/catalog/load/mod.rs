//! Reads catalogue files: the built-in ones, and a folder of the user's over them.
//!
//! Never touches the disk: the built-in files are in the program, and the command line hands over the user's. A file that has
//! mistakes gives all of them, each with its place; a catalogue exists only without any.

mod apply;
mod draft;
mod field;
mod node;
mod types;

use std::sync::Arc;

use indexmap::IndexMap;

use self::draft::{Document, SharedDraft, SourceDraft};
use self::node::{Findings, Located};
use super::error::{CatalogError, Names};
use super::{Catalog, FieldDefinition};
use crate::diagnostic::{self, Diagnostic, suggest};
use crate::source::{Place, Source, SourceId, Sources};

macro_rules! built_in {
    ($($path:literal)+) => {
        /// The built-in files with their text: fields first, then sources in the order in which their shapes are tried.
        const BUILT_IN: &[(&str, &str)] = &[$(($path, include_str!(concat!("../sources/", $path))),)+];
    };
}

built_in! {
    "fields.toml"
    "entra/signin.toml"
    "entra/signin_noninteractive.toml"
    "entra/signin_service_principal.toml"
    "entra/signin_managed_identity.toml"
    "graph/activity.toml"
    "m365/audit.toml"
    "entra/audit.toml"
    "entra/risk_detection.toml"
    "aad_graph/activity.toml"
    "okta/system.toml"
    "views.toml"
}

/// The built-in catalogue. A test shows that its files have no mistakes.
#[must_use]
pub fn builtin() -> Catalog {
    read_built_in().0
}

/// The built-in catalogue and what is wrong with it, with the files for the places.
fn read_built_in() -> (Catalog, Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    let files: Vec<_> = BUILT_IN.iter().map(|(path, text)| sources.add(Source::new(*path, *text))).collect();
    let (catalog, diagnostics) = add(Catalog::default(), &files, &sources);
    (catalog, diagnostics, sources)
}

/// `base` with the user's files over it.
///
/// A file whose source exists changes only what it names; one with `extends` starts from another source; any other must be
/// complete. The order of the files does not matter, except that new sources are tried on records in that order, after
/// those of `base`.
///
/// # Errors
///
/// Every mistake in the files.
pub fn with_files(base: Catalog, files: &[SourceId], sources: &Sources) -> Result<Catalog, Vec<Diagnostic>> {
    let (catalog, diagnostics) = add(base, files, sources);
    if diagnostics.is_empty() { Ok(catalog) } else { Err(diagnostics) }
}

fn add(mut catalog: Catalog, files: &[SourceId], sources: &Sources) -> (Catalog, Vec<Diagnostic>) {
    let mut findings = Findings::default();
    let mut drafts = Vec::new();
    let (mut views, mut shared) = (Vec::new(), Vec::new());
    for id in files {
        let Some(table) = node::document(*id, &sources.get(*id).text, &mut findings) else { continue };
        let document = Document::read(table, &mut findings);
        drafts.extend(document.source);
        views.extend(document.views);
        shared.extend(document.shared);
    }
    add_shared(&mut catalog, shared, &mut findings);
    add_sources(&mut catalog, drafts, &mut findings);
    add_views(&mut catalog, views, &mut findings);
    let mut diagnostics = findings.0.iter().map(CatalogError::diagnostic).collect();
    diagnostic::sort(&mut diagnostics);
    (catalog, diagnostics)
}

fn add_shared(catalog: &mut Catalog, drafts: Vec<(Located<String>, SharedDraft)>, findings: &mut Findings) {
    let mut places: IndexMap<String, Place> = IndexMap::new();
    for (name, draft) in drafts {
        if !types::check_name(&name, Names::Field, findings) {
            continue;
        }
        if catalog.fields.contains_key(&name.value) {
            let (place, first) = (name.place, places.get(&name.value).copied());
            findings.report(CatalogError::DefinedTwice { place, first, what: "shared field", name: name.value });
            continue;
        }
        for value in &draft.values {
            types::check_name(value, Names::EnumValue, findings);
        }
        let values: Vec<_> = draft.values.into_iter().map(|value| value.value).collect();
        let lacks_values = draft.ty.as_ref().is_some_and(|ty| ty.value == "enum") && values.is_empty();
        let lacks = [("type", draft.ty.is_none()), ("meaning", draft.meaning.is_none()), ("values", lacks_values)];
        let keys: Vec<_> = lacks.iter().filter(|(_, lacks)| *lacks).map(|(key, _)| (*key).to_owned()).collect();
        if !keys.is_empty() {
            let (place, name) = (name.place, name.value.clone());
            findings.report(CatalogError::Missing { place, keys, what: "the shared field", name });
        }
        let (Some(ty), Some(meaning)) = (draft.ty, draft.meaning) else { continue };
        if types::check_type_word(&ty, findings) {
            places.insert(name.value.clone(), name.place);
            let definition = FieldDefinition { name: name.value.clone(), ty: ty.value, values, meaning };
            catalog.fields.insert(name.value, definition);
        }
    }
}

/// Adds sources, each after the one that it starts from.
fn add_sources(catalog: &mut Catalog, drafts: Vec<SourceDraft>, findings: &mut Findings) {
    let mut waiting = unique(drafts, findings);
    loop {
        let before = waiting.len();
        // A source that other files of this run change or define is ready only when they are done.
        let pending: Vec<String> = waiting.iter().filter_map(defines).map(str::to_owned).collect();
        let mut rest = Vec::new();
        for draft in waiting {
            let start = draft.extends.as_ref().or(draft.name.as_ref()).map(|name| name.value.clone());
            let extends = draft.extends.is_some();
            let base = start.as_ref().and_then(|name| catalog.sources.get(name)).cloned();
            let blocked = extends
                && start.as_ref().is_some_and(|start| pending.contains(start) && defines(&draft) != Some(start));
            if blocked || (extends && base.is_none()) {
                rest.push(draft);
                continue;
            }
            if let Some(source) = apply::apply(draft, base.as_deref(), &catalog.fields, findings) {
                catalog.sources.insert(source.name.clone(), Arc::new(source));
            }
        }
        if rest.is_empty() || rest.len() == before {
            report_unresolved(rest, catalog, findings);
            return;
        }
        waiting = rest;
    }
}

/// The name under which a draft's source will stand.
fn defines(draft: &SourceDraft) -> Option<&str> {
    draft.name.as_ref().or(draft.extends.as_ref()).map(|name| name.value.as_str())
}

fn report_unresolved(drafts: Vec<SourceDraft>, catalog: &Catalog, findings: &mut Findings) {
    for name in drafts.into_iter().filter_map(|draft| draft.extends) {
        let near = suggest::closest(&name.value, catalog.source_names()).map(str::to_owned);
        findings.report(CatalogError::UnknownSource { place: name.place, name: name.value, near });
    }
}

/// Two files of one run for one source contradict each other; the second is reported and left out.
fn unique(drafts: Vec<SourceDraft>, findings: &mut Findings) -> Vec<SourceDraft> {
    let mut places: IndexMap<String, Place> = IndexMap::new();
    let mut kept = Vec::new();
    for draft in drafts {
        let Some(name) = defines(&draft).map(str::to_owned) else {
            kept.push(draft);
            continue;
        };
        if let Some(first) = places.get(&name) {
            let (place, first) = (draft.place, Some(*first));
            findings.report(CatalogError::DefinedTwice { place, first, what: "source", name });
        } else {
            places.insert(name, draft.place);
            kept.push(draft);
        }
    }
    kept
}

fn add_views(catalog: &mut Catalog, views: Vec<(Located<String>, Vec<Located<String>>)>, findings: &mut Findings) {
    let mut places: IndexMap<String, Place> = IndexMap::new();
    for (name, members) in views {
        types::check_name(&name, Names::View, findings);
        let first = places.get(&name.value).copied();
        if first.is_some() || catalog.sources.contains_key(&name.value) {
            let (place, name) = (name.place, name.value);
            findings.report(CatalogError::DefinedTwice { place, first, what: "view", name });
            continue;
        }
        if members.is_empty() {
            let (place, keys, name) = (name.place, vec!["a source".to_owned()], name.value.clone());
            findings.report(CatalogError::Missing { place, keys, what: "the view", name });
        }
        for member in members.iter().filter(|member| !catalog.sources.contains_key(&member.value)) {
            let near = suggest::closest(&member.value, catalog.source_names()).map(str::to_owned);
            let (place, name) = (member.place, member.value.clone());
            findings.report(CatalogError::UnknownSource { place, name, near });
        }
        places.insert(name.value.clone(), name.place);
        catalog.views.insert(name.value, members.into_iter().map(|member| member.value).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_files_have_no_mistakes() {
        let (catalog, diagnostics, sources) = read_built_in();
        let found: Vec<_> = diagnostics
            .iter()
            .map(|diagnostic| {
                let place = diagnostic.place().unwrap();
                let source = sources.get(place.source);
                format!("{}:{}: {}", source.path, source.position(place.span.start).line, diagnostic.message)
            })
            .collect();
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(catalog.sources.len(), 10);
    }
}
