//! What can be wrong with a test, and how it is said.

use crate::diagnostic::Code;
use crate::source::{Place, Span};
use crate::types::Type;

use super::super::wording::Wording;

/// What is wrong with a test.
#[derive(Debug)]
pub enum TestError {
    /// A rule that does not exist.
    UnknownRule { name: String, suggestion: Option<String> },
    /// A test that a rule does not have.
    UnknownTest { rule: String, name: String, suggestion: Option<String> },
    /// A parameter that the rule does not have.
    UnknownParameter { rule: String, name: String, suggestion: Option<String> },
    /// Two tests of one rule with one name.
    NameTwice { name: String, first: Place },
    /// A field that stands twice in an event, a column twice in an expectation, a parameter set twice.
    Twice { name: String, first: Span },
    /// Nothing is expected.
    NothingExpected,
    /// `expect none` beside something else.
    NoneAndMore { other: Span },
    /// An expected column that results do not have.
    UnknownColumn { name: String, result: &'static str, suggestion: Option<String> },
    /// A column that only the other kind of result has.
    ColumnOfOther { name: String, result: &'static str, other: &'static str },
    /// An event of a view.
    EventOfView(String),
    /// Another value than the source always has.
    Constant { name: String, source: String, value: String },
    /// `time: missing`.
    TimeMissing,
    /// `+20m` for something that is no time.
    OffsetForType(Type),
    /// No events.
    NoEvents,
    /// `"+5m"` for a time.
    TimeInQuotes,
    /// `5m` for a time.
    OffsetWithoutSign,
    /// One value where a set is expected.
    SetExpected(Type),
    /// Values in brackets where there is nothing to take turns.
    ListWithoutRepetition,
    /// A location that is not two numbers in range.
    NotALocation,
    /// A repetition that is none, or beyond all sense.
    RepetitionOutOfRange { most: u64 },
    /// A time beyond what a time can be.
    TimeOutOfRange,
    /// A record that is no JSON.
    NotJson(String),
    /// Tests that take each other's events.
    Circle,
}

/// The wording of a mistake.
pub fn wording(error: TestError, place: Place) -> Wording {
    let here = |span| Place { source: place.source, span };
    match error {
        TestError::UnknownRule { name, suggestion } => {
            Wording::new(Code::E0231, format!("there is no rule `{name}`"), "unknown rule")
                .suggest(suggestion, || "a test names a rule of the files that are read together".to_owned())
        }
        TestError::UnknownTest { rule, name, suggestion } => {
            Wording::new(Code::E0231, format!("`{rule}` has no test \"{name}\""), "unknown test")
                .suggest(suggestion, || format!("`events of {rule}` takes the events of all its tests"))
        }
        TestError::UnknownParameter { rule, name, suggestion } => {
            Wording::new(Code::E0231, format!("`{rule}` has no parameter `{name}`"), "unknown parameter")
                .suggest(suggestion, || format!("declare it in the rule: `param {name}: TYPE = VALUE`"))
        }
        TestError::NameTwice { name, first } => {
            Wording::new(Code::E0232, format!("the rule has a test \"{name}\" already"), "second one")
                .help("say in the name what is different")
                .also(first, "first one")
        }
        TestError::Twice { name, first } => Wording::new(Code::E0232, format!("`{name}` stands twice"), "second time")
            .help("keep one of them")
            .also(here(first), "first time"),
        TestError::NothingExpected => Wording::new(Code::E0441, "the test expects nothing", "cannot fail")
            .help("add `expect match { … }`, `expect 2 matches` or `expect none`"),
        TestError::NoEvents => Wording::new(Code::E0441, "the test has no events", "always the same result")
            .help("add `events { SOURCE { FIELD: VALUE } }`"),
        TestError::NoneAndMore { other } => {
            Wording::new(Code::E0441, "the test expects no match and something else", "no match")
                .help("keep one of them")
                .also(here(other), "something else")
        }
        TestError::UnknownColumn { name, result, suggestion } => {
            Wording::new(Code::E0211, format!("the rule's {result} has no column `{name}`"), "no such column")
                .suggest(suggestion, || format!("add it to `show` of the rule, for example `{name} = last({name})`"))
        }
        TestError::ColumnOfOther { name, result, other } => {
            Wording::new(Code::E0211, format!("{} has no column `{name}`", article(result)), "no such column")
                .help(format!("{} has it: `expect {other} {{ {name}: … }}`", article(other)))
        }
        TestError::EventOfView(name) => {
            Wording::new(Code::E0442, format!("`{name}` is a view, and an event is of one source"), "several sources")
                .help("name one of the sources of the view")
        }
        TestError::Constant { name, source, value } => {
            Wording::new(Code::E0442, format!("`{name}` of `{source}` is always `{value}`"), "never this")
                .help("leave it out: every event of the source has it")
        }
        TestError::TimeMissing => Wording::new(Code::E0442, "every event has a time", "never missing")
            .help("leave it out for an event at the start of the test"),
        TestError::OffsetForType(ty) => {
            Wording::new(Code::E0442, "an offset is a time", format!("where type `{ty}` is needed"))
        }
        TestError::TimeInQuotes => Wording::new(Code::E0503, "a text stands where a time is needed", "in quotes")
            .help("write it without quotes, such as 2026-01-05T08:00:00Z, or +5m for five minutes after the start"),
        TestError::OffsetWithoutSign => {
            Wording::new(Code::E0442, "a duration stands where a time is needed", "no time")
                .help("put a sign in front for a time after or before the start of the test, such as +5m or -5m")
        }
        TestError::SetExpected(inner) => {
            Wording::new(Code::E0503, format!("one value is written where a set of `{inner}` is needed"), "not a set")
                .help("write all its values in brackets, in any order")
        }
        TestError::ListWithoutRepetition => Wording::new(
            Code::E0442,
            "an event has one value of a field",
            "several values",
        )
        .help("in an event that is repeated (`{ … } x 3`), values in brackets are taken in turns; elsewhere write one"),
        TestError::NotALocation => Wording::new(Code::E0442, "this is not a location", "not a location")
            .help("write latitude and longitude in degrees, such as [52.52, 13.405]"),
        TestError::RepetitionOutOfRange { most } => {
            Wording::new(Code::E0442, format!("an event is repeated 1 to {most} times"), "out of range")
        }
        TestError::TimeOutOfRange => Wording::new(Code::E0442, "this is further away than times go", "out of range"),
        TestError::NotJson(reason) => Wording::new(Code::E0531, "the record is not JSON", reason)
            .help("paste one record as the source exports it"),
        TestError::Circle => Wording::new(Code::E0443, "the test takes its own events", "leads back to the test")
            .help("name a test that does not take the events of this one"),
    }
}

fn article(result: &str) -> String {
    if result == "alert" { "an alert".to_owned() } else { format!("a {result}") }
}
