//! Turns `pest`'s furthest failure into what stands there, what could stand there instead, and what was probably meant.

use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};

use super::chunk::{Lexeme, LexemeKind, lexemes};
use super::error::SyntaxError;
use super::expected::{Expected, name};
use super::foreign;
use super::parser::{Grammar, Rule};
use crate::diagnostic::suggest;
use crate::source::Span;

/// Longer words are no slip of the pen, and comparing them letter by letter would take long.
const LONGEST_WORD: usize = 32;

const CLAUSES: &[&str] = &[
    "id",
    "title",
    "severity",
    "status",
    "attack",
    "author",
    "version",
    "references",
    "false_positives",
    "tags",
    "param",
    "from",
    "where",
    "by",
    "within",
    "per",
    "when",
    "consecutive",
    "sequence",
    "first seen",
    "unless",
    "show",
    "entity",
    "schedule",
    "suppress",
];
const OPERATORS: &[&str] = &["and", "or", "not in", "in", "is", "contains", "starts_with", "ends_with", "matches"];
const ITEMS: &[&str] = &["rule", "list", "view", "test"];

/// Parses what is wrong alone, from `from` to the end of `bad`, and says why it failed.
pub(super) fn explain(text: &str, from: Span, bad: Span, alone: Rule, end: Expected) -> SyntaxError {
    let part = &text[from.start as usize..bad.end as usize];
    match Grammar::parse(alone, part) {
        Err(failure) => explain_failure(text, from.start as usize, from.to(bad), &failure, end),
        Ok(_) => unexpected(text, lexeme_at(text, bad.start as usize), vec![end]),
    }
}

/// Says why parsing `part` of the text, which starts at `base`, failed. `end` is what could have followed the part.
pub(super) fn explain_failure(
    text: &str,
    base: usize,
    part: Span,
    failure: &Error<Rule>,
    end: Expected,
) -> SyntaxError {
    let at = base
        + match failure.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
    let found = lexeme_at(text, at);
    let expected = match &failure.variant {
        ErrorVariant::ParsingError { positives, .. } => expectations(positives, end),
        ErrorVariant::CustomError { .. } => return SyntaxError::TooDeep { span: found.span },
    };
    let closes = expected.iter().any(|one| matches!(one, Expected::Sign(")" | "]")));
    let open = unclosed(&text[part.start as usize..at], part.start);
    match open {
        Some((open, bracket)) if closes && found.span.start >= part.end => {
            SyntaxError::NeverClosed { open, bracket, end: found.span }
        }
        _ => unexpected(text, found, expected),
    }
}

fn expectations(positives: &[Rule], end: Expected) -> Vec<Expected> {
    let named =
        positives.iter().map(|one| if *one == Rule::EOI && end != Expected::Nothing { end } else { name(*one) });
    let mut expected: Vec<Expected> = named.filter(|one| *one != Expected::Nothing).collect();
    expected.sort();
    expected.dedup();
    expected
}

/// The lexeme at or after a place; an empty one at the end of the text.
fn lexeme_at(text: &str, at: usize) -> Lexeme {
    let at = (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let next = lexemes(&text[at..]).find(|lexeme| !text[at..][lexeme.span.range()].starts_with("//"));
    match next {
        Some(lexeme) => Lexeme {
            kind: lexeme.kind,
            span: Span::new(at + lexeme.span.start as usize, at + lexeme.span.end as usize),
        },
        None => Lexeme { kind: LexemeKind::Other, span: Span::new(text.len(), text.len()) },
    }
}

/// The innermost bracket that is still open at the end.
fn unclosed(text: &str, base: u32) -> Option<(Span, char)> {
    let mut open = Vec::new();
    for lexeme in lexemes(text) {
        match lexeme.kind {
            LexemeKind::Open(bracket) => {
                open.push((Span { start: lexeme.span.start + base, end: lexeme.span.end + base }, char::from(bracket)));
            }
            LexemeKind::Close(_) => {
                open.pop();
            }
            LexemeKind::Word | LexemeKind::Text | LexemeKind::Comment | LexemeKind::Doc | LexemeKind::Other => {}
        }
    }
    open.pop()
}

fn unexpected(text: &str, found: Lexeme, expected: Vec<Expected>) -> SyntaxError {
    let slice = &text[found.span.range()];
    let hint = hint(slice, &expected);
    SyntaxError::Unexpected { span: found.span, found: describe(slice, found.kind), expected, hint }
}

fn describe(slice: &str, kind: LexemeKind) -> String {
    if slice.is_empty() {
        return "end of the file".to_owned();
    }
    let shown: String = slice.chars().take(40).map(|one| if one.is_control() { '\u{fffd}' } else { one }).collect();
    let dots = if shown.len() < slice.len() { "…" } else { "" };
    match kind {
        LexemeKind::Text => format!("text `{shown}{dots}`"),
        LexemeKind::Doc | LexemeKind::Comment => "comment".to_owned(),
        LexemeKind::Word | LexemeKind::Open(_) | LexemeKind::Close(_) | LexemeKind::Other => format!("`{shown}{dots}`"),
    }
}

/// What was probably meant: a keyword in other letter case or with a slip, or another language's sign.
fn hint(found: &str, expected: &[Expected]) -> Option<String> {
    let candidates = || expected.iter().flat_map(|one| words(*one));
    if let Some(word) = candidates().find(|word| word.eq_ignore_ascii_case(found)) {
        return Some(format!("keywords are written in lower case: `{word}`"));
    }
    let short = found.len() <= LONGEST_WORD;
    if let Some(word) = short.then(|| suggest::closest(found, candidates())).flatten() {
        return Some(format!("did you mean `{word}`?"));
    }
    let names =
        expected.iter().any(|one| matches!(one, Expected::Thing("a name" | "a value" | "a source" | "a column")));
    if names && (CLAUSES.contains(&found) || OPERATORS.contains(&found)) {
        return Some(format!("`{found}` is a keyword and cannot be a name"));
    }
    found.chars().next().and_then(foreign::hint).map(str::to_owned)
}

fn words(expected: Expected) -> Vec<&'static str> {
    match expected {
        Expected::Thing("a clause") => CLAUSES.to_vec(),
        Expected::Thing("an operator") => OPERATORS.to_vec(),
        Expected::Thing("a `rule`, `list`, `view` or `test`") => ITEMS.to_vec(),
        Expected::Word(word) => vec![word],
        Expected::Thing(_) | Expected::Sign(_) | Expected::Nothing => Vec::new(),
    }
}
