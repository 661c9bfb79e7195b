//! The events of a stream: its legs united, bounded in time, filtered, and freed of copies.

use crate::plan::{Duplicates, EVENT_ID, Expr, ExprKind, FieldIndex, Shape, TIME};
use crate::types::Type;

use super::Writer;
use super::aggregate;
use super::expr::Columns;
use super::layout::{self, Pipeline};
use super::leg;
use super::names::Own;
use super::roles;
use super::streams::{self, Bounds, Reading};

/// The events, and the variables that must stand before them.
pub struct Events {
    /// Statements.
    pub statements: Vec<String>,
    /// The events.
    pub pipeline: Pipeline,
}

/// Writes the events of a rule that reads one stream, or those of its first one.
pub fn write(writer: &Writer<'_>) -> Events {
    let reading = Reading::main(writer);
    let records = records(writer, &reading);
    if writer.plan.duplicates == Duplicates::Harmless {
        return Events { statements: Vec::new(), pipeline: records };
    }
    without_copies(writer, records)
}

/// What a stream's sources give that passes its conditions, copies included.
pub fn records(writer: &Writer<'_>, reading: &Reading<'_>) -> Pipeline {
    let legs = reading.stream.legs.iter();
    let legs = legs.map(|one| leg::pipeline(writer, one, &reading.wanted, reading.bounds.as_ref()));
    let mut records = layout::union(legs.collect());
    records.steps(time_bounds(writer, reading));
    records.steps(filter(writer, reading));
    records
}

/// Bounds on the event's own time, unless every leg has them already.
fn time_bounds(writer: &Writer<'_>, reading: &Reading<'_>) -> Option<String> {
    if reading.stream.legs.iter().all(|leg| leg::is_read_by_event_time(&leg.source)) {
        return None;
    }
    let time = writer.time();
    let Bounds { from, to } = reading.bounds.as_ref()?;
    let upper = to.as_ref().map(|to| format!(" and {time} < {to}")).unwrap_or_default();
    Some(format!("where {time} >= {from}{upper}"))
}

/// The key's presence and the stream's conditions, cheapest first: what needs an address look-up comes after the look-up.
fn filter(writer: &Writer<'_>, reading: &Reading<'_>) -> Vec<String> {
    let plan = writer.plan;
    let mut optional: Vec<bool> = plan.fields.iter().map(|field| field.optional).collect();
    let (late_key, early_key): (Vec<FieldIndex>, Vec<FieldIndex>) =
        reading.key.iter().partition(|index| writer.is_looked_up(**index));
    let (late, early): (Vec<&Expr>, Vec<&Expr>) =
        reading.filter.iter().partition(|condition| is_late(writer, condition));
    let mut steps = Vec::new();
    steps.extend(presence(writer, &early_key, &mut optional));
    steps.extend(early.iter().map(|condition| where_step(writer, condition, &mut optional)));
    steps.extend(alternatives(writer, reading, &optional));
    if let Some(look_up) = look_up(writer, reading) {
        steps.extend(look_up);
        steps.extend(presence(writer, &late_key, &mut optional));
        steps.extend(late.iter().map(|condition| where_step(writer, condition, &mut optional)));
    }
    if reading.is_main {
        let arguments = aggregate::arguments(writer);
        if !arguments.is_empty() {
            steps.push(layout::columns("extend", &arguments));
        }
    }
    steps.extend(drop_unused(writer, reading));
    steps
}

/// Whether a condition needs an address look-up.
fn is_late(writer: &Writer<'_>, condition: &Expr) -> bool {
    uses(condition, |index| writer.is_looked_up(index))
}

/// Where several streams take their events from the same rows: the rows that pass the conditions of one of them, as far as
/// these need no look-up.
fn alternatives(writer: &Writer<'_>, reading: &Reading<'_>, optional: &[bool]) -> Option<String> {
    let scope = writer.scope_of(optional, Columns::Event);
    let mut tests = Vec::new();
    for conditions in &reading.either {
        let early: Vec<String> = conditions
            .iter()
            .filter(|condition| !is_late(writer, condition))
            .map(|condition| scope.holds(condition).at(crate::target::fragment::Strength::And))
            .collect();
        match early.as_slice() {
            [] => return None,
            [one] => tests.push(one.clone()),
            several => tests.push(format!("({})", several.join(" and "))),
        }
    }
    (!tests.is_empty()).then(|| format!("where {}", tests.join(" or ")))
}

/// The condition that fields are present, as far as they may not be.
pub fn presence(writer: &Writer<'_>, fields: &[FieldIndex], optional: &mut [bool]) -> Option<String> {
    let tests: Vec<String> = fields
        .iter()
        .filter(|index| optional[index.0])
        .map(|index| {
            let text = writer.plan.fields[index.0].ty.is_held_as_text();
            format!("{}({})", if text { "isnotempty" } else { "isnotnull" }, writer.names.field(*index))
        })
        .collect();
    for index in fields {
        optional[index.0] = false;
    }
    (!tests.is_empty()).then(|| format!("where {}", tests.join(" and ")))
}

/// A condition on an event, which from there on holds.
pub fn where_step(writer: &Writer<'_>, condition: &Expr, optional: &mut [bool]) -> String {
    let step = format!("where {}", writer.scope_of(optional, Columns::Event).holds(condition).text);
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

/// The fields of a stream that come from the address.
fn looked_up<'a>(writer: &'a Writer<'_>, reading: &'a Reading<'_>) -> impl Iterator<Item = FieldIndex> + use<'a> {
    reading.wanted.iter().copied().filter(|index| writer.is_looked_up(*index) && reading.stream.has(*index))
}

/// Columns for geography from the address.
fn look_up(writer: &Writer<'_>, reading: &Reading<'_>) -> Option<Vec<String>> {
    let plan = writer.plan;
    let geo = writer.own(Own::Geo);
    let mut columns = Vec::new();
    for index in looked_up(writer, reading) {
        let field = &plan.fields[index.0];
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
    let ip = streams::address(plan, &reading.stream)?;
    (!columns.is_empty()).then(|| {
        vec![
            format!("extend {geo} = geo_info_from_ip_address({})", writer.names.field(ip)),
            layout::columns("extend", &columns),
        ]
    })
}

/// Whether an expression uses a field of some kind.
fn uses(expr: &Expr, is: impl Fn(FieldIndex) -> bool) -> bool {
    roles::own_fields([expr]).into_iter().any(is)
}

/// Drops the columns that only the conditions needed, where rows are kept for several uses.
fn drop_unused(writer: &Writer<'_>, reading: &Reading<'_>) -> Option<String> {
    let kept = reading.kept.as_ref()?;
    let looked_up = looked_up(writer, reading).next().is_some();
    let unused = reading.wanted.iter().filter(|index| !kept.contains(index) && reading.stream.has(**index));
    let mut names: Vec<String> = looked_up.then(|| writer.own(Own::Geo)).into_iter().collect();
    names.extend(unused.flat_map(|index| writer.names.columns(*index, &writer.plan.fields[index.0].ty)));
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
    let used = if matches!(plan.shape, Shape::Single) && plan.unless.is_empty() {
        (0..plan.fields.len()).map(FieldIndex).collect()
    } else {
        roles::kept(plan, crate::plan::StreamIndex(0))
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
