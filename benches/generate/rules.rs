//! The rules that are measured, as rules and as what a query in another language needs to say the same.

use std::fmt::Write as _;

use super::events::{APPLICATIONS, RARE_APPLICATIONS};
use super::random::Random;
use super::records::application;

/// The three detections.
pub const THREE: &str = include_str!("three.trail");

/// Events of a source whose field has a value, counted for each key.
pub struct Threshold {
    pub name: String,
    pub source: &'static str,
    pub field: &'static str,
    pub value: String,
    pub key: &'static str,
    pub minutes: u64,
    /// What is counted: events, or different values of a field.
    pub distinct: Option<&'static str>,
    pub least: u64,
}

impl Threshold {
    fn rule(&self, out: &mut String) {
        let Self { name, source, field, key, minutes, least, .. } = self;
        let value = if *field == "status_code" { self.value.clone() } else { format!("{:?}", self.value) };
        let counted = self.distinct.map_or_else(|| "count()".to_owned(), |field| format!("distinct({field})"));
        let allowed = match (*key, *source) {
            ("session", _) => "\n  allow    W0811 \"applications are not meant\"",
            _ => "",
        };
        let _ = write!(
            out,
            "/// More than is usual.\nrule {name} {{\n  title    \"Threshold {name}\"\n  severity low{allowed}\n  from     {source}\n  \
             where    {field} == {value}\n  by       {key}\n  within   {minutes}m\n  when     {counted} >= {least}\n  \
             show     number = {counted}\n}}\n\n"
        );
    }

    fn json(&self) -> String {
        let Self { name, source, field, value, key, minutes, least, distinct } = self;
        let counted = distinct.map_or_else(|| "null".to_owned(), |field| format!("\"{field}\""));
        format!(
            "{{\"name\":\"{name}\",\"source\":\"{source}\",\"field\":\"{field}\",\"value\":\"{value}\",\"key\":\"{key}\",\
             \"minutes\":{minutes},\"distinct\":{counted},\"least\":{least}}}"
        )
    }
}

/// Fifty thresholds, each for a value of its own; some are passed, some not.
pub fn fifty() -> Vec<Threshold> {
    let mut rules = Vec::new();
    let mut add = |source, field, value: String, key, minutes, distinct, least| {
        let name = format!("threshold_{:02}", rules.len());
        rules.push(Threshold { name, source, field, value, key, minutes, distinct, least });
    };
    for number in 0..20 {
        add("graph.activity", "app_id", application(number), "token", 5 + number, None, 12 + 9 * (number % 5));
    }
    for number in 0..10 {
        add("entra.signin", "app_id", application(number + 20), "token", 20 + number, None, 8 + 6 * (number % 4));
    }
    for (index, operation) in (0..).zip([
        "MailItemsAccessed",
        "Send",
        "SoftDelete",
        "FileAccessed",
        "FileDownloaded",
        "FileModified",
        "MessageSent",
        "ChatRetrieved",
    ]) {
        add("m365.audit", "operation", operation.to_owned(), "token", 10 + index, None, 15 + 20 * (index % 3));
    }
    for (index, code) in (0..).zip(["400", "403", "404", "429", "304", "204"]) {
        add("graph.activity", "status_code", code.to_owned(), "session", 30 + index, None, 10 + 10 * (index % 3));
    }
    for (index, code) in (0..).zip(["50126", "50074", "50140", "53003", "70043", "65001"]) {
        let distinct = (index % 2 == 1).then_some("app_id");
        add("entra.signin", "result_code", code.to_owned(), "user_id", 40 + index, distinct, 3 + index % 3);
    }
    rules
}

/// Rules for values that are never or hardly ever there.
pub fn rare(count: u64) -> Vec<Threshold> {
    let one = |number: u64| {
        let (source, field) = match number % 10 {
            0..4 => ("graph.activity", "app_id"),
            4..7 => ("entra.signin", "app_id"),
            7 | 8 => ("m365.audit", "app_id"),
            _ => ("m365.audit", "operation"),
        };
        let value = match field {
            "operation" => format!("Set-Rare{number:04}"),
            _ if number < RARE_APPLICATIONS => application(1_000 + number),
            _ => Random(0xdead_0000 + number).guid(),
        };
        let key = if number.is_multiple_of(3) { "user_id" } else { "token" };
        let (name, minutes, least) = (format!("rare_{number:04}"), 5 + number % 50, 2 + number % 3);
        Threshold { name, source, field, value, key, minutes, distinct: None, least }
    };
    (0..count).map(one).collect()
}

/// A file of rules.
pub fn file(rules: &[Threshold]) -> String {
    let mut out = "// Written by benches/generate.\n\n".to_owned();
    rules.iter().for_each(|rule| rule.rule(&mut out));
    out
}

/// The same rules for whoever writes them as queries.
pub fn json(rules: &[Threshold]) -> String {
    let lines: Vec<String> = rules.iter().map(Threshold::json).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

const _: () = assert!(APPLICATIONS >= 30, "the rules name thirty applications");
