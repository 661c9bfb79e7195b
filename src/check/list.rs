//! Lists: entries checked against the list's type, expired ones dropped with a warning. `list_file` reads those in files.

use std::sync::Arc;

use indexmap::IndexSet;

use crate::plan::{ListData, ListOrigin, Placement};
use crate::settings::{Added, ListSettings};
use crate::source::{Place, SourceId, Span};
use crate::syntax::ast::{File, Item, List, ListBody, ListEntry, Name, Spanned, Text};
use crate::types::Type;
use crate::value::Value;

use super::error::{CheckError, CheckErrorKind, NotA};
use super::given::GivenError;
use super::list_file::{self, Layout};
use super::{Inputs, Outcome, Report, all, cell, literal, scope};

/// Checks a list.
pub fn check(list: &List, providers: &[Arc<str>], inputs: &Inputs<'_>, report: &mut Report<'_>) -> Outcome<ListData> {
    let ty = scope::type_of(&list.ty, providers, report)?;
    if matches!(ty, Type::Bool | Type::Float | Type::Location | Type::Set(_) | Type::Enum(_)) {
        return report.fail(list.ty.name.span, CheckErrorKind::NotAListType(ty));
    }
    let nothing = ListSettings::default();
    let settings = inputs.settings.lists.get(&list.name.node).map_or(&nothing, |(_, settings)| settings);
    let reading = Reading { list, ty: &ty, inputs, settings };
    let before = report.error_count();
    let (entries, origin) = match &list.body {
        ListBody::Inline(entries) => (reading.inline(entries, report), ListOrigin::Inline),
        ListBody::File { path, .. } => {
            let column = settings.from.column.as_ref().map(|column| (column.value.as_str(), column.place));
            let own = own_column(settings, &list.body).map(|column| (column.node.as_str(), report.place(column.span)));
            reading.file(path, column.or(own), report)?
        }
        ListBody::Watchlist { alias, span } => reading.watchlist(alias, *span, report)?,
    };
    let added = reading.added(report);
    let (mut entries, added) = (entries?, added?);
    entries.extend(added);
    let entries: Vec<Value> = entries.into_iter().collect::<IndexSet<_>>().into_iter().collect();
    if report.error_count() > before {
        return Err(super::Reported);
    }
    let mut data = ListData { name: list.name.node.clone(), ty, entries, origin, placement: Placement::InQuery };
    let is_outside = matches!(data.origin, ListOrigin::Watchlist { .. });
    if is_outside || (data.is_large() && ListData::fits_outside(&data.ty)) {
        data.placement = Placement::Outside;
    }
    Ok(data)
}

/// Reports watchlists that have the name of another list: where that one is too long for a query, it is a watchlist itself.
pub fn check_aliases(trees: &[(SourceId, File)], errors: &mut Vec<CheckError>) {
    let lists = || trees.iter().flat_map(|(id, tree)| tree.items.iter().map(|item| (*id, item)));
    let find = |alias: &str| {
        lists().find_map(|(source, item)| match item {
            Item::List(list) if list.name.node == alias && !matches!(list.body, ListBody::Watchlist { .. }) => {
                Some(Place { source, span: list.name.span })
            }
            Item::List(_) | Item::Rule(_) | Item::View(_) | Item::Test(_) => None,
        })
    };
    for (source, item) in lists() {
        let Item::List(List { body: ListBody::Watchlist { alias, .. }, .. }) = item else { continue };
        let Some(list) = find(&alias.node) else { continue };
        let kind = CheckErrorKind::Given(GivenError::WatchlistNamedAsList { alias: alias.node.clone(), list });
        errors.push(CheckError { place: Place { source, span: alias.span }, kind });
    }
}

/// The column that the list itself names; another file has columns of its own.
fn own_column<'a>(settings: &ListSettings, body: &'a ListBody) -> Option<&'a Text> {
    match (body, &settings.from.file) {
        (ListBody::File { column, .. }, None) => column.as_ref(),
        (ListBody::File { .. } | ListBody::Inline(_) | ListBody::Watchlist { .. }, _) => None,
    }
}

/// A list with what it is read with.
struct Reading<'a> {
    list: &'a List,
    ty: &'a Type,
    inputs: &'a Inputs<'a>,
    settings: &'a ListSettings,
}

