//! Whether every bracket closes the one it belongs to, and what is between them belongs there.

use super::WIDTH;

/// Brackets of a block before which something is that must not be there, from the bracket before on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Misplaced {
    pub(super) in_object: u64,
    pub(super) in_array: u64,
}

/// Whether all brackets of a text make one value.
pub(super) fn is_sound(brackets: &[u32], misplaced: &[Misplaced], bytes: &[u8]) -> bool {
    // The kinds of the containers that are open, one bit each, the innermost lowest.
    let (mut kinds, mut depth, mut deepest, mut ends, mut wrong) = (0u64, 0i32, 0i32, 0u32, 0u64);
    for at in brackets {
        let byte = bytes.get(*at as usize).copied().unwrap_or_default();
        let (opens, is_object) = (opens(byte), is_object(byte));
        wrong |= before(misplaced, *at, kinds) | (!opens & (kinds ^ is_object));
        kinds = if opens != 0 { kinds << 1 | is_object } else { kinds >> 1 };
        depth += if opens != 0 { 1 } else { -1 };
        deepest = deepest.max(depth);
        ends += u32::from(depth == 0);
    }
    if deepest > 64 {
        return is_sound_at_any_depth(brackets, misplaced, bytes);
    }
    wrong & 1 == 0 && depth == 0 && ends <= 1
}

/// The same, with as much memory as the depth needs.
#[cold]
fn is_sound_at_any_depth(brackets: &[u32], misplaced: &[Misplaced], bytes: &[u8]) -> bool {
    let mut kinds: Vec<u64> = Vec::new();
    for (number, at) in brackets.iter().enumerate() {
        let byte = bytes.get(*at as usize).copied().unwrap_or_default();
        let kind = kinds.last().copied().unwrap_or_default();
        if before(misplaced, *at, kind) & 1 != 0 || (number > 0 && kinds.is_empty()) {
            return false;
        }
        if opens(byte) != 0 {
            kinds.push(is_object(byte));
        } else if kinds.pop() != Some(is_object(byte)) {
            return false;
        }
    }
    kinds.is_empty()
}

/// Whether something is before a bracket that must not be in a container of this kind: the lowest bit.
#[inline]
fn before(misplaced: &[Misplaced], at: u32, kind: u64) -> u64 {
    let Some(block) = misplaced.get(at as usize / WIDTH) else { return 0 };
    let bit = at as usize % WIDTH;
    (block.in_object >> bit & kind) | (block.in_array >> bit & !kind)
}

/// 1 for `{` and `[`.
#[inline]
fn opens(bracket: u8) -> u64 {
    u64::from(bracket >> 1 & 1)
}

/// 1 for `{` and `}`.
#[inline]
fn is_object(bracket: u8) -> u64 {
    u64::from(bracket >> 5 & 1)
}
