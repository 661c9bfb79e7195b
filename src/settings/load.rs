//! The settings file: its sections and their keys.

use indexmap::IndexMap;

use super::error::SettingsError;
use super::node::{self, Findings, Node};
use super::package;
use super::{Added, CommandLine, Level, ListFile, ListSettings, Named, RuleSettings, Settings, SourceSettings, Times};
use crate::diagnostic::{self, Code, Diagnostic, Severity, suggest};
use crate::source::SourceId;

/// The keys of an environment; the file has the same, and `environments`.
const KEYS: &[&str] = &[
    "package",
    "catalog",
    "retention",
    "schedule",
    "rules",
    "lists",
    "watchlists",
    "sources",
    "lints",
    "environments",
];
const ENVIRONMENT_KEYS: &[&str] =
    &["package", "catalog", "retention", "schedule", "rules", "lists", "watchlists", "sources", "lints"];

/// The settings of a file (none where there is no file), with those of the environment that the command line names, and then
/// what it sets itself, over them.
///
/// # Errors
///
/// Every mistake in the file, and an environment that it does not have.
pub fn read(file: Option<(SourceId, &str)>, command_line: &CommandLine) -> Result<Settings, Vec<Diagnostic>> {
    let mut findings = Findings::default();
    let (mut settings, mut environments) = (Settings::default(), Named::new());
    if let Some(document) = file.and_then(|(id, text)| node::document(id, text, &mut findings)) {
        for (key, node) in document.known(KEYS, &mut findings) {
            if key == "environments" {
                environments = named(node, &mut findings, environment);
            } else {
                section(&mut settings, key, node, &mut findings);
            }
        }
    }
    if let Some(wanted) = &command_line.environment {
        let near = suggest::closest(&wanted.value, environments.keys().map(String::as_str)).map(str::to_owned);
        match environments.shift_remove(&wanted.value) {
            Some((_, environment)) => settings = settings.with(environment),
            // Of a file that is no TOML nothing is known.
            None if findings.0.is_empty() => findings.0.push(SettingsError::UnknownEnvironment {
                place: wanted.place,
                name: wanted.value.clone(),
                near,
                known: environments.keys().cloned().collect(),
                has_file: file.is_some(),
            }),
            None => {}
        }
    }
    settings.assignments.clone_from(&command_line.assignments);
    if findings.0.is_empty() {
        return Ok(settings);
    }
    let mut diagnostics = findings.0.into_iter().map(SettingsError::diagnostic).collect();
    diagnostic::sort(&mut diagnostics);
    Err(diagnostics)
}

fn environment(node: Node, findings: &mut Findings) -> Settings {
    let mut settings = Settings::default();
    for (key, node) in node.known(ENVIRONMENT_KEYS, findings) {
        section(&mut settings, key, node, findings);
    }
    settings
}

fn section(settings: &mut Settings, key: &str, node: Node, findings: &mut Findings) {
    match key {
        "package" => settings.package = package::read(node, findings),
        "catalog" => settings.catalog = node.text(findings),
        "retention" => settings.retention = node.duration(findings),
        "schedule" => settings.schedule = times(node, findings),
        "rules" => settings.rules = named(node, findings, rule),
        "lists" => settings.lists = named(node, findings, list),
        "watchlists" => settings.watchlists = named(node, findings, list_file),
        "sources" => settings.sources = named(node, findings, source),
        "lints" => settings.lints = lints(node, findings),
        _ => {}
    }
}

fn named<T>(node: Node, findings: &mut Findings, read: impl Fn(Node, &mut Findings) -> T) -> Named<T> {
    let entries = node.entries(findings).into_iter();
    entries.map(|(key, node)| (key.value, (key.place, read(node, findings)))).collect()
}

fn times(node: Node, findings: &mut Findings) -> Times {
    let mut times = Times::default();
    for (key, node) in node.known(&["every", "delay"], findings) {
        let value = node.duration(findings);
        if key == "every" { times.every = value } else { times.delay = value }
    }
    times
}

