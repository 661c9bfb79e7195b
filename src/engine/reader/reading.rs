//! One input as it is read: how far, with what, and what came of it.
//!
//! Lines that are records are read chunk by chunk, wherever and in any order, and what was read is taken in order. Everything
//! else, and lines behind something broken, is read step by step from where the last chunk was left, until a chunk begins at
//! which lines are read as lines again.

use std::io::{self, Read};

use super::capture::Captures;
use super::chunks::{Chunk, Chunks};
use super::compression::{self, Compression};
use super::csv::Rows;
use super::extract::Memory;
use super::format::{self, Kind};
use super::geo::GeoDatabase;
use super::json::{self, State};
use super::lines::{self, Lines};
use super::parquet::{Damage, GroupRead, Groups};
use super::program::Program;
use super::records::Records;
use super::report::{FileReport, Format, Position, Problem, Reason};
use super::tally::Tally;
use super::window::Window;
use crate::engine::dispatch::{Dispatch, Taken};
use crate::engine::job::File;
use crate::engine::order::Batch;
use crate::engine::period::Period;

/// What is looked for in all inputs of a run.
pub(in crate::engine) struct Wanted<'w> {
    pub(super) program: &'w Program,
    /// The rules that take events; without them all events are taken, by nobody.
    pub(super) dispatch: Option<&'w Dispatch>,
    /// The longest record that is read, in bytes.
    pub(super) longest: usize,
    /// Events at other times are left out.
    pub(super) period: Option<Period>,
}

impl<'w> Wanted<'w> {
    /// What these rules take.
    pub(in crate::engine) fn new(program: &'w Program, dispatch: Option<&'w Dispatch>) -> Self {
        Self { program, dispatch, longest: super::LONGEST, period: None }
    }

    /// The same without events at other times.
    pub(in crate::engine) fn over(self, period: Option<Period>) -> Self {
        Self { period, ..self }
    }
}

/// What whoever reads has for itself. Nothing in it changes what is read.
pub(in crate::engine) struct Worker<'d> {
    captures: Captures,
    memory: Memory<'d>,
}

impl<'d> Worker<'d> {
    pub(in crate::engine) fn new(program: &Program, geo: Option<&'d GeoDatabase>) -> Self {
        Self { captures: Captures::new(&program.trie), memory: Memory::new(geo) }
    }

    /// Where records of a stretch go.
    pub(super) fn records<'r>(&'r mut self, wanted: &Wanted<'r>, sink: &'r mut dyn FnMut(Taken)) -> Records<'r, 'd> {
        let mut records = Records::new(wanted.program, wanted.dispatch, &mut self.captures, &mut self.memory, sink);
        records.period = wanted.period;
        records
    }
}

/// What rules take of an input.
#[derive(Default)]
pub(in crate::engine) struct Events {
    /// What was read chunk by chunk.
    batches: Vec<Batch>,
    /// What was read step by step.
    pub(super) loose: Vec<Taken>,
}

impl Events {
    /// All of them.
    pub(in crate::engine) fn into_batches(self) -> Vec<Batch> {
        let Self { mut batches, loose } = self;
        if !loose.is_empty() {
            batches.push(Batch::new(loose));
        }
        batches
    }
}

/// An input that is read.
pub(in crate::engine) struct Reading<'i> {
    name: String,
    compression: Compression,
    body: Body<'i>,
    tally: Tally,
    ended: bool,
}

