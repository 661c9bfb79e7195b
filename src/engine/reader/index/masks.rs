//! Which of 64 bytes are what, without regard to what is inside a text.
//!
//! Two ways to the same bits: with the instructions that every x86-64 processor has, and with arithmetic on eight bytes at a time.

use super::WIDTH;

/// What nearly every block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Common {
    pub(super) quote: u64,
    /// `{` and `[`.
    pub(super) open: u64,
    /// `}` and `]`.
    pub(super) close: u64,
    pub(super) comma: u64,
    pub(super) colon: u64,
    /// Spaces; other white space is among what is [`Rare`].
    pub(super) white: u64,
    /// Whether there is a backslash or a control character.
    pub(super) has_rare: bool,
}

/// What few blocks hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rare {
    pub(super) backslash: u64,
    /// Bytes below a space.
    pub(super) control: u64,
    /// Those of them that are white space.
    pub(super) white: u64,
    /// Those of them that end a line.
    pub(super) line_feed: u64,
}

impl Common {
    /// Takes everything from a bit on for white space.
    pub(super) fn cut(&mut self, bit: u32) {
        let before = below(bit);
        self.quote &= before;
        self.open &= before;
        self.close &= before;
        self.comma &= before;
        self.colon &= before;
        self.white |= !before;
    }
}

impl Rare {
    /// Forgets everything from a bit on.
    pub(super) fn cut(&mut self, bit: u32) {
        let before = below(bit);
        self.backslash &= before;
        self.control &= before;
        self.white &= before;
    }
}

fn below(bit: u32) -> u64 {
    (1 << bit) - 1
}

/// A way to find the bits.
pub(super) trait Masks {
    fn common(bytes: &[u8; WIDTH]) -> Common;
    fn rare(bytes: &[u8; WIDTH]) -> Rare;
}

/// The fastest way of this machine.
#[cfg(target_arch = "x86_64")]
pub(super) type Native = Sse2;

/// The fastest way of this machine.
#[cfg(not(target_arch = "x86_64"))]
pub(super) type Native = Portable;

/// 16 bytes at a time.
#[cfg(target_arch = "x86_64")]
pub(super) struct Sse2;

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use safe_arch::{
        bitor_m128i as or, cmp_eq_mask_i8_m128i as equal, load_unaligned_m128i as load, m128i, min_u8_m128i as least,
        move_mask_i8_m128i as highest_bits, set_splat_i8_m128i as splat,
    };

    use super::{Common, Masks, Rare, Sse2, WIDTH};

    type Parts = [m128i; 4];

    #[inline]
    fn parts(bytes: &[u8; WIDTH]) -> Parts {
        let (parts, _) = bytes.as_chunks::<16>();
        [load(&parts[0]), load(&parts[1]), load(&parts[2]), load(&parts[3])]
    }

    #[inline]
    fn each(parts: &Parts, what: impl Fn(m128i) -> m128i) -> Parts {
        [what(parts[0]), what(parts[1]), what(parts[2]), what(parts[3])]
    }

    #[inline]
    fn are(parts: &Parts, byte: u8) -> Parts {
        let byte = splat(byte.cast_signed());
        each(parts, |part| equal(part, byte))
    }

    #[inline]
    fn are_control(parts: &Parts) -> Parts {
        let highest = splat(0x1f);
        each(parts, |part| equal(least(part, highest), part))
    }

    #[inline]
    fn bits(parts: &Parts) -> u64 {
        let bits = |at: usize| u64::from(highest_bits(parts[at]).cast_unsigned());
        (bits(0) | bits(1) << 16) | (bits(2) | bits(3) << 16) << 32
    }

    #[inline]
    fn find(parts: &Parts, byte: u8) -> u64 {
        bits(&are(parts, byte))
    }

    impl Masks for Sse2 {
        #[inline]
        fn common(bytes: &[u8; WIDTH]) -> Common {
            let parts = parts(bytes);
            // Square brackets differ from curly ones in this bit alone.
            let difference = splat(0x20);
            let curly = each(&parts, |part| or(part, difference));
            let control = are_control(&parts);
            let backslash = are(&parts, b'\\');
            let [a, b, c, d] = [0, 1, 2, 3].map(|at| or(control[at], backslash[at]));
            Common {
                quote: find(&parts, b'"'),
                open: find(&curly, b'{'),
                close: find(&curly, b'}'),
                comma: find(&parts, b','),
                colon: find(&parts, b':'),
                white: find(&parts, b' '),
                has_rare: highest_bits(or(or(a, b), or(c, d))) != 0,
            }
        }

        #[inline]
        fn rare(bytes: &[u8; WIDTH]) -> Rare {
            let parts = parts(bytes);
            let line_feed = find(&parts, b'\n');
            Rare {
                backslash: find(&parts, b'\\'),
                control: bits(&are_control(&parts)),
                white: line_feed | find(&parts, b'\t') | find(&parts, b'\r'),
                line_feed,
            }
        }
    }
}

/// Eight bytes at a time.
#[cfg(any(test, not(target_arch = "x86_64")))]
pub(super) struct Portable;

#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable {
    use super::{Common, Masks, Portable, Rare, WIDTH};

    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;

    type Words = [u64; 8];

    fn load(bytes: &[u8; WIDTH]) -> Words {
        let (words, _) = bytes.as_chunks::<8>();
        [0, 1, 2, 3, 4, 5, 6, 7].map(|at| u64::from_le_bytes(words[at]))
    }

    /// The highest bit of each byte that is not zero.
    fn not_zero(word: u64) -> u64 {
        (((word & !HIGH) + !HIGH) | word) & HIGH
    }

    /// The highest bits of eight bytes, as the bits of one.
    fn gather(high: u64) -> u64 {
        // Each of the eight bits comes to the topmost byte by one of the eight bits of the factor, no two to the same place.
        (high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
    }

    fn bits(words: Words, high: impl Fn(u64) -> u64) -> u64 {
        words.iter().rev().fold(0, |bits, word| bits << 8 | gather(high(*word)))
    }

    fn equal(words: Words, byte: u8) -> u64 {
        bits(words, |word| not_zero(word ^ (EACH * u64::from(byte))) ^ HIGH)
    }

    fn control(words: Words) -> u64 {
        // The upper three bits are zero below a space.
        bits(words, |word| not_zero(word & (0xe0 * EACH)) ^ HIGH)
    }

    impl Masks for Portable {
        fn common(bytes: &[u8; WIDTH]) -> Common {
            let words = load(bytes);
            let curly = words.map(|word| word | (0x20 * EACH));
            Common {
                quote: equal(words, b'"'),
                open: equal(curly, b'{'),
                close: equal(curly, b'}'),
                comma: equal(words, b','),
                colon: equal(words, b':'),
                white: equal(words, b' '),
                has_rare: control(words) | equal(words, b'\\') != 0,
            }
        }

        fn rare(bytes: &[u8; WIDTH]) -> Rare {
            let words = load(bytes);
            let line_feed = equal(words, b'\n');
            Rare {
                backslash: equal(words, b'\\'),
                control: control(words),
                white: line_feed | equal(words, b'\t') | equal(words, b'\r'),
                line_feed,
            }
        }
    }
}
