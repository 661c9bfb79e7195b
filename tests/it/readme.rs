//! The README and the reference pages, held to what the tool really does.
//!
//! With `UPDATE_README=1` the README's blocks and the page of functions are written anew instead.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tokentrail::diagnostic::Severity;
use tokentrail::library::aggregate::AggregateFunction;
use tokentrail::library::aggregate::examples::{CONTAINS, EVENTS, GIVEN};
use tokentrail::library::operator::{OPERATORS, TIME};
use tokentrail::library::{self, Accepts, Example, Lowering, MissingRule, Parameter, ResultType};
use tokentrail::target::capability;

use crate::check::check_text;

const RULE: &str = "tests/fixtures/readme/token_geo_traversal.trail";

/// A test of that rule that fails.
const TEST: &str = "tests/fixtures/readme/test.trail";

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root(path)).unwrap()
}

fn output(arguments: &[&str]) -> String {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tokentrail"));
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The query without the logs between the first and the last, with long lines cut.
fn shortened(query: &str, leg_starts: &str, indent: &str) -> String {
    let legs: Vec<usize> =
        query.lines().enumerate().filter(|(_, line)| line.starts_with(leg_starts)).map(|(at, _)| at).collect();
    let (second, last) = (legs[1], legs[legs.len() - 1]);
    let mut text = String::new();
    for (at, line) in query.lines().enumerate() {
        if at == second {
            text += &format!("{indent}… two more logs …\n");
        }
        if at < second || at >= last {
            let cut: String = line.chars().take(118).collect();
            let mark = if cut.len() < line.len() { "…" } else { "" };
            text += &format!("{cut}{mark}\n");
        }
    }
    text
}

/// The text of each marked block of the README, by its mark.
fn blocks() -> Vec<(&'static str, String)> {
    // Searches have three backticks around their comment, so a fence needs four.
    let fenced = |language: &str, text: &str| format!("````{language}\n{text}````\n");
    let build = |target| output(&["build", RULE, "--target", target]);
    let matches = output(&[
        "run",
        RULE,
        "--events",
        "tests/fixtures/sample/day.ndjson",
        "--geoip",
        "tests/fixtures/sample/geo.mmdb",
        "--grain",
        "match",
        "--quiet",
    ]);
    vec![
        ("rule", fenced("trail", &read(RULE))),
        ("kql", fenced("kusto", &shortened(&build("kql"), "        (", "        "))),
        ("spl", fenced("spl", &shortened(&build("spl"), "    [ search", "    "))),
        ("run", fenced("json", &matches)),
        ("test", fenced("trail", &read(TEST))),
        ("failure", fenced("text", &output(&["test", RULE, TEST]))),
        ("support", capability::table()),
    ]
}

/// The README with its marked blocks replaced.
fn rewritten(readme: &str) -> String {
    let mut text = readme.to_owned();
    for (mark, block) in blocks() {
        let mark = format!("<!-- {mark} -->\n");
        let (before, after) = text.split_once(&mark).unwrap_or_else(|| panic!("the README has no {mark}"));
        let end = if block.starts_with("````") {
            let open = after.find("````").unwrap() + 4;
            open + after[open..].find("\n````\n").unwrap() + 6
        } else {
            after.find("\n## ").unwrap()
        };
        let gap = if block.starts_with("````") { "" } else { "\n" };
        text = format!("{before}{mark}{gap}{block}{}", &after[end..]);
    }
    text
}

#[test]
fn the_readme_shows_what_the_tool_really_writes() {
    let readme = read("README.md");
    let expected = rewritten(&readme);
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(root("README.md"), &expected).unwrap();
        return;
    }
    for (shown, real) in readme.lines().zip(expected.lines()) {
        assert_eq!(shown, real, "run the tests once with UPDATE_README=1");
    }
    assert_eq!(readme.lines().count(), expected.lines().count());
}

