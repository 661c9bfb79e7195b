//! What the targets share: reading bytes with every source of the catalogue.

use tokentrail::catalog::load;
use tokentrail::engine::event::{Event, Layout};
use tokentrail::engine::reader::{FileReport, Reader, Reason};

/// Reads an input of a run.
pub fn read(bytes: &[u8]) -> (Vec<Event>, FileReport) {
    thread_local! {
        static READER: std::cell::RefCell<Reader<'static>> = {
            let catalog = load::builtin();
            let reads = vec![vec![true; catalog.sources.len()]];
            let layout = Layout { of_plan: vec![Vec::new()], reads, ..Layout::default() };
            std::cell::RefCell::new(Reader::new(&catalog, &layout, None))
        };
    }
    READER.with_borrow_mut(|reader| {
        let mut events = Vec::new();
        let report = reader.read("input", bytes, &mut |event| events.push(event));
        (events, report)
    })
}

/// Whether something was found to be no JSON.
pub fn is_faulty(report: &FileReport) -> bool {
    report.problems.iter().chain(&report.stopped).any(|problem| match &problem.reason {
        Reason::NotUtf8 | Reason::CutShort | Reason::NotClosed | Reason::ArrayBroken | Reason::Stray(_) => true,
        Reason::Syntax(message) => !is_of_a_value(message),
        _ => false,
    })
}

/// Whether a value that is wanted has no meaning, while what stands there is JSON.
pub fn is_of_a_value(message: &str) -> bool {
    message == "lone surrogate in hex escape" || message == "number out of range"
}

/// How many records there were, read or not.
pub fn total(report: &FileReport) -> u64 {
    report.records.values().chain(report.unknown.values()).sum::<u64>() + report.unreadable - report.wrong_times
}
