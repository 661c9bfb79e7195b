//! `tokentrail build --selftest`: the tests of rules as queries with their events in them, to paste into the real product.

use super::console::Console;
use super::rules::Rules;
use super::test::read_beside;
use crate::diagnostic::render::counted;
use crate::package::{Built, File};
use crate::plan::Plan;
use crate::plan::test::Test;
use crate::source::Place;
use crate::target::selftest::{self, Refused};
use crate::target::{Grain, Target};
use crate::testing::{Surroundings, joined};

/// What is written.
pub struct Wanted<'a> {
    /// What a row of the rule's result is.
    pub grain: Grain,
    /// The rules that were asked for by name.
    pub rules: &'a [String],
}

/// The self-tests of the rules for a target.
pub fn build(rules: &Rules, target: Target, wanted: &Wanted<'_>, console: &Console) -> Built {
    let mut built = Built::default();
    for plan in &rules.plans {
        let tests: Vec<&Test> = rules.tests.iter().filter(|test| test.rule == plan.name).collect();
        for (number, tests) in groups(&tests).iter().enumerate() {
            match of_tests(rules, plan, tests, (target, wanted.grain), console) {
                Some(text) => built.files.push(File {
                    path: file_name(plan, number, target),
                    contents: text.into_bytes(),
                    rule: Some(plan.name.clone()),
                }),
                None => built.refused.push(plan.name.clone()),
            }
        }
    }
    built.rules = built.files.len();
    built
}

/// Tests that set parameters change the rule, and have a query of their own each; all others share one.
fn groups<'t>(tests: &[&'t Test]) -> Vec<Vec<&'t Test>> {
    let (own, plain): (Vec<&Test>, Vec<&Test>) = tests.iter().copied().partition(|test| test.plan.is_some());
    let plain = (!plain.is_empty()).then_some(plain);
    plain.into_iter().chain(own.into_iter().map(|test| vec![test])).collect()
}

fn file_name(plan: &Plan, number: usize, target: Target) -> String {
    let number = if number == 0 { String::new() } else { format!("-{}", number + 1) };
    format!("{}.selftest{number}.{}", plan.name, target.word())
}

/// The query over some tests of a rule; says why there is none.
fn of_tests(
    rules: &Rules,
    plan: &Plan,
    tests: &[&Test],
    (target, grain_of_rows): (Target, Grain),
    console: &Console,
) -> Option<String> {
    let files = |place: Place, path: &str| read_beside(&rules.sources.get(place.source).path, path);
    let around = Surroundings { catalog: &rules.catalog, sources: &rules.sources, files: &files };
    let joined = match joined::join(tests, plan, grain(grain_of_rows), &around) {
        Ok(joined) => joined,
        Err(reason) => {
            console.error(format_args!("rule `{}` has no self-test: {reason}", plan.name), None);
            return None;
        }
    };
    match selftest::write(&joined, target, grain_of_rows) {
        Ok(query) => {
            console.diagnostics(&query.notes, &rules.sources);
            Some(query.text)
        }
        Err(Refused::Gaps(gaps)) => {
            console.diagnostics(&gaps, &rules.sources);
            None
        }
        Err(Refused::Record(place)) => {
            let help = "the catalogue reads the field in a way that gives no such value";
            console
                .error(format_args!("rule `{}` has no self-test: no record has this `{place}`", plan.name), Some(help));
            None
        }
    }
}

fn grain(grain: Grain) -> crate::plan::test::Grain {
    match grain {
        Grain::Match => crate::plan::test::Grain::Match,
        Grain::Alert => crate::plan::test::Grain::Alert,
    }
}

/// Says which rules have no test, and whether one of them was asked for.
pub fn say_untested(rules: &Rules, wanted: &Wanted<'_>, console: &Console) -> bool {
    let has_test = |plan: &&Plan| rules.tests.iter().any(|test| test.rule == plan.name);
    let untested: Vec<&str> =
        rules.plans.iter().filter(|plan| !has_test(plan)).map(|plan| plan.name.as_str()).collect();
    let asked: Vec<&&str> = untested.iter().filter(|name| wanted.rules.iter().any(|rule| rule == **name)).collect();
    for name in &asked {
        let help = "a self-test is made of the tests of a rule: `test \"…\" for RULE { events { … } expect … }`";
        console.error(format_args!("rule `{name}` has no test"), Some(help));
    }
    if asked.is_empty() && !untested.is_empty() {
        console.say(format_args!(
            "{} of {} without tests have no self-test",
            untested.len(),
            counted(rules.plans.len(), "rule")
        ));
    }
    !asked.is_empty()
}
