//! Any bytes are read to their end, and the report counts all that was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokentrail_fuzz::{read, total};

fuzz_target!(|bytes: &[u8]| {
    let (events, report) = read(bytes);
    assert!(events.len() as u64 <= total(&report));
    assert!(report.problems.len() as u64 <= report.unreadable);
    let (again, _) = read(bytes);
    assert_eq!(events.len(), again.len());
});
