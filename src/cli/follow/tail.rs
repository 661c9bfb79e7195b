//! One followed input: how much of it has been used, and the next of its records.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

use super::source::{Identity, Seen, Stream, find, head, number};
use crate::engine::follow::clock::{InputId, Now};
use crate::engine::follow::text::{Cut, Text, Whole};
use crate::engine::follow::{Follow, Taken};
use crate::engine::reader::{FileReport, Position, Problem, Reason};

/// Bytes of a file looked at at a time.
const CHUNK: usize = 1024 * 1024;

/// The longest record that is waited for.
const LONGEST: usize = 64 * 1024 * 1024;

/// For how many milliseconds a file that is read as a whole must not have been changed.
const SETTLED: i64 = 1000;

/// After so many milliseconds without a change a file is closed until it is changed again.
const CLOSED: i64 = 60_000;

/// A followed input.
#[derive(Debug)]
pub struct Tail {
    /// As the engine knows it.
    pub input: InputId,
    /// Where it is.
    pub path: PathBuf,
    /// As messages call it.
    pub name: String,
    /// Where its bytes come from.
    pub bytes: Bytes,
    /// How far it has been used.
    pub used: Used,
    /// How long a chunk is; more while a record is longer.
    chunk: usize,
    /// Whether there may be more to read at once.
    pub ready: bool,
}

/// Where bytes come from.
#[derive(Debug)]
pub enum Bytes {
    /// A file; closed where nothing has come for long.
    File {
        /// The open file.
        file: Option<File>,
        /// As it was when it was last looked at.
        seen: Seen,
    },
    /// A stream.
    Stream(Stream),
}

/// How far an input has been used. This is what a saved state holds of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Used {
    /// Bytes of records that have been taken, or passed over.
    pub offset: u64,
    /// What kind of text it is, and its lines.
    pub text: Text,
    /// What tells the file from others.
    pub identity: Identity,
    /// Whether the rest of a line that is too long is passed over.
    pub skipping: bool,
    /// Where it is read as a whole, how that went.
    pub whole: Option<WholeRead>,
}

/// How reading a file as a whole went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum WholeRead {
    /// It is not there completely, as far as is known.
    Waiting,
    /// All of it has been taken.
    Done,
}

/// What is to be said of an input.
#[derive(Debug)]
pub enum News {
    /// Records were read.
    Read(Box<Taken>),
    /// It was cut or written anew, and is read from its beginning.
    Truncated,
    /// It changed after it had been read as a whole.
    ChangedAfter,
    /// It cannot be followed.
    Refused(&'static str),
    /// It could not be read.
    Failed(io::Error),
}

impl Tail {
    /// A file or stream that nothing has been used of, or as much as `used` says.
    #[must_use]
    pub fn new(input: InputId, path: PathBuf, name: String, bytes: Bytes, used: Used) -> Self {
        Self { input, path, name, bytes, used, chunk: CHUNK, ready: true }
    }

    /// Opens the file, under whatever name it has now, unless it is open. Whether it is.
    pub fn reopen(&mut self) -> bool {
        let Bytes::File { file, .. } = &mut self.bytes else { return true };
        if file.is_none()
            && let Some((path, found)) = find(&self.path, &self.used.identity)
        {
            self.path = path;
            *file = Some(found);
        }
        file.is_some()
    }

    /// Looks whether there is more, and tells the clock.
    pub fn look(&mut self, follow: &mut Follow<'_>, now: Now) -> Option<News> {
        match &mut self.bytes {
            Bytes::Stream(stream) => {
                let came = stream.fill(stream.buffer.len() + CHUNK);
                self.ready = *came.as_ref().unwrap_or(&true) || (self.ready && !stream.buffer.is_empty());
                follow.clock.looked(self.input, self.ready, self.ready.then_some(0), now);
                came.err().map(News::Failed)
            }
            Bytes::File { .. } => match self.look_at_file(follow, now) {
                Ok(news) => news,
                // Whoever replaces it has not yet put another one in its place.
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => Some(News::Failed(error)),
            },
        }
    }

