//! Each shape from its events to its matches; here single events, sliding windows and buckets.

use std::collections::BTreeSet;

use crate::plan::{EVENT_ID, Expr, ExprKind, Role, Shape, Window};
use crate::target::fragment::{Fragment, Strength};
use crate::target::{Grain, quote};

use super::Writer;
use super::aggregate::{self, Arrivals, Summary};
use super::baseline;
use super::consecutive;
use super::evaluation;
use super::events;
use super::expr::Columns;
use super::first_seen;
use super::hops;
use super::layout::{self, Pipeline, column};
use super::matches::{self, Matches};
use super::names::Own;
use super::prevalence;
use super::report;
use super::sequence;
use super::unless;

/// The statements behind the constants; the last one is the query.
pub fn write(writer: &Writer<'_>) -> Vec<String> {
    let found = match &writer.plan.shape {
        Shape::Single if writer.plan.unless.is_empty() => return single(writer),
        Shape::Single => single_matches(writer),
        Shape::Window(window) => sliding(writer, window),
        Shape::Tumbling(window) => tumbling(writer, window),
        Shape::Consecutive(consecutive) => consecutive::write(writer, consecutive),
        Shape::Sequence(sequence) => sequence::write(writer, sequence),
        Shape::FirstSeen(first_seen) => first_seen::write(writer, first_seen),
    };
    let mut found = unless::write(writer, found);
    found.pipeline.steps(evaluation::only_new(writer, &found.columns));
    if matches!(writer.plan.shape, Shape::Tumbling(_)) && evaluation::is_twofold(writer) {
        // At the run before, the last event of a bucket may have been one that lies too far back now.
        found.pipeline.step(evaluation::in_period(writer, &writer.own(Own::MatchTime)));
    }
    found.pipeline.steps(report::matches(writer));
    finish(found.statements, &found.pipeline)
}

/// Single events that nothing drops: the rows of their events.
fn single(writer: &Writer<'_>) -> Vec<String> {
    let events = events::write(writer);
    let mut query = events.pipeline;
    if writer.is_scheduled() {
        query.step(format!("where {}", writer.is_new(Own::Arrived).text));
    }
    query.steps(report::single(writer));
    finish(events.statements, &query)
}

/// Single events as matches.
fn single_matches(writer: &Writer<'_>) -> Matches {
    let events = events::write(writer);
    let mut query = events.pipeline;
    if writer.is_scheduled() {
        query.steps(evaluation::is_due(writer, writer.time()));
        query.step(evaluation::is_news(writer, writer.time(), vec![writer.is_new(Own::Arrived)]));
    }
    let id = (writer.names.field(EVENT_ID).to_owned(), writer.is_optional(Role::Match, EVENT_ID));
    matches::of_events(writer, events.statements, query, Vec::new(), &[id])
}

fn sliding(writer: &Writer<'_>, window: &Window) -> Matches {
    let events = events::write(writer);
    let mut statements = events.statements;
    let all = writer.own(Own::Events);
    statements.push(layout::materialized(&all, &events.pipeline));
    statements.extend(baseline::statements(writer, &all));
    statements.extend(prevalence::statements(writer, &all));
    let candidates = match candidates(writer, window, &all) {
        Some(pipeline) => {
            let name = writer.own(Own::Candidates);
            statements.push(layout::materialized(&name, &pipeline));
            name
        }
        None => all,
    };
    let mut query = Pipeline::new(candidates.clone());
    query.steps(matching_events(writer));
    let bucket = writer.own(Own::Bucket);
    let (key, time, width) = (evaluation::key(writer), writer.time(), writer.own(Own::Window));
    let mut others = Pipeline::new(candidates);
    others.step(format!("extend {bucket} = bin({time}, {width})"));
    query.step(format!("join kind=inner {} on {}, {bucket}", others.nested(), key.join(", ")));
    let match_time = writer.own(Own::MatchTime);
    query.step(format!("where {time} between (({match_time} - {width}) .. {match_time})"));
    let mut by = key;
    by.extend(matches::matching_event(writer).into_iter().map(|(name, _)| name));
    if is_onefold(writer) {
        by.push(writer.own(Own::MatchArrived));
    }
    if counts_copies(writer) {
        by.push(writer.own(Own::Copies));
    }
    let columns = summarize(writer, &mut query, Vec::new(), by);
    query.steps(baseline::steps(writer));
    query.steps(prevalence::steps(writer));
    query.steps(condition(writer, &window.condition, Own::MatchArrived));
    Matches { statements, pipeline: query, columns }
}

