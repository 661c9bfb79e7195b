//! Tests: parameters, what is given, events, expectations.

use super::block::Block;
use super::comments::{Attached, Comment, attach, gap};
use super::expr::{filled, flat};
use super::item::split;
use super::literal;
use crate::source::Span;
use crate::syntax::ast::{
    Expectation, ExpectationKind, Repeat, ResultWord, Test, TestEvent, TestEventKind, TestField, TestValue,
};

/// A line of a test, in the order of the canonical form.
enum Part<'a> {
    Settings,
    Given,
    Event(&'a TestEvent),
    Expectation(&'a Expectation),
}

/// A test, and the comments inside that can only stand before it.
pub(super) fn test(test: &Test, inner: Vec<Comment>, text: &str) -> (Vec<Comment>, String) {
    let (before, inner) = split(inner, test.name.span);
    let parts = parts(test);
    let (attached, left_over) = attach_in_order(inner, &parts);
    let mut block = Block::new(2);
    let mut events = Vec::new();
    for ((_, part), attached) in parts.iter().zip(attached) {
        let attached = attached.hoisted();
        let line = match part {
            Part::Settings => settings(test),
            Part::Given => format!("given {}", fields(&test.given, "", 8)),
            Part::Event(event) => {
                events.push((*event, attached));
                continue;
            }
            Part::Expectation(expected) => {
                if !events.is_empty() {
                    let events = self::events(std::mem::take(&mut events), text);
                    block.raw(&format!("  events {}\n", events.braces(2)));
                }
                expectation(expected)
            }
        };
        block.part(false, attached.leading, &line, attached.trailing);
    }
    if !events.is_empty() {
        block.raw(&format!("  events {}\n", self::events(events, text).braces(2)));
    }
    block.comments(left_over);
    (before, format!("test {} for {} {}", literal::text(&test.name.node), test.rule.node, block.braces(0)))
}

fn parts(test: &Test) -> Vec<(Span, Part<'_>)> {
    let mut parts = Vec::new();
    if let (Some((first, _)), Some((_, last))) = (test.settings.first(), test.settings.last()) {
        parts.push((first.span.to(last.span), Part::Settings));
    }
    if let (Some(first), Some(last)) = (test.given.first(), test.given.last()) {
        parts.push((first.name.span.to(last.value.span()), Part::Given));
    }
    parts.extend(test.events.iter().map(|event| (event.span, Part::Event(event))));
    parts.extend(test.expectations.iter().map(|one| (one.span, Part::Expectation(one))));
    parts
}

/// Comments belong to parts by where both stand in the text, in whichever order that is.
fn attach_in_order(comments: Vec<Comment>, parts: &[(Span, Part<'_>)]) -> (Vec<Attached>, Vec<Comment>) {
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|index| parts[*index].0.start);
    let spans: Vec<Span> = order.iter().map(|index| parts[*index].0).collect();
    let (attached, left_over) = attach(comments, &spans);
    let mut placed: Vec<(usize, Attached)> = order.into_iter().zip(attached).collect();
    placed.sort_by_key(|(index, _)| *index);
    (placed.into_iter().map(|(_, attached)| attached).collect(), left_over)
}

fn settings(test: &Test) -> String {
    let settings = test.settings.iter().map(|(name, value)| format!("{} = {}", name.node, flat(value)));
    filled("with ", &settings.collect::<Vec<_>>(), "", 2)
}

fn events(events: Vec<(&TestEvent, Attached)>, text: &str) -> Block {
    let width = events.iter().filter_map(|(event, _)| source_width(event)).max().unwrap_or_default();
    let mut block = Block::new(4);
    let mut end = None;
    for (event, attached) in events {
        let apart = end.is_some_and(|end| gap(text, end, event.span.start));
        block.part(apart, attached.leading, &self::event(event, width), attached.trailing);
        end = Some(event.span.end);
    }
    block
}

fn source_width(event: &TestEvent) -> Option<usize> {
    match &event.node {
        TestEventKind::Fields { source, .. } => Some(source.node.chars().count()),
        TestEventKind::Record { .. } | TestEventKind::File(_) | TestEventKind::Other { .. } => None,
    }
}

fn event(event: &TestEvent, width: usize) -> String {
    match &event.node {
        TestEventKind::Fields { source, fields, repeat } => {
            let repeat = repeat.as_ref().map(self::repeat).unwrap_or_default();
            format!("{:<width$} {}", source.node, self::fields(fields, &repeat, 4 + width + 1))
        }
        TestEventKind::Record { source, json } => format!("raw {} {}", source.node, json.node),
        TestEventKind::File(path) => format!("file {}", literal::text(&path.node)),
        TestEventKind::Other { rule, test } => {
            let test = test.as_ref().map(|test| format!(" {}", literal::text(&test.node)));
            format!("events of {}{}", rule.node, test.unwrap_or_default())
        }
    }
}

fn repeat(repeat: &Repeat) -> String {
    let every = repeat.every.as_ref().map(|every| format!(" every {}", every.node));
    format!(" x {}{}", repeat.count.node, every.unwrap_or_default())
}

fn expectation(expectation: &Expectation) -> String {
    match &expectation.node {
        ExpectationKind::None => "expect none".to_owned(),
        ExpectationKind::Count(1, result) => format!("expect 1 {}", result_word(*result)),
        ExpectationKind::Count(count, ResultWord::Match) => format!("expect {count} matches"),
        ExpectationKind::Count(count, ResultWord::Alert) => format!("expect {count} alerts"),
        ExpectationKind::Row(result, fields) => {
            format!("expect {} {}", result_word(*result), self::fields(fields, "", 15))
        }
    }
}

fn result_word(result: ResultWord) -> &'static str {
    match result {
        ResultWord::Match => "match",
        ResultWord::Alert => "alert",
    }
}

/// Fields in braces, from a column on, and what follows.
fn fields(fields: &[TestField], after: &str, column: usize) -> String {
    if fields.is_empty() {
        return format!("{{}}{after}");
    }
    let fields: Vec<String> = fields.iter().map(field).collect();
    filled("{ ", &fields, &format!(" }}{after}"), column)
}

fn field(field: &TestField) -> String {
    let value = match &field.value {
        TestValue::Literal(value) => flat(value),
        TestValue::Offset(offset) => offset.node.clone(),
    };
    format!("{}: {value}", field.name.node)
}