    fn look_at_file(&mut self, follow: &mut Follow<'_>, now: Now) -> io::Result<Option<News>> {
        let Bytes::File { file, seen } = &mut self.bytes else { return Ok(None) };
        // Where files have no number, whoever replaces one is only noticed by opening it again.
        let data = match file.as_ref().filter(|_| cfg!(unix)) {
            Some(file) => file.metadata()?,
            None => self.path.metadata()?,
        };
        let current = Seen::of(&data);
        let mut news = None;
        if *seen != current {
            *seen = current;
            if file.is_none() || cfg!(not(unix)) {
                *file = Some(File::open(&self.path)?);
            }
            let open = file.as_mut().ok_or(io::ErrorKind::NotFound)?;
            let known = self.used.identity.head.len() as u64;
            if current.length < self.used.offset || head(open, known)? != self.used.identity.head {
                let changed_after = self.used.whole == Some(WholeRead::Done);
                self.used = Used { identity: Identity { number: number(&data), head: Vec::new() }, ..Used::default() };
                self.chunk = CHUNK;
                news = Some(if changed_after { News::ChangedAfter } else { News::Truncated });
            } else if self.used.whole == Some(WholeRead::Done) && current.length != self.used.offset {
                self.used.offset = current.length;
                news = Some(News::ChangedAfter);
            }
            self.ready = self.used.whole != Some(WholeRead::Done);
            follow.clock.looked(self.input, self.ready, Some(current.quiet()), now);
        } else if !self.ready {
            follow.clock.looked(self.input, false, None, now);
            if current.quiet() > CLOSED {
                *file = None;
            }
        }
        Ok(news)
    }

    /// Reads the next records. `complete` says that nothing is added to it any more.
    pub fn read(&mut self, follow: &mut Follow<'_>, complete: bool, now: Now) -> Vec<News> {
        let read = match &self.bytes {
            Bytes::Stream(_) => Ok(self.read_stream(follow, complete, now)),
            Bytes::File { .. } => self.read_file(follow, complete, now),
        };
        let news = read.unwrap_or_else(|error| {
            self.ready = false;
            vec![News::Failed(error)]
        });
        follow.clock.looked(self.input, self.ready, None, now);
        news
    }

    fn read_stream(&mut self, follow: &mut Follow<'_>, complete: bool, now: Now) -> Vec<News> {
        let Bytes::Stream(stream) = &mut self.bytes else { return Vec::new() };
        let bytes = std::mem::take(&mut stream.buffer);
        let complete = complete || stream.ended;
        let (count, news) = self.take(follow, &bytes, complete, now);
        if let Bytes::Stream(stream) = &mut self.bytes {
            stream.buffer = bytes;
            stream.buffer.drain(..count);
            self.ready = false;
        }
        news
    }

    fn read_file(&mut self, follow: &mut Follow<'_>, complete: bool, now: Now) -> io::Result<Vec<News>> {
        if self.used.whole.is_some() {
            return self.read_whole(follow, complete, now);
        }
        let Bytes::File { file, .. } = &mut self.bytes else { return Ok(Vec::new()) };
        if file.is_none() {
            *file = Some(File::open(&self.path)?);
        }
        let open = file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        open.seek(SeekFrom::Start(self.used.offset))?;
        let mut bytes = Vec::with_capacity(self.chunk);
        open.take(self.chunk as u64).read_to_end(&mut bytes)?;
        let all = bytes.len() < self.chunk;
        let (count, news) = self.take(follow, &bytes, complete && all, now);
        self.used.offset += count as u64;
        self.ready = !all;
        if self.used.whole.is_some() {
            self.ready = true;
        } else if count == 0 && !all {
            self.chunk = (self.chunk * 2).min(LONGEST);
        } else {
            self.chunk = CHUNK;
        }
        let used = self.used.offset;
        if (self.used.identity.head.len() as u64) < used
            && let Bytes::File { file: Some(file), .. } = &mut self.bytes
        {
            self.used.identity.head = head(file, used)?;
        }
        Ok(news)
    }

