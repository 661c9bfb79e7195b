//! How tests ended, for CI: JUnit's XML and GitHub's annotations.

use super::report::Around;
use super::rules::Rules;
use super::test::Ran;
use crate::diagnostic::Severity;
use crate::diagnostic::report::github::{self, Annotation};
use crate::diagnostic::report::junit::{self, Case, Outcome, Reason, Suite};
use crate::plan::Plan;
use crate::source::Place;
use crate::testing::{Failure, Verdict};

/// What there is to tell of a run of tests.
#[derive(Clone, Copy)]
pub struct Verdicts<'a> {
    /// The tests that ran.
    pub ran: &'a [Ran<'a>],
    /// The rules, with what is wrong with them.
    pub rules: &'a Rules,
    /// Rules without tests, where each must have one.
    pub untested: &'a [&'a Plan],
}

impl Verdicts<'_> {
    /// A suite for each rule and a case for each of its tests; what kept tests from running is an error.
    pub fn junit(&self) -> String {
        let around = Around::new(self.rules);
        let mut suites: Vec<Suite> = Vec::new();
        let mut add = |rule: &str, case: Case| match suites.iter_mut().find(|suite| suite.name == rule) {
            Some(suite) => suite.cases.push(case),
            None => suites.push(Suite { name: rule.to_owned(), cases: vec![case] }),
        };
        for ran in self.ran {
            let file = around.path(&self.rules.sources.get(ran.test.place.source).path);
            let (class, outcome) = (ran.test.rule.clone(), self.outcome(ran));
            add(&ran.test.rule, Case { name: ran.test.name.clone(), class, file, outcome, output: String::new() });
        }
        for plan in self.untested {
            let path = &self.rules.sources.get(plan.source).path;
            let text = format!("{path}: no test names the rule\n");
            let reason = Reason { message: UNTESTED.to_owned(), kind: "untested".to_owned(), text };
            let file = around.path(path);
            let (class, outcome) = (plan.name.clone(), Outcome::Failed(reason));
            add(&plan.name, Case { name: UNTESTED.to_owned(), class, file, outcome, output: String::new() });
        }
        let mut wrong = junit::wrong(&around.report(self.rules));
        // What is found in a file is no verdict of a test: it kept tests from running.
        for case in wrong.iter_mut().flat_map(|suite| &mut suite.cases) {
            if let Outcome::Failed(reason) = &case.outcome {
                case.outcome = Outcome::Broken(reason.clone());
            }
        }
        junit::write("tokentrail test", &[suites, wrong].concat())
    }

    fn outcome(&self, ran: &Ran<'_>) -> Outcome {
        let reason = |message: String, kind: &str, text| Reason { message, kind: kind.to_owned(), text };
        match &ran.verdict {
            Verdict::Passed => Outcome::Passed,
            Verdict::Failed(failures) => {
                let first = failures.first().map(|failure| failure.expected.clone()).unwrap_or_default();
                let text = failures.iter().map(|failure| self.told(failure)).collect::<Vec<_>>();
                Outcome::Failed(reason(format!("expected {first}"), "expectation", text.join("\n")))
            }
            Verdict::Broken(why) => {
                let message = format!("its events cannot be made: {why}");
                Outcome::Broken(reason(
                    message.clone(),
                    "events",
                    format!("{}: {message}\n", self.line(ran.test.place)),
                ))
            }
        }
    }

    /// `path:line`
    fn line(&self, place: Place) -> String {
        let source = self.rules.sources.get(place.source);
        format!("{}:{}", source.path, source.position(place.span.start).line)
    }

    fn told(&self, failure: &Failure) -> String {
        format!("{}: {}", self.line(failure.place), told(failure))
    }

    /// An annotation at each expectation that was not met, and at what is wrong with rules; nothing for what passed.
    pub fn github(&self) -> String {
        let around = Around::new(self.rules);
        let mut out = github::github(&around.report(self.rules));
        let mut annotate = |place: Place, title: &str, message: &str| {
            let source = self.rules.sources.get(place.source);
            let range = (source.position(place.span.start), source.position(place.span.end));
            let (severity, file) = (Severity::Error, around.path(&source.path));
            out.push_str(&Annotation { severity, file, range: Some(range), title, message }.line());
        };
        for Ran { test, verdict } in self.ran {
            let title = format!("{}: {}", test.rule, test.name);
            match verdict {
                Verdict::Passed => {}
                Verdict::Failed(failures) => {
                    failures.iter().for_each(|failure| annotate(failure.place, &title, told(failure).trim_end()));
                }
                Verdict::Broken(why) => {
                    annotate(test.place, &title, &format!("its events cannot be made: {why}"));
                }
            }
        }
        for plan in self.untested {
            annotate(Place { source: plan.source, span: plan.name_span }, &plan.name, "no test names the rule");
        }
        out
    }
}

const UNTESTED: &str = "has a test";

/// What was expected, what came, and why.
fn told(failure: &Failure) -> String {
    let mut text = format!("expected {}\n", failure.expected);
    let came: &[String] = &failure.came;
    if came.is_empty() {
        text.push_str("came nothing\n");
    }
    for (word, lines) in [("came", came), ("because", &failure.reasons)] {
        for line in lines {
            text.push_str(&format!("{word} {line}\n"));
        }
    }
    text
}
