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
fn codes(text: &str) -> Result<BTreeSet<&'static str>, Vec<Diagnostic>> {
    let (checked, _) = check_text("page.trail", text);
    if has_errors(&checked) {
        return Err(checked.diagnostics);
    }
    let mut codes = BTreeSet::new();
    for package in PACKAGES {
        for layout in [Layout::PerRule, Layout::One] {
            let built = package::build(&checked.plans, package, &Options { layout, ..Options::default() });
            codes.extend(built.errors.iter().chain(&built.notes).map(|found| found.code.id()));
        }
    }
    Ok(codes)
}

/// The products that are tried.
const PACKAGES: [Package; 3] = [Package::SentinelYaml, Package::SentinelArm, Package::Bicep];

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
        match (codes(wrong), codes(right)) {
            (Ok(wrong), Ok(right)) if wrong.contains(code.id()) && !right.contains(code.id()) => {}
            found => complaints.push(format!("{}: {found:#?}", code.id())),
        }
    }
    assert!(tried >= 8, "{tried}");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
