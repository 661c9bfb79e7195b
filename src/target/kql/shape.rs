//! The three shapes: single events, sliding windows, buckets.

use std::collections::BTreeSet;

use crate::plan::{EVENT_ID, Expr, ExprKind, FieldIndex, Plan, Shape, TIME, Window};
use crate::target::Grain;
use crate::target::fragment::{Fragment, Strength};

use super::Writer;
use super::aggregate::{self, Arrivals, Summary};
use super::baseline;
use super::events;
use super::expr::Columns;
use super::layout::{self, Pipeline, column};
use super::names::Own;
use super::report;
use crate::types::Type;

/// The statements behind the constants; the last one is the query.
pub fn write(writer: &Writer<'_>) -> Vec<String> {
    match &writer.plan.shape {
        Shape::Single => single(writer),
        Shape::Window(window) => sliding(writer, window),
        Shape::Tumbling(window) => tumbling(writer, window),
        Shape::Consecutive(_) | Shape::Sequence(_) | Shape::FirstSeen(_) => Vec::new(),
    }
}

fn single(writer: &Writer<'_>) -> Vec<String> {
    let events = events::write(writer);
    let mut query = events.pipeline;
    if writer.is_scheduled() {
        query.step(format!("where {}", writer.is_new(Own::Arrived).text));
    }
    query.steps(report::single(writer));
    finish(events.statements, &query)
}

fn sliding(writer: &Writer<'_>, window: &Window) -> Vec<String> {
    let events = events::write(writer);
    let mut statements = events.statements;
    let all = writer.own(Own::Events);
    statements.push(layout::materialized(&all, &events.pipeline));
    let candidates = match candidates(writer, window, &all) {
        Some(pipeline) => {
            let name = writer.own(Own::Candidates);
            statements.push(layout::materialized(&name, &pipeline));
            name
        }
        None => all,
    };
    statements.extend(baseline::statements(writer, &candidates));
    let mut query = Pipeline::new(candidates.clone());
    query.steps(matching_events(writer));
    let bucket = writer.own(Own::Bucket);
    let (key, time, width) = (writer.key(), writer.time(), writer.own(Own::Window));
    let mut others = Pipeline::new(candidates);
    others.step(format!("extend {bucket} = bin({time}, {width})"));
    query.step(format!("join kind=inner {} on {}, {bucket}", others.nested(), key.join(", ")));
    let match_time = writer.own(Own::MatchTime);
    query.step(format!("where {time} between (({match_time} - {width}) .. {match_time})"));
    let mut by = key;
    by.extend(match_columns(writer).into_iter().map(|(name, _)| name));
    if writer.is_scheduled() {
        by.push(writer.own(Own::MatchArrived));
    }
    if counts_copies(writer) {
        by.push(writer.own(Own::Copies));
    }
    summarize(writer, &mut query, Vec::new(), &by);
    query.steps(baseline::steps(writer));
    query.steps(condition(writer, &window.condition, Own::MatchArrived));
    query.steps(report::windows(writer));
    finish(statements, &query)
}

fn tumbling(writer: &Writer<'_>, window: &Window) -> Vec<String> {
    let mut events = events::write(writer);
    if baseline::are_used(writer) {
        let all = writer.own(Own::Events);
        events.statements.push(layout::materialized(&all, &events.pipeline));
        events.statements.extend(baseline::statements(writer, &all));
        events.pipeline = Pipeline::new(all);
    }
    let mut query = events.pipeline;
    let (order, match_time) = (writer.own(Own::Order), writer.own(Own::MatchTime));
    let last = match_columns(writer);
    let mut prepared = vec![order_column(writer)];
    prepared.extend(last.iter().map(|(name, value)| column(name, value)));
    query.step(layout::columns("extend", &prepared));
    let names: Vec<String> = last.into_iter().map(|(name, _)| name).collect();
    let mut columns = vec![format!("arg_max({order}, {})", names.join(", "))];
    if writer.is_scheduled() {
        columns.push(format!("{} = min({})", writer.own(Own::FirstArrived), writer.own(Own::Arrived)));
    }
    let mut by = writer.key();
    by.push(format!("{} = bin({}, {})", writer.own(Own::Bucket), writer.time(), writer.own(Own::Window)));
    summarize(writer, &mut query, columns, &by);
    let upper =
        if writer.is_scheduled() { String::new() } else { format!(" and {match_time} < {}", writer.own(Own::MatchTo)) };
    query.step(format!("where {match_time} >= {}{upper}", writer.own(Own::MatchFrom)));
    query.steps(baseline::steps(writer));
    query.steps(condition(writer, &window.condition, Own::FirstArrived));
    query.steps(report::windows(writer));
    finish(events.statements, &query)
}

