//! What is a text, what is a key, and what follows what.
//!
//! A set of tokens is a word with a bit for each place in a block. What is behind each token of a set, white space aside, is the set
//! moved by one place, and where that is white space, an addition carries it over.

use super::masks::Common;
use super::{Block, escape};

/// What the blocks so far leave to the next: each of the words is 1 if its lowest bit comes from the block before.
#[derive(Debug, Default)]
pub(super) struct Structure {
    /// The first byte is escaped.
    pub(super) escaped: u64,
    /// Whether there was any escape.
    pub(super) escapes: bool,
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
    /// Whatever must not be.
    wrong: u64,
}

impl Structure {
    /// Whether a text that ends here is right as far as neighbours tell.
    pub(super) fn is_sound(&self) -> bool {
        self.wrong == 0 && self.in_text == 0
    }

    /// Which bytes are escaped by these backslashes.
    #[inline]
    pub(super) fn escapes(&mut self, backslash: u64, at: usize, bytes: &[u8]) -> u64 {
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

    /// The index of a block, and where its scalars begin.
    #[inline]
    pub(super) fn block(&mut self, common: &Common, control: u64) -> (Block, u64) {
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
        let separator = shift(comma | open, &mut self.behind_separator);
        let separator = over(separator, white, &mut self.behind_separator);
        let opened = shift(open, &mut self.behind_open);
        let opened = over(opened, white, &mut self.behind_open);
        let colons = shift(colon, &mut self.behind_colon);
        let colons = over(colons, white, &mut self.behind_colon);
        let value = shift(close | closing, &mut self.behind_value) | (going_on & !other);
        let value = over(value, white, &mut self.behind_value);

        let keys = opening & separator;
        let key_ends = ends(text, keys, &mut self.in_key) & closing;
        let key = shift(key_ends, &mut self.behind_key);
        let key = over(key, white, &mut self.behind_key);

        let expecting = separator | colons;
        self.wrong |= (control & text)
            | (expecting & (comma | colon))
            | (expecting & close & !opened)
            | (value & (open | opening | scalars))
            | (colon & !key);
        let wrong_in_object = (key & !colon) | (separator & !(opening | close));
        (Block { quotes, keys, brackets: open | close, wrong_in_object, wrong_in_array: colon }, scalars)
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
    if white == 0 {
        return places;
    }
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
