//! Tests: their events and expectations checked against the catalogue and the rule that they name.
//!
//! Events need no rule: they are events of a source. So a test whose rule has errors can still lend its events to others.

mod error;
mod event;
mod expectation;
mod value;

use std::collections::BTreeMap;

use crate::diagnostic::suggest;
use crate::plan::Plan;
use crate::plan::test::{Event, Input, Test};
use crate::source::{Place, SourceId, Sources};
use crate::syntax::ast;
use crate::value::Value;

use super::error::{CheckError, CheckErrorKind};
use super::scope::{Globals, type_of};
use super::{Outcome, Report, Reported, literal, rule};

pub use error::{TestError, wording};
use event::Part;

/// A test of a file, its events worked out.
struct Drafted<'a> {
    source: SourceId,
    tree: &'a ast::Test,
    events: event::Checked<'a>,
}

/// What the tests of a run are checked against.
pub struct Surroundings<'a> {
    /// All files.
    pub trees: &'a [(SourceId, ast::File)],
    /// Their texts.
    pub sources: &'a Sources,
    /// Names.
    pub globals: &'a Globals<'a>,
    /// The rules without errors.
    pub plans: &'a [Plan],
}

/// Checks all tests of a run. Those of rules with errors are checked as far as possible and left out.
pub fn check(around: &Surroundings<'_>, errors: &mut Vec<CheckError>) -> Vec<Test> {
    let mut drafts = Vec::new();
    for (source, tree) in tests(around.trees) {
        let mut report = Report { source, errors };
        let events = event::check(tree, around.globals, &mut report);
        drafts.push(Drafted { source, tree, events });
    }
    report_repeated_names(&drafts, errors);
    let mut tests = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        let mut report = Report { source: draft.source, errors };
        tests.extend(test(index, &drafts, around, &mut report).ok());
    }
    tests
}

fn tests(trees: &[(SourceId, ast::File)]) -> impl Iterator<Item = (SourceId, &ast::Test)> {
    trees.iter().flat_map(|(id, file)| {
        file.items.iter().filter_map(|item| match item {
            ast::Item::Test(test) => Some((*id, test)),
            ast::Item::Rule(_) | ast::Item::List(_) | ast::Item::View(_) => None,
        })
    })
}

