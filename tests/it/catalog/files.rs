//! Catalogue files as users write them: what they change, and what is said about mistakes in them.

use std::fmt::Write;

use insta::assert_snapshot;
use proptest::prelude::*;
use tokentrail::catalog::{Catalog, Origin, Presence, load};
use tokentrail::diagnostic::Diagnostic;
use tokentrail::source::{Source, Sources};

/// The built-in catalogue with these files over it.
fn with(files: &[(&str, &str)]) -> Result<Catalog, String> {
    let mut sources = Sources::default();
    let ids: Vec<_> = files.iter().map(|(path, text)| sources.add(Source::new(*path, *text))).collect();
    load::with_files(load::builtin(), &ids, &sources).map_err(|found| lines(&found, &sources))
}

/// Diagnostics with all their places and help.
fn lines(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        writeln!(text, "{}: {}", diagnostic.code.id(), diagnostic.message).unwrap();
        for label in &diagnostic.labels {
            let source = sources.get(label.place.source);
            let at = source.position(label.place.span.start);
            let under = source.text[label.place.span.range()].lines().next().unwrap_or_default();
            writeln!(text, "  {}:{}:{} `{under}` {}", source.path, at.line, at.column, label.text).unwrap();
        }
        if let Some(help) = &diagnostic.help {
            writeln!(text, "  help: {help}").unwrap();
        }
    }
    text
}

/// The Splunk paths of a field.
fn spl(catalog: &Catalog, source: &str, field: &str) -> Vec<String> {
    let Origin::Read(read) = &catalog.source(source).unwrap().fields[field].origin else {
        panic!("{field} is not read")
    };
    read.spl.iter().map(ToString::to_string).collect()
}

#[test]
fn every_mistake_is_reported_at_its_place() {
    insta::glob!("../../fixtures/catalog", "*.toml", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert_snapshot!(with(&[(name, &text)]).unwrap_err());
    });
}

#[test]
fn a_file_for_a_known_source_changes_only_what_it_names() {
    let file = "name = \"entra.signin\"\n[spl]\ndefinition = 'index=azure sourcetype=entra'\n";
    let (before, after) = (load::builtin(), with(&[("mine.toml", file)]).unwrap());
    let [before, after] = [&before, &after].map(|catalog| catalog.source("entra.signin").unwrap().clone());
    assert_eq!(after.spl.definition, "index=azure sourcetype=entra");
    assert_eq!(after.spl.macro_name, before.spl.macro_name);
    assert_eq!(format!("{:?}", after.fields), format!("{:?}", before.fields));
    assert_eq!(format!("{:?}", after.shapes), format!("{:?}", before.shapes));
}

#[test]
fn splunk_paths_follow_another_root_unless_they_are_written() {
    let file = "name = \"entra.signin\"\n[spl]\nroot = \"\"\n[fields.session]\nspl = \"session_id\"\n";
    let catalog = with(&[("mine.toml", file)]).unwrap();
    assert_eq!(spl(&catalog, "entra.signin", "token"), ["uniqueTokenIdentifier"]);
    assert_eq!(spl(&catalog, "entra.signin", "session"), ["session_id"]);
    let location = &catalog.source("entra.signin").unwrap().fields["location"];
    let Origin::Point { latitude, .. } = &location.origin else { panic!("{location:?}") };
    assert_eq!(latitude.spl[0].to_string(), "location.geoCoordinates.latitude");
    assert_eq!(spl(&load::builtin(), "entra.signin", "token"), ["properties.uniqueTokenIdentifier"]);
}

#[test]
fn one_key_of_a_field_can_change() {
    let file = "name = \"entra.signin\"\n[fields.ip]\nraw = \"clientIp\"\nextract_address = true\n";
    let catalog = with(&[("mine.toml", file)]).unwrap();
    let Origin::Read(read) = &catalog.source("entra.signin").unwrap().fields["ip"].origin else { panic!() };
    assert!(read.extract_address);
    assert_eq!(read.kql[0].to_string(), "IPAddress");
    assert_eq!(read.spl[0].to_string(), "properties.clientIp");
}

