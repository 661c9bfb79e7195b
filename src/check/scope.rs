//! What names mean: global ones (rules, lists, views, sources), and the fields of the sources that a rule reads.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use crate::catalog::{Catalog, Field, LogSource, Presence};
use crate::diagnostic::suggest;
use crate::plan::ListData;
use crate::settings::Settings;
use crate::source::{Place, SourceId, Span};
use crate::syntax::ast;
use crate::types::{IdKind, Issuer, Type};

use super::error::{CheckError, CheckErrorKind};
use super::{Inputs, Outcome, Report, list};

/// The names of a run.
pub struct Globals<'a> {
    /// The catalogue.
    pub catalog: &'a Catalog,
    /// What is set from outside.
    pub settings: &'a Settings,
    /// Lists by name; `None` for one with errors, which were reported.
    pub lists: IndexMap<String, (Place, Option<Arc<ListData>>)>,
    views: IndexMap<String, View<'a>>,
    /// Names of items that did not parse: they exist, and nothing is known of them.
    broken: Vec<String>,
    /// The identity providers of the catalogue.
    pub providers: Vec<Arc<str>>,
}

struct View<'a> {
    sources: &'a ast::SourceList,
}

/// What a global name stands for, for messages.
fn item_name(item: &ast::Item) -> Option<(&'static str, &ast::Name)> {
    match item {
        ast::Item::Rule(rule) => Some(("rule", &rule.name)),
        ast::Item::List(list) => Some(("list", &list.name)),
        ast::Item::View(view) => Some(("view", &view.name)),
        ast::Item::Test(_) => None,
    }
}

impl<'a> Globals<'a> {
    /// Collects and checks the names of all files.
    pub fn collect(
        trees: &'a [(SourceId, ast::File)],
        broken: Vec<String>,
        inputs: &'a Inputs<'a>,
        errors: &mut Vec<CheckError>,
    ) -> Self {
        let catalog = inputs.catalog;
        let mut providers: Vec<Arc<str>> = Vec::new();
        for source in catalog.sources.values() {
            if !providers.contains(&source.provider) {
                providers.push(source.provider.clone());
            }
        }
        let mut globals = Self {
            catalog,
            settings: inputs.settings,
            lists: IndexMap::new(),
            views: IndexMap::new(),
            broken,
            providers,
        };
        report_repeated_names(trees, catalog, errors);
        list::check_aliases(trees, errors);
        for (id, tree) in trees {
            let mut report = Report { source: *id, errors };
            for item in &tree.items {
                match item {
                    ast::Item::View(view) => {
                        globals.views.entry(view.name.node.clone()).or_insert(View { sources: &view.sources });
                    }
                    ast::Item::List(list) => {
                        let data = list::check(list, &globals.providers, inputs, &mut report).ok().map(Arc::new);
                        let place = Place { source: *id, span: list.name.span };
                        globals.lists.entry(list.name.node.clone()).or_insert((place, data));
                    }
                    ast::Item::Rule(_) | ast::Item::Test(_) => {}
                }
            }
        }
        globals.check_views(trees, errors);
        globals
    }

    /// Views are checked where they are declared, so that a mistake in one is reported once and not per rule.
    fn check_views(&self, trees: &'a [(SourceId, ast::File)], errors: &mut Vec<CheckError>) {
        for (id, tree) in trees {
            for item in &tree.items {
                let ast::Item::View(view) = item else { continue };
                let mut report = Report { source: *id, errors };
                for name in &view.sources.names {
                    self.check_member(name, &view.name.node, &mut report);
                }
            }
        }
    }

    fn check_member(&self, name: &ast::Name, view: &str, report: &mut Report<'_>) {
        if name.node == view || self.reaches(&name.node, view, &mut IndexSet::new()) {
            report.add(name.span, CheckErrorKind::ViewContainsItself(view.to_owned()));
        } else if !self.views.contains_key(&name.node) {
            // The report is the point; what the name stands for is worked out again where a rule uses the view.
            let _ = self.expand(std::slice::from_ref(name), &mut Vec::new(), &mut IndexSet::new(), Some(report));
        }
    }

