//! Baselines: what a count was in earlier buckets of a key, as columns of each event.
//!
//! The first event of a bucket stands for it. It is put in a second time where the bucket no longer counts, so that a running sum
//! holds exactly the buckets of the history: `streamstats time_window` would not do, since a window there holds 10,000 events.

use crate::library::aggregate::AggregateFunction;
use crate::plan::{Aggregate, Earlier};

use super::expr::Event;
use super::{Writer, aggregate, quote, shape};

/// The columns of all baselines, of events in order.
pub fn write(writer: &Writer<'_>) -> Vec<String> {
    let aggregates = writer.plan.aggregates.iter().enumerate();
    let earlier = aggregates.filter_map(|(index, aggregate)| Some((index, aggregate, aggregate.earlier?)));
    earlier.flat_map(|(index, aggregate, earlier)| one(writer, index, aggregate, earlier)).collect()
}

fn one(writer: &Writer<'_>, index: usize, of: &Aggregate, earlier: Earlier) -> Vec<String> {
    let columns = &writer.columns.baseline;
    let (start, count, first) = (&columns.start, &columns.count, &columns.first);
    let (moment, stays) = (&columns.moment, &columns.stays);
    let (gain, gain_of_squares) = (&columns.gain, &columns.gain_of_squares);
    let (total, squares, ties) = (&columns.total, &columns.squares, shape::ties(writer));
    let by = writer.group().join(", ");
    let width = quote::width(earlier.bucket);
    let behind = quote::width(earlier.history.saturating_add(earlier.bucket));
    let counted = aggregate::of_bucket(&writer.scope(&[], Event::Row), of);
    let (n, before) = (earlier.buckets(), format!("({total}-{count})"));
    let value = if of.function == AggregateFunction::Deviation {
        format!("sqrt({n}*({squares}-{count}*{count})-{before}*{before})/{n}")
    } else {
        format!("{before}/{n}")
    };
    vec![
        format!("| eval {start}=floor(_time/{width})*{width}"),
        format!("| eventstats {counted} AS {count} by {by}, {start}"),
        format!("| streamstats count AS {first} by {by}, {start}"),
        format!("| eval {moment}=if({first}=1, mvappend({start}, {start}+{behind}), {start})"),
        format!("| mvexpand {moment}"),
        format!("| eval {moment}=tonumber({moment}), {stays}=if({moment}={start}, 1, 0)"),
        format!(
            "| eval {gain}=case({stays}=0, 0-{count}, {first}=1, {count}, 1=1, 0), \
             {gain_of_squares}=case({stays}=0, 0-{count}*{count}, {first}=1, {count}*{count}, 1=1, 0)"
        ),
        format!("| sort 0 num({moment}), num({stays}), num(_time), {ties}"),
        format!("| streamstats sum({gain}) AS {total} sum({gain_of_squares}) AS {squares} by {by}"),
        format!("| where {stays}=1"),
        format!("| eval {}={value}", quote::column(&writer.columns.aggregates[index])),
    ]
}
