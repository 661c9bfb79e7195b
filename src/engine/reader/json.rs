//! JSON files of every layout: one value a line, values over many lines, arrays and envelopes of records, one after the other
//! in any mixture. Records are cut out one by one; a document is never in memory as a whole.
//!
//! A line is first taken for a record; only when that fails is the end of the value looked for. After something broken, reading
//! goes on at the next record that can be told: the next line, or the next element of an array.

//!
//! Reading goes on step by step, at most a record each, and may stop between any two: [`State`] is all that is known.

use std::sync::Arc;

use super::fault::Fault as Flaw;
use super::records::{Columns, Records};
use super::report::{Position, Reason};
use super::split::{End, Splitter};
use super::table::{self, Members};
use super::window::Window;

/// Longest line that is taken for a record before the end of the value is looked for.
pub(super) const LINE: usize = 1024 * 1024;

/// How often a value that goes on over the end of its line may turn out to be broken in a file of lines. After that such lines
/// are taken for cut short at once: looking for the end of each would read the file over and over.
const ATTEMPTS: u32 = 16;

/// How far the reading of a file has come.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// Whether each line is a value, as far as has been seen.
    lines: bool,
    /// Whether something broken came just before: what looks like its rest is not reported again.
    recovering: bool,
    /// Whether an array or envelope could not be read to its end: commas and brackets of it may follow between records.
    torn: bool,
    attempts: u32,
    /// The arrays and envelopes that are open, outermost first.
    open: Vec<Level>,
}

/// An array or object whose elements or members are read one by one.
#[derive(Clone, Debug)]
pub(super) enum Level {
    Array(Array),
    Members(Members),
}

/// An array.
#[derive(Clone, Debug)]
pub(super) struct Array {
    of: Elements,
    expected: Expected,
    first: bool,
}

/// What the elements of an array are.
#[derive(Clone, Debug)]
pub(super) enum Elements {
    Records,
    Tables,
    Rows(Arc<Columns>),
}

/// What an array goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Element,
    Comma,
}

impl State {
    /// At the start of a file.
    pub(super) fn new() -> Self {
        Self { lines: true, recovering: false, torn: false, attempts: ATTEMPTS, open: Vec::new() }
    }

    /// Whether a line that is a record is read as one here, whatever came before.
    pub(super) fn takes_lines(&self) -> bool {
        self.lines && self.open.is_empty()
    }

    /// Lines that are records have been read.
    pub(super) fn took_lines(&mut self) {
        self.recovering = false;
    }
}

/// Reads one step further. False at the end.
pub(super) fn step(state: &mut State, window: &mut Window<'_>, records: &mut Records<'_, '_>, longest: usize) -> bool {
    Json { window, records, longest, state }.step()
}

/// A file of JSON values.
pub(super) struct Json<'j, 'i, 'r, 'd> {
    pub(super) window: &'j mut Window<'i>,
    pub(super) records: &'j mut Records<'r, 'd>,
    longest: usize,
    state: &'j mut State,
}

/// How reading goes on after an element of an array or a member of an object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// With what follows it.
    Next,
    /// With another one, without a comma between: the one before broke off.
    Again,
    /// Not at all in this document.
    Stop,
}

/// Where a value ends.
#[derive(Clone, Copy)]
enum Extent {
    Whole(usize),
    Broken(usize),
    Ended(usize),
    TooLong,
}

impl Json<'_, '_, '_, '_> {
    fn step(&mut self) -> bool {
        let flow = match self.state.open.pop() {
            None => match self.window.significant() {
                None => return false,
                Some(byte) => self.value(byte),
            },
            Some(Level::Array(array)) => self.array_on(array),
            Some(Level::Members(members)) => table::members_on(self, members),
        };
        if flow == Flow::Stop {
            self.state.open.clear();
            self.window.skip_line();
            self.state.recovering = true;
            self.state.torn = true;
        }
        true
    }

    /// A value that stands by itself.
    fn value(&mut self, byte: u8) -> Flow {
        match byte {
            b'{' if table::is_envelope(self.window) => self.enter_members(Members::Envelope),
            b'{' => self.object(),
            b'[' => return self.enter_array(Elements::Records),
            b',' | b']' | b'}' if self.state.recovering || self.state.torn => self.window.advance(1),
            _ => self.stray_line(byte),
        }
        Flow::Next
    }

    /// Goes into an array, which starts here.
    pub(super) fn enter_array(&mut self, of: Elements) -> Flow {
        self.window.advance(1);
        self.state.open.push(Level::Array(Array { of, expected: Expected::Element, first: true }));
        Flow::Next
    }

