//! A window on a stream of bytes: what has been read and not yet used, and where in the file that is.
//!
//! Nothing here knows what the bytes mean. A read error ends the stream; what was read before it is used, and the error waits
//! in its [`Chunks`].

use std::io::{self, Read};

use super::chunks::{Chunk, Chunks};
use super::report::Position;

/// The window.
pub(in crate::engine) struct Window<'i> {
    /// What is behind the window.
    pub(in crate::engine) chunks: Chunks<'i>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes used before `start`.
    used: u64,
    line: u64,
    /// Bytes used before the current line began.
    line_start: u64,
}

impl<'i> Window<'i> {
    pub(super) fn new(chunks: Chunks<'i>) -> Self {
        Self { chunks, buffer: Vec::new(), start: 0, end: 0, used: 0, line: 1, line_start: 0 }
    }

    /// What has been read and not used.
    #[inline]
    pub(super) fn available(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Reads more behind [`Self::available`]; false when there is no more.
    pub(super) fn more(&mut self) -> bool {
        let Some(chunk) = self.chunks.next() else { return false };
        if self.start == self.end {
            self.show(chunk, 0);
        } else {
            self.append(chunk);
        }
        true
    }

    /// Moves the empty window to a chunk, of which so many bytes have been used.
    pub(super) fn show(&mut self, chunk: Chunk, used: usize) {
        let (buffer, start, end) = chunk.into_buffer();
        let old = std::mem::replace(&mut self.buffer, buffer);
        (self.start, self.end) = (start + used, end);
        if !old.is_empty() {
            self.chunks.recycle(old);
        }
    }

    fn append(&mut self, chunk: Chunk) {
        let fresh = chunk.bytes();
        let unused = self.end - self.start;
        // Moved down only when that is less than what is freed, so that small chunks do not move a long record once each.
        if self.buffer.len() - self.end < fresh.len() && unused < self.start {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, unused);
        }
        if self.buffer.len() - self.end < fresh.len() {
            self.buffer.resize((self.end + fresh.len()).max(self.end * 2), 0);
        }
        self.buffer[self.end..self.end + fresh.len()].copy_from_slice(fresh);
        self.end += fresh.len();
        let (buffer, ..) = chunk.into_buffer();
        self.chunks.recycle(buffer);
    }

    /// Uses up bytes that follow the empty window and were read apart: so many of a chunk, with so many line feeds in them, the
    /// last line of them beginning at `line_start`.
    pub(super) fn pass(&mut self, count: usize, lines: u64, line_start: usize) {
        if lines > 0 {
            self.line += lines;
            self.line_start = self.used + line_start as u64;
        }
        self.used += count as u64;
    }

    /// Uses up white space as far as it has been read.
    pub(super) fn skip_blank(&mut self) {
        let blank = self.available().iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
        if blank > 0 {
            self.advance(blank);
        }
    }

    /// Closes what is behind the window.
    pub(super) fn close(&mut self) {
        self.chunks.close();
        (self.buffer, self.start, self.end) = (Vec::new(), 0, 0);
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
            self.skip_blank();
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

/// Where a byte is first.
#[inline]
pub(super) fn find(byte: u8, bytes: &[u8]) -> Option<usize> {
    memchr::memchr(byte, bytes)
}
