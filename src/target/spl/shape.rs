//! Single events, sliding windows and buckets; and what all shapes have in common.

use std::collections::BTreeSet;

use crate::library::aggregate::AggregateFunction;
use crate::plan::{Expr, ExprKind, Shape, Window};
use crate::target::Grain;
use crate::target::fragment::{Fragment, Strength};

use super::aggregate::{self, Over, Written};
use super::expr::{AggregateValue, Event, Logic};
use super::{Writer, baseline, consecutive, first_seen, hops, period, prevalence, quote, report, sequence, unless};

/// Everything behind the events.
pub fn write(writer: &Writer<'_>) -> Vec<String> {
    match &writer.plan.shape {
        Shape::Single => single(writer),
        Shape::Window(window) => sliding(writer, window),
        Shape::Tumbling(window) => tumbling(writer, window),
        Shape::Consecutive(consecutive) => consecutive::write(writer, consecutive),
        Shape::Sequence(sequence) => sequence::write(writer, sequence),
        Shape::FirstSeen(first_seen) => first_seen::write(writer, first_seen),
    }
}

fn single(writer: &Writer<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if writer.has_unless() {
        lines.extend(in_order(writer));
    } else {
        // Of events at one moment, any may be first.
        lines.push("| sort 0 num(_time), str(event_id)".to_owned());
    }
    lines.extend(without_copies(writer));
    lines.extend(period::both_views(writer));
    if writer.is_scheduled() && !writer.has_views() {
        lines.push(format!("| where {}", writer.is_new(&writer.columns.arrival)));
    }
    lines.extend(standing(writer));
    lines.extend(report::single(writer));
    lines
}

/// Of the matches so far those that stand, and in a scheduled search are new.
pub fn standing(writer: &Writer<'_>) -> Vec<String> {
    let mut lines: Vec<String> = period::waited(writer).into_iter().collect();
    lines.extend(unless::write(writer));
    lines.extend(period::new_matches(writer));
    lines
}

fn sliding(writer: &Writer<'_>, window: &Window) -> Vec<String> {
    let key = writer.group().join(", ");
    // A prevalence looks at events of every key, so that none of them may be dropped before.
    let candidates = candidates(writer, window, &writer.group_of_all().join(", "));
    let (mut lines, late) =
        if writer.plan.has_prevalence() { (Vec::new(), candidates) } else { (candidates, Vec::new()) };
    lines.extend(in_order(writer));
    if writer.removes_copies_early() {
        lines.extend(without_copies(writer));
    } else if writer.has_views() {
        lines.extend(first_arrivals(writer));
    }
    lines.extend(period::both_views(writer));
    let all = written(writer, Over::All, &writer.columns.aggregates);
    let before = before(writer, window);
    lines.extend(mark_seen(writer));
    lines.extend(prevalence::write(writer));
    lines.extend(baseline::write(writer));
    lines.extend(late);
    lines.extend(hops::write(writer, before.as_ref().map(|before| &before.used)));
    let terms = terms(writer, &all, before.as_ref());
    // Splunk does not say whether an event exactly `time_window` old is still in the window. It is in the language's; asking
    // for more would let in what is not, for certain.
    let width = format!("streamstats time_window={}", quote::span(window.width));
    lines.push(stats(&width, terms.iter().map(aggregate::Term::text), &key));
    // Events at one moment share their window: the last of them has seen it whole.
    lines.push(stats("eventstats", terms.iter().map(aggregate::Term::merged), &format!("_time, {key}")));
    lines.push(writer.kept(&format!("_time>={}", writer.match_from())));
    lines.extend(holding(writer, window, &all));
    if writer.is_scheduled() && !writer.has_views() {
        if !writer.removes_copies_early() {
            lines.extend(first_arrivals(writer));
        }
        lines.push(is_new(writer, window, before.as_ref(), &writer.columns.arrival));
    }
    lines.extend(standing(writer));
    if !writer.removes_copies_early() {
        lines.push(format!("| dedup {} keepempty=true", writer.identity()));
    }
    lines.extend(report::windows(writer, &values(&all)));
    lines
}

