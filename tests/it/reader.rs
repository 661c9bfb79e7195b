//! The reader: every export shape, every framing, and what becomes of input that is not as it should be.

mod framing;
mod geography;
mod malformed;
mod records;

use std::io::Read;
use std::sync::LazyLock;

use tokentrail::catalog::{Catalog, load};
use tokentrail::engine::event::{Event, Layout, Slot};
use tokentrail::engine::reader::{FileReport, GeoDatabase, Reader};
use tokentrail::value::Value;

/// A layout with every field of every source.
pub fn everything(catalog: &Catalog) -> Layout {
    let mut layout = Layout::default();
    for source in catalog.sources.values() {
        for name in source.fields.keys().filter(|name| !["time", "event_id"].contains(&name.as_str())) {
            let slot = Slot { field: name.clone(), look_up: false, tagged: false };
            if !layout.slots.contains(&slot) {
                layout.slots.push(slot);
            }
        }
    }
    layout.of_plan = vec![(0..layout.slots.len()).collect()];
    layout.reads = vec![vec![true; catalog.sources.len()]];
    layout
}

/// A layout with these fields only, read from these sources.
fn only(catalog: &Catalog, sources: &[&str], fields: &[&str]) -> Layout {
    let slots = fields.iter().map(|field| Slot { field: (*field).to_owned(), look_up: false, tagged: false });
    Layout {
        slots: slots.collect(),
        of_plan: vec![(0..fields.len()).collect()],
        reads: vec![catalog.by_name().iter().map(|source| sources.contains(&source.name.as_str())).collect()],
        ..Layout::default()
    }
}

/// All events of an input, with the report.
fn read_with(catalog: &Catalog, layout: &Layout, input: impl Read + Send) -> (Vec<Event>, FileReport) {
    read_looking_up(catalog, layout, None, input)
}

fn read_looking_up(
    catalog: &Catalog,
    layout: &Layout,
    geo: Option<&GeoDatabase>,
    input: impl Read + Send,
) -> (Vec<Event>, FileReport) {
    let mut events = Vec::new();
    let report = Reader::new(catalog, layout, geo).read("input", input, &mut |event| events.push(event));
    (events, report)
}

/// All events of an input with every field, and the report.
fn read(input: impl Read + Send) -> (Vec<Event>, FileReport) {
    static ALL: LazyLock<(Catalog, Layout)> = LazyLock::new(|| {
        let catalog = load::builtin();
        let layout = everything(&catalog);
        (catalog, layout)
    });
    read_with(&ALL.0, &ALL.1, input)
}

/// What a report says, line by line; nothing of it is left out.
fn told(report: &FileReport) -> String {
    let mut text = format!("{} {:?}\n", report.compression.word(), report.format);
    for (source, count) in &report.records {
        text += &format!("{count} {source}\n");
    }
    for (description, count) in &report.unknown {
        text += &format!("{count} unknown: {description}\n");
    }
    for problem in &report.problems {
        text += &format!("{}:{}: {}\n", problem.at.line, problem.at.column, problem.reason);
    }
    if report.unreadable > report.problems.len() as u64 {
        text += &format!("{} unreadable in all\n", report.unreadable);
    }
    if let Some(problem) = &report.stopped {
        text += &format!("stopped at {}:{}: {}\n", problem.at.line, problem.at.column, problem.reason);
    }
    for ((source, field), count) in &report.wrong_types {
        text += &format!("{count} of the wrong type: {field} of {source}\n");
    }
    for (count, what) in [(report.without_id, "without id"), (report.wrong_times, "without a time")] {
        if count > 0 {
            text += &format!("{count} {what}\n");
        }
    }
    text
}

/// A value for a snapshot.
fn shown(value: &Value) -> String {
    match value {
        Value::Time(time) => jiff::Timestamp::from_microsecond(*time).unwrap().to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::Ip(ip) => ip.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Location(latitude, longitude) => format!("{latitude}, {longitude}"),
        Value::Missing | Value::Float(_) | Value::Duration(_) | Value::Cidr(_) | Value::Set(_) => format!("{value:?}"),
    }
}

/// A record of the Management API, the shortest kind that there is.
fn audit(second: u32, id: &str) -> String {
    let time = format!("2026-03-04T09:{:02}:{:02}", second / 60, second % 60);
    format!(r#"{{"CreationTime":"{time}","Id":"{id}","Operation":"FileDownloaded","Workload":"SharePoint"}}"#)
}

/// The ids of events.
fn ids(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.event_id.as_text().unwrap_or("-")).collect()
}