fn tumbling(writer: &Writer<'_>, window: &Window) -> Matches {
    let events = events::write(writer);
    let mut statements = events.statements;
    let mut query = events.pipeline;
    if writer.plan.aggregates.iter().any(|aggregate| !aggregate.is_over_window()) {
        let all = writer.own(Own::Candidates);
        statements.push(layout::materialized(&all, &query));
        statements.extend(baseline::statements(writer, &all));
        statements.extend(prevalence::statements(writer, &all));
        query = Pipeline::new(all);
    }
    if evaluation::is_twofold(writer) {
        query = matches::of_keys_with_news(writer, &writer.key(), query, &mut statements);
        query.steps(evaluation::expand(writer));
    }
    query.steps(hops::columns(writer));
    let order = writer.own(Own::Order);
    let last = matches::matching_event(writer);
    let mut prepared = vec![order_column(writer)];
    prepared.extend(last.iter().map(|(name, value)| column(name, value)));
    query.step(layout::columns("extend", &prepared));
    let names: Vec<String> = last.into_iter().map(|(name, _)| name).collect();
    let mut columns = vec![format!("arg_max({order}, {})", names.join(", "))];
    if is_onefold(writer) {
        columns.push(format!("{} = min({})", writer.own(Own::FirstArrived), writer.own(Own::Arrived)));
    }
    let mut by = evaluation::key(writer);
    by.push(format!("{} = bin({}, {})", writer.own(Own::Bucket), writer.time(), writer.own(Own::Window)));
    let mut kept = summarize(writer, &mut query, columns, by);
    let identity = evaluation::identity(writer);
    kept.extend(names.into_iter().filter(|name| !identity.contains(name)));
    if !evaluation::is_twofold(writer) {
        query.step(evaluation::in_period(writer, &writer.own(Own::MatchTime)));
    }
    query.steps(baseline::steps(writer));
    query.steps(prevalence::steps(writer));
    query.steps(condition(writer, &window.condition, Own::FirstArrived));
    Matches { statements, pipeline: query, columns: kept }
}

/// Whether rows carry their arrival to the end, so that what is new is told by it.
fn is_onefold(writer: &Writer<'_>) -> bool {
    writer.is_scheduled() && !evaluation::is_twofold(writer)
}

fn finish(mut statements: Vec<String>, query: &Pipeline) -> Vec<String> {
    statements.push(query.render());
    statements
}

/// The events of the keys that may match at all: those for which the part of the condition that only grows holds over all
/// their events, and in a scheduled query those of which something is new.
fn candidates(writer: &Writer<'_>, window: &Window, events: &str) -> Option<Pipeline> {
    let mut keys = Pipeline::new(events);
    // Changes are counted for fewer keys, once these are known.
    let prefilter = window.prefilter.as_ref().filter(|prefilter| !hops::are_in(writer.plan, prefilter));
    let used: Vec<usize> = prefilter.map(aggregates_of).unwrap_or_default();
    let mut summary = aggregate::summary(writer, &used, Arrivals::All);
    let mut tests = Vec::new();
    if writer.is_scheduled() {
        let (last, arrived) = (writer.own(Own::LastArrived), writer.own(Own::Arrived));
        summary.columns.push(format!("{last} = max({arrived})"));
        tests.push(writer.is_new(Own::LastArrived));
    }
    if writer.is_scheduled() && writer.plan.wait() > 0 {
        // Something may have come to stand without anything new.
        let text =
            format!("max({}) + {} > {}", writer.time(), quote::timespan(writer.plan.wait()), writer.own(Own::Cutoff));
        let waits = writer.own(Own::Waits);
        summary.columns.push(format!("{waits} = {text}"));
        let either = Fragment::join(&[tests.remove(0), Fragment::atom(waits)], " or ", Strength::Or);
        tests.push(either);
    }
    tests.extend(prefilter.map(|prefilter| writer.scope(Columns::Match).holds(prefilter)));
    let mut candidates = Pipeline::new(events);
    if !tests.is_empty() {
        prepare(writer, &mut keys, &summary);
        keys.step(layout::columns_by("summarize", &summary.columns, &writer.key()));
        keys.steps(correct(&summary));
        keys.step(format!("where {}", Fragment::join(&tests, " and ", Strength::And).text));
        candidates.step(format!("join kind=leftsemi {} on {}", keys.nested(), writer.key().join(", ")));
    }
    candidates.steps(evaluation::expand(writer));
    candidates.steps(hops::columns(writer));
    (!tests.is_empty() || evaluation::counts_hops(writer.plan)).then_some(candidates)
}