    /// Goes into an object, which starts here.
    pub(super) fn enter_members(&mut self, members: Members) {
        self.window.advance(1);
        self.stay(Level::Members(members));
    }

    /// Goes on with this level at the next step.
    pub(super) fn stay(&mut self, level: Level) {
        self.state.open.push(level);
    }

    /// Counts something that could not be read, at an unused byte.
    pub(super) fn unreadable(&mut self, offset: usize, reason: Reason) {
        let at = self.window.position_at(offset);
        self.records.report.unreadable(at, reason);
    }

    /// A record that stands by itself.
    fn object(&mut self) {
        let mut line = None;
        if self.state.lines
            && let Some(length) = self.window.line_length(LINE)
        {
            match self.take_record(length) {
                Ok(()) => {
                    self.state.recovering = false;
                    return;
                }
                Err(flaw) if self.state.attempts == 0 => return self.give_up_line(flaw),
                Err(flaw) => line = Some((length, flaw)),
            }
        }
        match self.extent() {
            Extent::Whole(length) => {
                let several_lines = self.window.available()[..length].contains(&b'\n');
                match (self.take_record(length), line) {
                    (Ok(()), _) => {
                        self.state.lines = !several_lines && matches!(self.window.byte(0), Some(b'\n' | b'\r'));
                        self.state.recovering = false;
                    }
                    (Err(_), Some((line, flaw))) if length > line => self.give_up_line(flaw),
                    (Err(flaw), _) => {
                        self.unreadable(flaw.offset, flaw.reason);
                        self.window.advance(length);
                        self.state.recovering = true;
                    }
                }
            }
            Extent::Broken(length) | Extent::Ended(length) => match line {
                Some((_, flaw)) => self.give_up_line(flaw),
                None => self.give_up_value(length),
            },
            Extent::TooLong => {
                self.unreadable(0, Reason::TooLong(self.longest));
                self.window.skip_line();
                self.state.recovering = true;
            }
        }
    }

    /// Uses up a record of this length, unless it has a flaw.
    fn take_record(&mut self, length: usize) -> Result<(), Flaw> {
        let at = self.window.position();
        self.records.object(&self.window.available()[..length], at)?;
        self.window.advance(length);
        Ok(())
    }

    fn give_up_line(&mut self, flaw: Flaw) {
        self.state.attempts = self.state.attempts.saturating_sub(1);
        self.unreadable(flaw.offset, flaw.reason);
        self.window.skip_line();
        self.state.recovering = true;
    }

    /// Reports a value of several lines whose end cannot be known, and goes on where the next may start.
    fn give_up_value(&mut self, length: usize) {
        let flaw = self.flaw_before(length);
        self.unreadable(flaw.offset, flaw.reason);
        self.window.advance(length);
        if self.window.byte(0) != Some(b'{') {
            self.window.skip_line();
        }
        self.state.recovering = true;
    }

    /// What is wrong with a record that breaks off after so many bytes.
    fn flaw_before(&mut self, length: usize) -> Flaw {
        let at = self.window.position();
        let bytes = self.window.available()[..length].trim_ascii_end();
        // Text that breaks off inside a value is no value, so nothing is counted here as read.
        match self.records.object(bytes, at) {
            Err(flaw) => flaw,
            Ok(()) => Flaw { offset: bytes.len(), reason: Reason::CutShort },
        }
    }

    /// Text that is no JSON.
    fn stray_line(&mut self, byte: u8) {
        let rest_of_broken = self.state.recovering && (byte == b'"' || self.window.position().column > 1);
        if !rest_of_broken {
            let length = self.window.line_length(LINE).unwrap_or(LINE).min(200);
            let text = String::from_utf8_lossy(&self.window.available()[..length.min(self.window.available().len())]);
            let reason =
                if byte == 0 { Reason::ZeroBytes } else { Reason::Stray(super::records::short(text.trim_end())) };
            self.unreadable(0, reason);
        }
        self.window.skip_line();
    }

    /// The end of the value that starts here.
    fn extent(&mut self) -> Extent {
        let mut splitter = Splitter::default();
        loop {
            match splitter.scan(self.window.available()) {
                End::At(length) | End::Broken(length) if length > self.longest => return Extent::TooLong,
                // A bracket that closes nothing: the value is not there at all.
                End::At(0) => return Extent::Broken(0),
                End::At(length) => return Extent::Whole(length),
                End::Broken(at) => return Extent::Broken(at),
                End::Further if self.window.available().len() > self.longest => return Extent::TooLong,
                End::Further if !self.window.more() => return Extent::Ended(self.window.available().len()),
                End::Further => {}
            }
        }
    }

