//! From paths to checked rules: what `check`, `build`, `run` and `explain` have in common.

use std::path::PathBuf;

use super::console::Console;
use super::input::{self, Problem};
use super::status::{Failure, Status};
use crate::catalog::Catalog;
use crate::check::{self, Checked};
use crate::diagnostic::{Diagnostic, Severity, suggest};
use crate::plan::{self, Plan};
use crate::source::{SourceId, Sources};
use crate::syntax::{self, ast};

/// The rules of a command, checked.
#[derive(Debug)]
pub struct Rules {
    /// All files: rules first, then those of the catalogue folder.
    pub sources: Sources,
    /// Log sources.
    pub catalog: Catalog,
    /// Rules that may be used.
    pub plans: Vec<Plan>,
    /// Tests of those rules.
    pub tests: Vec<plan::test::Test>,
    /// Names of the rules that a test names, those with errors included.
    pub tested: Vec<String>,
    /// Errors and warnings, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// Names of all rules, those with errors included.
    pub names: Vec<String>,
    /// How many rule files were read.
    pub files: usize,
    /// Files in which nothing is defined.
    pub empty: Vec<String>,
    /// Inputs that could not be read.
    pub problems: Vec<Problem>,
}

impl Rules {
    /// Reads and checks the rules below `paths`, with the built-in catalogue and that of `catalog`.
    #[must_use]
    pub fn load(paths: &[PathBuf], catalog: Option<&PathBuf>) -> Self {
        let input::RuleFiles { mut sources, ids, mut problems } = input::read_rules(paths);
        let (catalog, mut diagnostics) = super::catalog::read(catalog, &mut sources, &mut problems);
        let parsed: Vec<(SourceId, syntax::Parsed)> =
            ids.iter().map(|id| (*id, syntax::parse(*id, sources.get(*id)))).collect();
        let names = parsed.iter().flat_map(|(_, parsed)| rule_names(parsed)).collect();
        let tested = parsed.iter().flat_map(|(_, parsed)| tested_names(parsed)).collect();
        let is_empty = |parsed: &syntax::Parsed| parsed.file.items.is_empty() && parsed.diagnostics.is_empty();
        let empty = parsed.iter().filter(|(_, parsed)| is_empty(parsed));
        let empty = empty.map(|(id, _)| sources.get(*id).path.clone()).collect();
        let files = parsed.len();
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let Checked { plans, tests, diagnostics: found } = check::check(parsed, &sources, &catalog, today);
        diagnostics.extend(found);
        Self { sources, catalog, plans, tests, tested, diagnostics, names, files, empty, problems }
    }

    /// How many of the diagnostics are of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.code.severity() == severity).count()
    }

    /// What the rules alone make of the exit status.
    #[must_use]
    pub fn status(&self) -> Status {
        if !self.problems.is_empty() {
            Status::Unreadable
        } else if self.count(Severity::Error) > 0 {
            Status::Findings
        } else {
            Status::Clean
        }
    }

    /// Says on standard error what could not be read, and where there was nothing to read.
    pub fn say_problems(&self, console: &Console) {
        console.problems(&self.problems);
        for path in &self.empty {
            console
                .warning(format_args!("nothing is defined in `{path}`"), Some("it holds no rule, list, view or test"));
        }
    }

    /// Says on standard error everything there is to say about the rules.
    pub fn say_all(&self, console: &Console) {
        console.diagnostics(&self.diagnostics, &self.sources);
        self.say_problems(console);
    }

    /// Keeps only the rules of these names; all where none is given.
    ///
    /// # Errors
    /// When there is no rule of such a name.
    pub fn select(&mut self, wanted: &[String]) -> Result<(), Failure> {
        for name in wanted {
            if !self.names.contains(name) {
                return Err(self.unknown(name));
            }
        }
        if !wanted.is_empty() {
            self.plans.retain(|plan| wanted.contains(&plan.name));
        }
        Ok(())
    }

    /// That there is no rule of this name, with the closest one that there is.
    #[must_use]
    pub fn unknown(&self, name: &str) -> Failure {
        let help = match suggest::closest(name, self.names.iter().map(String::as_str)) {
            Some(close) => format!("did you mean `{close}`?"),
            None if self.names.is_empty() => "there are no rules in the given paths".to_owned(),
            None => format!("the rules are: {}", self.names.join(", ")),
        };
        Failure::usage(format!("no rule is called `{name}`"), Some(help))
    }
}

fn tested_names(parsed: &syntax::Parsed) -> impl Iterator<Item = String> {
    parsed.file.items.iter().filter_map(|item| match item {
        ast::Item::Test(test) => Some(test.rule.node.clone()),
        ast::Item::Rule(_) | ast::Item::List(_) | ast::Item::View(_) => None,
    })
}

fn rule_names(parsed: &syntax::Parsed) -> Vec<String> {
    let whole = parsed.file.items.iter().filter_map(|item| match item {
        ast::Item::Rule(rule) => Some(rule.name.node.clone()),
        ast::Item::List(_) | ast::Item::View(_) | ast::Item::Test(_) => None,
    });
    let broken = parsed.broken.iter().filter(|name| !name.starts_with('"'));
    whole.chain(broken.cloned()).collect()
}
