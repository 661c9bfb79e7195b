//! The checker's messages, one fixture a theme.

use tokentrail::catalog::load;
use tokentrail::check::{self, Checked};
use tokentrail::diagnostic::{Code, Severity};
use tokentrail::source::{Source, Sources};
use tokentrail::syntax;

pub use crate::rules::{check_text, has_errors, shipped_rules};

/// Every diagnostic with its place, the text there, its labels and help.
fn listing(checked: &Checked, sources: &Sources) -> String {
    let mut text = String::new();
    for diagnostic in &checked.diagnostics {
        text += &format!("{}: {}\n", diagnostic.code.id(), diagnostic.message);
        for label in &diagnostic.labels {
            let source = sources.get(label.place.source);
            let at = source.position(label.place.span.start);
            let quoted = &source.text[label.place.span.range()];
            let first = quoted.lines().next().unwrap_or_default();
            text += &format!("  {}:{} `{first}` {}\n", at.line, at.column, label.text);
        }
        if let Some(help) = &diagnostic.help {
            text += &format!("  help: {help}\n");
        }
    }
    text
}

#[test]
fn mistakes_are_all_reported_at_their_places() {
    insta::glob!("../fixtures/check", "*.trail", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let (checked, sources) = check_text("fixture.trail", &text);
        insta::assert_snapshot!(listing(&checked, &sources));
    });
}

#[test]
fn the_example_of_each_page_gives_its_code_and_the_right_one_gives_none() {
    let mut complaints = Vec::new();
    for code in Code::ALL.iter().filter(|code| !code.id().starts_with("E07")) {
        let Some((wrong, right)) = examples(code.page()) else { continue };
        let codes = |text| check_text("page.trail", text).0.diagnostics.iter().map(|found| found.code).collect();
        let found: (Vec<Code>, Vec<Code>) = (codes(wrong), codes(right));
        if found != (vec![*code], vec![]) {
            complaints.push(format!("{}: {found:?}", code.id()));
        }
    }
    assert_eq!(complaints, Vec::<String>::new());
}

/// The two `trail` examples of a page, where it has them.
fn examples(page: &str) -> Option<(&str, &str)> {
    let mut blocks = page.split("```trail\n").skip(1).map(|block| block.split("```").next().unwrap_or_default());
    Some((blocks.next()?, blocks.next()?))
}

#[test]
fn a_file_sees_the_lists_and_views_of_another() {
    let mut sources = Sources::default();
    let shared = sources.add(Source::new(
        "shared.trail",
        "view both = entra.signin + graph.activity\nlist offices: cidr { \"192.0.2.0/24\" }\n",
    ));
    let rule = sources.add(Source::new(
        "rule.trail",
        "/// D.\nrule r { title \"T\" severity low from both where ip not in offices show ip }\n",
    ));
    let parsed = [rule, shared].map(|id| (id, syntax::parse(id, sources.get(id))));
    let catalog = load::builtin();
    let checked = check::check(parsed.into(), &sources, &catalog, jiff::civil::date(2026, 11, 23));
    assert_eq!(checked.diagnostics, []);
    assert_eq!(checked.plans[0].main().legs.len(), 2);
    assert_eq!(checked.plans[0].lists[0].name, "offices");
}

#[test]
fn shipped_rules_have_no_findings() {
    let mut sources = Sources::default();
    let mut parsed = Vec::new();
    for (path, text) in shipped_rules() {
        let id = sources.add(Source::new(path, text));
        parsed.push((id, syntax::parse(id, sources.get(id))));
    }
    let checked = check::check(parsed, &sources, &load::builtin(), jiff::civil::date(2026, 11, 23));
    assert_eq!(listing(&checked, &sources), "");
    assert!(checked.plans.len() >= 60);
}

#[test]
fn shipped_rules_are_formatted() {
    for (path, text) in shipped_rules() {
        let mut sources = Sources::default();
        let id = sources.add(Source::new(path.as_str(), text.as_str()));
        let parsed = syntax::parse(id, sources.get(id));
        assert_eq!(syntax::print::print(&parsed.file, &text), text, "run `tokentrail fmt rules` for {path}");
    }
}

#[test]
fn every_lint_that_a_rule_can_silence_is_silenced_by_allow() {
    let mut silenced = 0;
    for code in Code::ALL.iter().filter(|code| code.id().starts_with("W08")) {
        let Some((wrong, _)) = examples(code.page()) else { continue };
        let found = |text: &str| check_text("page.trail", text).0.diagnostics.len();
        let at = wrong.find("severity").unwrap_or_default();
        let allowed = format!("{}allow {} \"because\"\n  {}", &wrong[..at], code.id(), &wrong[at..]);
        if !has_errors(&check_text("page.trail", &allowed).0) {
            assert_eq!((found(wrong), found(&allowed)), (1, 0), "{}", code.id());
            silenced += 1;
        }
    }
    // All but those about lists, views and `allow` itself.
    assert!(silenced >= 19, "{silenced}");
}

#[test]
fn the_reference_lists_every_lint_that_a_rule_can_silence() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/language.md")).unwrap();
    let listed = |code: &Code| page.contains(&format!("\n| {} | {} | ", code.id(), code.title()));
    for code in Code::ALL.iter().filter(|code| code.severity() == Severity::Warning) {
        let text = format!(
            "/// D.\nrule r {{ title \"T\" severity low allow {} \"because\" from entra.signin show ip }}",
            code.id()
        );
        let (checked, _) = check_text("r.trail", &text);
        assert_eq!(listed(code), !has_errors(&checked), "{}", code.id());
    }
}
