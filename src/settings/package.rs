//! `[package]`: what is said of what is deployed as a whole.

use super::Located;
use super::error::SettingsError;
use super::node::{Findings, Node};

/// What a package is called and who made it.
#[derive(Clone, Debug, Default)]
pub struct PackageSettings {
    /// Its identifier: lower-case letters, digits and `_`, a letter first.
    pub name: Option<Located<String>>,
    /// Its name for people.
    pub title: Option<Located<String>>,
    /// What it is.
    pub description: Option<Located<String>>,
    /// `a.b.c`
    pub version: Option<Located<String>>,
    /// Who made it.
    pub author: Option<Located<String>>,
    /// The day of rules that have none.
    pub date: Option<Located<String>>,
}

const KEYS: &[&str] = &["name", "title", "description", "version", "author", "date"];
/// The longest identifier: it is the name of a folder.
const LONGEST_NAME: usize = 64;

/// Reads the table.
pub fn read(node: Node, findings: &mut Findings) -> PackageSettings {
    let mut package = PackageSettings::default();
    for (key, node) in node.known(KEYS, findings) {
        let Some(text) = node.text(findings) else { continue };
        let wrong = wrong(key, &text.value);
        if let Some((what, help)) = wrong {
            findings.0.push(SettingsError::BadText { place: text.place, text: text.value, what, help });
            continue;
        }
        match key {
            "name" => package.name = Some(text),
            "title" => package.title = Some(text),
            "description" => package.description = Some(text),
            "version" => package.version = Some(text),
            "author" => package.author = Some(text),
            _ => package.date = Some(text),
        }
    }
    package
}

/// What a text should have been, and how it is written, where it is not that.
fn wrong(key: &str, text: &str) -> Option<(&'static str, &'static str)> {
    let good = match key {
        "name" => is_name(text),
        "version" => is_version(text),
        "date" => text.parse::<jiff::civil::Date>().is_ok(),
        _ => !text.trim().is_empty() && !text.contains(char::is_control),
    };
    let wanted = match key {
        "name" => ("the name of a package", "write lower-case letters, digits and `_`, a letter first, at most 64"),
        "version" => ("a version", "write three whole numbers, such as \"1.2.0\""),
        "date" => ("a date", "write year, month and day, such as \"2027-03-31\""),
        _ => ("a text on one line", "write something on one line, or leave the key out"),
    };
    (!good).then_some(wanted)
}

fn is_name(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() <= LONGEST_NAME && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(known)
}

fn is_version(text: &str) -> bool {
    let part = |part: &str| {
        let plain = part == "0" || !part.starts_with('0');
        plain && part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse::<u32>().is_ok()
    };
    text.split('.').count() == 3 && text.split('.').all(part)
}

impl PackageSettings {
    /// These settings with others over them.
    pub(super) fn with(self, over: Self) -> Self {
        Self {
            name: over.name.or(self.name),
            title: over.title.or(self.title),
            description: over.description.or(self.description),
            version: over.version.or(self.version),
            author: over.author.or(self.author),
            date: over.date.or(self.date),
        }
    }
}
