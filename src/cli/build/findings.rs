//! Why rules were refused, and where what is deployed differs from what was written.

use std::collections::BTreeMap;

use super::{Made, report};
use crate::cli::rules::Rules;
use crate::diagnostic::render::counted;
use crate::diagnostic::{self, Code, Diagnostic};

/// Errors, each once, whatever number of targets say so; and notes, each once for all rules that it is about.
pub fn of(made: &[Made], rules: &Rules) -> Vec<Diagnostic> {
    let built = made.iter().map(|made| &made.files.built);
    let mut findings: Vec<Diagnostic> = built.clone().flat_map(|built| &built.errors).cloned().collect();
    let mut notes: Vec<Diagnostic> = built.flat_map(|built| &built.notes).cloned().collect();
    diagnostic::sort(&mut notes);
    let mut alike: BTreeMap<(Code, String), Vec<Diagnostic>> = BTreeMap::new();
    for note in notes {
        alike.entry((note.code, note.message.clone())).or_default().push(note);
    }
    findings.extend(alike.into_values().filter_map(|notes| first(&notes, rules)));
    diagnostic::sort(&mut findings);
    findings
}

/// The first of some notes that say the same, with the rules that the others are about.
fn first(notes: &[Diagnostic], rules: &Rules) -> Option<Diagnostic> {
    let (first, others) = notes.split_first()?;
    let rule =
        |note: &Diagnostic| rules.items.iter().find(|item| item.is_place_of(note)).map(|item| item.name.as_str());
    let mut names: Vec<&str> = others.iter().filter_map(rule).filter(|name| Some(*name) != rule(first)).collect();
    names.sort_unstable();
    names.dedup();
    let mut first = first.clone();
    if !names.is_empty() {
        let more = format!("so it is in {}: {}", counted(names.len(), "more rule"), report::names(names.into_iter()));
        first.help = Some(first.help.map_or_else(|| more.clone(), |help| format!("{help}\n{more}")));
    }
    Some(first)
}