/// What is in an input.
enum Body<'i> {
    /// It is not known yet.
    Unknown(Window<'i>),
    Json(Window<'i>, State),
    Csv(Box<Rows<'i>>),
    /// Row groups of columns.
    Groups(Box<Groups>),
    /// Nothing that is read.
    Nothing(Window<'i>),
    /// It could not be read at all.
    Closed,
}

/// Steps between two looks at how far it has come.
const STEPS: usize = 64;

impl Reading<'static> {
    /// Begins to read an input, which is unpacked in a thread of its own.
    pub(in crate::engine) fn apart(name: &str, input: impl Read + Send + 'static, chunk: usize) -> Self {
        Self::unpacked(name, compression::unpack(input).and_then(compression::apart), chunk)
    }

    /// Lets go of the input; [`Self::resume`] goes on with it.
    pub(in crate::engine) fn suspend(&mut self) {
        if let Body::Groups(groups) = &mut self.body {
            groups.suspend();
        }
        if let Some(window) = self.window_mut() {
            window.chunks.suspend();
        }
    }

    /// Goes on with an input that was opened anew, and stands where [`Self::position`] says if it is not packed.
    pub(in crate::engine) fn resume(&mut self, opened: io::Result<Box<dyn Read + Send>>) {
        let (is_packed, position) = (self.is_packed(), self.position());
        let ready = opened.and_then(|input| {
            if !is_packed {
                return Ok(input);
            }
            let (_, mut plain) = compression::unpack(input)?;
            io::copy(&mut (&mut plain).take(position), &mut io::sink())?;
            Ok(plain)
        });
        if let Some(window) = self.window_mut() {
            window.chunks.resume(ready);
        }
    }
}

impl<'i> Reading<'i> {
    /// Begins to read a Parquet file.
    pub(in crate::engine) fn of_groups(name: &str, file: Box<dyn File>) -> Self {
        let mut tally = Tally::default();
        tally.report.format = Format::Parquet;
        let (compression, body) = (Compression::None, Body::Groups(Box::new(Groups::new(file))));
        Self { name: name.to_owned(), compression, body, tally, ended: false }
    }

    /// The row groups that are next, if that is what is in it.
    pub(in crate::engine) fn groups(&mut self) -> Option<&mut Groups> {
        match &mut self.body {
            Body::Groups(groups) if !self.ended => Some(groups),
            Body::Groups(_) | Body::Json(..) | Body::Unknown(_) | Body::Csv(_) | Body::Nothing(_) | Body::Closed => {
                None
            }
        }
    }

    /// Takes what was read of the row groups that are next.
    pub(in crate::engine) fn take_groups(&mut self, read: Vec<GroupRead>, sink: &mut Events) {
        for group in read {
            self.tally.add(group.tally, 0);
            sink.loose.extend(group.taken);
        }
        self.ended = self.groups().is_none_or(|groups| groups.has_ended());
    }

    /// Begins to read an input: compression and format are known by its content.
    pub(in crate::engine) fn new(name: &str, input: impl Read + Send + 'i, chunk: usize) -> Self {
        Self::unpacked(name, compression::unpack(input), chunk)
    }

    fn unpacked(name: &str, unpacked: io::Result<(Compression, Box<dyn Read + Send + 'i>)>, chunk: usize) -> Self {
        let reading = |compression, body| Self {
            name: name.to_owned(),
            compression,
            body,
            tally: Tally::default(),
            ended: false,
        };
        match unpacked {
            Ok((compression, plain)) => reading(compression, Body::Unknown(Window::new(Chunks::new(plain, chunk)))),
            Err(error) => {
                let mut reading = reading(Compression::None, Body::Closed);
                reading.stop(Reason::Input(error.to_string()));
                reading
            }
        }
    }

    /// Ends here, before anything was read.
    fn stop(&mut self, reason: Reason) {
        self.tally.report.stopped = Some(Problem { at: Position { line: 1, column: 1 }, reason });
        self.ended = true;
    }

    /// Whether everything was read.
    pub(in crate::engine) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether the input is packed, so that it can only be read from its beginning.
    pub(in crate::engine) fn is_packed(&self) -> bool {
        self.compression != Compression::None
    }

    /// How many bytes of the input were read, unpacked, be they used or not.
    pub(in crate::engine) fn position(&self) -> u64 {
        self.window().map_or(0, |window| window.chunks.position())
    }

    /// From now on, chunks are of this size.
    pub(in crate::engine) fn set_chunk(&mut self, chunk: usize) {
        if let Some(window) = self.window_mut() {
            window.chunks.set_size(chunk);
        }
    }

    /// How many bytes were used, unpacked.
    pub(in crate::engine) fn used(&self) -> u64 {
        match &self.body {
            Body::Groups(groups) => groups.used(),
            Body::Unknown(_) | Body::Json(..) | Body::Csv(_) | Body::Nothing(_) | Body::Closed => {
                self.window().map_or(0, Window::used)
            }
        }
    }

    fn window(&self) -> Option<&Window<'i>> {
        match &self.body {
            Body::Unknown(window) | Body::Json(window, _) | Body::Nothing(window) => Some(window),
            Body::Csv(rows) => Some(rows.window()),
            Body::Groups(_) | Body::Closed => None,
        }
    }

    fn window_mut(&mut self) -> Option<&mut Window<'i>> {
        match &mut self.body {
            Body::Unknown(window) | Body::Json(window, _) | Body::Nothing(window) => Some(window),
            Body::Csv(rows) => Some(rows.window_mut()),
            Body::Groups(_) | Body::Closed => None,
        }
    }

    /// The chunks that are next, where each may be read as lines by itself, in any order. They must be put back before anything
    /// else is done.
    pub(in crate::engine) fn chunks(&mut self) -> Option<&mut Chunks<'i>> {
        match &mut self.body {
            Body::Json(window, state) if !self.ended && state.takes_lines() => {
                window.skip_blank();
                let at_chunk = window.available().is_empty() && window.chunks.next_begins_line();
                at_chunk.then_some(&mut window.chunks)
            }
            Body::Json(..) | Body::Unknown(_) | Body::Csv(_) | Body::Groups(_) | Body::Nothing(_) | Body::Closed => {
                None
            }
        }
    }

    /// Puts chunks back that were given out, in their order.
    pub(in crate::engine) fn put_back(&mut self, chunks: Vec<Chunk>) {
        if let Body::Json(window, _) = &mut self.body {
            window.chunks.put_back(chunks.into_iter());
        }
    }

    /// Whether this is a file of which only a stretch is something else than lines, as far as is known.
    pub(in crate::engine) fn may_come_to_lines(&self) -> bool {
        match &self.body {
            Body::Unknown(_) => true,
            Body::Json(_, state) => state.takes_lines(),
            Body::Csv(_) | Body::Groups(_) | Body::Nothing(_) | Body::Closed => false,
        }
    }

    /// Gives back what only reading needs; the input is closed.
    pub(in crate::engine) fn close(&mut self) {
        if let Body::Groups(groups) = &mut self.body {
            groups.close();
        }
        if let Some(window) = self.window_mut() {
            window.close();
        }
    }

    /// Takes what was read of the next chunk, and goes on behind that.
    fn accept(&mut self, chunk: Chunk, lines: Lines, sink: &mut Events) {
        let Body::Json(window, state) = &mut self.body else { return };
        if lines.records > 0 {
            state.took_lines();
        }
        self.tally.add(lines.tally, window.position().line - 1);
        sink.batches.push(lines.taken);
        window.pass(lines.used, lines.line_feeds, lines.line_start);
        window.show(chunk, lines.used);
        self.look_for_end();
    }

    /// It has ended when nothing is left and nothing is open.
    fn look_for_end(&mut self) {
        if let Body::Json(window, state) = &mut self.body
            && state.takes_lines()
        {
            window.skip_blank();
            self.ended |= window.available().is_empty() && window.chunks.are_used_up();
        }
    }

    /// Goes on with chunks that were put back, each of which has been read as lines: in order, one for each that waits.
    pub(in crate::engine) fn take(
        &mut self,
        read: Vec<Lines>,
        wanted: &Wanted<'_>,
        worker: &mut Worker<'_>,
        sink: &mut Events,
    ) {
        let mut left = read.len();
        for lines in read {
            // A chunk that was needed to read on from an earlier one is gone.
            while self.waiting() == left && !self.ended {
                match self.chunks().and_then(Chunks::next) {
                    Some(chunk) => {
                        self.accept(chunk, lines, sink);
                        break;
                    }
                    None => self.steps(wanted, worker, sink),
                }
            }
            left -= 1;
        }
    }

    fn waiting(&self) -> usize {
        self.window().map_or(0, |window| window.chunks.waiting())
    }

    /// Reads on step by step until there are chunks that may be read as lines, so many bytes are read, or it has ended.
    pub(in crate::engine) fn advance_to_lines(
        &mut self,
        until: u64,
        wanted: &Wanted<'_>,
        worker: &mut Worker<'_>,
        sink: &mut Events,
    ) {
        while !self.ended && self.used() < until && self.chunks().is_none() {
            self.steps(wanted, worker, sink);
        }
    }

    /// Reads on until so many bytes of it are read, or it has ended.
    pub(in crate::engine) fn advance(
        &mut self,
        until: u64,
        wanted: &Wanted<'_>,
        worker: &mut Worker<'_>,
        sink: &mut Events,
    ) {
        while !self.ended && self.used() < until {
            let Some(chunks) = self.chunks() else {
                self.steps(wanted, worker, sink);
                continue;
            };
            match chunks.next() {
                Some(chunk) => {
                    let lines = lines::read(&chunk, wanted, worker);
                    self.accept(chunk, lines, sink);
                }
                None => self.ended = true,
            }
        }
    }

    /// Reads on by a few steps.
    pub(super) fn steps(&mut self, wanted: &Wanted<'_>, worker: &mut Worker<'_>, sink: &mut Events) {
        if let Body::Unknown(_) = self.body {
            return self.look(wanted.longest);
        }
        if let Some(groups) = self.groups() {
            let read = groups.step(wanted, worker);
            return self.take_groups(vec![read], sink);
        }
        let mut push = |taken| sink.loose.push(taken);
        let mut records = worker.records(wanted, &mut push);
        for _ in 0..STEPS {
            let more = match &mut self.body {
                Body::Json(window, state) => json::step(state, window, &mut records, wanted.longest),
                Body::Csv(rows) => rows.step(&mut records),
                Body::Unknown(_) | Body::Groups(_) | Body::Nothing(_) | Body::Closed => false,
            };
            self.ended |= !more;
            if self.ended {
                break;
            }
            if let Body::Json(window, state) = &mut self.body
                && state.takes_lines()
            {
                window.skip_blank();
                if window.available().is_empty() {
                    break;
                }
            }
        }
        self.tally.add(records.into_tally(), 0);
        self.look_for_end();
    }

    /// Finds out what is in it.
    fn look(&mut self, longest: usize) {
        let Body::Unknown(mut window) = std::mem::replace(&mut self.body, Body::Closed) else { return };
        // What starts with a bracket needs no closer look, so that its first chunk may be read as lines.
        let kind = if window.chunks.begin_with(b"{[") { Kind::Json } else { format::detect(&mut window) };
        self.body = match kind {
            Kind::Empty => Body::Nothing(window),
            Kind::Json => {
                self.tally.report.format = Format::Json;
                Body::Json(window, State::new())
            }
            Kind::Csv { delimiter } => {
                self.tally.report.format = Format::Csv;
                Body::Csv(Box::new(Rows::new(window, delimiter, longest)))
            }
            Kind::Parquet => {
                self.stop(Reason::Parquet(Damage::Stream));
                Body::Nothing(window)
            }
            Kind::Unsupported(what) => {
                self.stop(Reason::Unsupported(what));
                Body::Nothing(window)
            }
        };
    }

    /// What it all came to.
    pub(in crate::engine) fn into_report(mut self, program: &Program) -> FileReport {
        let mut report = std::mem::take(&mut self.tally).into_report(program);
        (report.name, report.compression) = (std::mem::take(&mut self.name), self.compression);
        let compression = self.compression;
        if let Body::Groups(groups) = &self.body {
            report.bytes = groups.bytes();
        }
        let Some(window) = self.window_mut() else { return report };
        report.bytes = window.used();
        if let Some(error) = window.chunks.failure.take() {
            report.stopped = Some(Problem { at: window.position(), reason: failure(compression, &error) });
        }
        report
    }
}

fn failure(compression: Compression, error: &io::Error) -> Reason {
    if compression != Compression::None && error.kind() == io::ErrorKind::UnexpectedEof {
        Reason::PackedCutShort(compression)
    } else {
        Reason::Input(error.to_string())
    }
}
