//! Tree to plan: names resolved, types checked. Checking *is* elaboration: a rule without errors comes out as a [`Plan`].
//!
//! Errors are collected, never thrown: a function that reports gives [`Reported`] in place of its result, and what depends on
//! that result is left alone, so one mistake gives one message.

mod aggregate;
mod baseline;
mod call;
mod cell;
mod deploy;
mod error;
mod expr;
mod fields;
mod given;
mod lint;
mod list;
mod list_file;
mod literal;
mod membership;
mod metadata;
mod monotone;
mod not_a;
mod operator;
mod prevalence;
mod rule;
mod scope;
mod sequence;
mod settings;
mod shape;
mod show;
mod technique;
mod test;
mod unless;
mod wording;

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::catalog::Catalog;
use crate::diagnostic::{self, Diagnostic};
use crate::plan::{self, Plan};
use crate::settings::Settings;
use crate::source::{Place, SourceId, Sources, Span};
use crate::syntax::{Parsed, ast};

use error::{CheckError, CheckErrorKind};

/// What checking gives.
#[derive(Debug, Default)]
pub struct Checked {
    /// Plans of the rules that have no errors, in order of file and position.
    pub plans: Vec<Plan>,
    /// The tests of those rules that have no errors either.
    pub tests: Vec<plan::test::Test>,
    /// Errors and warnings, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// A file that someone else read for the checker, which touches no disk.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// Its path, for messages.
    pub path: String,
    /// Its text, or why there is none.
    pub content: Result<SourceId, Unreadable>,
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The fact, with the path.
    pub reason: String,
    /// The fix.
    pub help: Option<String>,
}

/// The files that lists are read from.
#[derive(Clone, Debug, Default)]
pub struct ListFiles {
    /// By name of the list.
    pub lists: IndexMap<String, TextFile>,
    /// Local copies of watchlists, by alias.
    pub watchlists: IndexMap<String, TextFile>,
}

/// Names in files that are not part of a run. Nothing but the names is known of them.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    /// Rules, those that did not parse included.
    pub rules: BTreeSet<String>,
    /// Lists.
    pub lists: BTreeSet<String>,
    /// Aliases of watchlists.
    pub watchlists: BTreeSet<String>,
}

/// What rules are checked with, beside one another.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// All texts, those of list files and settings included.
    pub sources: &'a Sources,
    /// The log sources.
    pub catalog: &'a Catalog,
    /// What is set from outside.
    pub settings: &'a Settings,
    /// The files of lists.
    pub files: &'a ListFiles,
    /// What is in files that are not part of the run: settings may name it.
    pub elsewhere: &'a Elsewhere,
    /// The day, for entries that expire.
    pub today: jiff::civil::Date,
}

/// Checks files as [`check_with`] does, with no settings and no list files.
#[must_use]
pub fn check(
    files: Vec<(SourceId, Parsed)>,
    sources: &Sources,
    catalog: &Catalog,
    today: jiff::civil::Date,
) -> Checked {
    let (settings, list_files, elsewhere) = (Settings::default(), ListFiles::default(), Elsewhere::default());
    let inputs = Inputs { sources, catalog, settings: &settings, files: &list_files, elsewhere: &elsewhere, today };
    check_with(files, &inputs)
}

/// Checks all files of a run together: each sees the lists and views of every other. The diagnostics of `files` (syntax) are
/// included in the result.
#[must_use]
pub fn check_with(files: Vec<(SourceId, Parsed)>, inputs: &Inputs<'_>) -> Checked {
    let mut diagnostics = Vec::new();
    let mut trees = Vec::new();
    let mut broken = Vec::new();
    for (id, parsed) in files {
        diagnostics.extend(parsed.diagnostics);
        broken.extend(parsed.broken);
        trees.push((id, parsed.file));
    }
    let mut errors = Vec::new();
    settings::check_names(&trees, &broken, inputs, &mut errors);
    let globals = scope::Globals::collect(&trees, broken, inputs, &mut errors);
    let mut plans = Vec::new();
    for (id, tree) in &trees {
        for item in &tree.items {
            let mut report = Report { source: *id, errors: &mut errors };
            match item {
                ast::Item::Rule(rule) => {
                    plans.extend(rule::check(rule, &inputs.sources.get(*id).name, &globals, &[], &mut report));
                }
                ast::Item::Test(_) | ast::Item::List(_) | ast::Item::View(_) => {}
            }
        }
    }
    let around = test::Surroundings { trees: &trees, sources: inputs.sources, globals: &globals, plans: &plans };
    let tests = test::check(&around, &mut errors);
    if diagnostics.is_empty() && !errors.iter().any(CheckError::is_error) {
        errors.extend(lint::unused_items(&trees, &plans));
    }
    diagnostics.extend(errors.into_iter().map(CheckError::into_diagnostic));
    diagnostic::sort(&mut diagnostics);
    Checked { plans, tests, diagnostics }
}

/// Proof that an error has been reported.
#[derive(Clone, Copy, Debug)]
struct Reported;

/// A result whose error has been reported already.
type Outcome<T> = Result<T, Reported>;

/// Where errors of one file go.
struct Report<'a> {
    source: SourceId,
    errors: &'a mut Vec<CheckError>,
}

impl Report<'_> {
    /// Reports an error at a span of this file.
    fn add(&mut self, span: Span, kind: CheckErrorKind) -> Reported {
        self.errors.push(CheckError { place: Place { source: self.source, span }, kind });
        Reported
    }

    /// Reports what is wrong with something that was given from outside, at its place.
    fn elsewhere(&mut self, place: Place, kind: given::GivenError) -> Reported {
        self.errors.push(CheckError { place, kind: CheckErrorKind::Given(kind) });
        Reported
    }

    /// The place of a span of this file.
    fn place(&self, span: Span) -> Place {
        Place { source: self.source, span }
    }

    /// How many errors there are so far, warnings not counted.
    fn error_count(&self) -> usize {
        self.errors.iter().filter(|error| error.is_error()).count()
    }

    /// Reports an error and gives it as a result.
    fn fail<T>(&mut self, span: Span, kind: CheckErrorKind) -> Outcome<T> {
        Err(self.add(span, kind))
    }
}

/// All results, or the proof that one of them was reported. Every one has been worked out by then, so all errors show.
fn all<T>(outcomes: impl IntoIterator<Item = Outcome<T>>) -> Outcome<Vec<T>> {
    let mut values = Vec::new();
    let mut failed = None;
    for outcome in outcomes {
        match outcome {
            Ok(value) => values.push(value),
            Err(reported) => failed = Some(reported),
        }
    }
    failed.map_or(Ok(values), Err)
}