fn finish(mut statements: Vec<String>, query: &Pipeline) -> Vec<String> {
    statements.push(query.render());
    statements
}

/// The events of the keys that may match at all: those for which the part of the condition that only grows holds over all
/// their events, and in a scheduled query those of which something is new.
fn candidates(writer: &Writer<'_>, window: &Window, events: &str) -> Option<Pipeline> {
    let mut keys = Pipeline::new(events);
    let used: Vec<usize> = window.prefilter.as_ref().map(aggregates_of).unwrap_or_default();
    let mut summary = aggregate::summary(writer, &used, Arrivals::All);
    let mut tests = Vec::new();
    if writer.is_scheduled() {
        let (last, arrived) = (writer.own(Own::LastArrived), writer.own(Own::Arrived));
        summary.columns.push(format!("{last} = max({arrived})"));
        tests.push(writer.is_new(Own::LastArrived));
    }
    tests.extend(window.prefilter.as_ref().map(|prefilter| writer.scope(Columns::Match).holds(prefilter)));
    if tests.is_empty() {
        return None;
    }
    prepare(writer, &mut keys, &summary);
    keys.step(layout::columns_by("summarize", &summary.columns, &writer.key()));
    keys.steps(correct(&summary));
    keys.step(format!("where {}", Fragment::join(&tests, " and ", Strength::And).text));
    let mut candidates = Pipeline::new(events);
    candidates.step(format!("join kind=leftsemi {} on {}", keys.nested(), writer.key().join(", ")));
    Some(candidates)
}

/// The events that may match, one row each, in the two buckets that their window touches.
fn matching_events(writer: &Writer<'_>) -> Vec<String> {
    let time = writer.time();
    let mut steps = Vec::new();
    // What is read goes up to the end of a fixed period, and no further.
    steps.push(format!("where {time} >= {}", writer.own(Own::MatchFrom)));
    let mut columns = Vec::new();
    if writer.is_scheduled() {
        columns.push(format!("{} = min({})", writer.own(Own::MatchArrived), writer.own(Own::Arrived)));
    }
    if counts_copies(writer) {
        columns.push(format!("{} = countif(isempty({}))", writer.own(Own::Copies), writer.names.field(EVENT_ID)));
    }
    let mut by = writer.key();
    by.extend(match_columns(writer).iter().map(|(name, value)| column(name, value)));
    steps.push(layout::columns_by("summarize", &columns, &by));
    let (bucket, width, match_time) = (writer.own(Own::Bucket), writer.own(Own::Window), writer.own(Own::MatchTime));
    steps.push(format!(
        "extend {bucket} = pack_array(bin({match_time} - {width}, {width}), bin({match_time}, {width}))"
    ));
    steps.push(format!("mv-expand {bucket} to typeof(datetime)"));
    steps
}

/// Whether alerts count matching events without id that look the same: each is a match.
fn counts_copies(writer: &Writer<'_>) -> bool {
    writer.options.grain == Grain::Alert && writer.plan.fields[EVENT_ID.0].optional
}

/// The columns of a matching event beside its key: name and value.
fn match_columns(writer: &Writer<'_>) -> Vec<(String, String)> {
    let plan = writer.plan;
    let mut columns = vec![
        (writer.own(Own::MatchTime), writer.time().to_owned()),
        (writer.own(Own::MatchId), writer.names.field(EVENT_ID).to_owned()),
    ];
    if writer.has_sources() {
        columns.push((writer.own(Own::MatchSource), writer.own(Own::Source)));
    }
    let key = plan.shape.key();
    for index in shown_fields(plan) {
        if index == TIME || index == EVENT_ID || key.contains(&index) {
            continue;
        }
        if plan.fields[index.0].ty == Type::Location {
            columns.extend(
                writer.names.coordinates_of_match(index, plan).into_iter().zip(writer.names.coordinates(index)),
            );
        } else {
            columns.push((writer.names.of_match(index, plan), writer.names.field(index).to_owned()));
        }
    }
    columns
}

