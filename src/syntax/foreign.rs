//! Spellings of other languages that the grammar accepts so that the error can show the right one.

use super::ast::BinaryOperator;
use super::operator::Infix;

/// What to say about a foreign spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    /// The fact.
    pub(super) message: String,
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
    (infix, operator(text, format!("write {right}")))
}

/// `!` or `NOT` in front of a condition.
pub(super) fn prefix(text: &str) -> Foreign {
    operator(text, "write `not`".to_owned())
}

/// The word after `is`: whether it asks for missing, and what to say.
pub(super) fn missing(text: &str) -> (bool, Foreign) {
    let folded = text.to_lowercase();
    let negated = folded.starts_with("not");
    let missing = folded.ends_with("present") == negated;
    let right = if missing { "is missing" } else { "is present" };
    (missing, operator(&format!("is {text}"), format!("write `{right}`")))
}

/// A text in other quotes.
pub(super) fn quotes(found: &str, content: &str) -> Foreign {
    let shown = content.replace('\\', "\\\\").replace('"', "\\\"");
    Foreign {
        message: format!("the text {found} stands in the wrong quotes"),
        label: "wrong quotes",
        help: format!("write `\"{shown}\"`"),
    }
}

/// An address without quotes.
pub(super) fn address(text: &str) -> Foreign {
    Foreign {
        message: format!("the address `{text}` stands without quotes"),
        label: "no quotes",
        help: format!("write `\"{text}\"`"),
    }
}

/// `1_000`
pub(super) fn number(text: &str) -> Foreign {
    Foreign {
        message: format!("the number `{text}` is written with `_`"),
        label: "digits only",
        help: format!("write `{}`", text.replace('_', "")),
    }
}

/// `,` or `union` between sources.
pub(super) fn join(text: &str) -> Foreign {
    Foreign {
        message: format!("`{text}` does not join sources"),
        label: "between two sources",
        help: "join sources with `+`: `from a + b`".to_owned(),
    }
}

/// `|` or `;` between clauses.
pub(super) fn separator(text: &str) -> Foreign {
    Foreign {
        message: format!("`{text}` does not separate clauses"),
        label: "not needed",
        help: "leave it out: white space is enough".to_owned(),
    }
}

/// `# …` or `/* … */`
pub(super) fn comment(text: &str) -> Foreign {
    let start = if text.starts_with('#') { "#" } else { "/*" };
    Foreign {
        message: format!("`{start}` does not start a comment"),
        label: "meant as a comment",
        help: "comments start with `//` and reach to the end of the line".to_owned(),
    }
}

fn operator(text: &str, help: String) -> Foreign {
    Foreign {
        message: format!("`{text}` is not an operator of the language"),
        label: "another language's spelling",
        help,
    }
}

/// What names are made of.
pub(super) const NAMES: &str =
    "names are made of `a` to `z`, `A` to `Z`, digits and `_`, and start with a letter or `_`";

/// What to say about a character where something else was expected, for characters that other languages would use there.
pub(super) fn hint(found: char) -> Option<&'static str> {
    Some(match found {
        '|' | ';' => "leave it out: white space is enough",
        '#' => "comments start with `//`",
        '\'' | '“' | '”' | '‘' | '’' | '`' => "texts stand in double quotes: `\"…\"`",
        '≠' => "the operator is `!=`",
        '≤' => "the operator is `<=`",
        '≥' => "the operator is `>=`",
        '–' | '—' => "the operator is `-`",
        '&' => "the operator is `and`",
        '!' => "the operators are `not` and `!=`",
        '$' | '@' => "names are written without a mark in front",
        '\u{a0}' => "this is a no-break space; write a plain one",
        '…' => "`…` stands for something left out; write it out",
        letter if !letter.is_ascii() && letter.is_alphabetic() => NAMES,
        _ => return None,
    })
}
