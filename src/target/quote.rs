//! Values and names as KQL text. Everything of a user's making reaches a query through here and nowhere else.

use std::fmt::Write as _;

use crate::plan::SECOND;

/// A string literal: `"a\"b"`. Never holds a line break, so that queries can be indented.
#[must_use]
pub fn text(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other if is_unsafe(other) => {
                // These are all below U+10000, so that four digits do.
                let _ = write!(quoted, "\\u{:04x}", u32::from(other));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Characters that a reader does not see or that end a line.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
}

/// A regular expression as a verbatim literal, `@"\d+"`, so that it reads as it was written.
#[must_use]
pub fn regex(pattern: &str) -> String {
    if pattern.chars().any(is_unsafe) {
        return text(pattern);
    }
    format!("@\"{}\"", pattern.replace('"', "\"\""))
}

/// User text inside a comment: one line, whatever it holds.
#[must_use]
pub fn comment(text: &str) -> String {
    text.chars().map(|character| if is_unsafe(character) { ' ' } else { character }).collect()
}

/// A column's or variable's name, in brackets where KQL would take it for something else.
#[must_use]
pub fn name(name: &str) -> String {
    if is_plain_name(name) { name.to_owned() } else { format!("[{}]", text(name).replace('"', "'")) }
}

/// Whether a word can stand as a name without brackets.
#[must_use]
pub fn is_plain_name(name: &str) -> bool {
    let mut characters = name.chars();
    let starts = characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    starts && characters.all(|other| other.is_ascii_alphanumeric() || other == '_') && !RESERVED.contains(&name)
}

/// A step into a dynamic value: `.key`, `["odd key"]`, `[0]`.
#[must_use]
pub fn step(key: &str) -> String {
    if !key.is_empty() && key.chars().all(|digit| digit.is_ascii_digit()) {
        return format!("[{key}]");
    }
    if is_plain_name(key) { format!(".{key}") } else { format!("[{}]", text(key)) }
}

/// The units of timespans, longest first, in microseconds.
const UNITS: [(i64, &str); 5] =
    [(86_400 * SECOND, "d"), (3600 * SECOND, "h"), (60 * SECOND, "m"), (SECOND, "s"), (1000, "ms")];

/// A timespan literal of whole units: `90m`.
#[must_use]
pub fn timespan(microseconds: i64) -> String {
    if microseconds == 0 {
        return "0s".to_owned();
    }
    let unit = UNITS.iter().find(|(size, _)| microseconds % size == 0);
    match unit {
        Some((size, unit)) => format!("{}{unit}", microseconds / size),
        None => format!("{microseconds}microsecond"),
    }
}

/// The first and last moment that Kusto's `datetime` holds, in whole microseconds since 1970.
const DATETIME_RANGE: (i64, i64) = (-62_135_596_800 * SECOND, 253_402_300_799 * SECOND);

/// A datetime literal. A moment that Kusto cannot hold becomes the nearest one that it can.
#[must_use]
pub fn datetime(microseconds: i64) -> String {
    let (first, last) = DATETIME_RANGE;
    let moment = jiff::Timestamp::from_microsecond(microseconds.clamp(first, last));
    moment.map_or_else(|_| "datetime(null)".to_owned(), |moment| format!("datetime({moment})"))
}

/// A number with a fraction. What is no number is null.
#[must_use]
pub fn real(number: f64) -> String {
    if number.is_finite() { format!("real({number:?})") } else { "real(null)".to_owned() }
}

/// Words that Microsoft's parser does not take as a name everywhere, in the order of the alphabet.
const RESERVED: &[&str] = &[
    "__id",
    "accumulate",
    "and",
    "anomalychart",
    "areachart",
    "as",
    "asc",
    "bagexpansion",
    "barchart",
    "between",
    "bin_legacy",
    "bool",
    "boolean",
    "by",
    "byte",
    "cachingpolicy",
    "callout",
    "cancel",
    "card",
    "char",
    "columnchart",
    "contains",
    "contains_cs",
    "containscs",
    "cycles",
    "dataexport",
    "datascope",
    "datatable",
    "date",
    "datetime",
    "decimal",
    "decodeblocks",
    "desc",
    "double",
    "dynamic",
    "earliest",
    "encodingpolicy",
    "endswith",
    "endswith_cs",
    "expandoutput",
    "extent_tags_retention",
    "external_data",
    "externaldata",
    "false",
    "find",
    "first",
    "flags",
    "float",
    "force_remote",
    "guid",
    "harddelete",
    "hardretention",
    "has",
    "has_all",
    "has_any",
    "has_cs",
    "hasprefix",
    "hasprefix_cs",
    "hassuffix",
    "hassuffix_cs",
    "hotcache",
    "in",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "invoke",
    "isfuzzy",
    "journal",
    "kind",
    "ladderchart",
    "last",
    "latest",
    "let",
    "like",
    "likecs",
    "linechart",
    "long",
    "materialize",
    "mdm",
    "missing",
    "nooptimization",
    "not",
    "notcontains",
    "notcontainscs",
    "notlike",
    "notlikecs",
    "null",
    "of",
    "on",
    "or",
    "others",
    "pathformat",
    "piechart",
    "pivotchart",
    "print",
    "project",
    "queries",
    "query_results",
    "real",
    "relaxed",
    "restricted_view_access",
    "row_level_security",
    "rowstore",
    "rowstore_references",
    "rowstore_sealinfo",
    "rowstorepolicy",
    "rowstores",
    "sample",
    "scatterchart",
    "seal",
    "seals",
    "search",
    "set",
    "shards",
    "simple",
    "softdelete",
    "softretention",
    "sql",
    "stackedareachart",
    "startswith",
    "startswith_cs",
    "statistics",
    "storedqueryresultcontainers",
    "string",
    "tablepurge",
    "time",
    "timechart",
    "timeline",
    "timepivot",
    "timespan",
    "title",
    "to",
    "toscalar",
    "totable",
    "treemap",
    "true",
    "typeof",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "ulong",
    "union",
    "uniqueid",
    "unrestrictedviewers",
    "verbose",
    "viewers",
    "views",
    "where",
    "with",
    "with_itemindex",
    "with_match_id",
    "with_source",
    "with_step_name",
    "withsource",
    "writeaheadlog",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_text_cannot_leave_its_literal() {
        assert_eq!(text(r#"a" or 1==1 //"#), r#""a\" or 1==1 //""#);
        assert_eq!(text("a\\"), r#""a\\""#);
        assert_eq!(text("a\nb\u{2028}\0"), r#""a\nb\u2028\u0000""#);
        assert_eq!(regex(r#"^"\d+"$"#), r#"@"^""\d+""$""#);
        assert_eq!(regex("a\nb"), r#""a\nb""#);
        assert_eq!(comment("title\r\nSecurityEvent"), "title  SecurityEvent");
    }

    #[test]
    fn names_that_kql_reserves_stand_in_brackets() {
        assert_eq!(name("user"), "user");
        assert_eq!(name("time"), "['time']");
        assert_eq!(name("first"), "['first']");
        assert_eq!(step("deviceId"), ".deviceId");
        assert_eq!(step("odd key"), "[\"odd key\"]");
        assert_eq!(step("0"), "[0]");
    }

    #[test]
    fn durations_use_the_largest_whole_unit() {
        assert_eq!(timespan(3600 * SECOND), "1h");
        assert_eq!(timespan(5400 * SECOND), "90m");
        assert_eq!(timespan(-SECOND), "-1s");
        assert_eq!(timespan(1_500_000), "1500ms");
        assert_eq!(timespan(7), "7microsecond");
        assert_eq!(timespan(0), "0s");
    }

    #[test]
    fn moments_beyond_kusto_become_the_nearest_one() {
        assert_eq!(datetime(0), "datetime(1970-01-01T00:00:00Z)");
        assert_eq!(datetime(1_500_000), "datetime(1970-01-01T00:00:01.5Z)");
        assert_eq!(datetime(i64::MIN), "datetime(0001-01-01T00:00:00Z)");
        assert_eq!(real(1.5), "real(1.5)");
        assert_eq!(real(f64::NAN), "real(null)");
    }
}
