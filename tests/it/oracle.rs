//! Engines that Tokentrail's authors did not write, and the Splunk model: installed into `target/oracles`, run in one process.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value as Json;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs a step of an installation; a failed one fails the test and says what to look at.
fn install(what: &str, command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("cannot install {what}: {command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cannot install {what} (is the package registry reachable?): {errors}");
}

/// A Python with the KQL executor.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let folder = Path::new(ROOT).join("target/oracles/python");
        let python = folder.join("bin/python");
        let requirements = Path::new(ROOT).join("tests/oracles/kql/requirements.txt");
        let wanted = std::fs::read_to_string(&requirements).unwrap();
        let done = folder.join("installed.txt");
        if std::fs::read_to_string(&done).ok().as_deref() != Some(&wanted) {
            install("a Python environment", Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
            install(
                "the KQL executor",
                Command::new(&python).args(["-m", "pip", "install", "-q", "-r"]).arg(&requirements),
            );
            std::fs::write(&done, wanted).unwrap();
        }
        python
    })
}

/// The folder that holds Microsoft's KQL analyser.
pub fn analyser() -> &'static Path {
    static MODULES: OnceLock<PathBuf> = OnceLock::new();
    MODULES.get_or_init(|| {
        let folder = Path::new(ROOT).join("target/oracles/node");
        let package = "@kusto/language-service-next@12.4.1";
        let done = folder.join("installed.txt");
        if std::fs::read_to_string(&done).ok().as_deref() != Some(package) {
            std::fs::create_dir_all(&folder).unwrap();
            install(
                "the KQL analyser",
                Command::new("npm").args(["install", "--silent", "--prefix"]).arg(&folder).arg(package),
            );
            std::fs::write(&done, package).unwrap();
        }
        folder
    })
}

fn ask(command: &mut Command, question: &Json) -> Json {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = question.to_string();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The answers of the KQL executor.
pub fn kql(question: &Json) -> Vec<Json> {
    let script = Path::new(ROOT).join("tests/oracles/kql/executor.py");
    let Json::Array(answers) = ask(Command::new(python()).arg(script), question) else { panic!("no array") };
    answers
}

/// The answers of a SQL engine.
pub fn sql(engine: &str, question: &Json) -> Vec<Json> {
    let script = Path::new(ROOT).join("tests/oracles/sql/engines.py");
    let Json::Array(answers) = ask(Command::new("/tmp/sqlvenv/bin/python").arg(script).arg(engine), question) else {
        panic!("no array")
    };
    answers
}

/// The answers of the Splunk model.
pub fn spl(question: &Json) -> Vec<Json> {
    let script = Path::new(ROOT).join("tests/oracles/spl/interpreter.py");
    let Json::Array(answers) = ask(Command::new("python3").arg(script), question) else { panic!("no array") };
    answers
}

/// Columns and types of the Sentinel tables.
pub fn schema() -> Json {
    let text = std::fs::read_to_string(Path::new(ROOT).join("tests/oracles/schema/sentinel.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}
