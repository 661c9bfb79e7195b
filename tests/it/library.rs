//! The functions of the language: their definitions are complete. (Their examples are in `functions.rs`.)

use std::collections::BTreeSet;

use tokentrail::catalog::load;
use tokentrail::engine::event::{Event, Layout};
use tokentrail::engine::run::Session;
use tokentrail::library::{self, FUNCTIONS, Lowering, MissingRule};
use tokentrail::plan::Plan;
use tokentrail::value::Value;

use crate::check::check_text;

fn plan(rule: &str) -> Plan {
    let text = format!("rule example {{ title \"Example\" severity low from entra.signin {rule} }}");
    let (checked, _) = check_text("example.trail", &text);
    let errors: Vec<&String> = checked.diagnostics.iter().map(|found| &found.message).collect();
    checked.plans.into_iter().next().unwrap_or_else(|| panic!("{rule}\n{errors:?}"))
}

/// Whether a rule matches one event without any values.
fn matches(plan: &Plan) -> bool {
    let catalog = load::builtin();
    let plans = std::slice::from_ref(plan);
    let layout = Layout::new(plans, &catalog);
    let source = catalog.rank("entra.signin").unwrap();
    let values = layout.values(source, |_| Value::Missing);
    let event = Event { time: 0, event_id: Value::text("e"), source, values };
    let mut session = Session::new(plans, &layout);
    let mut found = 0;
    session.push(&event, &mut |_| found += 1);
    session.finish(&mut |_| found += 1);
    found == 1
}

#[test]
fn every_function_is_named_once_and_described_in_full() {
    let names: BTreeSet<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
    assert_eq!(names.len(), FUNCTIONS.len());
    for function in FUNCTIONS {
        assert!(std::ptr::eq(library::find(function.name).unwrap(), *function));
        assert!(function.summary.ends_with('.') && !function.parameters.is_empty(), "{}", function.name);
        // A speed is between two events, which no single call can show.
        assert_eq!(function.examples.is_empty(), function.name == "speed", "{}", function.name);
    }
}

#[test]
fn a_missing_argument_gives_missing_and_a_test_of_it_is_false() {
    // Fields of the event without values, by the name of the parameter.
    let field = |name: &str| match name {
        "text" | "url" | "user_agent" => "user_agent",
        "location" | "other" => "location",
        "duration" => "time - token_issued",
        "bits" | "bits_of_ipv6" => "32",
        "ip" => "ip",
        "time" => "token_issued",
        "number" => "length(user_agent)",
        "n" | "from" | "count" => "1",
        "separator" => "\"x\"",
        other => panic!("no field for {other}"),
    };
    for function in FUNCTIONS
        .iter()
        .filter(|function| function.missing == MissingRule::Missing && !["point", "speed"].contains(&function.name))
    {
        let arguments: Vec<&str> = function.parameters.iter().map(|parameter| field(parameter.name)).collect();
        let call = format!("{}({})", function.name, arguments.join(", "));
        let is_test = function.name.starts_with("is_");
        let expected = if is_test { format!("where not {call}") } else { format!("where {call} is missing") };
        assert!(matches(&plan(&expected)), "{call}");
    }
}

#[test]
fn positions_count_from_one_on_every_target() {
    for call in ["substring(user_agent, 0, 1)", "split_part(user_agent, \"/\", 0)", "path_segment(user_agent, -1)"] {
        let text = format!(
            "/// Wrong.\nrule example {{ title \"Example\" severity low from entra.signin where {call} == \"x\" }}"
        );
        let (checked, _) = check_text("example.trail", &text);
        let codes: Vec<&str> = checked.diagnostics.iter().map(|found| found.code.id()).collect();
        assert_eq!(codes, ["E0304"], "{call}");
    }
}

#[test]
fn templates_name_only_parameters_that_exist() {
    for function in FUNCTIONS {
        for lowering in [&function.kql, &function.spl, &function.sql] {
            let (Lowering::Call(template) | Lowering::Loose(template)) = lowering else { continue };
            for (at, _) in template.match_indices('{') {
                let place = template[at + 1..].split('}').next().unwrap_or_default();
                if let Ok(index) = place.parse::<usize>() {
                    assert!(index < function.parameters.len(), "{}: {template}", function.name);
                }
            }
            let named = (0..function.parameters.len()).all(|index| template.contains(&format!("{{{index}}}")));
            assert!(named || template.contains("{*}"), "{}: {template}", function.name);
        }
    }
}
