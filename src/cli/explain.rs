//! `tokentrail explain`: the page of a diagnostic code, or a rule in words.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Global;
use super::catalog::{origin, plain_table, table_text};
use super::console::Console;
use super::rules::Rules;
use super::settings::SettingsArguments;
use super::status::{Failure, Status};
use crate::diagnostic::{Code, suggest};
use crate::plan::{FieldIndex, Geography, ListOrigin, Placement, Plan, PlanField, SECOND, Shape};
use crate::target::{Target, capability};
use crate::types::Type;

/// What `explain` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A diagnostic code such as E0301, or the name of a rule
    #[arg(value_name = "CODE|RULE")]
    subject: String,
    /// Where to look for the rule: files, or folders that are searched for *.trail [default: rules if there is one, else .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Runs the command.
///
/// # Errors
/// When there is no such code or rule, or the text cannot be written.
pub fn run(arguments: &Arguments, global: &Global, console: &mut Console) -> Result<Status, Failure> {
    if let Some(code) = Code::parse(&arguments.subject) {
        console.out.write_all(page_text(code.page()).as_bytes())?;
        console.out.flush()?;
        return Ok(Status::Clean);
    }
    if looks_like_a_code(&arguments.subject) {
        return Err(unknown_code(&arguments.subject));
    }
    let default = if Path::new("rules").is_dir() { "rules" } else { "." };
    let paths = if arguments.paths.is_empty() { vec![PathBuf::from(default)] } else { arguments.paths.clone() };
    let rules = Rules::load(&paths, global.catalog.as_ref(), &arguments.settings)?;
    rules.say_problems(console);
    if let Some(plan) = rules.plans.iter().chain(&rules.disabled).find(|plan| plan.name == arguments.subject) {
        let file = &rules.sources.get(plan.source).path;
        console.out.write_all(rule_text(plan, file).as_bytes())?;
        if !rules.settings.is_enabled(&plan.name) {
            console.out.write_all(b"\nThe settings switch this rule off.\n")?;
        }
        console.out.flush()?;
        return Ok(if rules.problems.is_empty() { Status::Clean } else { Status::Unreadable });
    }
    if !rules.names.contains(&arguments.subject) {
        return Err(rules.unknown(&arguments.subject));
    }
    console.diagnostics(&rules.diagnostics, &rules.sources);
    console.error(format_args!("`{}` cannot be explained while there are errors in it", arguments.subject), None);
    Ok(rules.status())
}

fn looks_like_a_code(subject: &str) -> bool {
    let mut characters = subject.chars();
    matches!(characters.next(), Some('E' | 'W' | 'e' | 'w'))
        && subject.len() > 2
        && characters.all(|c| c.is_ascii_digit())
}

fn unknown_code(subject: &str) -> Failure {
    let close = suggest::closest(subject, Code::ALL.iter().map(|code| code.id()));
    let help = match close {
        Some(close) => format!("did you mean `{close}`?"),
        None => "codes look like E0301 and stand in square brackets in every message".to_owned(),
    };
    Failure::usage(format!("there is no diagnostic code `{subject}`"), Some(help))
}

