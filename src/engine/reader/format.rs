//! What kind of file it is, from how it starts.

use super::parquet;
use super::window::Window;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// There is nothing but white space.
    Empty,
    /// JSON, or something of which no line can be read.
    Json,
    /// Separated values.
    Csv {
        /// What stands between two of them.
        delimiter: u8,
    },
    /// Columns of values, which cannot be read from the beginning.
    Parquet,
    /// A kind that is not read: what it is, and what to do.
    Unsupported(&'static str),
}

/// First bytes of kinds that are not read.
const UNSUPPORTED: [(&[u8], &str); 6] = [
    (b"PK\x03\x04", "a zip archive or Excel workbook; unpack it, or save it as CSV"),
    (b"Obj\x01", "an Avro file, which is not read; convert it to JSON lines"),
    (b"BZh", "bzip2 data; unpack it, or pack it with gzip or zstd"),
    (b"\xfd7zXZ", "xz data; unpack it, or pack it with gzip or zstd"),
    (b"\xff\xfe", "UTF-16 text; save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text; save it as UTF-8"),
];

/// Longest header of separated values.
const HEADER: usize = 1024 * 1024;

/// Looks at the start of a window; uses up white space and a byte order mark only.
pub(super) fn detect(window: &mut Window<'_>) -> Kind {
    window.byte(7);
    if [parquet::MAGIC, parquet::ENCRYPTED].iter().any(|magic| window.available().starts_with(magic.as_slice())) {
        return Kind::Parquet;
    }
    if let Some((_, what)) = UNSUPPORTED.iter().find(|(magic, _)| window.available().starts_with(magic)) {
        return Kind::Unsupported(what);
    }
    match window.significant() {
        None => Kind::Empty,
        Some(b'{' | b'[') => Kind::Json,
        Some(_) => separated(window).map_or(Kind::Json, |delimiter| Kind::Csv { delimiter }),
    }
}

/// The delimiter of a header. A line that is followed by JSON is no header but the rest of a line of a log that was cut.
fn separated(window: &mut Window<'_>) -> Option<u8> {
    let length = window.line_length(HEADER)?;
    let mut next = length + 1;
    while next < 2 * HEADER && matches!(window.byte(next), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        next += 1;
    }
    if matches!(window.byte(next), Some(b'{' | b'[')) {
        return None;
    }
    let header = std::str::from_utf8(&window.available()[..length]).ok()?;
    if header.chars().any(|letter| letter.is_control() && letter != '\t' && letter != '\r') {
        return None;
    }
    // Outside quotes: every second piece is inside.
    let count =
        |delimiter: char| header.split('"').step_by(2).map(|piece| piece.matches(delimiter).count()).sum::<usize>();
    let (most, delimiter) = [(count(','), b','), (count(';'), b';'), (count('\t'), b'\t')]
        .into_iter()
        .reduce(|best, other| if other.0 > best.0 { other } else { best })?;
    (most > 0).then_some(delimiter)
}
