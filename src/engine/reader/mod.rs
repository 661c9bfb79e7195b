//! Files of logs to events: unpacked, cut into records, recognised by source, and of each only the fields that rules use.
//!
//! Nothing here opens a file or prints: a caller hands over bytes and a name, and gets events and a [`FileReport`]. Reading
//! never fails as a whole. What cannot be used is counted with its place, and everything else is still read.
//!
//! ```text
//! bytes ─compression─▶ plain ─window─▶ format ─┬─ json, table ─split─┐
//!                                              └─ csv ───────────────┴─▶ records ─walk─▶ captures ─extract, convert─▶ event
//! ```
//!
//! Which record is of which source, and where its values are, is compiled by `program` from the catalogue.

mod capture;
mod chunks;
mod compression;
mod convert;
mod csv;
mod draft;
mod extract;
mod fault;
mod format;
mod geo;
mod index;
mod intern;
mod json;
mod lines;
mod parquet;
mod program;
mod reading;
mod records;
mod report;
mod signs;
mod split;
mod table;
mod tally;
mod time;
mod trie;
mod walk;
mod window;

use std::io::Read;
use std::sync::Arc;

pub use compression::Compression;
pub use geo::{GeoDatabase, GeoError};
pub use parquet::Damage;
pub use report::{FileReport, Format, Position, Problem, Reason, Report};

pub(in crate::engine) use self::chunks::{Chunk, Chunks};
pub(in crate::engine) use self::lines::{Lines, read as read_lines};
pub(in crate::engine) use self::parquet::is_parquet;
pub(in crate::engine) use self::program::Program;
pub(in crate::engine) use self::reading::{Events, Reading, Wanted, Worker};
use super::event::{Event, Layout};
use super::job::File;
use super::period::Period;
use crate::catalog::Catalog;

/// The value that the catalogue writes as a text, for a field of a type.
#[must_use]
pub fn fixed_value(text: &str, ty: &crate::types::Type) -> crate::value::Value {
    extract::fixed(text, ty, None)
}

/// The longest record that is read, in bytes.
const LONGEST: usize = 64 * 1024 * 1024;

/// Reads inputs. One reader serves all inputs of a run, one after the other.
pub struct Reader<'d> {
    program: Program,
    worker: Worker<'d>,
    longest: usize,
    /// Events at other times are left out.
    period: Option<Period>,
}

impl<'d> Reader<'d> {
    /// A reader of the sources of a catalogue that extracts what a layout has slots for. Look-ups of addresses give nothing
    /// without a database.
    #[must_use]
    pub fn new(catalog: &Catalog, layout: &Layout, geo: Option<&'d GeoDatabase>) -> Self {
        let program = Program::new(catalog, layout);
        let worker = Worker::new(&program, geo);
        Self { program, worker, longest: LONGEST, period: None }
    }

    /// The same that leaves out events at other times.
    #[must_use]
    pub fn over(self, period: Option<Period>) -> Self {
        Self { period, ..self }
    }

    /// Reads one input step by step: compression and format are known by its content. Events come in the order of the records.
    pub fn read(&mut self, name: &str, input: impl Read + Send, sink: &mut impl FnMut(Event)) -> FileReport {
        self.read_on(Reading::new(name, input, chunks::CHUNK), sink)
    }

    /// The same of a file, of which the end can be read before the rest.
    pub fn read_file(&mut self, name: &str, mut file: impl File + 'static, sink: &mut impl FnMut(Event)) -> FileReport {
        if is_parquet(&mut file) {
            return self.read_on(Reading::of_groups(name, Box::new(file)), sink);
        }
        self.read(name, file, sink)
    }

    fn read_on(&mut self, mut reading: Reading<'_>, sink: &mut impl FnMut(Event)) -> FileReport {
        let wanted = Wanted { longest: self.longest, ..Wanted::new(&self.program, None) }.over(self.period);
        let mut events = Events::default();
        while !reading.has_ended() {
            reading.steps(&wanted, &mut self.worker, &mut events);
            events.loose.drain(..).for_each(|taken| sink(Arc::unwrap_or_clone(taken.event)));
        }
        reading.into_report(&self.program)
    }
}

#[cfg(test)]
mod tests {
    use super::{FileReport, Reader};
    use crate::catalog::load;
    use crate::engine::event::{Event, Layout};

    /// Reads with a limit of 200 bytes for a record.
    fn read(input: &str) -> (Vec<Event>, FileReport) {
        let catalog = load::builtin();
        let reads = vec![vec![true; catalog.sources.len()]];
        let layout = Layout { of_plan: vec![Vec::new()], reads, ..Layout::default() };
        let mut reader = Reader::new(&catalog, &layout, None);
        reader.longest = 200;
        let mut events = Vec::new();
        let report = reader.read("input", input.as_bytes(), &mut |event| events.push(event));
        (events, report)
    }

    fn record(id: &str, more: usize) -> String {
        let more = "x".repeat(more);
        format!(
            r#"{{"CreationTime":"2026-03-04T09:43:02","Operation":"o","Workload":"Exchange","Id":"{id}","x":"{more}"}}"#
        )
    }

    fn told(input: &str) -> String {
        let (events, report) = read(input);
        let ids: Vec<&str> = events.iter().filter_map(|event| event.event_id.as_text()).collect();
        let problems = report.problems.iter().chain(&report.stopped);
        let problems = problems.map(|problem| format!("; {}: {}", problem.at.line, problem.reason));
        ids.join(" ") + &problems.collect::<String>()
    }

    const TOO_LONG: &str = "a record longer than 200 bytes, the most that is read; reading goes on at the next line";

    #[test]
    fn a_record_over_the_limit_is_reported_and_reading_goes_on_at_the_next_line() {
        let [a, long, b] = [record("a", 0), record("long", 300), record("b", 0)];
        assert_eq!(told(&format!("[{a},\n{long},\n{b}]")), format!("a b; 2: {TOO_LONG}"));
        assert_eq!(told(&format!("{a} {long}\n{b}")), format!("a b; 1: {TOO_LONG}"));
    }

    #[test]
    fn a_row_over_the_limit_ends_its_file() {
        let text = format!("a,b\n1,\"2\n{}\n", "x,y\n".repeat(10_000));
        let reason = "a row longer than 200 bytes, the most that is read; perhaps a quote is never closed";
        assert_eq!(told(&text), format!("; 2: {reason}"));
    }
}
