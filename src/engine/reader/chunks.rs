//! The bytes of an input in chunks that end where a line ends, so that each can be read by itself.
//!
//! Chunks are read in their order; who reads them, and when, is up to the callers. Reads ask for whole pages into whole pages:
//! elsewhere the system copies them several times slower. What is behind the last line feed of a read waits for the next one.

use std::collections::VecDeque;
use std::io::{self, Read};

/// Bytes asked for at a time, unless the caller says otherwise.
pub(super) const CHUNK: usize = 256 * 1024;

/// Where a page begins.
const PAGE: usize = 4096;

/// A line that is longer is handed over in pieces.
const LONGEST: usize = 1024 * 1024;

/// Chunks of an input.
pub(in crate::engine) struct Chunks<'i> {
    input: Box<dyn Read + Send + 'i>,
    size: usize,
    /// What is behind the last line feed.
    rest: Vec<u8>,
    /// Chunks that were read and not used, the next one first.
    waiting: VecDeque<Chunk>,
    /// Buffers to be used again.
    spare: Vec<Vec<u8>>,
    begins_line: bool,
    ended: bool,
    /// How many bytes were read.
    read: u64,
    /// The error that ended the input.
    pub(super) failure: Option<io::Error>,
}

/// Bytes that follow each other.
pub(in crate::engine) struct Chunk {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Whether a line begins where it does.
    pub(super) begins_line: bool,
    /// Whether its last line is whole: behind it is a line feed, or the end of the input.
    pub(super) ends_line: bool,
}

impl Chunk {
    /// The bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// How many bytes.
    pub(in crate::engine) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Its buffer, and where in that the bytes are.
    pub(super) fn into_buffer(self) -> (Vec<u8>, usize, usize) {
        (self.buffer, self.start, self.end)
    }
}

impl<'i> Chunks<'i> {
    /// Chunks of about so many bytes.
    pub(super) fn new(input: Box<dyn Read + Send + 'i>, size: usize) -> Self {
        Self {
            input,
            size: size.max(1),
            rest: Vec::new(),
            waiting: VecDeque::new(),
            spare: Vec::new(),
            begins_line: true,
            ended: false,
            read: 0,
            failure: None,
        }
    }

    /// The next chunk; none at the end.
    pub(in crate::engine) fn next(&mut self) -> Option<Chunk> {
        if let Some(chunk) = self.waiting.pop_front() {
            return Some(chunk);
        }
        let mut buffer = self.spare.pop().unwrap_or_default();
        let (start, mut end) = self.place_rest(&mut buffer);
        loop {
            let fresh = end;
            end += self.fill(&mut buffer, end);
            let cut = memchr::memrchr(b'\n', &buffer[fresh..end]).map(|at| fresh + at + 1);
            let (end, ends_line) = match cut {
                _ if self.ended => (end, true),
                Some(cut) => {
                    self.rest.extend_from_slice(&buffer[cut..end]);
                    (cut, true)
                }
                None if end - start > LONGEST => (end, false),
                None => continue,
            };
            if start == end {
                return None;
            }
            let begins_line = std::mem::replace(&mut self.begins_line, ends_line);
            return Some(Chunk { buffer, start, end, begins_line, ends_line });
        }
    }

    /// Puts what is behind the last line feed before the beginning of a page; gives its place.
    fn place_rest(&mut self, buffer: &mut Vec<u8>) -> (usize, usize) {
        let rest = self.rest.len();
        let room = if self.size < PAGE { 0 } else { PAGE };
        if buffer.len() < rest + room + self.size {
            buffer.resize(rest + room + self.size, 0);
        }
        let page = if room == 0 { rest } else { rest + buffer[rest..].as_ptr().align_offset(PAGE).min(room) };
        buffer[page - rest..page].copy_from_slice(&self.rest);
        self.rest.clear();
        (page - rest, page)
    }

    /// Reads a chunk's size of bytes, fewer at the end.
    fn fill(&mut self, buffer: &mut Vec<u8>, from: usize) -> usize {
        if self.ended {
            return 0;
        }
        if buffer.len() < from + self.size {
            buffer.resize(from + self.size, 0);
        }
        let mut filled = 0;
        while filled < self.size && !self.ended {
            match self.input.read(&mut buffer[from + filled..from + self.size]) {
                Ok(0) => self.ended = true,
                Ok(count) => {
                    filled += count;
                    self.read += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure = Some(error);
                    self.ended = true;
                }
            }
        }
        filled
    }

