//! The crate's shape, read from its own sources: who imports whom, which crate has which door, how large a file may be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// What each part of the crate may import. `cli` may import everything, and only `main.rs` imports `cli`.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    (
        "cli",
        &[
            "testing",
            "engine",
            "package",
            "attack",
            "target",
            "check",
            "settings",
            "plan",
            "library",
            "catalog",
            "syntax",
            "diagnostic",
            "types",
            "value",
            "source",
        ],
    ),
    ("testing", &["engine", "plan", "library", "catalog", "diagnostic", "types", "value", "source"]),
    ("package", &["attack", "target", "plan", "library", "catalog", "types", "value", "source", "diagnostic"]),
    ("engine", &["plan", "library", "catalog", "types", "value", "source"]),
    ("target", &["plan", "library", "catalog", "types", "value", "source", "diagnostic"]),
    (
        "check",
        &["attack", "settings", "syntax", "plan", "library", "catalog", "types", "value", "source", "diagnostic"],
    ),
    ("settings", &["source", "diagnostic"]),
    ("plan", &["library", "catalog", "types", "value", "source"]),
    ("library", &["types", "value"]),
    ("catalog", &["types", "source", "diagnostic"]),
    ("syntax", &["source", "diagnostic"]),
    ("diagnostic", &["source"]),
    ("source", &[]),
    ("attack", &[]),
    ("types", &[]),
    ("value", &[]),
    ("lib", &[]),
];

/// The one file beside `cli/` that touches the disk: it sorts in temporary files when memory runs short.
const SORTS_ON_DISK: &str = "engine/order.rs";

/// What stands behind one door only: a pattern, and the paths that its files begin with.
const ONE_DOOR: &[(&str, &[&str])] = &[
    (r"\bpest(_derive)?\b::", &["syntax/"]),
    (r"\bmiette::", &["diagnostic/render.rs"]),
    (r"(^|[^:\w])toml::", &["catalog/load", "settings/node.rs"]),
    (r"\bclap(_complete)?::", &["cli/"]),
    (r"\b(comfy_table|indicatif|walkdir)::", &["cli/"]),
    (r"\btempfile::", &["cli/"]),
    (r"\byaml_serde::", &["package/yaml.rs"]),
    (r"\bstd::fs\b", &["cli/"]),
    (r"\bstd::env\b", &["cli/"]),
    (r"\be?print(ln)?!", &["cli/"]),
    (r"\bio::(stdout|stderr|stdin)\(", &["cli/"]),
    (r"\bstd::process\b", &["cli/"]),
];

struct SourceFile {
    /// Below `src/`, with forward slashes.
    path: String,
    /// The whole text.
    text: String,
    /// The text without comments and without what only tests see.
    code: String,
}

fn files() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths: Vec<PathBuf> = walkdir::WalkDir::new(&root)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .collect();
    paths.sort();
    paths.into_iter().map(|path| source_file(&root, &path)).collect()
}

fn source_file(root: &Path, path: &Path) -> SourceFile {
    let text = fs::read_to_string(path).unwrap();
    let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
    let is_test = relative.ends_with("/tests.rs") || relative.contains("/tests/");
    let kept = if is_test { "" } else { text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default() };
    let code: Vec<&str> = kept.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    SourceFile { path: relative, code: code.join("\n"), text }
}

/// The part of the crate that a file belongs to: its folder, or its own name at the top.
fn part(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap_or_default()
}

/// The parts of the crate that a piece of code names after `crate::` or, in the program, `tokentrail::`.
fn imports(code: &str) -> BTreeSet<String> {
    let path = Regex::new(r"\b(?:crate|tokentrail)::(?:\{([^;]*)\}|([a-z_]+))").unwrap();
    let nested = Regex::new(r"::\{[^{}]*\}").unwrap();
    let mut found = BTreeSet::new();
    for captures in path.captures_iter(code) {
        if let Some(one) = captures.get(2) {
            found.insert(one.as_str().to_owned());
        }
        if let Some(group) = captures.get(1) {
            let mut group = group.as_str().to_owned();
            while nested.is_match(&group) {
                group = nested.replace_all(&group, "").into_owned();
            }
            found.extend(group.split(',').filter_map(|item| item.trim().split("::").next()).map(str::to_owned));
        }
    }
    found.remove("");
    found
}

#[test]
fn every_part_imports_only_what_it_may() {
    let table: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for file in files() {
        let part = part(&file.path);
        let Some(allowed) = table.get(part) else {
            wrong.push(format!("src/{}: the part `{part}` is not in the import table", file.path));
            continue;
        };
        for import in imports(&file.code) {
            if import != part && table.contains_key(import.as_str()) && !allowed.contains(&import.as_str()) {
                wrong.push(format!("src/{}: `{part}` may not import `{import}`", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_checker_sees_the_tree_but_not_the_parser() {
    let parser = Regex::new(r"\bsyntax::(parse|print|parser|build)\b").unwrap();
    for file in files().iter().filter(|file| part(&file.path) == "check") {
        assert!(!parser.is_match(&file.code), "src/{} calls the parser", file.path);
    }
}

#[test]
fn every_crate_has_one_door() {
    let mut wrong = Vec::new();
    for (pattern, doors) in ONE_DOOR {
        let pattern = Regex::new(pattern).unwrap();
        let inside = |path: &str| path == "main.rs" || doors.iter().any(|door| path.starts_with(door));
        for file in files().iter().filter(|file| !inside(&file.path)) {
            if file.path == SORTS_ON_DISK && ["std::fs", "tempfile"].iter().any(|word| pattern.as_str().contains(word))
            {
                continue;
            }
            let found = file.code.lines().find(|line| pattern.is_match(line));
            wrong.extend(found.map(|line| format!("src/{}: belongs in {doors:?}: {}", file.path, line.trim())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_opens_with_what_it_does() {
    for file in files() {
        assert!(file.text.starts_with("//! "), "src/{} does not open with `//! `", file.path);
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    const MOST: usize = 600;
    let long: Vec<String> = files()
        .iter()
        .map(|file| (file.text.lines().count(), &file.path))
        .filter(|(lines, _)| *lines > MOST)
        .map(|(lines, path)| format!("src/{path}: {lines} lines, at most {MOST}"))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn the_program_is_thin() {
    let main = files().into_iter().find(|file| file.path == "main.rs").unwrap();
    assert!(main.text.lines().count() <= 30, "main.rs only hands over to the library");
}

#[test]
fn imports_are_read_in_every_spelling() {
    let code =
        "use crate::plan::{Plan, expr};\nuse crate::{types::{Type, IdKind}, value};\nfn f() { crate::source::x() }";
    let names: Vec<String> = imports(code).into_iter().collect();
    assert_eq!(names, ["plan", "source", "types", "value"]);
}
