//! Places in a text, put down block by block.

use super::WIDTH;

/// Places, each with what is said of it. Its memory is used again for the next text.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Longer than what is in it, so that a block may write more than it has.
    entries: Vec<u32>,
    count: usize,
}

impl Places {
    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    pub(super) fn all(&self) -> &[u32] {
        &self.entries[..self.count]
    }

    /// Adds an entry for each bit. Up to `MOST` bits cost the same: how many there are cannot be foreseen, and a wrong guess of the
    /// processor costs more than some writes in vain.
    #[inline]
    pub(super) fn add<const MOST: usize>(&mut self, bits: u64, entry: impl Fn(u32) -> u32) {
        if self.entries.len() < self.count + WIDTH {
            self.entries.resize(2 * (self.count + WIDTH), 0);
        }
        let room = &mut self.entries[self.count..self.count + WIDTH];
        let mut left = bits;
        let mut count = 0;
        for slot in &mut room[..MOST] {
            // The last place stands for none at all, which is not counted.
            *slot = entry((left | 1 << 63).trailing_zeros());
            count += usize::from(left != 0);
            left &= left.wrapping_sub(1);
        }
        while left != 0 {
            room[count % WIDTH] = entry(left.trailing_zeros());
            count += 1;
            left &= left - 1;
        }
        self.count += count;
    }
}
