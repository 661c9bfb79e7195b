//! What is made of a rule: entities, details, the title of alerts, incidents, silence, responses. All are checked against the
//! columns of the rule's result.

mod entity;
mod error;
mod schedule;

use crate::diagnostic::suggest;
use crate::plan::deploy::{
    Deployment, Detail, Entity, EntityKind, Group, GroupBy, Respond, Response, Suppress, Suppressed, Template,
    TemplatePart,
};
use crate::plan::{FieldIndex, Show};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseKind, Name};
use crate::types::{IdKind, Type};

use super::error::CheckErrorKind;
use super::expr::Scope;
use super::rule::{self, duration};
use super::{Outcome, Report, all, metadata};

use entity::Column;
pub use error::{DeployError, wording};
pub use schedule::check as schedule;

/// The columns of an alert beside its key and evidence.
const OF_ALERT: [&str; 4] = ["first_time", "last_time", "matches", "event_ids"];

/// How long the name of a detail is at most, and how many a rule has: as much as Sentinel takes of custom details.
const LONGEST_DETAIL: usize = 20;
const MOST_DETAILS: usize = 20;

/// Checks the clauses that say what is made of a rule.
pub fn check(
    rule: &ast::Rule,
    key: &[FieldIndex],
    show: &[Show],
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Deployment> {
    let suppress = suppress(rule, key, scope, report);
    let columns = entity::columns(key, show, scope);
    let entities = entity::check(rule, &columns, report);
    let details = details(rule, &columns, report);
    let alert_title = alert_title(rule, &columns, report);
    let around = Around { entities: entities.as_deref().ok(), details: details.as_deref().ok() };
    let group = group(rule, &around, scope, report);
    let columns = entity::columns(key, show, scope);
    let responses = responses(rule, entities.as_deref().ok(), &columns, report);
    Ok(Deployment {
        entities: entities?,
        details: details?,
        alert_title: alert_title?,
        group: group?,
        suppress: suppress?,
        responses: responses?,
        clauses: clauses(rule),
    })
}

/// Where the clauses stand that a rule has at most once.
fn clauses(rule: &ast::Rule) -> Vec<(&'static str, Span)> {
    rule.clauses.iter().filter_map(|clause| Some((metadata::once_word(&clause.node)?, clause.span))).collect()
}

/// A column of the alerts by the name that a clause gives, or what else may have been meant.
fn column(name: &Name, columns: &[Column<'_>], report: &mut Report<'_>) -> Outcome<String> {
    let word = name.node.as_str();
    let known = || columns.iter().map(|column| column.name).chain(OF_ALERT);
    if known().any(|known| known == word) {
        return Ok(word.to_owned());
    }
    let suggestion = match word {
        "time" => Some("first_time"),
        "event_id" => Some("event_ids"),
        _ => suggest::closest(word, known()),
    };
    let suggestion = suggestion.map(str::to_owned);
    report.fail(name.span, CheckErrorKind::UnknownColumn { name: name.node.clone(), suggestion })
}

/// Reports a word that stands a second time in a clause.
fn once(what: &'static str, names: &[&Name], report: &mut Report<'_>) -> Outcome<()> {
    let mut outcome = Ok(());
    for (index, name) in names.iter().enumerate() {
        if let Some(first) = names[..index].iter().find(|first| first.node == name.node) {
            let kind = DeployError::NamedTwice { what, name: name.node.clone(), first: first.span };
            outcome = report.fail(name.span, kind.into());
        }
    }
    outcome
}

fn details(rule: &ast::Rule, columns: &[Column<'_>], report: &mut Report<'_>) -> Outcome<Vec<Detail>> {
    let items = rule::clause(rule, |kind| if let ClauseKind::Detail(items) = kind { Some(items) } else { None });
    let items = items.map(Vec::as_slice).unwrap_or_default();
    let names: Vec<&Name> = items.iter().map(|item| &item.name).collect();
    let once = once("detail", &names, report);
    if let Some(first) = items.get(MOST_DETAILS) {
        let kind = DeployError::TooManyDetails { count: items.len(), most: MOST_DETAILS };
        report.add(first.name.span, kind.into());
    }
    let details = all(items.iter().map(|item| detail(item, columns, report)).collect::<Vec<_>>());
    once.and(details)
}

fn detail(item: &ast::DetailItem, columns: &[Column<'_>], report: &mut Report<'_>) -> Outcome<Detail> {
    let name = &item.name;
    let fits = name.node.len() <= LONGEST_DETAIL && name.node.starts_with(|first: char| first.is_ascii_alphabetic());
    let named = if fits {
        Ok(())
    } else {
        report.fail(name.span, DeployError::DetailName { name: name.node.clone(), longest: LONGEST_DETAIL }.into())
    };
    let column = column(item.column.as_ref().unwrap_or(name), columns, report)?;
    named.map(|()| Detail { name: name.node.clone(), column, span: name.span })
}

fn alert_title(rule: &ast::Rule, columns: &[Column<'_>], report: &mut Report<'_>) -> Outcome<Option<Template>> {
    let given = rule::clause(rule, |kind| if let ClauseKind::AlertTitle(given) = kind { Some(given) } else { None });
    let Some(given) = given else { return Ok(None) };
    let parts = given.node.iter().map(|part| match part {
        ast::TemplatePart::Text(text) => Ok(TemplatePart::Text(text.clone())),
        ast::TemplatePart::Column(name) => column(name, columns, report).map(TemplatePart::Column),
    });
    let parts = all(parts.collect::<Vec<_>>())?;
    for part in &parts {
        let TemplatePart::Text(text) = part else { continue };
        if let Some((column, written)) = elsewhere(text, columns) {
            return report.fail(given.span, DeployError::OtherBraces { column, written }.into());
        }
    }
    if parts.is_empty() {
        return report.fail(given.span, DeployError::EmptyTitle.into());
    }
    Ok(Some(Template { parts, span: given.span }))
}

/// A column as Sentinel or Splunk would have it in a text.
fn elsewhere(text: &str, columns: &[Column<'_>]) -> Option<(String, String)> {
    let names = columns.iter().map(|column| column.name).chain(OF_ALERT);
    let found = names.flat_map(|name| {
        let in_text = [(format!("{{{name}}}"), format!("{{{{{name}}}}}")), (format!("${name}$"), format!("${name}$"))];
        in_text.map(|(in_text, written)| (name, in_text, written))
    });
    found.filter(|(_, in_text, _)| text.contains(in_text)).map(|(name, _, written)| (name.to_owned(), written)).next()
}

/// What alerts can have in common; nothing where it has errors of its own.
struct Around<'a> {
    entities: Option<&'a [Entity]>,
    details: Option<&'a [Detail]>,
}

fn group(
    rule: &ast::Rule,
    around: &Around<'_>,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Option<Group>> {
    let given = rule
        .clauses
        .iter()
        .find_map(|clause| if let ClauseKind::Group(group) = &clause.node { Some((group, clause.span)) } else { None });
    let Some((given, span)) = given else { return Ok(None) };
    let by = group_by(&given.by, around, report);
    let within = duration(&given.within, scope, report);
    Ok(Some(Group { by: by?, within: within?, reopen: given.reopen, span }))
}

fn group_by(names: &[Name], around: &Around<'_>, report: &mut Report<'_>) -> Outcome<GroupBy> {
    let (Some(entities), Some(details)) = (around.entities, around.details) else { return Err(super::Reported) };
    match names {
        [] => return Ok(GroupBy::Rule),
        [word] if word.node == "entities" && entities.is_empty() => {
            return report.fail(word.span, DeployError::NoEntities.into());
        }
        [word] if word.node == "entities" => return Ok(GroupBy::Entities),
        _ => {}
    }
    let mut outcome = once("group", &names.iter().collect::<Vec<_>>(), report);
    let (mut kinds, mut chosen) = (Vec::new(), Vec::new());
    for name in names {
        let entity = entities.iter().find(|entity| entity.kind.word() == name.node);
        if let Some(entity) = entity {
            kinds.push(entity.kind);
        } else if details.iter().any(|detail| detail.name == name.node) {
            chosen.push(name.node.clone());
        } else {
            outcome = report.fail(name.span, unknown_group(name, entities, details).into());
        }
    }
    outcome.map(|()| GroupBy::Some { entities: kinds, details: chosen })
}

fn unknown_group(name: &Name, entities: &[Entity], details: &[Detail]) -> DeployError {
    let mut known: Vec<String> = Vec::new();
    for word in entities.iter().map(|entity| entity.kind.word()).chain(details.iter().map(|detail| &*detail.name)) {
        if !known.iter().any(|known| known == word) {
            known.push(word.to_owned());
        }
    }
    let kind = EntityKind::ALL.into_iter().find(|kind| kind.word() == name.node);
    let suggestion = suggest::closest(&name.node, known.iter().map(String::as_str)).map(str::to_owned);
    DeployError::UnknownGroup { name: name.node.clone(), kind, suggestion, known }
}

fn suppress(
    rule: &ast::Rule,
    key: &[FieldIndex],
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Option<Suppress>> {
    let given = rule.clauses.iter().find_map(|clause| {
        if let ClauseKind::Suppress(given) = &clause.node { Some((given, clause.span)) } else { None }
    });
    let Some((given, span)) = given else { return Ok(None) };
    let time = duration(&given.time, scope, report);
    let of = match (given.all, key) {
        (true, _) => Suppressed::Rule,
        (false, []) => return report.fail(span, DeployError::SuppressWithoutKey.into()),
        (false, _) => Suppressed::Key,
    };
    Ok(Some(Suppress { time: time?, of }))
}

/// The words of [`Response`], for messages.
const RESPONSES: [&str; 1] = ["revoke_sessions"];

fn responses(
    rule: &ast::Rule,
    entities: Option<&[Entity]>,
    columns: &[Column<'_>],
    report: &mut Report<'_>,
) -> Outcome<Vec<Respond>> {
    let words = rule::clause(rule, |kind| if let ClauseKind::Respond(words) = kind { Some(words) } else { None });
    let words = words.map(Vec::as_slice).unwrap_or_default();
    let once = once("response", &words.iter().collect::<Vec<_>>(), report);
    let responses = words.iter().map(|word| response(word, entities, columns, report));
    let responses = all(responses.collect::<Vec<_>>())?;
    once.map(|()| responses)
}

fn response(
    word: &Name,
    entities: Option<&[Entity]>,
    columns: &[Column<'_>],
    report: &mut Report<'_>,
) -> Outcome<Respond> {
    metadata::one_of(word, "response", &RESPONSES, report).ok_or(super::Reported)?;
    let entities = entities.ok_or(super::Reported)?;
    let response = Response::RevokeSessions;
    let names_user = |column: &String| columns.iter().any(|known| known.name == column && is_user(known.ty));
    let account = |entity: &Entity| entity.kind == EntityKind::Account && entity.columns.iter().any(names_user);
    if entities.iter().any(account) {
        return Ok(Respond { response, span: word.span });
    }
    report.fail(word.span, DeployError::NoAccount(response.word()).into())
}

/// Whether a column tells a user by an identifier or a user name.
fn is_user(ty: &Type) -> bool {
    let ty = if let Type::Set(inner) = ty { inner } else { ty };
    matches!(ty, Type::Name | Type::Id(IdKind::User, _))
}
