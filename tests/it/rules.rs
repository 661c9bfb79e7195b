//! Rules for tests: the plans of a text, and the shipped ones with their tests.

use tokentrail::catalog::load;
use tokentrail::check::{self, Checked};
use tokentrail::diagnostic::Severity;
use tokentrail::source::{Source, Sources};
use tokentrail::syntax;

/// Checks one text as a run of one file, on a fixed day.
pub fn check_text(path: &str, text: &str) -> (Checked, Sources) {
    let mut sources = Sources::default();
    let id = sources.add(Source::new(path, text));
    let parsed = syntax::parse(id, sources.get(id));
    let catalog = load::builtin();
    let checked = check::check(vec![(id, parsed)], &sources, &catalog, jiff::civil::date(2026, 11, 23));
    (checked, sources)
}

/// Whether something keeps queries from being written; lints do not.
pub fn has_errors(checked: &Checked) -> bool {
    checked.diagnostics.iter().any(|found| found.code.severity() == Severity::Error)
}

/// The files of `rules/` by path, in order.
pub fn shipped_rules() -> Vec<(String, String)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
    walkdir::WalkDir::new(format!("{root}rules"))
        .sort_by_file_name()
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "trail"))
        .map(|entry| entry.path().to_str().unwrap().to_owned())
        .map(|path| (path.trim_start_matches(root).to_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect()
}

/// The shipped rules with their tests.
pub fn shipped() -> (Checked, Sources) {
    let mut sources = Sources::default();
    let mut parsed = Vec::new();
    for (path, text) in shipped_rules() {
        let id = sources.add(Source::new(path, text));
        parsed.push((id, syntax::parse(id, sources.get(id))));
    }
    let checked = check::check(parsed, &sources, &load::builtin(), jiff::civil::date(2026, 11, 23));
    (checked, sources)
}
