//! Where things are in a JSON text: found for 64 bytes at a time, a bit for each byte, and checked in the same pass.
//!
//! ```text
//! bytes ─masks─▶ bits ─structure─▶ what follows what ─places─▶ texts, keys, brackets, scalars ─nest, scalar─▶ sound or not
//! ```
//!
//! A sound index is one of a text that is JSON; only what a text with escapes means, and how large a number is, is left to who
//! wants the value.
//!
//! The way to tell texts from structure by the parity of quotes is that of Langdale and Lemire, "Parsing Gigabytes of JSON per
//! Second", <https://arxiv.org/abs/1902.08318>; the checks of what may follow what are our own.

mod escape;
mod masks;
mod nest;
mod places;
mod scalar;
mod structure;

#[cfg(test)]
mod tests;

pub(super) use escape::decode;
pub(super) use scalar::{Number, number, run};

use self::masks::{Masks, Native};
use self::nest::Misplaced;
use self::places::Places;
use self::structure::Structure;

/// Bytes that are looked at together.
const WIDTH: usize = 64;

/// More bytes than a record may have.
const LONGEST: usize = 1 << 30;

/// The index of one text. Its memory is used again for the next.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Quotes that begin and end texts, a bit for each byte.
    quotes: Vec<u64>,
    /// Brackets, and the quotes that begin and end a text behind an opening bracket or a comma: in an object, a key.
    marks: Places,
    brackets: Places,
    misplaced: Vec<Misplaced>,
    /// Where scalars begin that are no texts.
    scalars: Places,
    /// Whether there is any escape.
    pub(super) escapes: bool,
    /// Whether there may be one in a key.
    pub(super) escaped_keys: bool,
}

/// What an index was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// How many bytes, without the line feed.
    pub(super) length: usize,
    /// Whether they are JSON. If not, the index says nothing.
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

    /// The places of brackets and of quotes of what may be keys, in their order.
    #[inline]
    pub(super) fn marks(&self) -> &[u32] {
        self.marks.all()
    }

    /// The next quote that begins or ends a text, from a place on.
    #[inline]
    pub(super) fn quote(&self, from: usize) -> Option<usize> {
        let mut number = from / WIDTH;
        let mut quotes = self.quotes.get(number)? & (u64::MAX << (from % WIDTH));
        while quotes == 0 {
            number += 1;
            quotes = *self.quotes.get(number)?;
        }
        Some(number * WIDTH + quotes.trailing_zeros() as usize)
    }

    fn fill<M: Masks, const LINE: bool>(&mut self, bytes: &[u8]) -> Extent {
        let bytes = &bytes[..bytes.len().min(LONGEST)];
        self.quotes.clear();
        self.misplaced.clear();
        for places in [&mut self.marks, &mut self.brackets, &mut self.scalars] {
            places.clear();
        }
        let mut structure = Structure::default();
        let (chunks, rest) = bytes.as_chunks::<WIDTH>();
        let mut padded = [b' '; WIDTH];
        padded[..rest.len()].copy_from_slice(rest);
        let rest = (!rest.is_empty()).then_some(&padded);
        let mut at = 0;
        let mut length = bytes.len();
        for chunk in chunks.iter().chain(rest) {
            let mut common = M::common(chunk);
            let (mut control, mut backslash, mut end) = (0, 0, None);
            if common.has_rare || structure.escaped != 0 {
                let rare = M::rare(chunk);
                end = (LINE && rare.line_feed != 0).then(|| rare.line_feed.trailing_zeros());
                (control, backslash) = structure.rare(&mut common, rare, end, at, bytes);
            }
            self.put_down(at, &structure.block(&common, control, backslash));
            if let Some(end) = end {
                length = at + end as usize;
                break;
            }
            at += WIDTH;
        }
        self.escapes = structure.escapes;
        self.escaped_keys = structure.escaped_keys;
        let sound = structure.is_sound()
            && nest::is_sound(self.brackets.all(), &self.misplaced, bytes)
            && self.scalars.all().iter().all(|at| scalar::is_valid(bytes, *at as usize));
        Extent { length, sound }
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the inner loop: measured")]
    fn put_down(&mut self, at: usize, block: &structure::Block) {
        #[expect(clippy::cast_possible_truncation, reason = "less than the longest")]
        let at = at as u32;
        self.quotes.push(block.quotes);
        self.marks.add(at, block.keys | block.brackets);
        self.scalars.add(at, block.scalars);
        self.brackets.add(at, block.brackets);
        self.misplaced.push(block.misplaced);
    }
}
