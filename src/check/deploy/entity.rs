//! What alerts are about: the entities that a rule names, or those that the types of its columns tell.

use crate::diagnostic::suggest;
use crate::library::aggregate::AggregateFunction;
use crate::plan::{Aggregate, Entity, EntityKind, ExprKind, FieldIndex, Role, Show};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseKind, EntityItem};
use crate::types::{IdKind, Type};

use super::super::error::CheckErrorKind;
use super::super::expr::Scope;
use super::super::{Outcome, Report, all, rule};
use super::error::{DeployError, Mismatch};

/// How many entities are made of columns where a rule names none: as many as Sentinel maps.
const MOST: usize = 10;

/// A column of the result.
pub struct Column<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type.
    pub ty: &'a Type,
    /// The field that it shows, or that its aggregate is of.
    field: Option<&'a str>,
    /// Whose field it is, where it is that of one event.
    event: Option<Role>,
    is_key: bool,
}

/// The key fields and evidence columns.
pub fn columns<'a>(key: &[FieldIndex], show: &'a [Show], scope: &'a Scope<'_>) -> Vec<Column<'a>> {
    let key = key.iter().map(|index| {
        let field = &scope.fields[index.0];
        let event = Some(Role::Match);
        Column { name: &field.name, ty: &field.ty, field: Some(&field.name), event, is_key: true }
    });
    let show = show.iter().map(|show| {
        let (field, event) = origin(&show.value.kind, scope);
        Column { name: &show.name, ty: &show.value.ty, field, event, is_key: false }
    });
    key.chain(show).collect()
}

/// The field that a column shows, and of which event.
fn origin<'a>(value: &ExprKind, scope: &'a Scope<'_>) -> (Option<&'a str>, Option<Role>) {
    let name = |index: FieldIndex| Some(scope.fields[index.0].name.as_str());
    if let ExprKind::Aggregate(index) = value {
        return (picked(&scope.aggregates[*index]).and_then(name), None);
    }
    let Some((role, index)) = field(value) else { return (None, None) };
    (name(index), Some(role))
}

/// The field of an event that a value is.
fn field(value: &ExprKind) -> Option<(Role, FieldIndex)> {
    if let ExprKind::Of(role, index) = value {
        return Some((*role, *index));
    }
    if let ExprKind::Field(index) = value { Some((Role::Match, *index)) } else { None }
}

/// The field of which an aggregate picks one value.
fn picked(aggregate: &Aggregate) -> Option<FieldIndex> {
    let picks = matches!(aggregate.function, AggregateFunction::First | AggregateFunction::Last);
    let argument = aggregate.argument.as_ref().filter(|_| picks)?;
    field(&argument.kind).map(|(_, index)| index)
}