impl Reading<'_> {
    fn inline(&self, entries: &[ListEntry], report: &mut Report<'_>) -> Outcome<Vec<Value>> {
        if let Some(file) = self.settings.from.file.as_ref().or(self.settings.from.column.as_ref()) {
            let kind = GivenError::FileForInlineList(self.list.name.node.clone());
            report.elsewhere(file.place, kind);
        }
        let values = all(entries.iter().map(|entry| {
            let counts = self.counts_today(entry.expires.as_ref(), entry.span, report)?;
            let value = literal::value(&entry.value, self.ty, report)?;
            Ok(counts.then_some(value))
        }))?;
        Ok(values.into_iter().flatten().collect())
    }

    fn file(
        &self,
        path: &Text,
        column: Option<(&str, Place)>,
        report: &mut Report<'_>,
    ) -> Outcome<(Outcome<Vec<Value>>, ListOrigin)> {
        let Some(file) = self.inputs.files.lists.get(&self.list.name.node) else {
            let kind = GivenError::ListUnreadable { reason: format!("`{}` was not read", path.node), help: None };
            return report.fail(path.span, CheckErrorKind::Given(kind));
        };
        let named = self.settings.from.file.as_ref().map(|file| file.place);
        let place = named.unwrap_or(report.place(path.span));
        let origin = ListOrigin::File { path: file.path.clone() };
        Ok((self.entries(file, column, Layout::List, place, report), origin))
    }

    fn watchlist(
        &self,
        alias: &Text,
        span: Span,
        report: &mut Report<'_>,
    ) -> Outcome<(Outcome<Vec<Value>>, ListOrigin)> {
        if !ListData::fits_outside(self.ty) {
            return report.fail(span, CheckErrorKind::Given(GivenError::NotAWatchlistType(self.ty.clone())));
        }
        let list = &self.list.name.node;
        if let Some(added) = self.settings.add.first() {
            let kind = GivenError::AddToWatchlist { list: list.clone(), alias: alias.node.clone() };
            report.elsewhere(added.value.place, kind);
        }
        if let (None, Some(column)) = (&self.settings.from.file, &self.settings.from.column) {
            report.elsewhere(column.place, GivenError::ColumnWithoutFile(list.clone()));
        }
        let of_alias = self.inputs.settings.watchlists.get(&alias.node).map(|(_, settings)| settings);
        let named = if self.settings.from.file.is_some() { Some(&self.settings.from) } else { of_alias };
        let column = named.and_then(|named| named.column.as_ref()).map_or(SEARCH_KEY, |column| &column.value);
        let files = &self.inputs.files;
        if !is_alias(&alias.node) {
            return report.fail(alias.span, CheckErrorKind::Given(GivenError::BadAlias(alias.node.clone())));
        }
        if let Some(column) = named.and_then(|named| named.column.as_ref()).filter(|column| !is_alias(&column.value)) {
            return Err(report.elsewhere(column.place, GivenError::BadAlias(column.value.clone())));
        }
        let copy = files.lists.get(list).or_else(|| files.watchlists.get(&alias.node));
        let place = named.and_then(|named| named.file.as_ref()).map_or(report.place(span), |file| file.place);
        let named_at = named.and_then(|named| named.column.as_ref()).map_or(place, |column| column.place);
        let entries = copy.map(|copy| self.entries(copy, Some((column, named_at)), Layout::Watchlist, place, report));
        let origin = ListOrigin::Watchlist {
            alias: alias.node.clone(),
            column: column.to_owned(),
            copy: copy.map(|copy| copy.path.clone()),
        };
        Ok((entries.unwrap_or(Ok(Vec::new())), origin))
    }

    /// The entries of a file; `place` is where it is named.
    fn entries(
        &self,
        file: &super::TextFile,
        column: Option<(&str, Place)>,
        layout: Layout,
        place: Place,
        report: &mut Report<'_>,
    ) -> Outcome<Vec<Value>> {
        let source = match &file.content {
            Ok(source) => *source,
            Err(unreadable) => {
                let kind =
                    GivenError::ListUnreadable { reason: unreadable.reason.clone(), help: unreadable.help.clone() };
                return Err(report.elsewhere(place, kind));
            }
        };
        let text = &self.inputs.sources.get(source).text;
        let mut report = Report { source, errors: report.errors };
        let rows = list_file::rows(text, column, layout, &mut report)?;
        let mut values = Vec::new();
        let mut mistakes = list_file::Mistakes::default();
        for row in rows {
            let counts = match &row.expires {
                Some(expires) => self.counts_today(Some(expires), row.entry.span, &mut report),
                None => Ok(true),
            };
            let value = cell::plain(&row.entry.node, self.ty, row.entry.span, &mut report);
            match (counts, value) {
                (Ok(true), Ok(value)) => values.push(value),
                (Ok(false), Ok(_)) => {}
                (Err(_), _) | (_, Err(_)) => mistakes.count(&mut report),
            }
        }
        mistakes.finish(&mut report)?;
        Ok(values)
    }

    /// The entries that the settings add.
    fn added(&self, report: &mut Report<'_>) -> Outcome<Vec<Value>> {
        let one = |added: &Added, report: &mut Report<'_>| {
            let value = cell::setting(&added.value, self.ty, report);
            let counts = added.expires.as_ref().map_or(Ok(true), |expires| {
                let report = &mut Report { source: expires.place.source, errors: report.errors };
                let date = Spanned { node: expires.value.clone(), span: expires.place.span };
                self.counts_today(Some(&date), date.span, report)
            })?;
            Ok(counts.then_some(value?))
        };
        let values = all(self.settings.add.iter().map(|added| one(added, report)).collect::<Vec<_>>())?;
        Ok(values.into_iter().flatten().collect())
    }

    /// Whether an entry still counts: `expires` names the last day on which it does.
    fn counts_today(&self, expires: Option<&Name>, entry: Span, report: &mut Report<'_>) -> Outcome<bool> {
        let Some(expires) = expires else { return Ok(true) };
        let Ok(last_day) = expires.node.parse::<jiff::civil::Date>() else {
            let kind = CheckErrorKind::BadLiteral { text: expires.node.clone(), not_a: NotA::Date };
            return report.fail(expires.span, kind);
        };
        if last_day >= self.inputs.today {
            return Ok(true);
        }
        report.add(entry, CheckErrorKind::EntryExpired { last_day: last_day.to_string() });
        Ok(false)
    }
}

/// The column that Sentinel finds the rows of a watchlist by.
const SEARCH_KEY: &str = "SearchKey";

/// Sentinel's rule for aliases, which does for columns too: queries hold both as they are.
fn is_alias(text: &str) -> bool {
    let characters = text.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, ' ' | '-' | '_'));
    characters && text.trim() == text && (1..=64).contains(&text.len())
}
