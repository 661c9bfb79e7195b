//! The reference page of the functions, written from their definitions.

use std::fmt::Write;

use super::{Accepts, FUNCTIONS, Function, Lowering, MissingRule, Parameter, ResultType};

/// The sections of the page: family and heading.
const SECTIONS: [(&str, &str); 6] = [
    ("text", "Text"),
    ("url", "URLs"),
    ("network", "Addresses"),
    ("time", "Time"),
    ("number", "Numbers"),
    ("choice", "Choice"),
];

const INTRODUCTION: &str = "\
# Functions

<!-- Written by `library::reference`; change the definitions in `src/library` instead. -->

Functions take values of an event and give a value, in `where`, `when` and `show` alike; aggregates over a window are in
[language.md](language.md). Positions count from 1 on every target. The empty text is the missing text. Unless a function says
otherwise a missing argument makes its result missing, and a test false.
";

/// The page in Markdown.
#[must_use]
pub fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (family, heading) in SECTIONS {
        let _ = write!(page, "\n## {heading}\n");
        for function in FUNCTIONS.iter().filter(|function| function.family == family) {
            page.push_str(&section(function));
        }
    }
    page
}

fn section(function: &Function) -> String {
    let mut text = format!("\n### `{}`\n\n{}\n", signature(function), function.summary);
    if function.missing == MissingRule::Handles {
        text.push_str("A missing argument is looked at like any other.\n");
    }
    text.push_str("\n```trail\n");
    for example in function.examples {
        let _ = writeln!(text, "{}   // {}", example.call, example.gives);
    }
    text.push_str("```\n");
    for (target, lowering) in [("KQL", &function.kql), ("SPL", &function.spl), ("SQL", &function.sql)] {
        if let Lowering::Unsupported(why) = lowering {
            let _ = writeln!(text, "\nNot on {target}: {why}");
        }
    }
    text
}

/// `substring(text, from: int, count: int) -> text`
fn signature(function: &Function) -> String {
    let parameters: Vec<String> = function.parameters.iter().map(parameter).collect();
    let more = if function.variadic { ", …" } else { "" };
    let result = match &function.result {
        ResultType::Is(ty) => ty.to_string(),
        ResultType::Same => {
            let same = function.parameters.iter().find(|parameter| matches!(parameter.accepts, Accepts::Same));
            same.or(function.parameters.first())
                .map_or_else(String::new, |parameter| accepted(&parameter.accepts).to_owned())
        }
    };
    format!("{}({}{more}) -> {result}", function.name, parameters.join(", "))
}

fn parameter(parameter: &Parameter) -> String {
    let literal = if parameter.literal { "literal " } else { "" };
    format!("{}: {literal}{}", parameter.name, accepted(&parameter.accepts))
}

fn accepted(accepts: &Accepts) -> &'static str {
    match accepts {
        Accepts::Text => "text",
        Accepts::TextOrId => "text or identifier",
        Accepts::Int | Accepts::Position => "int",
        Accepts::Number => "number",
        Accepts::Bool => "bool",
        Accepts::Time => "time",
        Accepts::Duration => "duration",
        Accepts::Ip => "ip",
        Accepts::Location => "location",
        Accepts::Same => "T",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_on_the_page() {
        let page = page();
        for function in FUNCTIONS {
            assert!(page.contains(&format!("### `{}(", function.name)), "{}", function.name);
        }
    }

    #[test]
    fn a_signature_says_what_is_taken_and_given() {
        let of = |name| signature(super::super::find(name).unwrap());
        assert_eq!(of("split_part"), "split_part(text: text, separator: literal text, n: literal int) -> text");
        assert_eq!(of("coalesce"), "coalesce(value: T, …) -> T");
        assert_eq!(of("hour"), "hour(time: time) -> int");
    }
}