/// A Markdown page as plain text: headings underlined, code indented, everything else as it is.
fn page_text(page: &str) -> String {
    let mut text = String::new();
    let mut in_code = false;
    for line in page.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            text.push_str(format!("    {line}").trim_end());
            text.push('\n');
        } else if let Some(title) = line.strip_prefix("# ") {
            text.push_str(&format!("{title}\n{}\n", "=".repeat(title.chars().count())));
        } else if let Some(heading) = line.strip_prefix("## ") {
            text.push_str(&format!("{heading}\n{}\n", "-".repeat(heading.chars().count())));
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn rule_text(plan: &Plan, file: &str) -> String {
    let metadata = &plan.metadata;
    let mut text = format!("{}: {}\n", plan.name, metadata.title);
    if !metadata.description.is_empty() {
        text.push_str(&format!("\n{}\n", metadata.description.trim()));
    }
    let mut facts = plain_table();
    facts.add_row(["file", file]);
    facts.add_row([
        "severity",
        &format!("{}, status {}, version {}", metadata.severity, metadata.status, metadata.version),
    ]);
    if !metadata.attack.is_empty() {
        facts.add_row(["ATT&CK", &metadata.attack.join(", ")]);
    }
    facts.add_row(["reads", &sources_text(plan)]);
    facts.add_row(["a match is", &shape_text(plan)]);
    facts.add_row(["geography", geography_text(plan.geography)]);
    let schedule = plan.schedule;
    facts.add_row([
        "runs",
        &format!("every {}, for events up to {} late", duration(schedule.every), duration(schedule.delay)),
    ]);
    if let Some(suppress) = plan.deployment.suppress {
        facts.add_row(["then silent for", &duration(suppress.time)]);
    }
    if !plan.show.is_empty() {
        let columns: Vec<&str> = plan.show.iter().map(|show| show.name.as_str()).collect();
        facts.add_row(["shows", &columns.join(", ")]);
    }
    text.push_str(&format!("\n{}", table_text(&facts, "")));
    text.push_str(&format!("\nfields\n{}", fields_text(plan)));
    if !plan.lists.is_empty() {
        text.push_str(&format!("\nlists\n{}", lists_text(plan)));
    }
    text.push_str(&format!("\ntargets\n{}", targets_text(plan)));
    if !metadata.false_positives.is_empty() {
        text.push_str("\nknown false positives\n");
        text.extend(metadata.false_positives.iter().map(|cause| format!("  {cause}\n")));
    }
    text
}

/// The sources of all streams, each once.
fn sources_text(plan: &Plan) -> String {
    let mut names: Vec<&str> = Vec::new();
    for leg in plan.legs() {
        if !names.contains(&leg.source.name.as_str()) {
            names.push(&leg.source.name);
        }
    }
    names.join(" + ")
}

fn shape_text(plan: &Plan) -> String {
    let names = |fields: &[FieldIndex]| {
        let names: Vec<&str> = fields.iter().map(|index| plan.fields[index.0].name.as_str()).collect();
        names.join(" and ")
    };
    let mut text = match &plan.shape {
        Shape::Single => "every event that passes `where`".to_owned(),
        Shape::Window(window) => format!(
            "an event with which the {} before it, of the same {}, satisfy `when`",
            duration(window.width),
            names(&window.key)
        ),
        Shape::Tumbling(window) => format!(
            "the last event of a fixed {} bucket of one {} that satisfies `when`",
            duration(window.width),
            names(&window.key)
        ),
        Shape::Consecutive(pair) => format!(
            "an event that, with the one just before it of the same {} and at most {} earlier, satisfies the condition",
            names(&pair.key),
            duration(pair.width)
        ),
        Shape::Sequence(sequence) => {
            let steps: Vec<&str> = sequence.steps.iter().map(|step| step.name.as_str()).collect();
            format!(
                "the last of {}, in this order within {}, of the same {}",
                steps.join(", "),
                duration(sequence.width),
                names(&sequence.key)
            )
        }
        Shape::FirstSeen(first) => {
            let of = if first.key.is_empty() { "anyone".to_owned() } else { format!("one {}", names(&first.key)) };
            format!("the first {} of {of} in {}", names(&first.tuple), duration(first.history))
        }
    };
    if !plan.unless.is_empty() {
        text.push_str(", unless another event speaks against it");
    }
    text
}

fn geography_text(geography: Geography) -> &'static str {
    match geography {
        Geography::Unused => "not used",
        Geography::Native => "as each record gives it",
        Geography::Lookup => "looked up by address for every source (locally: `run --geoip DB`)",
    }
}

