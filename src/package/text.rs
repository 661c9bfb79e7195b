//! Texts for people, as several products show them.

use std::collections::BTreeSet;

use crate::plan::deploy::{Template, TemplatePart};

/// A text without line breaks, each row of blanks one.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A heading with an entry on each line below; nothing where there are none.
pub fn list(title: &str, entries: &[String]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let entries: Vec<String> = entries.iter().map(|entry| format!("- {}", entry.trim())).collect();
    format!("{title}:\n{}", entries.join("\n"))
}

/// Blocks with an empty line between them, without the empty ones.
pub fn blocks(blocks: &[String]) -> String {
    blocks.iter().filter(|block| !block.is_empty()).cloned().collect::<Vec<_>>().join("\n\n")
}

/// A title of alerts as Sentinel and Defender take it.
pub struct InBraces {
    /// On one line, with `{{column}}`.
    pub text: String,
    /// How many columns there are in it, each counted once.
    pub columns: usize,
    /// Whether it has doubled braces of its own, which would be read as columns.
    pub has_own: bool,
}

/// Puts the columns of a title in doubled braces.
pub fn in_braces(template: &Template) -> InBraces {
    let mut columns = BTreeSet::new();
    let mut text = String::new();
    let mut has_own = false;
    for part in &template.parts {
        match part {
            TemplatePart::Text(part) => {
                // A single brace doubles that of the column beside it.
                has_own |= part.contains("{{") || part.contains("}}") || part.ends_with('{') || part.starts_with('}');
                text.push_str(part);
            }
            TemplatePart::Column(name) => {
                text.push_str(&format!("{{{{{name}}}}}"));
                columns.insert(name);
            }
        }
    }
    InBraces { text: one_line(&text), columns: columns.len(), has_own }
}
