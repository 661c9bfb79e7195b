//! The same rules give the same bytes, wherever they lie and however they are named.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::output::{Work, rule};
use crate::cli::{assert_status, err, out, text, tokentrail};

/// The files below a folder with what they hold.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| (text(entry.path().strip_prefix(folder).unwrap()).to_owned(), fs::read(entry.path()).unwrap()))
        .collect()
}

/// The shipped rules, copied into a folder.
fn copy_rules(to: &Path) {
    for entry in walkdir::WalkDir::new("rules").into_iter().map(Result::unwrap) {
        let place = to.join(entry.path());
        if entry.file_type().is_dir() {
            fs::create_dir_all(place).unwrap();
        } else {
            fs::copy(entry.path(), place).unwrap();
        }
    }
}

#[test]
fn all_shipped_rules_have_the_same_bytes_from_any_folder_and_by_any_path() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let deep = other.path().join("a folder/below");
    copy_rules(one.path());
    copy_rules(&deep);
    let absolute = deep.join("rules");
    let build = |folder: &Path, paths: &[&str], to: &Path| {
        let mut command = tokentrail();
        command.current_dir(folder).arg("build").args(paths).args(["--target", TARGETS, "-o"]).arg(to);
        let output = command.output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", err(&output));
        bytes(to)
    };
    let first = build(one.path(), &["rules"], &one.path().join("out"));
    assert!(first.len() > 71 * 3, "{}", first.len());
    let folders: Vec<String> = fs::read_dir("rules")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| text(&path).to_owned())
        .collect();
    let mut backwards: Vec<&str> = folders.iter().rev().map(String::as_str).collect();
    backwards.extend(["./rules", "rules/token"]);
    let again = build(&deep, &backwards, &other.path().join("out"));
    assert_eq!(first.keys().collect::<Vec<_>>(), again.keys().collect::<Vec<_>>());
    for (path, bytes) in &first {
        assert!(again[path] == *bytes, "{path}");
    }
    // Renamed files, in another order of the input, hold the same: the rules are sorted by their own names.
    assert!(build(&absolute, &["."], &other.path().join("third")) == first);
}

/// Every target.
const TARGETS: &str = "kql,spl,sql";

#[test]
fn headers_name_files_from_the_folder_of_the_settings_or_the_one_given() {
    let work = Work::new();
    let header = |folder: &str, path: &str| {
        let output = tokentrail()
            .current_dir(work.path(folder))
            .args(["build", path, "--target", "kql", "--rule", "one"])
            .output()
            .unwrap();
        assert_status(&output, 0);
        out(&output).lines().nth(1).unwrap().to_owned()
    };
    work.write("rules/deep/one.trail", &rule("one", "result == success"));
    fs::remove_file(work.path("rules/one.trail")).unwrap();
    let absolute = work.path("rules");
    for (folder, path) in
        [(".", "rules"), (".", "./rules"), ("rules", "."), ("rules/deep", ".."), ("/", text(&absolute))]
    {
        assert_eq!(header(folder, path), "// Rule one 1.0.0, from deep/one.trail", "{folder} {path}");
    }
    assert_eq!(header(".", "rules/deep/one.trail"), "// Rule one 1.0.0, from one.trail");
    work.write("tokentrail.toml", "");
    for (folder, path) in
        [(".", "rules"), (".", "."), ("rules", "deep"), ("rules/deep", "one.trail"), ("/", text(&absolute))]
    {
        assert_eq!(header(folder, path), "// Rule one 1.0.0, from rules/deep/one.trail", "{folder} {path}");
    }
}

#[test]
fn diagnostics_name_files_as_they_were_given() {
    let work = Work::new();
    work.write("rules/one.trail", &rule("one", "cuntry == \"DE\""));
    let output = work.run(&["build", "./rules", "--target", "kql"]);
    assert!(err(&output).contains("./rules/one.trail:2:"), "{}", err(&output));
    let explained = work.run(&["explain", "two", "./rules"]);
    assert!(out(&explained).contains("./rules/two.trail"), "{}", out(&explained));
}

#[test]
fn the_environment_says_which_day_it_is() {
    let work = Work::new();
    let list =
        "list office: cidr { \"203.0.113.0/24\" owner \"o\" reason \"r\" expires 2026-03-01 \"198.51.100.0/24\" }\n";
    work.write("rules/one.trail", &format!("{list}{}", rule("one", "ip in office")));
    let build = |epoch: &str| {
        let arguments = ["build", "rules", "--target", "kql", "--rule", "one"];
        tokentrail().current_dir(work.path(".")).env("SOURCE_DATE_EPOCH", epoch).args(arguments).output().unwrap()
    };
    // The last moment of the day, and the next.
    let (before, after) = (build("1772409599"), build("1772409600"));
    assert!(out(&before).contains("203.0.113.0/24"), "{}", err(&before));
    assert!(out(&after).contains("198.51.100.0/24") && !out(&after).contains("203.0.113.0/24"), "{}", err(&after));
    for wrong in ["", "tomorrow", "-1", "1.5"] {
        let output = build(wrong);
        assert_status(&output, 2);
        assert!(err(&output).contains("SOURCE_DATE_EPOCH is no time"), "{}", err(&output));
    }
}
