//! How user data becomes SPL text: string literals, column names, comments. Nothing else puts foreign text into a query.
//!
//! Inside a double-quoted string of eval a backslash and a double quote are escaped by a backslash, and `\t` or `\n` would be
//! read as escapes, so every backslash is doubled. What could still be taken for something else (a control character, a
//! backtick that starts a macro) is written as `urldecode("%..")`; a text with several `$` is cut behind each, because
//! `$name$` is replaced in dashboards and macros even inside quotes.

use std::fmt::Write as _;

use crate::plan::SECOND;
use crate::target::fragment::{Fragment, Strength};

/// A text as an eval expression: one string literal, or several pieces joined by `.`.
pub fn string(text: &str) -> Fragment {
    let mut pieces: Vec<String> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let plain = rest.find(is_special).unwrap_or(rest.len());
        if plain > 0 {
            pieces.extend(literals(&rest[..plain]));
            rest = &rest[plain..];
        }
        let special = rest.find(|character| !is_special(character)).unwrap_or(rest.len());
        if special > 0 {
            pieces.push(encoded(&rest[..special]));
            rest = &rest[special..];
        }
    }
    match pieces.len() {
        0 => Fragment::atom("\"\""),
        1 => Fragment::atom(pieces.concat()),
        _ => Fragment::new(pieces.join("."), Strength::Sum),
    }
}

/// A pattern that matches exactly this text, for `match` and `replace`.
pub fn escaped_for_regex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if "\\^$.[]|()?*+{}".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// A column name in eval and where: bare where it is a plain word, in single quotes otherwise.
pub fn column(name: &str) -> String {
    if is_plain(name) { name.to_owned() } else { format!("'{}'", name.replace('\'', "\\'")) }
}

/// The name of a lookup or of one of its columns: letters, digits, blanks, `-` and `_`, as the checker has seen to.
pub fn lookup(name: &str) -> String {
    if is_plain(name) { name.to_owned() } else { format!("\"{name}\"") }
}

/// Text inside a comment: one line, without the backticks that would end it.
pub fn comment(text: &str) -> String {
    let printable = text.chars().map(|character| match character {
        '`' => '\'',
        character if character.is_control() => ' ',
        character => character,
    });
    printable.collect::<String>().trim().to_owned()
}

/// Microseconds as seconds.
pub fn seconds(micros: i64) -> String {
    let (sign, micros) = (if micros < 0 { "-" } else { "" }, micros.unsigned_abs());
    let second = SECOND.unsigned_abs();
    let (whole, fraction) = (micros / second, micros % second);
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let fraction = format!("{fraction:06}");
    format!("{sign}{whole}.{}", fraction.trim_end_matches('0'))
}

/// A number with all its digits: without, a result has no more of them than the least precise of what it is made from.
pub fn exact(number: &str) -> Fragment {
    Fragment::atom(format!("exact({number})"))
}

/// Microseconds as seconds to reckon with.
pub fn width(micros: i64) -> String {
    let seconds = seconds(micros);
    if seconds.contains('.') { exact(&seconds).text } else { seconds }
}

/// A moment and so many microseconds. Rounded, since a double that holds seconds since 1970 is only just exact to the microsecond.
pub fn moved(moment: &str, micros: i64) -> String {
    match micros {
        0 => moment.to_owned(),
        1.. => format!("round({moment}+{}, 6)", width(micros)),
        _ => format!("round({moment}-{}, 6)", width(micros.saturating_neg())),
    }
}

/// A length of time as Splunk's time modifiers and `time_window` take it: `15m`. Never in days, which follow the calendar of
/// the user's time zone there and may have 23 or 25 hours.
pub fn span(micros: i64) -> String {
    let units = [(3600 * SECOND, "h"), (60 * SECOND, "m"), (SECOND, "s"), (1000, "ms")];
    let fitting = units.into_iter().find(|(unit, _)| micros % unit == 0 && micros >= *unit);
    fitting.map_or_else(|| format!("{micros}us"), |(unit, letter)| format!("{}{letter}", micros / unit))
}

/// The same, in whole seconds at least: of parts of a second nothing is said for times relative to now.
pub fn whole_span(micros: i64) -> String {
    span(micros.saturating_add(SECOND - 1) / SECOND * SECOND)
}

/// Whether two columns' texts, or a column's and this literal's, could be compared as numbers, `"01"` being equal to `"1"`.
pub fn looks_like_number(text: &str) -> bool {
    let text = text.trim();
    let hexadecimal = text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x"));
    hexadecimal || text.parse::<f64>().is_ok()
}

fn is_special(character: char) -> bool {
    character == '`' || character.is_control()
}

fn literals(text: &str) -> Vec<String> {
    let quoted = |piece: &str| format!("\"{}\"", piece.replace('\\', "\\\\").replace('"', "\\\""));
    if text.matches('$').count() < 2 {
        return vec![quoted(text)];
    }
    text.split_inclusive('$').map(quoted).collect()
}

