//! What differed once: small rules and few events, each with what is to be found, on every engine.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;
use tokentrail::plan::Plan;
use tokentrail::target::{Dialect, Grain};

use super::judge::{self, Judge};
use super::record;
use super::shrink::Setting;
use super::suite::plan;
use crate::engines::{Engine, Question};
use crate::world::Happening;

/// A fixture: what differed, and what is to be found.
struct Regression {
    name: String,
    plan: Plan,
    setting: Setting,
    events: Vec<Happening>,
    expected: Vec<String>,
}

fn regressions() -> Vec<Regression> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/regressions");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "trail"));
    paths.sort();
    paths.iter().map(|path| regression(path)).collect()
}

fn regression(path: &Path) -> Regression {
    let text = std::fs::read_to_string(path).unwrap();
    let json: Json = serde_json::from_str(&std::fs::read_to_string(path.with_extension("json")).unwrap()).unwrap();
    let setting = match &json["setting"] {
        Json::String(grain) if grain == "match" => Setting::Hunt(Grain::Match),
        Json::String(grain) if grain == "alert" => Setting::Hunt(Grain::Alert),
        run => Setting::Run(run["run"].as_i64().unwrap()),
    };
    let texts = json["expected"].as_array().unwrap().iter().map(|row| row.as_str().unwrap().to_owned());
    Regression {
        name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
        plan: setting.adapt(plan(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))),
        setting,
        events: json["events"].as_array().unwrap().iter().map(record::from_json).collect(),
        expected: texts.collect(),
    }
}

/// Asks somebody every fixture. The reference knows nothing of runs.
fn agrees(judge: Judge) {
    let regressions = regressions();
    let mut questions = Vec::new();
    for one in &regressions {
        if judge == Judge::Reference && matches!(one.setting, Setting::Run(_)) {
            continue;
        }
        let query = judge.query(&one.plan, one.setting.options());
        questions.push(Question {
            name: one.name.clone(),
            plan: &one.plan,
            grain: one.setting.grain(),
            query: query.unwrap_or_else(|reason| panic!("{judge:?} refuses {}: {reason}", one.name)),
            now: one.setting.now(),
            events: Arc::new(judge::seen(one.setting, &one.events)),
            expected: one.expected.clone(),
        });
    }
    let differences = judge.differences(&questions);
    let shown: Vec<&str> = differences.iter().map(|one| one.text.as_str()).collect();
    assert!(shown.is_empty(), "{} of {} fixtures differ:\n{}", shown.len(), questions.len(), shown.join("\n\n"));
}

#[test]
fn the_evaluator_finds_what_every_fixture_says() {
    for one in regressions() {
        let found = judge::expected(std::slice::from_ref(&one.plan), one.setting, &one.events).swap_remove(0);
        assert_eq!(found, one.expected, "{}", one.name);
    }
}

#[test]
fn the_reference_finds_what_every_fixture_says() {
    agrees(Judge::Reference);
}

#[test]
fn kql_finds_what_every_fixture_says() {
    agrees(Judge::Engine(Engine::Kql));
}

#[test]
fn spl_finds_what_every_fixture_says() {
    agrees(Judge::Engine(Engine::Spl));
}

#[test]
fn duckdb_finds_what_every_fixture_says() {
    agrees(Judge::Engine(Engine::Sql(Dialect::DuckDb)));
}
