//! `unless`: the events that drop a match.

use crate::plan::{CompareOperator, Expr, ExprKind, FieldIndex, Role, Shape, StreamIndex, Unless};
use crate::syntax::ast::{self, ClauseKind};

use super::error::CheckErrorKind;
use super::expr::Scope;
use super::{Outcome, Report, Reported, all, rule, sequence};

/// Checks every `unless` of a rule. `streams` has one for each; without a shape there is no match that they could name.
pub fn check(
    rule: &ast::Rule,
    shape: Option<&Shape>,
    streams: &[StreamIndex],
    scope: &mut Scope<'_>,
    report: &mut Report<'_>,
) -> Outcome<Vec<Unless>> {
    let given = rule.clauses.iter().filter_map(|clause| {
        if let ClauseKind::Unless(unless) = &clause.node { Some((unless, clause.span)) } else { None }
    });
    let checked: Vec<Outcome<Unless>> = given
        .zip(streams)
        .map(|((given, span), stream)| {
            let shape = shape.ok_or(Reported)?;
            name_match(shape, *stream, scope);
            let conditions = sequence::conditions(given.predicate.as_ref(), *stream, scope, report);
            let within = rule::duration(&given.within, scope, report);
            let (before, after) = side(&given.side, within?, report)?;
            let (links, predicate) = links(conditions?);
            Ok(Unless { stream: *stream, links, predicate, before, after, span })
        })
        .collect();
    scope.look_at(StreamIndex(0));
    all(checked)
}

/// Lets expressions look at events of `stream`, and name those of the match.
fn name_match(shape: &Shape, stream: StreamIndex, scope: &mut Scope<'_>) {
    let main = StreamIndex(0);
    let matching = match shape {
        Shape::Single | Shape::Window(_) | Shape::Tumbling(_) | Shape::FirstSeen(_) => {
            scope.look_at(main);
            main
        }
        Shape::Consecutive(_) => {
            scope.look_at(main);
            scope.name_event("prev", Some(Role::Previous), main);
            main
        }
        Shape::Sequence(steps) => {
            sequence::name_steps(steps, Some(Role::Match), scope);
            scope.current
        }
    };
    scope.name_event("this", Some(Role::Match), matching);
    scope.current = stream;
}

/// How long before and after the match, in microseconds.
fn side(side: &ast::Name, within: i64, report: &mut Report<'_>) -> Outcome<(i64, i64)> {
    match side.node.as_str() {
        "before" => Ok((within, 0)),
        "after" => Ok((0, within)),
        "around" => Ok((within, within)),
        word => {
            let words = &["before", "after", "around"];
            let kind =
                CheckErrorKind::UnknownWord { word: word.to_owned(), of: "side of a match", words, suggestion: None };
            report.fail(side.span, kind)
        }
    }
}

/// Parts the equations between a field of the event and a value of the match from all other conditions.
fn links(conditions: Vec<Expr>) -> (Vec<(FieldIndex, Expr)>, Vec<Expr>) {
    let (mut links, mut others) = (Vec::new(), Vec::new());
    for condition in conditions {
        match link(&condition) {
            Some(link) => links.push(link),
            None => others.push(condition),
        }
    }
    (links, others)
}

fn link(condition: &Expr) -> Option<(FieldIndex, Expr)> {
    let ExprKind::Compare(left, CompareOperator::Equal, right) = &condition.kind else { return None };
    [(left, right), (right, left)].into_iter().find_map(|(event, of_match)| {
        let ExprKind::Field(index) = event.kind else { return None };
        let mut own = false;
        of_match.walk(&mut |part| own |= matches!(part.kind, ExprKind::Field(_)));
        (of_match.looks_at_another_event() && !own).then(|| (index, (**of_match).clone()))
    })
}
