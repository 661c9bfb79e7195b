//! Turns `pest`'s furthest failure into what stands there, what could stand there instead, and what was probably meant.

use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};

use super::chunk::{ITEMS, Lexeme, LexemeKind, MAX_DEPTH, lexemes, starts_line};
use super::error::SyntaxError;
use super::expected::{CLAUSE, DATE, Expected, ITEM, OPERATOR, TEST_PART, TEST_RESULT, TEST_RESULTS, name};
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
    "owner",
    "version",
    "date",
    "references",
    "runbook",
    "false_positives",
    "tags",
    "allow",
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
    "detail",
    "alert_title",
    "group",
    "schedule",
    "suppress",
    "respond",
];
const OPERATORS: &[&str] = &["and", "or", "not in", "in", "is", "contains", "starts_with", "ends_with", "matches"];

/// How far past what is wrong the text is looked at for the reason, in bytes.
const REACH: usize = 400;

/// Parses what is wrong alone, from `from` to a little after the end of `bad`, and says why it failed.
pub(super) fn explain(text: &str, from: Span, bad: Span, alone: Rule, end: Expected) -> SyntaxError {
    let reach = (bad.end as usize + REACH).min(text.len());
    let reach = (bad.end as usize..=reach).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(bad.end as usize);
    match Grammar::parse(alone, &text[from.start as usize..reach]) {
        Err(failure) => explain_failure(text, from.start as usize, &failure, end),
        Ok(_) => unexpected(text, lexeme_at(text, bad.start as usize), vec![end]),
    }
}

/// Says why parsing the text that starts at `base` failed. `end` is what could have followed the part that was parsed.
pub(super) fn explain_failure(text: &str, base: usize, failure: &Error<Rule>, end: Expected) -> SyntaxError {
    let at = base
        + match failure.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
    let found = lexeme_at(text, at);
    let expected = match &failure.variant {
        ErrorVariant::ParsingError { positives, .. } => expectations(positives, end),
        ErrorVariant::CustomError { .. } => return SyntaxError::TooDeep { span: found.span, limit: MAX_DEPTH },
    };
    let closes = expected.iter().any(|one| matches!(one, Expected::Sign(")" | "]")));
    let open = unclosed(&text[base..at], base).filter(|_| closes && ends_part(text, found));
    match open {
        Some((open, bracket)) => SyntaxError::NeverClosed { open, bracket, end: found.span },
        None => unexpected(text, found, expected),
    }
}

/// Whether something can only stand after the construct that was being read: a closing brace, a keyword, or what starts a line.
fn ends_part(text: &str, found: Lexeme) -> bool {
    let slice = &text[found.span.range()];
    slice.is_empty() || slice == "}" || is_keyword(slice) || starts_line(text, found.span.start as usize)
}

/// Whether a word is reserved everywhere.
fn is_keyword(word: &str) -> bool {
    word.len() <= LONGEST_WORD && Grammar::parse(Rule::RESERVED, word).is_ok()
}

