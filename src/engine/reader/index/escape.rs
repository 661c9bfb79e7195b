//! What a backslash in a text begins.

/// Whether the escape that begins here is one, as far as its letters tell.
#[inline]
pub(super) fn is_valid(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => true,
        Some(b'u') => unit(bytes, at + 2).is_some(),
        _ => false,
    }
}

/// The number that four hexadecimal digits are.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 4)?;
    digits.iter().try_fold(0, |number, digit| {
        let digit = char::from(*digit).to_digit(16).and_then(|digit| u16::try_from(digit).ok())?;
        Some(number << 4 | digit)
    })
}

/// Appends what a text means that has escapes, all of them valid. None when half of a surrogate pair stands alone.
pub(crate) fn decode(text: &str, into: &mut String) -> Option<()> {
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        into.push_str(&rest[..at]);
        let (letter, length) = letter(rest.as_bytes(), at)?;
        into.push(letter);
        rest = &rest[at + length..];
    }
    into.push_str(rest);
    Some(())
}

/// What an escape stands for, and its length.
fn letter(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let plain = match bytes.get(at + 1)? {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return wide(bytes, at),
        letter => char::from(*letter),
    };
    Some((plain, 2))
}

fn wide(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let first = unit(bytes, at + 2)?;
    if let Some(letter) = char::from_u32(first.into()) {
        return Some((letter, 6));
    }
    let second = if bytes.get(at + 6..at + 8)? == b"\\u" { unit(bytes, at + 8)? } else { return None };
    let letter = char::decode_utf16([first, second]).next()?.ok()?;
    Some((letter, 12))
}
