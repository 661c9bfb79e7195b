//! A text that grows: which of its bytes are complete records, and in which pieces a [`Reader`](crate::engine::reader::Reader)
//! gets them so that it makes no difference how many bytes come at a time.
//!
//! Followed are JSON records of one line each, and rows of separated values behind a header. What can only be read once all of
//! it is there, a packed file or a document of several lines, is told.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// How records stand in a text, as far as its beginning has said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Framing {
    /// Too little has come.
    #[default]
    Unknown,
    /// One record a line.
    Lines,
    /// Rows behind a header.
    Rows {
        /// The header, with its line feed.
        header: Vec<u8>,
    },
}

/// A text as far as it has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    framing: Framing,
    /// Line feeds before what comes next.
    lines: u64,
}

/// What the next bytes of a text are.
#[derive(Debug, PartialEq, Eq)]
pub enum Cut<'b> {
    /// More of them are needed.
    More,
    /// So many bytes are read in these pieces.
    Records(usize, Vec<Piece<'b>>),
    /// The text can only be read as a whole.
    Whole(Whole),
}

/// Records that are read at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'b> {
    /// The header of their table.
    pub header: Vec<u8>,
    /// The records.
    pub bytes: &'b [u8],
    /// The line they begin in, from 1.
    pub line: u64,
}

/// Why a text can only be read as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Whole {
    /// It is packed.
    Packed,
    /// It is a kind of file that has no lines.
    Binary,
    /// It is one document of several lines.
    Document,
}

/// How files begin that have no lines, and what they are.
const MAGIC: [(&[u8], Whole); 8] = [
    (b"\x1f\x8b", Whole::Packed),
    (b"\x28\xb5\x2f\xfd", Whole::Packed),
    (b"BZh", Whole::Binary),
    (b"\xfd7zXZ", Whole::Binary),
    (b"PK\x03\x04", Whole::Binary),
    (b"PAR1", Whole::Binary),
    (b"Obj\x01", Whole::Binary),
    (b"\xff\xfe", Whole::Binary),
];

impl Text {
    /// What of `bytes`, which come next in the text, can be read. `complete` says that nothing comes after them: the last record
    /// may then lack its line feed.
    pub fn cut<'b>(&mut self, bytes: &'b [u8], complete: bool) -> Cut<'b> {
        if self.framing == Framing::Unknown {
            match detect(bytes, complete) {
                Ok(None) => return Cut::More,
                Ok(Some(framing)) => self.framing = framing,
                Err(whole) => return Cut::Whole(whole),
            }
            if let Framing::Rows { header } = &self.framing {
                let length = header.len();
                self.lines += feeds(&bytes[..length]);
                let more = match self.cut(&bytes[length..], complete) {
                    Cut::Records(count, pieces) => (count, pieces),
                    Cut::More | Cut::Whole(_) => (0, Vec::new()),
                };
                return Cut::Records(length + more.0, more.1);
            }
        }
        let length = match &self.framing {
            _ if complete => bytes.len(),
            Framing::Unknown | Framing::Lines => bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1),
            Framing::Rows { .. } => rows(bytes),
        };
        if length == 0 {
            return Cut::More;
        }
        let pieces = match &self.framing {
            Framing::Unknown | Framing::Lines => lines(&bytes[..length], self.lines + 1),
            Framing::Rows { header } => {
                vec![Piece { header: header.clone(), bytes: &bytes[..length], line: self.lines + 1 }]
            }
        };
        self.lines += feeds(&bytes[..length]);
        Cut::Records(length, pieces)
    }

    /// The line that comes next, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.lines + 1
    }

    /// Bytes are passed over that are part of one line.
    pub fn skip(&mut self, bytes: &[u8]) {
        self.lines += feeds(bytes);
        if self.framing == Framing::Unknown {
            self.framing = Framing::Lines;
        }
    }
}

impl<'b> Piece<'b> {
    /// What a reader gets: the header, and these of its records.
    #[must_use]
    pub fn with_header(&self, records: &[u8]) -> Vec<u8> {
        [&self.header, records].concat()
    }

    /// How many lines stand before the records in what a reader gets.
    #[must_use]
    pub fn header_lines(&self) -> u64 {
        feeds(&self.header)
    }

