//! The folder of `build -o`: several targets in it, and everything that can be in the way. Whatever fails, it stays as it was.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::SystemTime;

use serde_json::Value as Json;

use crate::cli::{assert_status, err, out, text, tokentrail};

/// A rule of one line.
pub fn rule(name: &str, condition: &str) -> String {
    format!(
        "/// Text.\nrule {name} {{ title \"T\" severity low from entra.signin where {condition} show user_name }}\n"
    )
}

/// A folder of rules, and a place beside it for what is built.
pub struct Work {
    folder: tempfile::TempDir,
}

impl Work {
    /// Two simple rules.
    pub fn new() -> Self {
        let work = Self { folder: tempfile::tempdir().unwrap() };
        work.write("rules/one.trail", &rule("one", "result == success"));
        work.write("rules/two.trail", &rule("two", "result == failure"));
        work
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, contents: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        tokentrail().current_dir(self.folder.path()).args(arguments).output().unwrap()
    }

    /// Builds KQL into `out`.
    pub fn build(&self, more: &[&str]) -> Output {
        self.run(&[&["build", "rules", "--target", "kql", "-o", "out"], more].concat())
    }

    #[track_caller]
    pub fn built(&self, more: &[&str]) -> String {
        let output = self.build(more);
        assert_status(&output, 0);
        err(&output)
    }

    /// Everything below the folder: what files hold and when they were written.
    pub fn tree(&self) -> BTreeMap<PathBuf, (Option<Vec<u8>>, Option<SystemTime>)> {
        let entries = walkdir::WalkDir::new(self.folder.path()).into_iter().map(Result::unwrap);
        let state = |path: &Path| {
            let written = fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|data| data.modified().unwrap());
            (fs::read(path).ok(), written)
        };
        entries.map(|entry| (entry.path().to_owned(), state(entry.path()))).collect()
    }

    /// The paths of the files below a folder, sorted.
    pub fn files(&self, folder: &str) -> Vec<String> {
        let root = self.path(folder);
        let entries = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(Result::unwrap);
        let files = entries.filter(|entry| !entry.file_type().is_dir());
        files.map(|entry| text(entry.path().strip_prefix(&root).unwrap()).to_owned()).collect()
    }

    /// Asserts that a build into `out` fails with this message and changes nothing at all.
    #[track_caller]
    pub fn assert_refused(&self, more: &[&str], message: &str) {
        let before = self.tree();
        let output = self.build(more);
        assert_status(&output, 2);
        assert!(err(&output).contains(message), "{}", err(&output));
        assert_eq!(out(&output), "");
        assert!(self.tree() == before, "something was changed");
    }
}

pub const MANIFEST: &str = ".tokentrail-manifest.json";

