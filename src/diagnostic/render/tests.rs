//! What the three forms look like where it is not obvious.

use super::*;
use crate::diagnostic::Code;

const PLAIN: Appearance = Appearance { colours: Colours::Off, glyphs: Glyphs::Unicode, width: 80 };

fn label(source: SourceId, start: usize, end: usize, text: &str) -> Label {
    Label { place: Place { source, span: Span::new(start, end) }, text: text.to_owned() }
}

fn finding(labels: Vec<Label>) -> Diagnostic {
    Diagnostic::new(Code::E0201, "`a.b` is no source", labels, Some("did you mean `a.c`?".to_owned()))
}

fn one_file(text: &str) -> (Sources, SourceId) {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("r.trail", text));
    (sources, id)
}

#[test]
fn a_label_in_another_file_is_drawn_in_that_file() {
    let mut sources = Sources::default();
    let here = sources.add(Source::new("a.trail", "rule a {}\n"));
    let there = sources.add(Source::new("b.trail", "\nrule a {}\n"));
    let picture =
        human(&[finding(vec![label(here, 5, 6, "again"), label(there, 6, 7, "first here")])], &sources, PLAIN);
    assert!(picture.contains("a.trail:1:6") && picture.contains("b.trail:2:6"), "{picture}");
    assert!(picture.contains("again") && picture.contains("first here"), "{picture}");
    assert_eq!(picture.matches("help: ").count(), 1);
}

#[test]
fn columns_are_characters_in_every_form() {
    let (sources, id) = one_file("// äöü\n  \"äöü\" x\r\n");
    let at = sources.get(id).text.find(" x").unwrap() + 1;
    let findings = [finding(vec![label(id, at, at + 1, "here")])];
    assert!(short(&findings, &sources).starts_with("r.trail:2:9: error[E0201]: `a.b` is no source; did you mean"));
    assert!(human(&findings, &sources, PLAIN).contains("r.trail:2:9"));
    assert!(json(&findings, &sources).contains("\"column\": 9"));
}

#[test]
fn places_at_the_very_end_and_in_an_empty_file_are_drawn() {
    for text in ["", "\n", "rule", "rule\n", "rule\r\n", "é"] {
        let (sources, id) = one_file(text);
        let end = text.len();
        for (start, end) in [(end, end), (0, end), (end, end + 9)] {
            let picture = human(&[finding(vec![label(id, start, end, "here")])], &sources, PLAIN);
            assert!(picture.contains("is no source"), "{text:?}\n{picture}");
            assert!(text.trim().is_empty() || picture.contains("here"), "{text:?}\n{picture}");
        }
    }
}

#[test]
fn a_place_over_a_whole_file_is_drawn_by_its_first_line() {
    let (sources, id) = one_file(&"rule a {}\n".repeat(1000));
    let picture = human(&[finding(vec![label(id, 0, 10_000, "here")])], &sources, PLAIN);
    assert!(picture.lines().count() < 15, "{picture}");
}

#[test]
fn two_places_far_apart_on_one_endless_line_are_both_drawn() {
    let (sources, id) = one_file(&"x".repeat(1 << 20));
    let picture =
        human(&[finding(vec![label(id, 3, 5, "here"), label(id, 900_000, 900_005, "there")])], &sources, PLAIN);
    assert!(picture.contains("here") && picture.contains("there"), "{picture}");
    assert!(picture.len() < 3_000, "{} bytes", picture.len());
}

#[test]
fn a_finding_without_a_place_is_still_told() {
    let findings = [finding(Vec::new())];
    let sources = Sources::default();
    assert!(human(&findings, &sources, PLAIN).contains("is no source"));
    assert!(short(&findings, &sources).starts_with("error[E0201]: "));
    assert!(!json(&findings, &sources).contains("\"file\""));
}

#[test]
fn the_summary_counts_in_words() {
    assert_eq!(summary(&[], 1), "no errors in 1 file");
    assert_eq!(summary(&[finding(Vec::new()), finding(Vec::new())], 3), "2 errors in 3 files");
}
