//! Consecutive pairs: the events of a key in their order, each beside the one just before it.

use crate::plan::{Consecutive, EVENT_ID, Role, TIME};

use super::Writer;
use super::evaluation;
use super::events;
use super::expr::Columns;
use super::layout;
use super::matches::{self, Matches};
use super::names::Own;
use super::roles;

/// The matches.
pub fn write(writer: &Writer<'_>, consecutive: &Consecutive) -> Matches {
    let events = events::write(writer);
    let mut statements = events.statements;
    let mut query = matches::of_keys_with_news(writer, &writer.key(), events.pipeline, &mut statements);
    query.steps(evaluation::expand(writer));
    query.step(matches::sorted(writer, &[]));
    query.step(layout::columns("extend", &previous(writer)));
    query.step(follow_each_other(writer));
    query.step(evaluation::in_period(writer, writer.time()));
    let scope = writer.scope(Columns::Event);
    query.steps(consecutive.predicate.iter().map(|part| format!("where {}", scope.holds(part).text)));
    let kept = matches::columns_of(writer, Role::Previous).into_iter().map(|(name, _)| name).collect();
    let before = writer.names.of(Role::Previous, EVENT_ID, writer.plan);
    let ids = [
        (before, writer.is_optional(Role::Previous, EVENT_ID)),
        (writer.names.field(EVENT_ID).to_owned(), writer.is_optional(Role::Match, EVENT_ID)),
    ];
    matches::of_events(writer, statements, query, kept, &ids)
}

/// The columns of the event before, its key among them.
fn previous(writer: &Writer<'_>) -> Vec<String> {
    let mut fields = roles::fields(writer.plan, Role::Previous);
    fields.extend([TIME, EVENT_ID]);
    let of_key = evaluation::key(writer).into_iter().map(|key| (of_previous(&key), key));
    let others = matches::renamed(writer, Role::Previous, &fields);
    of_key.chain(others).map(|(name, of)| format!("{name} = prev({of})")).collect()
}

fn of_previous(key: &str) -> String {
    format!("Prev{key}")
}

/// That the event before is of the same key and not too far back.
fn follow_each_other(writer: &Writer<'_>) -> String {
    let key = evaluation::key(writer);
    let mut tests: Vec<String> = key.iter().map(|key| format!("{key} == {}", of_previous(key))).collect();
    let before = writer.names.of(Role::Previous, TIME, writer.plan);
    tests.push(format!("{} - {before} <= {}", writer.time(), writer.own(Own::Window)));
    format!("where {}", tests.join(" and "))
}
