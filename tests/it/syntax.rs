//! Text to tree and back, and what is said about text that is no tree.

use std::fmt::Write;

use regex::Regex;
use tokentrail::source::{Source, Sources};
use tokentrail::syntax::ast::File;
use tokentrail::syntax::print::print;
use tokentrail::syntax::{Parsed, parse};

/// A text as a run of one file.
pub fn parsed(text: &str) -> (Parsed, Sources) {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("fixture.trail", text));
    (parse(id, sources.get(id)), sources)
}

/// The tree of a text that must be without errors.
pub fn tree(text: &str) -> File {
    let (parsed, _) = parsed(text);
    assert_eq!(parsed.diagnostics, [], "{text}");
    parsed.file
}

/// Every diagnostic with its places, the text there, its labels and its help; then what was read all the same.
fn listing(text: &str) -> String {
    let (parsed, sources) = parsed(text);
    let mut listing = String::new();
    for diagnostic in &parsed.diagnostics {
        writeln!(listing, "{}: {}", diagnostic.code.id(), diagnostic.message).unwrap();
        for label in &diagnostic.labels {
            let source = sources.get(label.place.source);
            let at = source.position(label.place.span.start);
            let quoted: String = source.text[label.place.span.range()].chars().take(60).collect();
            writeln!(listing, "  {}:{} {:?} {}", at.line, at.column, quoted, label.text).unwrap();
        }
        if let Some(help) = &diagnostic.help {
            writeln!(listing, "  help: {help}").unwrap();
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

#[test]
fn each_construct_has_its_tree() {
    let span = Regex::new(r"span: Span \{\s*start: (\d+),\s*end: (\d+),\s*\}").unwrap();
    insta::glob!("../fixtures/syntax", "*.trail", |path| {
        let dump = format!("{:#?}", tree(&std::fs::read_to_string(path).unwrap()));
        insta::assert_snapshot!(span.replace_all(&dump, "span: $1..$2"));
    });
}

#[test]
fn each_construct_has_its_format() {
    insta::glob!("../fixtures/syntax", "*.trail", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        insta::assert_snapshot!(print(&tree(&text), &text));
    });
}

#[test]
fn formatting_keeps_the_meaning_and_every_comment_and_is_done_after_once() {
    for folder in [
        "tests/fixtures/syntax",
        "tests/fixtures/check",
        "rules",
        "rules/token",
        "rules/session",
        "rules/signin",
        "rules/graph",
    ] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "trail") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let printed = print(&tree(&text), &text);
            let again = tree(&printed);
            assert_eq!(print(&again, &printed), printed, "{}", path.display());
            assert_eq!(comments(&printed), comments(&text), "{}", path.display());
            assert_eq!(sorted_clauses(&again), sorted_clauses(&tree(&text)), "{}", path.display());
        }
    }
}

/// The comments of a text without texts that contain slashes, sorted.
pub fn comments(text: &str) -> Vec<String> {
    let comment = Regex::new(r#"^(?:[^"/]|"(?:\\.|[^"\\])*"|/[^/])*(//.*)$"#).unwrap();
    let mut comments: Vec<String> =
        text.lines().filter_map(|line| comment.captures(line)).map(|found| found[1].trim_end().to_owned()).collect();
    comments.sort();
    comments
}

/// The tree without places, the clauses of each rule in the order of their words, since formatting changes their order.
pub fn sorted_clauses(file: &File) -> Vec<String> {
    let mut lines = Vec::new();
    let span = Regex::new(r"Span \{ start: \d+, end: \d+ \}").unwrap();
    for item in &file.items {
        let mut item = item.clone();
        let mut clauses = Vec::new();
        if let tokentrail::syntax::ast::Item::Rule(rule) = &mut item {
            clauses.append(&mut rule.clauses);
        }
        lines.push(span.replace_all(&format!("{item:?}"), "_").into_owned());
        let mut clauses: Vec<String> =
            clauses.iter().map(|clause| span.replace_all(&format!("{clause:?}"), "_").into_owned()).collect();
        clauses.sort();
        lines.extend(clauses);
    }
    lines
}
