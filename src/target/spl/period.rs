//! Which events are read, which matches count, and what a scheduled search finds new.
//!
//! Where more events can make a match untrue, a scheduled search works out both what is true now and what was true at the run
//! before: each event stands in one row for either, and a match that both have is not reported again.

use crate::plan::{Plan, Shape, StreamIndex};
use crate::target::Period;

use super::{Writer, quote};

/// The period of which a stream's events are read: by their own time, and in a scheduled search only what had been indexed when
/// it started, so that the next run knows exactly what this one saw.
pub fn read(writer: &Writer<'_>, stream: StreamIndex) -> String {
    let plan = writer.plan;
    let reach = writer.unless_of(stream).map_or_else(|| plan.shape_reach(), |unless| unless.before);
    match (writer.options.period, &plan.shape) {
        (Period::Scheduled, shape) => {
            // The last event of a bucket may have been an earlier one at the run before.
            let earlier = match shape {
                Shape::Tumbling(window) if writer.is_of_unless(stream) => window.width,
                Shape::Single
                | Shape::Window(_)
                | Shape::Tumbling(_)
                | Shape::Consecutive(_)
                | Shape::Sequence(_)
                | Shape::FirstSeen(_) => 0,
            };
            let reach = reach.saturating_add(earlier);
            let back = writer.before_now(&quote::whole_span(plan.fresh().saturating_add(reach)));
            let first = match shape {
                // Whole buckets only.
                Shape::Tumbling(window) if !writer.is_of_unless(stream) => {
                    let width = quote::width(window.width);
                    format!("ceiling({back}/{width})*{width}")
                }
                Shape::Single
                | Shape::Window(_)
                | Shape::Tumbling(_)
                | Shape::Consecutive(_)
                | Shape::Sequence(_)
                | Shape::FirstSeen(_) => back,
            };
            format!("_time>={first} AND {}<{}", writer.columns.arrival, writer.now)
        }
        (Period::Hunt { from, to }, _) => {
            let (from, to) = match writer.unless_of(stream) {
                Some(unless) => (from.saturating_sub(unless.before), to.saturating_add(unless.after)),
                None => hunted(plan, from, to),
            };
            format!("_time>={} AND _time<{}", quote::seconds(from), quote::seconds(to))
        }
    }
}

/// The events that matches of a fixed period rest on: those of the windows before it, of the buckets that it touches, and of the
/// time after it that matches wait for.
pub fn hunted(plan: &Plan, from: i64, to: i64) -> (i64, i64) {
    match &plan.shape {
        Shape::Single => (from, to),
        Shape::Window(_) | Shape::Consecutive(_) | Shape::Sequence(_) | Shape::FirstSeen(_) => {
            (from.saturating_sub(plan.shape_reach()), to.saturating_add(plan.shape.wait()))
        }
        Shape::Tumbling(window) => {
            let start = |moment: i64| moment.div_euclid(window.width).saturating_mul(window.width);
            let baseline = plan.shape_reach() - window.width;
            (start(from.saturating_sub(baseline)), start(to.saturating_sub(1)).saturating_add(window.width))
        }
    }
}

/// All that a search over a fixed period reads.
pub fn hunted_by_all(writer: &Writer<'_>, from: i64, to: i64) -> (i64, i64) {
    let (start, end) = hunted(writer.plan, from, to);
    let (reach, wait) = (writer.plan.reach(), writer.plan.wait());
    (start.min(from.saturating_sub(reach)), end.max(to.saturating_add(wait)))
}

/// The matches that count, by the time of their event.
pub fn counted(writer: &Writer<'_>) -> String {
    let from = writer.match_from();
    match writer.options.period {
        Period::Scheduled => format!("_time>={from}"),
        Period::Hunt { to, .. } => format!("_time>={from} AND _time<{}", quote::seconds(to)),
    }
}

/// The slots of time, `length` long, in which events may be that are from `before` earlier to `after` later than the row's own: one or
/// two, since `length` is as long as both together at least. What is gathered by slot is never more than a row can hold.
pub fn slots(before: i64, after: i64, length: i64) -> String {
    let slot = |moved: i64| format!("floor({}/{})", quote::moved("_time", moved), quote::width(length));
    if before == 0 && after == 0 {
        return slot(0);
    }
    format!("mvdedup(mvappend({}, {}))", slot(-before), slot(after))
}

/// Every event in a row for now, and in another for the run before, where that had seen it.
pub fn both_views(writer: &Writer<'_>) -> Vec<String> {
    if !writer.has_views() {
        return Vec::new();
    }
    let columns = &writer.columns;
    let new = writer.is_new(&columns.arrival);
    vec![
        format!("| eval {}=if({new}, \"now\", mvappend(\"now\", \"before\"))", columns.as_of),
        format!("| mvexpand {}", columns.as_of),
    ]
}

/// What remains of matches: those whose waiting time had passed at the run, and that the run before had not found. Behind
/// this no columns of views are needed.
pub fn new_matches(writer: &Writer<'_>) -> Vec<String> {
    if !writer.has_views() {
        return Vec::new();
    }
    let columns = &writer.columns;
    let (as_of, found) = (&columns.as_of, &columns.found);
    let mut by = writer.key();
    if let Shape::Tumbling(_) = writer.plan.shape {
        // A bucket stays the same match when a later event becomes its last one.
        by.push(columns.bucket.clone());
    } else {
        by.extend(["_time".to_owned(), columns.order.clone()]);
        by.extend(writer.has_sources().then(|| columns.log.clone()));
    }
    vec![
        format!("| eventstats count(eval({as_of}=\"before\")) AS {found} by {}", by.join(", ")),
        format!("| where {as_of}=\"now\" AND {found}=0"),
    ]
}

/// Matches that wait for events that would drop them stand once the time has passed: now, or at the run before.
pub fn waited(writer: &Writer<'_>) -> Option<String> {
    let wait = writer.plan.wait();
    (writer.has_views() && wait > 0).then(|| {
        let before = writer.before_now(&quote::span(writer.plan.schedule.every));
        let run = format!("if({}=\"now\", {}, {before})", writer.columns.as_of, writer.now);
        writer.kept(&format!("_time<={}", quote::moved(&run, -wait)))
    })
}
