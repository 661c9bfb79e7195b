//! Engines that Tokentrail's authors did not write, and the Splunk model: installed into `target/oracles`, run in one process.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value as Json;
use tokentrail::target::Dialect;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs a step of an installation; a failed one fails the test and says what to look at.
fn install(what: &str, command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("cannot install {what}: {command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cannot install {what} (is the package registry reachable?): {errors}");
}

/// A Python in `target/oracles/FOLDER` with pinned packages.
pub fn environment(folder: &str, what: &str, requirements: &str) -> PathBuf {
    let folder = Path::new(ROOT).join("target/oracles").join(folder);
    let python = folder.join("bin/python");
    let requirements = Path::new(ROOT).join(requirements);
    let wanted = std::fs::read_to_string(&requirements).unwrap();
    let done = folder.join("installed.txt");
    if std::fs::read_to_string(&done).ok().as_deref() != Some(&wanted) {
        install("a Python environment", Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
        install(what, Command::new(&python).args(["-m", "pip", "install", "-q", "-r"]).arg(&requirements));
        std::fs::write(&done, wanted).unwrap();
    }
    python
}

/// The folder `target/oracles/FOLDER` with pinned packages alone, for what they hold.
pub fn packages(folder: &str, what: &str, requirements: &str) -> PathBuf {
    let folder = Path::new(ROOT).join("target/oracles").join(folder);
    let requirements = Path::new(ROOT).join(requirements);
    let wanted = std::fs::read_to_string(&requirements).unwrap();
    let done = folder.join("installed.txt");
    if std::fs::read_to_string(&done).ok().as_deref() != Some(&wanted) {
        let _ = std::fs::remove_dir_all(&folder);
        let mut command = Command::new("python3");
        command.args(["-m", "pip", "install", "-q", "--no-deps", "--target"]).arg(&folder).arg("-r").arg(&requirements);
        install(what, &mut command);
        std::fs::write(&done, wanted).unwrap();
    }
    folder
}

/// A Python with `DuckDB` and the KQL executor.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| environment("python", "the KQL executor", "tests/oracles/kql/requirements.txt"))
}

/// A Python with Spark and ClickHouse, which are hundreds of megabytes.
fn large_python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| environment("lake", "Spark and ClickHouse", "tests/oracles/sql/requirements.txt"))
}

/// A Python with what writes Parquet files.
pub fn parquet() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| environment("parquet", "Arrow", "tests/oracles/parquet/requirements.txt"))
}

/// A Python with `pre-commit`, and with GitHub's schemas of workflows and actions.
pub fn repository() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| environment("repository", "pre-commit", "tests/oracles/repository/requirements.txt"))
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

/// The columns of the results of queries with their types, by Microsoft's analyser. Each query has a name, and must have no mistake.
pub fn result_columns(queries: &[(String, String)]) -> Vec<BTreeMap<String, String>> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("node");
    command
        .arg(Path::new(ROOT).join("tests/oracles/kql/kqlcheck.mjs"))
        .args(["--sentinel", "--json", "--schema"])
        .arg(Path::new(ROOT).join("tests/oracles/schema/sentinel.json"))
        .env("KQLCHECK_MODULES", analyser());
    for (name, text) in queries {
        let file = folder.path().join(format!("{name}.kql"));
        std::fs::write(&file, text).unwrap();
        command.arg(file);
    }
    let answers: Vec<Json> = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    let columns = |answer: &Json| {
        assert_eq!(answer["ok"], true, "{}: {}", answer["file"], answer["diagnostics"]);
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        answer["columns"].as_array().unwrap().iter().map(|column| (text(&column[0]), text(&column[1]))).collect()
    };
    answers.iter().map(columns).collect()
}

/// A database of cities, places and countries as `MaxMind` makes them.
pub fn cities() -> &'static Path {
    static DATABASE: OnceLock<PathBuf> = OnceLock::new();
    DATABASE.get_or_init(|| {
        let folder = Path::new(ROOT).join("target/oracles/cities");
        let requirements = Path::new(ROOT).join("tests/oracles/geography.txt");
        let wanted = std::fs::read_to_string(&requirements).unwrap();
        let done = folder.join("installed.txt");
        if std::fs::read_to_string(&done).ok().as_deref() != Some(&wanted) {
            std::fs::create_dir_all(&folder).unwrap();
            let mut download = Command::new(python());
            download.args(["-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "--require-hashes"]);
            install("a database of cities", download.arg("-d").arg(&folder).arg("-r").arg(&requirements));
            let archive = folder.join("maxminddb-geolite2-2018.703.tar.gz");
            let mut unpack = Command::new("tar");
            unpack.arg("-xzf").arg(archive).arg("-C").arg(&folder).arg("--strip-components=2");
            install("a database of cities", unpack.arg("--wildcards").arg("*/GeoLite2-City.mmdb"));
            std::fs::write(&done, wanted).unwrap();
        }
        folder.join("GeoLite2-City.mmdb")
    })
}

/// A database of countries alone, from the registries' own data.
pub fn countries() -> &'static Path {
    static DATABASE: OnceLock<PathBuf> = OnceLock::new();
    DATABASE.get_or_init(|| {
        let folder = Path::new(ROOT).join("target/oracles/countries");
        let package = "@ip-location-db/geo-whois-asn-country-mmdb@2.3.2026061719";
        let done = folder.join("installed.txt");
        if std::fs::read_to_string(&done).ok().as_deref() != Some(package) {
            std::fs::create_dir_all(&folder).unwrap();
            install(
                "a database of countries",
                Command::new("npm").args(["install", "--silent", "--prefix"]).arg(&folder).arg(package),
            );
            std::fs::write(&done, package).unwrap();
        }
        folder.join("node_modules/@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb")
    })
}

