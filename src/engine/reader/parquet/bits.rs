//! Whole numbers in few bits: runs and packed groups, and differences from one to the next.
//!
//! Written after <https://github.com/apache/parquet-format/blob/master/Encodings.md>. None wherever that is broken.

use super::thrift::unzigzag;

/// Numbers of a bit width in runs and packed groups, as many as asked for.
pub(super) fn hybrid(mut bytes: &[u8], width: u32, count: usize, into: &mut Vec<u32>) -> Option<()> {
    if width > 32 {
        return None;
    }
    let end = into.len() + count;
    into.reserve(count);
    while into.len() < end {
        let head = variable(&mut bytes)?;
        let left = end - into.len();
        if head & 1 == 0 {
            let length = usize::try_from(head >> 1).ok()?.min(left);
            let (value, rest) = bytes.split_at_checked(width.div_ceil(8) as usize)?;
            bytes = rest;
            let value = value.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
            if width < 32 && value >> width != 0 {
                return None;
            }
            into.extend(std::iter::repeat_n(value, length));
        } else {
            let groups = usize::try_from(head >> 1).ok()?;
            // The last group may be cut where its values end.
            let size = groups.checked_mul(width as usize)?.min(bytes.len());
            let (packed, rest) = bytes.split_at_checked(size)?;
            bytes = rest;
            let length = groups.checked_mul(8)?.min(left);
            if packed.len() < (length.checked_mul(width as usize)?).div_ceil(8) {
                return None;
            }
            #[expect(clippy::cast_possible_truncation, reason = "32 bits at most")]
            unpack(packed, width, length, |value| into.push(value as u32));
        }
    }
    Some(())
}

/// Packed numbers, the least bit first. There are enough bytes.
fn unpack(packed: &[u8], width: u32, count: usize, mut sink: impl FnMut(u64)) {
    let mask = if width == 64 { u64::MAX } else { (1 << width) - 1 };
    let (mut held, mut bits) = (0_u128, 0);
    let mut bytes = packed.iter();
    for _ in 0..count {
        while bits < width {
            held |= u128::from(bytes.next().copied().unwrap_or(0)) << bits;
            bits += 8;
        }
        #[expect(clippy::cast_possible_truncation, reason = "the mask takes its lower bits")]
        sink(held as u64 & mask);
        held >>= width;
        bits -= width;
    }
}

/// A number of seven bits in each byte.
fn variable(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Numbers that are written as differences, at most `limit` of them. `bytes` is what is behind them afterwards.
pub(super) fn differences(bytes: &mut &[u8], limit: usize) -> Option<Vec<i64>> {
    let block = usize::try_from(variable(bytes)?).ok()?;
    let pieces = usize::try_from(variable(bytes)?).ok()?;
    let count = usize::try_from(variable(bytes)?).ok()?;
    let mut value = unzigzag(variable(bytes)?);
    if pieces == 0 || block % pieces != 0 || !(block / pieces).is_multiple_of(8) || block == 0 || count > limit {
        return None;
    }
    let length = block / pieces;
    let mut values = Vec::new();
    if count > 0 {
        values.push(value);
    }
    while values.len() < count {
        let least = unzigzag(variable(bytes)?);
        let (widths, rest) = bytes.split_at_checked(pieces)?;
        *bytes = rest;
        for width in widths.iter().map(|width| u32::from(*width)) {
            let left = count - values.len();
            if left == 0 {
                break;
            }
            if width > 64 {
                return None;
            }
            let (packed, rest) = bytes.split_at_checked(length.checked_mul(width as usize)? / 8)?;
            *bytes = rest;
            unpack(packed, width, left.min(length), |difference| {
                value = value.wrapping_add(least).wrapping_add(difference.cast_signed());
                values.push(value);
            });
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::{differences, hybrid};

    fn numbers(bytes: &[u8], width: u32, count: usize) -> Option<Vec<u32>> {
        let mut into = Vec::new();
        hybrid(bytes, width, count, &mut into).map(|()| into)
    }

    #[test]
    fn runs_and_packed_groups_follow_each_other() {
        // The example of the format's description: 0 to 7 in three bits each.
        let packed = [0x03, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        assert_eq!(numbers(&packed, 3, 8), Some((0..8).collect()));
        let both = [&[0x08, 5][..], &packed].concat();
        assert_eq!(numbers(&both, 3, 12), Some([5; 4].into_iter().chain(0..8).collect()));
        assert_eq!(numbers(&both, 3, 6), Some(vec![5, 5, 5, 5, 0, 1]));
        assert_eq!(numbers(&[0x10], 0, 8), Some(vec![0; 8]));
    }

    #[test]
    fn broken_numbers_are_none() {
        for (bytes, width) in [
            (&[][..], 3),
            (&[0x08], 3),
            (&[0x08, 8], 3),
            (&[0x00, 1], 3),
            (&[0x01], 3),
            (&[0x03, 1, 2], 3),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 1], 3),
            (&[0x08, 1], 33),
        ] {
            assert_eq!(numbers(bytes, width, 8), None, "{bytes:?}");
        }
    }

    #[test]
    fn differences_add_up() {
        // Blocks of 128 in four pieces; 7, 5, 3, 1, 2, 3, 4, 5: the least difference is -2.
        let mut bytes = &[0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0b1100_0000, 0b0011_1111, 0, 0, 0, 0, 0, 0, 99][..];
        assert_eq!(differences(&mut bytes, 8), Some(vec![7, 5, 3, 1, 2, 3, 4, 5]));
        assert_eq!(bytes, [99]);
        assert_eq!(differences(&mut &[0x80, 1, 4, 8, 14][..], 8), None);
        assert_eq!(differences(&mut &[0x80, 1, 0, 8, 14][..], 8), None);
        assert_eq!(differences(&mut &[0x80, 1, 4, 0xff, 0xff, 0xff, 0x7f, 14][..], 8), None, "more than there may be");
    }
}
