//! What is new to a scheduled run: what is true now and was not at the run before.
//!
//! Conditions that are not over aggregates are looked at twice where a late event could make them false: each row stands once
//! for this run, and once for the run before if it was known to it ([`Own::AsOf`]), and takes part in the matches of both. An
//! event that drops a match only ever takes matches away, so that it is looked at once, unless it looks at events of the match
//! that themselves may have been others at the run before.

use crate::library::aggregate::AggregateFunction;
use crate::plan::{Expr, ExprKind, Plan, Role, Shape};
use crate::target::fragment::{Fragment, Strength};
use crate::target::quote;

use super::Writer;
use super::layout;
use super::names::Own;

/// Whether rows carry the moment of which they tell the truth.
pub fn is_twofold(writer: &Writer<'_>) -> bool {
    let plan = writer.plan;
    let twofold = match &plan.shape {
        Shape::Single => false,
        Shape::Window(_) => counts_hops(plan),
        // What drops a bucket, and how rare it is, is told by its last event, which may have been another one.
        Shape::Tumbling(_) => counts_hops(plan) || plan.has_prevalence() || !plan.unless.is_empty(),
        Shape::Consecutive(_) | Shape::FirstSeen(_) => true,
        Shape::Sequence(sequence) => !sequence.absences.is_empty() || unless_looks_behind(plan),
    };
    writer.is_scheduled() && twofold
}

/// Whether `hops` is among the aggregates.
pub fn counts_hops(plan: &Plan) -> bool {
    plan.aggregates.iter().any(|aggregate| aggregate.function == AggregateFunction::Hops)
}

/// Whether an `unless` looks at other events of the match than the matching one.
fn unless_looks_behind(plan: &Plan) -> bool {
    let of_match = plan.unless.iter().flat_map(|unless| unless.links.iter().map(|(_, value)| value));
    let expressions = of_match.chain(plan.unless.iter().flat_map(|unless| &unless.predicate));
    let looks = |expr: &Expr| {
        let mut found = false;
        expr.walk(&mut |part| found |= matches!(part.kind, ExprKind::Of(Role::Previous | Role::Step(_), _)));
        found
    };
    expressions.into_iter().any(looks)
}

/// The steps that let each event stand for this run and, if it was known to it, for the run before.
pub fn expand(writer: &Writer<'_>) -> Vec<String> {
    if !is_twofold(writer) {
        return Vec::new();
    }
    let [as_of, arrived, now, cutoff] = [Own::AsOf, Own::Arrived, Own::Now, Own::Cutoff].map(|own| writer.own(own));
    vec![
        format!("extend {as_of} = pack_array({now}, {cutoff})"),
        format!("mv-expand {as_of} to typeof(datetime)"),
        format!("where {arrived} <= {as_of}"),
    ]
}

/// The key, and the moment of which rows tell the truth where they do so for several.
pub fn key(writer: &Writer<'_>) -> Vec<String> {
    let mut key = writer.key();
    key.extend(is_twofold(writer).then(|| writer.own(Own::AsOf)));
    key
}

/// The columns that tell matches apart.
pub fn identity(writer: &Writer<'_>) -> Vec<String> {
    let mut columns = key(writer);
    columns.extend([writer.own(Own::MatchTime), writer.own(Own::MatchId)]);
    columns.extend(writer.has_sources().then(|| writer.own(Own::MatchSource)));
    columns
}

/// That a match lies where matches are counted.
pub fn in_period(writer: &Writer<'_>, time: &str) -> String {
    let upper =
        if writer.is_scheduled() { String::new() } else { format!(" and {time} < {}", writer.own(Own::MatchTo)) };
    format!("where {time} >= {}{upper}", writer.own(Own::MatchFrom))
}

/// That so much time has passed since a match that it stands: `MatchTime + 10m <= AsOf`. None where there is nothing to wait
/// for, or everything is over.
pub fn is_due(writer: &Writer<'_>, time: &str) -> Option<String> {
    let moment = if is_twofold(writer) { writer.own(Own::AsOf) } else { "now()".to_owned() };
    wait(writer).map(|wait| format!("where {time} + {wait} <= {moment}"))
}

/// How long a match has to wait in a scheduled query.
fn wait(writer: &Writer<'_>) -> Option<String> {
    let wait = writer.plan.wait();
    (writer.is_scheduled() && wait > 0).then(|| quote::timespan(wait))
}

/// That a match was not known to the run before, given conditions one of which holds of what is new to this run: or its time of
/// waiting is over only now.
pub fn is_news(writer: &Writer<'_>, time: &str, mut conditions: Vec<Fragment>) -> String {
    if let Some(wait) = wait(writer) {
        let text = format!("{time} + {wait} > {}", writer.own(Own::Cutoff));
        conditions.push(Fragment::new(text, Strength::Comparison));
    }
    format!("where {}", Fragment::join(&conditions, " or ", Strength::Or).text)
}

/// Of rows that tell the truth of several moments: the matches that are there now and were not at the run before. `columns` are
/// those of a match beside what tells matches apart.
pub fn only_new(writer: &Writer<'_>, columns: &[String]) -> Vec<String> {
    if !is_twofold(writer) {
        return Vec::new();
    }
    let as_of = writer.own(Own::AsOf);
    let mut by: Vec<String> = identity(writer).into_iter().filter(|column| *column != as_of).collect();
    let mut kept = vec![as_of.clone()];
    if matches!(writer.plan.shape, Shape::Tumbling(_)) {
        // A bucket is reported once, whichever its last event is.
        kept.extend(by.split_off(writer.key().len()));
        by.push(writer.own(Own::Bucket));
    }
    kept.extend(columns.iter().cloned());
    let least =
        if columns.is_empty() { format!("{as_of} = min({as_of})") } else { format!("arg_min({})", kept.join(", ")) };
    vec![layout::columns_by("summarize", &[least], &by), format!("where {as_of} > {}", writer.own(Own::Cutoff))]
}
