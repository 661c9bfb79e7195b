//! Sequences: the events of each step joined to the chains of the steps before, the chains that an absent event breaks
//! dropped, and of the chains that one event completes the latest one kept.
//!
//! A chain stands in the bucket of its first event. Every later event of a chain lies in that bucket or the next, so that it is
//! put into the two buckets in which a first event can be; no chain is met twice.

use crate::plan::{Absence, AbsenceWhen, EVENT_ID, Role, Sequence, StreamIndex, TIME};
use crate::target::{Grain, quote};

use super::Writer;
use super::evaluation;
use super::expr::Columns;
use super::layout::{self, Pipeline, column};
use super::matches::{self, Matches};
use super::names::Own;
use super::roles;
use super::streams;
use super::unless;

/// The matches.
pub fn write(writer: &Writer<'_>, sequence: &Sequence) -> Matches {
    let of_steps = sequence.steps.iter().map(|step| step.stream);
    let of_absences = sequence.absences.iter().map(|absence| absence.stream);
    let mut statements = streams::write(writer, of_steps.chain(of_absences));
    let mut query = chains(writer, sequence);
    if !sequence.absences.is_empty() {
        let name = writer.own(Own::Chains);
        statements.push(layout::materialized(&name, &query));
        query = Pipeline::new(name);
        query.steps(sequence.absences.iter().map(|absence| without(writer, sequence, absence)));
    }
    let columns = latest(writer, sequence, &mut query);
    Matches { statements, pipeline: query, columns }
}

/// Steps by their roles, the completing one last.
fn steps(sequence: &Sequence) -> impl Iterator<Item = (Role, StreamIndex)> + use<'_> {
    sequence.steps.iter().enumerate().map(|(index, step)| (Role::Step(index), step.stream))
}

/// All chains whose steps fulfil their predicates.
fn chains(writer: &Writer<'_>, sequence: &Sequence) -> Pipeline {
    let mut query = step(writer, sequence, 0);
    let bucket = writer.own(Own::Bucket);
    let mut on = writer.key();
    on.push(bucket.clone());
    for index in 1..sequence.steps.len() {
        let next = step(writer, sequence, index);
        query.step(format!("join kind=inner {} on {}", next.nested(), on.join(", ")));
        query.step(in_order(writer, index));
        let scope = writer.scope(Columns::Step(index));
        query.steps(sequence.steps[index].predicate.iter().map(|part| format!("where {}", scope.holds(part).text)));
        query.steps(different(writer, sequence, index));
        // A join gives what it joins on a second time.
        query.step(format!("project-away {}", on.iter().map(|name| format!("{name}1")).collect::<Vec<_>>().join(", ")));
    }
    let mut columns = vec![format!("{} = {}", writer.own(Own::Chain), order(writer, sequence))];
    if writer.is_scheduled() {
        let arrivals: Vec<String> =
            steps(sequence).map(|(role, _)| writer.names.own_of(role, Own::Arrived, writer.plan)).collect();
        columns.push(format!("{} = max_of({})", writer.own(Own::Arrived), arrivals.join(", ")));
    }
    query.step(layout::columns("extend", &columns));
    query.steps(evaluation::expand(writer));
    query.steps(if evaluation::is_twofold(writer) {
        evaluation::is_due(writer, &writer.own(Own::MatchTime))
    } else {
        None
    });
    query
}

/// The events of a step with the names that they have in a chain.
fn step(writer: &Writer<'_>, sequence: &Sequence, index: usize) -> Pipeline {
    let plan = writer.plan;
    let (role, stream) = (Role::Step(index), sequence.steps[index].stream);
    let mut events = Pipeline::new(writer.events_of(stream));
    if index + 1 == sequence.steps.len() {
        events.step(evaluation::in_period(writer, writer.time()));
    }
    let mut fields = roles::fields(plan, role);
    fields.extend([TIME, EVENT_ID]);
    let (bucket, time, width) = (writer.own(Own::Bucket), writer.time(), writer.own(Own::Window));
    let mut columns = writer.key();
    columns.push(if index == 0 {
        format!("{bucket} = bin({time}, {width})")
    } else {
        format!("{bucket} = pack_array(bin({time} - {width}, {width}), bin({time}, {width}))")
    });
    let of_event = matches::renamed(writer, role, &fields);
    columns.extend(of_event.iter().map(|(name, value)| column(name, value)));
    for own in [writer.has_sources().then_some(Own::Source), writer.is_scheduled().then_some(Own::Arrived)] {
        columns.extend(own.map(|own| column(&writer.names.own_of(role, own, plan), &writer.own(own))));
    }
    events.step(layout::columns("project", &columns));
    if index > 0 {
        events.step(format!("mv-expand {bucket} to typeof(datetime)"));
    }
    events
}

fn time_of(writer: &Writer<'_>, index: usize) -> String {
    writer.names.of(Role::Step(index), TIME, writer.plan)
}

/// That a step's event is not before that of the step before, and not too late.
fn in_order(writer: &Writer<'_>, index: usize) -> String {
    let (time, before, first) = (time_of(writer, index), time_of(writer, index - 1), time_of(writer, 0));
    format!("where {time} between ({before} .. ({first} + {}))", writer.own(Own::Window))
}

