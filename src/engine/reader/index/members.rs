//! The walk over the members of one object: its keys and brackets, in their order.

use super::nest::{behind, place, up_to};
use super::{Block, WIDTH};

/// The keys and brackets behind a place.
pub(crate) struct Members<'i> {
    blocks: &'i [Block],
    block: &'i Block,
    number: usize,
    /// What has not been met.
    left: u64,
    /// What is behind the last bracket, and so belongs to the object itself.
    segment: u64,
    wrong: u64,
}

/// What is met.
#[derive(Clone, Copy)]
pub(crate) enum Met {
    /// The quote that begins a key.
    Key(usize),
    /// A bracket.
    Bracket(usize),
}

impl<'i> Members<'i> {
    /// Those of the object that opens at a place.
    pub(crate) fn of(blocks: &'i [Block], open: usize) -> Option<Self> {
        let (number, bit) = place(open);
        let block = blocks.get(number)?;
        let segment = behind(bit);
        Some(Self { blocks, block, number, left: (block.keys | block.brackets) & segment, segment, wrong: 0 })
    }

    /// The next. None when the object is not closed, or when a bracket comes before which something is wrong.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Met> {
        while self.left == 0 {
            self.wrong |= self.block.wrong_in_object & self.segment;
            self.number += 1;
            self.block = self.blocks.get(self.number)?;
            self.segment = u64::MAX;
            self.left = self.block.keys | self.block.brackets;
        }
        let bit = self.left.trailing_zeros();
        self.left &= self.left - 1;
        let at = self.number * WIDTH + bit as usize;
        if self.block.keys >> bit & 1 != 0 {
            return Some(Met::Key(at));
        }
        self.wrong |= self.block.wrong_in_object & self.segment & up_to(bit);
        (self.wrong == 0).then_some(Met::Bracket(at))
    }

    /// Goes on behind the bracket that closes a member.
    #[inline]
    pub(crate) fn go_on_behind(&mut self, close: usize) -> Option<()> {
        let (number, bit) = place(close);
        self.number = number;
        self.block = self.blocks.get(number)?;
        self.segment = behind(bit);
        self.left = (self.block.keys | self.block.brackets) & self.segment;
        Some(())
    }
}
