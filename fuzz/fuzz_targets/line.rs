//! A line that is an object is read without a fault if and only if `serde_json` takes it for JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use tokentrail_fuzz::{is_faulty, read, total};

fuzz_target!(|bytes: &[u8]| {
    // An envelope and a value that goes on in the next line are read in another way.
    if bytes.contains(&b'\n') || bytes.contains(&b'\r') || bytes.first() != Some(&b'{') || may_be_envelope(bytes) {
        return;
    }
    let is_json = std::str::from_utf8(bytes).is_ok() && serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
    let (_, report) = read(bytes);
    let is_refused = is_faulty(&report);
    // Two values may stand in one line; the reader takes them for two records.
    let several = total(&report) > 1;
    assert!(is_json != is_refused || several, "{:?}: {report:?}", String::from_utf8_lossy(bytes));
});

fn may_be_envelope(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'@' | b'\\'));
    first.is_some_and(|first| b"rRvVtT@oOnNcC\\".contains(first))
}
