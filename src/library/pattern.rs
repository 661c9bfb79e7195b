//! Regular expressions as every target understands them.
//!
//! Kusto (RE2) and Splunk (PCRE) mean ASCII by `\d`, `\w`, `\s` and `\b`; the `regex` crate means Unicode. The classes are
//! written out here, so that `\d` does not match `٣` in one place only.

use regex::Regex;

/// Compiles a pattern of the language.
///
/// # Errors
/// When it is no regular expression; the checker has made sure that it is one.
pub fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    Regex::new(&with_ascii_classes(pattern))
}

/// The pattern with the classes of ASCII written out, as the `regex` crate means it.
#[must_use]
pub fn with_ascii_classes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut characters = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                let Some(escaped) = characters.next() else {
                    out.push('\\');
                    break;
                };
                push_escape(&mut out, escaped, in_class);
            }
            '[' if in_class => {
                // A named class such as `[:alpha:]`: its closing bracket does not close the class around it.
                out.push('[');
                if characters.peek() == Some(&':') {
                    for inner in characters.by_ref() {
                        out.push(inner);
                        if inner == ']' {
                            break;
                        }
                    }
                }
            }
            '[' => {
                in_class = true;
                out.push('[');
                out.extend(characters.next_if_eq(&'^'));
                // A bracket that comes first stands for itself.
                out.extend(characters.next_if_eq(&']'));
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            other => out.push(other),
        }
    }
    out
}

fn push_escape(out: &mut String, escaped: char, in_class: bool) {
    let name = match escaped {
        'd' => "[:digit:]",
        'D' => "[:^digit:]",
        'w' => "[:word:]",
        'W' => "[:^word:]",
        's' => "[:space:]",
        'S' => "[:^space:]",
        'b' if !in_class => return out.push_str(r"(?-u:\b)"),
        other => {
            out.push('\\');
            return out.push(other);
        }
    };
    if in_class {
        out.push_str(name);
    } else {
        out.push('[');
        out.push_str(name);
        out.push(']');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        compile(pattern).unwrap().is_match(text)
    }

    #[test]
    fn classes_are_of_ascii() {
        assert!(matches(r"^\d+$", "123"));
        assert!(!matches(r"^\d+$", "٣"));
        assert!(!matches(r"^\w+$", "é"));
        assert!(matches(r"^\W$", "é"));
        assert!(!matches(r"\s", "\u{a0}"));
        assert!(matches(r"^[\d.-]+$", "1.2-3"));
        assert!(!matches(r"^[\d.]+$", "٣"));
        assert!(matches(r"^[^\s@]+@", "ana@"));
        assert!(matches(r"\bword\b", "éword"));
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        for pattern in
            [r"a\\d", r"[]d]", r"[^]\]d]+", r"[[:alpha:]d]", r"(?i)graph\.microsoft\.com$", r"\x{41}|\pL", "é+"]
        {
            assert_eq!(with_ascii_classes(pattern), pattern);
        }
    }

    #[test]
    fn patterns_that_are_none_are_refused() {
        assert!(compile("(").is_err());
        assert!(compile("\\").is_err());
    }
}