/// The entities of a rule, in its order.
pub fn check(rule: &ast::Rule, columns: &[Column<'_>], report: &mut Report<'_>) -> Outcome<Vec<Entity>> {
    let items = rule::clause(rule, |kind| if let ClauseKind::Entity(items) = kind { Some(items) } else { None });
    match items {
        Some(items) => all(items.iter().map(|item| entity(item, columns, report)).collect::<Vec<_>>()),
        None => Ok(inferred(columns, rule.name.span)),
    }
}

/// The words of [`EntityKind`], for messages.
const KINDS: [&str; 6] = ["account", "ip", "host", "cloud_application", "mailbox", "url"];

fn entity(item: &EntityItem, columns: &[Column<'_>], report: &mut Report<'_>) -> Outcome<Entity> {
    let word = item.kind.node.as_str();
    let Some(kind) = EntityKind::ALL.into_iter().find(|kind| kind.word() == word) else {
        let suggestion = suggest::closest(word, KINDS).map(str::to_owned);
        let kind = CheckErrorKind::UnknownWord { word: word.to_owned(), of: "entity kind", words: &KINDS, suggestion };
        return report.fail(item.kind.span, kind);
    };
    let found = item.arguments.iter().map(|name| Ok((column(kind, name, columns, report)?, name.span)));
    let found = all(found.collect::<Vec<_>>())?;
    together(kind, &found, report)?;
    Ok(Entity { kind, columns: found.iter().map(|(column, _)| column.name.to_owned()).collect(), span: item.span })
}

fn column<'a, 'b>(
    kind: EntityKind,
    name: &ast::Name,
    columns: &'b [Column<'a>],
    report: &mut Report<'_>,
) -> Outcome<&'b Column<'a>> {
    let Some(column) = columns.iter().find(|column| column.name == name.node) else {
        let suggestion = suggest::closest(&name.node, columns.iter().map(|column| column.name)).map(str::to_owned);
        return report.fail(name.span, CheckErrorKind::UnknownColumn { name: name.node.clone(), suggestion });
    };
    if identifier(kind, column.ty).is_some() {
        return Ok(column);
    }
    let (kind, ty) = (kind.word().to_owned(), column.ty.clone());
    report.fail(name.span, CheckErrorKind::NotAnEntity { kind, name: name.node.clone(), ty })
}

/// Whether columns identify one entity: one value each, and at most one id and one name.
fn together(kind: EntityKind, columns: &[(&Column<'_>, Span)], report: &mut Report<'_>) -> Outcome<()> {
    for (index, (column, span)) in columns.iter().enumerate().skip(1) {
        let first = columns[0].1;
        let is_set = |column: &Column<'_>| matches!(column.ty, Type::Set(_));
        let same = |(other, _): &&(&Column<'_>, Span)| identifier(kind, other.ty) == identifier(kind, column.ty);
        if is_set(column) || is_set(columns[0].0) {
            return report.fail(*span, DeployError::Columns { kind, why: Mismatch::Set, first }.into());
        }
        if let Some((_, first)) = columns[..index].iter().find(same) {
            return report.fail(*span, DeployError::Columns { kind, why: Mismatch::Twice, first: *first }.into());
        }
    }
    Ok(())
}

/// How a value tells an entity from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Identifier {
    Id,
    Name,
}

/// How a value of a type identifies an entity of a kind, if it does; a set of such values can too.
fn identifier(kind: EntityKind, ty: &Type) -> Option<Identifier> {
    let ty = if let Type::Set(inner) = ty { inner } else { ty };
    let (id, is_named) = match kind {
        EntityKind::Ip => (*ty == Type::Ip, false),
        EntityKind::Account => (matches!(ty, Type::Id(IdKind::User, _)), true),
        EntityKind::Host => (matches!(ty, Type::Id(IdKind::Device, _)), true),
        EntityKind::CloudApplication => (matches!(ty, Type::Id(IdKind::App, _)), true),
        EntityKind::Mailbox | EntityKind::Url => (false, true),
    };
    if id { Some(Identifier::Id) } else { (is_named && ty.is_text()).then_some(Identifier::Name) }
}

/// The entities that the types of columns tell: users, addresses, applications and devices. A free text tells nothing.
fn inferred(columns: &[Column<'_>], span: Span) -> Vec<Entity> {
    let mut found: Vec<(EntityKind, Vec<&Column<'_>>)> = Vec::new();
    for column in columns {
        let Some(kind) = told_by(column) else { continue };
        if kind == EntityKind::Account && joins(column, &mut found) {
            continue;
        }
        found.push((kind, vec![column]));
    }
    // The most telling first: what is beyond the limit is the least.
    found.sort_by_key(|(kind, _)| *kind);
    let names = |columns: Vec<&Column<'_>>| columns.iter().map(|column| column.name.to_owned()).collect();
    let entities = found.into_iter().map(|(kind, columns)| Entity { kind, columns: names(columns), span });
    entities.take(MOST).collect()
}

fn told_by(column: &Column<'_>) -> Option<EntityKind> {
    if let Type::Id(kind, _) = column.ty {
        return match kind {
            IdKind::User => Some(EntityKind::Account),
            IdKind::App => Some(EntityKind::CloudApplication),
            IdKind::Device => Some(EntityKind::Host),
            IdKind::Token | IdKind::Session | IdKind::Request => None,
        };
    }
    let inner = if let Type::Set(inner) = column.ty { inner } else { column.ty };
    if *inner == Type::Ip {
        return Some(EntityKind::Ip);
    }
    (*column.ty == Type::Name && column.field == Some(USER_NAME)).then_some(EntityKind::Account)
}

/// The fields that name the user of an event.
const USER_NAME: &str = "user_name";
const USER_ID: &str = "user_id";

/// Whether a column names an account that is there already: the user of the key, or of the same event. Where that account has no
/// such identifier yet, the column becomes part of it.
fn joins<'a, 'b>(column: &'b Column<'a>, found: &mut [(EntityKind, Vec<&'b Column<'a>>)]) -> bool {
    let of_user = |column: &Column<'_>| matches!(column.field, Some(USER_NAME | USER_ID));
    let same = |known: &Column<'_>| known.is_key || (known.event.is_some() && known.event == column.event);
    if !of_user(column) {
        return false;
    }
    let account = found
        .iter_mut()
        .find(|(kind, columns)| *kind == EntityKind::Account && of_user(columns[0]) && same(columns[0]));
    let Some((_, columns)) = account else { return false };
    if columns.iter().all(|known| known.field != column.field) {
        columns.push(column);
    }
    true
}