    /// One step further in an array.
    fn array_on(&mut self, mut array: Array) -> Flow {
        match self.window.significant() {
            None => {
                self.unreadable(0, Reason::NotClosed);
                return Flow::Stop;
            }
            Some(b']') => {
                if array.expected == Expected::Element && !array.first {
                    self.unreadable(0, Reason::Syntax("trailing comma".to_owned()));
                }
                self.window.advance(1);
                return Flow::Next;
            }
            Some(b',') => {
                if array.expected == Expected::Element {
                    self.unreadable(0, Reason::Syntax("expected value".to_owned()));
                }
                self.window.advance(1);
                array.expected = Expected::Element;
                self.stay(Level::Array(array));
            }
            Some(_) => {
                if array.expected == Expected::Comma {
                    self.unreadable(0, Reason::Syntax("expected `,` or `]`".to_owned()));
                }
                return self.element_of(array);
            }
        }
        Flow::Next
    }

    /// An element of an array.
    fn element_of(&mut self, mut array: Array) -> Flow {
        array.first = false;
        array.expected = Expected::Comma;
        let of = array.of.clone();
        // Below what is entered next.
        let level = self.state.open.len();
        self.stay(Level::Array(array));
        let flow = match of {
            Elements::Records => self.record(),
            Elements::Tables => table::table(self),
            Elements::Rows(columns) => self.row(&columns),
        };
        if flow == Flow::Again
            && let Some(Level::Array(array)) = self.state.open.get_mut(level)
        {
            array.expected = Expected::Element;
        }
        flow
    }

    /// An element of an array that is a record.
    fn record(&mut self) -> Flow {
        if self.window.byte(0) == Some(b'{') {
            self.element(&mut |records, bytes, at| records.object(bytes, at))
        } else {
            self.no_object()
        }
    }

    /// An element of an array that is a row of a table.
    fn row(&mut self, columns: &Columns) -> Flow {
        if self.window.byte(0) == Some(b'[') {
            self.element(&mut |records, bytes, at| records.row(columns, bytes, at))
        } else {
            self.no_object()
        }
    }

    #[expect(clippy::type_complexity, reason = "named once, used once")]
    fn element(&mut self, read: &mut dyn FnMut(&mut Records<'_, '_>, &[u8], Position) -> Result<(), Flaw>) -> Flow {
        let at = self.window.position();
        let extent = self.extent();
        match extent {
            Extent::Whole(length) => {
                if let Err(flaw) = read(self.records, &self.window.available()[..length], at) {
                    self.unreadable(flaw.offset, flaw.reason);
                }
                self.window.advance(length);
                Flow::Next
            }
            Extent::Broken(length) if self.window.byte(length) == Some(b'{') => {
                let flaw = self.flaw_before(length);
                self.unreadable(flaw.offset, flaw.reason);
                self.window.advance(length);
                Flow::Again
            }
            Extent::Broken(_) | Extent::Ended(_) | Extent::TooLong => self.no_end(extent),
        }
    }

    /// A value whose end cannot be known: the document cannot be read on.
    fn no_end(&mut self, extent: Extent) -> Flow {
        match extent {
            Extent::Whole(_) => return Flow::Next,
            Extent::Broken(length) => {
                self.unreadable(length, Reason::ArrayBroken);
                self.window.advance(length);
            }
            Extent::Ended(length) => {
                self.unreadable(0, Reason::CutShort);
                self.window.advance(length);
            }
            Extent::TooLong => self.unreadable(0, Reason::TooLong(self.longest)),
        }
        Flow::Stop
    }

    fn no_object(&mut self) -> Flow {
        self.unreadable(0, Reason::NotAnObject);
        self.skip_value()
    }

    /// Uses up a value without looking at it.
    pub(super) fn skip_value(&mut self) -> Flow {
        match self.extent() {
            Extent::Whole(length) => {
                self.window.advance(length);
                Flow::Next
            }
            other @ (Extent::Broken(_) | Extent::Ended(_) | Extent::TooLong) => self.no_end(other),
        }
    }

    /// The bytes of the value that starts here, used up; none when its end cannot be known, which is then reported.
    pub(super) fn take_value(&mut self) -> Option<Vec<u8>> {
        match self.extent() {
            Extent::Whole(length) => {
                let bytes = self.window.available()[..length].to_vec();
                self.window.advance(length);
                Some(bytes)
            }
            other @ (Extent::Broken(_) | Extent::Ended(_) | Extent::TooLong) => {
                self.no_end(other);
                None
            }
        }
    }
}
