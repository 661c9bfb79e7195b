//! `true`, `false`, `null` and numbers.

/// The bytes that may stand behind a scalar. Whether one may be there in its turn is a matter of structure.
const ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    let bytes = b" \t\r\n,:]}[{\"";
    let mut at = 0;
    while at < bytes.len() {
        ends[bytes[at] as usize] = true;
        at += 1;
    }
    ends
};

/// A number of JSON.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    /// A whole number.
    Int(i64),
    /// A whole number beyond `i64`.
    Big(u64),
    /// Another number.
    Float(f64),
}

const TRUE: u64 = u32::from_le_bytes(*b"true") as u64;
const NULL: u64 = u32::from_le_bytes(*b"null") as u64;
const FALSE: u64 = u64::from_le_bytes(*b"false\0\0\0");

/// Whether a scalar is here, and nothing else up to its end.
#[inline]
#[expect(
    clippy::needless_bitwise_bool,
    reason = "which of them holds cannot be foreseen: branches cost more than tests"
)]
pub(super) fn is_valid(bytes: &[u8], at: usize) -> bool {
    let word = word(bytes, at);
    let ends = |letters: u32| ENDS[(word >> (8 * letters) & 0xff) as usize];
    let digits = digits(word);
    let is_word = ((word & 0xffff_ffff == TRUE) | (word & 0xffff_ffff == NULL)) & ends(4);
    let is_false = (word & 0xff_ffff_ffff == FALSE) & ends(5);
    let is_short = (digits == 1) | ((digits > 1) & (digits < 8) & (word & 0xff != u64::from(b'0')));
    if is_word | is_false | (is_short & ends(digits & 7)) {
        return true;
    }
    is_number(run(bytes, at))
}

/// Eight bytes from here on, and spaces behind the end.
#[inline]
fn word(bytes: &[u8], at: usize) -> u64 {
    if let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        return u64::from_le_bytes(*eight);
    }
    let mut eight = [b' '; 8];
    let rest = bytes.get(at..).unwrap_or_default();
    eight[..rest.len()].copy_from_slice(rest);
    u64::from_le_bytes(eight)
}

/// How many of the bytes of a word are digits before the first that is none.
#[inline]
fn digits(word: u64) -> u32 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // Digits become 0 to 9; from 10 on the highest bit is set by the sum, or was.
    let values = word ^ (EACH * u64::from(b'0'));
    let no_digit = (((values & !(0x80 * EACH)) + 0x76 * EACH) | values) & (0x80 * EACH);
    no_digit.trailing_zeros() / 8
}

/// The bytes of the scalar that is here.
pub(crate) fn run(bytes: &[u8], at: usize) -> &[u8] {
    let rest = bytes.get(at..).unwrap_or_default();
    let length = rest.iter().position(|byte| ENDS[usize::from(*byte)]);
    &rest[..length.unwrap_or(rest.len())]
}

fn is_number(text: &[u8]) -> bool {
    let whole = text.strip_prefix(b"-").unwrap_or(text);
    let Some((first, behind)) = after_digits(whole) else { return false };
    if first == b'0' && whole.len() - behind.len() > 1 {
        return false;
    }
    let rest = match behind.strip_prefix(b".").map(after_digits) {
        None => behind,
        Some(Some((_, rest))) => rest,
        Some(None) => return false,
    };
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', digits @ ..] | [b'e' | b'E', digits @ ..] => {
            after_digits(digits).is_some_and(|(_, rest)| rest.is_empty())
        }
        _ => false,
    }
}

/// The first of some digits, and what is behind them.
fn after_digits(text: &[u8]) -> Option<(u8, &[u8])> {
    let first = *text.first().filter(|byte| byte.is_ascii_digit())?;
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    Some((first, &text[length..]))
}

/// What a valid number is. None when it is beyond all floating point numbers.
pub(crate) fn number(text: &str) -> Option<Number> {
    // Negative zero is not a whole number.
    if text != "-0" {
        if let Ok(value) = text.parse() {
            return Some(Number::Int(value));
        }
        if let Ok(value) = text.parse() {
            return Some(Number::Big(value));
        }
    }
    text.parse().ok().filter(|value: &f64| value.is_finite()).map(Number::Float)
}
