//! One leg of a rule: a source's table, the rows of it that may matter, and the rule's fields as typed columns.

use crate::catalog::{LogSource, Origin};
use crate::plan::{FieldIndex, Leg, TIME};
use crate::target::quote;
use crate::types::Type;

use super::Writer;
use super::layout::{self, Pipeline};
use super::names::Own;
use super::read;
use super::roles::Fields;
use super::streams::Bounds;

/// A leg as a pipeline over a stretch of time, or over what the query is given, with columns for some fields.
pub fn pipeline(writer: &Writer<'_>, leg: &Leg, wanted: &Fields, bounds: Option<&Bounds>) -> Pipeline {
    let table = &leg.source.kql;
    let mut pipeline = Pipeline::new(quote::name(&table.table));
    pipeline.steps(bounds.map(|bounds| format!("where {}", scan_bounds(bounds, &leg.source))));
    let only = read::only(table);
    if !only.is_empty() {
        pipeline.step(format!("where {}", only.join(" and ")));
    }
    pipeline.step(layout::columns("project", &columns(writer, leg, wanted)));
    pipeline
}

/// Bounds on the column that Log Analytics reads by. A record is generated at its event's time or later, so that the lower bound
/// for events is one for records too; the upper one leaves room for records that were generated late.
fn scan_bounds(bounds: &Bounds, source: &LogSource) -> String {
    let time = quote::name(&source.kql.time);
    let lower = format!("{time} >= {}", bounds.from);
    match &bounds.to {
        None => lower,
        Some(to) if is_read_by_event_time(source) => format!("{lower} and {time} < {to}"),
        Some(to) => format!("{lower} and {time} < {to} + 2d"),
    }
}

/// Whether the column that Log Analytics reads by is the event's time itself.
pub fn is_read_by_event_time(source: &LogSource) -> bool {
    let time = source.fields.get("time").map(|field| &field.origin);
    matches!(time, Some(Origin::Read(read))
        if matches!(read.kql.as_slice(), [path] if path.0.len() == 1 && path.0[0] == source.kql.time))
}

fn columns(writer: &Writer<'_>, leg: &Leg, wanted: &Fields) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for (index, (field, rule_field)) in leg.fields.iter().zip(&writer.plan.fields).enumerate() {
        let index = FieldIndex(index);
        let Some(field) = field else { continue };
        if writer.is_looked_up(index) || !wanted.contains(&index) {
            continue;
        }
        if rule_field.ty == Type::Location {
            let coordinates = read::point(field, &leg.source.kql, &writer.names)
                .unwrap_or_else(|| [(); 2].map(|()| read::missing(&Type::Location)));
            let names = writer.names.coordinates(index);
            columns.extend(names.iter().zip(coordinates).map(|(name, value)| layout::column(name, &value)));
            continue;
        }
        let value = read::field(field, &rule_field.ty, &leg.source, &writer.names);
        let value = value.unwrap_or_else(|| read::missing(&rule_field.ty));
        columns.push(layout::column(writer.names.field(index), &value));
        if index == TIME {
            columns.extend(identity(writer, leg));
        }
    }
    columns
}

/// Where and when an event came in, as far as the query asks.
fn identity(writer: &Writer<'_>, leg: &Leg) -> Vec<String> {
    let mut columns = Vec::new();
    if writer.has_sources() {
        columns.push(format!("{} = {}", writer.own(Own::Source), quote::text(&leg.source.name)));
    }
    if writer.is_scheduled() {
        columns.push(format!("{} = ingestion_time()", writer.own(Own::Arrived)));
    }
    columns
}
