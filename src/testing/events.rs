//! The events of a test as a run would have them: records read, copies removed, in order.

use crate::engine::event::{Event, Layout};
use crate::engine::order::{DEFAULT_MEMORY, Orderer};
use crate::engine::reader::{FileReport, Reader};
use crate::engine::synthetic;
use crate::plan::test::{Input, Test};

use super::Surroundings;

/// The events, or why there are none.
pub(super) fn events(test: &Test, layout: &Layout, around: &Surroundings<'_>) -> Result<Vec<Event>, String> {
    ordered(made(test, layout, around)?)
}

/// The events as the test has them: with copies, in any order.
pub(super) fn made(test: &Test, layout: &Layout, around: &Surroundings<'_>) -> Result<Vec<Event>, String> {
    let mut made = Vec::new();
    let mut reader = Reader::new(around.catalog, layout, None);
    for input in &test.inputs {
        match input {
            Input::Event(event) => made.extend(synthetic::event(event, around.catalog, layout)),
            Input::Record { source, json, .. } => {
                let report = reader.read("the record", json.as_bytes(), &mut |event| made.push(event));
                recognised(&report, source)?;
                readable(&report)?;
            }
            Input::File { path, place } => {
                let bytes = (around.files)(*place, path)?;
                let report = reader.read(path, bytes.as_slice(), &mut |event| made.push(event));
                readable(&report)?;
            }
        }
    }
    Ok(made)
}

/// The events in order, without copies.
pub(super) fn ordered(events: Vec<Event>) -> Result<Vec<Event>, String> {
    sorted(events).map_err(|error| format!("the events cannot be put in order: {error}"))
}

fn sorted(events: Vec<Event>) -> std::io::Result<Vec<Event>> {
    let mut orderer = Orderer::new(DEFAULT_MEMORY);
    for event in events {
        orderer.push(event)?;
    }
    let mut ordered = orderer.finish()?;
    std::iter::from_fn(|| ordered.next_event().transpose()).collect()
}

/// Whether a record is of the source that the test says.
fn recognised(report: &FileReport, source: &str) -> Result<(), String> {
    let found: Vec<&String> = report.records.iter().filter(|(_, count)| **count > 0).map(|(name, _)| name).collect();
    match found.as_slice() {
        [one] if *one == source => Ok(()),
        [] => Err(format!("a record is not recognised as one of `{source}`, or of any other source")),
        [one, ..] => Err(format!("a record is not recognised as one of `{source}` but of `{one}`")),
    }
}

/// Whether everything could be used.
fn readable(report: &FileReport) -> Result<(), String> {
    match (report.problems.iter().chain(&report.stopped).next(), report.unknown.keys().next()) {
        (None, None) => Ok(()),
        (None, Some(description)) => Err(format!("{} holds a record of no known source: {description}", report.name)),
        (Some(problem), _) => Err(format!("{}, line {}: {}", report.name, problem.at.line, problem.reason)),
    }
}
