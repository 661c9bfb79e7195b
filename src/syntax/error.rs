//! Everything that can be wrong with the text of a rule file, and one match that says it.
//!
//! Says nothing about meaning: names, types and repeated clauses are the checker's.

use super::expected::Expected;
use super::foreign::Foreign;
use crate::diagnostic::{Code, Diagnostic, Label};
use crate::source::{MAX_BYTES, Place, SourceId, Span};

/// A mistake in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SyntaxError {
    /// Something else should stand here.
    Unexpected { span: Span, found: String, expected: Vec<Expected>, hint: Option<String> },
    /// Another language's spelling.
    Foreign { span: Span, foreign: Foreign },
    /// A text without its closing quote.
    UnterminatedText { span: Span },
    /// `\q`, or a `\u{…}` that is no character.
    BadEscape { span: Span, escape: String },
    /// Brackets, or operators without brackets, nested too deep.
    TooDeep { span: Span, limit: usize },
    /// An integer that does not fit into 64 bits.
    NumberOutOfRange { span: Span, text: String },
    /// A bracket that nothing closes, and the place where that shows.
    NeverClosed { open: Span, bracket: char, end: Span },
    /// A doc comment with nothing to describe.
    MisplacedDoc { span: Span },
    /// `a == b == c`, `a == not b`
    NeedsParentheses { span: Span, operator: String, place: Mixing },
    /// `owner "a" owner "b"`
    Repeated { span: Span, first: Span, word: &'static str },
    /// A brace in a text with columns that is not one of a column's.
    Brace { span: Span, brace: Brace },
    /// The tree builder met something that the grammar does not produce: a bug in this program.
    Disagreement { span: Span, wanted: &'static str },
}

/// Which operators do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mixing {
    /// Two comparisons in a row.
    Chained,
    /// `not` on the right of an operator that binds tighter.
    TightNot,
}

/// What is wrong with a brace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Brace {
    /// `{user`
    NeverClosed,
    /// `user}`
    NeverOpened,
    /// `{}`, `{last(user)}`
    NoColumn,
}

impl SyntaxError {
    /// The finding, in one file.
    pub(super) fn diagnostic(&self, source: SourceId) -> Diagnostic {
        let label = |span: Span, text: &str| Label { place: Place { source, span }, text: text.to_owned() };
        let (code, message, labels, help) = match self {
            Self::Unexpected { span, found, expected, hint } => {
                let what = format!("expected {}", super::expected::enumerate(expected));
                (Code::E0101, format!("unexpected {found}"), vec![label(*span, &what)], hint.clone())
            }
            Self::Foreign { span, foreign } => {
                (Code::E0102, foreign.message.clone(), vec![label(*span, foreign.label)], Some(foreign.help.clone()))
            }
            Self::UnterminatedText { span } => (
                Code::E0103,
                "the text is not closed on its line".to_owned(),
                vec![label(*span, "no closing `\"`")],
                Some("close it with `\"`; a line break inside a text is written `\\n`, a quote `\\\"`".to_owned()),
            ),
            Self::BadEscape { span, escape } => (
                Code::E0103,
                format!("`{escape}` is not an escape"),
                vec![label(*span, "unknown escape")],
                Some(
                    r#"escapes are `\"` `\\` `\n` `\r` `\t` `\u{41}`; a regular expression is easier as `r"\d+"`"#
                        .to_owned(),
                ),
            ),
            Self::TooDeep { span, limit } => (
                Code::E0104,
                "nested too deep".to_owned(),
                vec![label(*span, "too deep here")],
                Some(format!("split it up: at most {limit} levels are read")),
            ),
            Self::NumberOutOfRange { span, text } => (
                Code::E0105,
                format!("the number `{text}` is too large"),
                vec![label(*span, "does not fit into 64 bits")],
                Some(format!("integers go up to {}", i64::MAX)),
            ),
            Self::NeverClosed { open, bracket, end } => (
                Code::E0106,
                format!("`{bracket}` is never closed"),
                vec![
                    label(*open, "opened here"),
                    label(*end, &format!("expected `{}` before this", closing(*bracket))),
                ],
                Some(format!("add the missing `{}`", closing(*bracket))),
            ),
            Self::MisplacedDoc { span } => (
                Code::E0109,
                "a doc comment stands where nothing can be described".to_owned(),
                vec![label(*span, "describes nothing")],
                Some("put it directly before a rule, list or view, or write a plain comment with `//`".to_owned()),
            ),
            Self::NeedsParentheses { span, operator, place } => (
                Code::E0110,
                mixing_message(*place, operator),
                vec![label(*span, "unclear without parentheses")],
                Some(mixing_help(*place).to_owned()),
            ),
            Self::Repeated { span, first, word } => (
                Code::E0111,
                format!("`{word}` is given twice for one entry"),
                vec![label(*span, "again here"), label(*first, "first given here")],
                Some("keep one of them".to_owned()),
            ),
            Self::Brace { span, brace } => {
                let (message, text) = match brace {
                    Brace::NeverClosed => ("the brace in the text is never closed", "opened here"),
                    Brace::NeverOpened => ("the brace in the text closes nothing", "nothing is open"),
                    Brace::NoColumn => ("the braces in the text do not hold the name of a column", "not a name"),
                };
                let help =
                    "a column stands in braces, as in `\"Token of {user}\"`; a brace itself is written twice: `{{`";
                (Code::E0507, message.to_owned(), vec![label(*span, text)], Some(help.to_owned()))
            }
            Self::Disagreement { span, wanted } => (
                Code::E0112,
                format!("internal error: the parser accepted this without {wanted}"),
                vec![label(*span, "this text")],
                Some("this is a bug in tokentrail; please report it with this text".to_owned()),
            ),
        };
        Diagnostic::new(code, message, labels, help)
    }
}

fn mixing_message(place: Mixing, operator: &str) -> String {
    match place {
        Mixing::Chained => format!("`{operator}` follows another comparison"),
        Mixing::TightNot => format!("`{operator}` cannot stand on the right of this operator without parentheses"),
    }
}

fn mixing_help(place: Mixing) -> &'static str {
    match place {
        Mixing::Chained => "compare twice and join with `and`: `a < b and b < c`",
        Mixing::TightNot => "put the negation in front of the comparison, or into parentheses",
    }
}

fn closing(bracket: char) -> char {
    match bracket {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

/// A file whose bytes are not UTF-8: `offset` is the first byte that is wrong.
#[must_use]
pub fn not_utf8(path: &str, offset: usize, place: Option<Place>) -> Diagnostic {
    Diagnostic::new(
        Code::E0107,
        format!("`{path}` is not UTF-8: the first wrong byte is at offset {offset}"),
        at(place, "not UTF-8 from here on"),
        Some("save the file as UTF-8".to_owned()),
    )
}

/// A file with more than [`MAX_BYTES`] bytes.
#[must_use]
pub fn too_large(path: &str, bytes: u64, place: Option<Place>) -> Diagnostic {
    Diagnostic::new(
        Code::E0108,
        format!("`{path}` has {bytes} bytes; a rule file has at most {MAX_BYTES}"),
        at(place, "too large"),
        Some("check that this is a rule file, or split it".to_owned()),
    )
}

fn at(place: Option<Place>, text: &str) -> Vec<Label> {
    place.map(|place| Label { place, text: text.to_owned() }).into_iter().collect()
}
