//! From `pest`'s pairs to the tree. Goes on after a mistake, so that one run reports all of them.

mod children;
mod climb;
mod deploy;
mod expr;
mod item;
mod literal;
mod rule;
mod shape;
mod test;

use pest::Parser;

use self::children::Node;
use super::ast::Item;
use super::chunk::{Chunk, LexemeKind, MAX_DEPTH, lexemes};
use super::error::SyntaxError;
use super::expected::Expected;
use super::explain::{explain, explain_failure};
use super::foreign;
use super::parser::{Grammar, Rule};
use crate::source::Span;

/// What building a part gives. An error ends the part (a clause, a step, an entry), not the item.
type Built<T> = Result<T, SyntaxError>;

/// Builds the item of a chunk and collects its errors. `None` where there is no item, or none that could be told.
pub(super) fn item(text: &str, chunk: &Chunk, errors: &mut Vec<SyntaxError>) -> Option<Item> {
    if let Some(span) = chunk.too_deep {
        errors.push(SyntaxError::TooDeep { span, limit: MAX_DEPTH });
        return None;
    }
    if let Some(span) = only_doc(text, chunk.span) {
        errors.push(SyntaxError::MisplacedDoc { span });
        return None;
    }
    let part = &text[chunk.span.range()];
    let base = chunk.span.start as usize;
    let mut builder = Builder { text, errors };
    let pairs = match Grammar::parse(Rule::item_alone, part) {
        Ok(pairs) => pairs,
        Err(failure) => {
            builder.errors.push(explain_failure(text, base, &failure, Expected::Nothing));
            Grammar::parse(Rule::item_prefix, part).ok()?
        }
    };
    let whole = Node::new(pairs.into_iter().next()?, base);
    let item = whole.children().one(Rule::item).and_then(|item| builder.item(&item));
    builder.keep(item)
}

/// The doc comment of a chunk that has nothing else.
fn only_doc(text: &str, span: Span) -> Option<Span> {
    let mut docs = None;
    for lexeme in lexemes(&text[span.range()]) {
        match lexeme.kind {
            LexemeKind::Doc => {
                let at = Span { start: lexeme.span.start + span.start, end: lexeme.span.end + span.start };
                docs = Some(docs.map_or(at, |first: Span| first.to(at)));
            }
            LexemeKind::Comment => {}
            LexemeKind::Word | LexemeKind::Text | LexemeKind::Open(_) | LexemeKind::Close(_) | LexemeKind::Other => {
                return None;
            }
        }
    }
    docs
}

/// The whole text and the errors so far.
struct Builder<'t, 'e> {
    text: &'t str,
    errors: &'e mut Vec<SyntaxError>,
}

impl<'t> Builder<'t, '_> {
    /// The value, or `None` and its error is kept.
    fn keep<T>(&mut self, built: Built<T>) -> Option<T> {
        built.map_err(|error| self.errors.push(error)).ok()
    }

    /// Builds the parts of a block. What is no part becomes an error, explained by parsing it alone as `alone`, together with
    /// the part before it, since that is what it may have been meant to continue.
    fn block<T>(
        &mut self,
        body: &Node<'t>,
        (part, alone): (Rule, Rule),
        mut make: impl FnMut(&mut Self, &Node<'t>) -> Built<T>,
    ) -> Vec<T> {
        let mut parts = Vec::new();
        let mut before: Option<Span> = None;
        let mut seen = Seen::default();
        for node in body.children() {
            let span = node.span();
            if node.rule() == part {
                let one = make(self, &node);
                parts.extend(self.keep(one));
                before = Some(span);
            } else {
                let from = before.take().map_or(span, |before| before.to(span));
                let error = self.stray(&node, body, from, alone);
                if !seen.follows(self.text, span, &error) {
                    self.errors.push(error);
                }
            }
        }
        parts
    }

    /// The error for something in a block that is no part of it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "whatever else stands in a block is one of its recovery rules")]
    fn stray(&self, node: &Node<'t>, body: &Node<'t>, from: Span, alone: Rule) -> SyntaxError {
        let span = node.span();
        match node.rule() {
            Rule::foreign_separator => SyntaxError::Foreign { span, foreign: foreign::separator(node.text()) },
            Rule::foreign_comment => SyntaxError::Foreign { span, foreign: foreign::comment(node.text()) },
            Rule::stray_doc => SyntaxError::MisplacedDoc { span },
            Rule::missing_close => {
                let open = body.span().start;
                SyntaxError::NeverClosed { open: Span { start: open, end: open + 1 }, bracket: '{', end: span }
            }
            _ => explain(self.text, from, span, alone, Expected::Sign("}")),
        }
    }
}

/// What the last mistake of a block was, to tell mistakes of their own from the wake of one.
#[derive(Default)]
struct Seen {
    from: usize,
    found: Option<Span>,
}

impl Seen {
    /// Whether an error only follows from the last one: it is about the same place, or about what starts with the very word that
    /// was unexpected and stands on the same line.
    fn follows(&mut self, text: &str, span: Span, error: &SyntaxError) -> bool {
        let SyntaxError::Unexpected { span: found, .. } = error else { return false };
        let start = span.start as usize;
        let same_line = || text.get(self.from..start).is_some_and(|between| !between.contains('\n'));
        let follows = self.found.is_some_and(|last| last == *found || (last.start == span.start && same_line()));
        *self = Self { from: start, found: Some(*found) };
        follows
    }
}

/// The start of a text, for messages.
fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(40).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}
