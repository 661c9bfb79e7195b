//! The manifest is read as something that anyone may have written.

use std::fs;

use super::output::{MANIFEST, Work};

#[test]
fn a_manifest_that_is_none_stops_the_build() {
    let hash = "0".repeat(64);
    let file = |path: &str| format!(r#"{{"path": "{path}", "targets": ["kql"], "sha256": "{hash}"}}"#);
    let whole = |files: &str| format!(r#"{{"manifest": 1, "tool": "t", "folders": [], "files": [{files}]}}"#);
    for (manifest, reason) in [
        (String::new(), "EOF"),
        ("{".to_owned(), "EOF"),
        ("[]".to_owned(), "it is not a manifest of Tokentrail"),
        (r#"{"files": []}"#.to_owned(), "it is not a manifest of Tokentrail"),
        (whole("").replace(": 1,", ": 2,"), "it is of version 2, and this program reads version 1"),
        (whole("").replace("\"tool\"", "\"other\": 1, \"tool\""), "unknown field `other`"),
        (whole(&file("../x")), "`../x` is not a path below its folder"),
        (whole(&file("/etc/x")), "`/etc/x` is not a path below its folder"),
        (whole(&file("a/../../x")), "is not a path below its folder"),
        (whole(&file("C:x")), "is not a path below its folder"),
        (whole(&file(r"a\\..\\x")), "is not a path below its folder"),
        (whole("").replace("\"folders\": []", "\"folders\": [\"..\"]"), "`..` is not a path below its folder"),
        (whole(&format!("{}, {}", file("a"), file("a"))), "it lists `a` twice"),
        (whole(&file("a").replace(&hash, "0")), "the hash of `a` is none"),
        (whole(&file("a").replace("\"kql\"", "")), "`a` has no target"),
    ] {
        let work = Work::new();
        work.write(&format!("out/{MANIFEST}"), &manifest);
        for more in [&[][..], &["--force", "--prune"]] {
            work.assert_refused(more, &format!("cannot use the manifest `out/{MANIFEST}`"));
            work.assert_refused(more, reason);
        }
    }
}

#[test]
fn a_manifest_is_a_file_of_its_own() {
    let work = Work::new();
    work.write("elsewhere.json", r#"{"manifest": 1, "tool": "t", "folders": [], "files": []}"#);
    fs::create_dir(work.path("out")).unwrap();
    std::os::unix::fs::symlink("../elsewhere.json", work.path("out").join(MANIFEST)).unwrap();
    work.assert_refused(&["--force"], "it is a symbolic link, which is not followed");
    fs::remove_file(work.path("out").join(MANIFEST)).unwrap();
    fs::create_dir(work.path("out").join(MANIFEST)).unwrap();
    work.assert_refused(&["--force"], "it is a folder");
}

#[test]
fn a_manifest_that_bytes_fill_is_not_read_whole() {
    let work = Work::new();
    work.built(&[]);
    let file = fs::OpenOptions::new().write(true).open(work.path("out").join(MANIFEST)).unwrap();
    file.set_len(65 * 1024 * 1024).unwrap();
    let output = work.build(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(crate::cli::err(&output).contains("it is larger than any manifest"));
}

#[test]
fn a_manifest_without_a_file_to_its_name_is_mended() {
    let work = Work::new();
    work.built(&[]);
    let before = work.read(&format!("out/{MANIFEST}"));
    let added = before.replacen(
        "\"files\": [",
        &format!(
            "\"files\": [{{\"path\": \"gone.kql\", \"targets\": [\"kql\"], \"rule\": \"gone\", \"sha256\": \"{}\"}},",
            "0".repeat(64)
        ),
        1,
    );
    work.write(&format!("out/{MANIFEST}"), &added);
    let said = work.built(&["--prune"]);
    assert!(!said.contains("removed"), "{said}");
    assert_eq!(work.read(&format!("out/{MANIFEST}")), before);
}
