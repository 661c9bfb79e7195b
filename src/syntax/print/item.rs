//! Rules, lists and views.

use super::block::Block;
use super::clause::{self, Section, type_name};
use super::comments::{Attached, Comment, attach, gap};
use super::expr::{end_column, expression};
use super::literal;
use crate::source::Span;
use crate::syntax::ast::{Clause, Doc, Item, List, ListBody, ListEntry, Rule, View};

/// An item, and the comments inside that can only stand before it.
pub(super) fn item(item: &Item, inside: Vec<Comment>, text: &str) -> (Vec<Comment>, String) {
    match item {
        Item::Rule(rule) => self::rule(rule, inside, text),
        Item::List(list) => self::list(list, inside, text),
        Item::View(view) => (inside, doc(&view.doc) + &self::view(view)),
        Item::Test(test) => super::test::test(test, inside, text),
    }
}

fn doc(doc: &Doc) -> String {
    let lines = doc.iter().flat_map(|doc| doc.node.split('\n'));
    lines.map(|line| if line.is_empty() { "///\n".to_owned() } else { format!("/// {line}\n") }).collect()
}

/// The comments inside an item that stand before its name, and the others.
pub(super) fn split(comments: Vec<Comment>, name: Span) -> (Vec<Comment>, Vec<Comment>) {
    comments.into_iter().partition(|comment| comment.starts_before(name.start))
}

fn rule(rule: &Rule, inner: Vec<Comment>, text: &str) -> (Vec<Comment>, String) {
    let (before, inner) = split(inner, rule.name.span);
    let spans: Vec<Span> = rule.clauses.iter().map(|clause| clause.span).collect();
    let (attached, left_over) = attach(inner, &spans);
    let mut clauses: Vec<(&Clause, Attached)> = rule.clauses.iter().zip(attached).collect();
    clauses.sort_by_key(|(clause, _)| clause::rank(&clause.node));
    let mut block = Block::new(2);
    let mut last: Option<Section> = None;
    for (clause, attached) in clauses {
        let group = clause::rank(&clause.node).0;
        let (more, line) = clause::clause(clause, attached.inner, text);
        let apart = last.is_some_and(|last| last != group);
        block.part(apart, attached.leading.into_iter().chain(more), line.trim_start(), attached.trailing);
        last = Some(group);
    }
    block.comments(left_over);
    (before, format!("{}rule {} {}", doc(&rule.doc), rule.name.node, block.braces(0)))
}

fn view(view: &View) -> String {
    let head = format!("view {} = ", view.name.node);
    let short = clause::words(&view.sources.names).join(" + ");
    if end_column(&head, 0) + short.chars().count() <= super::expr::WIDTH {
        return head + &short;
    }
    head + &clause::words(&view.sources.names).join("\n  + ")
}

fn list(list: &List, inner: Vec<Comment>, text: &str) -> (Vec<Comment>, String) {
    let head = format!("{}list {}: {}", doc(&list.doc), list.name.node, type_name(&list.ty));
    match &list.body {
        ListBody::Inline(entries) => {
            let (before, inner) = split(inner, list.name.span);
            (before, format!("{head} {}", self::entries(entries, inner, text).braces(0)))
        }
        ListBody::File { path, column, .. } => {
            let column = column.as_ref().map(|column| format!(" column {}", literal::text(&column.node)));
            (inner, format!("{head} from file {}{}", literal::text(&path.node), column.unwrap_or_default()))
        }
        ListBody::Watchlist { alias, .. } => (inner, format!("{head} from watchlist {}", literal::text(&alias.node))),
    }
}

fn entries(entries: &[ListEntry], inner: Vec<Comment>, text: &str) -> Block {
    let spans: Vec<Span> = entries.iter().map(|entry| entry.span).collect();
    let (attached, left_over) = attach(inner, &spans);
    let values: Vec<String> = entries.iter().map(|entry| expression(&entry.value, 2)).collect();
    let width = values.iter().map(|value| value.chars().count()).filter(|width| *width <= 40).max().unwrap_or_default();
    let mut block = Block::new(2);
    for (index, (entry, attached)) in entries.iter().zip(attached).enumerate() {
        let attributes = attributes(entry);
        let line = if attributes.is_empty() {
            values[index].clone()
        } else {
            format!("{:<width$}  {attributes}", values[index])
        };
        let attached = attached.hoisted();
        let apart = index > 0 && gap(text, spans[index - 1].end, spans[index].start);
        block.part(apart, attached.leading, &line, attached.trailing);
    }
    block.comments(left_over);
    block
}

fn attributes(entry: &ListEntry) -> String {
    let owner = entry.owner.as_ref().map(|owner| format!("owner {}", literal::text(&owner.node)));
    let reason = entry.reason.as_ref().map(|reason| format!("reason {}", literal::text(&reason.node)));
    let expires = entry.expires.as_ref().map(|expires| format!("expires {}", expires.node));
    [owner, reason, expires].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
