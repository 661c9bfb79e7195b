//! Microsoft's analyser over the queries of rules that are made for tests: every construct of the language, in every form in which it
//! is written.

use std::path::Path;

use tokentrail::plan::Plan;
use tokentrail::target::{self, Grain, Options, Period, Target};

use crate::agreement::plans_of;
use crate::emit::assert_analysed;
use crate::engines::hunt;

/// The rules of the files that engines are compared on.
fn plans() -> Vec<(String, Plan)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut plans = Vec::new();
    for path in files {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name.starts_with("agreement") && path.is_file() {
            let text = std::fs::read_to_string(&path).unwrap();
            plans.extend(plans_of((&name, &text)).into_iter().map(|plan| (name.clone(), plan)));
        }
    }
    plans
}

#[test]
fn microsofts_analyser_has_nothing_against_the_queries_that_engines_are_compared_on() {
    let mut queries = Vec::new();
    for (file, plan) in plans() {
        // What alerts and schedules add is in one of them, what they leave out in the other.
        for (name, grain, period) in [("scheduled", Grain::Alert, Period::Scheduled), ("hunt", Grain::Match, hunt())] {
            let text = target::write(&plan, Target::Kql, Options { grain, period }).unwrap().text;
            queries.push((format!("{file}_{}_{name}", plan.name), text));
        }
    }
    assert!(queries.len() > 150, "{}", queries.len());
    assert_analysed(&queries);
}
