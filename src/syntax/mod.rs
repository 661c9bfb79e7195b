//! Text to tree, and tree to text. This folder alone knows `pest`.

pub mod ast;
mod build;
mod chunk;
pub mod error;
mod expected;
mod explain;
mod foreign;
mod operator;
mod parser;
pub mod print;

use crate::diagnostic::{self, Diagnostic};
use crate::source::{Source, SourceId};

/// What parsing gives: every item that is well-formed, and a diagnostic for each part that is not.
#[derive(Debug)]
pub struct Parsed {
    /// The items that parsed. An item with a syntax error in it is left out, so that no follow-up errors are reported.
    pub file: ast::File,
    /// What did not.
    pub diagnostics: Vec<Diagnostic>,
    /// Names of the items that were left out (those of tests with their quotes), so that references to them are not reported as unknown.
    pub broken: Vec<String>,
}

/// Parses a file. Never fails as a whole and never panics; an empty or comment-only file gives an empty tree.
#[must_use]
pub fn parse(id: SourceId, source: &Source) -> Parsed {
    let text = source.text.as_str();
    let mut parsed = Parsed { file: ast::File::default(), diagnostics: Vec::new(), broken: Vec::new() };
    for chunk in chunk::chunks(text) {
        let mut errors = Vec::new();
        let item = build::item(text, &chunk, &mut errors);
        parsed.diagnostics.extend(errors.iter().map(|error| error.diagnostic(id)));
        match item.filter(|_| errors.is_empty()) {
            Some(item) => parsed.file.items.push(item),
            None => parsed.broken.extend(chunk.name),
        }
    }
    diagnostic::sort(&mut parsed.diagnostics);
    parsed
}