#[test]
fn several_targets_have_a_folder_each_and_one_manifest() {
    let work = Work::new();
    let build = ["build", "rules", "--target", "spl,kql", "--target", "sql", "--dialect", "spark", "-o", "out"];
    assert_status(&work.run(&build), 0);
    let expected = [
        MANIFEST,
        "kql/one.kql",
        "kql/two.kql",
        "spl/one.spl",
        "spl/two.spl",
        "sql-spark/one.sql",
        "sql-spark/two.sql",
    ];
    assert_eq!(work.files("out"), expected);
    let manifest: Json = serde_json::from_str(&work.read(&format!("out/{MANIFEST}"))).unwrap();
    assert_eq!(manifest["folders"], serde_json::json!(["kql", "spl", "sql-spark"]));
    let paths: Vec<&str> =
        manifest["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(paths, expected[1..]);
    let first = &manifest["files"][0];
    assert_eq!((&first["rule"], &first["targets"]), (&"one".into(), &serde_json::json!(["kql"])));
    assert!(!work.read(&format!("out/{MANIFEST}")).contains(text(work.folder.path())));
    assert_eq!(work.read("out/sql-spark/one.sql").matches("Spark SQL").count(), 1);
}

#[test]
fn a_second_build_changes_nothing() {
    let work = Work::new();
    let build = ["build", "rules", "--target", "kql,spl,sql", "-o", "out", "--prune"];
    assert_status(&work.run(&build), 0);
    let before = work.tree();
    let again = work.run(&build);
    assert_status(&again, 0);
    assert!(err(&again).contains("`out` is up to date"), "{}", err(&again));
    assert!(work.tree() == before, "the same files are not written again");
}

#[test]
fn only_what_differs_is_written() {
    let work = Work::new();
    work.built(&[]);
    let before = fs::metadata(work.path("out/one.kql")).unwrap().modified().unwrap();
    work.write("rules/two.trail", &rule("two", "result == interrupted"));
    let said = work.built(&[]);
    assert!(said.contains("wrote 1 of 2 files to `out`; the others are up to date"), "{said}");
    assert!(work.read("out/two.kql").contains("interrupted"));
    assert_eq!(fs::metadata(work.path("out/one.kql")).unwrap().modified().unwrap(), before);
}

#[test]
fn a_rule_that_one_target_cannot_do_stops_only_that_targets_file() {
    let work = Work::new();
    let odd = "/// Text.\nrule odd { title \"T\" severity low from entra.signin\n by user_id within 172801s\n when distinct(country) >= 3 \
               show ips = values(ip) }\n";
    work.write("rules/odd.trail", odd);
    let output = work.run(&["build", "rules", "--target", "kql,sql", "--dialect", "clickhouse", "-o", "out"]);
    assert_status(&output, 1);
    let expected = ["kql/odd.kql", "kql/one.kql", "kql/two.kql", "sql-clickhouse/one.sql", "sql-clickhouse/two.sql"];
    assert_eq!(work.files("out")[1..], expected);
    let said = err(&output);
    assert!(said.contains("sql-clickhouse: 2 rules in 2 files, 1 refused: odd"), "{said}");
    assert!(said.contains("kql: 3 rules in 3 files\n"), "{said}");
    assert!(said.contains("odd.trail:2:"), "the error is at the rule's line: {said}");
}

#[test]
fn what_does_not_go_together_is_wrong_usage() {
    let work = Work::new();
    for (arguments, message) in [
        (
            &["-t", "kql,sentinel-yaml", "--hunt", "2026-01-01..2026-01-02", "-o", "out"][..],
            "`--hunt` is about queries",
        ),
        (
            &["-t", "sentinel-arm", "--grain", "match"],
            "`--grain match` is about queries, and `sentinel-arm` is a package",
        ),
        (&["-t", "all", "--selftest", "-o", "out"], "`--selftest` is about queries"),
        (&["-t", "kql", "--one-file"], "`--one-file` is about templates, and `kql` has none"),
        (&["-t", "sentinel-arm,splunk-app", "--one-file", "-o", "out"], "`splunk-app` has none"),
        (&["-t", "kql,spl"], "2 targets cannot all go to standard output"),
        (&["-t", "all"], "cannot all go to standard output"),
        (&["-t", "kql", "--prune"], "--output <DIR>"),
        (&["-t", "kql", "--force"], "--output <DIR>"),
        (&["-t", "kql", "-o", "out", "--prune", "--rule", "one"], "cannot be used with"),
        (&["-t", "kql", "-o", "out", "--check", "--dry-run"], "cannot be used with"),
        (&["-t", "kql,spl", "--dialect", "spark", "-o", "out"], "is a dialect of SQL"),
        (&["-t", "kusto"], "invalid value"),
    ] {
        let output = work.run(&[&["build", "rules"], arguments].concat());
        assert_status(&output, 2);
        assert!(err(&output).contains(message), "{arguments:?}: {}", err(&output));
        assert!(out(&output).is_empty() && !work.path("out").exists());
    }
}

#[test]
fn a_folder_that_is_none_is_said_before_anything_is_written() {
    let work = Work::new();
    work.write("out", "a file");
    work.assert_refused(&[], "cannot write to `out`: it is a file");
    let build = |folder: &str| work.run(&["build", "rules", "--target", "kql", "-o", folder]);
    for (folder, message) in
        [("out/below", "cannot write to `out/below`"), ("rules/one.trail/a/b", "cannot write to `rules")]
    {
        let before = work.tree();
        let output = build(folder);
        assert_status(&output, 2);
        assert!(err(&output).contains(message), "{}", err(&output));
        assert!(work.tree() == before);
    }
    fs::remove_file(work.path("out")).unwrap();
    std::os::unix::fs::symlink("nowhere", work.path("out")).unwrap();
    work.assert_refused(&[], "it is a symbolic link to nothing");
}

#[test]
fn a_folder_that_takes_no_files_is_said() {
    let work = Work::new();
    // Nobody makes files there, root neither.
    let output = work.run(&["build", "rules", "--target", "kql", "-o", "/proc/queries"]);
    assert_status(&output, 2);
    assert!(err(&output).contains("cannot write `/proc/queries`"), "{}", err(&output));
    assert!(err(&output).contains("nothing was changed"), "{}", err(&output));
}

#[test]
fn what_is_no_file_is_never_overwritten() {
    for force in [&[][..], &["--force"]] {
        let work = Work::new();
        fs::create_dir_all(work.path("out/two.kql")).unwrap();
        work.assert_refused(force, "`out/two.kql` is a folder, where a file is to be written");
        fs::remove_dir(work.path("out/two.kql")).unwrap();
        std::os::unix::fs::symlink("../rules/one.trail", work.path("out/two.kql")).unwrap();
        work.assert_refused(force, "`out/two.kql` is a symbolic link, which is not followed");
        assert!(!work.path("out/one.kql").exists());
    }
}

#[test]
fn folders_in_the_folder_are_neither_links_nor_files() {
    let work = Work::new();
    let build = ["build", "rules", "--target", "kql,spl", "-o", "out", "--force"];
    fs::create_dir_all(work.path("out")).unwrap();
    fs::create_dir_all(work.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", work.path("out/spl")).unwrap();
    for message in ["`out/spl/one.spl` is behind the symbolic link `spl`", "needs a folder where the file `spl` is"] {
        let before = work.tree();
        let output = work.run(&build);
        assert_status(&output, 2);
        assert!(err(&output).contains(message), "{}", err(&output));
        assert!(work.tree() == before && work.files("elsewhere").is_empty());
        fs::remove_file(work.path("out/spl")).unwrap();
        work.write("out/spl", "a file");
    }
}

#[test]
fn files_of_others_are_overwritten_only_by_force() {
    let work = Work::new();
    work.write("out/two.kql", "mine");
    work.write("out/three.txt", "mine too");
    work.assert_refused(&[], "`out/two.kql` was not written by `tokentrail build`");
    work.built(&["--force"]);
    assert!(work.read("out/two.kql").contains("Rule two"));
    assert_eq!(work.read("out/three.txt"), "mine too");
}

#[test]
fn files_changed_by_hand_are_overwritten_only_by_force() {
    let work = Work::new();
    work.built(&[]);
    work.write("out/one.kql", "changed");
    work.assert_refused(&[], "`out/one.kql` was changed since it was written");
    work.built(&["--force"]);
    assert!(work.read("out/one.kql").contains("Rule one"));
    fs::remove_file(work.path("out/one.kql")).unwrap();
    work.built(&[]);
    assert!(work.read("out/one.kql").contains("Rule one"), "what is gone is written again");
}

#[test]
fn the_same_bytes_are_in_nobodys_way() {
    let work = Work::new();
    work.built(&[]);
    fs::remove_file(work.path(&format!("out/{MANIFEST}"))).unwrap();
    let said = work.built(&[]);
    assert!(said.contains("`out` is up to date"), "{said}");
    assert_eq!(work.files("out").len(), 3);
}

#[test]
fn two_targets_do_not_take_each_others_files() {
    let work = Work::new();
    let build = |dialect: &str, more: &[&str]| {
        work.run(&[&["build", "rules", "--target", "sql", "--dialect", dialect, "-o", "out"], more].concat())
    };
    assert_status(&build("duckdb", &[]), 0);
    let before = work.tree();
    let output = build("spark", &[]);
    assert_status(&output, 2);
    assert!(err(&output).contains("was written for sql-duckdb, with other contents"), "{}", err(&output));
    assert!(work.tree() == before);
    assert_status(&build("spark", &["--force"]), 0);
    assert!(work.read("out/one.sql").contains("Spark SQL"));
}

#[test]
fn a_file_that_two_targets_share_goes_with_the_last_of_them() {
    let work = Work::new();
    let entries: String = (0..300).map(|number| format!("\"agent {number}\" ")).collect();
    let long = format!("list agents: string {{ {entries} }}\n{}", rule("long", "user_agent in agents"));
    work.write("rules/long.trail", &long);
    let build = |target: &str| work.run(&["build", "rules", "--target", target, "-o", "out", "--prune"]);
    assert_status(&build("kql"), 0);
    assert_status(&build("spl"), 0);
    assert!(work.read(&format!("out/{MANIFEST}")).contains("\"kql\",\n        \"spl\""));
    fs::remove_file(work.path("rules/long.trail")).unwrap();
    assert_status(&build("kql"), 0);
    assert!(work.path("out/agents.csv").exists(), "the search in Splunk still reads it");
    assert_status(&build("spl"), 0);
    assert!(!work.path("out/agents.csv").exists() && !work.path("out/transforms.conf").exists());
}

/// A build that may write no file of more than so many kilobytes, as on a disk that is full.
fn build_within(work: &Work, kilobytes: u32) -> Output {
    let program = assert_cmd::cargo::cargo_bin!("tokentrail");
    // The signal would end the program; ignored, the write fails.
    let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec {} build rules -t kql -o out", program.display());
    let mut command = std::process::Command::new("bash");
    command.args(["-c", &script]).current_dir(work.folder.path()).output().unwrap()
}

#[test]
fn a_full_disk_leaves_everything_as_it_was() {
    let work = Work::new();
    let long = (0..150).map(|number| format!("user_name == \"somebody {number}\"")).collect::<Vec<_>>().join(" or ");
    let refuse = |kilobytes| {
        let before = work.tree();
        let output = build_within(&work, kilobytes);
        assert_status(&output, 2);
        assert!(err(&output).contains("cannot write `out/zlong.kql`: File too large"), "{}", err(&output));
        assert!(err(&output).contains("nothing was changed"), "{}", err(&output));
        assert!(work.tree() == before);
    };
    // Only the last file is too large.
    work.write("rules/zlong.trail", &rule("zlong", &format!("({long})")));
    refuse(4);
    assert!(!work.path("out").exists());
    fs::remove_file(work.path("rules/zlong.trail")).unwrap();
    work.built(&[]);
    work.write("rules/zlong.trail", &rule("zlong", &format!("({long})")));
    work.write("rules/one.trail", &rule("one", "result == interrupted"));
    refuse(4);
    assert!(build_within(&work, 1_000).status.success());
    assert!(work.read("out/one.kql").contains("interrupted"));
}
