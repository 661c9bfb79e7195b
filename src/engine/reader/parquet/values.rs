//! The values of a page, as they are stored.

use super::bits;
use super::fault::Flaw;
use super::schema::Stored;

/// A value as it is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Raw<'b> {
    Bool(bool),
    Int(i64),
    Bytes(&'b [u8]),
}

/// The ways of writing values.
mod encoding {
    pub(super) const PLAIN: i64 = 0;
    pub(super) const RUNS: i64 = 3;
    pub(super) const DIFFERENCES: i64 = 5;
    pub(super) const LENGTHS: i64 = 6;
    pub(super) const PREFIXES: i64 = 7;
    pub(super) const STREAMS: i64 = 9;
}

/// Whether values are places in the dictionary.
pub(super) fn is_dictionary(encoding: i64) -> bool {
    matches!(encoding, 2 | 8)
}

/// Gives so many values to the sink.
pub(super) fn each(
    encoding: i64,
    stored: Stored,
    bytes: &[u8],
    count: usize,
    sink: &mut dyn FnMut(Raw<'_>),
) -> Result<(), Flaw> {
    let done = match (encoding, stored) {
        (encoding::PLAIN, _) => plain(stored, bytes, count, sink),
        (encoding::RUNS, Stored::Bool) => runs(bytes, count, sink),
        (encoding::DIFFERENCES, Stored::Int32 | Stored::Int64) => differences(stored, bytes, count, sink),
        (encoding::LENGTHS, Stored::Bytes) => lengths(bytes, count, sink),
        (encoding::PREFIXES, Stored::Bytes | Stored::Fixed(_)) => prefixes(stored, bytes, count, sink),
        (encoding::STREAMS, Stored::Int32 | Stored::Int64 | Stored::Fixed(_)) => streams(stored, bytes, count, sink),
        _ => return Err(Flaw::Encoding(encoding)),
    };
    done.ok_or(Flaw::Damaged)
}

fn plain(stored: Stored, mut bytes: &[u8], count: usize, sink: &mut dyn FnMut(Raw<'_>)) -> Option<()> {
    match stored {
        Stored::Bool => {
            let bits = bytes.get(..count.div_ceil(8))?;
            (0..count).for_each(|at| sink(Raw::Bool(bits[at / 8] >> (at % 8) & 1 == 1)));
        }
        Stored::Bytes => {
            for _ in 0..count {
                let (length, rest) = bytes.split_first_chunk::<4>()?;
                let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
                bytes = rest;
                sink(Raw::Bytes(value));
            }
        }
        Stored::Int32 | Stored::Int64 | Stored::Fixed(_) => {
            let width = width(stored)?;
            let values = bytes.get(..count.checked_mul(width)?)?;
            values.chunks_exact(width).for_each(|value| sink(fixed(stored, value)));
        }
    }
    Some(())
}

fn width(stored: Stored) -> Option<usize> {
    match stored {
        Stored::Int32 => Some(4),
        Stored::Int64 => Some(8),
        Stored::Fixed(width) => Some(width),
        Stored::Bool | Stored::Bytes => None,
    }
}

/// A value of a fixed width from its bytes.
pub(super) fn fixed(stored: Stored, bytes: &[u8]) -> Raw<'_> {
    match (stored, bytes.first_chunk::<4>(), bytes.first_chunk::<8>()) {
        (Stored::Int32, Some(bytes), _) => Raw::Int(i64::from(i32::from_le_bytes(*bytes))),
        (Stored::Int64, _, Some(bytes)) => Raw::Int(i64::from_le_bytes(*bytes)),
        _ => Raw::Bytes(bytes),
    }
}

fn runs(bytes: &[u8], count: usize, sink: &mut dyn FnMut(Raw<'_>)) -> Option<()> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let mut bits = Vec::new();
    bits::hybrid(rest.get(..u32::from_le_bytes(*length) as usize)?, 1, count, &mut bits)?;
    bits.into_iter().for_each(|bit| sink(Raw::Bool(bit == 1)));
    Some(())
}

fn differences(stored: Stored, mut bytes: &[u8], count: usize, sink: &mut dyn FnMut(Raw<'_>)) -> Option<()> {
    let values = bits::differences(&mut bytes, count)?;
    #[expect(clippy::cast_possible_truncation, reason = "differences of narrow numbers wrap around at their width")]
    let narrow = |value: i64| if stored == Stored::Int32 { i64::from(value as i32) } else { value };
    let enough = values.len() == count;
    values.into_iter().for_each(|value| sink(Raw::Int(narrow(value))));
    enough.then_some(())
}

fn lengths(mut bytes: &[u8], count: usize, sink: &mut dyn FnMut(Raw<'_>)) -> Option<()> {
    let lengths = bits::differences(&mut bytes, count)?;
    let enough = lengths.len() == count;
    for length in lengths {
        let (value, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
        bytes = rest;
        sink(Raw::Bytes(value));
    }
    enough.then_some(())
}

/// Each value begins like the one before it.
fn prefixes(stored: Stored, mut bytes: &[u8], count: usize, sink: &mut dyn FnMut(Raw<'_>)) -> Option<()> {
    let shared = bits::differences(&mut bytes, count)?;
    let lengths = bits::differences(&mut bytes, count)?;
    let enough = shared.len() == count && lengths.len() == count;
    let mut value = Vec::new();
    for (shared, length) in shared.into_iter().zip(lengths) {
        let (suffix, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
        bytes = rest;
        let shared = usize::try_from(shared).ok().filter(|shared| *shared <= value.len())?;
        value.truncate(shared);
        value.extend_from_slice(suffix);
        if width(stored).is_some_and(|width| width != value.len()) {
            return None;
        }
        sink(Raw::Bytes(&value));
    }
    enough.then_some(())
}

/// The first bytes of all values, then the second ones, and so on.
fn streams(stored: Stored, bytes: &[u8], count: usize, sink: &mut dyn FnMut(Raw<'_>)) -> Option<()> {
    let width = width(stored)?;
    let bytes = bytes.get(..count.checked_mul(width)?)?;
    let mut value = vec![0; width];
    for at in 0..count {
        value.iter_mut().enumerate().for_each(|(byte, into)| *into = bytes[byte * count + at]);
        sink(fixed(stored, &value));
    }
    Some(())
}