/// The fields of the matching event that are shown.
fn shown_fields(plan: &Plan) -> BTreeSet<FieldIndex> {
    let mut fields = BTreeSet::new();
    for show in &plan.show {
        show.value.walk(&mut |part| {
            if let ExprKind::Field(index) = part.kind {
                fields.insert(index);
            }
        });
    }
    fields
}

/// The aggregates that an expression uses, each once, in their order.
fn aggregates_of(expr: &Expr) -> Vec<usize> {
    let mut used = BTreeSet::new();
    expr.walk(&mut |part| {
        if let ExprKind::Aggregate(index) = part.kind {
            used.insert(index);
        }
    });
    used.into_iter().collect()
}

/// `summarize` with all aggregates, those of the condition a second time over what had arrived at the run before, and the ids
/// of the events where alerts list them.
fn summarize(writer: &Writer<'_>, query: &mut Pipeline, mut columns: Vec<String>, by: &[String]) {
    let every: Vec<usize> = (0..writer.plan.aggregates.len()).collect();
    let mut summary = aggregate::summary(writer, &every, Arrivals::All);
    if let (true, Shape::Window(window) | Shape::Tumbling(window)) = (writer.is_scheduled(), &writer.plan.shape) {
        let before = aggregate::summary(writer, &aggregates_of(&window.condition), Arrivals::Before);
        summary.prepare.extend(before.prepare);
        summary.columns.extend(before.columns);
        summary.correct.extend(before.correct);
    }
    if writer.options.grain == Grain::Alert {
        let id = writer.names.field(EVENT_ID);
        let call = if writer.optional[EVENT_ID.0] {
            format!("make_set_if({id}, isnotempty({id}))")
        } else {
            format!("make_set({id})")
        };
        summary.columns.push(format!("{} = {call}", writer.own(Own::EventIds)));
    }
    prepare(writer, query, &summary);
    columns.extend(summary.columns.iter().cloned());
    query.step(layout::columns_by("summarize", &columns, by));
    query.steps(correct(&summary));
}

fn prepare(writer: &Writer<'_>, query: &mut Pipeline, summary: &Summary) {
    if summary.needs_order() {
        if matches!(writer.plan.shape, Shape::Window(_)) {
            query.step(format!("extend {}", order_column(writer)));
        }
        query.step(layout::columns("extend", &summary.prepare));
    }
}

fn correct(summary: &Summary) -> Option<String> {
    (!summary.correct.is_empty()).then(|| layout::columns("extend", &summary.correct))
}

/// Time and id as one text that sorts by time, then id, a missing id first.
fn order_column(writer: &Writer<'_>) -> String {
    format!(
        "{} = strcat(format_datetime({}, \"yyyy-MM-dd HH:mm:ss.ffffff\"), {})",
        writer.own(Own::Order),
        writer.time(),
        writer.names.field(EVENT_ID)
    )
}

/// The condition over everything that has arrived; in a scheduled query also that the match is new: its event is, or the
/// condition did not hold on what had arrived at the run before.
fn condition(writer: &Writer<'_>, condition: &Expr, arrival: Own) -> Vec<String> {
    let scope = writer.scope(Columns::Match);
    let parts: Vec<&Expr> =
        if let ExprKind::And(parts) = &condition.kind { parts.iter().collect() } else { vec![condition] };
    let mut steps: Vec<String> = parts.iter().map(|part| format!("where {}", scope.holds(part).text)).collect();
    if writer.is_scheduled() {
        let before = writer.scope(Columns::MatchBefore).fails(condition);
        let is_new = Fragment::join(&[writer.is_new(arrival), before], " or ", Strength::Or);
        steps.push(format!("where {}", is_new.text));
    }
    steps
}
