//! `unless`: matches that such an event drops. Its events stand in the search beside the matches; those that the links allow are
//! gathered on each match, and one that is near enough and fulfils the conditions drops it.

use crate::plan::{Expr, Shape, StreamIndex, Unless};
use crate::target::fragment::{Fragment, Strength};

use super::expr::{Event, Logic};
use super::packed::Packed;
use super::{Writer, other, period, quote};

/// Drops matches, and at last all events of `unless`.
pub fn write(writer: &Writer<'_>) -> Vec<String> {
    let absences = if let Shape::Sequence(sequence) = &writer.plan.shape { sequence.absences.len() } else { 0 };
    let absent = writer.columns.absent.iter().skip(absences);
    let mut lines: Vec<String> =
        writer.plan.unless.iter().zip(absent).flat_map(|(unless, column)| one(writer, unless, column)).collect();
    if writer.has_unless() {
        lines.push(format!("| where {}=1", writer.columns.part));
    }
    lines
}

fn one(writer: &Writer<'_>, unless: &Unless, gathered: &str) -> Vec<String> {
    let columns = &writer.columns;
    let packing = writer.packing(other::bare(&unless.predicate));
    let here = format!("{}={}", columns.stream, unless.stream.0);
    let length = unless.before.saturating_add(unless.after).max(1);
    // An event drops matches from `after` before it to `before` after it.
    let (own, others) = (period::slots(0, 0, length), period::slots(unless.after, unless.before, length));
    let mut assignments = vec![
        format!("{}=if({here}, {}, null())", columns.packed, packing.pack(columns)),
        format!("{}=if({here}, {others}, {own})", columns.slot),
    ];
    let mut by: Vec<String> = writer.has_views().then(|| columns.as_of.clone()).into_iter().collect();
    by.push(columns.slot.clone());
    let scope = writer.scope(&[], Event::Row);
    for ((field, of_match), link) in unless.links.iter().zip(&columns.links) {
        let field = Expr { kind: crate::plan::ExprKind::Field(*field), ty: of_match.ty.clone(), span: of_match.span };
        let (own, of_match) = (scope.value(&field), scope.value(of_match));
        // Only matches are linked, and not what another `unless` has gathered.
        let of_match = format!("if({}=1, {}, null())", columns.part, of_match.text);
        assignments.push(format!("{link}=if({here}, {}, {of_match})", own.text));
        by.push(link.clone());
    }
    vec![
        format!("| eval {}", assignments.join(",\n       ")),
        format!("| mvexpand {}", columns.slot),
        format!("| eventstats values({}) AS {gathered} by {}", columns.packed, by.join(", ")),
        format!(
            "| eval {}=mvmap({gathered}, if({}, 1, null()))",
            columns.found,
            drops(writer, unless, gathered, &packing)
        ),
        // The events of this clause have done their work.
        format!("| where NOT ({here}) AND (isnull({}) OR isnull({}))", columns.part, columns.found),
        format!("| fields - {gathered}, {}", columns.found),
    ]
}

/// Whether a packed event drops the row's match.
fn drops(writer: &Writer<'_>, unless: &Unless, gathered: &str, packing: &super::Packing) -> String {
    let packed = Packed { packing, pieces: format!("split({gathered}, \"|\")") };
    let identity = packed.identity();
    let comparison = |text: String| Fragment::new(text, Strength::Comparison);
    let mut parts = vec![
        comparison(format!("{}>={}", identity.time, quote::moved("_time", -unless.before))),
        comparison(format!("{}<={}", identity.time, quote::moved("_time", unless.after))),
    ];
    if writer.share_events(matching(&writer.plan.shape), unless.stream) {
        parts.push(comparison(format!("NOT ({})", identity.equals(&writer.own_identity()))));
    }
    let scope = writer.scope(&[], Event::Packed(&packed));
    parts.extend(unless.predicate.iter().map(|condition| scope.condition(condition, Logic::NullIsFalse)));
    Fragment::join(&parts, " AND ", Strength::And).text
}

/// The stream of the events that are matches.
fn matching(shape: &Shape) -> StreamIndex {
    match shape {
        Shape::Sequence(sequence) => sequence.steps.last().map_or(StreamIndex(0), |step| step.stream),
        Shape::Single | Shape::Window(_) | Shape::Tumbling(_) | Shape::Consecutive(_) | Shape::FirstSeen(_) => {
            StreamIndex(0)
        }
    }
}
