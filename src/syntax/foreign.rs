//! Spellings of other languages that the grammar accepts so that the error can show the right one.

use super::ast::BinaryOperator;
use super::operator::Infix;

/// What to say about a foreign spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    /// What it is: `the operator`.
    pub(super) noun: &'static str,
    /// Beside the place.
    pub(super) label: &'static str,
    /// The right spelling.
    pub(super) help: String,
}

/// An operator between two operands, white space in it reduced to one blank.
pub(super) fn infix(text: &str) -> (Infix, Foreign) {
    use BinaryOperator as B;
    let folded = text.to_lowercase();
    let (infix, right) = match folded.trim_end_matches('~') {
        "&&" | "and" => (Infix::And, "`and`"),
        "||" | "or" => (Infix::Or, "`or`"),
        "in" => (Infix::In, "`in`"),
        "!in" | "not in" => (Infix::NotIn, "`not in`"),
        "=" if folded == "=~" => {
            (Infix::Binary(B::Equal), "`==`; fields of type `name` ignore letter case by themselves")
        }
        "==" => (Infix::Binary(B::Equal), "`==`; fields of type `name` ignore letter case by themselves"),
        "=" | "===" => (Infix::Binary(B::Equal), "`==`"),
        "!" => (Infix::Binary(B::NotEqual), "`!=`; fields of type `name` ignore letter case by themselves"),
        "!==" | "<>" => (Infix::Binary(B::NotEqual), "`!=`"),
        "=<" => (Infix::Binary(B::LessOrEqual), "`<=`"),
        "=>" => (Infix::Binary(B::GreaterOrEqual), "`>=`"),
        "has" | "contains" => (Infix::Binary(B::Contains), "`contains`"),
        "!has" | "!contains" => (Infix::Binary(B::Contains), "`not (… contains …)`"),
        "has_any" => (Infix::Binary(B::Contains), "`contains any [ … ]`"),
        "has_all" => (Infix::Binary(B::Contains), "`contains all [ … ]`"),
        "startswith" => (Infix::Binary(B::StartsWith), "`starts_with`"),
        "endswith" => (Infix::Binary(B::EndsWith), "`ends_with`"),
        "like" => (
            Infix::Binary(B::Matches),
            "`contains`, `starts_with`, `ends_with`, or `matches` with a regular expression",
        ),
        "not like" => (Infix::Binary(B::Matches), "`not (… contains …)` or `not (… matches …)`"),
        _ => (Infix::Binary(B::Matches), "`matches` with a regular expression"),
    };
    (infix, operator(format!("write {right}")))
}

/// `!` or `NOT` in front of a condition.
pub(super) fn prefix() -> Foreign {
    operator("write `not`".to_owned())
}

/// The word after `is`: whether it asks for missing, and what to say.
pub(super) fn missing(text: &str) -> (bool, Foreign) {
    let folded = text.to_lowercase();
    let negated = folded.starts_with("not");
    let missing = folded.ends_with("present") == negated;
    let right = if missing { "is missing" } else { "is present" };
    (missing, Foreign { noun: "the test", label: "foreign spelling", help: format!("write `{right}`") })
}

/// A text in other quotes.
pub(super) fn quotes(content: &str) -> Foreign {
    let shown = content.replace('\\', "\\\\").replace('"', "\\\"");
    Foreign { noun: "the quoted text", label: "wrong quotes", help: format!("write `\"{shown}\"`") }
}

/// An address without quotes.
pub(super) fn address(text: &str) -> Foreign {
    Foreign { noun: "the bare address", label: "an address without quotes", help: format!("write `\"{text}\"`") }
}

/// `,` or `union` between sources.
pub(super) fn join() -> Foreign {
    Foreign {
        noun: "the separator",
        label: "between two sources",
        help: "join sources with `+`: `from a + b`".to_owned(),
    }
}

/// `|` or `;` between clauses.
pub(super) fn separator(text: &str) -> Foreign {
    let help = match text {
        "|" => "clauses are not piped: leave the `|` out, white space separates them",
        _ => "leave it out: white space separates clauses",
    };
    Foreign { noun: "the separator", label: "between two clauses", help: help.to_owned() }
}

/// `# …` or `/* … */`
pub(super) fn comment() -> Foreign {
    Foreign {
        noun: "a comment with",
        label: "foreign comment",
        help: "comments start with `//` and reach to the end of the line".to_owned(),
    }
}

fn operator(help: String) -> Foreign {
    Foreign { noun: "the operator", label: "foreign spelling", help }
}

/// What to say about a character where something else was expected, for characters that other languages would use there.
pub(super) fn hint(found: char) -> Option<&'static str> {
    Some(match found {
        '|' => "clauses are not piped: leave the `|` out, white space separates them",
        ';' => "leave it out: white space separates clauses",
        '#' => "comments start with `//`",
        '\'' | '“' | '”' | '‘' | '’' | '`' => "texts stand in double quotes: `\"…\"`",
        '&' => "the operator is `and`",
        '!' => "the operators are `not` and `!=`",
        '$' | '@' => "names are written without a mark in front",
        '\u{a0}' => "this is a no-break space; write a plain one",
        '…' => "`…` stands for something left out; write it out",
        _ => return None,
    })
}
