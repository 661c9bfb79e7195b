//! What a run read, used and passed over, on standard error.

use super::console::Console;
use crate::diagnostic::render::counted;
use crate::engine::reader::Report;
use crate::plan::Plan;

/// What could not be read, with the place of the first few.
pub fn problems(report: &Report, console: &Console) {
    for (file, problem) in &report.problems {
        console.warning(format_args!("{file}:{}: {}", problem.at, problem.reason), None);
    }
    let shown = u64::try_from(report.problems.len()).unwrap_or(u64::MAX);
    if report.unreadable > shown {
        console.warning(format_args!("{} more lines or records could not be read", report.unreadable - shown), None);
    }
    for (file, problem) in &report.stopped {
        let message = format!("{file}:{}: {}; what follows was not read", problem.at, problem.reason);
        console.error(message, None);
    }
}

/// The closing summary.
pub fn say(report: &Report, without_key: &[u64], results: &str, plans: &[Plan], console: &Console) {
    let files = usize::try_from(report.files).unwrap_or(usize::MAX);
    console.say(format_args!("{results} from {}", counted(files, "file")));
    for (source, count) in &report.records {
        line(console, *count, source);
    }
    for (description, count) in &report.unknown {
        line(console, *count, &format!("of no known source: {description}"));
    }
    if report.unreadable > 0 {
        line(console, report.unreadable, "could not be read");
    }
    if report.outside > 0 {
        line(console, report.outside, "outside the period and what its matches rest on");
    }
    if report.copies > 0 {
        line(console, report.copies, "copies left out");
    }
    if report.without_id > 0 {
        line(console, report.without_id, "without event id, so their copies cannot be told");
    }
    for ((source, field), count) in &report.wrong_types {
        line(console, *count, &format!("values of `{field}` in {source} are not of its type and count as missing"));
    }
    for (plan, count) in plans.iter().zip(without_key).filter(|(_, count)| **count > 0) {
        line(console, *count, &format!("without a key for `{}`", plan.name));
    }
}

/// One line of it.
pub fn line(console: &Console, count: u64, what: &str) {
    console.say(format_args!("{count:>10}  {what}"));
}
