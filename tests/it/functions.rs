//! Functions on the Splunk model: their examples hold there too. (Those for KQL are in `kql.rs`.)

use serde_json::{Value as Json, json};
use tokentrail::library::FUNCTIONS;
use tokentrail::target::{self, Grain, Options, Period, Target};

use crate::check::check_text;
use crate::emit::assert_analysed;
use crate::oracle;
use crate::world::START;

/// Whether a cell holds what the language writes as `gives`.
fn is(cell: &Json, gives: &str) -> bool {
    match cell {
        Json::Null => gives == "missing",
        Json::String(text) if gives.starts_with('"') => gives == format!("\"{text}\""),
        Json::String(text) => text == gives,
        Json::Number(number) => {
            let wanted = match gives.parse::<jiff::Timestamp>() {
                #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
                Ok(moment) => moment.as_microsecond() as f64 / 1e6,
                Err(_) => gives.parse::<f64>().unwrap_or(f64::NAN),
            };
            (number.as_f64().unwrap() - wanted).abs() < 1e-9
        }
        Json::Bool(_) | Json::Array(_) | Json::Object(_) => false,
    }
}

#[test]
fn each_example_of_each_function_holds_in_spl() {
    let examples: Vec<_> = FUNCTIONS.iter().flat_map(|function| function.examples).collect();
    let columns: Vec<String> =
        examples.iter().enumerate().map(|(index, example)| format!("x{index} = {}", example.call)).collect();
    let text = format!("/// T.\nrule r {{ title \"T\" severity low from entra.signin show {} }}", columns.join(", "));
    let (checked, _) = check_text("r.trail", &text);
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
    let period = Period::Hunt { from: START * 1_000_000, to: (START + 7200) * 1_000_000 };
    let search = target::write(&checked.plans[0], Target::Spl, Options { grain: Grain::Match, period }).unwrap().text;
    let event = json!({"_time": START, "_indextime": START, "properties": {
        "id": "e", "createdDateTime": "2026-03-04T00:00:00Z", "status": {"errorCode": 0}}});
    let job = json!({"search": search, "now": START + 86_400, "macros": {"tokentrail_entra_signin": [event]}});
    let answer = oracle::spl(&json!([job])).remove(0);
    let row = &answer["rows"][0];
    assert!(row.is_object(), "{}", answer["error"]);
    let wrong: Vec<String> = examples
        .iter()
        .enumerate()
        .map(|(index, example)| (example, &row[format!("x{index}")]))
        .filter(|(example, cell)| !is(cell, example.gives))
        .map(|(example, cell)| format!("{} gives {cell}, not {}", example.call, example.gives))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{search}");
}

#[test]
fn scheduled_queries_with_every_function_can_be_read() {
    let functions = check_text("r.trail", include_str!("../fixtures/agreement_functions.trail")).0;
    let prevalence = check_text("r.trail", include_str!("../fixtures/agreement_prevalence.trail")).0;
    let (mut queries, mut searches) = (Vec::new(), Vec::new());
    for plan in functions.plans.iter().chain(&prevalence.plans) {
        let options = Options { grain: Grain::Alert, period: Period::Scheduled };
        queries.push((format!("functions_{}", plan.name), target::write(plan, Target::Kql, options).unwrap().text));
        let macros: serde_json::Map<String, Json> =
            plan.legs().map(|leg| (leg.source.spl.macro_name.clone(), json!([]))).collect();
        let search = target::write(plan, Target::Spl, options).unwrap().text;
        searches.push(json!({"search": search, "now": START, "macros": macros}));
    }
    assert_analysed(&queries);
    for (answer, search) in oracle::spl(&json!(searches)).iter().zip(&searches) {
        assert!(answer["rows"].is_array(), "{answer}\n{}", search["search"].as_str().unwrap());
    }
}
