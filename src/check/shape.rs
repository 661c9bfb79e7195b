//! Which shape a rule has, and the clauses of that shape.

use crate::plan::{Consecutive, FieldIndex, FirstSeen, Role, SECOND, Shape, StreamIndex, Window};
use crate::source::Span;
use crate::syntax::ast::{self, ClauseKind, Name};
use crate::types::Type;

use super::error::CheckErrorKind;
use super::expr::{self, Place, Scope};
use super::fields::Bare;
use super::{Outcome, Report, Reported, all, monotone, rule, sequence};

const DAY: i64 = 86_400 * SECOND;

/// The clauses of windows, where a rule has them.
#[derive(Default)]
struct Clauses<'a> {
    by: Option<(&'a [Name], Span)>,
    within: Option<(&'a ast::Expr, Span)>,
    per: Option<(&'a ast::Expr, Span)>,
    when: Option<(&'a ast::Expr, Span)>,
    /// The first clause of another shape.
    other: Option<(Other<'a>, Span)>,
}

/// The clauses that make a shape by themselves.
#[derive(Clone, Copy)]
enum Other<'a> {
    Consecutive(&'a ast::Consecutive),
    Sequence(&'a ast::Sequence),
    FirstSeen(&'a ast::FirstSeen),
}

impl Other<'_> {
    fn word(self) -> &'static str {
        match self {
            Self::Consecutive(_) => "consecutive",
            Self::Sequence(_) => "sequence",
            Self::FirstSeen(_) => "first seen",
        }
    }
}

fn collect<'a>(rule: &'a ast::Rule, report: &mut Report<'_>) -> Clauses<'a> {
    let mut found = Clauses::default();
    for clause in &rule.clauses {
        let span = clause.span;
        if let ClauseKind::By(names) = &clause.node {
            found.by = Some((names, span));
        } else if let ClauseKind::Within(width) = &clause.node {
            found.within = Some((width, span));
        } else if let ClauseKind::Per(width) = &clause.node {
            found.per = Some((width, span));
        } else if let ClauseKind::When(condition) = &clause.node {
            found.when = Some((condition, span));
        } else if let Some(other) = other(&clause.node) {
            match found.other {
                None => found.other = Some((other, span)),
                Some((known, _)) if known.word() == other.word() => {} // Reported as standing twice.
                Some((_, first)) => {
                    report.add(span, CheckErrorKind::TwoShapes { first, words: "the clauses of two shapes" });
                }
            }
        }
    }
    found
}

fn other(clause: &ClauseKind) -> Option<Other<'_>> {
    if let ClauseKind::Consecutive(consecutive) = clause {
        Some(Other::Consecutive(consecutive))
    } else if let ClauseKind::Sequence(sequence) = clause {
        Some(Other::Sequence(sequence))
    } else if let ClauseKind::FirstSeen(first_seen) = clause {
        Some(Other::FirstSeen(first_seen))
    } else {
        None
    }
}

/// Checks the shape. `steps` are the streams of a sequence, one for each of its lines.
pub fn check(
    rule: &ast::Rule,
    steps: &[StreamIndex],
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Shape> {
    let clauses = collect(rule, report);
    let Some((other, span)) = clauses.other else { return windows(&clauses, scope, report) };
    for (_, second) in [clauses.within, clauses.per, clauses.when].into_iter().flatten() {
        report.add(second, CheckErrorKind::TwoShapes { first: span, words: "a window and another shape" });
    }
    let by = clauses.by.map(|(names, _)| names);
    match other {
        Other::Consecutive(given) => consecutive(given, by, span, scope, report),
        Other::Sequence(given) => sequence::check(given, by, span, steps, scope, report).map(Shape::Sequence),
        Other::FirstSeen(given) => first_seen(given, by, scope, report),
    }
}

/// What `show` sees, and the names that events have there.
pub fn evidence(shape: Option<&Shape>, scope: &mut Scope<'_>) -> Place {
    scope.look_at(StreamIndex(0));
    match shape {
        Some(Shape::Single | Shape::FirstSeen(_)) => Place::Event,
        Some(Shape::Consecutive(_)) => {
            scope.name_event("prev", Some(Role::Previous), StreamIndex(0));
            scope.name_event("this", None, StreamIndex(0));
            Place::Event
        }
        Some(Shape::Sequence(shape)) => {
            sequence::name_steps(shape, None, scope);
            Place::Event
        }
        Some(Shape::Window(_) | Shape::Tumbling(_)) | None => Place::Evidence,
    }
}

fn windows(clauses: &Clauses<'_>, scope: &mut Scope<'_>, report: &mut Report<'_>) -> Outcome<Shape> {
    let ((width, clause), tumbling) = match (clauses.within, clauses.per) {
        (None, None) => return single(clauses, scope, report),
        (Some(within), Some((_, per))) => {
            report.add(per, CheckErrorKind::TwoShapes { first: within.1, words: "`within` and `per`" });
            (within, false)
        }
        (Some(within), None) => (within, false),
        (None, Some(per)) => (per, true),
    };
    let missing = |clause, because| CheckErrorKind::ClauseMissing { clause, because };
    if clauses.by.is_none() {
        report.add(clause, missing("by", "a window belongs to a key"));
    }
    if clauses.when.is_none() {
        report.add(clause, missing("when", "a window needs a condition"));
    }
    let width_span = width.span;
    let width = rule::duration(width, scope, report);
    let key = clauses.by.map_or(Err(Reported), |(names, _)| check_key(names, &[StreamIndex(0)], scope, report));
    let condition =
        clauses.when.map_or(Err(Reported), |(when, _)| expr::condition(when, scope, Place::Condition, report));
    if tumbling && width.is_ok_and(|width| DAY % width != 0) {
        return report.fail(width_span, CheckErrorKind::BucketDoesNotDivideDay);
    }
    let (width, key, condition) = (width?, key?, condition?);
    let monotone = monotone::analyse(&condition, &scope.aggregates);
    let window = Window { key, width, condition, prefilter: monotone.prefilter, monotone: monotone.whole };
    Ok(if tumbling { Shape::Tumbling(window) } else { Shape::Window(window) })
}

fn single(clauses: &Clauses<'_>, scope: &mut Scope<'_>, report: &mut Report<'_>) -> Outcome<Shape> {
    if let Some((_, when)) = clauses.when {
        let because = "`when` looks at a window";
        return report.fail(when, CheckErrorKind::ClauseMissing { clause: "within", because });
    }
    if let Some((names, span)) = clauses.by {
        check_key(names, &[StreamIndex(0)], scope, report)?;
        return report.fail(span, CheckErrorKind::ClauseMissing { clause: "within", because: "a key needs a window" });
    }
    Ok(Shape::Single)
}

fn consecutive(
    given: &ast::Consecutive,
    by: Option<&[Name]>,
    span: Span,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Shape> {
    let main = StreamIndex(0);
    let width = rule::duration(&given.within, scope, report);
    let key = match by {
        Some(names) => check_key(names, &[main], scope, report),
        None => report.fail(span, CheckErrorKind::ClauseMissing { clause: "by", because: "a pair belongs to a key" }),
    };
    scope.look_at(main);
    scope.name_event("prev", Some(Role::Previous), main);
    scope.name_event("this", None, main);
    scope.bare = Bare::Ambiguous;
    let predicate = expr::condition(&given.predicate, scope, Place::Event, report);
    scope.look_at(main);
    Ok(Shape::Consecutive(Consecutive { key: key?, width: width?, predicate: rule::conjuncts(predicate?) }))
}

fn first_seen(
    given: &ast::FirstSeen,
    by: Option<&[Name]>,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Shape> {
    let key = by.map_or(Ok(Vec::new()), |names| check_key(names, &[StreamIndex(0)], scope, report));
    let tuple = check_key(&given.fields, &[StreamIndex(0)], scope, report);
    let history = rule::duration(&given.within, scope, report);
    let learning = given.learning.as_ref().map(|learning| rule::duration(learning, scope, report)).transpose();
    let (key, tuple, history, learning) = (key?, tuple?, history?, learning?);
    if let Some(twice) = given.fields.iter().zip(&tuple).find(|(_, index)| key.contains(index)) {
        return report.fail(twice.0.span, CheckErrorKind::KeyTwice(twice.0.node.clone()));
    }
    if let (Some(written), Some(learning)) = (&given.learning, learning)
        && learning >= history
    {
        return report.fail(written.span, CheckErrorKind::LearningTooLong);
    }
    Ok(Shape::FirstSeen(FirstSeen { key, tuple, history, learning }))
}

/// Key fields, of one type in all of some streams.
pub fn check_key(
    names: &[Name],
    streams: &[StreamIndex],
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Vec<FieldIndex>> {
    let mut key: Vec<FieldIndex> = Vec::new();
    let outcomes: Vec<Outcome<()>> = names
        .iter()
        .map(|name| {
            let index = scope.field_of_all(streams, &name.node, name.span, report)?;
            let ty = &scope.fields[index.0].ty;
            if matches!(ty, Type::Location | Type::Float | Type::Set(_) | Type::Time) {
                return report.fail(name.span, CheckErrorKind::NotAKey { name: name.node.clone(), ty: ty.clone() });
            }
            if key.contains(&index) {
                return report.fail(name.span, CheckErrorKind::KeyTwice(name.node.clone()));
            }
            key.push(index);
            Ok(())
        })
        .collect();
    all(outcomes)?;
    Ok(key)
}