fn tumbling(writer: &Writer<'_>, window: &Window) -> Vec<String> {
    let columns = &writer.columns;
    let width = quote::width(window.width);
    let by = format!("{}, {}", writer.group().join(", "), columns.bucket);
    // Not `bin`, whose days start at the user's midnight.
    let mut lines = vec![format!("| eval {}=floor(_time/{width})*{width}", columns.bucket)];
    let candidates = candidates(writer, window, &format!("{}, {}", writer.group_of_all().join(", "), columns.bucket));
    // What was before looks at buckets that match nothing themselves.
    let looks_back = writer.plan.aggregates.iter().any(|aggregate| !aggregate.is_over_window());
    let (early, late) = if looks_back { (Vec::new(), candidates) } else { (candidates, Vec::new()) };
    lines.extend(early);
    lines.extend(in_order(writer));
    if writer.removes_copies_early() {
        lines.extend(without_copies(writer));
    } else if writer.has_views() {
        lines.extend(first_arrivals(writer));
    }
    lines.extend(period::both_views(writer));
    let all = written(writer, Over::All, &columns.aggregates);
    let before = before(writer, window);
    lines.extend(mark_seen(writer));
    lines.extend(prevalence::write(writer));
    lines.extend(baseline::write(writer));
    lines.extend(late);
    lines.extend(hops::write(writer, before.as_ref().map(|before| &before.used)));
    let mut texts: Vec<String> = terms(writer, &all, before.as_ref()).iter().map(aggregate::Term::text).collect();
    let size = format!("count AS {}", columns.size);
    // Where nothing else is asked of the events they are counted already.
    if !texts.contains(&size) {
        texts.push(size);
    }
    if before.is_some() {
        texts.push(format!("min({}) AS {}", columns.arrival, columns.first_arrival));
    }
    lines.push(stats("eventstats", texts, &by));
    // A bucket is reported at its last event.
    lines.push(format!("| streamstats count AS {} by {by}", columns.position));
    lines.push(writer.kept(&format!("{}={}", columns.position, columns.size)));
    if !writer.has_views() {
        lines.push(writer.kept(&period::counted(writer)));
    }
    lines.extend(holding(writer, window, &all));
    if before.is_some() {
        lines.push(is_new(writer, window, before.as_ref(), &columns.first_arrival));
    }
    lines.extend(standing(writer));
    if writer.has_views() {
        // At the run before, the last event of a bucket may have been one that lies too far back now.
        lines.push(format!("| where {}", period::counted(writer)));
    }
    lines.extend(report::windows(writer, &values(&all)));
    lines
}

/// A stats command: one term stands behind it, several stand below each other.
pub fn stats(command: &str, terms: impl IntoIterator<Item = String>, by: &str) -> String {
    let terms: Vec<String> = terms.into_iter().collect();
    match terms.as_slice() {
        [one] => format!("| {command} {one} by {by}"),
        several => format!("| {command}\n    {}\n    by {by}", several.join("\n    ")),
    }
}

/// The keys of a `sort` that put events at one moment in order: id, then log.
pub fn ties(writer: &Writer<'_>) -> String {
    let order = format!("str({})", writer.columns.order);
    if writer.has_sources() { format!("{order}, str({})", writer.columns.log) } else { order }
}

/// Puts events in order of time, then id as text; `sort` alone would take ids of digits for numbers. An event without id
/// comes first, where `sort` would put it last.
pub fn in_order(writer: &Writer<'_>) -> [String; 2] {
    [order(writer), format!("| sort 0 num(_time), {}", ties(writer))]
}

/// What orders events at one moment; never null, and never a number.
pub fn order(writer: &Writer<'_>) -> String {
    format!("| eval {}=coalesce(\"=\".event_id, \"-\")", writer.columns.order)
}

/// Of several copies of an event the earliest stays; it arrived when the first of them did.
pub fn without_copies(writer: &Writer<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if writer.is_scheduled() {
        lines.extend(first_arrivals(writer));
    }
    lines.push(format!("| dedup {} keepempty=true", writer.identity()));
    lines
}

/// Gives every copy the arrival of the first one. Events without id are not copies of anything.
pub fn first_arrivals(writer: &Writer<'_>) -> [String; 2] {
    let (arrival, first) = (&writer.columns.arrival, &writer.columns.first_arrival);
    [
        format!("| eventstats min({arrival}) AS {first} by {}", writer.identity()),
        format!("| eval {arrival}=coalesce({first}, {arrival})"),
    ]
}

