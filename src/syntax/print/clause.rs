//! The clauses of a rule: their order, their groups, and each one's text.

use super::comments::{Attached, Comment, attach_inside, commented};
use super::expr::{WIDTH, broken, condition, end_column, expression, filled, flat, new_line, operand_comments};
use super::literal;
use super::step;
use crate::source::Span;
use crate::syntax::ast::{
    Allow, Clause, ClauseKind, Consecutive, DetailItem, EntityItem, Group, Name, Param, Schedule, ShowItem, SourceList,
    Text, TypeName, Unless,
};

/// The indentation of clauses.
const INDENT: usize = 2;

/// The groups of clauses, in order, with an empty line between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    About,
    Parameters,
    Logic,
    Evidence,
}

impl Section {
    /// Where what a clause says starts, counted from its keyword, unless the keyword is longer.
    fn column(self) -> usize {
        match self {
            Self::About => 10,
            Self::Parameters => 6,
            Self::Logic | Self::Evidence => 7,
        }
    }
}

/// The group of a clause and its place in the canonical order.
pub(super) fn rank(kind: &ClauseKind) -> (Section, usize) {
    match kind {
        ClauseKind::Id(_) => (Section::About, 0),
        ClauseKind::Title(_) => (Section::About, 1),
        ClauseKind::Severity(_) => (Section::About, 2),
        ClauseKind::Status(_) => (Section::About, 3),
        ClauseKind::Attack(_) => (Section::About, 4),
        ClauseKind::Author(_) => (Section::About, 5),
        ClauseKind::Owner(_) => (Section::About, 6),
        ClauseKind::Version(_) => (Section::About, 7),
        ClauseKind::Date(_) => (Section::About, 8),
        ClauseKind::References(_) => (Section::About, 9),
        ClauseKind::Runbook(_) => (Section::About, 10),
        ClauseKind::FalsePositives(_) => (Section::About, 11),
        ClauseKind::Tags(_) => (Section::About, 12),
        ClauseKind::Allow(_) => (Section::About, 13),
        ClauseKind::Param(_) => (Section::Parameters, 0),
        ClauseKind::From(_) => (Section::Logic, 0),
        ClauseKind::Where(_) => (Section::Logic, 1),
        ClauseKind::By(_) => (Section::Logic, 2),
        ClauseKind::Within(_)
        | ClauseKind::Per(_)
        | ClauseKind::Consecutive(_)
        | ClauseKind::FirstSeen(_)
        | ClauseKind::Sequence(_) => (Section::Logic, 3),
        ClauseKind::When(_) => (Section::Logic, 4),
        ClauseKind::Unless(_) => (Section::Logic, 5),
        ClauseKind::Show(_) => (Section::Evidence, 0),
        ClauseKind::Entity(_) => (Section::Evidence, 1),
        ClauseKind::Detail(_) => (Section::Evidence, 2),
        ClauseKind::AlertTitle(_) => (Section::Evidence, 3),
        ClauseKind::Group(_) => (Section::Evidence, 4),
        ClauseKind::Schedule(_) => (Section::Evidence, 5),
        ClauseKind::Suppress(_) => (Section::Evidence, 6),
        ClauseKind::Respond(_) => (Section::Evidence, 7),
    }
}

/// A clause with its indentation, and the comments that belong before it.
pub(super) fn clause(clause: &Clause, inner: Vec<Comment>, text: &str) -> (Vec<Comment>, String) {
    let (keyword, group) = (keyword(&clause.node), rank(&clause.node).0);
    let lead = format!("{:INDENT$}{keyword:<width$}", "", width = group.column().max(keyword.len() + 1));
    let column = lead.len();
    let (before, content) = content(&clause.node, column, inner, text);
    (before, lead + &content)
}

