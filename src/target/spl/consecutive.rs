//! Consecutive pairs: every event with what the one just before it had.

use crate::plan::{Consecutive, FieldIndex, Role, TIME};
use crate::target::Grain;
use crate::types::Type;

use super::column::{Held, Presence};
use super::expr::{Event, Logic};
use super::{Writer, packed, period, quote, report, shape};

/// Everything behind the events.
pub fn write(writer: &Writer<'_>, consecutive: &Consecutive) -> Vec<String> {
    let mut lines = shape::with_news(writer);
    lines.extend(shape::in_order(writer));
    lines.extend(shape::without_copies(writer));
    lines.extend(period::both_views(writer));
    let scope = writer.scope(&[], Event::Row);
    let mut previous: Vec<Column> = previous(writer);
    let order = writer.columns.other(Role::Previous).map(|other| other.order.clone()).unwrap_or_default();
    if writer.options.grain == Grain::Alert {
        previous.push(Column { name: order.clone(), carried: writer.columns.order.clone(), read: None });
    }
    let terms = previous.iter().map(|column| format!("last({}) AS {}", column.carried, column.name));
    lines.push(shape::stats("streamstats current=f window=1 global=f", terms, &writer.group().join(", ")));
    let read: Vec<String> =
        previous.iter().filter_map(|column| Some(format!("{}={}", column.name, column.read.as_ref()?))).collect();
    if !read.is_empty() {
        lines.push(format!("| eval {}", read.join(",\n       ")));
    }
    lines.push(writer.kept(&period::counted(writer)));
    for time in scope.columns_of(Some(Role::Previous), TIME) {
        lines.push(writer.kept(&format!("{}>={}", time.text, quote::moved("_time", -consecutive.width))));
    }
    for condition in &consecutive.predicate {
        lines.push(writer.kept(&scope.condition(condition, Logic::NullIsFalse).text));
    }
    lines.extend(shape::standing(writer));
    let ids = [&order, &writer.columns.order].map(|order| packed::id_of(order));
    lines.extend(report::with_others(writer, &ids));
    lines
}

/// A column of the event before.
struct Column {
    name: String,
    /// What `last` takes. It skips null, and would find an older event's value: what is missing is a sign.
    carried: String,
    /// The value again.
    read: Option<String>,
}

fn previous(writer: &Writer<'_>) -> Vec<Column> {
    let Some(other) = writer.columns.other(Role::Previous) else { return Vec::new() };
    let columns = |(index, held): (&FieldIndex, &Held)| -> Vec<Column> {
        let names = writer.columns.names(*index).into_iter().map(quote::column).zip(held.names());
        names.map(|(own, name)| carried(writer, *index, &own, name)).collect()
    };
    other.fields.iter().flat_map(columns).collect()
}

fn carried(writer: &Writer<'_>, index: FieldIndex, own: &str, name: &str) -> Column {
    let name = quote::column(name);
    if writer.columns.presence(index) == Presence::Always {
        return Column { name, carried: own.to_owned(), read: None };
    }
    let (carried, read) = match writer.plan.fields[index.0].ty {
        Type::Int
        | Type::Float
        | Type::Time
        | Type::Duration
        | Type::Asn
        | Type::Location
        | Type::Distance
        | Type::Speed => (format!("coalesce({own}, \"-\")"), format!("if({name}=\"-\", null(), {name})")),
        Type::String
        | Type::Name
        | Type::Bool
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Enum(_)
        | Type::Id(..)
        | Type::Set(_) => (format!("coalesce(\"=\".{own}, \"-\")"), format!("nullif(substr({name}, 2), \"\")")),
    };
    Column { name, carried: format!("eval({carried})"), read: Some(read) }
}