    /// The beginnings of the records: every byte after a line feed that does not stand in quotes.
    pub fn records(&self) -> impl Iterator<Item = &'b [u8]> {
        let quoted = !self.header.is_empty();
        let mut rest = self.bytes;
        std::iter::from_fn(move || {
            let mut inside = false;
            let end = rest.iter().position(|byte| {
                inside ^= quoted && *byte == b'"';
                *byte == b'\n' && !inside
            });
            let (record, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
            rest = after;
            (!record.is_empty()).then_some(record)
        })
    }
}

fn feeds(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// How records stand in a text that begins like this; none where too little has come.
fn detect(bytes: &[u8], complete: bool) -> Result<Option<Framing>, Whole> {
    if let Some((_, whole)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(*whole);
    }
    let marked = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let Some(start) = marked.iter().position(|byte| !is_blank(*byte)) else { return Ok(None) };
    let text = &marked[start..];
    let line_end = text.iter().position(|byte| *byte == b'\n');
    let Some(length) = line_end.map(|at| at + 1).or(complete.then_some(text.len())) else { return Ok(None) };
    let line = text[..length].trim_ascii_end();
    if matches!(line.first(), Some(b'{' | b'[')) {
        return if goes_on(line) { Err(Whole::Document) } else { Ok(Some(Framing::Lines)) };
    }
    let Some(next) = text[length..].iter().find(|byte| !is_blank(**byte)) else {
        return Ok(complete.then_some(Framing::Lines));
    };
    // The rest of a record that was cut, or text that is no table: a reader says what is wrong with it.
    if matches!(next, b'{' | b'[') || !line.iter().any(|byte| b",;\t".contains(byte)) {
        return Ok(Some(Framing::Lines));
    }
    let header_end = bytes.len() - text.len() + length;
    let mut header = bytes[..header_end].to_vec();
    if !header.ends_with(b"\n") {
        header.push(b'\n');
    }
    Ok(Some(Framing::Rows { header }))
}

/// Whether a JSON value that begins in this line goes on in the next one, and is not merely broken off.
fn goes_on(line: &[u8]) -> bool {
    matches!(line.last(), Some(b'{' | b'[' | b','))
        && serde_json::from_slice::<IgnoredAny>(line).is_err_and(|error| error.is_eof())
}

/// The length of the complete rows: up to the last line feed that does not stand in quotes.
fn rows(bytes: &[u8]) -> usize {
    let (mut inside, mut length) = (false, 0);
    for (at, byte) in bytes.iter().enumerate() {
        inside ^= *byte == b'"';
        if *byte == b'\n' && !inside {
            length = at + 1;
        }
    }
    length
}

/// Lines, those together that look like a record. One that does not stands alone: it may be the beginning of a value whose rest
/// is taken for it if it comes at the same time.
fn lines(bytes: &[u8], first: u64) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let (mut start, mut start_line, mut at, mut line) = (0, first, 0, first);
    let piece = |range: std::ops::Range<usize>, line| Piece { header: Vec::new(), bytes: &bytes[range], line };
    for text in bytes.split_inclusive(|byte| *byte == b'\n') {
        let end = at + text.len();
        if !is_whole(text.trim_ascii()) {
            if at > start {
                pieces.push(piece(start..at, start_line));
            }
            pieces.push(piece(at..end, line));
            (start, start_line) = (end, line + 1);
        }
        (at, line) = (end, line + 1);
    }
    if at > start {
        pieces.push(piece(start..at, start_line));
    }
    pieces
}

