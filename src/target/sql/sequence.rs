//! Chains of steps: each step is joined to the chains of the steps before it.

use crate::plan::{Absence, AbsenceWhen, Sequence, Step};
use crate::target::Grain;
use crate::target::fragment::Strength;

use super::anti::Anti;
use super::names::{Of, own};
use super::{Cte, Pass, Writer, read, shape};

/// The matches of a sequence.
pub fn write(writer: &Writer<'_>, sequence: &Sequence, pass: Pass) -> Vec<Cte> {
    let mut ctes = Vec::new();
    let mut chains = String::new();
    for (index, step) in sequence.steps.iter().enumerate() {
        let events = pass.name(&shape::events(step.stream));
        let all = read::columns(writer, writer.plan.stream(step.stream));
        let own = all.iter().filter_map(|column| column.strip_prefix("f_"));
        let own: Vec<String> = own.map(|name| format!("f_{name} AS {}", Of::Step(index).column(name))).collect();
        let name = pass.name(&format!("chains{}", index + 1));
        let body = if index == 0 {
            shape::select(&own, &events, &[])
        } else {
            joined(writer, sequence, index, &chains, &events, &own)
        };
        ctes.push(Cte { name: name.clone(), body });
        chains = name;
    }
    for (index, absence) in sequence.absences.iter().enumerate() {
        let name = pass.name(&format!("unbroken{}", index + 1));
        ctes.push(Cte { name: name.clone(), body: unbroken(writer, sequence, absence, &chains, pass) });
        chains = name;
    }
    ctes.extend(latest(writer, sequence, &chains, pass));
    ctes
}

/// Chains with one more step.
fn joined(
    writer: &Writer<'_>,
    sequence: &Sequence,
    index: usize,
    chains: &str,
    events: &str,
    columns: &[String],
) -> String {
    let scope = writer.scope(Of::Event);
    let mut equal: Vec<String> = Vec::new();
    for field in &sequence.key {
        let name = writer.names.field(*field);
        equal.push(format!("{} = {}", Of::Event.column(name), Of::Step(0).column(name)));
    }
    let mut conditions = vec![format!(
        "f_time BETWEEN {} AND {} + {}",
        Of::Step(index - 1).column("time"),
        Of::Step(0).column("time"),
        sequence.width
    )];
    conditions.extend((0..index).map(|earlier| read::different(Of::Event, Of::Step(earlier)).text));
    conditions.extend(sequence.steps[index].predicate.iter().map(|part| scope.holds(part).at(Strength::And)));
    let mut all = vec!["c.*".to_owned()];
    all.extend(columns.iter().cloned());
    let from = format!("{chains} AS c JOIN {events} AS e ON {}", equal.join(" AND "));
    shape::select(&all, &from, &conditions)
}

/// Chains that an absent event does not break.
fn unbroken(writer: &Writer<'_>, sequence: &Sequence, absence: &Absence, chains: &str, pass: Pass) -> String {
    let scope = writer.scope(Of::Event);
    let (mut equal, mut conditions): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for field in &sequence.key {
        let name = writer.names.field(*field);
        equal.push(format!("{} = {}", Of::Event.column(name), Of::Step(0).column(name)));
    }
    let time = |step: usize| Of::Step(step).column("time");
    let last = sequence.steps.len() - 1;
    conditions.push(match absence.when {
        AbsenceWhen::Between { from, to } => format!("f_time BETWEEN {} AND {}", time(from), time(to)),
        AbsenceWhen::After { within } => format!("f_time BETWEEN {} AND {} + {within}", time(last), time(last)),
    });
    conditions.extend((0..=last).map(|step| read::different(Of::Event, Of::Step(step)).text));
    conditions.extend(absence.predicate.iter().map(|part| scope.holds(part).at(Strength::And)));
    let of_step =
        |(index, step): (usize, &Step)| shape::names_of(writer, writer.plan.stream(step.stream), Of::Step(index));
    let columns: Vec<String> = sequence.steps.iter().enumerate().flat_map(of_step).collect();
    let events = pass.name(&shape::events(absence.stream));
    Anti { rows: chains, columns: &columns, others: &events, equal: &equal, conditions: &conditions }
        .text(writer.dialect)
}

/// Of the chains of one completing event, the one with the latest steps, compared from the last but one backwards.
fn latest(writer: &Writer<'_>, sequence: &Sequence, chains: &str, pass: Pass) -> Vec<Cte> {
    let last = sequence.steps.len() - 1;
    let completing = Of::Step(last);
    let order: Vec<String> = (0..last).rev().map(|step| shape::order(Of::Step(step), " DESC")).collect();
    let mut by = writer.key(completing);
    by.extend([own::SOURCE, "time", "event_id"].map(|name| completing.column(name)));
    let ranked = format!(
        "SELECT *, row_number() OVER ({}ORDER BY {}) AS chain_rank\nFROM {chains}\nWHERE {}",
        shape::partition(&by),
        order.join(", "),
        writer.match_period(pass, &completing.column("time")).join("\n  AND ")
    );
    let name = pass.name("ranked");
    let mut columns = vec!["*".to_owned()];
    columns.extend(shape::as_match(writer, writer.plan.stream(sequence.steps[last].stream), completing));
    if writer.options.grain == Grain::Alert {
        let ids: Vec<String> = (0..=last).map(|step| Of::Step(step).column("event_id")).collect();
        columns.push(format!("{} AS evidence_ids", writer.dialect.list(&ids)));
    }
    let body = shape::select(&columns, &name, &["chain_rank = 1".to_owned()]);
    vec![Cte { name, body: ranked }, Cte { name: pass.name("found"), body }]
}