/// `docs/functions.md`, whole.
fn functions_page() -> String {
    let mut text = String::from(
        "# Functions, operators and aggregates\n\nWritten from their own definitions. Every example on this page is a test: it holds in \
         the evaluator and on every target.\nWhat the operators and aggregates mean is in [language.md](language.md#expressions).\n\n\
         A missing argument of a function gives missing (a test: false) unless it is said otherwise.\n",
    );
    let mut family = "";
    for function in library::FUNCTIONS {
        if function.family != family {
            family = function.family;
            text += &format!("\n## {}{}\n", family[..1].to_uppercase(), &family[1..]);
        }
        let result = match &function.result {
            ResultType::Is(ty) => ty.to_string(),
            ResultType::Same => "the type of its arguments".to_owned(),
        };
        text += &format!("\n### `{}`\n\n{} Result: {result}.", function.signature(parameter), function.summary);
        if function.missing == MissingRule::Handles {
            text += " Takes missing arguments.";
        }
        text += "\n";
        if function.family == "set" {
            text += "\nOver the events of the [aggregates](#aggregates):\n";
        }
        if !function.examples.is_empty() {
            text += &calls(function.examples);
        }
        for (target, lowering) in [("KQL", &function.kql), ("SPL", &function.spl)] {
            if let Lowering::Unsupported(why) = lowering {
                text += &format!("\nNot on {target}: {why}.\n");
            }
        }
    }
    text + &operators() + &aggregates()
}

/// Calls and what they give.
fn calls(examples: &[Example]) -> String {
    let line = |example: &Example| format!("| `{}` | `{}` |\n", example.call.replace('|', "\\|"), example.gives);
    format!("\n| call | gives |\n|---|---|\n{}", examples.iter().map(line).collect::<String>())
}

fn operators() -> String {
    let mut text = format!("\n## Operators\n\nOver an event of {TIME} that has the fields named, and no others.\n");
    for operator in OPERATORS {
        text += &format!("\n### `{}`\n\n{}\n", operator.usage, operator.summary);
        text += "\n| event | expression | gives |\n|---|---|---|\n";
        for example in operator.examples {
            let given = if example.given.is_empty() { String::new() } else { format!("`{}`", example.given) };
            let expression = example.expression.replace('|', "\\|");
            text += &format!("| {given} | `{expression}` | `{}` |\n", example.gives);
        }
    }
    text
}

fn aggregates() -> String {
    let events: Vec<String> = EVENTS.iter().map(|event| format!("  {event}\n")).collect();
    let mut text = format!(
        "\n## Aggregates\n\nOver the window of half an hour that the last of these events completes, and over the bucket from 08:00 to 09:00; \
         the key is the token.\n\n```text\ngiven {{ {GIVEN} }}\nevents {{\n{}}}\n```\n",
        events.concat()
    );
    for function in AggregateFunction::ALL {
        text += &format!("\n### `{}`\n{}", function.name(), calls(function.examples()));
    }
    text + "\n### `values(f) contains any […]`, `contains all […]`\n" + &calls(CONTAINS)
}

fn parameter(parameter: &Parameter) -> String {
    let accepts = match parameter.accepts {
        Accepts::Text => "text",
        Accepts::TextOrId => "text or identifier",
        Accepts::Int => "int",
        Accepts::Position => "int from 1",
        Accepts::Prefix(..) => "int",
        Accepts::Latitude | Accepts::Longitude => "degrees",
        Accepts::Set => "set",
        Accepts::Number => "number",
        Accepts::Bool => "bool",
        Accepts::Time => "time",
        Accepts::Duration => "duration",
        Accepts::Ip => "ip",
        Accepts::Location => "location",
        Accepts::Same => "any",
    };
    let literal = if parameter.literal { " literal" } else { "" };
    if parameter.name == accepts {
        parameter.name.to_owned()
    } else {
        format!("{}: {accepts}{literal}", parameter.name)
    }
}

#[test]
fn the_page_of_functions_is_what_they_say_of_themselves() {
    let page = functions_page();
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(root("docs/functions.md"), &page).unwrap();
    } else {
        assert_eq!(read("docs/functions.md"), page, "run the tests once with UPDATE_README=1");
    }
}

#[test]
fn the_links_of_the_readme_lead_somewhere() {
    let link = regex::Regex::new(r"\]\(([^)#:]+)\)").unwrap();
    for file in ["README.md", "docs/language.md", "docs/sql.md"] {
        let folder = root(file).parent().unwrap().to_owned();
        for captures in link.captures_iter(&read(file)) {
            assert!(folder.join(&captures[1]).exists(), "{file}: {}", &captures[1]);
        }
    }
}

#[test]
fn the_examples_in_the_language_reference_have_no_mistakes() {
    let text = read("docs/language.md");
    let examples: Vec<&str> = text.split("```trail\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(examples.len() >= 4);
    for example in examples {
        let (checked, _) = check_text("language.md", example);
        let errors: Vec<_> =
            checked.diagnostics.iter().filter(|found| found.code.severity() == Severity::Error).collect();
        assert!(errors.is_empty(), "{example}\n{errors:#?}");
    }
}
