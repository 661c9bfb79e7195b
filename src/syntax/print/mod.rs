//! Tree to text: the formatter. Canonical order and layout; every comment of the text is kept.
//!
//! Only for files without errors: an item that did not parse is not in the tree and would be lost.

mod block;
mod clause;
mod comments;
mod expr;
mod item;
mod literal;
mod step;
mod test;

use self::comments::{attach, collect};
use super::ast::{File, Item};
use crate::source::Span;

/// A file in its canonical form. `text` is what it was parsed from, for the comments.
#[must_use]
pub fn print(file: &File, text: &str) -> String {
    let spans: Vec<Span> = file.items.iter().map(span).collect();
    let (attached, left_over) = attach(collect(text), &spans);
    let mut printed = String::new();
    for (item, attached) in file.items.iter().zip(attached) {
        if !printed.is_empty() {
            printed.push('\n');
        }
        let (more, lines) = item::item(item, attached.inner, text);
        for comment in attached.leading.into_iter().chain(more) {
            printed.push_str(&comment.text);
            printed.push_str(if comment.gap_after { "\n\n" } else { "\n" });
        }
        printed.push_str(&lines);
        for comment in attached.trailing {
            printed.push_str("  ");
            printed.push_str(&comment.text);
        }
        printed.push('\n');
    }
    if !left_over.is_empty() && !printed.is_empty() {
        printed.push('\n');
    }
    let last = left_over.len().saturating_sub(1);
    for (index, comment) in left_over.into_iter().enumerate() {
        printed.push_str(&comment.text);
        printed.push_str(if comment.gap_after && index < last { "\n\n" } else { "\n" });
    }
    printed
}

/// An item with its doc comment.
fn span(item: &Item) -> Span {
    let (doc, span) = match item {
        Item::Rule(rule) => (&rule.doc, rule.span),
        Item::List(list) => (&list.doc, list.span),
        Item::View(view) => (&view.doc, view.span),
        Item::Test(test) => (&None, test.span),
    };
    doc.as_ref().map_or(span, |doc| doc.span.to(span))
}
