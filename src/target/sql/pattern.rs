//! Regular expressions for `DuckDB` and ClickHouse, which have RE2, and for Spark, which has Java's.
//!
//! What RE2 reads as the evaluator does stays as it was written. Anything else is written anew from what it means, with classes
//! as ranges and letter case spelled out.

use std::fmt::Write;

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use crate::library::pattern::with_ascii_classes;

use super::dialect::Dialect;

/// A pattern that is found nowhere.
const NOTHING: &str = r"[^\x{0}-\x{10FFFF}]";

/// A pattern of the language for an engine.
pub fn of(dialect: Dialect, pattern: &str) -> String {
    let anew = || regex_syntax::parse(&with_ascii_classes(pattern)).ok();
    match dialect {
        Dialect::Spark => anew().map_or_else(|| NOTHING.to_owned(), |hir| Printer::Java.text(&hir)),
        Dialect::DuckDb | Dialect::ClickHouse if !is_common(pattern) => {
            anew().map_or_else(|| NOTHING.to_owned(), |hir| Printer::Re2.text(&hir))
        }
        Dialect::DuckDb => pattern.to_owned(),
        // A dot is a line break, too, there.
        Dialect::ClickHouse if pattern.contains('.') => format!("(?-s){pattern}"),
        Dialect::ClickHouse => pattern.to_owned(),
    }
}

/// Whether RE2 certainly reads a pattern as the evaluator does.
fn is_common(pattern: &str) -> bool {
    let rest = pattern.strip_prefix("(?i)").unwrap_or(pattern);
    let mut characters = rest.chars().peekable();
    let (mut in_class, mut quantified) = (false, false);
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        let is_quantifier = !in_class && matches!(character, '*' | '+' | '?' | '{');
        if is_quantifier && quantified && character != '?' {
            return false;
        }
        quantified = is_quantifier || (!in_class && character == '}');
        match character {
            '\\' => match characters.next() {
                Some('d' | 'D' | 'w' | 'W' | 'n' | 'r' | 't') => {}
                Some('b') if !in_class => {}
                Some(escaped) if escaped.is_ascii_punctuation() && !matches!(escaped, '<' | '>') => {}
                _ => return false,
            },
            '(' if !in_class && next == Some('?') => {
                characters.next();
                if characters.next() != Some(':') {
                    return false;
                }
            }
            '[' if in_class => return false,
            '[' => {
                in_class = true;
                characters.next_if_eq(&'^');
                if characters.peek() == Some(&']') {
                    return false;
                }
            }
            // Operators on classes.
            '&' | '~' | '-' if in_class && next == Some(character) => return false,
            ']' => in_class = false,
            _ => {}
        }
    }
    true
}

/// Whose regular expressions are written.
#[derive(Clone, Copy)]
enum Printer {
    Re2,
    Java,
}

impl Printer {
    fn text(self, hir: &Hir) -> String {
        let mut out = String::new();
        self.write(hir, &mut out);
        out
    }

