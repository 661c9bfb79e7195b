//! The files of all targets as one folder holds them.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Arguments, Instead, Made, report};
use crate::cli::console::Console;
use crate::cli::output::{self, Known, Others, Stale, Wanted};
use crate::cli::rules::Rules;
use crate::cli::status::{Failure, Status};
use crate::diagnostic::{Code, Severity};
use crate::package::File;

/// Makes a folder hold what was made, or says what is missing for that.
///
/// # Errors
/// When something is in the way, or cannot be written. The folder is then as it was.
pub fn fill(
    folder: &Path,
    made: &[Made],
    rules: &Rules,
    arguments: &Arguments,
    console: &mut Console,
) -> Result<Status, Failure> {
    let changes = output::compare(&wanted(folder, made, rules, arguments))?;
    let Instead { dry_run, check } = arguments.folder.instead;
    if check || dry_run {
        if !check && !changes.conflicts.is_empty() {
            return Err(report::conflicts(folder, &changes, console));
        }
        report::planned(&changes, console)?;
        report::left(folder, &changes, arguments.folder.prune, console);
        let is_behind = check && !changes.is_up_to_date();
        return Ok(if is_behind { behind(folder, console) } else { Status::Clean });
    }
    if !changes.conflicts.is_empty() {
        return Err(report::conflicts(folder, &changes, console));
    }
    output::apply(folder, &changes)?;
    report::targets(made, arguments.query.selftest, console);
    report::folder(folder, &changes, console);
    report::left(folder, &changes, arguments.folder.prune, console);
    report::advice(made, console);
    Ok(Status::Clean)
}

fn behind(folder: &Path, console: &Console) -> Status {
    console.error(
        format_args!("`{}` does not hold what the rules make", folder.display()),
        Some("run the same command without --check, and with --prune where files are to go"),
    );
    Status::Findings
}

fn wanted<'a>(folder: &'a Path, made: &[Made], rules: &Rules, arguments: &Arguments) -> Wanted<'a> {
    let is_one = made.len() == 1;
    let file = |made: &Made, file: &File| output::Made {
        path: if is_one { file.path.clone() } else { format!("{}/{}", made.product.label(), file.path) },
        contents: file.contents.clone(),
        target: made.label,
        rule: file.rule.clone(),
    };
    let of_one = |made| made_files(made).map(|it| file(made, it)).collect::<Vec<_>>();
    Wanted {
        folder,
        files: made.iter().flat_map(of_one).collect(),
        targets: made.iter().map(|made| (made.label, waiting(made, rules))).collect(),
        rules: known(rules, arguments),
        stale: if arguments.folder.prune { Stale::Remove } else { Stale::Keep },
        others: if arguments.folder.force { Others::Overwrite } else { Others::Respect },
    }
}

fn made_files(made: &Made) -> impl Iterator<Item = &File> {
    made.files.built.files.iter().chain(&made.files.lists)
}

/// The rules that there are and that were not built. Those that the settings switch off are not meant to be.
fn waiting(made: &Made, rules: &Rules) -> BTreeSet<String> {
    let is_built =
        |name: &String| rules.plans.iter().any(|plan| plan.name == *name) && !made.files.built.refused.contains(name);
    rules.names.iter().filter(|name| rules.settings.is_enabled(name) && !is_built(name)).cloned().collect()
}

/// Of what could not be read, or did not parse, the names may be unknown.
fn known(rules: &Rules, arguments: &Arguments) -> Known {
    let is_syntax = |code: Code| code.id().starts_with("E01") && code.severity() == Severity::Error;
    if !arguments.rule.is_empty() {
        Known::Part
    } else if !rules.problems.is_empty() || rules.diagnostics.iter().any(|found| is_syntax(found.code)) {
        Known::Unclear(rules.names.iter().cloned().collect())
    } else {
        Known::All
    }
}
