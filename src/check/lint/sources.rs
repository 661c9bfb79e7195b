//! What the catalogue knows about the logs that a rule reads: keys that many events lack, sign-ins that are elsewhere, noise.

use crate::catalog::{Noise, Origin, SignInsElsewhere};
use crate::plan::{Expr, ExprKind, FieldIndex, Leg, Plan, Shape, Stream};
use crate::source::Span;

use super::Findings;
use super::domain::Present;
use super::finding::{Because, Lint};
use super::logic::looks;
use super::start::written;

/// Looks for all of them.
pub fn check(plan: &Plan, findings: &mut Findings) {
    key_often_missing(plan, findings);
    sign_in_elsewhere(plan, findings);
    noise(plan, findings);
    for stream in &plan.streams {
        in_vain(plan, stream, findings);
    }
}

/// Whether an expression looks at a field of the event.
fn mentions(expr: &Expr, wanted: impl Fn(FieldIndex) -> bool) -> bool {
    let mut found = false;
    expr.walk(&mut |part| {
        found |= matches!(part.kind, ExprKind::Field(index) | ExprKind::Of(_, index) if wanted(index));
    });
    found
}

/// Events without a key take no part. In a sequence that goes without saying: its first step decides which events can follow.
fn key_often_missing(plan: &Plan, findings: &mut Findings) {
    if matches!(plan.shape, Shape::Single | Shape::Sequence(_)) {
        return;
    }
    let stream = plan.main();
    for key in plan.shape.key() {
        for leg in &stream.legs {
            let Some(missing) = leg.fields[key.0].as_ref().and_then(|field| field.often_missing.as_ref()) else {
                continue;
            };
            let handles = |index: FieldIndex| index == *key || missing.handled_by.contains(&plan.fields[index.0].name);
            if !stream.filter.iter().any(|condition| mentions(condition, handles)) {
                let (field, why) = (plan.fields[key.0].name.clone(), missing.why.clone());
                let lint = Lint::KeyOftenMissing { field, source: leg.source.name.clone(), why };
                findings.add(plan.name_span, lint);
            }
        }
    }
}

/// A step, or a log that `unless` looks into, of which the sign-ins are only a part, joined with a log of uses by an identifier.
fn sign_in_elsewhere(plan: &Plan, findings: &mut Findings) {
    let mut joins: Vec<(&Stream, Vec<FieldIndex>, Span)> = Vec::new();
    if let Shape::Sequence(sequence) = &plan.shape {
        let steps = sequence.steps.iter().map(|step| plan.stream(step.stream));
        joins.extend(steps.map(|stream| (stream, sequence.key.clone(), plan.name_span)));
    }
    for unless in &plan.unless {
        let links = unless.links.iter().map(|(index, _)| *index).collect();
        joins.push((plan.stream(unless.stream), links, unless.span));
    }
    for (stream, fields, span) in joins {
        for leg in &stream.legs {
            let elsewhere = leg.source.sign_ins_elsewhere.iter().find(|elsewhere| {
                fields.iter().any(|index| plan.fields[index.0].name == elsewhere.field)
                    && joins_a_use(plan, leg)
                    && !reads_one_of(stream, elsewhere)
            });
            if let Some(SignInsElsewhere { sources, why, .. }) = elsewhere {
                let (source, others, why) = (leg.source.name.clone(), sources.clone(), why.clone());
                findings.add(span, Lint::SignInMayBeAbsent { source, others, why });
            }
        }
    }
}

fn reads_one_of(stream: &Stream, elsewhere: &SignInsElsewhere) -> bool {
    stream.legs.iter().any(|leg| elsewhere.sources.contains(&leg.source.name))
}

/// Whether the rule reads another log, of uses: it shows tokens whatever sign-in they come from.
fn joins_a_use(plan: &Plan, sign_in: &Leg) -> bool {
    plan.legs().any(|leg| {
        let kind = leg.source.fields.get("kind").map(|field| &field.origin);
        leg.source.name != sign_in.source.name && matches!(kind, Some(Origin::Constant(kind)) if kind == "use")
    })
}

/// Noise that changes what the rule finds, and that no filter looks at.
fn noise(plan: &Plan, findings: &mut Findings) {
    let named = |index: FieldIndex, names: &[String]| names.contains(&plan.fields[index.0].name);
    for stream in &plan.streams {
        for leg in &stream.legs {
            for noise in &leg.source.noise {
                let span = affected(plan, noise).filter(|_| is_main(plan, stream));
                let handled =
                    stream.filter.iter().any(|condition| mentions(condition, |index| named(index, &noise.handled_by)));
                if let (Some(span), false) = (span, handled) {
                    findings.add(
                        span,
                        Lint::Noise {
                            source: leg.source.name.clone(),
                            what: noise.what.clone(),
                            why: noise.why.clone(),
                            fields: noise.handled_by.clone(),
                        },
                    );
                }
            }
        }
    }
}

/// Whether the match is one of this stream's events, and not what `unless` looks for.
fn is_main(plan: &Plan, stream: &Stream) -> bool {
    !plan.unless.iter().any(|unless| std::ptr::eq(plan.stream(unless.stream), stream))
}

/// Where the rule's result depends on what a noise disturbs.
fn affected(plan: &Plan, noise: &Noise) -> Option<Span> {
    let disturbed = |index: FieldIndex, names: &[String]| names.contains(&plan.fields[index.0].name);
    let absence = plan
        .unless
        .iter()
        .find(|unless| unless.links.iter().any(|(index, _)| disturbed(*index, &noise.absence_by)))
        .map(|unless| unless.span);
    let by_value = |expr: &Expr| {
        let mut found = mentions(expr, |index| disturbed(index, &noise.values));
        expr.walk(&mut |part| {
            if let ExprKind::Aggregate(index) = part.kind {
                let argument = plan.aggregates[index].argument.as_ref();
                found |= argument.is_some_and(|argument| mentions(argument, |index| disturbed(index, &noise.values)));
            }
        });
        found.then_some(expr.span)
    };
    let value = match &plan.shape {
        Shape::FirstSeen(first) => {
            first.tuple.iter().any(|index| disturbed(*index, &noise.values)).then_some(plan.name_span)
        }
        Shape::Single | Shape::Window(_) | Shape::Tumbling(_) | Shape::Consecutive(_) | Shape::Sequence(_) => {
            plan.shape.expressions().into_iter().find_map(by_value)
        }
    };
    absence.or(value)
}

/// A log of several whose events never fulfil a condition of the filter.
fn in_vain(plan: &Plan, stream: &Stream, findings: &mut Findings) {
    if stream.legs.len() < 2 {
        return;
    }
    for condition in &stream.filter {
        let look = looks(condition, true);
        let ExprKind::Field(index) = look.subject.kind else { continue };
        let ty = &plan.fields[index.0].ty;
        let left = |leg: &Leg| written(leg, index, ty).map(|domain| (domain.narrow(look.test, look.holds), domain));
        let passes = |leg: &&Leg| left(leg).is_none_or(|(left, _)| !left.is_empty());
        if stream.legs.iter().filter(passes).count() == 0 {
            continue;
        }
        for leg in stream.legs.iter().filter(|leg| !passes(leg)) {
            let values = match left(leg).map(|(_, domain)| domain.present) {
                Some(Present::Only(values)) => values.into_iter().collect(),
                Some(Present::Range(_)) | None => Vec::new(),
            };
            let because = Because::OneOf { what: plan.fields[index.0].name.clone(), values };
            findings.add(condition.span, Lint::SourceInVain { source: leg.source.name.clone(), because });
        }
    }
}
