//! The pages of the codes that packages give: their wrong example gives the code on some product, their right one gives it nowhere.

use std::collections::BTreeSet;

use tokentrail::diagnostic::{Code, Diagnostic};
use tokentrail::package::{self, Layout, Options, Package};

use crate::check::{check_text, has_errors};

/// Whether packages, and nothing before them, give a code.
fn is_of_packages(code: Code) -> bool {
    let number = &code.id()[1..];
    code.id().starts_with('E') && ("0611"..="0659").contains(&number)
        || code.id().starts_with('W') && ("0911"..="0949").contains(&number)
}

/// The codes that packaging a text gives; an error of the text itself is an answer of its own.
fn codes(text: &str, date: Option<&str>) -> Result<BTreeSet<&'static str>, Vec<Diagnostic>> {
    let (checked, _) = check_text("page.trail", text);
    if has_errors(&checked) {
        return Err(checked.diagnostics);
    }
    let mut codes = BTreeSet::new();
    for package in Package::ALL {
        for layout in [Layout::PerRule, Layout::One] {
            // The page about the day of a rule is tried without one for all rules.
            let options = Options { layout, date: date.map(str::to_owned), ..Options::default() };
            let built = package::build(&checked.plans, package, &options);
            codes.extend(built.errors.iter().chain(&built.notes).map(|found| found.code.id()));
        }
    }
    Ok(codes)
}

#[test]
fn the_examples_of_the_pages_of_packages_give_their_code_and_none() {
    let (mut complaints, mut tried) = (Vec::new(), 0);
    for code in Code::ALL.iter().filter(|code| is_of_packages(**code)) {
        let mut blocks = code.page().split("```text\n").skip(1).map(|block| block.split("```").next().unwrap());
        // Some limits are too high for an example: those pages show settings, or what is cut short.
        let is_whole = |text: &&str| text.contains("rule ") && text.contains("from ") && !text.contains('…');
        let (Some(wrong), Some(right)) = (blocks.next().filter(is_whole), blocks.next().filter(is_whole)) else {
            continue;
        };
        tried += 1;
        let date = (*code != Code::E0651).then_some("2026-01-31");
        match (codes(wrong, date), codes(right, date)) {
            (Ok(wrong), Ok(right)) if wrong.contains(code.id()) && !right.contains(code.id()) => {}
            found => complaints.push(format!("{}: {found:#?}", code.id())),
        }
    }
    assert!(tried >= 8, "{tried}");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
