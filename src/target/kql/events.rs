//! The events of a rule: its legs united, bounded in time, filtered, and freed of copies.

use std::collections::BTreeSet;

use crate::plan::{Duplicates, EVENT_ID, Expr, ExprKind, FieldIndex, Plan, Shape, TIME};
use crate::types::Type;

use super::Writer;
use super::aggregate;
use super::expr::{Columns, Scope};
use super::layout::{self, Pipeline};
use super::leg;
use super::names::Own;

/// The events, and the variables that must stand before them.
pub struct Events {
    /// Statements.
    pub statements: Vec<String>,
    /// The events.
    pub pipeline: Pipeline,
}

/// Writes the events of a rule.
pub fn write(writer: &Writer<'_>) -> Events {
    let mut records = layout::union(writer.plan.main().legs.iter().map(|one| leg::pipeline(writer, one)).collect());
    records.steps(time_bounds(writer));
    records.steps(filter(writer));
    if writer.plan.duplicates == Duplicates::Harmless {
        return Events { statements: Vec::new(), pipeline: records };
    }
    without_copies(writer, records)
}

/// Bounds on the event's own time, unless every leg has them already.
fn time_bounds(writer: &Writer<'_>) -> Option<String> {
    if writer.plan.main().legs.iter().all(|leg| leg::is_read_by_event_time(&leg.source)) {
        return None;
    }
    let time = writer.time();
    let upper = writer.read_to().map(|to| format!(" and {time} < {}", writer.own(to))).unwrap_or_default();
    Some(format!("where {time} >= {}{upper}", writer.own(writer.read_from())))
}

/// The key's presence and the rule's conditions, cheapest first: what needs an address look-up comes after the look-up.
fn filter(writer: &Writer<'_>) -> Vec<String> {
    let plan = writer.plan;
    let mut optional: Vec<bool> = plan.fields.iter().map(|field| field.optional).collect();
    let key = plan.shape.key();
    let (late_key, early_key): (Vec<FieldIndex>, Vec<FieldIndex>) =
        key.iter().partition(|index| writer.is_looked_up(**index));
    let (late, early): (Vec<&Expr>, Vec<&Expr>) =
        plan.main().filter.iter().partition(|condition| uses(condition, |index| writer.is_looked_up(index)));
    let mut steps = Vec::new();
    steps.extend(presence(writer, &early_key, &mut optional));
    steps.extend(early.iter().map(|condition| where_step(writer, condition, &mut optional)));
    if let Some(look_up) = look_up(writer) {
        steps.extend(look_up);
        steps.extend(presence(writer, &late_key, &mut optional));
        steps.extend(late.iter().map(|condition| where_step(writer, condition, &mut optional)));
    }
    let arguments = aggregate::arguments(writer);
    if !arguments.is_empty() {
        steps.push(layout::columns("extend", &arguments));
    }
    steps.extend(drop_unused(writer));
    steps
}

fn presence(writer: &Writer<'_>, key: &[FieldIndex], optional: &mut [bool]) -> Option<String> {
    let tests: Vec<String> = key
        .iter()
        .filter(|index| optional[index.0])
        .map(|index| {
            let text = writer.plan.fields[index.0].ty.is_held_as_text();
            format!("{}({})", if text { "isnotempty" } else { "isnotnull" }, writer.names.field(*index))
        })
        .collect();
    for index in key {
        optional[index.0] = false;
    }
    (!tests.is_empty()).then(|| format!("where {}", tests.join(" and ")))
}

fn where_step(writer: &Writer<'_>, condition: &Expr, optional: &mut [bool]) -> String {
    let scope = Scope { plan: writer.plan, names: &writer.names, optional, columns: Columns::Event };
    let step = format!("where {}", scope.holds(condition).text);
    mark_present(condition, optional);
    step
}

/// Notes the fields that must be present for a condition to hold.
pub fn mark_present(condition: &Expr, optional: &mut [bool]) {
    let mut mark = |operand: &Expr| {
        if let ExprKind::Field(index) = operand.kind {
            optional[index.0] = false;
        }
    };
    match &condition.kind {
        ExprKind::And(parts) => parts.iter().for_each(|part| mark_present(part, optional)),
        ExprKind::Compare(left, _, right) => {
            mark(left);
            mark(right);
        }
        ExprKind::Text(operand, ..)
        | ExprKind::InValues(operand, _)
        | ExprKind::InNetworks(operand, _)
        | ExprKind::InList(operand, _) => mark(operand),
        ExprKind::Not(inner) => {
            if let ExprKind::IsMissing(operand) = &inner.kind {
                mark(operand);
            }
        }
        ExprKind::Field(_) | ExprKind::Of(..) => mark(condition),
        ExprKind::Literal(_)
        | ExprKind::Aggregate(_)
        | ExprKind::Or(_)
        | ExprKind::IsMissing(_)
        | ExprKind::ContainsSet { .. }
        | ExprKind::Arithmetic(..)
        | ExprKind::Call(..) => {}
    }
}

