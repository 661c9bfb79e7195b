//! Prevalence: the share of the users of the days before who have an event's value, as a column of each event.
//!
//! The first event of a user on a day is put in twice more: where the day begins to count, and where it no longer does. A day
//! begins to count only where the user's day before it no longer does, so that a running sum holds every user once.

use crate::plan::{Aggregate, DAY, Expr, ExprKind, Population};

use super::column::Prevalence;
use super::{Writer, quote, shape};

/// The columns of all prevalences, of events in order.
pub fn write(writer: &Writer<'_>) -> Vec<String> {
    let aggregates = writer.plan.aggregates.iter().enumerate();
    let prevalences = aggregates.filter_map(|(index, aggregate)| {
        let population = aggregate.population.as_ref()?;
        Some(one(writer, index, aggregate, population))
    });
    prevalences.flatten().collect()
}

fn one(writer: &Writer<'_>, index: usize, of: &Aggregate, population: &Population) -> Vec<String> {
    let columns = &writer.columns.prevalence;
    let mut views = Vec::new();
    views.extend(writer.has_views().then(|| writer.columns.as_of.clone()));
    views.extend(writer.has_unless().then(|| writer.columns.part.clone()));
    let user = names(writer, &population.user);
    let value = of.argument.as_ref().map(|field| names(writer, field)).unwrap_or_default();
    let of_value = [views.clone(), value.clone()].concat();
    let running = |by: &[String], sum: &str| running(writer, by, &user, population.days, sum);
    let value: Vec<String> = value.iter().map(|name| format!("isnotnull({})", quote::column(name))).collect();
    let (users, total) = (&columns.users, &columns.total);
    let mut lines = running(&views, total);
    lines.extend(running(&of_value, users));
    lines.push(format!(
        "| eval {}=if({} AND {total}>0, {users}/{total}, null())",
        quote::column(&writer.columns.aggregates[index]),
        value.join(" AND ")
    ));
    lines.push(format!("| fields - {users}, {total}"));
    lines
}

fn names(writer: &Writer<'_>, field: &Expr) -> Vec<String> {
    let ExprKind::Field(index) = field.kind else { return Vec::new() };
    writer.columns.names(index).into_iter().map(str::to_owned).collect()
}

/// The different users of a group in the days before each event, in the column `sum`.
fn running(writer: &Writer<'_>, group: &[String], user: &[String], days: i64, sum: &str) -> Vec<String> {
    let Prevalence { day, first, last, role, moment, gain, stays, .. } = &writer.columns.prevalence;
    // A user may be told by the very field that is looked at.
    let of_user: indexmap::IndexSet<&str> = group.iter().chain(user).map(String::as_str).collect();
    let of_user = of_user.into_iter().collect::<Vec<_>>().join(", ");
    let by = if group.is_empty() { String::new() } else { format!(" by {}", group.join(", ")) };
    let one = quote::seconds(DAY);
    let gone = quote::seconds(days.saturating_add(1).saturating_mul(DAY));
    vec![
        format!("| eval {day}=floor(_time/{one})*{one}"),
        format!("| streamstats count AS {first} by {of_user}, {day}"),
        format!("| streamstats current=f window=1 global=f last({day}) AS {last} by {of_user}"),
        format!("| eval {role}=if({first}=1, mvappend(\"event\", \"enters\", \"leaves\"), \"event\")"),
        format!("| mvexpand {role}"),
        format!(
            "| eval {moment}=case({role}=\"event\", _time, {role}=\"leaves\", {day}+{gone}, \
             {last}+{gone}>{day}+{one}, {last}+{gone}, 1=1, {day}+{one})"
        ),
        format!(
            "| eval {gain}=case({role}=\"enters\", 1, {role}=\"leaves\", -1, 1=1, 0), \
             {stays}=if({role}=\"event\", 1, 0)"
        ),
        format!("| sort 0 num({moment}), num({stays}), num(_time), {}", shape::ties(writer)),
        format!("| streamstats sum({gain}) AS {sum}{by}"),
        format!("| where {stays}=1"),
        format!("| fields - {day}, {first}, {last}, {role}, {moment}, {gain}, {stays}"),
    ]
}