    /// Whether a view leads to another, however many views lie between.
    fn reaches<'b>(&'b self, from: &'b str, to: &str, seen: &mut IndexSet<&'b str>) -> bool {
        let Some(view) = self.views.get(from) else { return false };
        seen.insert(from) && view.sources.names.iter().any(|name| name.node == to || self.reaches(&name.node, to, seen))
    }

    /// The sources that names of sources and views stand for, without repetition, in order.
    pub fn sources(&self, list: &ast::SourceList, report: &mut Report<'_>) -> Outcome<Vec<Arc<LogSource>>> {
        let mut found = IndexSet::new();
        self.expand(&list.names, &mut Vec::new(), &mut found, Some(report))?;
        Ok(found.iter().filter_map(|name| self.catalog.sources.get(name).cloned()).collect())
    }

    /// With a report, mistakes in `names` themselves are reported; below a view they were reported at the view.
    fn expand<'b>(
        &'b self,
        names: &'b [ast::Name],
        path: &mut Vec<&'b str>,
        found: &mut IndexSet<String>,
        mut report: Option<&mut Report<'_>>,
    ) -> Outcome<()> {
        let mut outcome = Ok(());
        for name in names {
            let word = name.node.as_str();
            let kind = if self.catalog.sources.contains_key(word) {
                found.insert(word.to_owned());
                continue;
            } else if let Some(members) = self.catalog.views.get(word) {
                found.extend(members.iter().cloned());
                continue;
            } else if path.contains(&word) {
                // A circle, reported at the views themselves.
                outcome = Err(super::Reported);
                continue;
            } else if let Some(view) = self.views.get(word) {
                path.push(word);
                outcome = self.expand(&view.sources.names, path, found, None).and(outcome);
                path.pop();
                continue;
            } else if self.broken.iter().any(|broken| broken == word) {
                outcome = Err(super::Reported);
                continue;
            } else {
                let suggestion = suggest::closest(word, self.source_words()).map(str::to_owned);
                CheckErrorKind::UnknownSource { name: word.to_owned(), suggestion }
            };
            if let Some(report) = report.as_deref_mut() {
                report.add(name.span, kind);
            }
            outcome = Err(super::Reported);
        }
        outcome
    }

    /// Whether this is the name of an item that did not parse.
    pub fn is_broken(&self, name: &str) -> bool {
        self.broken.iter().any(|broken| broken == name)
    }

    /// Whether this is the name of a view, ready-made or of a file.
    pub fn is_view(&self, name: &str) -> bool {
        self.views.contains_key(name) || self.catalog.views.contains_key(name)
    }

    fn source_words(&self) -> impl Iterator<Item = &str> {
        let sources = self.catalog.sources.keys().chain(self.catalog.views.keys()).map(String::as_str);
        sources.chain(self.views.keys().map(String::as_str))
    }

    /// A list by name, for the right side of `in`.
    pub fn list(&self, name: &str, span: Span, report: &mut Report<'_>) -> Outcome<Arc<ListData>> {
        if let Some((_, data)) = self.lists.get(name) {
            return data.clone().ok_or(super::Reported);
        }
        if self.broken.iter().any(|broken| broken == name) {
            return Err(super::Reported);
        }
        let suggestion = suggest::closest(name, self.lists.keys().map(String::as_str)).map(str::to_owned);
        report.fail(span, CheckErrorKind::UnknownList { name: name.to_owned(), suggestion })
    }
}

fn report_repeated_names(trees: &[(SourceId, ast::File)], catalog: &Catalog, errors: &mut Vec<CheckError>) {
    let mut seen: IndexMap<&str, Place> = IndexMap::new();
    for (id, tree) in trees {
        for (what, name) in tree.items.iter().filter_map(item_name) {
            let place = Place { source: *id, span: name.span };
            if catalog.sources.contains_key(&name.node) || catalog.views.contains_key(&name.node) {
                errors
                    .push(CheckError { place, kind: CheckErrorKind::NameOfASource { what, name: name.node.clone() } });
            } else if let Some(first) = seen.get(name.node.as_str()) {
                let kind = CheckErrorKind::NameTwice { name: name.node.clone(), first: *first };
                errors.push(CheckError { place, kind });
            } else {
                seen.insert(&name.node, place);
            }
        }
    }
}