/// The events that may match, one row each, in the two buckets that their window touches.
fn matching_events(writer: &Writer<'_>) -> Vec<String> {
    let time = writer.time();
    let mut steps = Vec::new();
    // What is read goes up to the end of a fixed period, and no further.
    steps.push(format!("where {time} >= {}", writer.own(Own::MatchFrom)));
    let mut columns = Vec::new();
    if is_onefold(writer) {
        columns.push(format!("{} = min({})", writer.own(Own::MatchArrived), writer.own(Own::Arrived)));
    }
    if counts_copies(writer) {
        columns.push(format!("{} = countif(isempty({}))", writer.own(Own::Copies), writer.names.field(EVENT_ID)));
    }
    let mut by = evaluation::key(writer);
    by.extend(matches::matching_event(writer).iter().map(|(name, value)| column(name, value)));
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

/// The aggregates that an expression uses, each once, in their order.
pub fn aggregates_of(expr: &Expr) -> Vec<usize> {
    let mut used = BTreeSet::new();
    expr.walk(&mut |part| {
        if let ExprKind::Aggregate(index) = part.kind {
            used.insert(index);
        }
    });
    used.into_iter().collect()
}

/// `summarize` with all aggregates, those of the condition a second time over what had arrived at the run before, and the ids
/// of the events where alerts list them. Gives the columns beside what tells matches apart.
fn summarize(writer: &Writer<'_>, query: &mut Pipeline, mut columns: Vec<String>, by: Vec<String>) -> Vec<String> {
    let every: Vec<usize> = (0..writer.plan.aggregates.len()).collect();
    let mut summary = aggregate::summary(writer, &every, Arrivals::All);
    if let (true, Shape::Window(window) | Shape::Tumbling(window)) = (is_onefold(writer), &writer.plan.shape) {
        let before = aggregate::summary(writer, &aggregates_of(&window.condition), Arrivals::Before);
        summary.prepare.extend(before.prepare);
        summary.columns.extend(before.columns);
        summary.correct.extend(before.correct);
    }
    let mut kept: Vec<String> = every.iter().map(|index| writer.names.aggregate(*index).to_owned()).collect();
    if writer.options.grain == Grain::Alert {
        let id = writer.names.field(EVENT_ID);
        let call = if writer.is_optional(Role::Match, EVENT_ID) {
            format!("make_set_if({id}, isnotempty({id}))")
        } else {
            format!("make_set({id})")
        };
        kept.push(writer.own(Own::EventIds));
        summary.columns.push(format!("{} = {call}", writer.own(Own::EventIds)));
    }
    prepare(writer, query, &summary);
    columns.extend(summary.columns.iter().cloned());
    query.step(layout::columns_by("summarize", &columns, &by));
    query.steps(correct(&summary));
    let identity = evaluation::identity(writer);
    kept.extend(by.into_iter().filter(|column| !identity.contains(column) && !column.contains(" = ")));
    kept
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

/// What orders events as one text.
fn order_column(writer: &Writer<'_>) -> String {
    let source = writer.has_sources().then(|| writer.own(Own::Source));
    let order = matches::order(writer.time(), writer.names.field(EVENT_ID), source.as_deref());
    format!("{} = strcat({order})", writer.own(Own::Order))
}

/// The condition over everything that has arrived; in a scheduled query also that the match is new: its event is, or the
/// condition did not hold on what had arrived at the run before.
fn condition(writer: &Writer<'_>, condition: &Expr, arrival: Own) -> Vec<String> {
    let scope = writer.scope(Columns::Match);
    let parts: Vec<&Expr> =
        if let ExprKind::And(parts) = &condition.kind { parts.iter().collect() } else { vec![condition] };
    let mut steps: Vec<String> = parts.iter().map(|part| format!("where {}", scope.holds(part).text)).collect();
    if writer.is_scheduled() {
        steps.extend(evaluation::is_due(writer, &writer.own(Own::MatchTime)));
    }
    if is_onefold(writer) {
        let before = writer.scope(Columns::MatchBefore).fails(condition);
        steps.push(evaluation::is_news(writer, &writer.own(Own::MatchTime), vec![writer.is_new(arrival), before]));
    }
    steps
}