fn report_repeated_names(drafts: &[Drafted<'_>], errors: &mut Vec<CheckError>) {
    let mut seen: BTreeMap<(&str, &str), Place> = BTreeMap::new();
    for draft in drafts {
        let place = Place { source: draft.source, span: draft.tree.name.span };
        let name = (draft.tree.rule.node.as_str(), draft.tree.name.node.as_str());
        if let Some(first) = seen.get(&name) {
            let error = TestError::NameTwice { name: name.1.to_owned(), first: *first };
            errors.push(CheckError { place, kind: CheckErrorKind::Test(error) });
        } else {
            seen.insert(name, place);
        }
    }
}

fn test(index: usize, drafts: &[Drafted<'_>], around: &Surroundings<'_>, report: &mut Report<'_>) -> Outcome<Test> {
    let draft = &drafts[index];
    let (tree, start) = (draft.tree, draft.events.start);
    expectation::report_missing(tree, report);
    let inputs = inputs(index, drafts, around, &mut Vec::new(), report);
    let (source, rule) = find_rule(&tree.rule, around, report)?;
    let settings = with_settings(tree, source, rule, around, report);
    let plan = around.plans.iter().find(|plan| plan.name == tree.rule.node).ok_or(Reported)?;
    let tested = settings.as_ref().ok().and_then(Option::as_deref).unwrap_or(plan);
    let expectations = expectation::check(tree, tested, start, report)?;
    if expectations.is_empty() || tree.events.is_empty() {
        return Err(Reported);
    }
    Ok(Test {
        name: tree.name.node.clone(),
        rule: tree.rule.node.clone(),
        place: Place { source: draft.source, span: tree.name.span },
        plan: settings?,
        start,
        inputs: inputs?,
        expectations,
    })
}

/// The rule of a name. A name that exists and did not parse was reported.
fn find_rule<'a>(
    name: &ast::Name,
    around: &Surroundings<'a>,
    report: &mut Report<'_>,
) -> Outcome<(SourceId, &'a ast::Rule)> {
    let mut rules = around.trees.iter().flat_map(|(id, file)| file.items.iter().map(|item| (*id, item))).filter_map(
        |(id, item)| match item {
            ast::Item::Rule(rule) => Some((id, rule)),
            ast::Item::Test(_) | ast::Item::List(_) | ast::Item::View(_) => None,
        },
    );
    if let Some(found) = rules.clone().find(|(_, rule)| rule.name.node == name.node) {
        return Ok(found);
    }
    if around.globals.is_broken(&name.node) {
        return Err(Reported);
    }
    let suggestion = suggest::closest(&name.node, rules.by_ref().map(|(_, rule)| rule.name.node.as_str()));
    let error = TestError::UnknownRule { name: name.node.clone(), suggestion: suggestion.map(str::to_owned) };
    report.fail(name.span, CheckErrorKind::Test(error))
}

/// The rule, checked again with the values that the test gives to its parameters.
fn with_settings(
    test: &ast::Test,
    source: SourceId,
    tree: &ast::Rule,
    around: &Surroundings<'_>,
    report: &mut Report<'_>,
) -> Outcome<Option<Box<Plan>>> {
    let mut changed = tree.clone();
    let mut outcome = Ok(());
    for (index, (name, value)) in test.settings.iter().enumerate() {
        if let Some((first, _)) = test.settings[..index].iter().find(|(first, _)| first.node == name.node) {
            let error = TestError::Twice { name: name.node.clone(), first: first.span };
            outcome = Err(report.add(name.span, CheckErrorKind::Test(error)));
        } else if let Some(reported) = set(&mut changed, name, value, around.globals, report).err() {
            outcome = Err(reported);
        }
    }
    outcome?;
    if test.settings.is_empty() {
        return Ok(None);
    }
    let mut found = Vec::new();
    let mut scratch = Report { source, errors: &mut found };
    let fixed: Vec<&str> = test.settings.iter().map(|(name, _)| name.node.as_str()).collect();
    let plan = rule::check(&changed, &around.sources.get(source).name, around.globals, &fixed, &mut scratch);
    match plan {
        Some(plan) => Ok(Some(Box::new(plan))),
        None if around.plans.iter().any(|plan| plan.name == tree.name.node) => {
            // Right as it stands and wrong with these values: what is wrong is the values.
            let values = test.settings.iter().map(|(_, value)| value.span).reduce(crate::source::Span::to);
            let first = found.into_iter().find(CheckError::is_error).ok_or(Reported)?;
            report.fail(values.unwrap_or(test.name.span), first.kind)
        }
        None => Err(Reported),
    }
}

fn set(
    rule: &mut ast::Rule,
    name: &ast::Name,
    value: &ast::Expr,
    globals: &Globals<'_>,
    report: &mut Report<'_>,
) -> Outcome<()> {
    let mut names = Vec::new();
    for clause in &mut rule.clauses {
        let ast::ClauseKind::Param(param) = &mut clause.node else { continue };
        if param.name.node != name.node {
            names.push(param.name.node.clone());
            continue;
        }
        // What is wrong with the type itself is reported at the rule.
        let mut unheard = Vec::new();
        let ty = type_of(&param.ty, &globals.providers, &mut Report { source: report.source, errors: &mut unheard })?;
        literal::value(value, &ty, report)?;
        // The value stands in another place, perhaps in another file: messages about the rule point into the rule.
        param.value = ast::Expr { kind: value.kind.clone(), span: param.value.span };
        return Ok(());
    }
    let suggestion = suggest::closest(&name.node, names.iter().map(String::as_str)).map(str::to_owned);
    let error = TestError::UnknownParameter { rule: rule.name.node.clone(), name: name.node.clone(), suggestion };
    report.fail(name.span, CheckErrorKind::Test(error))
}

/// The events of a test, those that it takes from other tests among them.
fn inputs(
    index: usize,
    drafts: &[Drafted<'_>],
    around: &Surroundings<'_>,
    path: &mut Vec<usize>,
    report: &mut Report<'_>,
) -> Outcome<Vec<Input>> {
    let mut inputs = Vec::new();
    let mut whole = drafts[index].events.whole;
    let mut taken = 0;
    for part in &drafts[index].events.parts {
        let (rule, test) = match part {
            Part::Own(own) => {
                inputs.push(own.clone());
                continue;
            }
            Part::Other { rule, test } => (rule, *test),
        };
        let others = others(rule, test, index, drafts, around, report);
        whole = others.as_ref().map(|_| ()).map_err(|reported| *reported).and(whole);
        for other in others.unwrap_or_default() {
            taken += 1;
            match lent(other, index, rule, drafts, around, path, report) {
                Ok(lent) => inputs.extend(lent.into_iter().map(|input| apart(input, taken))),
                Err(reported) => whole = Err(reported),
            }
        }
    }
    whole.map(|()| inputs)
}

/// The events of another test, whose own mistakes are reported there.
fn lent(
    other: usize,
    asking: usize,
    rule: &ast::Name,
    drafts: &[Drafted<'_>],
    around: &Surroundings<'_>,
    path: &mut Vec<usize>,
    report: &mut Report<'_>,
) -> Outcome<Vec<Input>> {
    if leads_to(other, asking, drafts, &mut vec![false; drafts.len()]) {
        return report.fail(rule.span, CheckErrorKind::Test(TestError::Circle));
    }
    path.push(asking);
    let mut unheard = Vec::new();
    let mut elsewhere = Report { source: drafts[other].source, errors: &mut unheard };
    // A circle further on is reported at the tests in it.
    let lent = if path.contains(&other) { Err(Reported) } else { inputs(other, drafts, around, path, &mut elsewhere) };
    path.pop();
    lent
}

/// Whether a test takes the events of another, however many tests lie between.
fn leads_to(from: usize, to: usize, drafts: &[Drafted<'_>], seen: &mut [bool]) -> bool {
    if from == to {
        return true;
    }
    if std::mem::replace(&mut seen[from], true) {
        return false;
    }
    drafts[from].events.parts.iter().any(|part| {
        let Part::Other { rule, test } = part else { return false };
        named(rule, *test, from, drafts).into_iter().any(|next| leads_to(next, to, drafts, seen))
    })
}

/// The tests of a rule, or the one of a name. The test that asks is not among those of `events of RULE`.
fn named(rule: &ast::Name, test: Option<&ast::Text>, asking: usize, drafts: &[Drafted<'_>]) -> Vec<usize> {
    let is_meant = |index: &usize| {
        let tree = drafts[*index].tree;
        tree.rule.node == rule.node && test.map_or(*index != asking, |test| test.node == tree.name.node)
    };
    (0..drafts.len()).filter(is_meant).collect()
}

/// The same, where there is such a rule and such a test.
fn others(
    rule: &ast::Name,
    test: Option<&ast::Text>,
    asking: usize,
    drafts: &[Drafted<'_>],
    around: &Surroundings<'_>,
    report: &mut Report<'_>,
) -> Outcome<Vec<usize>> {
    find_rule(rule, around, report)?;
    let found = named(rule, test, asking, drafts);
    let Some(test) = test.filter(|_| found.is_empty()) else { return Ok(found) };
    if around.globals.is_broken(&format!("\"{}\"", test.node)) {
        return Err(Reported);
    }
    let of_rule = drafts.iter().filter(|draft| draft.tree.rule.node == rule.node);
    let names = of_rule.map(|draft| draft.tree.name.node.as_str());
    let suggestion = suggest::closest(&test.node, names).map(str::to_owned);
    let error = TestError::UnknownTest { rule: rule.node.clone(), name: test.node.clone(), suggestion };
    report.fail(test.span, CheckErrorKind::Test(error))
}

/// An event taken from another test: its id must not be that of an event here, or it would be a copy.
fn apart(input: Input, number: u32) -> Input {
    match input {
        Input::Event(Event { event_id: Value::Text(id), source, time, fields, place }) => {
            Input::Event(Event { event_id: Value::text(&format!("n{number}:{id}")), source, time, fields, place })
        }
        other @ (Input::Event(_) | Input::Record { .. } | Input::File { .. }) => other,
    }
}