/// Groups that cannot match at all are dropped before anything is sorted: those for which the part of the condition that only
/// grows fails over all their events, and in a scheduled search those of which nothing is new.
fn candidates(writer: &Writer<'_>, window: &Window, by: &str) -> Vec<String> {
    let mut terms: Vec<aggregate::Term> = Vec::new();
    let mut tests = Vec::new();
    for prefilter in window.prefilter.iter().flat_map(conjuncts).filter(|part| !counts_hops(writer, part)) {
        let all = written(writer, Over::All, &writer.columns.aggregates);
        for term in aggregate::used_by(prefilter).iter().flat_map(|index| all[*index].terms.clone()) {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        let values = values(&all);
        tests.push(writer.scope(&values, Event::Row).condition(prefilter, Logic::NullIsFalse));
    }
    if let Some((term, test)) = newest(writer) {
        terms.push(term);
        tests.push(test);
    }
    if terms.is_empty() {
        return Vec::new();
    }
    let names: Vec<&str> = terms.iter().map(|term| term.name.as_str()).collect();
    vec![
        stats("eventstats", terms.iter().map(aggregate::Term::text), by),
        writer.kept(&Fragment::join(&tests, " AND ", Strength::And).text),
        // A window without values leaves its column alone: nothing of the whole may stay in it.
        format!("| fields - {}", names.join(", ")),
    ]
}

/// What shows in a scheduled search that a group may have new matches: a new event. Where matches wait, time alone makes some.
pub fn newest(writer: &Writer<'_>) -> Option<(aggregate::Term, Fragment)> {
    let (arrival, newest) = (&writer.columns.arrival, &writer.columns.newest_arrival);
    (writer.is_scheduled() && writer.plan.wait() == 0).then(|| {
        let term = aggregate::Term { function: format!("max({arrival})"), name: newest.clone(), merge: "max" };
        (term, Fragment::new(writer.is_new(newest), Strength::Comparison))
    })
}

/// The key groups of which nothing is new are dropped before anything is sorted.
pub fn with_news(writer: &Writer<'_>) -> Vec<String> {
    let by = writer.group_of_all();
    match newest(writer) {
        Some((term, test)) if !by.is_empty() => {
            let names = term.name.clone();
            vec![
                stats("eventstats", [term.text()], &by.join(", ")),
                writer.kept(&test.text),
                format!("| fields - {names}"),
            ]
        }
        Some(_) | None => Vec::new(),
    }
}

/// Hops are there only once events are in order.
fn counts_hops(writer: &Writer<'_>, condition: &Expr) -> bool {
    let is_hops = |index: &usize| writer.plan.aggregates[*index].function == AggregateFunction::Hops;
    aggregate::used_by(condition).iter().any(is_hops)
}

/// All aggregates over some of the events, under these names.
fn written(writer: &Writer<'_>, over: Over<'_>, names: &[String]) -> Vec<Written> {
    let scope = writer.scope(&[], Event::Row);
    names
        .iter()
        .enumerate()
        .map(|(index, name)| aggregate::write(&scope, index, over, name, &format!("{name}_of")))
        .collect()
}

fn values(written: &[Written]) -> Vec<AggregateValue> {
    written.iter().map(|written| written.value.clone()).collect()
}

/// The aggregates over what had arrived at the run before, of a scheduled search: those of the condition, others as they are.
struct Before {
    all: Vec<Written>,
    used: BTreeSet<usize>,
}

fn before(writer: &Writer<'_>, window: &Window) -> Option<Before> {
    (writer.is_scheduled() && !writer.has_views()).then(|| Before {
        all: written(writer, Over::Marked(&writer.columns.seen), &writer.columns.earlier_aggregates),
        used: aggregate::used_by(&window.condition),
    })
}

fn mark_seen(writer: &Writer<'_>) -> Option<String> {
    let columns = &writer.columns;
    (writer.is_scheduled() && !writer.has_views())
        .then(|| format!("| eval {}=if({}, 0, 1)", columns.seen, writer.is_new(&columns.arrival)))
}

/// Every term that the result needs, each once.
fn terms(writer: &Writer<'_>, all: &[Written], before: Option<&Before>) -> Vec<aggregate::Term> {
    let mut terms: Vec<aggregate::Term> = all.iter().flat_map(|written| written.terms.clone()).collect();
    if let Some(before) = before {
        terms.extend(before.used.iter().flat_map(|index| before.all[*index].terms.clone()));
    }
    if writer.options.grain == Grain::Alert {
        let function = "values(event_id)".to_owned();
        terms.push(aggregate::Term { function, name: "event_ids".to_owned(), merge: "values" });
    }
    if terms.is_empty() {
        terms.push(aggregate::Term { function: "count".to_owned(), name: writer.columns.size.clone(), merge: "max" });
    }
    terms
}

fn holding(writer: &Writer<'_>, window: &Window, all: &[Written]) -> Vec<String> {
    let values = values(all);
    let scope = writer.scope(&values, Event::Row);
    conjuncts(&window.condition)
        .into_iter()
        .map(|part| writer.kept(&scope.condition(part, Logic::NullIsFalse).text))
        .collect()
}

/// New since the run before: its event is, or the condition did not hold on what had arrived then.
fn is_new(writer: &Writer<'_>, window: &Window, before: Option<&Before>, arrival: &str) -> String {
    let values = before.map(|before| values(&before.all)).unwrap_or_default();
    let scope = writer.scope(&values, Event::Row);
    let held: Fragment = scope.condition(&window.condition, Logic::TwoValued);
    format!("| where {} OR NOT ({})", writer.is_new(arrival), held.text)
}

fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    if let ExprKind::And(parts) = &condition.kind { parts.iter().collect() } else { vec![condition] }
}