fn keyword(kind: &ClauseKind) -> &'static str {
    match kind {
        ClauseKind::Id(_) => "id",
        ClauseKind::Title(_) => "title",
        ClauseKind::Severity(_) => "severity",
        ClauseKind::Status(_) => "status",
        ClauseKind::Attack(_) => "attack",
        ClauseKind::Author(_) => "author",
        ClauseKind::Owner(_) => "owner",
        ClauseKind::Version(_) => "version",
        ClauseKind::Date(_) => "date",
        ClauseKind::References(_) => "references",
        ClauseKind::Runbook(_) => "runbook",
        ClauseKind::FalsePositives(_) => "false_positives",
        ClauseKind::Tags(_) => "tags",
        ClauseKind::Allow(_) => "allow",
        ClauseKind::Param(_) => "param",
        ClauseKind::From(_) => "from",
        ClauseKind::Where(_) => "where",
        ClauseKind::By(_) => "by",
        ClauseKind::Within(_) => "within",
        ClauseKind::Per(_) => "per",
        ClauseKind::When(_) => "when",
        ClauseKind::Consecutive(_) => "consecutive",
        ClauseKind::Sequence(_) => "sequence",
        ClauseKind::FirstSeen(_) => "first seen",
        ClauseKind::Unless(_) => "unless",
        ClauseKind::Show(_) => "show",
        ClauseKind::Entity(_) => "entity",
        ClauseKind::Detail(_) => "detail",
        ClauseKind::AlertTitle(_) => "alert_title",
        ClauseKind::Group(_) => "group",
        ClauseKind::Schedule(_) => "schedule",
        ClauseKind::Suppress(_) => "suppress",
        ClauseKind::Respond(_) => "respond",
    }
}

fn content(kind: &ClauseKind, column: usize, inner: Vec<Comment>, text: &str) -> (Vec<Comment>, String) {
    let content = match kind {
        ClauseKind::Where(predicate) | ClauseKind::When(predicate) => return condition(predicate, column, inner),
        ClauseKind::Consecutive(consecutive) => return self::consecutive(consecutive, column, inner),
        ClauseKind::Sequence(sequence) => return step::sequence(sequence, INDENT, inner, text),
        ClauseKind::Show(items) => return show(items, column, inner),
        ClauseKind::Id(value)
        | ClauseKind::Title(value)
        | ClauseKind::Author(value)
        | ClauseKind::Owner(value)
        | ClauseKind::Runbook(value) => literal::text(&value.node),
        ClauseKind::Severity(word) | ClauseKind::Status(word) | ClauseKind::Version(word) | ClauseKind::Date(word) => {
            word.node.clone()
        }
        ClauseKind::Attack(ids) => one_each(&words(ids), column),
        ClauseKind::References(texts) | ClauseKind::FalsePositives(texts) | ClauseKind::Tags(texts) => {
            one_each(&self::texts(texts), column)
        }
        ClauseKind::Allow(allow) => self::allow(allow),
        ClauseKind::Param(param) => self::param(param, column),
        ClauseKind::From(list) => sources(list, column),
        ClauseKind::By(names) => filled("", &words(names), "", column),
        ClauseKind::Within(value) | ClauseKind::Per(value) => expression(value, column),
        ClauseKind::Suppress(suppress) => {
            format!("{}{}", if suppress.all { "all " } else { "" }, flat(&suppress.time))
        }
        ClauseKind::FirstSeen(first) => {
            let fields = filled("(", &words(&first.fields), ")", column);
            let learning = first.learning.as_ref().map(|learning| format!(" learning {}", flat(learning)));
            format!("{fields} within {}{}", flat(&first.within), learning.unwrap_or_default())
        }
        ClauseKind::Unless(unless) => self::unless(unless, column),
        ClauseKind::Entity(items) => filled("", &items.iter().map(entity).collect::<Vec<_>>(), "", column),
        ClauseKind::Detail(items) => filled("", &items.iter().map(detail).collect::<Vec<_>>(), "", column),
        ClauseKind::AlertTitle(template) => literal::template(&template.node),
        ClauseKind::Group(group) => self::group(group),
        ClauseKind::Schedule(schedule) => self::schedule(schedule),
        ClauseKind::Respond(responses) => filled("", &words(responses), "", column),
    };
    (inner, content)
}

fn allow(allow: &Allow) -> String {
    let reason = allow.reason.as_ref().map(|reason| format!(" {}", literal::text(&reason.node)));
    format!("{}{}", allow.code.node, reason.unwrap_or_default())
}

fn param(param: &Param, column: usize) -> String {
    let head = format!("{}: {} = ", param.name.node, type_name(&param.ty));
    let value = expression(&param.value, end_column(&head, column));
    head + &value
}

fn schedule(schedule: &Schedule) -> String {
    let delay = schedule.delay.as_ref().map(|delay| format!(", delay {}", flat(delay)));
    let runs = schedule.every.as_ref().map_or_else(|| "nrt".to_owned(), |every| format!("every {}", flat(every)));
    format!("{runs}{}", delay.unwrap_or_default())
}

