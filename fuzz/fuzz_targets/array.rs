//! Records that are lines give the same events as elements of one array: cutting an array into its elements changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use tokentrail_fuzz::{read, total};

fuzz_target!(|bytes: &[u8]| {
    let records: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| is_record(line)).collect();
    let (lines, as_lines) = read(&records.join(&b'\n'));
    let array = [&b"["[..], &records.join(&b','), b"]"].concat();
    let (elements, as_elements) = read(&array);
    assert_eq!(lines.len(), elements.len());
    assert_eq!(total(&as_lines), total(&as_elements));
    assert_eq!(as_lines.unreadable, as_elements.unreadable);
});

/// An object, and no envelope.
fn is_record(line: &[u8]) -> bool {
    line.starts_with(b"{\"")
        && !line.get(2).is_some_and(|first| b"rRvVtT@oOnNcC\\".contains(first))
        && std::str::from_utf8(line).is_ok()
        && serde_json::from_slice::<IgnoredAny>(line).is_ok()
}
