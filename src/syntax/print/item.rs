//! Rules, lists, views and tests.

use super::block::Block;
use super::clause::{self, Group, type_name};
use super::comments::{Attached, Comment, attach, gap};
use super::expr::{end_column, expression, filled, flat};
use super::literal;
use crate::source::Span;
use crate::syntax::ast::{
    Clause, Doc, Expectation, Expr, Item, List, ListBody, ListEntry, Name, Rule, Test, TestEvent, View,
};

/// An item, and the comments inside that can only stand before it.
pub(super) fn item(item: &Item, inside: Vec<Comment>, text: &str) -> (Vec<Comment>, String) {
    match item {
        Item::Rule(rule) => self::rule(rule, inside, text),
        Item::List(list) => self::list(list, inside, text),
        Item::View(view) => (inside, doc(&view.doc) + &self::view(view)),
        Item::Test(test) => self::test(test, inside, text),
    }
}

fn doc(doc: &Doc) -> String {
    let lines = doc.iter().flat_map(|doc| doc.node.split('\n'));
    lines.map(|line| if line.is_empty() { "///\n".to_owned() } else { format!("/// {line}\n") }).collect()
}

/// The comments inside an item that stand before its name, and the others.
fn split(comments: Vec<Comment>, name: Span) -> (Vec<Comment>, Vec<Comment>) {
    comments.into_iter().partition(|comment| comment.starts_before(name.start))
}

fn rule(rule: &Rule, inner: Vec<Comment>, text: &str) -> (Vec<Comment>, String) {
    let (before, inner) = split(inner, rule.name.span);
    let spans: Vec<Span> = rule.clauses.iter().map(|clause| clause.span).collect();
    let (attached, left_over) = attach(inner, &spans);
    let mut clauses: Vec<(&Clause, Attached)> = rule.clauses.iter().zip(attached).collect();
    clauses.sort_by_key(|(clause, _)| clause::rank(&clause.node));
    let mut block = Block::new(2);
    let mut last: Option<Group> = None;
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

fn test(test: &Test, inner: Vec<Comment>, text: &str) -> (Vec<Comment>, String) {
    let (before, inner) = split(inner, test.name.span);
    let mut spans: Vec<Span> = test.events.iter().map(event_span).collect();
    let mut last = spans.last().map_or(test.rule.span, |last| *last);
    for expectation in &test.expectations {
        last = expectation_span(expectation).unwrap_or(Span { start: last.end, end: last.end });
        spans.push(last);
    }
    let (mut attached, left_over) = attach(inner, &spans);
    let expected = attached.split_off(test.events.len().min(attached.len()));
    let mut block = Block::new(2);
    if !test.events.is_empty() {
        block.raw(&format!("  events {}\n", events(&test.events, &spans, attached, text).braces(2)));
    }
    for (expectation, attached) in test.expectations.iter().zip(expected) {
        let attached = attached.hoisted();
        block.part(false, attached.leading, &self::expectation(expectation), attached.trailing);
    }
    block.comments(left_over);
    (before, format!("test {} for {} {}", literal::text(&test.name.node), test.rule.node, block.braces(0)))
}

fn events(events: &[TestEvent], spans: &[Span], attached: Vec<Attached>, text: &str) -> Block {
    let width = events.iter().map(|event| event.source.node.chars().count()).max().unwrap_or_default();
    let mut block = Block::new(4);
    for (index, (event, attached)) in events.iter().zip(attached).enumerate() {
        let head = format!("{:<width$} ", event.source.node);
        let fields = fields(&event.fields, 4 + width + 1);
        let attached = attached.hoisted();
        let apart = index > 0 && gap(text, spans[index - 1].end, spans[index].start);
        block.part(apart, attached.leading, &(head + &fields), attached.trailing);
    }
    block
}

fn expectation(expectation: &Expectation) -> String {
    match expectation {
        Expectation::None(_) => "expect none".to_owned(),
        Expectation::Count(count) if count.node == 1 => "expect 1 match".to_owned(),
        Expectation::Count(count) => format!("expect {} matches", count.node),
        Expectation::Match(fields) => format!("expect match {}", self::fields(fields, 15)),
    }
}

fn fields(fields: &[(Name, Expr)], column: usize) -> String {
    if fields.is_empty() {
        return "{}".to_owned();
    }
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{}: {}", name.node, flat(value))).collect();
    filled("{ ", &fields, " }", column)
}

fn event_span(event: &TestEvent) -> Span {
    event.fields.last().map_or(event.source.span, |(_, value)| event.source.span.to(value.span))
}

fn expectation_span(expectation: &Expectation) -> Option<Span> {
    match expectation {
        Expectation::None(span) => Some(*span),
        Expectation::Count(count) => Some(count.span),
        Expectation::Match(fields) => {
            let (first, last) = (fields.first()?, fields.last()?);
            Some(first.0.span.to(last.1.span))
        }
    }
}
