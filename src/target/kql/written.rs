//! A written query: its parts, its text, and the same text in fewer characters.

use std::fmt;

use super::layout;
use crate::target::quote;

/// A query in its parts, in their order.
#[derive(Clone, Debug)]
pub struct Written {
    /// Comments: the title, then the rule and how the query runs.
    pub header: Vec<String>,
    /// Variables for width and time.
    pub constants: Vec<String>,
    /// Variables for lists.
    pub lists: Vec<String>,
    /// Functions that translate what logs write.
    pub translations: Vec<String>,
    /// The query itself.
    pub statements: Vec<String>,
    /// How many characters of the statements read the logs, about: before it is indented.
    pub reading: usize,
}

/// What makes a query long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Lists.
    Lists,
    /// Functions that translate what logs write.
    Translations,
    /// Reading the logs.
    Reading,
    /// Everything else.
    Rest,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lists => "lists",
            Self::Translations => "translating what logs write",
            Self::Reading => "reading logs",
            Self::Rest => "the rest",
        })
    }
}

impl Written {
    /// The same query with further columns at its end: names and expressions over the columns of its result.
    #[must_use]
    pub fn with_columns(mut self, columns: &[(String, String)]) -> Self {
        let columns: Vec<String> =
            columns.iter().map(|(name, value)| format!("{} = {value}", quote::name(name))).collect();
        if !columns.is_empty() {
            self.statements.push(format!("| {}", layout::columns("extend", &columns)));
        }
        self
    }

    fn blocks(&self) -> impl Iterator<Item = &String> {
        self.constants.iter().chain(&self.lists).chain(&self.translations).chain(&self.statements)
    }

    /// The text, with its final line break.
    #[must_use]
    pub fn text(&self) -> String {
        let all: Vec<&str> = self.header.iter().chain(self.blocks()).map(String::as_str).collect();
        all.join("\n") + "\n"
    }

    /// The same query in fewer characters: of the comments only the title, and no indentation. Literals hold no line breaks,
    /// so no text is changed.
    #[must_use]
    pub fn short_text(&self) -> String {
        let mut text = String::new();
        if let Some(title) = self.header.first() {
            text.push_str(title);
            text.push('\n');
        }
        let start = text.len();
        for line in self.blocks().flat_map(|block| block.lines()).map(str::trim_start) {
            // A line break is only needed where two words would run together.
            let joins = line.starts_with([')', '}']) || text[start..].ends_with(['(', ',', '{']);
            if !joins && text.len() > start {
                text.push('\n');
            }
            text.push_str(line);
        }
        text.push('\n');
        text
    }

    /// How many characters each part of the short text has, the longest part first.
    #[must_use]
    pub fn lengths(&self) -> Vec<(Part, usize)> {
        let length = |blocks: &[String]| {
            let lines = blocks.iter().flat_map(|block| block.lines());
            lines.map(|line| characters(line.trim_start()) + 1).sum::<usize>()
        };
        let (lists, translations) = (length(&self.lists), length(&self.translations));
        let statements = length(&self.statements);
        let reading = self.reading.min(statements);
        let mut parts = vec![
            (Part::Lists, lists),
            (Part::Translations, translations),
            (Part::Reading, reading),
            (Part::Rest, characters(&self.short_text()).saturating_sub(lists + translations + reading)),
        ];
        parts.retain(|(_, length)| *length > 0);
        parts.sort_by_key(|(_, length)| std::cmp::Reverse(*length));
        parts
    }
}

/// How long a text is as Sentinel counts, in UTF-16 units.
#[must_use]
pub fn characters(text: &str) -> usize {
    text.encode_utf16().count()
}
