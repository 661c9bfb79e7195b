//! The three shapes: single events, sliding windows, buckets.

use std::collections::BTreeSet;

use crate::plan::{Expr, Shape, Window};
use crate::target::fragment::Fragment;
use crate::target::{Grain, Period};

use super::aggregate::{self, Over, Written};
use super::expr::{AggregateValue, Logic, Scope};
use super::{Writer, lookback, quote, report};

/// Everything behind the events.
pub fn write(writer: &Writer<'_>) -> Vec<String> {
    match &writer.plan.shape {
        Shape::Single => single(writer),
        Shape::Window(window) => sliding(writer, window),
        Shape::Tumbling(window) => tumbling(writer, window),
    }
}

/// The period of which events are read.
pub fn read_period(writer: &Writer<'_>) -> String {
    let width = writer.plan.shape.width().unwrap_or(0);
    match (writer.options.period, &writer.plan.shape) {
        (Period::Scheduled, Shape::Tumbling(_)) => {
            let from = format!("relative_time(now(), \"-{}\")", quote::span(lookback(writer.plan)));
            let width = quote::seconds(width);
            format!("_time>=ceiling({from}/{width})*{width}")
        }
        (Period::Scheduled, Shape::Single | Shape::Window(_)) => {
            format!("_time>=relative_time(now(), \"-{}\")", quote::span(lookback(writer.plan)))
        }
        (Period::Hunt { from, to }, Shape::Tumbling(_)) => {
            let start = from.div_euclid(width) * width;
            let end = (to - 1).div_euclid(width) * width + width;
            format!("_time>={} AND _time<{}", quote::seconds(start), quote::seconds(end))
        }
        (Period::Hunt { from, to }, Shape::Single | Shape::Window(_)) => {
            format!("_time>={} AND _time<{}", quote::seconds(from - width), quote::seconds(to))
        }
    }
}

fn single(writer: &Writer<'_>) -> Vec<String> {
    let mut lines = in_order();
    lines.extend(without_copies(writer));
    if writer.is_scheduled() {
        lines.push(format!("| where {}>{}", writer.columns.arrival, writer.cutoff()));
    }
    lines.extend(report::single(writer));
    lines
}

