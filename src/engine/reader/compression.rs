//! Compressed input, known by its first bytes: gzip (all members of a file) and zstd (all frames).

use std::io::{self, BufReader, Cursor, Read};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread;

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
pub(super) fn unpack<'i>(mut input: impl Read + Send + 'i) -> io::Result<(Compression, Box<dyn Read + Send + 'i>)> {
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

/// The same bytes, unpacked in a thread of their own; as they are where there is nothing to unpack.
pub(super) fn apart(
    (compression, plain): (Compression, Box<dyn Read + Send>),
) -> io::Result<(Compression, Box<dyn Read + Send>)> {
    if compression == Compression::None {
        return Ok((compression, plain));
    }
    let (sender, received) = mpsc::sync_channel(AHEAD);
    let (spare, again) = mpsc::channel();
    thread::Builder::new().name("unpack".to_owned()).spawn(move || hand_over(plain, &sender, &again))?;
    Ok((compression, Box::new(Unpacked { received, spare, piece: Vec::new(), used: 0 })))
}

/// Unpacked bytes handed over at a time.
const PIECE: usize = 256 * 1024;

/// Pieces unpacked before they are asked for.
const AHEAD: usize = 8;

/// Unpacks piece by piece, as long as someone receives them.
fn hand_over(mut plain: impl Read, to: &SyncSender<io::Result<Vec<u8>>>, again: &Receiver<Vec<u8>>) {
    loop {
        let mut piece = again.try_recv().unwrap_or_default();
        piece.clear();
        let read = (&mut plain).take(PIECE as u64).read_to_end(&mut piece);
        // What was unpacked before an error counts.
        let ended = piece.is_empty();
        if !ended && to.send(Ok(piece)).is_err() {
            return;
        }
        match read {
            // When nobody receives it any more, nobody asks.
            Err(error) => return to.send(Err(error)).unwrap_or_default(),
            Ok(_) if ended => return,
            Ok(_) => {}
        }
    }
}

/// What another thread unpacks.
struct Unpacked {
    received: Receiver<io::Result<Vec<u8>>>,
    spare: Sender<Vec<u8>>,
    piece: Vec<u8>,
    used: usize,
}

impl Read for Unpacked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.used == self.piece.len() {
            // The sender is gone when everything has been sent.
            let Ok(piece) = self.received.recv() else { return Ok(0) };
            let old = std::mem::replace(&mut self.piece, piece?);
            self.used = 0;
            // The other thread may have ended.
            self.spare.send(old).unwrap_or_default();
        }
        let left = &self.piece[self.used..];
        let count = into.len().min(left.len());
        into[..count].copy_from_slice(&left[..count]);
        self.used += count;
        Ok(count)
    }
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
