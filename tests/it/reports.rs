//! What `check` and `test` write for CI, in every form, over good files and all kinds of bad ones.

mod github;
mod junit;
mod sarif;

use std::process::Output;

use serde_json::{Value as Json, json};

use crate::cli::{folder, tokentrail};
use crate::oracle;

pub const CLEAN: &str =
    "/// D.\nrule clean { title \"T\" severity low from entra.signin where result == success show ip }\n";
/// An error with a label in another file, errors and a warning at columns behind wide letters, and texts that are hard to write.
const WRONG: &str = "/// D.\nrule clean { title \"T\" severity low from entra.signin where result == success show ip }\n\n\
    rule hard {\n  title \"😀 é\" severity low attack T1527, T1550.999\n  from entra.signin\n  \
    where ip == \"<a>&\\u{1}\\\"]]>%0A::error::, 😀\" and result == sucess\n  show ip\n}\n\n\
    /// D.\nrule warned { title \"T\" severity low allow W0803 \"x\" from entra.signin where result == success show ip }\n";

/// A folder to run in, and how.
pub struct World {
    pub name: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
    arguments: Vec<&'static str>,
    stdin: &'static str,
    pub status: i32,
}

fn world(name: &'static str, files: &[(&'static str, &[u8])], arguments: &[&'static str], status: i32) -> World {
    let files = files.iter().map(|(path, bytes)| (*path, bytes.to_vec())).collect();
    World { name, files, arguments: arguments.to_vec(), stdin: "", status }
}

/// Good files, and every kind of bad one.
pub fn worlds() -> Vec<World> {
    let settings = b"[lints]\nW0804 = \"error\"\nW0999 = \"off\"\n".as_slice();
    vec![
        world("nothing found", &[("a.trail", CLEAN.as_bytes())], &["."], 0),
        world(
            "findings, hard names",
            &[("r ü/a:b,%, #1.trail", CLEAN.as_bytes()), ("r ü/b.trail", WRONG.as_bytes())],
            &["r ü"],
            1,
        ),
        world("not UTF-8", &[("a.trail", CLEAN.as_bytes()), ("b.trail", b"rule \xc3\xa9 \xff {")], &["."], 2),
        world("UTF-16", &[("b.trail", b"\xff\xfer\0")], &["b.trail"], 2),
        world("no such file", &[("a.trail", CLEAN.as_bytes())], &["a.trail", "missing ü.trail"], 2),
        world("nothing to read", &[("a.txt", b"x")], &["."], 2),
        world("nothing defined", &[("a.trail", b"// nothing\n")], &["a.trail"], 0),
        world("does not parse", &[("a.trail", b"rule {\n\n\"")], &["./a.trail"], 1),
        world("wrong settings", &[("a.trail", CLEAN.as_bytes()), ("tokentrail.toml", settings)], &["."], 1),
        world("wrong command line", &[("a.trail", CLEAN.as_bytes())], &[".", "--set", "clean.most=4"], 1),
        World { stdin: WRONG, ..world("standard input", &[], &["-"], 1) },
        World { stdin: "", ..world("empty standard input", &[], &["-"], 0) },
    ]
}

impl World {
    /// What the program does in it.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let files: Vec<(&str, &[u8])> = self.files.iter().map(|(path, bytes)| (*path, bytes.as_slice())).collect();
        let folder = folder(&files);
        let mut command = tokentrail();
        command.current_dir(folder.path()).env_remove("GITHUB_WORKSPACE").write_stdin(self.stdin);
        command.args(["check"]).args(&self.arguments).args(arguments).output().unwrap()
    }

    /// A report of it, the same in two runs.
    pub fn report(&self, format: &str) -> String {
        let output = self.run(&["--format", format]);
        assert_eq!(output.status.code(), Some(self.status), "{}: {format}", self.name);
        assert_eq!(self.run(&["--format", format]).stdout, output.stdout, "{}: {format}", self.name);
        String::from_utf8(output.stdout).unwrap()
    }

    /// The findings as `--format json` gives them.
    pub fn findings(&self) -> Vec<Json> {
        serde_json::from_slice(&self.run(&["--format", "json"]).stdout).unwrap()
    }
}

/// Fails for reports that are not of their form.
#[track_caller]
pub fn assert_valid(kind: &str, reports: &[(&str, String)]) {
    let question: Vec<Json> = reports.iter().map(|(_, text)| json!({ "kind": kind, "text": text })).collect();
    let complaints = oracle::reports(&question.into());
    for ((name, text), complaints) in reports.iter().zip(complaints) {
        assert_eq!(complaints, Vec::<String>::new(), "{name}: {text}");
    }
}

/// What the judge says of reports that are broken on purpose; each must be refused.
#[track_caller]
pub fn assert_refused(kind: &str, reports: &[String]) {
    let question: Vec<Json> = reports.iter().map(|text| json!({ "kind": kind, "text": text })).collect();
    for (text, complaints) in reports.iter().zip(oracle::reports(&question.into())) {
        assert!(!complaints.is_empty(), "not refused: {text}");
    }
}
