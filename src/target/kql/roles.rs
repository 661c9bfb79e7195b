//! Which fields of which event of a match a query needs, and what a stream's events are good for.

use std::collections::BTreeSet;

use crate::plan::{EVENT_ID, Expr, ExprKind, FieldIndex, Plan, Role, Shape, StreamIndex, TIME};

/// Fields, in order.
pub type Fields = BTreeSet<FieldIndex>;

/// The stream that the event in a role is of.
pub fn stream(plan: &Plan, role: Role) -> StreamIndex {
    let step = |index: usize| match &plan.shape {
        Shape::Sequence(sequence) => sequence.steps.get(index).map(|step| step.stream),
        Shape::Single | Shape::Window(_) | Shape::Tumbling(_) | Shape::Consecutive(_) | Shape::FirstSeen(_) => None,
    };
    let found = match role {
        Role::Previous => None,
        Role::Step(index) => step(index),
        Role::Match => step(last_step(plan)),
    };
    found.unwrap_or(StreamIndex(0))
}

/// The index of the step that completes a sequence.
fn last_step(plan: &Plan) -> usize {
    match &plan.shape {
        Shape::Sequence(sequence) => sequence.steps.len().saturating_sub(1),
        Shape::Single | Shape::Window(_) | Shape::Tumbling(_) | Shape::Consecutive(_) | Shape::FirstSeen(_) => 0,
    }
}

/// The role under which an event's columns stand: the completing step of a sequence is the match.
fn normal(plan: &Plan, role: Role) -> Role {
    match (role, &plan.shape) {
        (Role::Step(index), Shape::Sequence(_)) if index == last_step(plan) => Role::Match,
        (Role::Match | Role::Previous | Role::Step(_), _) => role,
    }
}

/// The fields of the event in a role that anything looks at once the match is known, and those that predicates need before.
pub fn fields(plan: &Plan, role: Role) -> Fields {
    let role = normal(plan, role);
    let mut found = Fields::new();
    let mut add = |expr: &Expr, own: Option<Role>| {
        expr.walk(&mut |part| {
            if let ExprKind::Field(index) = part.kind
                && own == Some(role)
            {
                found.insert(index);
            }
            if let ExprKind::Of(of, index) = part.kind
                && normal(plan, of) == role
            {
                found.insert(index);
            }
        });
    };
    plan.show.iter().for_each(|show| add(&show.value, Some(Role::Match)));
    match &plan.shape {
        Shape::Consecutive(pair) => pair.predicate.iter().for_each(|part| add(part, Some(Role::Match))),
        Shape::Sequence(sequence) => {
            for (index, step) in sequence.steps.iter().enumerate() {
                step.predicate.iter().for_each(|part| add(part, Some(normal(plan, Role::Step(index)))));
            }
            sequence.absences.iter().flat_map(|absence| &absence.predicate).for_each(|part| add(part, None));
        }
        Shape::Single | Shape::Window(_) | Shape::Tumbling(_) | Shape::FirstSeen(_) => {}
    }
    let prevalences = plan.aggregates.iter().filter(|aggregate| aggregate.population.is_some());
    prevalences.filter_map(|of| of.argument.as_ref()).for_each(|field| add(field, Some(Role::Match)));
    for unless in &plan.unless {
        unless.links.iter().for_each(|(_, of_match)| add(of_match, None));
        unless.predicate.iter().for_each(|part| add(part, None));
    }
    found
}

/// The fields that some expressions look at of their own event.
pub fn own_fields<'a>(expressions: impl IntoIterator<Item = &'a Expr>) -> Fields {
    let mut found = Fields::new();
    for expr in expressions {
        expr.walk(&mut |part| {
            if let ExprKind::Field(index) = part.kind {
                found.insert(index);
            }
        });
    }
    found
}

/// The fields of a stream's events that are used once its conditions have been looked at.
pub fn kept(plan: &Plan, stream: StreamIndex) -> Fields {
    let mut kept: Fields = [TIME].into();
    if let Some(unless) = plan.unless.iter().find(|unless| unless.stream == stream) {
        kept.extend(may_meet(plan, stream, self::stream(plan, Role::Match)).then_some(EVENT_ID));
        kept.extend(unless.links.iter().map(|(field, _)| *field));
        kept.extend(own_fields(&unless.predicate));
        return kept;
    }
    kept.extend(plan.shape.key());
    match &plan.shape {
        Shape::Sequence(sequence) => {
            let step = sequence.steps.iter().position(|step| step.stream == stream);
            kept.extend(step.map(|index| fields(plan, Role::Step(index))).unwrap_or_default());
            let absence = sequence.absences.iter().find(|absence| absence.stream == stream);
            kept.extend(absence.map(|absence| own_fields(&absence.predicate)).unwrap_or_default());
            let meets = sequence.steps.iter().any(|step| may_meet(plan, step.stream, stream));
            kept.extend(meets.then_some(EVENT_ID));
        }
        Shape::FirstSeen(first_seen) => {
            kept.insert(EVENT_ID);
            kept.extend(&first_seen.tuple);
            kept.extend(fields(plan, Role::Match));
        }
        Shape::Single | Shape::Window(_) | Shape::Tumbling(_) | Shape::Consecutive(_) => {
            kept.insert(EVENT_ID);
            kept.extend(own_fields(plan.aggregates.iter().filter_map(|aggregate| aggregate.argument.as_ref())));
            let populations = plan.aggregates.iter().filter_map(|aggregate| aggregate.population.as_ref());
            kept.extend(own_fields(populations.map(|population| &population.user)));
            kept.extend(fields(plan, Role::Match));
            kept.extend(fields(plan, Role::Previous));
        }
    }
    kept
}

/// Whether a stream's events belong to the key of the rule.
pub fn is_keyed(plan: &Plan, stream: StreamIndex) -> bool {
    plan.unless.iter().all(|unless| unless.stream != stream)
}

/// Whether two streams may hold the same event.
pub fn may_meet(plan: &Plan, a: StreamIndex, b: StreamIndex) -> bool {
    let (a, b) = (plan.stream(a), plan.stream(b));
    a.legs.iter().any(|leg| b.legs.iter().any(|other| leg.source.name == other.source.name))
}