/// That a step's event is none of the events before, where it could be.
fn different(writer: &Writer<'_>, sequence: &Sequence, index: usize) -> Vec<String> {
    let (plan, names) = (writer.plan, &writer.names);
    let (role, stream) = (Role::Step(index), sequence.steps[index].stream);
    let earlier = steps(sequence).take(index).filter(|(_, other)| roles::may_meet(plan, stream, *other));
    let tests = earlier.map(|(other, _)| {
        let mut pairs: Vec<(String, String)> =
            [TIME, EVENT_ID].map(|field| (names.of(role, field, plan), names.of(other, field, plan))).into();
        if writer.has_sources() {
            pairs.push((names.own_of(role, Own::Source, plan), names.own_of(other, Own::Source, plan)));
        }
        unless::differ(&pairs)
    });
    tests.collect()
}

/// All steps but the last as a text that sorts by the last but one first.
fn order(writer: &Writer<'_>, sequence: &Sequence) -> String {
    let (plan, names) = (writer.plan, &writer.names);
    let earlier: Vec<String> = (0..sequence.steps.len() - 1)
        .rev()
        .map(|index| {
            let role = Role::Step(index);
            let source = writer.has_sources().then(|| names.own_of(role, Own::Source, plan));
            matches::order(&names.of(role, TIME, plan), &names.of(role, EVENT_ID, plan), source.as_deref())
        })
        .collect();
    format!("strcat({})", earlier.join(", \"\\n\", "))
}

/// The chains that no event of an absence breaks.
fn without(writer: &Writer<'_>, sequence: &Sequence, absence: &Absence) -> String {
    let chains = writer.own(Own::Chains);
    let mut broken = Pipeline::new(chains);
    let mut identity = evaluation::identity(writer);
    identity.push(writer.own(Own::Chain));
    let (from, to, span) = match absence.when {
        AbsenceWhen::Between { from, to } => (time_of(writer, from), time_of(writer, to), writer.own(Own::Window)),
        AbsenceWhen::After { within } => {
            let time = writer.own(Own::MatchTime);
            let span = quote::timespan(within);
            // These chains go by the bucket of their last event.
            broken.step(format!("extend {} = bin({time}, {span})", writer.own(Own::Bucket)));
            (time.clone(), format!("({time} + {span})"), span)
        }
    };
    let others = absent(writer, absence.stream, &span);
    let mut on = writer.key();
    on.push(writer.own(Own::Bucket));
    broken.step(format!("join kind=inner {} on {}", others.nested(), on.join(", ")));
    broken.step(format!("where {} between ({from} .. {to})", writer.names.of_other(TIME)));
    broken.steps(unless::known_by_then(writer));
    let scope = writer.scope_of(&writer.optional[absence.stream.0], Columns::OtherOfKey);
    broken.steps(absence.predicate.iter().map(|part| format!("where {}", scope.holds(part).text)));
    broken.steps(steps(sequence).filter_map(|(role, _)| unless::differs(writer, absence.stream, role)));
    let identity = identity.join(", ");
    broken.step(format!("distinct {identity}"));
    format!("join kind=leftanti {} on {identity}", broken.nested())
}

/// The events of an absence, in the two buckets in which a chain can be that they break.
fn absent(writer: &Writer<'_>, stream: StreamIndex, span: &str) -> Pipeline {
    let (bucket, time) = (writer.own(Own::Bucket), writer.time());
    let mut more = writer.key();
    more.push(format!("{bucket} = pack_array(bin({time} - {span}, {span}), bin({time}, {span}))"));
    let mut others = unless::others(writer, stream, &more);
    others.step(format!("mv-expand {bucket} to typeof(datetime)"));
    others
}

/// Keeps of the chains that one event completes the latest one. Gives the columns beside what tells matches apart.
fn latest(writer: &Writer<'_>, sequence: &Sequence, query: &mut Pipeline) -> Vec<String> {
    let identity = evaluation::identity(writer);
    let mut columns: Vec<String> = Vec::new();
    for (role, _) in steps(sequence) {
        columns.extend(matches::columns_of(writer, role).into_iter().map(|(name, _)| name));
    }
    if writer.options.grain == Grain::Alert {
        columns.extend(steps(sequence).map(|(role, _)| writer.names.of(role, EVENT_ID, writer.plan)));
    }
    let mut kept: Vec<String> = Vec::new();
    for name in columns {
        if !identity.contains(&name) && !kept.contains(&name) {
            kept.push(name);
        }
    }
    let mut summary = Vec::new();
    let by_news = writer.is_scheduled() && !evaluation::is_twofold(writer);
    if by_news {
        let arrived = writer.own(Own::Arrived);
        summary.push(format!("{} = min({arrived})", writer.own(Own::FirstArrived)));
    }
    let chain = writer.own(Own::Chain);
    if !kept.is_empty() {
        let mut latest = vec![chain];
        latest.extend(kept.iter().cloned());
        summary.push(format!("arg_max({})", latest.join(", ")));
    }
    query.step(layout::columns_by("summarize", &summary, &identity));
    if by_news {
        query.steps(evaluation::is_due(writer, &writer.own(Own::MatchTime)));
        query.step(evaluation::is_news(writer, &writer.own(Own::MatchTime), vec![writer.is_new(Own::FirstArrived)]));
    }
    if writer.options.grain == Grain::Alert {
        let ids: Vec<(String, bool)> = steps(sequence)
            .map(|(role, _)| (writer.names.of(role, EVENT_ID, writer.plan), writer.is_optional(role, EVENT_ID)))
            .collect();
        query.step(format!("extend {} = {}", writer.own(Own::EventIds), matches::event_ids(&ids)));
        kept.push(writer.own(Own::EventIds));
    }
    kept
}
