//! Values of catalogue files that are words, paths, names or lengths of time.

use crate::catalog::Path;
use crate::catalog::error::{CatalogError, Names, Words};
use crate::catalog::load::node::{Findings, Located, Table};
use crate::catalog::load::types::check_name;

pub fn paths(table: &mut Table, key: &'static str, findings: &mut Findings) -> Option<Vec<Path>> {
    let paths = table.take(key)?.texts(findings)?;
    Some(paths.into_iter().map(|text| path(text, findings)).collect())
}

/// Paths in Log Analytics. Their first keys are columns and go into queries as they are.
pub fn columns(table: &mut Table, findings: &mut Findings) -> Option<Vec<Path>> {
    let paths = table.take("kql")?.texts(findings)?;
    Some(paths.into_iter().map(|text| column(text, findings)).collect())
}

pub fn column(text: Located<String>, findings: &mut Findings) -> Path {
    let place = text.place;
    let path = path(text, findings);
    if let Some(name) = path.0.first() {
        check_name(&Located { value: name.clone(), place }, Names::Column, findings);
    }
    path
}

/// A path; one without a key, or with an empty one, is reported.
pub fn path(text: Located<String>, findings: &mut Findings) -> Path {
    let path = Path::parse(&text.value);
    if text.value.split('.').any(|key| key.trim().is_empty()) {
        findings.report(CatalogError::BadPath { place: text.place, path: text.value });
    }
    path
}

/// One of a few words.
pub fn word<T: Copy>(
    text: Located<String>,
    set: Words,
    words: &[(&str, T)],
    findings: &mut Findings,
) -> Option<Located<T>> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
        return Some(Located { value: *value, place: text.place });
    }
    let words = words.iter().map(|(word, _)| (*word).to_owned()).collect();
    findings.report(CatalogError::UnknownWord { place: text.place, word: text.value, set, words });
    None
}

/// The words of an enum.
pub fn words(table: &mut Table, findings: &mut Findings) -> Option<Vec<String>> {
    let words = table.take("values")?.texts(findings)?;
    for word in &words {
        check_name(word, Names::EnumValue, findings);
    }
    Some(words.into_iter().map(|word| word.value).collect())
}

/// Whole minutes, hours or days, in microseconds.
pub fn delay(text: Located<String>, findings: &mut Findings) -> Option<i64> {
    let units = [("m", 60_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000)];
    let length = units.iter().find_map(|(unit, length)| {
        let number = text.value.strip_suffix(unit)?;
        number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse::<i64>().ok()?.checked_mul(*length))?
    });
    if length.is_none() {
        findings.report(CatalogError::BadDelay { place: text.place, text: text.value });
    }
    length
}
