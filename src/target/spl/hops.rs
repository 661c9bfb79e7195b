//! How often a value changes from one event of a key to the next. The changes are counted over all events of the key; those inside
//! a window are what the count grows by from its first event to its last.

use std::collections::BTreeSet;

use crate::library::aggregate::AggregateFunction;
use crate::target::fragment::Strength;
use crate::types::Type;

use super::Writer;
use super::aggregate::Over;
use super::column::Columns;
use super::expr::Event;

/// The columns that count changes, of events in order; for `before` also over those that the run before had seen.
pub fn write(writer: &Writer<'_>, before: Option<&BTreeSet<usize>>) -> Vec<String> {
    let mut lines = Vec::new();
    let scope = writer.scope(&[], Event::Row);
    let by = writer.group().join(", ");
    for (index, aggregate) in writer.plan.aggregates.iter().enumerate() {
        let (AggregateFunction::Hops, Some(argument)) = (aggregate.function, &aggregate.argument) else { continue };
        let value = scope.value(argument);
        let value = if is_number(&argument.ty) {
            value.text
        } else {
            // As a text that is no number, since Splunk takes `"1"` and `"01"` for the same one.
            format!("\"=\".{}", value.at(Strength::Product))
        };
        let seen = format!("if({}=1, {value}, null())", writer.columns.seen);
        let needed = if before.is_some_and(|used| used.contains(&index)) { vec![value, seen] } else { vec![value] };
        for (value, columns) in needed.iter().zip(&writer.columns.hops[index]) {
            let (held, change, total) = (&columns.value, &columns.change, &columns.total);
            lines.extend([
                format!("| eval {held}={value}"),
                // The last value that is not null, however far back.
                format!("| streamstats current=f last({held}) AS {change} by {by}"),
                format!("| eval {change}=if({held}!={change}, 1, 0)"),
                format!("| streamstats sum({change}) AS {total} by {by}"),
            ]);
        }
    }
    lines
}

/// Whether values are held as numbers, which have no text of their own.
fn is_number(ty: &Type) -> bool {
    match ty {
        Type::Int | Type::Float | Type::Time | Type::Duration | Type::Distance | Type::Speed | Type::Asn => true,
        Type::Bool
        | Type::String
        | Type::Name
        | Type::Ip
        | Type::Cidr
        | Type::Country
        | Type::Location
        | Type::Enum(_)
        | Type::Id(..)
        | Type::Set(_) => false,
    }
}

/// The function of a stats command that gives the hops of a window.
pub fn term(columns: &Columns, index: usize, over: Over<'_>) -> String {
    let [all, before] = &columns.hops[index];
    let columns = match over {
        Over::All => all,
        Over::Marked(_) => before,
    };
    format!("range(eval(if(isnotnull({}), {}, null())))", columns.value, columns.total)
}
