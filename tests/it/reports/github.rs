//! GitHub's annotations, read back by the rules that its runner reads them by.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tokentrail::diagnostic::Severity;
use tokentrail::diagnostic::report::github::Annotation;
use tokentrail::source::Position;

use super::{World, worlds};
use crate::cli::{assert_status, folder, out, tokentrail};

/// A workflow command as the runner understands it.
#[derive(Debug)]
pub struct Command {
    word: String,
    properties: BTreeMap<String, String>,
    message: String,
}

fn unescape(text: &str, property: bool) -> String {
    let text = if property { text.replace("%3A", ":").replace("%2C", ",") } else { text.to_owned() };
    text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
}

/// Reads a line; `None` for one that is only text.
fn command(line: &str) -> Option<Command> {
    let (head, message) = line.strip_prefix("::")?.split_once("::")?;
    let (word, properties) = head.split_once(' ').unwrap_or((head, ""));
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), unescape(value, true))
    };
    let properties = properties.split(',').filter(|pair| !pair.is_empty()).map(pair).collect();
    Some(Command { word: word.to_owned(), properties, message: unescape(message, false) })
}

pub fn commands(text: &str) -> Vec<Command> {
    text.lines().map(|line| command(line).unwrap_or_else(|| panic!("no command: {line}"))).collect()
}

fn find(worlds: Vec<World>, name: &str) -> World {
    worlds.into_iter().find(|world| world.name == name).unwrap()
}

#[test]
fn annotations_say_what_the_findings_say() {
    for world in worlds() {
        let commands = commands(&world.report("github"));
        let findings = world.findings();
        let of_findings: Vec<&Command> =
            commands.iter().filter(|command| command.properties["title"] != "input").collect();
        assert_eq!(of_findings.len(), findings.len(), "{}", world.name);
        for (command, finding) in of_findings.iter().zip(&findings) {
            assert_eq!(command.word, finding["severity"].as_str().unwrap());
            let help = finding["help"].as_str().map_or(String::new(), |help| format!("\nhelp: {help}"));
            assert_eq!(command.message, format!("{}{help}", finding["message"].as_str().unwrap()));
            assert!(command.properties["title"].starts_with(finding["code"].as_str().unwrap()));
            let Some(file) = command.properties.get("file") else {
                assert!(finding["file"].as_str().unwrap().starts_with('<'));
                continue;
            };
            assert_eq!(file, finding["file"].as_str().unwrap().trim_start_matches("./"));
            assert_eq!(command.properties["line"], finding["line"].to_string());
            let one_line = finding["line"] == finding["end_line"];
            assert_eq!(command.properties.contains_key("col"), one_line);
            if one_line {
                assert_eq!(command.properties["endColumn"], finding["end_column"].to_string());
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_the_texts_an_annotation_is_one_command_that_reads_back(file: String, title: String, message: String) {
        let at = Position { line: 2, column: 3 };
        let (severity, range) = (Severity::Error, Some((at, at)));
        let line = Annotation { severity, file: Some(file.clone()), range, title: &title, message: &message }.line();
        prop_assert_eq!(line.matches(['\n', '\r']).count(), 1);
        let read = command(line.trim_end_matches('\n')).unwrap();
        prop_assert_eq!((&read.properties["file"], &read.properties["title"], read.message), (&file, &title, message));
    }
}

#[test]
fn nothing_is_annotated_where_nothing_is_found() {
    let clean = find(worlds(), "nothing found");
    assert_eq!(clean.report("github"), "");
}

#[test]
fn inputs_that_cannot_be_read_are_annotated() {
    let bad = find(worlds(), "not UTF-8").report("github");
    assert_eq!(
        bad,
        "::error file=b.trail,line=1,endLine=1,col=8,endColumn=8,title=input::./b.trail:1:8: not UTF-8: byte 0xff%0A\
         help: save the file as UTF-8\n"
    );
}

#[test]
fn paths_start_from_the_workspace() {
    let folder = folder(&[("siem/rules/a.trail", b"rule {")]);
    let mut command = tokentrail();
    command.current_dir(folder.path().join("siem")).args(["check", "rules", "--format", "github"]);
    let output = command.env("GITHUB_WORKSPACE", folder.path().canonicalize().unwrap()).output().unwrap();
    assert_status(&output, 1);
    assert_eq!(commands(&out(&output))[0].properties["file"], "siem/rules/a.trail");
}

#[test]
fn a_test_that_fails_is_annotated_at_its_expectation() {
    let folder = folder(&[("a.trail", super::junit::TESTED.as_bytes())]);
    let mut command = tokentrail();
    command.current_dir(folder.path()).env_remove("GITHUB_WORKSPACE");
    let output = command.args(["test", ".", "--format", "github"]).output().unwrap();
    assert_status(&output, 1);
    insta::assert_snapshot!(out(&output));
    assert_eq!(commands(&out(&output)).len(), 2);
}
