//! Literals: numbers into their ranges, texts without their escapes.

use super::children::Node;
use super::{Builder, Built, shorten};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Name, Spanned, Text};
use crate::syntax::error::SyntaxError;
use crate::syntax::foreign;
use crate::syntax::parser::Rule;

impl<'t> Builder<'t, '_> {
    /// What may stand where nothing is computed.
    pub(super) fn literal(&mut self, node: &Node<'t>) -> Built<Expr> {
        let span = node.span();
        let mut parts = node.tokens();
        if let Some(minus) = parts.one_if(Rule::MINUS) {
            let value = self.simple(&parts.any()?)?;
            return Ok(Expr { kind: ExprKind::Negative(Box::new(value)), span: minus.span().to(span) });
        }
        let part = parts.any()?;
        if part.rule() == Rule::literal_list {
            let entries = part.children().map(|entry| self.literal(&entry)).collect::<Built<_>>()?;
            return Ok(Expr { kind: ExprKind::List(entries), span });
        }
        self.simple(&part)
    }

    /// A literal, or a name, without parts.
    #[expect(clippy::wildcard_enum_match_arm, reason = "a simple value is one of these rules of the grammar")]
    pub(super) fn simple(&mut self, node: &Node<'t>) -> Built<Expr> {
        let span = node.span();
        let kind = match node.rule() {
            Rule::text => ExprKind::Text(self.text(node)?.node),
            Rule::time => ExprKind::Time(node.text().to_owned()),
            Rule::quantity => quantity(node)?,
            Rule::float => ExprKind::Float(finite(node.text(), span)?),
            Rule::integer => ExprKind::Int(node.text().parse().map_err(|_| out_of_range(node.text(), span))?),
            Rule::boolean => ExprKind::Bool(node.text() == "true"),
            Rule::name => ExprKind::Name(node.text().to_owned()),
            Rule::foreign_address => {
                self.errors.push(SyntaxError::Foreign { span, foreign: foreign::address(node.text()) });
                ExprKind::Text(node.text().to_owned())
            }
            Rule::foreign_number => {
                self.errors.push(SyntaxError::Foreign { span, foreign: foreign::number(&shorten(node.text())) });
                ExprKind::Int(0)
            }
            _ => return Err(node.disagreement("a value")),
        };
        Ok(Expr { kind, span })
    }

    /// A text, in whichever quotes.
    #[expect(clippy::wildcard_enum_match_arm, reason = "a text is one of four rules of the grammar")]
    pub(super) fn text(&mut self, node: &Node<'t>) -> Built<Text> {
        let span = node.span();
        let inner = node.children().any()?;
        let text = inner.text();
        let node = match inner.rule() {
            Rule::plain_text => self.unescape(strip(text, 1), span.start + 1),
            Rule::raw_text => strip(text, 2).to_owned(),
            Rule::unterminated_text => return Err(SyntaxError::UnterminatedText { span: trim(text, span) }),
            Rule::foreign_text => {
                let content = text.trim_matches(['\'', '“', '”']);
                let foreign = foreign::quotes(&shorten(text), content);
                self.errors.push(SyntaxError::Foreign { span, foreign });
                content.to_owned()
            }
            _ => return Err(inner.disagreement("a text")),
        };
        Ok(Spanned { node, span })
    }

    /// The text that escapes stand for; `base` is where it starts in the file.
    fn unescape(&mut self, text: &str, base: u32) -> String {
        let mut plain = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('\\') {
            plain.push_str(&rest[..at]);
            let start = text.len() - rest.len() + at;
            let (character, length) = escape(&rest[at..]);
            if character.is_none() {
                let start = base + Span::new(start, 0).start;
                let span = Span { start, end: start + Span::new(length, 0).start };
                self.errors.push(SyntaxError::BadEscape { span, escape: shorten(&rest[at..at + length]) });
            }
            plain.extend(character);
            rest = &rest[at + length..];
        }
        plain.push_str(rest);
        plain
    }
}

/// The characters of a text, escapes decoded, each with its place. Escapes that are none are left out.
pub(super) fn characters(text: &Node<'_>) -> Vec<(char, Span)> {
    let written = text.text();
    let escapes = text.rule() == Rule::plain_text;
    let opening =
        written.find(['"', '\'', '“']).map_or(0, |at| at + written[at..].chars().next().map_or(0, char::len_utf8));
    let closing = written.chars().next_back().map_or(0, char::len_utf8);
    let (mut at, end) = (opening, written.len().saturating_sub(closing));
    let base = text.span().start as usize;
    let mut characters = Vec::new();
    while let Some(next) = written.get(at..end).and_then(|rest| rest.chars().next()) {
        let (character, length) =
            if escapes && next == '\\' { escape(&written[at..end]) } else { (Some(next), next.len_utf8()) };
        characters.extend(character.map(|character| (character, Span::new(base + at, base + at + length))));
        at += length;
    }
    characters
}

/// The character of the escape at the start of a text, and how long the escape is.
fn escape(text: &str) -> (Option<char>, usize) {
    let mut characters = text.char_indices().skip(1);
    let Some((at, letter)) = characters.next() else { return (None, text.len()) };
    let after = at + letter.len_utf8();
    match letter {
        '"' | '\\' => (Some(letter), after),
        'n' => (Some('\n'), after),
        'r' => (Some('\r'), after),
        't' => (Some('\t'), after),
        'u' if text[after..].starts_with('{') => match text[after..].find('}') {
            Some(close) => (code_point(&text[after + 1..after + close]), after + close + 1),
            None => (None, text.len()),
        },
        _ => (None, after),
    }
}

fn code_point(digits: &str) -> Option<char> {
    let hexadecimal = (1..=6).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u32::from_str_radix(digits, 16).ok().filter(|_| hexadecimal)?;
    char::from_u32(number)
}

/// A text without its opening, `opening` bytes long, and its closing quote.
fn strip(text: &str, opening: usize) -> &str {
    text.get(opening..text.len().saturating_sub(1)).unwrap_or_default()
}

fn trim(text: &str, span: Span) -> Span {
    Span { start: span.start, end: span.start + Span::new(text.trim_end().len(), 0).start }
}

fn quantity(node: &Node<'_>) -> Built<ExprKind> {
    let mut parts = node.children();
    let number = parts.one(Rule::quantity_number)?;
    let unit = parts.any()?;
    let unit: Name = unit.spanned();
    Ok(ExprKind::Quantity(finite(number.text(), number.span())?, unit))
}

fn finite(text: &str, span: Span) -> Built<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| out_of_range(text, span))
}

fn out_of_range(text: &str, span: Span) -> SyntaxError {
    SyntaxError::NumberOutOfRange { span, text: shorten(text) }
}
