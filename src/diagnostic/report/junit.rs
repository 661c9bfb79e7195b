//! JUnit's XML: suites of cases that passed, failed or could not be run.
//!
//! Written without times and dates, so that the same result has the same bytes.

use std::fmt::Write;

use super::{Notice, Report, RuleItem, with_help};
use crate::diagnostic::{Diagnostic, Severity, render};
use crate::source::SourceId;

/// Cases that belong together.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// What was looked at.
    pub cases: Vec<Case>,
}

/// One thing that passes or fails.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// What it belongs to.
    pub class: String,
    /// The file that it stands in, from the root of the repository.
    pub file: Option<String>,
    /// How it went.
    pub outcome: Outcome,
    /// What else there is to say.
    pub output: String,
}

/// How a case went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Passed,
    /// Otherwise.
    Failed(Reason),
    /// It could not be run.
    Broken(Reason),
}

/// Why a case did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// In one line.
    pub message: String,
    /// In one word.
    pub kind: String,
    /// In full.
    pub text: String,
}

/// The file of some suites.
#[must_use]
pub fn write(name: &str, suites: &[Suite]) -> String {
    let all = Counts::of(suites.iter().flat_map(|suite| &suite.cases));
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"{}\" {all}>", escaped(name));
    for suite in suites {
        let counts = Counts::of(&suite.cases);
        let _ = writeln!(out, "  <testsuite name=\"{}\" {counts}>", escaped(&suite.name));
        for case in &suite.cases {
            write_case(case, &mut out);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn write_case(case: &Case, out: &mut String) {
    let _ = write!(out, "    <testcase name=\"{}\" classname=\"{}\"", escaped(&case.name), escaped(&case.class));
    if let Some(file) = &case.file {
        let _ = write!(out, " file=\"{}\"", escaped(file));
    }
    let reason = match &case.outcome {
        Outcome::Passed => None,
        Outcome::Failed(reason) => Some(("failure", reason)),
        Outcome::Broken(reason) => Some(("error", reason)),
    };
    if reason.is_none() && case.output.is_empty() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    if let Some((element, Reason { message, kind, text })) = reason {
        let (message, kind, text) = (escaped(message), escaped(kind), escaped_text(text));
        let _ = writeln!(out, "      <{element} message=\"{message}\" type=\"{kind}\">{text}</{element}>");
    }
    if !case.output.is_empty() {
        let _ = writeln!(out, "      <system-out>{}</system-out>", escaped_text(&case.output));
    }
    out.push_str("    </testcase>\n");
}

/// How many cases there are and how they went.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
}

impl Counts {
    fn of<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Self {
        let mut counts = Self::default();
        for case in cases {
            counts.tests += 1;
            match case.outcome {
                Outcome::Passed => {}
                Outcome::Failed(_) => counts.failures += 1,
                Outcome::Broken(_) => counts.errors += 1,
            }
        }
        counts
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "tests=\"{}\" failures=\"{}\" errors=\"{}\"", self.tests, self.failures, self.errors)
    }
}

/// Text for an attribute, where line ends would become blanks.
fn escaped(text: &str) -> String {
    escaped_text(text).replace('"', "&quot;").replace('\n', "&#10;").replace('\t', "&#9;")
}

/// Text between tags. Characters that XML has no way to write become `U+FFFD`.
fn escaped_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(character),
        }
    }
    out
}

/// A suite for each file and a case for each rule. Findings of severity `failing` and worse make a case fail, others are told.
#[must_use]
pub fn junit(report: &Report<'_>, failing: Severity) -> String {
    let checked = Checked { report, failing };
    let mut suites = Vec::new();
    for (id, _) in report.sources.iter() {
        suites.extend(checked.suite(id));
    }
    suites.extend(checked.unread());
    write("tokentrail check", &suites)
}

/// The suites of the files in which something is wrong, with the cases that did not pass.
#[must_use]
pub fn wrong(report: &Report<'_>) -> Vec<Suite> {
    let checked = Checked { report, failing: Severity::Error };
    let mut suites: Vec<Suite> = report.sources.iter().filter_map(|(id, _)| checked.suite(id)).collect();
    suites.extend(checked.unread());
    for suite in &mut suites {
        suite.cases.retain(|case| case.outcome != Outcome::Passed);
    }
    suites.retain(|suite| !suite.cases.is_empty());
    suites
}

