//! Places in a text, put down block by block.

use super::WIDTH;

/// Places. Their memory is used again for the next text.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Longer than what is in it, so that there is room for a block.
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

    /// Adds the place of each bit, from a place on.
    #[inline]
    pub(super) fn add(&mut self, at: u32, bits: u64) {
        if self.entries.len() < self.count + WIDTH {
            self.entries.resize(2 * (self.count + WIDTH), 0);
        }
        let room = &mut self.entries[self.count..self.count + WIDTH];
        let mut left = bits;
        let mut count = 0;
        while left != 0 {
            room[count % WIDTH] = at + left.trailing_zeros();
            count += 1;
            left &= left - 1;
        }
        self.count += count;
    }
}
