//! From paths to checked rules: what `check`, `build`, `run` and `explain` have in common.

use std::path::PathBuf;

use super::console::Console;
use super::input::{self, Problem};
use super::lists;
use super::settings::{self, SettingsArguments};
use super::status::{Failure, Status};
use super::today::today;
use crate::catalog::Catalog;
use crate::check::{self, Checked, Elsewhere, Inputs};
use crate::diagnostic::report::{Notice, RuleItem};
use crate::diagnostic::{Diagnostic, Severity, suggest};
use crate::plan::{self, ListOrigin, Plan};
use crate::settings::{FILE_NAME, Settings};
use crate::source::{Place, SourceId, Sources};
use crate::syntax::{self, ast};

/// The rules of a command, checked.
#[derive(Debug)]
pub struct Rules {
    /// All files: rules first, then settings, those of the catalogue folder, and those of lists.
    pub sources: Sources,
    /// Log sources.
    pub catalog: Catalog,
    /// What is set from outside.
    pub settings: Settings,
    /// Rules that may be used.
    pub plans: Vec<Plan>,
    /// Rules without errors that the settings switch off.
    pub disabled: Vec<Plan>,
    /// Tests of those rules.
    pub tests: Vec<plan::test::Test>,
    /// Names of the rules that a test names, those with errors included.
    pub tested: Vec<String>,
    /// How many tests did not parse.
    pub broken_tests: usize,
    /// Errors and warnings, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// Names of all rules, those with errors included.
    pub names: Vec<String>,
    /// Where the rules that parsed stand.
    pub items: Vec<RuleItem>,
    /// How many rule files were read.
    pub files: usize,
    /// Which of all files they are.
    pub ids: Vec<SourceId>,
    /// Files in which nothing is defined.
    pub empty: Vec<String>,
    /// Inputs that could not be read.
    pub problems: Vec<Problem>,
}

/// What a file lacks in which nothing is defined.
const EMPTY: &str = "it holds no rule, list, view or test";

impl Rules {
    /// Reads and checks the rules below `paths`, with their settings, the built-in catalogue and that of `catalog`.
    ///
    /// # Errors
    /// When it is not clear which settings are meant, or which day it is.
    pub fn load(paths: &[PathBuf], catalog: Option<&PathBuf>, arguments: &SettingsArguments) -> Result<Self, Failure> {
        let input::RuleFiles { mut sources, ids, mut problems } = input::read_rules(paths);
        let problems_of_rules = problems.len();
        let loaded = settings::load(paths, arguments, &mut sources, &mut problems)?;
        let without_settings = problems.len() > problems_of_rules;
        let of_settings = loaded.settings.catalog.as_ref().map(|folder| loaded.folder.join(&folder.value));
        let (mut catalog, mut diagnostics) =
            super::catalog::read(catalog.or(of_settings.as_ref()), &mut sources, &mut problems);
        settings::rename_sources(&loaded.settings, &mut catalog);
        let parsed: Vec<(SourceId, syntax::Parsed)> =
            ids.iter().map(|id| (*id, syntax::parse(*id, sources.get(*id)))).collect();
        let names: Vec<String> = parsed.iter().flat_map(|(_, parsed)| rule_names(parsed)).collect();
        let tested = parsed.iter().flat_map(|(_, parsed)| tested_names(parsed)).collect();
        let broken_tests = parsed.iter().flat_map(|(_, parsed)| &parsed.broken).filter(|name| is_test(name)).count();
        let items: Vec<RuleItem> = parsed.iter().flat_map(|(id, parsed)| rule_items(*id, parsed)).collect();
        let is_empty = |parsed: &syntax::Parsed| parsed.file.items.is_empty() && parsed.diagnostics.is_empty();
        let empty = parsed.iter().filter(|(_, parsed)| is_empty(parsed));
        let empty = empty.map(|(id, _)| sources.get(*id).path.clone()).collect();
        let files = parsed.len();
        let list_files = lists::read(&parsed, &loaded, &mut sources);
        let elsewhere = names_elsewhere(&loaded, &parsed);
        let inputs = Inputs {
            sources: &sources,
            catalog: &catalog,
            settings: &loaded.settings,
            files: &list_files,
            elsewhere: &elsewhere,
            today: today()?,
        };
        let Checked { mut plans, mut tests, diagnostics: found } = check::check_with(parsed, &inputs);
        diagnostics.extend(loaded.diagnostics.iter().cloned());
        diagnostics.extend(found);
        loaded.settings.set_levels(&mut diagnostics);
        if loaded.are_wrong(&diagnostics) || without_settings {
            plans.clear();
            tests.clear();
        }
        let errors: Vec<&Diagnostic> = diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
        plans.retain(|plan| !is_wrong(plan, &items, &errors));
        let (plans, disabled) = plans.into_iter().partition(|plan| loaded.settings.is_enabled(&plan.name));
        let settings = loaded.settings;
        Ok(Self {
            sources,
            catalog,
            settings,
            plans,
            disabled,
            tests,
            tested,
            broken_tests,
            diagnostics,
            names,
            items,
            files,
            ids,
            empty,
            problems,
        })
    }

    /// How many of the diagnostics are of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
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