/// What the part of a file outside its rules is called.
const REST: &str = "file";

struct Checked<'a> {
    report: &'a Report<'a>,
    failing: Severity,
}

impl Checked<'_> {
    /// The suite of a file: of a rule file always, of another one where something was found.
    fn suite(&self, file: SourceId) -> Option<Suite> {
        let report = self.report;
        let path = &report.sources.get(file).path;
        let of_file = |found: &&Diagnostic| found.place().is_some_and(|place| place.source == file);
        let found: Vec<&Diagnostic> = report.diagnostics.iter().filter(of_file).collect();
        let rules: Vec<&RuleItem> = report.rules.iter().filter(|rule| rule.place.source == file).collect();
        let mut cases: Vec<Case> = Vec::new();
        for rule in &rules {
            let found = found.iter().copied().filter(|found| rule.is_place_of(found));
            cases.push(self.case(&rule.name, path, found.collect(), &[]));
        }
        let rest = found.into_iter().filter(|found| !rules.iter().any(|rule| rule.is_place_of(found)));
        let rest: Vec<&Diagnostic> = rest.collect();
        let notices: Vec<&Notice> = report.notices.iter().filter(|notice| notice.path.as_ref() == Some(path)).collect();
        let is_rule_file = report.files.contains(&file);
        if !rest.is_empty() || !notices.is_empty() || (is_rule_file && rules.is_empty()) {
            cases.push(self.case(REST, path, rest, &notices));
        }
        (!cases.is_empty()).then(|| Suite { name: path.clone(), cases })
    }

    fn case(&self, name: &str, path: &str, found: Vec<&Diagnostic>, notices: &[&Notice]) -> Case {
        let (bad, rest): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
            found.into_iter().partition(|found| found.severity <= self.failing);
        let text = |found: &[&Diagnostic]| -> String {
            found.iter().map(|found| render::short(std::slice::from_ref(*found), self.report.sources)).collect()
        };
        let outcome = bad.first().map_or(Outcome::Passed, |first| {
            let more = if bad.len() > 1 { format!(" (and {} more)", bad.len() - 1) } else { String::new() };
            let message = format!("{}: {}{more}", first.code.id(), first.message);
            Outcome::Failed(Reason { message, kind: first.code.id().to_owned(), text: text(&bad) })
        });
        let told: String = notices.iter().map(|notice| notice_text(notice)).collect();
        let file = self.report.folders.path(path);
        Case { name: name.to_owned(), class: path.to_owned(), file, outcome, output: text(&rest) + &told }
    }

    /// A suite for each input that could not be read.
    fn unread(&self) -> Vec<Suite> {
        let mut suites: Vec<Suite> = Vec::new();
        let is_read =
            |notice: &&Notice| self.report.sources.iter().any(|(_, source)| Some(&source.path) == notice.path.as_ref());
        for notice in self.report.notices.iter().filter(|notice| !is_read(notice)) {
            let name = notice.path.clone().unwrap_or_else(|| "input".to_owned());
            let reason =
                Reason { message: notice.message.clone(), kind: "input".to_owned(), text: notice_text(notice) };
            let file = notice.path.as_ref().and_then(|path| self.report.folders.path(path));
            let outcome = Outcome::Broken(reason);
            let case = Case { name: REST.to_owned(), class: name.clone(), file, outcome, output: String::new() };
            match suites.iter_mut().find(|suite| suite.name == name) {
                Some(suite) => suite.cases.push(case),
                None => suites.push(Suite { name, cases: vec![case] }),
            }
        }
        suites
    }
}

fn notice_text(notice: &Notice) -> String {
    format!("{}: {}\n", notice.severity.word(), with_help(&notice.message, notice.help.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_xml_lacks_are_replaced_and_line_ends_of_attributes_kept() {
        assert_eq!(escaped("a\"<&>\n\u{0}\u{1b}[31m"), "a&quot;&lt;&amp;&gt;&#10;\u{fffd}\u{fffd}[31m");
        assert_eq!(escaped_text("]]>\r\n\u{ffff}"), "]]&gt;&#13;\n\u{fffd}");
    }
}