/// What is wrong with templates of Azure, given as `json` and `bicep`.
pub fn templates(question: &Json) -> Vec<Vec<String>> {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    let python = PYTHON.get_or_init(|| environment("bicep", "parsers of Bicep", "tests/oracles/arm/requirements.txt"));
    let script = Path::new(ROOT).join("tests/oracles/arm/check.py");
    let answers = ask(Command::new(python).arg(script).arg(azure(python)), question);
    serde_json::from_value(answers).unwrap()
}

/// The package with the definitions of Azure's resources, as it was downloaded.
fn azure(python: &Path) -> PathBuf {
    static WHEEL: OnceLock<PathBuf> = OnceLock::new();
    let download = || {
        let folder = Path::new(ROOT).join("target/oracles/azure");
        let requirements = Path::new(ROOT).join("tests/oracles/arm/definitions.txt");
        let wanted = std::fs::read_to_string(&requirements).unwrap();
        let done = folder.join("installed.txt");
        if std::fs::read_to_string(&done).ok().as_deref() != Some(&wanted) {
            std::fs::create_dir_all(&folder).unwrap();
            let mut download = Command::new(python);
            download.args(["-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "--require-hashes"]);
            download.arg("-d").arg(&folder).arg("-r").arg(&requirements);
            install("the definitions of Azure's resources", &mut download);
            std::fs::write(&done, wanted).unwrap();
        }
        folder.join("pulumi_azure_native-3.29.0-py3-none-any.whl")
    };
    WHEEL.get_or_init(download).clone()
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
pub fn sql(dialect: Dialect, question: &Json) -> Vec<Json> {
    let python = match dialect {
        Dialect::DuckDb => python(),
        Dialect::Spark | Dialect::ClickHouse => large_python(),
    };
    let script = Path::new(ROOT).join("tests/oracles/sql/engines.py");
    let Json::Array(answers) = ask(Command::new(python).arg(script).arg(dialect.word()), question) else {
        panic!("no array")
    };
    answers
}

/// What rules in Sentinel's YAML are, and what speaks against them.
pub fn sentinel_rules(question: &Json) -> Vec<Json> {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    let python = PYTHON.get_or_init(|| environment("sentinel", "PyYAML", "tests/oracles/sentinel/requirements.txt"));
    let script = Path::new(ROOT).join("tests/oracles/sentinel/check.py");
    let Json::Array(answers) = ask(Command::new(python).arg(script), question) else { panic!("no array") };
    answers
}

/// The answers of the Splunk model.
pub fn spl(question: &Json) -> Vec<Json> {
    let script = Path::new(ROOT).join("tests/oracles/spl/interpreter.py");
    let Json::Array(answers) = ask(Command::new("python3").arg(script), question) else { panic!("no array") };
    answers
}

/// What contentctl says to folders: an exit code and a text each.
pub fn contentctl(question: &Json) -> Vec<Json> {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    let python =
        PYTHON.get_or_init(|| environment("contentctl", "contentctl", "tests/oracles/contentctl/requirements.txt"));
    let script = Path::new(ROOT).join("tests/oracles/contentctl/run.py");
    let mut command = Command::new(python);
    // It must need no network: nothing answers there.
    command.arg(script).env("HTTPS_PROXY", "http://127.0.0.1:9").env("HTTP_PROXY", "http://127.0.0.1:9");
    let Json::Array(answers) = ask(&mut command, question) else { panic!("no array") };
    answers
}

/// What the judge of reports has to say against each.
pub fn reports(question: &Json) -> Vec<Vec<String>> {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    let requirements = "tests/oracles/reports/requirements.txt";
    let python = PYTHON.get_or_init(|| environment("reports", "the judge of reports", requirements));
    let script = Path::new(ROOT).join("tests/oracles/reports/judge.py");
    serde_json::from_value(ask(Command::new(python).arg(script), question)).unwrap()
}

/// Columns and types of the Sentinel tables.
pub fn schema() -> Json {
    let text = std::fs::read_to_string(Path::new(ROOT).join("tests/oracles/schema/sentinel.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}
