//! The program as a user meets it: every command, every exit status, every kind of bad input.

mod sql;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use assert_cmd::Command;
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

const DAY: &str = "tests/fixtures/sample/day.ndjson";
const GEO: &str = "tests/fixtures/sample/geo.mmdb";
const SIMPLE: &str = "/// Text.\nrule simple { title \"Simple\" severity low from entra.signin where result == success show user_name }\n";

pub fn tokentrail() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tokentrail"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.env("COLUMNS", "100").env("LC_ALL", "C.UTF-8").env_remove("NO_COLOR");
    command
}

fn run(arguments: &[&str]) -> Output {
    tokentrail().args(arguments).output().unwrap()
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
pub fn assert_status(output: &Output, status: i32) {
    assert_eq!(output.status.code(), Some(status), "stdout:\n{}\nstderr:\n{}", out(output), err(output));
}

/// A folder with these files in it.
pub fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// One sign-in as a line of a diagnostic export.
pub fn signin(id: &str, error: u32) -> String {
    format!(
        "{{\"category\":\"SignInLogs\",\"properties\":{{\"id\":\"{id}\",\"createdDateTime\":\"2026-03-04T08:00:00Z\",\
         \"userPrincipalName\":\"ana@example.org\",\"status\":{{\"errorCode\":{error}}}}}}}\n"
    )
}

// usage

#[test]
fn the_help_of_every_command_reads_well() {
    let mut all = out(&run(&["--help"]));
    for command in ["check", "test", "build", "run", "explain", "catalog", "fmt", "init", "completions"] {
        all += &format!("\n$ tokentrail {command} -h\n{}", out(&run(&[command, "-h"])));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_version_is_told() {
    let output = run(&["--version"]);
    assert_status(&output, 0);
    assert_eq!(out(&output), format!("tokentrail {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_has_status_2_and_nothing_on_standard_output() {
    let wrong: [&[&str]; 10] = [
        &[],
        &["chekc", "rules"],
        &["check"],
        &["check", "rules", "--format", "xml"],
        &["build", "rules"],
        &["build", "rules", "--target", "sql", "--dialect", "mysql"],
        &["build", "rules", "--target", "kql", "--dialect", "spark"],
        &["build", "rules", "--target", "kql", "--hunt", "2026-01-06..2026-01-05"],
        &["run", "rules"],
        &["run", "rules", "--events", DAY, "--memory", "lots"],
    ];
    for arguments in wrong {
        let output = run(arguments);
        assert_status(&output, 2);
        assert_eq!(out(&output), "", "{arguments:?}");
        assert!(!err(&output).is_empty());
    }
}

#[test]
fn completions_exist_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(&["completions", shell]);
        assert_status(&output, 0);
        assert!(out(&output).contains("tokentrail"), "{shell}");
    }
}

#[test]
fn a_reader_who_leaves_early_is_no_failure() {
    let program = assert_cmd::cargo::cargo_bin!("tokentrail");
    let mut child = std::process::Command::new(program)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "rules", "--target", "kql"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_status(&output, 0);
    assert!(!err(&output).contains("panicked"), "{}", err(&output));
}

// check

#[test]
fn the_shipped_rules_have_no_mistakes() {
    let output = run(&["check", "rules", "--deny", "warnings"]);
    assert_status(&output, 0);
    assert_eq!(out(&output), "");
    assert!(err(&output).starts_with("no errors in "), "{}", err(&output));
}

#[test]
fn five_mistakes_are_drawn_with_their_places() {
    let output = run(&["check", "tests/fixtures/check/five_different_mistakes.trail"]);
    assert_status(&output, 1);
    insta::assert_snapshot!(out(&output));
    assert!(err(&output).contains("5 errors"), "{}", err(&output));
}

#[test]
fn without_a_unicode_locale_the_frames_are_ascii() {
    let file = "tests/fixtures/check/five_different_mistakes.trail";
    let output = tokentrail().args(["check", file]).env("LC_ALL", "C").output().unwrap();
    assert!(out(&output).is_ascii(), "{}", out(&output));
}

#[test]
fn colours_come_only_when_asked_for_or_on_a_terminal() {
    let file = "tests/fixtures/check/five_different_mistakes.trail";
    assert!(!out(&run(&["check", file])).contains('\u{1b}'));
    assert!(out(&run(&["check", file, "--color", "always"])).contains('\u{1b}'));
    assert!(!out(&run(&["check", file, "--color", "never"])).contains('\u{1b}'));
}

#[test]
fn the_short_form_is_a_line_per_finding() {
    let output = run(&["check", "tests/fixtures/check/five_different_mistakes.trail", "--format", "short"]);
    assert_status(&output, 1);
    let line =
        regex::Regex::new(r"^tests/fixtures/check/five_different_mistakes\.trail:\d+:\d+: error\[E\d{4}\]: ").unwrap();
    assert_eq!(out(&output).lines().count(), 5);
    assert!(out(&output).lines().all(|found| line.is_match(found)), "{}", out(&output));
    assert_eq!(err(&output), "");
}

#[test]
fn json_counts_lines_from_1_and_columns_in_characters() {
    let rule = "rule r {\n  title \"Ünïcödé\" severity hihg from entra.signin }\n";
    let folder = folder(&[("r.trail", rule.as_bytes())]);
    let output = run(&["check", text(folder.path()), "--format", "json"]);
    assert_status(&output, 1);
    let found: Value = serde_json::from_str(&out(&output)).unwrap();
    let severity = found.as_array().unwrap().iter().find(|one| one["code"] == "E0212").unwrap();
    let column = rule.lines().nth(1).unwrap().chars().take_while(|c| *c != 'h').count() + 1;
    assert_eq!((&severity["line"], &severity["end_line"]), (&2.into(), &2.into()));
    assert_eq!(
        (severity["column"].as_u64(), severity["end_column"].as_u64()),
        (Some(column as u64), Some(column as u64 + 4))
    );
    for key in ["code", "severity", "message", "help", "file", "labels"] {
        assert!(severity.get(key).is_some(), "{key}");
    }
    assert_eq!(severity["labels"][0]["line"], 2);
}

#[test]
fn json_without_findings_is_an_empty_array() {
    assert_eq!(out(&run(&["check", "rules", "--format", "json"])), "[]\n");
}

#[test]
fn warnings_count_only_when_they_are_denied() {
    let folder = folder(&[("w.trail", &SIMPLE.as_bytes()["/// Text.\n".len()..])]);
    let path = text(folder.path());
    let output = run(&["check", path]);
    assert_status(&output, 0);
    assert!(out(&output).contains("warning[W0802]") && err(&output).contains("1 warning in 1 file"));
    assert_status(&run(&["check", path, "--deny", "warnings"]), 1);
}

#[test]
fn two_rules_of_one_name_in_two_files_are_shown_in_both() {
    let folder = folder(&[("a.trail", SIMPLE.as_bytes()), ("b.trail", SIMPLE.as_bytes())]);
    let output = run(&["check", text(folder.path())]);
    assert_status(&output, 1);
    assert!(out(&output).contains("a.trail:2:") && out(&output).contains("b.trail:2:"), "{}", out(&output));
}

#[test]
fn rules_may_come_from_standard_input() {
    let output =
        tokentrail().args(["check", "-", "--format", "short"]).write_stdin("rule x { title 3 }").output().unwrap();
    assert_status(&output, 1);
    assert!(out(&output).starts_with("<stdin>:1:"), "{}", out(&output));
}

#[test]
fn a_file_is_read_once_however_often_it_is_named() {
    let folder = folder(&[("a.trail", SIMPLE.as_bytes())]);
    let (path, file) = (text(folder.path()), folder.path().join("./a.trail"));
    let output = run(&["check", path, text(&file), path]);
    assert_status(&output, 0);
    assert!(err(&output).contains("no errors in 1 file"), "{}", err(&output));
}

// bad rule files: each is named, the rest is still done

#[test]
fn rule_files_that_cannot_be_read_are_named_and_the_others_checked() {
    let big = vec![b'x'; 10_000_000];
    let folder = folder(&[
        ("big.trail", &big),
        ("bytes.trail", b"rule a {\n \xff }"),
        ("wide.trail", b"\xff\xfer\0u\0"),
        ("wrong.trail", b"rule z { severity 3 }"),
    ]);
    let output = run(&["check", text(folder.path()), "no/such/path", "--format", "short"]);
    assert_status(&output, 2);
    for part in [
        "big.trail` is larger than 8 MiB",
        "bytes.trail:2:2: not UTF-8",
        "not UTF-8 but UTF-16",
        "no such file or folder: `no/such/path`",
    ] {
        assert!(err(&output).contains(part), "{part}\n{}", err(&output));
    }
    assert!(out(&output).contains("wrong.trail:1:"), "{}", out(&output));
}

#[test]
fn an_empty_file_is_remarked_on_and_no_error() {
    for content in ["", "  \n\n", "// nothing here\n", "\u{feff}"] {
        let folder = folder(&[("empty.trail", content.as_bytes())]);
        let output = run(&["check", text(folder.path())]);
        assert_status(&output, 0);
        assert!(err(&output).contains("nothing is defined in"), "{}", err(&output));
    }
}

#[test]
fn a_folder_without_rules_is_wrong_usage() {
    let folder = folder(&[("readme.txt", b"")]);
    let output = run(&["check", text(folder.path())]);
    assert_status(&output, 2);
    assert!(err(&output).contains("no *.trail in"), "{}", err(&output));
}

#[test]
fn ten_thousand_brackets_are_one_error_in_short_lines() {
    for bracket in ["(", "[", "{"] {
        let rule =
            format!("rule deep {{ title \"t\" severity low from entra.signin where {} }}", bracket.repeat(10_000));
        let folder = folder(&[("deep.trail", rule.as_bytes()), ("good.trail", SIMPLE.as_bytes())]);
        let output = run(&["check", text(folder.path())]);
        assert_status(&output, 1);
        assert!(out(&output).contains("deep.trail:1:"), "{}", out(&output));
        let longest = out(&output).lines().map(|line| line.chars().count()).max();
        assert!(longest < Some(300), "{longest:?}");
    }
}

#[test]
fn a_megabyte_without_a_line_end_is_reported_in_short_lines() {
    let rule = format!("{SIMPLE} rule b {{ title \"{}\" severity hihg from entra.signin }}", "x".repeat(1 << 20));
    let folder = folder(&[("long.trail", rule.as_bytes())]);
    let output = run(&["check", text(folder.path())]);
    assert_status(&output, 1);
    assert!(out(&output).len() < 5_000, "{} bytes", out(&output).len());
}

// build

/// How many rules are shipped.
fn shipped() -> usize {
    let folders = std::fs::read_dir("rules").unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    folders.map(|folder| std::fs::read_dir(folder).unwrap().count()).sum()
}

#[test]
fn queries_go_to_standard_output_one_after_the_other() {
    for (target, comment) in [("kql", "// Rule "), ("spl", "Rule ")] {
        let output = run(&["build", "rules", "--target", target]);
        assert_status(&output, 0);
        // A query that only just fits has no other comment than its title.
        let headers = out(&output).lines().filter(|line| line.trim_start().starts_with(comment)).count();
        assert!((60..=shipped()).contains(&headers), "{target}: {headers}");
    }
}

#[test]
fn queries_go_to_one_file_per_rule() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("a/b");
    for done in [&format!("wrote {} files to `", shipped()), "` is up to date"] {
        let output = run(&["build", "rules", "--target", "kql", "-o", text(&to)]);
        assert_status(&output, 0);
        assert_eq!(out(&output), "");
        assert!(err(&output).contains(done), "{}", err(&output));
        assert!(err(&output).contains(&format!("kql: {0} rules in {0} files", shipped())), "{}", err(&output));
    }
    let names: Vec<PathBuf> = std::fs::read_dir(&to).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(names.len(), shipped() + 1, "no temporary files stay behind, only the manifest: {names:?}");
    let query = std::fs::read_to_string(to.join("token_geo_traversal.kql")).unwrap();
    assert!(query.starts_with("// ") && query.ends_with('\n'));
}

#[test]
fn a_folder_that_cannot_be_written_is_said() {
    let folder = folder(&[("taken", b"a file")]);
    let output = run(&["build", "rules", "--target", "kql", "-o", text(&folder.path().join("taken"))]);
    assert_status(&output, 2);
    assert!(err(&output).contains("cannot write"), "{}", err(&output));
}

#[test]
fn an_error_in_one_rule_does_not_stop_the_others() {
    let wrong = "/// Text.\nrule wrong { title \"t\" severity low from entra.signin where cuntry == \"DE\" }";
    let folder = folder(&[("a.trail", wrong.as_bytes()), ("b.trail", SIMPLE.as_bytes())]);
    let output = run(&["build", text(folder.path()), "--target", "kql"]);
    assert_status(&output, 1);
    assert!(out(&output).contains("Rule simple"), "{}", out(&output));
    assert!(err(&output).contains("E0204") && err(&output).contains("country"), "{}", err(&output));
}

#[test]
fn only_the_rules_asked_for_are_built() {
    let output = run(&["build", "rules", "--target", "spl", "--rule", "device_code_signin"]);
    assert_status(&output, 0);
    assert!(out(&output).contains("device_code_signin") && !out(&output).contains("token_geo_traversal"));
}

#[test]
fn an_unknown_rule_is_wrong_usage_with_a_suggestion() {
    for command in [&["build", "rules", "--target", "kql"][..], &["run", "rules", "--events", DAY]] {
        let output = tokentrail().args(command).args(["--rule", "device_code_singin"]).output().unwrap();
        assert_status(&output, 2);
        assert!(err(&output).contains("did you mean `device_code_signin`?"), "{}", err(&output));
    }
}

#[test]
fn grain_and_period_change_the_query() {
    let build = |more: &[&str]| {
        let output = tokentrail()
            .args(["build", "rules", "--target", "kql", "--rule", "token_geo_traversal"])
            .args(more)
            .output()
            .unwrap();
        assert_status(&output, 0);
        out(&output)
    };
    let alert = build(&[]);
    let single = build(&["--grain", "match"]);
    let hunt = build(&["--hunt", "2026-03-04..2026-03-05T12:00:00Z"]);
    assert!(alert.contains("first_time") && !single.contains("first_time"));
    assert!(alert.contains("ingestion_time()") && !hunt.contains("ingestion_time()"));
    assert!(hunt.contains("2026-03-04T00:00:00") && hunt.contains("2026-03-05T12:00:00"), "{hunt}");
}

// run

fn sample(more: &[&str]) -> Output {
    tokentrail().args(["run", "rules", "--events", DAY, "--geoip", GEO]).args(more).output().unwrap()
}

#[test]
fn the_sample_day_shows_what_was_planted_and_nothing_else() {
    let output = sample(&[]);
    assert_status(&output, 0);
    let alerts: Vec<Value> = out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut found: Vec<String> = alerts
        .iter()
        .map(|alert| format!("{} {}", alert["rule"].as_str().unwrap(), alert["show"]["user"].as_str().unwrap_or("-")))
        .collect();
    found.sort();
    let expected = [
        "device_code_signin lena.fischer@example.org",
        "device_code_without_device lena.fischer@example.org",
        "failures_then_success omar.haddad@example.org",
        "first_device_code_of_user lena.fischer@example.org",
        "graph_session_addresses ines.moreau@example.org",
        "impossible_travel ines.moreau@example.org",
        "impossible_travel lena.fischer@example.org",
        "legacy_signin_without_identifiers luc.bernard@example.org",
        "session_across_asns ines.moreau@example.org",
        "session_geo_traversal ines.moreau@example.org",
        "session_on_several_systems ines.moreau@example.org",
        "session_travels_impossibly -",
        "session_travels_impossibly -",
        "session_travels_impossibly -",
        "token_geo_traversal -",
        "token_without_device_on_managed_user ines.moreau@example.org",
        "token_without_device_on_managed_user lena.fischer@example.org",
        "token_without_device_on_managed_user luc.bernard@example.org",
        "user_in_three_countries_in_a_day ines.moreau@example.org",
        "user_refreshes_on_two_networks ines.moreau@example.org",
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_summary_accounts_for_every_record() {
    insta::assert_snapshot!(err(&sample(&[])));
    assert_eq!(err(&sample(&["--quiet"])), "");
}

#[test]
fn a_match_has_a_line_of_its_own() {
    let output = sample(&["--grain", "match", "--rule", "token_geo_traversal"]);
    let lines: Vec<Value> = out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    let keys: Vec<&String> = lines[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["rule", "key", "time", "event_id", "show"]);
    assert_eq!(lines[0]["show"]["countries"], serde_json::json!(["BR", "FR", "US"]));
}

#[test]
fn json_is_one_array_and_a_table_is_for_people() {
    let array: Value = serde_json::from_str(&out(&sample(&["--format", "json"]))).unwrap();
    assert_eq!(array.as_array().unwrap().len(), 20);
    let table = sample(&["--format", "table", "--rule", "session_geo_traversal"]);
    insta::assert_snapshot!(out(&table));
}

#[test]
fn matches_give_status_3_only_when_asked_for() {
    assert_status(&sample(&["--fail-on-match"]), 3);
    assert_status(&sample(&["--fail-on-match", "--rule", "graph_token_burst"]), 0);
}

#[test]
fn without_a_database_only_the_rules_that_need_it_are_left_out() {
    let output = run(&["run", "rules", "--events", DAY]);
    assert_status(&output, 2);
    assert!(err(&output).contains("rule `token_geo_traversal` was not run"), "{}", err(&output));
    assert!(err(&output).contains("--geoip"), "{}", err(&output));
    assert!(out(&output).contains("session_geo_traversal"));
    let wrong = run(&["run", "rules", "--events", DAY, "--geoip", "Cargo.toml"]);
    assert_status(&wrong, 2);
    assert!(err(&wrong).contains("Cargo.toml"), "{}", err(&wrong));
}

#[test]
fn a_database_of_countries_is_not_enough_for_rules_that_need_places() {
    let rule = |name: &str, clause: &str| {
        format!("/// D.\nrule {name} {{ title \"T\" severity low from graph.activity {clause} }}\n")
    };
    let rules =
        rule("far", "where distance(location, point(52.5, 13.4)) > 5 km") + &rule("near", "where country == \"DE\"");
    let folder = folder(&[("r.trail", rules.as_bytes())]);
    let database = crate::oracle::countries().to_str().unwrap();
    let rules = folder.path().to_str().unwrap();
    let output = run(&["run", rules, "--events", DAY, "--geoip", database]);
    assert_status(&output, 2);
    let said = err(&output);
    assert!(
        said.contains("rule `far` was not run: it needs places, and the database given with --geoip has none"),
        "{said}"
    );
    assert!(!said.contains("rule `near`"), "{said}");
}

#[test]
fn events_come_from_standard_input_folders_and_compressed_files() {
    let day = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(DAY)).unwrap();
    let whole = out(&sample(&[]));
    let arguments = ["run", "rules", "--quiet", "--geoip", GEO, "--events"];
    let piped = tokentrail().args(arguments).arg("-").write_stdin(day.clone()).output().unwrap();
    assert_eq!(out(&piped), whole);

    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&day).unwrap();
    let packed = packed.finish().unwrap();
    let folder =
        folder(&[("logs/day.ndjson.gz", &packed), ("logs/again.json", &day), ("logs/notes.txt", b"not a log")]);
    let both = tokentrail().args(arguments).arg(folder.path()).output().unwrap();
    assert_status(&both, 0);
    assert_eq!(out(&both), whole, "copies in another file change nothing");
}

#[test]
fn lines_that_cannot_be_read_are_named_and_the_rest_is_used() {
    let long =
        signin("e", 0).replace("\"properties\":{", &format!("\"properties\":{{\"x\":\"{}\",", "y".repeat(1 << 20)));
    let wrong_time = signin("d", 0).replace("2026-03-04T08:00:00Z", "yesterday");
    let log = [
        signin("a", 0).as_bytes(),
        b"{\"category\": \"SignInLogs\", oops}\n",
        long.as_bytes(),
        b"\0\0\0\0\n",
        wrong_time.as_bytes(),
        signin("b", 0).as_bytes(),
        &signin("c", 0).as_bytes()[..60],
    ]
    .concat();
    let folder = folder(&[("rules/r.trail", SIMPLE.as_bytes()), ("log.ndjson", &log)]);
    let events = folder.path().join("log.ndjson");
    let output = run(&["run", text(&folder.path().join("rules")), "--events", text(&events)]);
    assert_status(&output, 2);
    assert_eq!(out(&output).lines().count(), 3, "{}", out(&output));
    for line in [2, 4, 5, 7] {
        assert!(err(&output).contains(&format!("log.ndjson:{line}:")), "line {line}\n{}", err(&output));
    }
    assert!(err(&output).contains("could not be read"), "{}", err(&output));
}

#[test]
fn a_packed_file_that_is_cut_short_is_used_up_to_the_cut() {
    let text_of = (0..2000).map(|number| signin(&format!("event-{number}"), 0)).collect::<String>();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text_of.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let folder = folder(&[("r.trail", SIMPLE.as_bytes()), ("log.ndjson.gz", &packed[..packed.len() / 2])]);
    let events = folder.path().join("log.ndjson.gz");
    let output = run(&["run", text(&folder.path().join("r.trail")), "--events", text(&events)]);
    assert_status(&output, 2);
    assert!(out(&output).lines().count() > 100, "{}", err(&output));
    assert!(err(&output).contains("cut short"), "{}", err(&output));
}

#[test]
fn logs_that_are_not_there_are_named_and_the_others_read() {
    let output = sample(&["--events", "no/such/log"]);
    assert_status(&output, 2);
    assert!(err(&output).contains("no/such/log"));
    assert_eq!(out(&output).lines().count(), 20);
}

// explain and catalog

#[test]
fn every_code_can_be_explained_in_any_letter_case() {
    let output = run(&["explain", "e0301"]);
    assert_status(&output, 0);
    assert!(out(&output).starts_with("E0301 "));
    let unknown = run(&["explain", "E9999"]);
    assert_status(&unknown, 2);
    assert!(err(&unknown).contains("no diagnostic code `E9999`"), "{}", err(&unknown));
}

#[test]
fn a_rule_is_explained_in_words() {
    let output = run(&["explain", "session_geo_traversal"]);
    assert_status(&output, 0);
    insta::assert_snapshot!(out(&output));
    let unknown = run(&["explain", "session_geo_traversl", "rules"]);
    assert_status(&unknown, 2);
    assert!(err(&unknown).contains("did you mean `session_geo_traversal`?"), "{}", err(&unknown));
}

#[test]
fn sources_are_listed_and_shown() {
    let list = out(&run(&["catalog", "list"]));
    for source in ["entra.signin ", "entra.signin_noninteractive", "graph.activity", "m365.audit"] {
        assert!(list.contains(source), "{source}\n{list}");
    }
    let shown = out(&run(&["catalog", "show", "graph.activity"]));
    assert!(shown.contains("SignInActivityId") && shown.contains("tokentrail_graph_activity"), "{shown}");
    let unknown = run(&["catalog", "show", "graph.activty"]);
    assert_status(&unknown, 2);
    assert!(err(&unknown).contains("did you mean `graph.activity`?"), "{}", err(&unknown));
}

#[test]
fn a_catalogue_folder_changes_what_is_built_and_its_mistakes_are_placed() {
    let good = folder(&[("mine.toml", b"name = \"graph.activity\"\n[spl]\nmacro = \"our_graph\"\n")]);
    let more = ["--catalog", text(good.path()), "--rule", "graph_token_burst"];
    let output = tokentrail().args(["build", "rules", "--target", "spl"]).args(more).output().unwrap();
    assert_status(&output, 0);
    assert!(out(&output).contains("`our_graph`"), "{}", out(&output));

    let bad = folder(&[("mine.toml", b"name = \"graph.activity\"\n[spl]\nmakro = \"our_graph\"\n")]);
    let output = run(&["check", "rules", "--catalog", text(bad.path()), "--format", "short"]);
    assert_status(&output, 1);
    assert!(out(&output).contains("mine.toml:3:1: error[E07"), "{}", out(&output));
}