fn encoded(text: &str) -> String {
    let mut out = String::from("urldecode(\"");
    for byte in text.bytes() {
        // Writing to a string does not fail.
        let _ = write!(out, "%{byte:02X}");
    }
    out.push_str("\")");
    out
}

fn is_plain(name: &str) -> bool {
    const WORDS: [&str; 10] = ["and", "or", "not", "xor", "in", "like", "as", "by", "true", "false"];
    let first = name.chars().next().is_some_and(|character| character.is_ascii_alphabetic() || character == '_');
    first
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        && !WORDS.iter().any(|word| name.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The documented reading of a string expression: literals with `\"` and `\\`, `urldecode`, joined by `.`.
    fn read(expression: &str) -> String {
        let mut bytes: Vec<u8> = Vec::new();
        let mut rest = expression;
        loop {
            let (decode, start) = match rest.strip_prefix("urldecode(\"") {
                Some(inner) => (true, inner),
                None => (false, rest.strip_prefix('"').expect("a piece starts with a quote")),
            };
            let (mut piece, mut end, mut characters) = (String::new(), None, start.char_indices());
            while let Some((at, character)) = characters.next() {
                match character {
                    '"' => {
                        end = Some(at + 1);
                        break;
                    }
                    '\\' => match characters.next().expect("something is escaped").1 {
                        't' => piece.push('\t'),
                        'n' => piece.push('\n'),
                        escaped @ ('"' | '\\') => piece.push(escaped),
                        other => piece.extend(['\\', other]),
                    },
                    '`' => panic!("a macro starts inside {expression}"),
                    other => piece.push(other),
                }
            }
            rest = &start[end.expect("a piece ends with a quote")..];
            if decode {
                rest = rest.strip_prefix(')').expect("a call ends");
                bytes.extend(piece.split('%').skip(1).map(|hex| u8::from_str_radix(hex, 16).expect("two digits")));
            } else {
                bytes.extend(piece.bytes());
            }
            match rest.strip_prefix('.') {
                Some(more) => rest = more,
                None => break,
            }
        }
        assert_eq!(rest, "");
        String::from_utf8(bytes).expect("text stays text")
    }

    #[test]
    fn an_ordinary_text_is_one_literal() {
        assert_eq!(string("device code").text, "\"device code\"");
        assert_eq!(string("").text, "\"\"");
    }

    #[test]
    fn quotes_backslashes_and_pipes_are_inside_the_literal() {
        assert_eq!(string(r#"C:\temp "x" | stats"#).text, r#""C:\\temp \"x\" | stats""#);
    }

    #[test]
    fn what_splunk_would_expand_is_taken_apart() {
        assert_eq!(string("a`b").text, r#""a".urldecode("%60")."b""#);
        assert_eq!(string("$token$").text, r#""$"."token$""#);
        assert_eq!(string("5$").text, r#""5$""#);
        assert_eq!(string("a\r\nb").text, r#""a".urldecode("%0D%0A")."b""#);
    }

    #[test]
    fn a_comment_stays_one_line_and_cannot_end_early() {
        assert_eq!(comment("a ``` | delete\nb"), "a ''' | delete b");
    }

    #[test]
    fn lengths_of_time_use_the_largest_unit_that_divides_them_but_never_days() {
        assert_eq!(span(90 * 60 * SECOND), "90m");
        assert_eq!(span(48 * 3600 * SECOND), "48h");
        assert_eq!(span(1_500_000), "1500ms");
        assert_eq!(whole_span(1_500_000), "2s");
        assert_eq!(seconds(-1_500_000), "-1.5");
        assert_eq!(seconds(1_767_600_000_000_001), "1767600000.000001");
    }

    #[test]
    fn texts_that_splunk_compares_as_numbers_are_recognised() {
        for text in ["1", "01", "1e3", " 7", "0x1F", "-2.5", "nan"] {
            assert!(looks_like_number(text), "{text}");
        }
        for text in ["", "1a", "192.0.2.1", "T1", "e3"] {
            assert!(!looks_like_number(text), "{text}");
        }
    }

    #[test]
    fn names_that_are_not_plain_words_are_quoted() {
        assert_eq!(column("country"), "country");
        assert_eq!(column("properties.ipAddress"), "'properties.ipAddress'");
        assert_eq!(column("in"), "'in'");
    }

    proptest! {
        #[test]
        fn any_text_survives(text in any::<String>()) {
            prop_assert_eq!(read(&string(&text).text), text);
        }

        #[test]
        fn texts_of_nasty_characters_survive(text in "[\\\\\"$`|%\\[\\]tn\\n\\t\\r.'#]{0,24}") {
            let written = string(&text).text;
            prop_assert!(!written.contains('\n') && !written.contains('`'));
            prop_assert_eq!(read(&written), text);
        }
    }
}
