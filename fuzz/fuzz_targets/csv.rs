//! Any rows under a header are read to their end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokentrail_fuzz::read;

fuzz_target!(|bytes: &[u8]| {
    let (_, report) = read(&[&b"TimeGenerated [UTC],Type,Id,UserId,AuditData\n"[..], bytes].concat());
    assert!(report.problems.len() as u64 <= report.unreadable);
});
