//! A `.tar.gz` whose bytes depend on nothing but the files in it.

use std::collections::BTreeSet;

use tar::{Builder, EntryType, Header};

use crate::package::File;

/// Files in order of their paths, with the folders that they are in. All belong to nobody and are from 1970.
pub fn pack(files: &[File]) -> Vec<u8> {
    let mut paths: BTreeSet<&str> = BTreeSet::new();
    for file in files {
        let folders = file.path.match_indices('/').map(|(at, _)| &file.path[..=at]);
        paths.extend(folders);
    }
    let mut entries: Vec<(&str, Option<&[u8]>)> = paths.into_iter().map(|folder| (folder, None)).collect();
    entries.extend(files.iter().map(|file| (file.path.as_str(), Some(file.contents.as_slice()))));
    entries.sort_unstable_by_key(|(path, _)| *path);
    let mut tar = Builder::new(Vec::new());
    for (path, contents) in entries {
        let data = contents.unwrap_or_default();
        let mut header = header(contents.is_some(), data.len());
        // Writing to memory does not fail, and a path that is too long for a header gets an entry of its own.
        let _ = tar.append_data(&mut header, path, data);
    }
    gzip(&tar.into_inner().unwrap_or_default())
}

fn header(is_file: bool, length: usize) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(if is_file { EntryType::Regular } else { EntryType::Directory });
    header.set_mode(if is_file { 0o644 } else { 0o755 });
    header.set_size(length as u64);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}

/// RFC 1952: no name, no time, no operating system; compressed by code that does the same on every processor.
fn gzip(data: &[u8]) -> Vec<u8> {
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
    const BEST: u8 = 9;
    let mut sum = flate2::Crc::new();
    sum.update(data);
    let mut out = HEADER.to_vec();
    out.extend(miniz_oxide::deflate::compress_to_vec(data, BEST));
    out.extend(sum.sum().to_le_bytes());
    out.extend(sum.amount().to_le_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn file(path: &str, contents: &str) -> File {
        File { path: path.to_owned(), contents: contents.as_bytes().to_vec(), rule: None }
    }

    #[test]
    fn an_archive_has_the_same_bytes_on_every_machine() {
        use sha2::Digest;
        let text: String = (0..20_000).map(|number| format!("{}\n", number * number % 977)).collect();
        let digest = sha2::Sha256::digest(pack(&[file("app/a.txt", &text), file("app/b/two.txt", "2")]));
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, "f83aad9fba0d8367a98d89b396a4a48c62384a40c1faf4e3f4c8c24bc35eb230");
    }

    #[test]
    fn an_archive_holds_its_files_and_folders_in_order() {
        let packed = pack(&[file("app/b/two.txt", "2"), file("app/a.txt", "one")]);
        assert_eq!(packed, pack(&[file("app/a.txt", "one"), file("app/b/two.txt", "2")]));
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed.as_slice()));
        let mut found = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let header = entry.header();
            assert_eq!((header.mtime().unwrap(), header.uid().unwrap(), header.gid().unwrap()), (0, 0, 0));
            let (path, mode) = (entry.path().unwrap().display().to_string(), header.mode().unwrap());
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            found.push(format!("{path} {mode:o} {text}"));
        }
        assert_eq!(found, ["app/ 755 ", "app/a.txt 644 one", "app/b/ 755 ", "app/b/two.txt 644 2"]);
    }
}