fn rule(node: Node, findings: &mut Findings) -> RuleSettings {
    let mut rule = RuleSettings::default();
    for (key, node) in node.known(&["enabled", "severity", "owner", "schedule", "params"], findings) {
        match key {
            "enabled" => rule.enabled = node.truth(findings),
            "severity" => rule.severity = node.text(findings),
            "owner" => rule.owner = node.text(findings),
            "schedule" => rule.schedule = times(node, findings),
            _ => rule.parameters = literals(node, findings),
        }
    }
    rule
}

fn literals(node: Node, findings: &mut Findings) -> Named<super::Literal> {
    let entries = node.entries(findings).into_iter();
    let read = entries.filter_map(|(key, node)| Some((key.value, (key.place, node.literal(findings)?))));
    read.collect::<IndexMap<_, _>>()
}

/// A path alone, or a table.
fn list_file(node: Node, findings: &mut Findings) -> ListFile {
    let mut from = ListFile::default();
    if !node.is_table() {
        from.file = node.text(findings);
        return from;
    }
    for (key, node) in node.known(&["file", "column"], findings) {
        if key == "file" { from.file = node.text(findings) } else { from.column = node.text(findings) }
    }
    from
}

fn list(node: Node, findings: &mut Findings) -> ListSettings {
    let mut list = ListSettings::default();
    if !node.is_table() {
        list.from.file = node.text(findings);
        return list;
    }
    for (key, node) in node.known(&["file", "column", "add"], findings) {
        match key {
            "file" => list.from.file = node.text(findings),
            "column" => list.from.column = node.text(findings),
            _ => {
                let items = node.list(findings).unwrap_or_default();
                list.add = items.into_iter().filter_map(|item| added(item, findings)).collect();
            }
        }
    }
    list
}

/// An entry alone, or a table with more about it.
fn added(node: Node, findings: &mut Findings) -> Option<Added> {
    if !node.is_table() {
        return Some(Added { value: node.literal(findings)?, expires: None });
    }
    let place = node.place;
    let (mut value, mut expires) = (None, None);
    for (key, node) in node.known(&["value", "owner", "reason", "expires"], findings) {
        match key {
            "value" => value = node.literal(findings),
            "expires" => expires = node.text(findings),
            _ => drop(node.text(findings)),
        }
    }
    if value.is_none() {
        findings.0.push(SettingsError::Missing { place, key: "value" });
    }
    Some(Added { value: value?, expires })
}

/// Levels by code. Only warnings have one: what is an error is wrong everywhere.
fn lints(node: Node, findings: &mut Findings) -> Named<Option<Level>> {
    let mut levels = Named::new();
    for (key, node) in node.entries(findings) {
        let code = Code::ALL.iter().find(|code| code.id() == key.value);
        if code.is_none_or(|code| code.severity() == Severity::Error) {
            let warnings = Code::ALL.iter().filter(|code| code.severity() == Severity::Warning).map(|code| code.id());
            let near = suggest::closest(&key.value, warnings).map(str::to_owned);
            findings.0.push(SettingsError::NotAWarning {
                place: key.place,
                word: key.value.clone(),
                code: code.copied(),
                near,
            });
        }
        let level = node.text(findings).and_then(|word| level(word, findings));
        levels.insert(key.value, (key.place, level));
    }
    levels
}

fn level(word: super::Located<String>, findings: &mut Findings) -> Option<Level> {
    let level = Level::parse(&word.value);
    if level.is_none() {
        findings.0.push(SettingsError::BadLevel { place: word.place, word: word.value });
    }
    level
}

fn source(node: Node, findings: &mut Findings) -> SourceSettings {
    let mut source = SourceSettings::default();
    for (key, node) in node.known(&["table", "macro", "definition"], findings) {
        let text = node.text(findings);
        match key {
            "table" => source.table = name(text, findings),
            "macro" => source.macro_name = name(text, findings),
            _ => source.definition = text,
        }
    }
    source
}

/// A name that stands in queries as it is.
fn name(text: Option<super::Located<String>>, findings: &mut Findings) -> Option<super::Located<String>> {
    let text = text?;
    let plain = text.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain && text.value.bytes().next().is_some_and(|first| !first.is_ascii_digit()) {
        return Some(text);
    }
    findings.0.push(SettingsError::BadName { place: text.place, name: text.value });
    None
}
