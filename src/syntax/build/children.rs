//! A cursor over the parts of a parsed construct. Everything that the builder expects and does not find becomes an error,
//! never a panic.

use pest::iterators::Pair;

use crate::source::Span;
use crate::syntax::ast::Spanned;
use crate::syntax::error::SyntaxError;
use crate::syntax::parser::Rule;

/// A construct in the text of a chunk that starts `base` bytes into the file.
#[derive(Clone, Debug)]
pub(super) struct Node<'t> {
    pair: Pair<'t, Rule>,
    base: usize,
}

impl<'t> Node<'t> {
    pub(super) fn new(pair: Pair<'t, Rule>, base: usize) -> Self {
        Self { pair, base }
    }

    pub(super) fn rule(&self) -> Rule {
        self.pair.as_rule()
    }

    /// The text of a construct without parts.
    pub(super) fn text(&self) -> &'t str {
        self.pair.as_str()
    }

    /// Where it is. `pest` counts the white space before an absent last part in; this does not.
    pub(super) fn span(&self) -> Span {
        let start = self.pair.as_span().start();
        let mut last = self.pair.clone();
        while let Some(inner) = last.clone().into_inner().next_back() {
            last = inner;
        }
        Span::new(self.base + start, self.base + last.as_span().end())
    }

    /// Its text with its place.
    pub(super) fn spanned(&self) -> Spanned<String> {
        Spanned { node: self.text().to_owned(), span: self.span() }
    }

    /// Its parts, keywords and signs left out.
    pub(super) fn children(&self) -> Children<'t> {
        let mut children = self.tokens();
        children.nodes.retain(|node| !is_token(node.rule()));
        children
    }

    /// Its parts, keywords and signs included.
    pub(super) fn tokens(&self) -> Children<'t> {
        let nodes = self.pair.clone().into_inner().map(|pair| Self::new(pair, self.base)).collect();
        Children { nodes, span: self.span() }
    }

    /// The error for a construct that the builder does not know here.
    pub(super) fn disagreement(&self, wanted: &'static str) -> SyntaxError {
        SyntaxError::Disagreement { span: self.span(), wanted }
    }
}

/// Whether a rule is a keyword or a sign. They stand in one block of the grammar, and `pest` numbers rules in its order.
fn is_token(wanted: Rule) -> bool {
    (Rule::RULE..=Rule::CLOSE_BRACKET).contains(&wanted)
}

/// The parts of a construct that are still to be read.
#[derive(Debug)]
pub(super) struct Children<'t> {
    nodes: std::collections::VecDeque<Node<'t>>,
    span: Span,
}

impl<'t> Children<'t> {
    /// The next part, which must be this construct.
    pub(super) fn one(&mut self, wanted: Rule) -> Result<Node<'t>, SyntaxError> {
        self.one_if(wanted).ok_or_else(|| self.missing("a part that it must have"))
    }

    /// The next part if it is this construct.
    pub(super) fn one_if(&mut self, wanted: Rule) -> Option<Node<'t>> {
        let matches = self.nodes.front().is_some_and(|node| node.rule() == wanted);
        if matches { self.nodes.pop_front() } else { None }
    }

    /// The next part, whatever it is.
    pub(super) fn any(&mut self) -> Result<Node<'t>, SyntaxError> {
        self.nodes.pop_front().ok_or_else(|| self.missing("any part"))
    }

    /// The next parts as long as they are this construct.
    pub(super) fn all(&mut self, wanted: Rule) -> Vec<Node<'t>> {
        std::iter::from_fn(|| self.one_if(wanted)).collect()
    }

    fn missing(&self, wanted: &'static str) -> SyntaxError {
        SyntaxError::Disagreement { span: self.span, wanted }
    }
}

impl<'t> Iterator for Children<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        self.nodes.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_and_signs_are_the_upper_case_rules_and_no_others() {
        let other = ["EOI", "WHITESPACE", "COMMENT", "RESERVED", "WORD_START", "WORD_CHARACTER"];
        for one in Rule::all_rules() {
            let name = format!("{one:?}");
            let upper = name.to_uppercase() == name && !other.contains(&name.as_str());
            assert_eq!(is_token(*one), upper, "{name}");
        }
    }
}
