//! Settings: what `tokentrail.toml` and `--set` change about rules without touching them.
//!
//! Reads text and knows its places; never touches the disk, which `cli` does. What a value must be is known to the rules, so that
//! `check` holds it against them: here it is only text with a place.

mod assignment;
mod error;
mod level;
mod load;
mod node;
mod package;

use indexmap::IndexMap;

use crate::source::Place;

pub use assignment::{Assignment, CommandLine, is_assignment};
pub use level::Level;
pub use load::read;
pub use package::PackageSettings;

/// The name of the settings file.
pub const FILE_NAME: &str = "tokentrail.toml";

/// A value with the place that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// How a value was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// In quotes.
    Text,
    /// As a whole number.
    Int,
    /// As a number with a fraction.
    Float,
    /// `true` or `false`.
    Bool,
    /// A date with a time.
    Time,
    /// On the command line, where everything is text.
    Plain,
}

/// A value that a rule gives its type to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// Its text.
    pub text: String,
    /// How it was written.
    pub written: Written,
    /// Where it stands.
    pub place: Place,
}

/// Settings under their names, each with the place of the name.
pub type Named<T> = IndexMap<String, (Place, T)>;

/// All settings of a run: those for every environment, with those of the chosen one over them.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What is deployed, as a whole.
    pub package: PackageSettings,
    /// Folder of catalogue files.
    pub catalog: Option<Located<String>>,
    /// How long the workspace keeps logs, in microseconds.
    pub retention: Option<Located<i64>>,
    /// The schedule of rules that have none.
    pub schedule: Times,
    /// Rules by name.
    pub rules: Named<RuleSettings>,
    /// Lists by name.
    pub lists: Named<ListSettings>,
    /// Watchlists by alias.
    pub watchlists: Named<ListFile>,
    /// Log sources by name.
    pub sources: Named<SourceSettings>,
    /// How bad warnings are, by their codes.
    pub lints: Named<Option<Level>>,
    /// What the command line sets, in order: the last one counts.
    pub assignments: Vec<Assignment>,
}

/// How often a rule runs and how late its events may be, in microseconds.
#[derive(Clone, Debug, Default)]
pub struct Times {
    /// How often.
    pub every: Option<Located<i64>>,
    /// How late.
    pub delay: Option<Located<i64>>,
}

/// What is set for one rule.
#[derive(Clone, Debug, Default)]
pub struct RuleSettings {
    /// Whether it is used at all.
    pub enabled: Option<bool>,
    /// Its severity.
    pub severity: Option<Located<String>>,
    /// Who looks after it.
    pub owner: Option<Located<String>>,
    /// Its schedule.
    pub schedule: Times,
    /// Its parameters.
    pub parameters: Named<Literal>,
}

/// A file of entries.
#[derive(Clone, Debug, Default)]
pub struct ListFile {
    /// Its path, from the folder of the settings.
    pub file: Option<Located<String>>,
    /// The column of the entries.
    pub column: Option<Located<String>>,
}

/// What is set for one list.
#[derive(Clone, Debug, Default)]
pub struct ListSettings {
    /// The file to read in place of the one that the list names.
    pub from: ListFile,
    /// Entries beside those of the list.
    pub add: Vec<Added>,
}

/// An entry that is added to a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The entry.
    pub value: Literal,
    /// The last day on which it counts.
    pub expires: Option<Located<String>>,
}

/// What is set for one log source.
#[derive(Clone, Debug, Default)]
pub struct SourceSettings {
    /// Its table in Log Analytics.
    pub table: Option<Located<String>>,
    /// Its search macro in Splunk.
    pub macro_name: Option<Located<String>>,
    /// What the macro stands for.
    pub definition: Option<Located<String>>,
}

impl Settings {
    /// These settings with others over them.
    #[must_use]
    pub fn with(mut self, over: Self) -> Self {
        self.package = self.package.with(over.package);
        self.catalog = over.catalog.or(self.catalog);
        self.retention = over.retention.or(self.retention);
        self.schedule = self.schedule.with(over.schedule);
        merge(&mut self.rules, over.rules, RuleSettings::with);
        merge(&mut self.lists, over.lists, ListSettings::with);
        merge(&mut self.watchlists, over.watchlists, ListFile::with);
        merge(&mut self.sources, over.sources, SourceSettings::with);
        merge(&mut self.lints, over.lints, |_, over| over);
        self.assignments.extend(over.assignments);
        self
    }

    /// What a parameter of a rule is set to.
    #[must_use]
    pub fn parameter(&self, rule: &str, parameter: &str) -> Option<&Literal> {
        let assigned = self.assignments.iter().rev().find(|assignment| assignment.is_for(rule, parameter));
        let in_file = || Some(&self.rules.get(rule)?.1.parameters.get(parameter)?.1);
        assigned.map(|assignment| &assignment.value).or_else(in_file)
    }

    /// Whether a rule is used.
    #[must_use]
    pub fn is_enabled(&self, rule: &str) -> bool {
        self.rules.get(rule).and_then(|(_, rule)| rule.enabled).unwrap_or(true)
    }
}

fn merge<T>(base: &mut Named<T>, over: Named<T>, with: impl Fn(T, T) -> T) {
    for (name, (place, value)) in over {
        let value = match base.shift_remove(&name) {
            Some((_, below)) => with(below, value),
            None => value,
        };
        base.insert(name, (place, value));
    }
}

impl Times {
    fn with(self, over: Self) -> Self {
        Self { every: over.every.or(self.every), delay: over.delay.or(self.delay) }
    }
}

impl RuleSettings {
    fn with(mut self, over: Self) -> Self {
        merge(&mut self.parameters, over.parameters, |_, over| over);
        Self {
            enabled: over.enabled.or(self.enabled),
            severity: over.severity.or(self.severity),
            owner: over.owner.or(self.owner),
            schedule: self.schedule.with(over.schedule),
            parameters: self.parameters,
        }
    }
}

impl ListFile {
    /// The column belongs to the file: it is not inherited by another one.
    fn with(self, over: Self) -> Self {
        if over.file.is_some() { over } else { Self { file: self.file, column: over.column.or(self.column) } }
    }
}

impl ListSettings {
    /// Entries add up.
    fn with(mut self, over: Self) -> Self {
        self.add.extend(over.add);
        Self { from: self.from.with(over.from), add: self.add }
    }
}

impl SourceSettings {
    fn with(self, over: Self) -> Self {
        Self {
            table: over.table.or(self.table),
            macro_name: over.macro_name.or(self.macro_name),
            definition: over.definition.or(self.definition),
        }
    }
}
