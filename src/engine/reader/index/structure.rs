//! What is a text, what is a key, and what follows what.
//!
//! A set of tokens is a word with a bit for each place in a block. What is behind each token of a set, white space aside, is the set
//! moved by one place, and where that is white space, an addition carries it over.

use super::escape;
use super::masks::{Common, Rare};
use super::nest::Misplaced;

/// What is where in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Quotes that begin and end texts.
    pub(super) quotes: u64,
    /// Those that begin and end a text behind an opening bracket or a comma: in an object, a key.
    pub(super) keys: u64,
    /// Brackets outside texts.
    pub(super) brackets: u64,
    /// What must not be before some of them.
    pub(super) misplaced: Misplaced,
    /// Where scalars begin that are no texts.
    pub(super) scalars: u64,
}

/// What the blocks so far leave to the next: each of the words is 1 if its lowest bit comes from the block before.
#[derive(Debug, Default)]
pub(super) struct Structure {
    /// The first byte is escaped.
    pub(super) escaped: u64,
    /// Whether there was any escape.
    pub(super) escapes: bool,
    /// Whether there is one in what may be a key.
    pub(super) escaped_keys: bool,
    /// All ones inside a text.
    in_text: u64,
    /// The text that goes on is in the place of a key.
    in_key: u64,
    behind_separator: u64,
    behind_open: u64,
    behind_colon: u64,
    behind_value: u64,
    behind_key: u64,
    behind_other: u64,
    /// Something since the last bracket must not be in an object, or in an array.
    not_in_object: u64,
    not_in_array: u64,
    /// Whatever must not be.
    wrong: u64,
}

impl Structure {
    /// Whether a text that ends here is right as far as neighbours tell.
    pub(super) fn is_sound(&self) -> bool {
        self.wrong == 0 && self.in_text == 0
    }

    /// Looks at what few blocks hold, up to the end of the text if it is here. Gives the control characters and the
    /// backslashes.
    #[inline(never)]
    pub(super) fn rare(
        &mut self,
        common: &mut Common,
        mut rare: Rare,
        end: Option<u32>,
        at: usize,
        bytes: &[u8],
    ) -> (u64, u64) {
        if let Some(end) = end {
            common.cut(end);
            rare.cut(end);
        }
        common.white |= rare.white;
        common.quote &= !self.escapes(rare.backslash, at, bytes);
        (rare.control, rare.backslash)
    }

    /// Which bytes are escaped by these backslashes.
    fn escapes(&mut self, backslash: u64, at: usize, bytes: &[u8]) -> u64 {
        let mut escaped = self.escaped;
        let mut left = backslash & !escaped;
        self.escaped = 0;
        while left != 0 {
            let bit = left.trailing_zeros();
            self.escapes = true;
            self.wrong |= u64::from(!escape::is_valid(bytes, at + bit as usize));
            self.escaped = u64::from(bit == 63);
            let next = 2 << bit;
            escaped |= next;
            left &= !(next | 1 << bit);
        }
        escaped
    }

    /// Tells what is where in a block.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the inner loop: measured")]
    pub(super) fn block(&mut self, common: &Common, control: u64, backslash: u64) -> Block {
        let quotes = common.quote;
        let text = parity(quotes) ^ self.in_text;
        self.in_text = (text.cast_signed() >> 63).cast_unsigned();
        let (opening, closing) = (quotes & text, quotes & !text);
        let open = common.open & !text;
        let close = common.close & !text;
        let comma = common.comma & !text;
        let colon = common.colon & !text;
        let white = common.white & !text;
        let other = !(text | closing | open | close | comma | colon | white);

        let going_on = shift(other, &mut self.behind_other);
        let scalars = other & !going_on;
        let mut separator = shift(comma | open, &mut self.behind_separator);
        let mut opened = shift(open, &mut self.behind_open);
        let mut colons = shift(colon, &mut self.behind_colon);
        let mut value = shift(close | closing, &mut self.behind_value) | (going_on & !other);
        if white != 0 {
            separator = over(separator, white, &mut self.behind_separator);
            opened = over(opened, white, &mut self.behind_open);
            colons = over(colons, white, &mut self.behind_colon);
            value = over(value, white, &mut self.behind_value);
        }
        let keys = opening & separator;
        if backslash != 0 {
            // The rows that the sum below turns to zeros.
            self.escaped_keys |= backslash & text & !text.wrapping_add(keys | self.in_key) != 0;
        }
        let key_ends = ends(text, keys, &mut self.in_key) & closing;
        let mut key = shift(key_ends, &mut self.behind_key);
        if white != 0 {
            key = over(key, white, &mut self.behind_key);
        }

        let expecting = separator | colons;
        self.wrong |= (control & text)
            | (expecting & (comma | colon))
            | (expecting & close & !opened)
            | (value & (open | opening | scalars))
            | (colon & !key);
        let brackets = open | close;
        let not_in_object = (key & !colon) | (separator & !(opening | close));
        Block {
            quotes,
            keys: keys | key_ends,
            brackets,
            misplaced: Misplaced {
                // What is at the bracket itself belongs to what is before it.
                in_object: ends(!brackets, not_in_object & !brackets, &mut self.not_in_object)
                    | (not_in_object & brackets),
                in_array: ends(!brackets, colon, &mut self.not_in_array),
            },
            scalars,
        }
    }
}

/// For each bit, whether the number of bits up to it is odd.
#[inline]
fn parity(bits: u64) -> u64 {
    let bits = bits ^ (bits << 1);
    let bits = bits ^ (bits << 2);
    let bits = bits ^ (bits << 4);
    let bits = bits ^ (bits << 8);
    let bits = bits ^ (bits << 16);
    bits ^ (bits << 32)
}

/// The places behind a set.
#[inline]
fn shift(set: u64, carry: &mut u64) -> u64 {
    let moved = (set << 1) | *carry;
    *carry = set >> 63;
    moved
}

/// Moves places at the beginning of white space to its end.
#[inline]
fn over(places: u64, white: u64, carry: &mut u64) -> u64 {
    let (sum, is_over) = (places & white).overflowing_add(white);
    *carry |= u64::from(is_over);
    (places | sum) & !white
}

/// Where those rows of ones have ended that begin at a place of `starts`, or that have been going on.
#[inline]
fn ends(rows: u64, starts: u64, carry: &mut u64) -> u64 {
    // One more at its beginning turns a row to zeros and leaves a one behind it.
    let (sum, is_over) = rows.overflowing_add(starts | *carry);
    *carry = u64::from(is_over);
    sum & !rows
}
