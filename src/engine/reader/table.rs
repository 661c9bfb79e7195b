//! Envelopes around records: `{"records":[…]}`, `{"value":[…]}`, and the tables of Log Analytics and Data Explorer.

use serde::Deserialize;

use super::fault::reason;
use super::json::{Flow, Json};
use super::records::Columns;
use super::report::Reason;
use super::split::{End, Splitter};
use super::window::Window;

/// Bytes looked at to tell an envelope from a record.
const START: usize = 64 * 1024;

/// What a key of an envelope stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    Records,
    Tables,
    /// Annotations that come before the records, such as `@odata.context`.
    Annotation,
    Other,
}

fn member(key: &[u8]) -> Member {
    let is = |name: &str| key.eq_ignore_ascii_case(name.as_bytes());
    if is("records") || is("value") {
        Member::Records
    } else if is("tables") {
        Member::Tables
    } else if key.starts_with(b"@") || key.starts_with(b"odata.") || is("nextLink") || is("count") {
        Member::Annotation
    } else {
        Member::Other
    }
}

/// Whether the object that starts here is an envelope: its first key that is no annotation holds an array of records.
///
/// A record of its own may start with annotations too, so these alone do not decide.
pub(super) fn is_envelope(window: &mut Window<'_>) -> bool {
    let mut at = 1;
    loop {
        if significant(window, &mut at) != Some(b'"') {
            return false;
        }
        // Most records are told from their first letter.
        if !window.byte(at + 1).is_some_and(|first| b"rRvVtT@oOnNcC".contains(&first)) {
            return false;
        }
        let Some(length) = value_length(window, at) else { return false };
        let member = member(&window.available()[at + 1..at + length - 1]);
        at += length;
        if significant(window, &mut at) != Some(b':') {
            return false;
        }
        at += 1;
        let value = significant(window, &mut at);
        match member {
            Member::Records | Member::Tables => return value == Some(b'['),
            Member::Annotation => {}
            Member::Other => return false,
        }
        let Some(length) = value_length(window, at) else { return false };
        at += length;
        if significant(window, &mut at) != Some(b',') {
            return false;
        }
        at += 1;
    }
}

/// The next byte that is no white space, from an offset on, which moves to it.
fn significant(window: &mut Window<'_>, at: &mut usize) -> Option<u8> {
    while *at < START {
        match window.byte(*at)? {
            b' ' | b'\t' | b'\r' | b'\n' => *at += 1,
            byte => return Some(byte),
        }
    }
    None
}

fn value_length(window: &mut Window<'_>, at: usize) -> Option<usize> {
    let mut splitter = Splitter::default();
    loop {
        let bytes = window.available();
        match splitter.scan(bytes.get(at..)?) {
            End::At(length) => return Some(length).filter(|length| *length > 0),
            End::Broken(_) => return None,
            End::Further if bytes.len() > START || !window.more() => return None,
            End::Further => {}
        }
    }
}

/// Reads the records of an envelope.
pub(super) fn envelope(json: &mut Json<'_, '_, '_, '_>) -> Flow {
    members(json, &mut |json, key| match (member(key.as_bytes()), json.window.byte(0)) {
        (Member::Records, Some(b'[')) => json.array(&mut Json::record),
        (Member::Tables, Some(b'[')) => json.array(&mut table),
        (Member::Records | Member::Tables | Member::Annotation | Member::Other, _) => json.skip_value(),
    })
}

/// Reads the rows of a table.
fn table(json: &mut Json<'_, '_, '_, '_>) -> Flow {
    if json.window.byte(0) != Some(b'{') {
        json.unreadable(0, Reason::NotAnObject);
        return json.skip_value();
    }
    let mut columns: Option<Columns> = None;
    members(json, &mut |json, key| {
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        if is("columns") {
            let at = json.window.position();
            let Some(bytes) = json.take_value() else { return Flow::Stop };
            match serde_json::from_slice::<Vec<Column>>(&bytes) {
                Ok(found) => {
                    columns = Some(json.records.columns(found.into_iter().map(|column| column.name).collect()));
                }
                Err(error) => json.records.report.unreadable(at, reason(&error)),
            }
            Flow::Next
        } else if is("rows") {
            match &columns {
                Some(columns) => json.array(&mut |json| json.row(columns)),
                None => {
                    json.unreadable(0, Reason::RowsBeforeColumns);
                    json.skip_value()
                }
            }
        } else {
            json.skip_value()
        }
    })
}

/// A column of a table.
#[derive(Deserialize)]
struct Column {
    #[serde(alias = "ColumnName", alias = "Name")]
    name: String,
}

/// The members of an object; `each` is called at the first byte of each value and uses it up.
fn members<'w, 'i, 'r, 'd>(
    json: &mut Json<'w, 'i, 'r, 'd>,
    each: &mut dyn FnMut(&mut Json<'w, 'i, 'r, 'd>, &str) -> Flow,
) -> Flow {
    json.window.advance(1);
    loop {
        match json.window.significant() {
            None => {
                json.unreadable(0, Reason::NotClosed);
                return Flow::Stop;
            }
            Some(b'}') => {
                json.window.advance(1);
                return Flow::Next;
            }
            Some(b',') => json.window.advance(1),
            Some(b'"') => {
                let Some(bytes) = json.take_value() else { return Flow::Stop };
                let key = serde_json::from_slice::<String>(&bytes).unwrap_or_default();
                if json.window.significant() != Some(b':') {
                    json.unreadable(0, Reason::Syntax("expected `:`".to_owned()));
                    return Flow::Stop;
                }
                json.window.advance(1);
                if json.window.significant().is_some() && each(json, &key) == Flow::Stop {
                    return Flow::Stop;
                }
            }
            Some(_) => {
                json.unreadable(0, Reason::Syntax("expected a key".to_owned()));
                return Flow::Stop;
            }
        }
    }
}
