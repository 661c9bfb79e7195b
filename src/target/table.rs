//! The capability table as Markdown, for the README.

use std::fmt::Write as _;

use super::Target;
use super::capability::{Feature, Support, refusal};
use crate::library;

/// The table as Markdown, for the README: a line a feature and function, a column a target, differences and reasons below.
#[must_use]
pub fn table() -> String {
    let mut notes: Vec<&str> = Vec::new();
    let mut text = String::from("| |");
    for target in Target::ALL {
        let _ = write!(text, " {} |", target.title());
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(Target::ALL.len()));
    text.push('\n');
    for feature in Feature::all() {
        let cells = Target::ALL.map(|target| feature.support(target));
        text.push_str(&line(feature.title(), &cells, &mut notes));
    }
    for function in library::FUNCTIONS {
        let cells = Target::ALL.map(|target| refusal(function, target).map_or(Support::Native, Support::Unsupported));
        text.push_str(&line(&format!("`{}()`", function.name), &cells, &mut notes));
    }
    if !notes.is_empty() {
        text.push('\n');
    }
    for (index, note) in notes.iter().enumerate() {
        let _ = writeln!(text, "{}. {note}", index + 1);
    }
    text.push_str(BEYOND);
    text
}

/// What the table does not hold.
const BEYOND: &str = "
The local evaluator (`tokentrail run`) does everything above that is native on one target at least.
";

fn line(title: &str, cells: &[Support], notes: &mut Vec<&'static str>) -> String {
    let mut note = |text: &'static str| {
        notes.iter().position(|known| *known == text).unwrap_or_else(|| {
            notes.push(text);
            notes.len() - 1
        }) + 1
    };
    let mut line = format!("| {title} |");
    for cell in cells {
        let _ = match cell {
            Support::Native => write!(line, " native |"),
            Support::Emulated(difference) => write!(line, " emulated ({}) |", note(difference)),
            Support::Unsupported(reason) => write!(line, " no ({}) |", note(reason)),
        };
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_feature_stands_in_the_table_once() {
        let table = table();
        for feature in Feature::all() {
            assert_eq!(table.matches(&format!("| {} |", feature.title())).count(), 1, "{feature:?}");
        }
        for function in library::FUNCTIONS {
            assert!(table.contains(&format!("| `{}()` |", function.name)), "{}", function.name);
        }
    }

    #[test]
    fn each_difference_is_said_below_the_table() {
        let table = table();
        for feature in Feature::all() {
            for target in Target::ALL {
                if let Support::Emulated(why) | Support::Unsupported(why) = feature.support(target) {
                    assert!(table.contains(why), "{feature:?}");
                }
            }
        }
    }
}
