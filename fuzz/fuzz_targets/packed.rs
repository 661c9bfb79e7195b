//! What is packed gives the same as what is not, and what was damaged or cut after packing is no trouble.
#![no_main]

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use tokentrail_fuzz::read;

fuzz_target!(|input: (Vec<u8>, u16, u8)| {
    let (bytes, place, change) = input;
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    gz.write_all(&bytes).unwrap();
    let zst = zstd::encode_all(&bytes[..], 1).unwrap();
    for mut packed in [gz.finish().unwrap(), zst] {
        // Bytes that are themselves packed, or no text, are told by their content.
        if bytes.first() == Some(&b'{') {
            let (plain, unpacked) = (read(&bytes), read(&packed));
            assert_eq!(plain.0.len(), unpacked.0.len());
            assert_eq!(plain.1.unreadable, unpacked.1.unreadable);
        }
        let at = usize::from(place) % packed.len();
        packed[at] ^= change;
        read(&packed);
        read(&packed[..at]);
    }
});