fn is_whole(line: &[u8]) -> bool {
    line.is_empty() || (matches!(line.first(), Some(b'{' | b'[')) && matches!(line.last(), Some(b'}' | b']')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &mut Text, bytes: &'static str) -> Option<(usize, Vec<(u64, String)>)> {
        match text.cut(bytes.as_bytes(), false) {
            Cut::More => None,
            Cut::Records(count, pieces) => {
                let told =
                    pieces.iter().map(|piece| (piece.line, String::from_utf8(piece.with_header(piece.bytes)).unwrap()));
                Some((count, told.collect()))
            }
            Cut::Whole(whole) => panic!("{whole:?}"),
        }
    }

    #[test]
    fn a_line_waits_for_its_line_feed() {
        let mut text = Text::default();
        assert_eq!(cut(&mut text, "{\"a\":1"), None);
        assert_eq!(cut(&mut text, "{\"a\":1}\n{\"a\""), Some((8, vec![(1, "{\"a\":1}\n".to_owned())])));
        assert_eq!(cut(&mut text, "{\"a\":"), None);
        assert_eq!(cut(&mut text, "{\"a\":2}\n"), Some((8, vec![(2, "{\"a\":2}\n".to_owned())])));
        let Cut::Records(7, pieces) = text.cut(b"{\"a\":3}", true) else { panic!("the end ends the line") };
        assert_eq!(pieces[0].line, 3);
    }

    #[test]
    fn a_line_that_is_no_record_is_read_alone() {
        let (count, pieces) = cut(&mut Text::default(), "{}\n\n{\"a\":\n}\n{}\n{}\n").unwrap();
        let expected = [(1, "{}\n\n"), (3, "{\"a\":\n"), (4, "}\n"), (5, "{}\n{}\n")];
        assert_eq!((count, pieces), (18, expected.map(|(line, text)| (line, text.to_owned())).to_vec()));
    }

    #[test]
    fn rows_keep_their_header_and_are_cut_outside_quotes() {
        let mut text = Text::default();
        assert_eq!(cut(&mut text, "a,b\n"), None);
        let all = "a,b\n1,\"x\ny\"\n2,\"z\n";
        assert_eq!(cut(&mut text, all), Some((12, vec![(2, "a,b\n1,\"x\ny\"\n".to_owned())])));
        assert_eq!(cut(&mut text, "2,\"z\n3\"\n4,5"), Some((8, vec![(4, "a,b\n2,\"z\n3\"\n".to_owned())])));
        assert_eq!(text.line(), 6);
        let Cut::Records(_, pieces) = text.cut(b"4,\"5\n6\"\n7,8\n", false) else { panic!("rows") };
        let records: Vec<&[u8]> = pieces[0].records().collect();
        assert_eq!(records, [&b"4,\"5\n6\"\n"[..], b"7,8\n"]);
    }

    #[test]
    fn what_has_no_lines_is_told() {
        fn whole(bytes: &[u8]) -> Cut<'_> {
            Text::default().cut(bytes, false)
        }
        assert_eq!(whole(b"\x1f\x8b\x08"), Cut::Whole(Whole::Packed));
        assert_eq!(whole(b"[\n{\"a\":1},"), Cut::Whole(Whole::Document));
        assert_eq!(whole(b" {\n\"a\":1},"), Cut::Whole(Whole::Document));
        assert_eq!(whole(b"[{\"a\":1},\n"), Cut::Whole(Whole::Document));
        assert!(matches!(whole(b"[{\"a\":1}]\n"), Cut::Records(..)));
        assert!(matches!(whole(b"{\"a\":\"cut of\n"), Cut::Records(..)), "a broken line is no document");
        assert!(matches!(whole(b"{\"rest\":1}}\n"), Cut::Records(..)));
        assert_eq!(whole(b" \n"), Cut::More);
    }

    #[test]
    fn the_rest_of_a_record_before_others_is_no_header() {
        let (count, pieces) = cut(&mut Text::default(), "1,\"b\":2}\n{\"a\":1}\n").unwrap();
        assert_eq!((count, pieces.len()), (17, 2));
    }

    #[test]
    fn how_much_comes_at_a_time_makes_no_difference() {
        let all = "{\"a\":1}\n{\"a\":\n\n1}\nx,y\n{\"b\":2}\r\n";
        let told = |step: usize| {
            let (mut text, mut done, mut read) = (Text::default(), 0, Vec::new());
            for end in (0..=all.len()).step_by(step).chain([all.len()]) {
                if let Cut::Records(count, pieces) = text.cut(&all.as_bytes()[done..end.max(done)], false) {
                    let one_by_one = pieces.iter().flat_map(|piece| {
                        (piece.line..).zip(piece.records()).map(|(line, record)| (line, record.to_vec()))
                    });
                    read.extend(one_by_one.collect::<Vec<_>>());
                    done += count;
                }
            }
            (done, read)
        };
        for step in 1..20 {
            assert_eq!(told(step), told(all.len()), "{step} bytes at a time");
        }
    }
}