fn sliding(writer: &Writer<'_>, window: &Window) -> Vec<String> {
    let key = writer.key().join(", ");
    let mut lines = in_order();
    if writer.removes_copies_early() {
        lines.extend(without_copies(writer));
    }
    lines.extend(candidates(writer, window, &key));
    let all = written(writer, Over::All, &writer.columns.aggregates);
    let before = before(writer, window);
    lines.extend(mark_seen(writer));
    let terms = terms(writer, &all, &before);
    let texts: Vec<String> = terms.iter().map(aggregate::Term::text).collect();
    lines.push(format!("| streamstats time_window={} {} by {key}", quote::span(window.width), texts.join(" ")));
    // Events at one moment share their window: the last of them has seen it whole.
    let merged: Vec<String> = terms.iter().map(aggregate::Term::merged).collect();
    lines.push(format!("| eventstats {} by _time, {key}", merged.join(" ")));
    lines.push(format!("| where _time>={}", writer.match_from()));
    lines.extend(holding(writer, window, &all));
    if writer.is_scheduled() {
        let arrival = &writer.columns.arrival;
        if !writer.removes_copies_early() {
            lines.push(first_arrivals(writer));
        }
        lines.push(is_new(writer, window, &before, &format!("{arrival}>{}", writer.cutoff())));
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
    let mut lines = in_order();
    if writer.removes_copies_early() {
        lines.extend(without_copies(writer));
    }
    lines.push(format!("| eval {}=floor(_time/{width})*{width}", columns.bucket));
    let all = written(writer, Over::All, &columns.aggregates);
    let before = before(writer, window);
    lines.extend(mark_seen(writer));
    let mut texts: Vec<String> = terms(writer, &all, &before).iter().map(aggregate::Term::text).collect();
    texts.push(format!("count AS {}", columns.size));
    if writer.is_scheduled() {
        texts.push(format!("min({}) AS {}", columns.arrival, columns.first_arrival));
    }
    lines.push(format!("| eventstats {} by {by}", texts.join(" ")));
    lines.push(format!("| streamstats count AS {} by {by}", columns.position));
    lines.push(format!("| where {}={}", columns.position, columns.size));
    let mut period = format!("| where _time>={}", writer.match_from());
    if let Period::Hunt { to, .. } = writer.options.period {
        period.push_str(&format!(" AND _time<{}", quote::seconds(to)));
    }
    lines.push(period);
    lines.extend(holding(writer, window, &all));
    if writer.is_scheduled() {
        lines.push(is_new(writer, window, &before, &format!("{}>{}", columns.first_arrival, writer.cutoff())));
    }
    lines.extend(report::windows(writer, &values(&all)));
    lines
}

fn in_order() -> Vec<String> {
    vec!["| sort 0 _time, event_id".to_owned()]
}

/// Of several copies of an event the earliest stays; it arrived when the first of them did.
fn without_copies(writer: &Writer<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if writer.is_scheduled() {
        lines.push(first_arrivals(writer));
    }
    lines.push(format!("| dedup {} keepempty=true", writer.identity()));
    lines
}

/// Gives every copy the arrival of the first one. Events without id are not copies of anything.
fn first_arrivals(writer: &Writer<'_>) -> String {
    let (arrival, first) = (&writer.columns.arrival, &writer.columns.first_arrival);
    format!(
        "| eventstats min({arrival}) AS {first} by {} | eval {arrival}=coalesce({first}, {arrival})",
        writer.identity()
    )
}

/// Keys that cannot match at all are dropped before any window is looked at.
fn candidates(writer: &Writer<'_>, window: &Window, key: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut terms = Vec::new();
    let mut tests = Vec::new();
    if let Some(prefilter) = &window.prefilter {
        let used = aggregate::used_by(prefilter);
        let all = written(writer, Over::All, &writer.columns.aggregates);
        for index in &used {
            terms.extend(all[*index].terms.iter().map(aggregate::Term::text));
        }
        let values = values(&all);
        let scope = Scope { plan: writer.plan, columns: &writer.columns, aggregates: &values };
        tests.push(scope.condition(prefilter, Logic::NullIsFalse).at(crate::target::fragment::Strength::And));
    }
    if writer.is_scheduled() {
        terms.push(format!("max({}) AS {}", writer.columns.arrival, writer.columns.newest_arrival));
        tests.push(format!("{}>{}", writer.columns.newest_arrival, writer.cutoff()));
    }
    if !terms.is_empty() {
        lines.push(format!("| eventstats {} by {key}", terms.join(" ")));
        lines.push(format!("| where {}", tests.join(" AND ")));
    }
    lines
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
    writer.is_scheduled().then(|| format!("| eval {}=if({}<={}, 1, 0)", columns.seen, columns.arrival, writer.cutoff()))
}

/// Every term that the result needs, each once.
#[expect(clippy::ref_option, reason = "passed on as it is held")]
fn terms(writer: &Writer<'_>, all: &[Written], before: &Option<Before>) -> Vec<aggregate::Term> {
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
#[expect(clippy::ref_option, reason = "passed on as it is held")]
fn is_new(writer: &Writer<'_>, window: &Window, before: &Option<Before>, arrived: &str) -> String {
    let values = before.as_ref().map(|before| values(&before.all)).unwrap_or_default();
    let scope = Scope { plan: writer.plan, columns: &writer.columns, aggregates: &values };
    let held: Fragment = scope.condition(&window.condition, Logic::TwoValued);
    format!("| where {arrived} OR NOT ({})", held.text)
}

fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    if let crate::plan::ExprKind::And(parts) = &condition.kind { parts.iter().collect() } else { vec![condition] }
}