    /// Puts chunks that were not used before those that are still to be read.
    pub(in crate::engine) fn put_back(&mut self, chunks: impl DoubleEndedIterator<Item = Chunk>) {
        chunks.rev().for_each(|chunk| self.waiting.push_front(chunk));
    }

    /// Whether the first byte is one of these; the first chunk waits after that.
    pub(super) fn begin_with(&mut self, bytes: &[u8]) -> bool {
        let first = self.next();
        let found = first.as_ref().and_then(|chunk| chunk.bytes().first()).is_some_and(|byte| bytes.contains(byte));
        self.put_back(first.into_iter());
        found
    }

    /// Whether it is known that nothing is left.
    pub(super) fn are_used_up(&self) -> bool {
        self.ended && self.waiting.is_empty() && self.rest.is_empty()
    }

    /// How many chunks were read and not used.
    pub(in crate::engine) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Whether the next chunk begins a line.
    pub(super) fn next_begins_line(&self) -> bool {
        self.waiting.front().map_or(self.begins_line, |chunk| chunk.begins_line)
    }

    /// Closes the input: there are no more chunks.
    pub(super) fn close(&mut self) {
        let failure = self.failure.take();
        *self = Self { ended: true, failure, ..Self::new(Box::new(io::empty()), self.size) };
    }

    /// How many bytes were read.
    pub(super) fn position(&self) -> u64 {
        self.read
    }

    /// Chunks of another size from now on.
    pub(super) fn set_size(&mut self, size: usize) {
        self.size = size.max(1);
    }

    /// Lets go of the input.
    pub(super) fn suspend(&mut self) {
        self.input = Box::new(io::empty());
        self.spare.clear();
    }

    /// Goes on with the input, which stands at [`Self::position`].
    pub(super) fn resume(&mut self, input: io::Result<Box<dyn Read + Send + 'i>>) {
        match input {
            Ok(input) => self.input = input,
            Err(error) => {
                self.failure = Some(error);
                self.ended = true;
            }
        }
    }

    /// Takes a buffer that is no longer needed.
    pub(super) fn recycle(&mut self, buffer: Vec<u8>) {
        self.spare.push(buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::{Chunk, Chunks, PAGE};

    fn chunks(text: &[u8], size: usize) -> Vec<Chunk> {
        let mut chunks = Chunks::new(Box::new(text), size);
        std::iter::from_fn(|| chunks.next()).collect()
    }

    #[test]
    fn chunks_end_where_lines_end_and_nothing_is_lost() {
        let text = b"a\nbb\n\nccc\ndddd";
        for size in 1..20 {
            let all = chunks(text, size);
            assert_eq!(all.iter().flat_map(Chunk::bytes).copied().collect::<Vec<u8>>(), text, "{size}");
            assert!(all.iter().all(|chunk| chunk.begins_line && chunk.ends_line), "{size}");
            assert!(all.iter().rev().skip(1).all(|chunk| chunk.bytes().ends_with(b"\n")), "{size}");
        }
        assert!(chunks(b"", 1).is_empty());
    }

    #[test]
    fn reads_are_of_whole_pages_and_long_lines_come_in_pieces() {
        let text = [vec![b'x'; 3 << 20], b"\nyy\nz".to_vec()].concat();
        let all = chunks(&text, 256 << 10);
        assert_eq!(all.iter().flat_map(Chunk::bytes).copied().collect::<Vec<u8>>(), text);
        assert_eq!(
            all.iter().map(|chunk| (chunk.begins_line, chunk.ends_line)).collect::<Vec<_>>(),
            [(true, false), (false, false), (false, true)]
        );
        let lines = "line\n".repeat(200_000);
        let mut reader = Chunks::new(Box::new(lines.as_bytes()), 64 << 10);
        for _ in 0..3 {
            let chunk = reader.next().unwrap();
            let page = chunk.end + reader.rest.len() - (64 << 10);
            assert_eq!(chunk.buffer[page..].as_ptr().align_offset(PAGE), 0);
        }
    }
}
