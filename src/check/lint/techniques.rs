//! ATT&CK techniques that are no longer there, or named twice.

use crate::attack::{self, Standing, Technique};
use crate::check::wording::Wording;
use crate::diagnostic::Code;
use crate::source::Place;
use crate::syntax::ast::{self, ClauseKind, Text};

use super::Findings;
use super::finding::Lint;

/// Looks at the techniques of a rule.
pub fn check(rule: &ast::Rule, findings: &mut Findings) {
    for clause in &rule.clauses {
        if let ClauseKind::Attack(techniques) = &clause.node {
            for (index, technique) in techniques.iter().enumerate() {
                former(technique, findings);
                twice(technique, index, techniques, findings);
            }
        }
    }
}

fn former(technique: &Text, findings: &mut Findings) {
    let id = technique.node.clone();
    let (name, by) = match attack::standing(&id) {
        Standing::Replaced { name, by } => (name, Some(by)),
        Standing::Deprecated { name } => (name, None),
        Standing::Current(_) | Standing::Elsewhere { .. } | Standing::Unknown => return,
    };
    findings.add(technique.span, Lint::FormerTechnique { id, name, by });
}

/// The same id before, or one of its sub-techniques anywhere.
fn twice(technique: &Text, index: usize, all: &[Text], findings: &mut Findings) {
    let again = all[..index].iter().find(|other| other.node == technique.node);
    let beside = || all.iter().find(|other| attack::parent(&other.node) == Some(&technique.node));
    if let Some(other) = again.or_else(beside) {
        let (id, name) = (technique.node.clone(), other.node.clone());
        findings.add(technique.span, Lint::TechniqueTwice { id, other: name, first: other.span });
    }
}

/// The words about a technique that is no longer there.
pub fn former_wording(code: Code, id: &str, name: &str, by: Option<&Technique>) -> Wording {
    let help = match by {
        Some(by) => format!("`{}` ({}) took its place", by.id, by.name),
        None => "nothing took its place: name a technique of today, or remove it".to_owned(),
    };
    Wording::new(code, format!("`{id}` ({name}) is not in ATT&CK any more"), "former technique").help(help)
}

/// The words about a technique beside itself or a sub-technique.
pub fn twice_wording(code: Code, id: &str, other: &str, first: Place) -> Wording {
    if id == other {
        return Wording::new(code, format!("`{id}` stands twice"), "again")
            .help("remove one of them")
            .also(first, "first");
    }
    Wording::new(code, format!("`{other}` says `{id}` already"), "its technique")
        .help(format!("remove `{id}`: who looks for it finds its sub-techniques too"))
        .also(first, "sub-technique")
}