    /// Takes the records of what comes next; how many bytes that is.
    fn take(&mut self, follow: &mut Follow<'_>, bytes: &[u8], complete: bool, now: Now) -> (usize, Vec<News>) {
        if self.used.skipping {
            return (self.skip(bytes), Vec::new());
        }
        match self.used.text.cut(bytes, complete) {
            Cut::Records(count, pieces) => {
                let read = pieces.iter().map(|piece| follow.take(self.input, &self.name, piece, now));
                (count, read.map(|taken| News::Read(Box::new(taken))).collect())
            }
            Cut::More if bytes.len() >= LONGEST => {
                let at = Position { line: self.used.text.line(), column: 1 };
                self.used.skipping = true;
                (self.skip(bytes), vec![unreadable(&self.name, Problem { at, reason: Reason::TooLong(LONGEST) })])
            }
            Cut::More => (0, Vec::new()),
            Cut::Whole(whole) => (0, self.as_whole(whole)),
        }
    }

    /// Passes over the rest of a line.
    fn skip(&mut self, bytes: &[u8]) -> usize {
        let end = bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        self.used.skipping = end.is_none();
        let count = end.unwrap_or(bytes.len());
        self.used.text.skip(&bytes[..count]);
        count
    }

    fn as_whole(&mut self, whole: Whole) -> Vec<News> {
        match (&mut self.bytes, whole) {
            (Bytes::File { .. }, _) => {
                self.used.whole = Some(WholeRead::Waiting);
                Vec::new()
            }
            (Bytes::Stream(stream), _) => {
                stream.ended = true;
                stream.buffer.clear();
                vec![News::Refused(match whole {
                    Whole::Packed => "a packed stream cannot be followed; unpack it first",
                    Whole::Binary => "this kind of file cannot be followed; write one JSON record a line",
                    Whole::Document => "a JSON document of several lines cannot be followed; write one record a line",
                })]
            }
        }
    }

    /// Reads a file once it is no longer changed, unless it turns out that not all of it is there.
    fn read_whole(&mut self, follow: &mut Follow<'_>, complete: bool, now: Now) -> io::Result<Vec<News>> {
        let Bytes::File { file, seen } = &mut self.bytes else { return Ok(Vec::new()) };
        if self.used.whole == Some(WholeRead::Done) || (seen.quiet() < SETTLED && !complete) {
            self.ready = self.used.whole != Some(WholeRead::Done);
            return Ok(Vec::new());
        }
        self.ready = false;
        let mut open = File::open(&self.path)?;
        if let Some(file) = file {
            open = file.try_clone()?;
            open.seek(SeekFrom::Start(0))?;
        }
        let length = seen.length;
        let (report, events) = follow.read_whole(&self.name, (&mut open).take(length));
        if is_cut_short(&report) && !complete {
            return Ok(Vec::new());
        }
        follow.take_whole(self.input, events, now);
        let data = open.metadata()?;
        self.used.identity = Identity { number: number(&data), head: head(&mut open, length)? };
        self.used.offset = length;
        self.used.whole = Some(WholeRead::Done);
        Ok(vec![News::Read(Box::new(Taken { report, late: Vec::new() }))])
    }

    /// Whether there is something in it that is not complete.
    #[must_use]
    pub fn has_rest(&self) -> bool {
        match &self.bytes {
            Bytes::Stream(stream) => !stream.buffer.is_empty(),
            Bytes::File { seen, .. } => {
                self.used.whole == Some(WholeRead::Waiting)
                    || (self.used.whole.is_none() && seen.length > self.used.offset)
            }
        }
    }
}

/// A problem with records that no reader has seen.
fn unreadable(name: &str, problem: Problem) -> News {
    let report = FileReport { name: name.to_owned(), unreadable: 1, problems: vec![problem], ..FileReport::default() };
    News::Read(Box::new(Taken { report, late: Vec::new() }))
}

/// Whether a file looks as if its end were still to come.
fn is_cut_short(report: &FileReport) -> bool {
    let cut =
        |problem: &Problem| matches!(problem.reason, Reason::PackedCutShort(_) | Reason::NotClosed | Reason::CutShort);
    report.stopped.iter().chain(report.problems.last()).any(cut)
}
