//! Both ways to the bits come to the same, and to what each byte tells by itself.

use proptest::prelude::*;

use super::masks::{Common, Masks, Native, Portable, Rare};
use super::{Index, WIDTH};

fn bits(bytes: &[u8; WIDTH], is: impl Fn(u8) -> bool) -> u64 {
    bytes.iter().rev().fold(0, |bits, byte| bits << 1 | u64::from(is(*byte)))
}

fn check(bytes: &[u8; WIDTH]) {
    let common = Common {
        quote: bits(bytes, |byte| byte == b'"'),
        open: bits(bytes, |byte| byte == b'{' || byte == b'['),
        close: bits(bytes, |byte| byte == b'}' || byte == b']'),
        comma: bits(bytes, |byte| byte == b','),
        colon: bits(bytes, |byte| byte == b':'),
        white: bits(bytes, |byte| byte == b' '),
        has_rare: bytes.iter().any(|byte| *byte < b' ' || *byte == b'\\'),
    };
    let rare = Rare {
        backslash: bits(bytes, |byte| byte == b'\\'),
        control: bits(bytes, |byte| byte < b' '),
        white: bits(bytes, |byte| matches!(byte, b'\t' | b'\n' | b'\r')),
        line_feed: bits(bytes, |byte| byte == b'\n'),
    };
    assert_eq!((Native::common(bytes), Native::rare(bytes)), (common, rare));
    assert_eq!((Portable::common(bytes), Portable::rare(bytes)), (common, rare));
}

#[test]
fn every_byte_is_told_at_every_place() {
    for byte in 0..=u8::MAX {
        check(&[byte; WIDTH]);
        for place in 0..WIDTH {
            let mut bytes = [b'a'; WIDTH];
            bytes[place] = byte;
            check(&bytes);
        }
    }
}

fn told(index: &Index) -> (&[u64], &[super::Misplaced], [&[u32]; 3]) {
    (&index.quotes, &index.misplaced, [index.marks.all(), index.brackets.all(), index.scalars.all()])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_are_told_among_any_others(bytes in any::<[u8; WIDTH]>(), place in 0..WIDTH) {
        check(&bytes);
        let mut marks = bytes;
        marks.iter_mut().for_each(|byte| *byte = b"{}[]:,\"\\ \n\t\ra\x01\x7f\xff"[usize::from(*byte) % 16]);
        marks[place] = bytes[place];
        check(&marks);
    }

    #[test]
    fn both_ways_come_to_the_same_index(text in r#"[{}\[\]:,"\\ \n\tabu0-9é]{0,300}"#) {
        let (mut one, mut other) = (Index::default(), Index::default());
        let extents = (one.fill::<Native, false>(text.as_bytes()), other.fill::<Portable, false>(text.as_bytes()));
        prop_assert_eq!(extents.0, extents.1);
        prop_assert_eq!(told(&one), told(&other));
        let extents = (one.fill::<Native, true>(text.as_bytes()), other.fill::<Portable, true>(text.as_bytes()));
        prop_assert_eq!(extents.0, extents.1);
        prop_assert_eq!(extents.0.length, text.find('\n').unwrap_or(text.len()));
        prop_assert_eq!(told(&one), told(&other));
    }
}
