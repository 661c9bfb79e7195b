//! What nothing uses: parameters, lists and views.

use indexmap::{IndexMap, IndexSet};

use crate::check::error::{CheckError, CheckErrorKind};
use crate::check::fields::Parameter;
use crate::plan::Plan;
use crate::source::{Place, SourceId};
use crate::syntax::ast::{self, ClauseKind, Item};

use super::Findings;
use super::finding::Lint;

/// Parameters that nothing uses.
pub fn parameters(parameters: &IndexMap<String, Parameter>, findings: &mut Findings) {
    for (name, parameter) in parameters {
        if parameter.uses.is_empty() {
            findings.add(parameter.span, Lint::ParameterUnused(name.clone()));
        }
    }
}

/// Lists and views that nothing uses, in files that have rules: a file of lists and views alone is there for others, and the
/// run need not hold them all. All rules of the run must be without errors.
pub fn items(trees: &[(SourceId, ast::File)], plans: &[Plan]) -> Vec<CheckError> {
    let lists: IndexSet<&str> = plans.iter().flat_map(|plan| &plan.lists).map(|list| list.name.as_str()).collect();
    let views = read(trees);
    let has_rules = |file: &ast::File| file.items.iter().any(|item| matches!(item, Item::Rule(_)));
    let mut found = Vec::new();
    for (source, file) in trees.iter().filter(|(_, file)| has_rules(file)) {
        for item in &file.items {
            let (name, used, lint) = match item {
                Item::List(list) => (&list.name, &lists, Lint::ListUnused(list.name.node.clone())),
                Item::View(view) => (&view.name, &views, Lint::ViewUnused(view.name.node.clone())),
                Item::Rule(_) | Item::Test(_) => continue,
            };
            if !name.node.starts_with('_') && !used.contains(name.node.as_str()) {
                let place = Place { source: *source, span: name.span };
                found.push(CheckError { place, kind: CheckErrorKind::Lint(Box::new(lint)) });
            }
        }
    }
    found
}

/// The names of sources and views that rules and views read.
fn read(trees: &[(SourceId, ast::File)]) -> IndexSet<&str> {
    let mut names = IndexSet::new();
    for item in trees.iter().flat_map(|(_, file)| &file.items) {
        match item {
            Item::View(view) => names.extend(words(&view.sources)),
            Item::Rule(rule) => {
                for clause in &rule.clauses {
                    names.extend(read_by(&clause.node));
                }
            }
            Item::List(_) | Item::Test(_) => {}
        }
    }
    names
}

fn words(list: &ast::SourceList) -> Vec<&str> {
    list.names.iter().map(|name| name.node.as_str()).collect()
}

fn read_by(clause: &ClauseKind) -> Vec<&str> {
    if let ClauseKind::From(from) = clause {
        words(from)
    } else if let ClauseKind::Unless(unless) = clause {
        words(&unless.from)
    } else if let ClauseKind::Sequence(sequence) = clause {
        sequence.steps.iter().flat_map(read_by_step).collect()
    } else {
        Vec::new()
    }
}

fn read_by_step(step: &ast::Step) -> Vec<&str> {
    let (ast::Step::Event { from, .. } | ast::Step::Absence { from, .. }) = step;
    words(from)
}