/// Columns for geography from the address.
fn look_up(writer: &Writer<'_>) -> Option<Vec<String>> {
    let plan = writer.plan;
    let geo = writer.own(Own::Geo);
    let mut columns = Vec::new();
    for (index, field) in plan.fields.iter().enumerate().filter(|(index, _)| writer.is_looked_up(FieldIndex(*index))) {
        let index = FieldIndex(index);
        let name = writer.names.field(index);
        if field.ty == Type::Location {
            let [latitude, longitude] = writer.names.coordinates(index);
            columns.push(format!("{latitude} = todouble({geo}.latitude)"));
            columns.push(format!("{longitude} = todouble({geo}.longitude)"));
        } else if field.ty == Type::Country {
            columns.push(format!("{name} = tostring({geo}.country)"));
        } else if field.ty == Type::Name {
            columns.push(format!("{name} = tolower(tostring({geo}.city))"));
        } else {
            columns.push(format!("{name} = tostring({geo}.city)"));
        }
    }
    let ip = plan.fields.iter().position(|field| field.name == "ip").map(FieldIndex)?;
    (!columns.is_empty()).then(|| {
        vec![
            format!("extend {geo} = geo_info_from_ip_address({})", writer.names.field(ip)),
            layout::columns("extend", &columns),
        ]
    })
}

/// Whether an expression uses a field of some kind.
fn uses(expr: &Expr, is: impl Fn(FieldIndex) -> bool) -> bool {
    let mut found = false;
    expr.walk(&mut |part| {
        if let ExprKind::Field(index) = part.kind {
            found |= is(index);
        }
    });
    found
}

/// The fields that are used once the conditions have been looked at.
pub fn used_later(plan: &Plan) -> BTreeSet<FieldIndex> {
    let mut used: BTreeSet<FieldIndex> = [TIME, EVENT_ID].into_iter().chain(plan.shape.key().iter().copied()).collect();
    let arguments = plan.aggregates.iter().filter_map(|aggregate| aggregate.argument.as_ref());
    for expr in arguments.chain(plan.show.iter().map(|show| &show.value)) {
        expr.walk(&mut |part| {
            if let ExprKind::Field(index) = part.kind {
                used.insert(index);
            }
        });
    }
    used
}

/// Drops the columns that only the conditions needed, where rows are kept for several uses.
fn drop_unused(writer: &Writer<'_>) -> Option<String> {
    if matches!(writer.plan.shape, Shape::Single) {
        return None;
    }
    let looked_up = (0..writer.plan.fields.len()).any(|index| writer.is_looked_up(FieldIndex(index)));
    let used = used_later(writer.plan);
    let unused = writer.plan.fields.iter().enumerate().filter(|(index, _)| !used.contains(&FieldIndex(*index)));
    let mut names: Vec<String> = looked_up.then(|| writer.own(Own::Geo)).into_iter().collect();
    names.extend(unused.flat_map(|(index, field)| writer.names.columns(FieldIndex(index), &field.ty)));
    (!names.is_empty()).then(|| layout::columns("project-away", &names))
}

/// Keeps of several copies of an event the one with the least time, and as its arrival that of the first copy. A row without an
/// event id is an event of its own.
fn without_copies(writer: &Writer<'_>, mut records: Pipeline) -> Events {
    let step = remove_copies(writer);
    let id = writer.names.field(EVENT_ID);
    if !writer.plan.fields[EVENT_ID.0].optional {
        records.step(step);
        return Events { statements: Vec::new(), pipeline: records };
    }
    let name = writer.own(Own::Records);
    let mut without_id = Pipeline::new(name.clone());
    without_id.step(format!("where isempty({id})"));
    let mut with_id = Pipeline::new(name.clone());
    with_id.step(format!("where isnotempty({id})"));
    with_id.step(step);
    Events {
        statements: vec![layout::materialized(&name, &records)],
        pipeline: layout::union(vec![without_id, with_id]),
    }
}

fn remove_copies(writer: &Writer<'_>) -> String {
    let plan = writer.plan;
    let used = if matches!(plan.shape, Shape::Single) {
        (0..plan.fields.len()).map(FieldIndex).collect()
    } else {
        used_later(plan)
    };
    let mut kept = vec![writer.time().to_owned()];
    let others = used.iter().filter(|index| **index != TIME && **index != EVENT_ID);
    kept.extend(others.flat_map(|index| writer.names.columns(*index, &plan.fields[index.0].ty)));
    kept.extend(aggregate::arguments(writer).iter().filter_map(|column| column.split(" = ").next()).map(str::to_owned));
    let mut columns = Vec::new();
    if writer.is_scheduled() {
        let arrived = writer.own(Own::Arrived);
        columns.push(format!("{arrived} = min({arrived})"));
    }
    columns.push(if kept.len() == 1 {
        format!("{} = min({})", kept[0], kept[0])
    } else {
        format!("arg_min({})", kept.join(", "))
    });
    let mut by = Vec::new();
    if writer.has_sources() {
        by.push(writer.own(Own::Source));
    }
    by.push(writer.names.field(EVENT_ID).to_owned());
    layout::columns_by("summarize", &columns, &by)
}