fn detail(item: &DetailItem) -> String {
    let column = item.column.as_ref().map(|column| format!(" = {}", column.node));
    format!("{}{}", item.name.node, column.unwrap_or_default())
}

fn group(group: &Group) -> String {
    let by = if group.by.is_empty() { "all".to_owned() } else { format!("by {}", words(&group.by).join(", ")) };
    format!("{by} within {}{}", flat(&group.within), if group.reopen { " reopen" } else { "" })
}

fn entity(item: &EntityItem) -> String {
    format!("{}({})", item.kind.node, words(&item.arguments).join(", "))
}

fn consecutive(consecutive: &Consecutive, column: usize, inner: Vec<Comment>) -> (Vec<Comment>, String) {
    let head = format!("within {} where", flat(&consecutive.within));
    let short = format!("{head} {}", flat(&consecutive.predicate));
    let (before, attached) = operand_comments(&consecutive.predicate, inner);
    if attached.is_none() && column + short.chars().count() <= WIDTH {
        return (before, short);
    }
    let inside = INDENT * 2;
    let predicate = match attached {
        Some(attached) => broken(&consecutive.predicate, inside, attached),
        None => expression(&consecutive.predicate, inside),
    };
    (before, head + &new_line(inside) + &predicate)
}

fn unless(unless: &Unless, column: usize) -> String {
    let end = format!("within {} {}", flat(&unless.within), unless.side.node);
    let predicate = unless.predicate.as_ref();
    let short = predicate.map(|predicate| format!("where {} ", flat(predicate))).unwrap_or_default();
    let short = format!("{} {short}{end}", words(&unless.from.names).join(" + "));
    if column + short.chars().count() <= WIDTH {
        return short;
    }
    let line = new_line(column);
    let predicate = predicate.map(|predicate| format!("{line}where {}", expression(predicate, column + 6)));
    format!("{}{}{line}{end}", sources(&unless.from, column), predicate.unwrap_or_default())
}

/// Columns: several on one line where none has a name, otherwise one a line with the `=` in one column.
fn show(items: &[ShowItem], column: usize, inner: Vec<Comment>) -> (Vec<Comment>, String) {
    let width =
        items.iter().filter_map(|item| item.name.as_ref()).map(|name| name.node.len()).max().unwrap_or_default();
    let line = |item: &ShowItem| match &item.name {
        Some(name) => {
            let head = format!("{:<width$} = ", name.node);
            let value = expression(&item.value, column + head.len());
            head + &value
        }
        None => expression(&item.value, column),
    };
    let lines: Vec<String> = items.iter().map(line).collect();
    let spans: Vec<Span> = items.iter().map(item_span).collect();
    let (before, attached) = attach_inside(inner, &spans);
    if attached.is_none() && width == 0 {
        return (before, filled("", &lines, "", column));
    }
    let last = lines.len().saturating_sub(1);
    let lines = lines.into_iter().enumerate().map(|(index, line)| if index == last { line } else { line + "," });
    let attached = attached.unwrap_or_else(|| items.iter().map(|_| Attached::default()).collect());
    (before, commented(lines, attached, column))
}

fn item_span(item: &ShowItem) -> Span {
    item.name.as_ref().map_or(item.value.span, |name| name.span.to(item.value.span))
}

/// `a + b`, one source a line where they do not fit.
pub(super) fn sources(list: &SourceList, column: usize) -> String {
    let names = words(&list.names);
    let short = names.join(" + ");
    if column + short.chars().count() <= WIDTH { short } else { names.join(&format!("{}+ ", new_line(column))) }
}

/// `token<entra>`
pub(super) fn type_name(ty: &TypeName) -> String {
    match &ty.argument {
        Some(argument) => format!("{}<{}>", ty.name.node, argument.node),
        None => ty.name.node.clone(),
    }
}

/// Items on one line, or each on its own.
fn one_each(items: &[String], column: usize) -> String {
    let short = items.join(", ");
    if column + short.chars().count() <= WIDTH { short } else { items.join(&format!(",{}", new_line(column))) }
}

fn texts(texts: &[Text]) -> Vec<String> {
    texts.iter().map(|text| literal::text(&text.node)).collect()
}

/// The words of names.
pub(super) fn words(names: &[Name]) -> Vec<String> {
    names.iter().map(|name| name.node.clone()).collect()
}