    /// What there is to say about inputs as a whole.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        let problem = |problem: &Problem| Notice {
            severity: Severity::Error,
            message: problem.message.clone(),
            help: problem.help.clone(),
            path: problem.path.clone(),
            at: problem.at,
        };
        let empty = |path: &String| Notice {
            severity: Severity::Warning,
            message: format!("nothing is defined in `{path}`"),
            help: Some(EMPTY.to_owned()),
            path: Some(path.clone()),
            at: None,
        };
        self.problems.iter().map(problem).chain(self.empty.iter().map(empty)).collect()
    }

    /// Says on standard error what could not be read, and where there was nothing to read.
    pub fn say_problems(&self, console: &Console) {
        console.problems(&self.problems);
        for path in &self.empty {
            console.warning(format_args!("nothing is defined in `{path}`"), Some(EMPTY));
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
    /// When there is no rule of such a name, or it is switched off.
    pub fn select(&mut self, wanted: &[String]) -> Result<(), Failure> {
        for name in wanted {
            if !self.names.contains(name) {
                return Err(self.unknown(name));
            }
            if self.disabled.iter().any(|plan| plan.name == *name) {
                let help = format!("set `enabled = true` in [rules.{name}], or choose another environment");
                return Err(Failure::usage(format!("the settings switch the rule `{name}` off"), Some(help)));
            }
        }
        if !wanted.is_empty() {
            self.plans.retain(|plan| wanted.contains(&plan.name));
        }
        Ok(())
    }

    /// Leaves out the rules that need a watchlist without a local copy, and says so: `what` is not done with them.
    pub fn leave_out_unknown_lists(&mut self, what: &str, console: &Console, status: &mut Status) {
        self.plans.retain(|plan| {
            let unknown = plan.lists.iter().find_map(|list| match &list.origin {
                ListOrigin::Watchlist { alias, copy: None, .. } => Some(alias),
                ListOrigin::Inline | ListOrigin::File { .. } | ListOrigin::Watchlist { .. } => None,
            });
            if let Some(alias) = unknown {
                let message = format!("rule `{}` was not {what}: the watchlist `{alias}` has no local copy", plan.name);
                let help = format!("name one in {FILE_NAME}: `[watchlists]` and `{alias} = \"FILE.csv\"`");
                console.error(&message, Some(&help));
                status.raise(Status::Unreadable);
                self.problems.push(Problem::new(message).help(help).of(&self.sources.get(plan.source).path));
            }
            unknown.is_none()
        });
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

/// Whether one of these errors is in the rule of a plan: a warning that the settings make an error.
fn is_wrong(plan: &Plan, items: &[RuleItem], errors: &[&Diagnostic]) -> bool {
    let name = Place { source: plan.source, span: plan.name_span };
    let item = items.iter().find(|item| item.holds(name));
    item.is_some_and(|item| errors.iter().any(|found| item.is_place_of(found)))
}

/// Whether the name of an item that did not parse is that of a test.
fn is_test(name: &str) -> bool {
    name.starts_with('"')
}

/// The names that the settings may mean although the run does not read them. Searched for only where some name is not known.
fn names_elsewhere(loaded: &settings::Loaded, parsed: &[(SourceId, syntax::Parsed)]) -> Elsewhere {
    let items = || parsed.iter().flat_map(|(_, parsed)| &parsed.file.items);
    let is_read = |name: &String| {
        items().any(|item| match item {
            ast::Item::Rule(rule) => rule.name.node == *name,
            ast::Item::List(list) => list.name.node == *name,
            ast::Item::View(_) | ast::Item::Test(_) => false,
        })
    };
    let is_alias = |name: &String| {
        items().any(|item| matches!(item, ast::Item::List(ast::List { body: ast::ListBody::Watchlist { alias, .. }, .. }) if alias.node == *name))
    };
    let settings = &loaded.settings;
    let known =
        settings.rules.keys().chain(settings.lists.keys()).all(is_read) && settings.watchlists.keys().all(is_alias);
    if known { Elsewhere::default() } else { lists::names_below(&loaded.folder) }
}

fn tested_names(parsed: &syntax::Parsed) -> impl Iterator<Item = String> {
    parsed.file.items.iter().filter_map(|item| match item {
        ast::Item::Test(test) => Some(test.rule.node.clone()),
        ast::Item::Rule(_) | ast::Item::List(_) | ast::Item::View(_) => None,
    })
}

fn rule_items(source: SourceId, parsed: &syntax::Parsed) -> Vec<RuleItem> {
    let mut items = Vec::new();
    for item in &parsed.file.items {
        if let ast::Item::Rule(rule) = item {
            items.push(RuleItem { name: rule.name.node.clone(), place: Place { source, span: rule.span } });
        }
    }
    items
}

fn rule_names(parsed: &syntax::Parsed) -> Vec<String> {
    let whole = parsed.file.items.iter().filter_map(|item| match item {
        ast::Item::Rule(rule) => Some(rule.name.node.clone()),
        ast::Item::List(_) | ast::Item::View(_) | ast::Item::Test(_) => None,
    });
    let broken = parsed.broken.iter().filter(|name| !is_test(name));
    whole.chain(broken.cloned()).collect()
}