fn fields_text(plan: &Plan) -> String {
    let mut text = String::new();
    for (index, field) in plan.fields.iter().enumerate() {
        let optional = if field.optional { ", may be missing" } else { "" };
        text.push_str(&format!("  {}: {}{optional}\n", field.name, field.ty));
        let mut lines: Vec<String> = Vec::new();
        for leg in plan.legs() {
            let Some(of_leg) = &leg.fields[index] else { continue };
            let from = if looked_up(plan, field) { by_address(&field.name) } else { origin(&of_leg.origin) };
            let line = format!("    {}: {from}\n", leg.source.name);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        text.extend(lines);
    }
    text
}

fn lists_text(plan: &Plan) -> String {
    let mut text = String::new();
    for list in &plan.lists {
        let entries = match list.entries.len() {
            1 => "1 entry".to_owned(),
            count => format!("{count} entries"),
        };
        let origin = match &list.origin {
            ListOrigin::Inline => format!("{entries} in the rule files"),
            ListOrigin::File { path } => format!("{entries} from `{path}`"),
            ListOrigin::Watchlist { alias, copy: Some(path), .. } => {
                format!("the watchlist `{alias}`; locally {entries} from `{path}`")
            }
            ListOrigin::Watchlist { alias, copy: None, .. } => format!("the watchlist `{alias}`; no local copy"),
        };
        text.push_str(&format!("  {}: {}, {origin}\n", list.name, list.ty));
        if list.placement == Placement::Outside
            && list.is_known()
            && !matches!(list.origin, ListOrigin::Watchlist { .. })
        {
            text.push_str("    too long to stand in a query: targets read it from a watchlist or lookup of its name\n");
        }
    }
    text
}

/// Whether the plan takes a field from the address, whatever the records say.
fn looked_up(plan: &Plan, field: &PlanField) -> bool {
    let geographic = matches!(field.ty, Type::Country | Type::Location) || field.name == "city";
    plan.geography == Geography::Lookup && geographic
}

fn by_address(name: &str) -> String {
    format!("the {name} of `ip` in GeoIP data")
}

fn targets_text(plan: &Plan) -> String {
    let mut text = String::new();
    for target in Target::ALL {
        let (word, notes) = match capability::gate(plan, target) {
            Ok(notes) if notes.is_empty() => ("exactly", notes),
            Ok(notes) => ("with a difference", notes),
            Err(gaps) => ("not", gaps),
        };
        text.push_str(&format!("  {}: {word}\n", target.name()));
        for note in notes {
            text.push_str(&format!("    {}[{}]: {}\n", note.severity.word(), note.code.id(), note.message));
        }
    }
    text.push_str("  run: exactly\n");
    text
}

/// A duration in the largest unit that it is a whole number of.
#[must_use]
pub fn duration(microseconds: i64) -> String {
    let units =
        [(86_400 * SECOND, "d"), (3_600 * SECOND, "h"), (60 * SECOND, "m"), (SECOND, "s"), (1_000, "ms"), (1, "us")];
    let whole = units.iter().find(|(unit, _)| microseconds != 0 && microseconds % unit == 0);
    whole.map_or_else(|| "0s".to_owned(), |(unit, word)| format!("{}{word}", microseconds / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_reads_as_plain_text() {
        for code in Code::ALL {
            let text = page_text(code.page());
            assert!(text.starts_with(code.id()), "{text}");
            assert!(!text.contains("```"), "{text}");
        }
    }

    #[test]
    fn durations_are_in_their_largest_whole_unit() {
        let texts = [90 * 60, 3600, 86_400, 30, 0].map(|seconds| duration(seconds * SECOND));
        assert_eq!(texts, ["90m", "1h", "1d", "30s", "0s"]);
    }

    #[test]
    fn a_rule_name_is_not_taken_for_a_code() {
        assert!(looks_like_a_code("E9999") && !looks_like_a_code("e_mail") && !looks_like_a_code("west"));
    }
}
