//! Matches as rows: the columns that tell them apart, those of the matching event, and those of the other events that anything
//! looks at.

use crate::plan::{EVENT_ID, FieldIndex, Role, TIME};
use crate::target::{Grain, quote};

use super::Writer;
use super::evaluation;
use super::layout::{self, Pipeline, column};
use super::names::Own;
use super::roles::{self, Fields};

/// Rows that are matches.
pub struct Matches {
    /// Variables that stand before.
    pub statements: Vec<String>,
    /// The rows.
    pub pipeline: Pipeline,
    /// The columns beside [`evaluation::identity`].
    pub columns: Vec<String>,
}

/// The columns of some fields of the event in a role, and the event's own: name and value. A location has two, and a key field
/// none: it is the same for all events of a match.
pub fn renamed(writer: &Writer<'_>, role: Role, fields: &Fields) -> Vec<(String, String)> {
    let (plan, names) = (writer.plan, &writer.names);
    let key = plan.shape.key();
    let others = fields.iter().filter(|index| !key.contains(index));
    let columns = others.flat_map(|&index| with_coordinates(writer, index, names.of(role, index, plan)));
    columns.collect()
}

/// A field's columns under a name for another event: that name and the column.
pub fn with_coordinates(writer: &Writer<'_>, index: FieldIndex, name: String) -> Vec<(String, String)> {
    let field = writer.names.field(index);
    let columns = writer.names.columns(index, &writer.plan.fields[index.0].ty);
    columns.into_iter().map(|own| (format!("{name}{}", own.strip_prefix(field).unwrap_or_default()), own)).collect()
}

/// The columns of the event in a role that anything looks at: name and value.
pub fn columns_of(writer: &Writer<'_>, role: Role) -> Vec<(String, String)> {
    renamed(writer, role, &roles::fields(writer.plan, role))
}

/// The columns of a matching event beside its key: name and value. Time, id and source come first.
pub fn matching_event(writer: &Writer<'_>) -> Vec<(String, String)> {
    let mut columns = vec![
        (writer.own(Own::MatchTime), writer.time().to_owned()),
        (writer.own(Own::MatchId), writer.names.field(EVENT_ID).to_owned()),
    ];
    if writer.has_sources() {
        columns.push((writer.own(Own::MatchSource), writer.own(Own::Source)));
    }
    let mut fields = roles::fields(writer.plan, Role::Match);
    fields.remove(&TIME);
    fields.remove(&EVENT_ID);
    columns.extend(renamed(writer, Role::Match, &fields));
    columns
}

/// Rows that are events as matches: with the columns `kept`, and the ids of the match's events, each with whether it may be
/// missing.
pub fn of_events(
    writer: &Writer<'_>,
    statements: Vec<String>,
    mut pipeline: Pipeline,
    kept: Vec<String>,
    ids: &[(String, bool)],
) -> Matches {
    let of_match = matching_event(writer);
    let identity = evaluation::identity(writer);
    if evaluation::is_twofold(writer) {
        pipeline.steps(evaluation::is_due(writer, writer.time()));
    }
    let mut projected = evaluation::key(writer);
    projected.extend(of_match.iter().map(|(name, value)| column(name, value)));
    projected.extend(kept.iter().cloned());
    let mut columns: Vec<String> = of_match.into_iter().map(|(name, _)| name).collect();
    columns.retain(|name| !identity.contains(name));
    columns.extend(kept);
    if writer.options.grain == Grain::Alert {
        projected.push(format!("{} = {}", writer.own(Own::EventIds), event_ids(ids)));
        columns.push(writer.own(Own::EventIds));
    }
    pipeline.step(layout::columns("project", &projected));
    Matches { statements, pipeline, columns }
}

/// The ids of events as an array, without those that are missing.
pub fn event_ids(ids: &[(String, bool)]) -> String {
    if ids.iter().all(|(_, optional)| !optional) {
        let columns: Vec<&str> = ids.iter().map(|(id, _)| id.as_str()).collect();
        return format!("pack_array({})", columns.join(", "));
    }
    let parts: Vec<String> =
        ids.iter().map(|(id, _)| format!("iff(isempty({id}), dynamic([]), pack_array({id}))")).collect();
    if let [one] = parts.as_slice() { one.clone() } else { format!("array_concat({})", parts.join(", ")) }
}

/// In a scheduled query the events of those keys of which something is new: nothing else can have come to match. They are put
/// in a variable for that.
pub fn of_keys_with_news(
    writer: &Writer<'_>,
    key: &[String],
    events: Pipeline,
    statements: &mut Vec<String>,
) -> Pipeline {
    if !writer.is_scheduled() || key.is_empty() {
        return events;
    }
    let name = writer.own(Own::Events);
    statements.push(layout::materialized(&name, &events));
    let mut new = Pipeline::new(name.clone());
    let mut test = writer.is_new(Own::Arrived).text;
    if writer.plan.wait() > 0 {
        let (time, wait) = (writer.time(), quote::timespan(writer.plan.wait()));
        test = format!("{test} or {time} + {wait} > {}", writer.own(Own::Cutoff));
    }
    new.step(format!("where {test}"));
    new.step(format!("distinct {}", key.join(", ")));
    let mut events = Pipeline::new(name);
    events.step(format!("join kind=leftsemi {} on {}", new.nested(), key.join(", ")));
    events
}

/// Brings events into their order within a key, and within what else is given.
pub fn sorted(writer: &Writer<'_>, within: &[String]) -> String {
    let mut columns = evaluation::key(writer);
    columns.extend(within.iter().cloned());
    columns.extend([writer.time().to_owned(), writer.names.field(EVENT_ID).to_owned()]);
    columns.extend(writer.has_sources().then(|| writer.own(Own::Source)));
    let columns: Vec<String> = columns.iter().map(|column| format!("{column} asc")).collect();
    format!("sort by {}", columns.join(", "))
}

/// An event's time, id and source as what `strcat` makes one text of that sorts by time, then id, a missing id first, then source.
/// Ids do not hold line breaks.
pub fn order(time: &str, id: &str, source: Option<&str>) -> String {
    let order = format!("format_datetime({time}, \"yyyy-MM-dd HH:mm:ss.ffffff\"), {id}");
    source.map_or(order.clone(), |source| format!("{order}, \"\\n\", {source}"))
}
