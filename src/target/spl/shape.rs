//! The three shapes: single events, sliding windows, buckets.

use std::collections::BTreeSet;

use crate::plan::{Expr, Shape, Window};
use crate::target::fragment::{Fragment, Strength};
use crate::target::{Grain, Period};

use super::aggregate::{self, Over, Written};
use super::expr::{AggregateValue, Logic, Scope};
use super::{Writer, quote, report};

/// Everything behind the events.
pub fn write(writer: &Writer<'_>) -> Vec<String> {
    match &writer.plan.shape {
        Shape::Single => single(writer),
        Shape::Window(window) => sliding(writer, window),
        Shape::Tumbling(window) => tumbling(writer, window),
        Shape::Consecutive(_) | Shape::Sequence(_) | Shape::FirstSeen(_) => Vec::new(),
    }
}

/// The period of which events are read: by their own time, and in a scheduled search only what had been indexed when it
/// started, so that the next run knows exactly what this one saw.
pub fn read_period(writer: &Writer<'_>) -> String {
    let back = || format!("relative_time(now(), \"-{}\")", quote::span(writer.plan.lookback()));
    let indexed = || format!("{}<now()", writer.columns.arrival);
    match (writer.options.period, &writer.plan.shape) {
        (Period::Scheduled, Shape::Tumbling(window)) => {
            // Whole buckets only.
            let width = quote::seconds(window.width);
            format!("_time>=ceiling({}/{width})*{width} AND {}", back(), indexed())
        }
        (
            Period::Scheduled,
            Shape::Single | Shape::Window(_) | Shape::Consecutive(_) | Shape::Sequence(_) | Shape::FirstSeen(_),
        ) => format!("_time>={} AND {}", back(), indexed()),
        (Period::Hunt { from, to }, _) => {
            let (from, to) = hunted(&writer.plan.shape, from, to);
            format!("_time>={} AND _time<{}", quote::seconds(from), quote::seconds(to))
        }
    }
}

/// The events that matches of a fixed period rest on: those of the windows before it, and of the buckets that it touches.
pub fn hunted(shape: &Shape, from: i64, to: i64) -> (i64, i64) {
    match shape {
        Shape::Single => (from, to),
        Shape::Window(_) | Shape::Consecutive(_) | Shape::Sequence(_) | Shape::FirstSeen(_) => {
            (from.saturating_sub(shape.reach()), to)
        }
        Shape::Tumbling(window) => {
            let start = |moment: i64| moment.div_euclid(window.width).saturating_mul(window.width);
            (start(from), start(to.saturating_sub(1)).saturating_add(window.width))
        }
    }
}

fn single(writer: &Writer<'_>) -> Vec<String> {
    // Of events at one moment, any may be first.
    let mut lines = vec!["| sort 0 num(_time), str(event_id)".to_owned()];
    lines.extend(without_copies(writer));
    if writer.is_scheduled() {
        lines.push(format!("| where {}", writer.is_new(&writer.columns.arrival)));
    }
    lines.extend(report::single(writer));
    lines
}

fn sliding(writer: &Writer<'_>, window: &Window) -> Vec<String> {
    let key = writer.key().join(", ");
    let mut lines = candidates(writer, window, &key);
    lines.extend(in_order(writer));
    if writer.removes_copies_early() {
        lines.extend(without_copies(writer));
    }
    let all = written(writer, Over::All, &writer.columns.aggregates);
    let before = before(writer, window);
    lines.extend(mark_seen(writer));
    let terms = terms(writer, &all, before.as_ref());
    // Splunk does not say whether an event exactly `time_window` old is still in the window. It is in the language's; asking
    // for more would let in what is not, for certain.
    let width = format!("streamstats time_window={}", quote::span(window.width));
    lines.push(stats(&width, terms.iter().map(aggregate::Term::text), &key));
    // Events at one moment share their window: the last of them has seen it whole.
    lines.push(stats("eventstats", terms.iter().map(aggregate::Term::merged), &format!("_time, {key}")));
    lines.push(format!("| where _time>={}", writer.match_from()));
    lines.extend(holding(writer, window, &all));
    if writer.is_scheduled() {
        if !writer.removes_copies_early() {
            lines.extend(first_arrivals(writer));
        }
        lines.push(is_new(writer, window, before.as_ref(), &writer.columns.arrival));
    }
    if !writer.removes_copies_early() {
        lines.push(format!("| dedup {} keepempty=true", writer.identity()));
    }
    lines.extend(report::windows(writer, &values(&all)));
    lines
}

