//! What `build` says at the end: what each target has, what was written where, and what is left to do.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use super::Made;
use crate::cli::console::Console;
use crate::cli::output::{Changes, FILE_NAME};
use crate::cli::status::Failure;
use crate::diagnostic::render::counted;

/// How many names a line has at most.
const MOST_NAMES: usize = 10;

/// A line for each target: what it has, and what it refused.
pub fn targets(made: &[Made], are_selftests: bool, console: &Console) {
    let what = if are_selftests { "self-test" } else { "rule" };
    for made in made {
        let built = &made.files.built;
        let mut line = format!(
            "{}: {} in {}",
            made.label,
            counted(built.rules, what),
            counted(built.files.len() + made.files.lists.len(), "file")
        );
        if !built.refused.is_empty() {
            let refused: BTreeSet<&str> = built.refused.iter().map(String::as_str).collect();
            line += &format!(", {} refused: {}", refused.len(), names(refused.into_iter()));
        }
        console.say(line);
    }
}

/// What is to be done by hand.
pub fn advice(made: &[Made], console: &Console) {
    for made in made {
        for advice in &made.files.built.advice {
            console.say(format_args!("{}: {advice}", made.label));
        }
    }
}

/// What became of the folder.
pub fn folder(folder: &Path, changes: &Changes, console: &Console) {
    let folder = folder.display();
    let (written, all) = (changes.write.len(), changes.write.len() + changes.unchanged);
    match (written, changes.unchanged) {
        (0, 0) => {}
        (0, _) if changes.remove.is_empty() => console.say(format_args!("`{folder}` is up to date")),
        (0, _) => {}
        (_, 0) => console.say(format_args!("wrote {} to `{folder}`", counted(written, "file"))),
        _ => console.say(format_args!("wrote {written} of {all} files to `{folder}`; the others are up to date")),
    }
    if !changes.remove.is_empty() {
        console.say(format_args!("removed {} that no rule makes any more", counted(changes.remove.len(), "file")));
    }
}

/// What was left in the folder, and why.
pub fn left(folder: &Path, changes: &Changes, is_pruned: bool, console: &Console) {
    let folder = folder.display();
    let list = |paths: &[String]| names(paths.iter().map(String::as_str));
    if !changes.stale.is_empty() {
        let (count, names) = (counted(changes.stale.len(), "file"), list(&changes.stale));
        console.warning(
            format_args!("{count} in `{folder}` that no rule makes any more: {names}"),
            Some("remove them with --prune"),
        );
    }
    if !changes.changed.is_empty() {
        let (count, names) = (counted(changes.changed.len(), "file"), list(&changes.changed));
        console.warning(
            format_args!("{count} in `{folder}` that no rule makes any more, changed since written: {names}"),
            Some("they are kept; remove them by hand if nobody needs them"),
        );
    }
    if is_pruned && !changes.uncertain.is_empty() {
        let (count, names) = (counted(changes.uncertain.len(), "file"), list(&changes.uncertain));
        console.warning(
            format_args!("not all rules could be read and built, and {count} of earlier builds may be theirs: {names}"),
            Some("they are kept until all rules are built"),
        );
    }
}

/// What would be done to the folder, on standard output.
///
/// # Errors
/// When standard output is closed.
pub fn planned(changes: &Changes, console: &mut Console) -> Result<(), Failure> {
    let manifest = changes.manifest.iter().map(|_| FILE_NAME);
    for path in changes.write.keys().map(String::as_str).chain(manifest) {
        writeln!(console.out, "write {path}")?;
    }
    for path in changes.remove.iter().chain(&changes.remove_folders) {
        writeln!(console.out, "remove {path}")?;
    }
    Ok(console.out.flush()?)
}

/// The files in the way.
pub fn conflicts(folder: &Path, changes: &Changes, console: &Console) -> Failure {
    for conflict in changes.conflicts.iter().take(MOST_NAMES) {
        let path = crate::cli::output::join(folder, &conflict.path);
        console.error(format_args!("`{}` {}", path.display(), conflict.reason), None);
    }
    let more = changes.conflicts.len().saturating_sub(MOST_NAMES);
    if more > 0 {
        console.error(format_args!("and {} more in the way", counted(more, "file")), None);
    }
    let help = if changes.conflicts.iter().all(|conflict| conflict.can_be_forced) {
        "name another folder, or overwrite what is in the way with --force"
    } else {
        "name another folder, or move away what is in the way"
    };
    Failure::usage(format!("nothing was written to `{}`", folder.display()), Some(help.to_owned()))
}

/// Some names in a line.
fn names<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let mut line = names.take(MOST_NAMES).collect::<Vec<_>>().join(", ");
    if more > 0 {
        line += &format!(" and {more} more");
    }
    line
}
