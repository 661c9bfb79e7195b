//! Whether every bracket closes the one it belongs to, and what is between them belongs there.

/// In the entry of a bracket: something is between it and the one before that must not be in an object.
pub(super) const NOT_IN_OBJECT: u32 = 0b01;

/// In the entry of a bracket: something is between it and the one before that must not be in an array.
pub(super) const NOT_IN_ARRAY: u32 = 0b10;

/// Bits of an entry that are not the place.
pub(super) const MARKS: u32 = 2;

/// Whether all brackets of a text make one value.
pub(super) fn is_sound(brackets: &[u32], bytes: &[u8]) -> bool {
    // The kinds of the containers that are open, one bit each, the innermost lowest.
    let (mut kinds, mut depth, mut deepest, mut ends, mut wrong) = (0u64, 0i32, 0i32, 0u32, 0u32);
    for entry in brackets {
        let byte = bytes.get((entry >> MARKS) as usize).copied().unwrap_or_default();
        let (opens, is_object) = (opens(byte), is_object(byte));
        let within = u32::from(kinds & 1 != 0);
        wrong |= misplaced(*entry, within) | (!opens & (within ^ is_object));
        kinds = if opens != 0 { kinds << 1 | u64::from(is_object) } else { kinds >> 1 };
        depth += if opens != 0 { 1 } else { -1 };
        deepest = deepest.max(depth);
        ends += u32::from(depth == 0);
    }
    if deepest > 64 {
        return is_sound_at_any_depth(brackets, bytes);
    }
    wrong & 1 == 0 && depth == 0 && ends <= 1
}

/// The same, with as much memory as the depth needs.
#[cold]
fn is_sound_at_any_depth(brackets: &[u32], bytes: &[u8]) -> bool {
    let mut kinds: Vec<bool> = Vec::new();
    for (number, entry) in brackets.iter().enumerate() {
        let byte = bytes.get((entry >> MARKS) as usize).copied().unwrap_or_default();
        let within = kinds.last().copied().unwrap_or_default();
        if misplaced(*entry, u32::from(within)) & 1 != 0 || (number > 0 && kinds.is_empty()) {
            return false;
        }
        if opens(byte) != 0 {
            kinds.push(is_object(byte) != 0);
        } else if kinds.pop() != Some(is_object(byte) != 0) {
            return false;
        }
    }
    kinds.is_empty()
}

/// Whether what is before a bracket must not be within a container of this kind: the lowest bit.
#[inline]
fn misplaced(entry: u32, is_object: u32) -> u32 {
    (entry & NOT_IN_OBJECT & is_object) | ((entry & NOT_IN_ARRAY) >> 1 & !is_object)
}

/// 1 for `{` and `[`.
#[inline]
fn opens(bracket: u8) -> u32 {
    u32::from(bracket >> 1 & 1)
}

/// 1 for `{` and `}`.
#[inline]
fn is_object(bracket: u8) -> u32 {
    u32::from(bracket >> 5 & 1)
}
