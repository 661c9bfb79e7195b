//! Text to tree, and what is said about text that is no tree.

use tokentrail::source::{Source, Sources};
use tokentrail::syntax::{Parsed, parse};

fn parsed(text: &str) -> (Parsed, Sources) {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("fixture.trail", text));
    (parse(id, sources.get(id)), sources)
}

/// Every diagnostic with its places, the text there, its labels and its help; then what was read all the same.
fn listing(text: &str) -> String {
    let (parsed, sources) = parsed(text);
    let mut listing = String::new();
    for diagnostic in &parsed.diagnostics {
        listing += &format!("{}: {}\n", diagnostic.code.id(), diagnostic.message);
        for label in &diagnostic.labels {
            let source = sources.get(label.place.source);
            let at = source.position(label.place.span.start);
            let quoted: String = source.text[label.place.span.range()].chars().take(60).collect();
            listing += &format!("  {}:{} {:?} {}\n", at.line, at.column, quoted, label.text);
        }
        if let Some(help) = &diagnostic.help {
            listing += &format!("  help: {help}\n");
        }
    }
    listing + &format!("read: {} items; left out: {:?}\n", parsed.file.items.len(), parsed.broken)
}

#[test]
fn each_mistake_is_reported_at_its_place() {
    insta::glob!("../fixtures/syntax/errors", "*.trail", |path| {
        insta::assert_snapshot!(listing(&std::fs::read_to_string(path).unwrap()));
    });
}