#[test]
fn a_field_can_be_taken_away() {
    let file = "name = \"entra.signin\"\n[fields.risk_level]\npresence = \"never\"\n";
    let catalog = with(&[("mine.toml", file)]).unwrap();
    assert!(!catalog.source("entra.signin").unwrap().fields.contains_key("risk_level"));
}

#[test]
fn a_source_can_start_from_another_whatever_the_order_of_the_files() {
    let first = "name = \"corp.second\"\nextends = \"corp.first\"\n[fields.ip]\npresence = \"always\"\n";
    let second = "name = \"corp.first\"\nextends = \"entra.signin\"\nprovider = \"corp\"\n[spl]\nmacro = \"corp\"\n";
    let catalog = with(&[("a.toml", first), ("b.toml", second)]).unwrap();
    let source = catalog.source("corp.second").unwrap();
    assert_eq!(source.spl.macro_name, "corp");
    assert_eq!(source.fields["token"].ty.to_string(), "token<corp>");
    assert_eq!(source.fields["ip"].presence, Presence::Always);
    assert_eq!(source.sql_table, "corp_second");
}

#[test]
fn the_example_of_the_manual_is_a_complete_source() {
    let manual = include_str!("../../../docs/catalog.md");
    let blocks: Vec<_> = manual.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 3);
    for (index, block) in blocks.iter().enumerate() {
        let found = with(&[("manual.toml", block)]).err();
        assert_eq!(found, None, "example {index}");
    }
    let catalog = with(&[("manual.toml", blocks[0])]).unwrap();
    assert_eq!(catalog.sources.len(), load::builtin().sources.len() + 1);
}

#[test]
fn two_files_for_one_source_contradict_each_other() {
    let file = "name = \"entra.signin\"\ntitle = \"Mine\"\n";
    assert_snapshot!(with(&[("a.toml", file), ("b.toml", file)]).unwrap_err());
}

#[test]
fn files_of_two_sources_report_their_mistakes_together() {
    let first = "name = \"entra.signin\"\ntitel = \"Mine\"\n";
    let second = "name = \"graph.activity\"\n[fields.ip]\npresence = \"allways\"\n";
    assert_snapshot!(with(&[("a.toml", first), ("b.toml", second)]).unwrap_err());
}

#[test]
fn the_pages_of_the_catalogue_codes_hold_what_they_say() {
    for code in tokentrail::diagnostic::Code::ALL.iter().filter(|code| code.id().starts_with("E07")) {
        let page = code.page();
        assert!(page.starts_with(&format!("# {} {}\n", code.id(), code.title())), "{}", code.id());
        let example = |heading: &str| page.split(heading).nth(1).unwrap().split("```").nth(1).unwrap();
        let text = |heading| example(heading).strip_prefix("text\n").unwrap();
        let wrong = with(&[("wrong.toml", text("## Wrong\n"))]).unwrap_err();
        let codes: Vec<_> = wrong.lines().filter(|line| !line.starts_with(' ')).map(|line| &line[..5]).collect();
        assert_eq!(codes, [code.id()], "{wrong}");
        assert_eq!(with(&[("right.toml", text("## Right\n"))]).err(), None, "{}", code.id());
    }
}

proptest! {
    #[test]
    fn any_text_gives_a_catalogue_or_diagnostics(text in ".{0,400}") {
        let _ = with(&[("any.toml", &text)]);
    }

    #[test]
    fn any_change_of_a_good_file_gives_a_catalogue_or_diagnostics(
        at in 0usize..10_000, length in 0usize..40, insert in "[\\[\\]{}=\"'.,\n a-z0-9#\\\\]{0,6}",
    ) {
        let good = include_str!("../../../src/catalog/sources/m365/audit.toml").replace("m365.audit", "corp.audit");
        let mut changed: Vec<char> = good.chars().collect();
        let start = at % changed.len();
        let end = (start + length).min(changed.len());
        changed.splice(start..end, insert.chars());
        let _ = with(&[("any.toml", &String::from_iter(changed))]);
    }
}
