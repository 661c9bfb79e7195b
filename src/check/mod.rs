//! Tree to plan: names resolved, types checked. Checking *is* elaboration: a rule without errors comes out as a [`Plan`].
//!
//! Errors are collected, never thrown: a function that reports gives [`Reported`] in place of its result, and what depends on
//! that result is left alone, so one mistake gives one message.

mod aggregate;
mod call;
mod error;
mod expr;
mod fields;
mod lint;
mod list;
mod literal;
mod membership;
mod metadata;
mod monotone;
mod operator;
mod rule;
mod scope;
mod sequence;
mod shape;
mod show;
mod test;
mod unless;
mod wording;

use crate::catalog::Catalog;
use crate::diagnostic::{self, Diagnostic};
use crate::plan::{self, Plan};
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

/// Checks all files of a run together: each sees the lists and views of every other.
///
/// `today` is the day for list entries that expire. The diagnostics of `files` (syntax) are included in the result.
#[must_use]
pub fn check(
    files: Vec<(SourceId, Parsed)>,
    sources: &Sources,
    catalog: &Catalog,
    today: jiff::civil::Date,
) -> Checked {
    let mut diagnostics = Vec::new();
    let mut trees = Vec::new();
    let mut broken = Vec::new();
    for (id, parsed) in files {
        diagnostics.extend(parsed.diagnostics);
        broken.extend(parsed.broken);
        trees.push((id, parsed.file));
    }
    let mut errors = Vec::new();
    let globals = scope::Globals::collect(&trees, broken, catalog, today, &mut errors);
    let mut plans = Vec::new();
    for (id, tree) in &trees {
        for item in &tree.items {
            let mut report = Report { source: *id, errors: &mut errors };
            match item {
                ast::Item::Rule(rule) => plans.extend(rule::check(rule, &sources.get(*id).path, &globals, &mut report)),
                ast::Item::Test(_) | ast::Item::List(_) | ast::Item::View(_) => {}
            }
        }
    }
    let around = test::Surroundings { trees: &trees, sources, globals: &globals, plans: &plans };
    let tests = test::check(&around, &mut errors);
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
