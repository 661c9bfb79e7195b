//! Text to tree, and what is said about text that is no tree.

use tokentrail::source::{Source, Sources};
use tokentrail::syntax::{Parsed, parse};

fn parsed(text: &str) -> Parsed {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("test.trail", text));
    parse(id, sources.get(id))
}

#[test]
fn each_fixture_parses_without_errors() {
    insta::glob!("../fixtures/syntax", "*.trail", |path| {
        let parsed = parsed(&std::fs::read_to_string(path).unwrap());
        for d in &parsed.diagnostics {
            println!("{d:?}");
        }
        assert!(parsed.diagnostics.is_empty());
        assert!(!parsed.file.items.is_empty());
        println!("{:#?}", parsed.file);
    });
}