/// What could stand at a place, each once. Where an operator could, the `(` after a name is no news.
fn expectations(positives: &[Rule], end: Expected) -> Vec<Expected> {
    let named =
        positives.iter().map(|one| if *one == Rule::EOI && end != Expected::Nothing { end } else { name(*one) });
    let mut expected: Vec<Expected> = named.filter(|one| *one != Expected::Nothing).collect();
    if expected.contains(&Expected::Thing(OPERATOR)) {
        expected.retain(|one| *one != Expected::Sign("("));
    }
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
fn unclosed(text: &str, base: usize) -> Option<(Span, char)> {
    let mut open = Vec::new();
    for lexeme in lexemes(text) {
        match lexeme.kind {
            LexemeKind::Open(bracket) => {
                open.push((
                    Span::new(base + lexeme.span.start as usize, base + lexeme.span.end as usize),
                    char::from(bracket),
                ));
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
    let hint = hint(text, found.span, &expected);
    let found_text = describe(&text[found.span.range()], found.kind);
    SyntaxError::Unexpected { span: found.span, found: found_text, expected, hint }
}

fn describe(slice: &str, kind: LexemeKind) -> String {
    let shown: String = slice.chars().take(40).map(|one| if one.is_control() { '\u{fffd}' } else { one }).collect();
    let dots = if shown.len() < slice.len() { "…" } else { "" };
    match kind {
        _ if slice.is_empty() => "end of the file".to_owned(),
        _ if slice == "`" => "backtick".to_owned(),
        LexemeKind::Text => format!("text `{shown}{dots}`"),
        LexemeKind::Doc => "doc comment".to_owned(),
        LexemeKind::Comment => "comment".to_owned(),
        LexemeKind::Word | LexemeKind::Open(_) | LexemeKind::Close(_) | LexemeKind::Other => format!("`{shown}{dots}`"),
    }
}

/// What was probably meant.
fn hint(text: &str, span: Span, expected: &[Expected]) -> Option<String> {
    let found = &text[span.range()];
    slip(found, expected)
        .or_else(|| slip_before(text, span, expected))
        .or_else(|| keyword_for_name(text, span, expected))
        .or_else(|| broken_name(found, expected))
        .or_else(|| quoted_date(found, expected))
        .or_else(|| found.chars().next().and_then(foreign::hint).map(str::to_owned))
}

/// A keyword in other letter case or with a slip of the pen.
fn slip(found: &str, expected: &[Expected]) -> Option<String> {
    if found.len() > LONGEST_WORD {
        return None;
    }
    let candidates = || expected.iter().flat_map(|one| words(*one));
    match candidates().find(|word| word.eq_ignore_ascii_case(found)) {
        Some(word) => Some(format!("keywords are written in lower case: `{word}`")).filter(|_| word != found),
        None => suggest::closest(found, candidates()).map(|word| format!("did you mean `{word}`?")),
    }
}

/// `use: graph.activity wher ip == …`: the slip was read as a name, and what follows it is what surprises.
fn slip_before(text: &str, span: Span, expected: &[Expected]) -> Option<String> {
    let before = text[..span.start as usize].trim_end();
    let name = before.rsplit(|one: char| !one.is_ascii_alphanumeric() && one != '_').next().unwrap_or(before);
    let short = expected == [Expected::Sign(":")] && (3..=LONGEST_WORD).contains(&name.len());
    let word = short.then(|| suggest::closest(name, ["where", "within", "between"])).flatten()?;
    Some(format!("did you mean `{word}` instead of `{name}`?"))
}

/// A keyword where a name or a value should be: it is missing, or it is spelt like a keyword.
fn keyword_for_name(text: &str, span: Span, expected: &[Expected]) -> Option<String> {
    let found = &text[span.range()];
    let wanted = expected.iter().find_map(|one| match one {
        Expected::Thing(wanted @ ("a name" | "a value" | "a source" | "a column")) => Some(*wanted),
        Expected::Thing(_) | Expected::Word(_) | Expected::Sign(_) | Expected::Nothing => None,
    })?;
    if !is_keyword(found) {
        return None;
    }
    let operator = OPERATORS.contains(&found);
    Some(if operator || starts_line(text, span.start as usize) {
        format!("{wanted} is missing before the keyword `{found}`")
    } else {
        format!("`{found}` is a keyword and cannot be a name")
    })
}

/// `no-dashes`, `1st`
fn broken_name(found: &str, expected: &[Expected]) -> Option<String> {
    let dash = found == "-" && expected.iter().any(|one| matches!(one, Expected::Sign("{" | ":" | "=")));
    let digit = found.starts_with(|one: char| one.is_ascii_digit()) && expected.contains(&Expected::Thing("a name"));
    (dash || digit).then(|| foreign::NAMES.to_owned())
}

/// `date "2026-11-23"`
fn quoted_date(found: &str, expected: &[Expected]) -> Option<String> {
    let quoted = expected.contains(&Expected::Thing(DATE)) && found.starts_with('"');
    quoted.then(|| "write it without quotes".to_owned())
}

fn words(expected: Expected) -> Vec<&'static str> {
    match expected {
        Expected::Thing(CLAUSE) => CLAUSES.to_vec(),
        Expected::Thing(OPERATOR) => OPERATORS.to_vec(),
        Expected::Thing(ITEM) => ITEMS.to_vec(),
        Expected::Thing(TEST_PART) => vec!["events", "expect", "given", "with"],
        Expected::Thing(TEST_RESULT) => vec!["match", "alert"],
        Expected::Thing(TEST_RESULTS) => vec!["matches", "alerts"],
        Expected::Word(word) => vec![word],
        Expected::Thing(_) | Expected::Sign(_) | Expected::Nothing => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_may_stand_behind_a_sign_of_several_bytes() {
        let text = "× wher ip";
        for text in [text.to_owned(), text.replace("× ", "×"), text.replace("wher", "×")] {
            let start = u32::try_from(text.find("ip").unwrap_or_default()).unwrap_or_default();
            let hint = slip_before(&text, Span { start, end: start + 2 }, &[Expected::Sign(":")]);
            assert_eq!(hint.is_some(), text.contains("wher"), "{text}");
        }
    }
}
