//! Compressed pages.

use std::io::Read;

use super::fault::Flaw;

/// What the footer calls them.
mod method {
    pub(super) const NONE: i64 = 0;
    pub(super) const SNAPPY: i64 = 1;
    pub(super) const GZIP: i64 = 2;
    pub(super) const LZO: i64 = 3;
    pub(super) const BROTLI: i64 = 4;
    pub(super) const LZ4_HADOOP: i64 = 5;
    pub(super) const ZSTD: i64 = 6;
    pub(super) const LZ4: i64 = 7;
}

/// Appends what is packed in `packed` and is `length` bytes long.
pub(super) fn unpack(codec: i64, packed: &[u8], length: usize, into: &mut Vec<u8>) -> Result<(), Flaw> {
    let before = into.len();
    let done = match codec {
        method::NONE => {
            into.extend_from_slice(packed);
            Some(())
        }
        method::SNAPPY => snappy(packed, length, into),
        method::GZIP => limited(flate2::read::MultiGzDecoder::new(packed), length, into),
        method::ZSTD => {
            zstd::stream::read::Decoder::with_buffer(packed).ok().and_then(|plain| limited(plain, length, into))
        }
        method::LZ4 => lz4(packed, length, into),
        method::LZ4_HADOOP => hadoop(packed, length, into).or_else(|| {
            into.truncate(before);
            lz4(packed, length, into)
        }),
        method::LZO => return Err(Flaw::Codec("LZO")),
        method::BROTLI => return Err(Flaw::Codec("Brotli")),
        _ => return Err(Flaw::Codec("an unknown method")),
    };
    done.filter(|()| into.len() - before == length).ok_or(Flaw::Damaged)
}

/// Reads one byte more than there should be, so that it is noticed.
fn limited(plain: impl Read, length: usize, into: &mut Vec<u8>) -> Option<()> {
    into.reserve(length);
    plain.take(length as u64 + 1).read_to_end(into).ok().map(|_| ())
}

fn snappy(packed: &[u8], length: usize, into: &mut Vec<u8>) -> Option<()> {
    if snap::raw::decompress_len(packed).ok()? != length {
        return None;
    }
    let before = into.len();
    into.resize(before + length, 0);
    let written = snap::raw::Decoder::new().decompress(packed, &mut into[before..]).ok()?;
    (written == length).then_some(())
}

fn lz4(packed: &[u8], length: usize, into: &mut Vec<u8>) -> Option<()> {
    let before = into.len();
    into.resize(before + length, 0);
    let written = lz4_flex::block::decompress_into(packed, &mut into[before..]).ok()?;
    (written == length).then_some(())
}

/// Blocks as Hadoop frames them: the length of what is in them, and pieces that each have their packed length in front.
fn hadoop(mut packed: &[u8], length: usize, into: &mut Vec<u8>) -> Option<()> {
    let end = into.len() + length;
    while !packed.is_empty() {
        let (plain, rest) = packed.split_first_chunk::<4>()?;
        let (size, rest) = rest.split_first_chunk::<4>()?;
        let (plain, size) = (u32::from_be_bytes(*plain) as usize, u32::from_be_bytes(*size) as usize);
        if plain > end.checked_sub(into.len())? {
            return None;
        }
        let (piece, rest) = rest.split_at_checked(size)?;
        lz4(piece, plain, into)?;
        packed = rest;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{Flaw, unpack};

    #[test]
    fn blocks_of_lz4_are_read_bare_and_framed() {
        let plain = b"abcabcabcabcabcabcabcabcabcabcabcabc";
        let packed = lz4_flex::block::compress(plain);
        let length = u32::try_from(plain.len()).unwrap();
        let size = u32::try_from(packed.len()).unwrap();
        let framed = [&length.to_be_bytes()[..], &size.to_be_bytes(), &packed].concat();
        for (codec, packed) in [(7, &packed), (5, &packed), (5, &framed)] {
            let mut into = b"before".to_vec();
            unpack(codec, packed, plain.len(), &mut into).unwrap();
            assert_eq!(into, [&b"before"[..], plain].concat());
        }
    }

    #[test]
    fn a_wrong_length_is_damage_and_no_memory_is_taken_for_it() {
        let packed = snap::raw::Encoder::new().compress_vec(b"abc").unwrap();
        for length in [0, 2, 4, 1 << 40] {
            assert_eq!(unpack(1, &packed, length, &mut Vec::new()), Err(Flaw::Damaged), "{length}");
        }
        assert_eq!(unpack(0, b"abc", 4, &mut Vec::new()), Err(Flaw::Damaged));
        assert_eq!(unpack(4, b"abc", 3, &mut Vec::new()), Err(Flaw::Codec("Brotli")));
    }
}
