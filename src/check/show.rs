//! Evidence columns and the entities made from them.

use crate::diagnostic::suggest;
use crate::library::LOCATION_TEXT;
use crate::plan::{Entity, EntityKind, Expr, ExprKind, FieldIndex, Show};
use crate::syntax::ast::{self, ClauseKind, EntityItem, ShowItem};
use crate::types::{IdKind, Type};

use super::error::CheckErrorKind;
use super::expr::{self, Place, Scope};
use super::{Outcome, Report, all, rule};

/// Columns that every result has, beside the key: they may not be used as names in `show`.
const RESULT_COLUMNS: [&str; 6] = ["time", "event_id", "first_time", "last_time", "matches", "event_ids"];

/// Checks `show`. Without the clause there are no evidence columns.
pub fn check(
    rule: &ast::Rule,
    key: &[FieldIndex],
    place: Place,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Vec<Show>> {
    let items = rule::clause(rule, |kind| if let ClauseKind::Show(items) = kind { Some(items) } else { None });
    let mut names: Vec<String> = key.iter().map(|index| scope.fields[index.0].name.clone()).collect();
    let items = items.map(Vec::as_slice).unwrap_or_default();
    all(items.iter().map(|item| check_item(item, &mut names, place, scope, report)).collect::<Vec<_>>())
}

fn check_item(
    item: &ShowItem,
    names: &mut Vec<String>,
    place: Place,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Show> {
    let value = expr::check(&item.value, scope, place, report);
    let name = match (&item.name, &item.value.kind) {
        (Some(name), _) => name.clone(),
        // `signin.ip` makes a column `signin_ip`.
        (None, ast::ExprKind::Name(field)) => ast::Spanned { node: field.replace('.', "_"), span: item.value.span },
        (None, _) => return report.fail(item.value.span, CheckErrorKind::ShowWithoutName),
    };
    if names.contains(&name.node) {
        return report.fail(name.span, CheckErrorKind::ColumnTwice(name.node));
    }
    if RESULT_COLUMNS.contains(&name.node.as_str()) {
        return report.fail(name.span, CheckErrorKind::ColumnOfResult(name.node));
    }
    names.push(name.node.clone());
    Ok(Show { name: name.node, value: as_column(value?) })
}

/// A place is shown as a text, which is the same on every target.
fn as_column(value: Expr) -> Expr {
    if value.ty != Type::Location {
        return value;
    }
    let span = value.span;
    Expr { kind: ExprKind::Call(&LOCATION_TEXT, vec![value]), ty: Type::String, span }
}

/// Checks `entity`: kinds, and columns that exist and are of a fitting type.
pub fn entities(
    rule: &ast::Rule,
    key: &[FieldIndex],
    show: &[Show],
    scope: &Scope<'_>,
    report: &mut Report<'_>,
) -> Vec<Entity> {
    let items = rule::clause(rule, |kind| if let ClauseKind::Entity(items) = kind { Some(items) } else { None });
    let mut columns: Vec<(&str, &Type)> =
        key.iter().map(|index| &scope.fields[index.0]).map(|field| (field.name.as_str(), &field.ty)).collect();
    columns.extend(show.iter().map(|show| (show.name.as_str(), &show.value.ty)));
    items.into_iter().flatten().filter_map(|item| entity(item, &columns, report)).collect()
}

/// The words of [`EntityKind`], for messages.
const KINDS: [&str; 6] = ["account", "ip", "host", "cloud_application", "mailbox", "url"];

fn entity(item: &EntityItem, columns: &[(&str, &Type)], report: &mut Report<'_>) -> Option<Entity> {
    let word = item.kind.node.as_str();
    let Some(kind) = EntityKind::ALL.into_iter().find(|kind| kind.word() == word) else {
        let suggestion = suggest::closest(word, KINDS).map(str::to_owned);
        let kind = CheckErrorKind::UnknownWord { word: word.to_owned(), of: "entity kind", words: &KINDS, suggestion };
        report.add(item.kind.span, kind);
        return None;
    };
    let names: Vec<String> = item.arguments.iter().filter_map(|name| column(kind, name, columns, report)).collect();
    (names.len() == item.arguments.len()).then(|| Entity { kind, columns: names, span: item.span })
}

fn column(kind: EntityKind, name: &ast::Name, columns: &[(&str, &Type)], report: &mut Report<'_>) -> Option<String> {
    let Some((_, ty)) = columns.iter().find(|(column, _)| *column == name.node) else {
        let suggestion = suggest::closest(&name.node, columns.iter().map(|(column, _)| *column)).map(str::to_owned);
        report.add(name.span, CheckErrorKind::UnknownColumn { name: name.node.clone(), suggestion });
        return None;
    };
    if identifies(kind, ty) {
        return Some(name.node.clone());
    }
    let kind = kind.word().to_owned();
    report.add(name.span, CheckErrorKind::NotAnEntity { kind, name: name.node.clone(), ty: (*ty).clone() });
    None
}

/// Whether a value of a type can identify an entity of a kind; a set of such values can too.
fn identifies(kind: EntityKind, ty: &Type) -> bool {
    let ty = if let Type::Set(inner) = ty { inner } else { ty };
    match kind {
        EntityKind::Ip => *ty == Type::Ip,
        EntityKind::Account => ty.is_text() || matches!(ty, Type::Id(IdKind::User, _)),
        EntityKind::Host => ty.is_text() || matches!(ty, Type::Id(IdKind::Device, _)),
        EntityKind::CloudApplication => ty.is_text() || matches!(ty, Type::Id(IdKind::App, _)),
        EntityKind::Mailbox | EntityKind::Url => ty.is_text(),
    }
}
