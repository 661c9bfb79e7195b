//! A window on a stream of bytes: what has been read and not yet used, and where in the file that is.
//!
//! Nothing here knows what the bytes mean. A read error ends the stream; what was read before it is used, and the error waits
//! in [`Window::failure`].

use std::io::{self, BufRead, Read};

use super::report::Position;

/// Bytes asked for at a time.
const CHUNK: usize = 256 * 1024;

/// The window.
pub(super) struct Window<'i> {
    input: Box<dyn Read + 'i>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes used before `start`.
    used: u64,
    line: u64,
    /// Bytes used before the current line began.
    line_start: u64,
    ended: bool,
    /// The error that ended the stream.
    pub(super) failure: Option<io::Error>,
}

impl<'i> Window<'i> {
    pub(super) fn new(input: Box<dyn Read + 'i>) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            used: 0,
            line: 1,
            line_start: 0,
            ended: false,
            failure: None,
        }
    }

    /// What has been read and not used.
    #[inline]
    pub(super) fn available(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Reads more behind [`Self::available`]; false when there is no more.
    pub(super) fn more(&mut self) -> bool {
        if self.ended {
            return false;
        }
        if self.start > 0 && self.buffer.len() - self.end < CHUNK {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < CHUNK {
            self.buffer.resize((self.end + CHUNK).max(self.end * 2), 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.failure = Some(error);
                    self.ended = true;
                }
            }
            return !self.ended;
        }
    }

    /// The unused byte at an offset, read if need be.
    #[inline]
    pub(super) fn byte(&mut self, offset: usize) -> Option<u8> {
        while self.end - self.start <= offset {
            if !self.more() {
                return None;
            }
        }
        Some(self.buffer[self.start + offset])
    }

    /// The length of the line that starts here, without its line feed; none when it is longer than `limit`.
    pub(super) fn line_length(&mut self, limit: usize) -> Option<usize> {
        let mut searched = 0;
        loop {
            if let Some(at) = find(b'\n', &self.available()[searched..]) {
                return Some(searched + at).filter(|length| *length <= limit);
            }
            searched = self.available().len();
            if searched > limit {
                return None;
            }
            if !self.more() {
                return Some(searched);
            }
        }
    }

    /// Uses up so many bytes.
    pub(super) fn advance(&mut self, count: usize) {
        let bytes = &self.buffer[self.start..self.start + count];
        if let Some(last) = bytes.iter().rposition(|byte| *byte == b'\n') {
            self.line += bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
            self.line_start = self.used + last as u64 + 1;
        }
        self.start += count;
        self.used += count as u64;
    }

    /// Uses up the rest of the line, line feed included.
    pub(super) fn skip_line(&mut self) {
        loop {
            if let Some(at) = find(b'\n', self.available()) {
                return self.advance(at + 1);
            }
            self.advance(self.available().len());
            if !self.more() {
                return;
            }
        }
    }

    /// The next byte that is no white space (and no byte order mark), not used up.
    #[inline]
    pub(super) fn significant(&mut self) -> Option<u8> {
        loop {
            let blank = self.available().iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
            if blank > 0 {
                self.advance(blank);
            }
            match self.byte(0)? {
                b' ' | b'\t' | b'\r' | b'\n' => {}
                0xef if self.byte(2) == Some(0xbf) && self.byte(1) == Some(0xbb) => self.advance(3),
                byte => return Some(byte),
            }
        }
    }

    /// Where the window starts.
    pub(super) fn position(&self) -> Position {
        Position { line: self.line, column: self.used - self.line_start + 1 }
    }

    /// Where an unused byte is.
    pub(super) fn position_at(&self, offset: usize) -> Position {
        let before = &self.available()[..offset.min(self.available().len())];
        match before.iter().rposition(|byte| *byte == b'\n') {
            None => Position { column: self.position().column + before.len() as u64, ..self.position() },
            Some(last) => Position {
                line: self.line + before.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>(),
                column: (before.len() - last) as u64,
            },
        }
    }

    /// How many bytes have been used.
    pub(super) fn used(&self) -> u64 {
        self.used
    }
}

impl Read for Window<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.available().is_empty() && !self.more() {
            return Ok(0);
        }
        let count = into.len().min(self.available().len());
        into[..count].copy_from_slice(&self.available()[..count]);
        self.advance(count);
        Ok(count)
    }
}

/// Where a byte is first, found with the fast search that the standard library has behind its readers.
#[inline]
pub(super) fn find(byte: u8, bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    let passed = rest.skip_until(byte).unwrap_or(0);
    (passed > 0 && bytes[passed - 1] == byte).then(|| passed - 1)
}
