//! Sequences: their steps, what steps say of earlier ones, and the events that there must not be.

use crate::diagnostic::suggest;
use crate::plan::{Absence, AbsenceWhen, Expr, MOST_STEPS, Role, Sequence, Step, StreamIndex};
use crate::source::Span;
use crate::syntax::ast::{self, Name};

use super::error::CheckErrorKind;
use super::expr::{self, Place, Scope};
use super::{Outcome, Report, all, rule, shape};

/// The fewest and the most steps.
const STEPS: std::ops::RangeInclusive<usize> = 2..=MOST_STEPS;

/// Checks a sequence. `streams` has one for each of its lines.
pub fn check(
    given: &ast::Sequence,
    by: Option<&[Name]>,
    span: Span,
    streams: &[StreamIndex],
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Sequence> {
    let width = rule::duration(&given.within, scope, report);
    let key = match (given.by.as_slice(), by) {
        ([], Some(names)) => shape::check_key(names, streams, scope, report),
        ([], None) => {
            report.fail(span, CheckErrorKind::ClauseMissing { clause: "by", because: "a sequence belongs to a key" })
        }
        (names, None) => shape::check_key(names, streams, scope, report),
        (names, Some(_)) => {
            let first = names[0].span;
            report.fail(first, CheckErrorKind::ClauseTwice { clause: "by", first: span })
        }
    };
    let names = step_names(given, span, scope, report);
    let mut sequence = Sequence { key: Vec::new(), width: 0, steps: Vec::new(), absences: Vec::new() };
    let outcomes: Vec<Outcome<()>> = lines(given, streams)
        .filter_map(|(line, stream)| {
            let ast::Step::Event { name, predicate, .. } = line else { return None };
            Some(step(name, predicate.as_ref(), stream, &mut sequence, scope, report))
        })
        .collect();
    let steps = all(outcomes);
    names?;
    steps?;
    let absences = lines(given, streams).filter_map(|(line, stream)| {
        let ast::Step::Absence { span, predicate, when, .. } = line else { return None };
        Some(absence(*span, predicate.as_ref(), when, stream, &sequence, scope, report))
    });
    let absences = all(absences.collect::<Vec<_>>());
    scope.look_at(StreamIndex(0));
    (sequence.absences, sequence.key, sequence.width) = (absences?, key?, width?);
    Ok(sequence)
}

fn lines<'a>(
    given: &'a ast::Sequence,
    streams: &'a [StreamIndex],
) -> impl Iterator<Item = (&'a ast::Step, StreamIndex)> {
    given.steps.iter().zip(streams.iter().copied())
}

/// How many steps there are, and that each has a name of its own.
fn step_names(given: &ast::Sequence, span: Span, scope: &Scope<'_>, report: &mut Report<'_>) -> Outcome<()> {
    let mut seen: Vec<&str> = vec!["this", "prev"];
    let mut outcome = Ok(());
    for step in &given.steps {
        let ast::Step::Event { name, .. } = step else { continue };
        if seen.contains(&name.node.as_str()) || scope.parameters.contains_key(&name.node) {
            outcome = report.fail(name.span, CheckErrorKind::StepNameTaken(name.node.clone()));
        }
        seen.push(&name.node);
    }
    let count = seen.len() - 2;
    if STEPS.contains(&count) { outcome } else { report.fail(span, CheckErrorKind::StepCount(count)) }
}

/// Checks a step, which may name the steps before it, and adds it.
fn step(
    name: &Name,
    predicate: Option<&ast::Expr>,
    stream: StreamIndex,
    sequence: &mut Sequence,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<()> {
    scope.look_at(stream);
    for (index, earlier) in sequence.steps.iter().enumerate() {
        scope.name_event(&earlier.name, Some(Role::Step(index)), earlier.stream);
    }
    scope.name_event(&name.node, None, stream);
    // The step exists even where its condition is wrong: later steps may name it.
    let predicate = conditions(predicate, stream, scope, report);
    let reported = predicate.as_ref().err().copied();
    sequence.steps.push(Step { name: name.node.clone(), stream, predicate: predicate.unwrap_or_default() });
    reported.map_or(Ok(()), Err)
}

/// Checks a condition on the events of a stream. The conjuncts that look at the event alone are put to the stream, the others
/// are given back.
pub fn conditions(
    predicate: Option<&ast::Expr>,
    stream: StreamIndex,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Vec<Expr>> {
    let Some(predicate) = predicate else { return Ok(Vec::new()) };
    let checked = expr::condition(predicate, scope, Place::Event, report)?;
    let (others, own) = rule::conjuncts(checked).into_iter().partition(Expr::looks_at_another_event);
    scope.streams[stream.0].filter = own;
    Ok(others)
}

fn absence(
    span: Span,
    predicate: Option<&ast::Expr>,
    when: &ast::AbsenceWhen,
    stream: StreamIndex,
    sequence: &Sequence,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Absence> {
    scope.look_at(stream);
    for (index, step) in sequence.steps.iter().enumerate() {
        scope.name_event(&step.name, Some(Role::Step(index)), step.stream);
    }
    let predicate = conditions(predicate, stream, scope, report);
    let when = absence_when(when, sequence, scope, report);
    Ok(Absence { stream, predicate: predicate?, when: when?, span })
}

fn absence_when(
    when: &ast::AbsenceWhen,
    sequence: &Sequence,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<AbsenceWhen> {
    match when {
        ast::AbsenceWhen::Between(first, second) => {
            let (from, to) = (find_step(first, sequence, report), find_step(second, sequence, report));
            let (from, to) = (from?, to?);
            if from >= to {
                let (first, second) = (first.node.clone(), second.clone());
                let kind = CheckErrorKind::StepsOutOfOrder { first, second: second.node };
                return report.fail(second.span, kind);
            }
            Ok(AbsenceWhen::Between { from, to })
        }
        ast::AbsenceWhen::After(within, step) => {
            let within = rule::duration(within, scope, report);
            let index = find_step(step, sequence, report)?;
            if let (Some(last), true) = (sequence.steps.last(), index + 1 < sequence.steps.len()) {
                let kind = CheckErrorKind::AbsenceAfterInnerStep { step: step.node.clone(), last: last.name.clone() };
                return report.fail(step.span, kind);
            }
            Ok(AbsenceWhen::After { within: within? })
        }
    }
}

fn find_step(name: &Name, sequence: &Sequence, report: &mut Report<'_>) -> Outcome<usize> {
    if let Some(index) = sequence.steps.iter().position(|step| step.name == name.node) {
        return Ok(index);
    }
    let known = sequence.steps.iter().map(|step| step.name.as_str());
    let suggestion = suggest::closest(&name.node, known).map(str::to_owned);
    report.fail(name.span, CheckErrorKind::UnknownStep { name: name.node.clone(), suggestion })
}

/// Lets expressions look at the completing event and name all steps, for what is said of a whole chain. `completing` is what
/// the last step's event is called.
pub fn name_steps(sequence: &Sequence, completing: Option<Role>, scope: &mut Scope<'_>) {
    let last = sequence.steps.len().saturating_sub(1);
    scope.look_at(sequence.steps.get(last).map_or(StreamIndex(0), |step| step.stream));
    for (index, step) in sequence.steps.iter().enumerate() {
        let role = if index == last { completing } else { Some(Role::Step(index)) };
        scope.name_event(&step.name, role, step.stream);
    }
}