    fn write(self, hir: &Hir, out: &mut String) {
        match hir.kind() {
            HirKind::Empty => out.push_str("(?:)"),
            HirKind::Literal(literal) => {
                String::from_utf8_lossy(&literal.0).chars().for_each(|character| push(out, character));
            }
            HirKind::Class(class) => self.class(class, out),
            HirKind::Look(look) => out.push_str(self.look(*look)),
            HirKind::Repetition(repetition) => self.repetition(repetition, out),
            HirKind::Capture(capture) => self.group(&capture.sub, out),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.write(part, out)),
            HirKind::Alternation(parts) => {
                out.push_str("(?:");
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        out.push('|');
                    }
                    self.write(part, out);
                }
                out.push(')');
            }
        }
    }

    fn group(self, hir: &Hir, out: &mut String) {
        out.push_str("(?:");
        self.write(hir, out);
        out.push(')');
    }

    fn repetition(self, repetition: &Repetition, out: &mut String) {
        self.group(&repetition.sub, out);
        let (min, max) = (repetition.min, repetition.max);
        let _ = match (min, max) {
            (0, None) => write!(out, "*"),
            (1, None) => write!(out, "+"),
            (0, Some(1)) => write!(out, "?"),
            (min, None) => write!(out, "{{{min},}}"),
            (min, Some(max)) if min == max => write!(out, "{{{min}}}"),
            (min, Some(max)) => write!(out, "{{{min},{max}}}"),
        };
    }

    fn class(self, class: &Class, out: &mut String) {
        let ranges: Vec<(char, char)> = match class {
            Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
            Class::Bytes(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
        };
        if ranges.is_empty() {
            return out.push_str(NOTHING);
        }
        out.push('[');
        for (start, end) in ranges {
            push(out, start);
            if end > start {
                out.push('-');
                push(out, end);
            }
        }
        out.push(']');
    }

    /// Places between characters. Java's anchors know more line ends, and its words more letters.
    fn look(self, look: Look) -> &'static str {
        match (self, look) {
            (_, Look::Start) => r"\A",
            (_, Look::End) => r"\z",
            (Self::Re2, Look::StartLF | Look::StartCRLF) => "(?m:^)",
            (Self::Re2, Look::EndLF | Look::EndCRLF) => "(?m:$)",
            (Self::Java, Look::StartLF) => r"(?<![^\n])",
            (Self::Java, Look::EndLF) => r"(?![^\n])",
            (Self::Java, Look::StartCRLF) => r"(?:\A|(?<=\n)|(?<=\r)(?!\n))",
            (Self::Java, Look::EndCRLF) => r"(?:\z|(?=\r)|(?<!\r)(?=\n))",
            (Self::Re2, Look::WordAsciiNegate | Look::WordUnicodeNegate) => r"\B",
            (Self::Re2, _) => r"\b",
            (Self::Java, Look::WordAscii) => r"(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))",
            (Self::Java, Look::WordAsciiNegate) => {
                r"(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))"
            }
            (Self::Java, Look::WordUnicodeNegate) => r"(?U:\B)",
            (Self::Java, Look::WordUnicode) => r"(?U:\b)",
            (Self::Java, Look::WordStartAscii | Look::WordStartUnicode) => r"(?U:(?<!\w)(?=\w))",
            (Self::Java, Look::WordEndAscii | Look::WordEndUnicode) => r"(?U:(?<=\w)(?!\w))",
            (Self::Java, Look::WordStartHalfAscii | Look::WordStartHalfUnicode) => r"(?U:(?<!\w))",
            (Self::Java, Look::WordEndHalfAscii | Look::WordEndHalfUnicode) => r"(?U:(?!\w))",
        }
    }
}

/// A character that stands for itself, in a class too.
fn push(out: &mut String, character: char) {
    if character.is_ascii_alphanumeric() || matches!(character, ' ' | '_' | '/' | ':' | '@' | ',' | '\'') {
        out.push(character);
    } else if character.is_ascii_punctuation() {
        out.push('\\');
        out.push(character);
    } else if character.is_alphanumeric() {
        out.push(character);
    } else {
        let _ = write!(out, "\\x{{{:X}}}", u32::from(character));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_re2_reads_the_same_stays_as_written() {
        for pattern in [r"^exa.*/2", r"(?i)graph\.microsoft\.com$", r"\d{1,3}(?:\.\d+)?", "[^a-z-]+@", r"\bword\b"] {
            assert_eq!(of(Dialect::DuckDb, pattern), pattern);
        }
        assert_eq!(of(Dialect::ClickHouse, "a.b"), "(?-s)a.b");
    }

    #[test]
    fn what_re2_reads_otherwise_is_written_anew() {
        assert_eq!(of(Dialect::DuckDb, r"a\s"), r"a[\x{9}-\x{D} ]");
        assert_eq!(of(Dialect::DuckDb, "[a-d--c]"), "[a-bd]");
        assert_eq!(of(Dialect::ClickHouse, "a++"), "(?:(?:a)+)+");
        assert_eq!(of(Dialect::DuckDb, "[[:digit:]]"), "[0-9]");
    }

    #[test]
    fn java_sees_line_ends_words_and_letter_case_as_the_evaluator_does() {
        assert_eq!(of(Dialect::Spark, "^a.b$"), r"\Aa[\x{0}-\x{9}\x{B}-\x{10FFFF}]b\z");
        assert_eq!(of(Dialect::Spark, "(?m)^a$"), r"(?<![^\n])a(?![^\n])");
        assert_eq!(of(Dialect::Spark, "(?i)ab"), "[Aa][Bb]");
        assert_eq!(of(Dialect::Spark, r"a|b{2,}\.x"), r"(?:a|(?:b){2,}\.x)");
        assert!(of(Dialect::Spark, r"\bx").starts_with("(?:(?<="));
    }
}
