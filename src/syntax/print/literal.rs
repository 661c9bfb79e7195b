//! Literals as text.

use crate::syntax::ast::{Name, TemplatePart};

/// A text in quotes: raw where a backslash would have to be doubled otherwise.
pub(super) fn text(text: &str) -> String {
    if text.contains('\\') && !text.contains('"') && !text.contains(needs_escape) {
        return format!("r\"{text}\"");
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            hidden if needs_escape(hidden) => quoted.extend(hidden.escape_unicode()),
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}

/// A text with columns in it.
pub(super) fn template(parts: &[TemplatePart]) -> String {
    let mut plain = String::new();
    for part in parts {
        match part {
            TemplatePart::Text(text) => plain.push_str(&text.replace('{', "{{").replace('}', "}}")),
            TemplatePart::Column(name) => plain.extend(["{", &name.node, "}"]),
        }
    }
    text(&plain)
}

/// Characters that a reader would not see, or that change the order in which the line is shown.
fn needs_escape(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A number that is not an integer by its type: it has a point.
pub(super) fn float(number: f64) -> String {
    let text = number.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

/// `90m`, `900 km/h`: units of length and speed stand apart, units of time do not.
pub(super) fn quantity(number: f64, unit: &Name) -> String {
    let apart =
        matches!(unit.node.as_str(), "km" | "km/h" | "m/s" | "kmh" | "kph" | "mph" | "meters" | "metres" | "miles");
    let blank = if apart { " " } else { "" };
    format!("{number}{blank}{}", unit.node)
}
