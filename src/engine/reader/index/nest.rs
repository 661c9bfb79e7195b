//! The walk over containers whose members nobody wants: brackets and what must not be between them.

use super::{Block, WIDTH};

/// The bits up to one, that one included.
#[inline]
pub(crate) fn up_to(bit: u32) -> u64 {
    u64::MAX >> (63 - bit)
}

/// The bits behind one.
#[inline]
pub(crate) fn behind(bit: u32) -> u64 {
    u64::MAX - up_to(bit)
}

/// Which block a byte is in, and where in it.
#[inline]
pub(crate) fn place(at: usize) -> (usize, u32) {
    #[expect(clippy::cast_possible_truncation, reason = "less than the width")]
    (at / WIDTH, (at % WIDTH) as u32)
}

/// The place of the bracket that closes the one at `open`. None when something between them is wrong.
pub(crate) fn close(blocks: &[Block], bytes: &[u8], open: usize) -> Option<usize> {
    let (mut number, bit) = place(open);
    let mut block = blocks.get(number)?;
    let mut segment = behind(bit);
    let mut left = block.brackets & segment;
    let mut object = kind(*bytes.get(open)?);
    let mut outer = Kinds::default();
    let mut wrong = 0;
    loop {
        while left == 0 {
            wrong |= block.wrong(object) & segment;
            number += 1;
            block = blocks.get(number)?;
            segment = u64::MAX;
            left = block.brackets;
        }
        let bit = left.trailing_zeros();
        left &= left - 1;
        wrong |= block.wrong(object) & segment & up_to(bit);
        segment = behind(bit);
        let at = number * WIDTH + bit as usize;
        let byte = *bytes.get(at)?;
        if opens(byte) {
            outer.push(object);
            object = kind(byte);
            continue;
        }
        wrong |= object ^ kind(byte);
        match outer.pop() {
            Some(kind) => object = kind,
            None => return (wrong == 0).then_some(at),
        }
    }
}

impl Block {
    /// What is wrong in a container of this kind.
    #[inline]
    fn wrong(&self, object: u64) -> u64 {
        (self.wrong_in_object & object) | (self.wrong_in_array & !object)
    }
}

/// All ones for the brackets of an object.
#[inline]
fn kind(bracket: u8) -> u64 {
    u64::from(bracket >> 5 & 1).wrapping_neg()
}

#[inline]
fn opens(bracket: u8) -> bool {
    bracket & 0b10 != 0
}

/// The kinds of the containers that are open, a bit for each: any depth needs but memory.
#[derive(Default)]
struct Kinds {
    last: u64,
    count: usize,
    full: Vec<u64>,
}

impl Kinds {
    #[inline]
    fn push(&mut self, kind: u64) {
        if self.count == 64 {
            self.full.push(self.last);
            self.count = 0;
        }
        self.last = self.last << 1 | kind & 1;
        self.count += 1;
    }

    #[inline]
    fn pop(&mut self) -> Option<u64> {
        if self.count == 0 {
            self.last = self.full.pop()?;
            self.count = 64;
        }
        let kind = (self.last & 1).wrapping_neg();
        self.last >>= 1;
        self.count -= 1;
        Some(kind)
    }
}
