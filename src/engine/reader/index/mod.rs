//! Where things are in a JSON text: found for 64 bytes at a time, a bit for each byte, and checked in the same pass.
//!
//! The index knows what neighbours tell: that texts are closed and hold no control characters, that escapes and scalars are
//! well-formed, that behind each token stands one that may follow it. What only the container tells, whether a comma or a key is in
//! its place, is left as bits for the walk over the containers, and so is which bracket closes which.
//!
//! The way to tell texts from structure by the parity of quotes is that of Langdale and Lemire, "Parsing Gigabytes of JSON per
//! Second", <https://arxiv.org/abs/1902.08318>; the checks of neighbours are our own.

mod escape;
mod masks;
mod members;
mod nest;
mod scalar;
mod structure;

#[cfg(test)]
mod tests;

pub(super) use escape::decode;
pub(super) use members::{Members, Met};
pub(super) use scalar::{Number, number, run};

use self::masks::{Masks, Native};
use self::structure::Structure;

/// Bytes that are looked at together.
pub(super) const WIDTH: usize = 64;

/// 64 bytes of a text, a bit for each, the lowest for the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// Quotes that begin and end texts.
    pub(super) quotes: u64,
    /// Quotes that begin a text behind an opening bracket or a comma: in an object, a key.
    pub(super) keys: u64,
    /// Brackets outside texts.
    pub(super) brackets: u64,
    /// What must not be in an object.
    pub(super) wrong_in_object: u64,
    /// What must not be in an array.
    pub(super) wrong_in_array: u64,
}

/// The index of one text. Its memory is used again for the next.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) blocks: Vec<Block>,
    /// Where the scalars that are no texts begin, as they are found.
    scalars: Vec<usize>,
    /// Whether there is any escape.
    pub(super) escapes: bool,
}

/// What an index was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// How many bytes, without the line feed.
    pub(super) length: usize,
    /// Whether everything is right as far as neighbours tell. If not, the index says nothing.
    pub(super) sound: bool,
}

impl Index {
    /// Looks at all of a text.
    pub(super) fn whole(&mut self, bytes: &[u8]) -> Extent {
        self.fill::<Native, false>(bytes)
    }

    /// Looks at a text up to its first line feed.
    pub(super) fn line(&mut self, bytes: &[u8]) -> Extent {
        self.fill::<Native, true>(bytes)
    }

    /// The next quote that begins or ends a text, from a place on.
    #[inline]
    pub(super) fn quote(&self, from: usize) -> Option<usize> {
        let (mut number, bit) = nest::place(from);
        let mut quotes = self.blocks.get(number)?.quotes & (u64::MAX << bit);
        while quotes == 0 {
            number += 1;
            quotes = self.blocks.get(number)?.quotes;
        }
        Some(number * WIDTH + quotes.trailing_zeros() as usize)
    }

    /// The place of the bracket that closes the one at `open`. None when something between them is wrong.
    pub(super) fn close(&self, bytes: &[u8], open: usize) -> Option<usize> {
        nest::close(&self.blocks, bytes, open)
    }

    fn fill<M: Masks, const LINE: bool>(&mut self, bytes: &[u8]) -> Extent {
        self.blocks.clear();
        self.scalars.clear();
        let mut structure = Structure::default();
        let (chunks, rest) = bytes.as_chunks::<WIDTH>();
        let mut at = 0;
        let mut end = None;
        for chunk in chunks {
            end = self.block::<M, LINE>(&mut structure, chunk, at, bytes);
            if end.is_some() {
                break;
            }
            at += WIDTH;
        }
        if end.is_none() && !rest.is_empty() {
            let mut padded = [b' '; WIDTH];
            padded[..rest.len()].copy_from_slice(rest);
            end = self.block::<M, LINE>(&mut structure, &padded, at, bytes);
        }
        self.escapes = structure.escapes;
        let sound = structure.is_sound() && self.scalars.iter().all(|at| scalar::is_valid(bytes, *at));
        Extent { length: end.map_or(bytes.len(), |bit| at + bit), sound }
    }

    /// Looks at 64 bytes, which are at `at`. Gives the place of the line feed that ends the text, if it is here.
    #[inline]
    fn block<M: Masks, const LINE: bool>(
        &mut self,
        structure: &mut Structure,
        chunk: &[u8; WIDTH],
        at: usize,
        bytes: &[u8],
    ) -> Option<usize> {
        let mut common = M::common(chunk);
        let mut control = 0;
        let mut end = None;
        if common.has_rare || structure.escaped != 0 {
            let mut rare = M::rare(chunk);
            if LINE && rare.line_feed != 0 {
                let bit = rare.line_feed.trailing_zeros();
                end = Some(bit as usize);
                common.cut(bit);
                rare.cut(bit);
            }
            common.white |= rare.white;
            control = rare.control;
            common.quote &= !structure.escapes(rare.backslash, at, bytes);
        }
        let (block, mut scalars) = structure.block(&common, control);
        self.blocks.push(block);
        while scalars != 0 {
            self.scalars.push(at + scalars.trailing_zeros() as usize);
            scalars &= scalars - 1;
        }
        end
    }
}
