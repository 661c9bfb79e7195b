//! Which shape a rule has, and the clauses of that shape.

use crate::plan::{FieldIndex, SECOND, Shape, Window};
use crate::syntax::ast::{self, ClauseKind, Name};
use crate::types::Type;

use super::error::CheckErrorKind;
use super::expr::{self, Place, Scope};
use super::{Outcome, Report, Reported, all, metadata, monotone, rule};

const DAY: i64 = 86_400 * SECOND;

/// The clauses of windows, where a rule has them.
#[derive(Default)]
struct Clauses<'a> {
    by: Option<(&'a [Name], crate::source::Span)>,
    within: Option<&'a ast::Expr>,
    per: Option<&'a ast::Expr>,
    when: Option<&'a ast::Expr>,
    /// A shape of another kind, reported as not supported.
    other: bool,
}

fn collect(rule: &ast::Rule) -> Clauses<'_> {
    let mut found = Clauses::default();
    for clause in &rule.clauses {
        if let ClauseKind::By(names) = &clause.node {
            found.by = Some((names, clause.span));
        } else if let ClauseKind::Within(width) = &clause.node {
            found.within = Some(width);
        } else if let ClauseKind::Per(width) = &clause.node {
            found.per = Some(width);
        } else if let ClauseKind::When(condition) = &clause.node {
            found.when = Some(condition);
        }
    }
    found.other = other_clause(rule).is_some();
    found
}

/// The clause of a shape other than a window.
fn other_clause(rule: &ast::Rule) -> Option<&ast::Clause> {
    rule.clauses.iter().find(|clause| {
        matches!(clause.node, ClauseKind::Consecutive(_) | ClauseKind::Sequence(_) | ClauseKind::FirstSeen(_))
    })
}

/// Checks the shape.
pub fn check(rule: &ast::Rule, scope: &mut Scope<'_>, report: &mut Report<'_>) -> Outcome<Shape> {
    let clauses = collect(rule);
    if clauses.other {
        return other_shape(rule, &clauses, scope, report);
    }
    let (width, tumbling) = match (clauses.within, clauses.per) {
        (None, None) => return single(&clauses, scope, report),
        (Some(within), Some(per)) => {
            report.add(per.span, CheckErrorKind::TwoShapes { first: within.span, words: "`within` and `per`" });
            (within, false)
        }
        (Some(within), None) => (within, false),
        (None, Some(per)) => (per, true),
    };
    let missing = |clause, because| CheckErrorKind::ClauseMissing { clause, because };
    if clauses.by.is_none() {
        report.add(width.span, missing("by", "a window belongs to a key"));
    }
    if clauses.when.is_none() {
        report.add(width.span, missing("when", "a window needs a condition"));
    }
    let width_span = width.span;
    let width = rule::duration(width, scope, report);
    let key = clauses.by.map_or(Err(Reported), |(names, _)| check_key(names, scope, report));
    let condition = clauses.when.map_or(Err(Reported), |when| expr::condition(when, scope, Place::Condition, report));
    let (width, key, condition) = (width?, key?, condition?);
    if tumbling && DAY % width != 0 {
        return report.fail(width_span, CheckErrorKind::BucketDoesNotDivideDay);
    }
    let monotone = monotone::analyse(&condition, &scope.aggregates);
    let window = Window { key, width, condition, prefilter: monotone.prefilter, monotone: monotone.whole };
    Ok(if tumbling { Shape::Tumbling(window) } else { Shape::Window(window) })
}

fn single(clauses: &Clauses<'_>, scope: &mut Scope<'_>, report: &mut Report<'_>) -> Outcome<Shape> {
    if let Some(when) = clauses.when {
        let because = "`when` looks at a window";
        return report.fail(when.span, CheckErrorKind::ClauseMissing { clause: "within", because });
    }
    if let Some((names, span)) = clauses.by {
        check_key(names, scope, report)?;
        return report.fail(span, CheckErrorKind::ClauseMissing { clause: "within", because: "a key needs a window" });
    }
    Ok(Shape::Single)
}

/// A shape that is not supported yet: its fields are still checked, so that their mistakes show now.
fn other_shape(
    rule: &ast::Rule,
    clauses: &Clauses<'_>,
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Shape> {
    if let Some((names, _)) = clauses.by {
        check_key(names, scope, report)?;
    }
    let first = other_clause(rule);
    for clause in &rule.clauses {
        let window = matches!(clause.node, ClauseKind::Within(_) | ClauseKind::Per(_) | ClauseKind::When(_));
        if let (true, Some(first), Some(_)) = (window, first, metadata::once_word(&clause.node)) {
            let words = "a window and another shape";
            report.add(clause.span, CheckErrorKind::TwoShapes { first: first.span, words });
        }
    }
    Err(Reported)
}

fn check_key(names: &[Name], scope: &mut Scope<'_>, report: &mut Report<'_>) -> Outcome<Vec<FieldIndex>> {
    let mut key: Vec<FieldIndex> = Vec::new();
    let outcomes: Vec<Outcome<()>> = names
        .iter()
        .map(|name| {
            let index = scope.field(&name.node, name.span, report)?;
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

/// The key fields of a shape.
pub fn key(shape: &Shape) -> Vec<FieldIndex> {
    match shape {
        Shape::Single => Vec::new(),
        Shape::Window(window) | Shape::Tumbling(window) => window.key.clone(),
    }
}