fn tumbling(writer: &Writer<'_>, window: &Window) -> Vec<String> {
    let columns = &writer.columns;
    let width = quote::seconds(window.width);
    let by = format!("{}, {}", writer.key().join(", "), columns.bucket);
    // Not `bin`, whose days start at the user's midnight.
    let mut lines = vec![format!("| eval {}=floor(_time/{width})*{width}", columns.bucket)];
    lines.extend(candidates(writer, window, &by));
    lines.extend(in_order(writer));
    if writer.removes_copies_early() {
        lines.extend(without_copies(writer));
    }
    let all = written(writer, Over::All, &columns.aggregates);
    let before = before(writer, window);
    lines.extend(mark_seen(writer));
    let mut texts: Vec<String> = terms(writer, &all, before.as_ref()).iter().map(aggregate::Term::text).collect();
    texts.push(format!("count AS {}", columns.size));
    if writer.is_scheduled() {
        texts.push(format!("min({}) AS {}", columns.arrival, columns.first_arrival));
    }
    lines.push(stats("eventstats", texts, &by));
    // A bucket is reported at its last event.
    lines.push(format!("| streamstats count AS {} by {by}", columns.position));
    lines.push(format!("| where {}={}", columns.position, columns.size));
    let mut period = format!("| where _time>={}", writer.match_from());
    if let Period::Hunt { to, .. } = writer.options.period {
        period.push_str(&format!(" AND _time<{}", quote::seconds(to)));
    }
    lines.push(period);
    lines.extend(holding(writer, window, &all));
    if writer.is_scheduled() {
        lines.push(is_new(writer, window, before.as_ref(), &columns.first_arrival));
    }
    lines.extend(report::windows(writer, &values(&all)));
    lines
}

/// A stats command: one term stands behind it, several stand below each other.
fn stats(command: &str, terms: impl IntoIterator<Item = String>, by: &str) -> String {
    let terms: Vec<String> = terms.into_iter().collect();
    match terms.as_slice() {
        [one] => format!("| {command} {one} by {by}"),
        several => format!("| {command}\n    {}\n    by {by}", several.join("\n    ")),
    }
}

/// Puts events in order of time, then id as text; `sort` alone would take ids of digits for numbers. An event without id
/// comes first, where `sort` would put it last.
fn in_order(writer: &Writer<'_>) -> [String; 2] {
    let order = &writer.columns.order;
    [
        format!("| eval {order}=if(isnull(event_id), \"0\", \"1\".event_id)"),
        format!("| sort 0 num(_time), str({order})"),
    ]
}

/// Of several copies of an event the earliest stays; it arrived when the first of them did.
fn without_copies(writer: &Writer<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if writer.is_scheduled() {
        lines.extend(first_arrivals(writer));
    }
    lines.push(format!("| dedup {} keepempty=true", writer.identity()));
    lines
}

/// Gives every copy the arrival of the first one. Events without id are not copies of anything.
fn first_arrivals(writer: &Writer<'_>) -> [String; 2] {
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
    if let Some(prefilter) = &window.prefilter {
        let all = written(writer, Over::All, &writer.columns.aggregates);
        terms.extend(aggregate::used_by(prefilter).iter().flat_map(|index| all[*index].terms.clone()));
        let values = values(&all);
        let scope = Scope { plan: writer.plan, columns: &writer.columns, aggregates: &values };
        tests.push(scope.condition(prefilter, Logic::NullIsFalse));
    }
    if writer.is_scheduled() {
        let (arrival, newest) = (&writer.columns.arrival, &writer.columns.newest_arrival);
        terms.push(aggregate::Term { function: format!("max({arrival})"), name: newest.clone(), merge: "max" });
        tests.push(Fragment::new(writer.is_new(newest), Strength::Comparison));
    }
    if terms.is_empty() {
        return Vec::new();
    }
    let names: Vec<&str> = terms.iter().map(|term| term.name.as_str()).collect();
    vec![
        stats("eventstats", terms.iter().map(aggregate::Term::text), by),
        format!("| where {}", Fragment::join(&tests, " AND ", Strength::And).text),
        // A window without values leaves its column alone: nothing of the whole may stay in it.
        format!("| fields - {}", names.join(", ")),
    ]
}

/// All aggregates over some of the events, under these names.
fn written(writer: &Writer<'_>, over: Over<'_>, names: &[String]) -> Vec<Written> {
    let scope = Scope { plan: writer.plan, columns: &writer.columns, aggregates: &[] };
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
    writer.is_scheduled().then(|| Before {
        all: written(writer, Over::Marked(&writer.columns.seen), &writer.columns.earlier_aggregates),
        used: aggregate::used_by(&window.condition),
    })
}

fn mark_seen(writer: &Writer<'_>) -> Option<String> {
    let columns = &writer.columns;
    writer.is_scheduled().then(|| format!("| eval {}=if({}, 0, 1)", columns.seen, writer.is_new(&columns.arrival)))
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
    let scope = Scope { plan: writer.plan, columns: &writer.columns, aggregates: &values };
    conjuncts(&window.condition)
        .into_iter()
        .map(|part| format!("| where {}", scope.condition(part, Logic::NullIsFalse).text))
        .collect()
}

/// New since the run before: its event is, or the condition did not hold on what had arrived then.
fn is_new(writer: &Writer<'_>, window: &Window, before: Option<&Before>, arrival: &str) -> String {
    let values = before.map(|before| values(&before.all)).unwrap_or_default();
    let scope = Scope { plan: writer.plan, columns: &writer.columns, aggregates: &values };
    let held: Fragment = scope.condition(&window.condition, Logic::TwoValued);
    format!("| where {} OR NOT ({})", writer.is_new(arrival), held.text)
}

fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    if let crate::plan::ExprKind::And(parts) = &condition.kind { parts.iter().collect() } else { vec![condition] }
}