/// The type that a type name stands for.
pub fn type_of(name: &ast::TypeName, providers: &[Arc<str>], report: &mut Report<'_>) -> Outcome<Type> {
    let word = name.name.node.as_str();
    if let Some(kind) = IdKind::ALL.into_iter().find(|kind| kind.word() == word) {
        let Some(argument) = &name.argument else {
            return report.fail(name.name.span, CheckErrorKind::ProviderMissing(kind));
        };
        let Some(provider) = providers.iter().find(|provider| ***provider == argument.node) else {
            let known: Vec<String> = providers.iter().map(ToString::to_string).collect();
            let suggestion = suggest::closest(&argument.node, known.iter().map(String::as_str)).map(str::to_owned);
            let kind =
                CheckErrorKind::UnknownProvider { name: argument.node.clone(), known: known.clone(), suggestion };
            return report.fail(argument.span, kind);
        };
        return Ok(Type::Id(kind, Issuer::One(provider.clone())));
    }
    let Some((_, ty)) = PLAIN_TYPES.iter().find(|(known, _)| *known == word) else {
        let words = PLAIN_TYPES.iter().map(|(known, _)| *known).chain(IdKind::ALL.map(IdKind::word));
        let suggestion = suggest::closest(word, words).map(str::to_owned);
        return report.fail(name.name.span, CheckErrorKind::UnknownType { name: word.to_owned(), suggestion });
    };
    match &name.argument {
        Some(argument) => report.fail(argument.span, CheckErrorKind::TypeTakesNoProvider(ty.clone())),
        None => Ok(ty.clone()),
    }
}

/// The types that a list or parameter may be declared with, beside identifier types.
const PLAIN_TYPES: [(&str, Type); 13] = [
    ("string", Type::String),
    ("name", Type::Name),
    ("int", Type::Int),
    ("float", Type::Float),
    ("bool", Type::Bool),
    ("time", Type::Time),
    ("duration", Type::Duration),
    ("ip", Type::Ip),
    ("cidr", Type::Cidr),
    ("country", Type::Country),
    ("asn", Type::Asn),
    ("distance", Type::Distance),
    ("speed", Type::Speed),
];

/// A field as all sources of a rule have it.
pub struct Found {
    /// Its type in the rule.
    pub ty: Type,
    /// Whether some event may lack it.
    pub optional: bool,
    /// How each source has it, in order.
    pub legs: Vec<Arc<Field>>,
}

/// Looks a field up in every source of a rule.
pub fn find_field(name: &str, sources: &[Arc<LogSource>], span: Span, report: &mut Report<'_>) -> Outcome<Found> {
    let fields: Vec<Option<&Arc<Field>>> = sources.iter().map(|source| source.fields.get(name)).collect();
    let legs: Vec<Arc<Field>> = fields.iter().flatten().map(|field| Arc::clone(field)).collect();
    let Some(first) = legs.first() else {
        let known = sources.iter().flat_map(|source| source.fields.keys().map(String::as_str));
        let suggestion = suggest::closest(name, known).map(str::to_owned);
        let sources = sources.iter().map(|source| source.name.clone()).collect();
        return report.fail(span, CheckErrorKind::UnknownField { name: name.to_owned(), sources, suggestion });
    };
    if legs.len() < sources.len() {
        let lacking = sources.iter().zip(&fields).filter(|(_, field)| field.is_none());
        let sources = lacking.map(|(source, _)| source.name.clone()).collect();
        return report.fail(span, CheckErrorKind::FieldLacking { name: name.to_owned(), sources });
    }
    let mut ty = first.ty.clone();
    for (field, source) in legs.iter().zip(sources) {
        ty = match (ty, &field.ty) {
            (known, other) if known == *other => known,
            (Type::Id(kind, _), Type::Id(other, _)) if kind == *other => Type::Id(kind, Issuer::Several),
            (known, other) => {
                let kind = CheckErrorKind::FieldOfTwoTypes {
                    name: name.to_owned(),
                    first: (sources[0].name.clone(), known),
                    second: (source.name.clone(), other.clone()),
                };
                return report.fail(span, kind);
            }
        };
    }
    let optional = legs.iter().any(|field| field.presence == Presence::Sometimes);
    Ok(Found { ty, optional, legs })
}
