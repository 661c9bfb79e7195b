//! Compressed input, known by its first bytes: gzip (all members of a file) and zstd (all frames).

use std::io::{self, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

/// How a file is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// gzip
    Gzip,
    /// zstd
    Zstd,
}

impl Compression {
    /// `gzip`, `zstd`
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// The plain bytes of an input, and how it was packed.
pub(super) fn unpack<'i>(mut input: impl Read + 'i) -> io::Result<(Compression, Box<dyn Read + 'i>)> {
    let mut start = Vec::with_capacity(4);
    // `take` and not `read_exact`: a file may be shorter than a magic number, and then all of it counts.
    let failure = (&mut input).take(4).read_to_end(&mut start).err();
    let compression = match *start.as_slice() {
        [0x1f, 0x8b, ..] => Compression::Gzip,
        // A frame, or a frame to be skipped that stands before one.
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Compression::Zstd,
        _ => Compression::None,
    };
    let whole = Cursor::new(start).chain(FailsWith(failure)).chain(input);
    Ok((
        compression,
        match compression {
            Compression::None => Box::new(whole),
            Compression::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(PACKED, whole))),
            Compression::Zstd => {
                Box::new(zstd::stream::read::Decoder::with_buffer(BufReader::with_capacity(PACKED, whole))?)
            }
        },
    ))
}

/// Packed bytes read at a time.
const PACKED: usize = 128 * 1024;

/// Nothing, or the error that the first bytes of an input ended with.
struct FailsWith(Option<io::Error>);

impl Read for FailsWith {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
