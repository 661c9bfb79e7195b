//! `unless`: matches without those that an event drops.

use crate::plan::{EVENT_ID, Role, StreamIndex, TIME, Unless};
use crate::target::fragment::{Fragment, Strength};
use crate::target::quote;

use super::Writer;
use super::evaluation;
use super::expr::Columns;
use super::layout::{self, Pipeline, column};
use super::matches::{self, Matches};
use super::names::Own;
use super::roles;
use super::streams;

/// Drops the matches that an event drops.
pub fn write(writer: &Writer<'_>, matches: Matches) -> Matches {
    let unless = &writer.plan.unless;
    if unless.is_empty() {
        return matches;
    }
    let mut statements = matches.statements;
    let name = writer.own(Own::Matches);
    statements.push(layout::materialized(&name, &matches.pipeline));
    statements.extend(streams::write(writer, unless.iter().map(|unless| unless.stream)));
    let identity = evaluation::identity(writer).join(", ");
    let mut pipeline = Pipeline::new(name.clone());
    for unless in unless {
        let dropped = dropped(writer, unless, &name, &identity);
        pipeline.step(format!("join kind=leftanti {} on {identity}", dropped.nested()));
    }
    Matches { statements, pipeline, columns: matches.columns }
}

/// The matches that events of one clause drop.
fn dropped(writer: &Writer<'_>, unless: &Unless, matches: &str, identity: &str) -> Pipeline {
    let mut pipeline = Pipeline::new(matches);
    let time = writer.own(Own::MatchTime);
    let (from, to) = (streams::bracketed(&time, '-', unless.before), streams::bracketed(&time, '+', unless.after));
    let others = others(writer, unless.stream, &[]);
    if unless.links.is_empty() {
        let span = quote::timespan(unless.before + unless.after);
        let on = in_two_buckets(writer, &mut pipeline, (&from, &to), &span);
        let others = in_bucket(writer, others, &span);
        pipeline.step(format!("join kind=inner {} on {on}", others.nested()));
    } else {
        let links = links(writer, unless, &mut pipeline);
        pipeline.step(format!("join kind=inner {} on {}", others.nested(), links.join(", ")));
    }
    let other_time = writer.names.of_other(TIME);
    pipeline.step(format!("where {other_time} between ({from} .. {to})"));
    pipeline.steps(known_by_then(writer));
    let scope = writer.scope_of(&writer.optional[unless.stream.0], Columns::Other);
    pipeline.steps(unless.predicate.iter().map(|part| format!("where {}", scope.holds(part).text)));
    pipeline.steps(differs(writer, unless.stream, Role::Match));
    pipeline.step(format!("distinct {identity}"));
    pipeline
}

/// Puts matches into the two buckets that a stretch of time as long as they are touches; gives what to join on.
fn in_two_buckets(writer: &Writer<'_>, matches: &mut Pipeline, (from, to): (&str, &str), span: &str) -> String {
    let bucket = writer.own(Own::Bucket);
    matches.step(format!("extend {bucket} = pack_array(bin({from}, {span}), bin({to}, {span}))"));
    matches.step(format!("mv-expand {bucket} to typeof(datetime)"));
    bucket
}

fn in_bucket(writer: &Writer<'_>, mut others: Pipeline, span: &str) -> Pipeline {
    let time = writer.names.of_other(TIME);
    others.step(format!("extend {} = bin({time}, {span})", writer.own(Own::Bucket)));
    others
}

/// What the events of a clause and the matches are joined on. A side that is missing links nothing.
fn links(writer: &Writer<'_>, unless: &Unless, matches: &mut Pipeline) -> Vec<String> {
    let scope = writer.scope(Columns::Match);
    let mut computed = Vec::new();
    let on = unless.links.iter().enumerate().map(|(index, (field, of_match))| {
        let left = scope.column(of_match).unwrap_or_else(|| {
            let name = format!("{}{}", writer.own(Own::Link), index + 1);
            computed.push(format!("{name} = {}", scope.value(of_match).text));
            name
        });
        format!("$left.{left} == $right.{}", writer.names.of_other(*field))
    });
    let on = on.collect();
    if !computed.is_empty() {
        matches.step(layout::columns("extend", &computed));
    }
    on
}

/// The events of a stream under the names of events that there must not be, with some columns more. What they are linked by
/// is present.
pub fn others(writer: &Writer<'_>, stream: StreamIndex, more: &[String]) -> Pipeline {
    let plan = writer.plan;
    let mut events = Pipeline::new(writer.events_of(stream));
    let links = plan.unless.iter().find(|unless| unless.stream == stream).map(|unless| &unless.links);
    let linked: Vec<_> = links.into_iter().flatten().map(|(field, _)| *field).collect();
    let mut optional = writer.optional[stream.0].clone();
    events.steps(super::events::presence(writer, &linked, &mut optional));
    let mut columns: Vec<String> = more.to_vec();
    let keyed = roles::is_keyed(plan, stream);
    for index in roles::kept(plan, stream) {
        if keyed && plan.shape.key().contains(&index) {
            continue;
        }
        let renamed = matches::with_coordinates(writer, index, writer.names.of_other(index));
        columns.extend(renamed.iter().map(|(name, value)| column(name, value)));
    }
    let mut own = Vec::new();
    own.extend(writer.has_sources().then_some(Own::Source));
    own.extend(evaluation::is_twofold(writer).then_some(Own::Arrived));
    columns.extend(own.into_iter().map(|own| format!("{} = {}", writer.names.own_of_other(own), writer.own(own))));
    events.step(layout::columns("project", &columns));
    events
}

/// That an event was known at the moment of which a row tells the truth.
pub fn known_by_then(writer: &Writer<'_>) -> Option<String> {
    let arrived = writer.names.own_of_other(Own::Arrived);
    evaluation::is_twofold(writer).then(|| format!("where {arrived} <= {}", writer.own(Own::AsOf)))
}

/// That an event is not the one in a role, where it could be.
pub fn differs(writer: &Writer<'_>, stream: StreamIndex, role: Role) -> Option<String> {
    let (plan, names) = (writer.plan, &writer.names);
    if !roles::may_meet(plan, stream, roles::stream(plan, role)) {
        return None;
    }
    let mut pairs: Vec<(String, String)> =
        [TIME, EVENT_ID].map(|index| (names.of_other(index), names.of(role, index, plan))).into();
    if writer.has_sources() {
        pairs.push((names.own_of_other(Own::Source), names.own_of(role, Own::Source, plan)));
    }
    Some(differ(&pairs))
}

/// That one of some pairs of columns differs.
pub fn differ(pairs: &[(String, String)]) -> String {
    let tests: Vec<Fragment> =
        pairs.iter().map(|(a, b)| Fragment::new(format!("{a} != {b}"), Strength::Comparison)).collect();
    format!("where {}", Fragment::join(&tests, " or ", Strength::Or).text)
}
