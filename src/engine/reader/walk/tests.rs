//! The walk finds what `serde_json` finds, and takes for JSON what `serde_json` does.

mod malformed;
mod written;

use proptest::prelude::*;

use self::written::Written;
use super::reference;
use crate::catalog::Path;
use crate::engine::reader::capture::Captures;
use crate::engine::reader::fault::Fault;
use crate::engine::reader::report::Reason;
use crate::engine::reader::trie::{NodeId, Trie};

/// Paths that meet values of all kinds in the texts of [`Written`].
fn trie() -> (Trie, Vec<NodeId>) {
    let mut trie = Trie::new();
    let tested = ["t", "a.t"].map(|path| trie.test(&Path::parse(path)));
    let wanted = ["a", "a.b", "Category", "b.c.d", "b.a.a", "c.b.a", "long key of more than sixteen letters.é"];
    let wanted = wanted.map(|path| trie.want(&Path::parse(path)));
    (trie, tested.into_iter().chain(wanted).collect())
}

/// What is found, node by node, and the path of a text that is broken.
fn found(trie: &Trie, nodes: &[NodeId], captures: &Captures, text: &str) -> Vec<String> {
    let broken = captures.broken_text.map(|node| trie.path(node).to_owned());
    nodes.iter().map(|node| captures.shown(*node, text)).chain(broken).collect()
}

/// Holds the walk over a text to the reference. Gives whether it is JSON.
fn compare(text: &str) -> bool {
    let (trie, nodes) = trie();
    let (mut captures, mut expected) = (Captures::new(&trie), Captures::new(&trie));
    let outcome = super::object(&trie, &mut captures, text);
    let reference = reference::object(&trie, &mut expected, text);
    assert_eq!(outcome.is_ok(), reference.is_ok(), "{text:?}: {outcome:?} {reference:?}");
    let found_whole = found(&trie, &nodes, &captures, text);
    if outcome.is_ok() {
        assert_eq!(found_whole, found(&trie, &nodes, &expected, text), "{text:?}");
    }
    if !text.contains('\n') {
        let bytes = format!("{text}\n\"{{[");
        let line = super::line(&trie, &mut captures, bytes.as_bytes());
        assert_eq!(line, outcome.clone().map(|()| text));
        if outcome.is_ok() {
            assert_eq!(found(&trie, &nodes, &captures, text), found_whole, "{text:?}");
        }
        assert_eq!(super::line(&trie, &mut captures, text.as_bytes()), outcome.clone().map(|()| text));
    }
    outcome.is_ok()
}

/// Holds the walk over a row to the reference.
fn compare_row(text: &str, columns: usize) {
    let (trie, nodes) = trie();
    let (mut captures, mut expected) = (Captures::new(&trie), Captures::new(&trie));
    let columns: Vec<Option<NodeId>> =
        nodes.iter().map(|node| Some(*node)).chain([None]).cycle().take(columns).collect();
    let outcome = super::row(&trie, &mut captures, &columns, text);
    let reference = reference::row(&trie, &mut expected, &columns, text);
    assert_eq!(outcome.is_ok(), reference.is_ok(), "{text:?}: {outcome:?} {reference:?}");
    if outcome.is_ok() {
        assert_eq!(found(&trie, &nodes, &captures, text), found(&trie, &nodes, &expected, text), "{text:?}");
    }
}

/// Changes a text in a few places: bytes are put in, taken out, replaced and moved.
fn damage(text: &str, changes: &[(u8, u16, u8)]) -> Vec<u8> {
    const BYTES: &[u8] = b"{}[]:,\"\\ \t\n\r09-+.eEtfnula\0\x1f\x7f\x80\xc3\xa9\xff/bu";
    let mut bytes = text.as_bytes().to_vec();
    for (kind, place, byte) in changes {
        let at = usize::from(*place) % (bytes.len() + 1);
        let byte = BYTES[usize::from(*byte) % BYTES.len()];
        match kind % 5 {
            0 => bytes.insert(at, byte),
            1 if at < bytes.len() => bytes[at] = byte,
            2 if at < bytes.len() => {
                bytes.remove(at);
            }
            3 if at + 1 < bytes.len() => bytes.swap(at, at + 1),
            _ => bytes.truncate(at),
        }
    }
    bytes
}

fn compare_bytes(bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            compare(text);
        }
        Err(error) => {
            let (trie, _) = trie();
            let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let outcome = super::line(&trie, &mut Captures::new(&trie), bytes);
            if let Err(error) = std::str::from_utf8(line) {
                assert_eq!(outcome, Err(Fault { offset: error.valid_up_to(), reason: Reason::NotUtf8 }), "{error}");
            } else {
                assert!(error.valid_up_to() > line.len());
            }
        }
    }
}

/// How many cases: the committed number takes a few seconds.
fn cases() -> ProptestConfig {
    ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn json_is_walked_as_the_reference_does(choices in prop::collection::vec(any::<u16>(), 0..400)) {
        let text = Written::record(&choices);
        prop_assert_eq!(compare(&text), serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
    }

    #[test]
    fn rows_are_walked_as_the_reference_does(
        choices in prop::collection::vec(any::<u16>(), 0..200),
        changes in prop::collection::vec(any::<(u8, u16, u8)>(), 0..2),
        columns in 0usize..12,
    ) {
        let (text, count) = Written::row(&choices);
        compare_row(&text, count);
        compare_row(&text, columns);
        if let Ok(text) = String::from_utf8(damage(&text, &changes)) {
            compare_row(&text, count);
        }
    }

    #[test]
    fn damaged_json_is_taken_for_json_only_if_the_reference_does(
        choices in prop::collection::vec(any::<u16>(), 0..200),
        changes in prop::collection::vec(any::<(u8, u16, u8)>(), 1..4),
    ) {
        compare_bytes(&damage(&Written::record(&choices), &changes));
    }

    #[test]
    fn any_row_of_tokens_is_taken_for_json_only_if_the_reference_does(tokens in prop::collection::vec(0usize..22, 0..14), blank in 0usize..70) {
        const TOKENS: [&str; 22] = [
            "{", "}", "[", "]", ":", ",", "\"a\"", "\"t\"", "\"\"", "1", "-0", "true", "null", " ", "\n", "\"", "\\", "{\"a\":", ",\"b\":", "x", "\"\\u0061\"", "1e999",
        ];
        let text: String = tokens.iter().map(|token| TOKENS[*token]).collect();
        compare(&(" ".repeat(blank) + &text));
    }

    #[test]
    fn any_bytes_are_no_trouble(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        compare_bytes(&bytes);
    }
}
