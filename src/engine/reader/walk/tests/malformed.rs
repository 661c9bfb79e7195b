//! Records that are no JSON, or hardly.

use super::{Captures, Fault, Reason, compare, compare_bytes, trie};

fn line(bytes: &[u8]) -> Result<&str, Fault> {
    let (trie, _) = trie();
    super::super::line(&trie, &mut Captures::new(&trie), bytes)
}

/// What is said of a line, and of which of its bytes.
fn said(text: &str) -> (usize, String) {
    compare(text);
    let fault = line(text.as_bytes()).unwrap_err();
    (fault.offset, fault.reason.to_string())
}

fn value(text: &str, path: &str) -> String {
    let (trie, nodes) = trie();
    let mut captures = Captures::new(&trie);
    super::super::object(&trie, &mut captures, text).unwrap();
    let node = nodes.into_iter().find(|node| trie.path(*node) == path).unwrap();
    captures.shown(node, text)
}

#[test]
fn of_equal_keys_the_last_counts() {
    assert_eq!(value(r#"{"category":"x","Category":"y"}"#, "Category"), r#"text "y""#);
    assert_eq!(value(r#"{"a":{"b":1},"a":{}}"#, "a.b"), "Absent");
}

#[test]
fn bytes_that_are_not_utf8_are_an_error_wherever_they_are() {
    for text in [&b"{\"x\":\"\xff\"}"[..], b"{\"a\":\"\xff\"}", b"{\"\xff\":\"\"}"] {
        let offset = text.iter().position(|byte| *byte == 0xff).unwrap();
        assert_eq!(line(text), Err(Fault { offset, reason: Reason::NotUtf8 }));
        compare_bytes(text);
    }
}

#[test]
fn what_is_skipped_is_checked() {
    for (text, offset, reason) in [
        (r#"{"x":garbage}"#, 5, "wrong JSON: expected value"),
        (r#"{"x":truth}"#, 8, "wrong JSON: expected ident"),
        (r#"{"x":01}"#, 6, "wrong JSON: invalid number"),
        (r#"{"x":1.}"#, 7, "wrong JSON: invalid number"),
        (r#"{"x":-}"#, 6, "wrong JSON: invalid number"),
        (r#"{"x":[1,2}}"#, 9, "wrong JSON: expected `,` or `]`"),
        (r#"{"x":{"y":1]}"#, 11, "wrong JSON: expected `,` or `}`"),
        (r#"{"x":[1 2]}"#, 8, "wrong JSON: expected `,` or `]`"),
        (r#"{"x":[1,,2]}"#, 8, "wrong JSON: expected value"),
        (r#"{"x":["y":1]}"#, 9, "wrong JSON: expected `,` or `]`"),
        (r#"{"x":{"y",1}}"#, 9, "wrong JSON: expected `:`"),
        (r#"{"x":{1:1}}"#, 6, "wrong JSON: key must be a string"),
        (r#"{"x":{"y":1,2}}"#, 12, "wrong JSON: key must be a string"),
        (r#"{"x":"\q"}"#, 7, "wrong JSON: invalid escape"),
        (r#"{"x":"\u00g0"}"#, 11, "wrong JSON: invalid escape"),
    ] {
        assert_eq!(said(text), (offset, reason.to_owned()), "{text}");
    }
}

#[test]
fn commas_are_neither_missing_nor_too_many() {
    assert_eq!(said(r#"{"x":1 "y":2}"#), (7, "wrong JSON: expected `,` or `}`".to_owned()));
    assert_eq!(said(r#"{"x":1,}"#), (7, "wrong JSON: trailing comma".to_owned()));
    assert_eq!(said(r#"{"x":[1,]}"#), (8, "wrong JSON: trailing comma".to_owned()));
    assert_eq!(said(r#"{,"x":1}"#), (1, "wrong JSON: key must be a string".to_owned()));
}

#[test]
fn a_line_ends_with_its_value() {
    for text in [r#"{"a":"#, r#"{"a":1"#, r#"{"a"#, r#"{"a":"b\"#, "{", "", " ", r#"{"x":[["#] {
        compare(text);
        assert_eq!(line(text.as_bytes()).unwrap_err().reason, Reason::CutShort, "{text}");
    }
    assert_eq!(said(r#"{"a":1} x"#), (8, "wrong JSON: trailing characters".to_owned()));
    assert_eq!(said(r#"{"a":1}}"#), (7, "wrong JSON: trailing characters".to_owned()));
    assert_eq!(said(r#"{"a":1},"#), (7, "wrong JSON: trailing characters".to_owned()));
    assert_eq!(said("{\"a\":1}\0\0"), (7, "wrong JSON: trailing characters".to_owned()));
    assert_eq!(said("\u{feff}{\"a\":1}"), (0, "wrong JSON: expected value".to_owned()));
}

#[test]
fn control_characters_in_texts_are_an_error() {
    let reason = "wrong JSON: control character (\\u0000-\\u001F) found while parsing a string";
    assert_eq!(said("{\"x\":\"a\tb\"}"), (6, reason.to_owned()));
    assert_eq!(said("{\"a\":\"a\u{1f}b\"}"), (6, reason.to_owned()));
    assert!(compare("{\"x\":\"a\u{7f}b\"}"));
}

#[test]
fn half_a_surrogate_pair_is_an_error_only_where_its_text_is_wanted() {
    assert_eq!(said(r#"{"a":"\ud800"}"#), (5, "wrong JSON: lone surrogate in hex escape".to_owned()));
    assert_eq!(said(r#"{"\ud800":"a"}"#), (1, "wrong JSON: lone surrogate in hex escape".to_owned()));
    assert!(compare(r#"{"x":"\ud800","y":{"\udc00":1}}"#));
    assert!(compare(r#"{"Category":{"\ud800":1}}"#));
    assert_eq!(value(r#"{"a":"\ud83d\ude00"}"#, "a"), r#"text "😀""#);
}

#[test]
fn keys_may_have_escapes() {
    assert_eq!(value(r#"{"cat\u0065gory":"x"}"#, "Category"), r#"text "x""#);
    assert!(compare(r#"{"cat\u0065gory":"x"}"#));
}

#[test]
fn numbers_may_be_of_any_size_where_they_are_not_wanted() {
    assert!(compare(r#"{"x":123456789012345678901234567890,"y":1e999}"#));
    assert_eq!(value(r#"{"a":123456789012345678901234567890}"#, "a"), "float 1.2345678901235e29");
    assert_eq!(said(r#"{"a":1e999}"#), (5, "wrong JSON: number out of range".to_owned()));
}

#[test]
fn a_path_that_meets_another_kind_of_value_finds_nothing() {
    assert_eq!(value(r#"{"b":"text","a":[{"b":1}]}"#, "a.b"), "Absent");
    assert!(compare(r#"{"b":"text","a":[{"b":1}]}"#));
}

#[test]
fn nesting_may_be_of_any_depth() {
    for (open, close) in [("[", "]"), ("{\"x\":", "}"), ("[[{\"a\":", "}]]")] {
        let deep =
            |count: usize, inner: &str| format!("{{\"x\":{}{inner}{}}}", open.repeat(count), close.repeat(count));
        assert!(line(deep(100_000, "1").as_bytes()).is_ok());
        assert!(line(deep(100_000, "1 1").as_bytes()).is_err());
        let unclosed = format!("{{\"x\":{}", open.repeat(100_000));
        assert_eq!(line(unclosed.as_bytes()).unwrap_err().reason, Reason::CutShort);
    }
    let mixed = format!("{{\"x\":{}{}}}", "[{\"y\":".repeat(50_000), "]}".repeat(50_000));
    assert!(line(mixed.as_bytes()).is_err());
}

#[test]
fn a_line_is_all_that_is_looked_at() {
    let text = "{\"a\":\"b\"}\r\n{\"a\":";
    assert_eq!(line(text.as_bytes()), Ok("{\"a\":\"b\"}\r"));
    assert_eq!(line(b"{\"a\":\"b\n\"}").unwrap_err(), Fault { offset: 6, reason: Reason::CutShort });
    assert_eq!(line(b"{\"a\":\n1}").unwrap_err().reason, Reason::CutShort);
}
