//! What comes out: one row per match, or one per alert.

use crate::plan::{EVENT_ID, Role, Shape, Show};
use crate::target::fragment::Strength;
use crate::target::{Grain, quote};
use crate::types::Type;

use super::Writer;
use super::expr::{Columns, Scope};
use super::layout::{self, column};
use super::names::Own;

/// The end of a query over single events: each match is an alert of its own.
pub fn single(writer: &Writer<'_>) -> Vec<String> {
    let (time, id) = (writer.time(), writer.names.field(EVENT_ID));
    let mut columns = match writer.options.grain {
        Grain::Match => vec![format!("{} = {time}", quote::name("time")), format!("event_id = {id}")],
        Grain::Alert => {
            let ids = if writer.is_optional(Role::Match, EVENT_ID) {
                format!("iff(isempty({id}), dynamic([]), pack_array({id}))")
            } else {
                format!("pack_array({id})")
            };
            vec![
                format!("first_time = {time}"),
                format!("last_time = {time}"),
                "matches = 1".to_owned(),
                format!("event_ids = {ids}"),
            ]
        }
    };
    columns.extend(shown(writer, writer.scope(Columns::Event)));
    vec![layout::columns("project", &columns)]
}

/// The end of a query which so far gives a row for each match.
pub fn matches(writer: &Writer<'_>) -> Vec<String> {
    match (writer.options.grain, &writer.plan.shape) {
        (Grain::Match, _) => vec![rows(writer)],
        (Grain::Alert, Shape::Single | Shape::FirstSeen(_)) => vec![own_alerts(writer)],
        (Grain::Alert, Shape::Window(_) | Shape::Tumbling(_) | Shape::Consecutive(_) | Shape::Sequence(_)) => {
            alerts(writer)
        }
    }
}

/// Each match as an alert of its own.
fn own_alerts(writer: &Writer<'_>) -> String {
    let time = writer.own(Own::MatchTime);
    let mut columns = key(writer);
    columns.extend([
        format!("first_time = {time}"),
        format!("last_time = {time}"),
        "matches = 1".to_owned(),
        format!("event_ids = {}", writer.own(Own::EventIds)),
    ]);
    columns.extend(shown(writer, writer.scope(Columns::Match)));
    layout::columns("project", &columns)
}

fn rows(writer: &Writer<'_>) -> String {
    let mut columns = key(writer);
    columns.push(format!("{} = {}", quote::name("time"), writer.own(Own::MatchTime)));
    columns.push(format!("event_id = {}", writer.own(Own::MatchId)));
    columns.extend(shown(writer, writer.scope(Columns::Match)));
    layout::columns("project", &columns)
}

/// Matches of one key that follow each other within the window's width are one alert, with the evidence of the first.
fn alerts(writer: &Writer<'_>) -> Vec<String> {
    let own = |own| writer.own(own);
    let (time, id) = (own(Own::MatchTime), own(Own::MatchId));
    let source = writer.has_sources().then(|| own(Own::MatchSource));
    let key_columns = writer.key();
    let mut columns = key_columns.clone();
    columns.extend([time.clone(), id.clone()]);
    columns.extend(source.clone());
    let counted = writer.plan.fields[EVENT_ID.0].optional && matches!(writer.plan.shape, Shape::Window(_));
    if counted {
        columns.push(own(Own::Copies));
    }
    columns.push(format!("event_ids = array_sort_asc({})", own(Own::EventIds)));
    columns.extend(shown(writer, writer.scope(Columns::Match)));

    let order = [&time, &id].into_iter().chain(&source);
    let sorted = key_columns.iter().chain(order).map(|column| format!("{column} asc")).collect::<Vec<_>>();
    let mut starts: Vec<String> = key_columns.iter().map(|column| format!("{column} != prev({column})")).collect();
    starts.push(format!("{time} - prev({time}) > {}", own(Own::Window)));
    let (new, number, row) = (own(Own::NewAlert), own(Own::AlertNumber), own(Own::RowNumber));

    let names: Vec<String> = writer.plan.show.iter().map(|show| quote::name(&show.name)).collect();
    let evidence: Vec<String> = std::iter::once("event_ids".to_owned()).chain(names.iter().cloned()).collect();
    let matches = if counted { format!("sum(max_of({}, 1))", own(Own::Copies)) } else { "count()".to_owned() };
    let mut by = key_columns;
    by.push(number.clone());
    let summary = [
        format!("first_time = min({time})"),
        format!("last_time = max({time})"),
        format!("matches = {matches}"),
        format!("arg_min({row}, {})", evidence.join(", ")),
    ];
    let mut last = key(writer);
    last.extend(["first_time", "last_time", "matches"].map(str::to_owned));
    last.extend(evidence);
    vec![
        layout::columns("project", &columns),
        format!("sort by {}", sorted.join(", ")),
        format!("extend {new} = iff({}, 1, 0)", starts.join(" or ")),
        format!("extend {number} = row_cumsum({new}), {row} = row_number()"),
        layout::columns_by("summarize", &summary, &by),
        layout::columns("project", &last),
    ]
}

/// The key under the language's names.
fn key(writer: &Writer<'_>) -> Vec<String> {
    let fields = writer.plan.shape.key();
    fields
        .iter()
        .map(|index| column(&quote::name(&writer.plan.fields[index.0].name), writer.names.field(*index)))
        .collect()
}

/// The evidence columns.
fn shown(writer: &Writer<'_>, scope: Scope<'_>) -> Vec<String> {
    let value = |show: &Show| {
        let value = scope.value(&show.value);
        if matches!(show.value.ty, Type::Set(_)) {
            format!("array_sort_asc({})", value.text)
        } else if show.value.ty == Type::Distance {
            format!("{} / 1000.0", value.at(Strength::Product))
        } else if show.value.ty == Type::Speed {
            format!("{} * 3.6", value.at(Strength::Product))
        } else {
            value.text
        }
    };
    writer.plan.show.iter().map(|show| column(&quote::name(&show.name), &value(show))).collect()
}
