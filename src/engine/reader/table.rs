//! Envelopes around records: `{"records":[…]}`, `{"value":[…]}`, and the tables of Log Analytics and Data Explorer.

use std::sync::Arc;

use serde::Deserialize;

use super::fault::reason;
use super::json::{Elements, Flow, Json, Level};
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
    loop {
        match starts_envelope(window.available()) {
            Some(found) => return found,
            None if window.available().len() > START || !window.more() => return false,
            None => {}
        }
    }
}

/// Whether an object that starts with these bytes is an envelope; none when that depends on what follows them.
pub(super) fn starts_envelope(bytes: &[u8]) -> Option<bool> {
    let mut at = 1;
    loop {
        if significant(bytes, &mut at)? != b'"' {
            return Some(false);
        }
        // Most records are told from their first letter.
        if !b"rRvVtT@oOnNcC".contains(bytes.get(at + 1)?) {
            return Some(false);
        }
        let length = value_length(&bytes[at..])?;
        let Some(key) = bytes.get(at + 1..at + length.saturating_sub(1)) else { return Some(false) };
        let member = member(key);
        at += length;
        if length == 0 || significant(bytes, &mut at)? != b':' {
            return Some(false);
        }
        at += 1;
        let value = significant(bytes, &mut at)?;
        match member {
            Member::Records | Member::Tables => return Some(value == b'['),
            Member::Annotation => {}
            Member::Other => return Some(false),
        }
        let length = value_length(&bytes[at..])?;
        at += length;
        if length == 0 || significant(bytes, &mut at)? != b',' {
            return Some(false);
        }
        at += 1;
    }
}

/// The next byte that is no white space, from an offset on, which moves to it; what is too far away is no part of an envelope.
fn significant(bytes: &[u8], at: &mut usize) -> Option<u8> {
    while *at < START {
        match *bytes.get(*at)? {
            b' ' | b'\t' | b'\r' | b'\n' => *at += 1,
            byte => return Some(byte),
        }
    }
    Some(0)
}

/// The length of a value; none when its end is not among the bytes, zero when it has none.
fn value_length(bytes: &[u8]) -> Option<usize> {
    match Splitter::default().scan(bytes) {
        End::At(length) => Some(length),
        End::Broken(_) => Some(0),
        End::Further => None,
    }
}

/// An object that is read member by member.
#[derive(Clone, Debug)]
pub(super) enum Members {
    /// Of records or tables.
    Envelope,
    /// A table, with its columns once they are known.
    Table(Option<Arc<Columns>>),
}

/// A member of an envelope, whose value starts here.
fn of_envelope(json: &mut Json<'_, '_, '_, '_>, key: &str) -> Flow {
    match (member(key.as_bytes()), json.window.byte(0)) {
        (Member::Records, Some(b'[')) => json.enter_array(Elements::Records),
        (Member::Tables, Some(b'[')) => json.enter_array(Elements::Tables),
        (Member::Records | Member::Tables | Member::Annotation | Member::Other, _) => json.skip_value(),
    }
}

/// A table among others.
pub(super) fn table(json: &mut Json<'_, '_, '_, '_>) -> Flow {
    if json.window.byte(0) != Some(b'{') {
        json.unreadable(0, Reason::NotAnObject);
        return json.skip_value();
    }
    json.enter_members(Members::Table(None));
    Flow::Next
}

/// The columns of a table, which start here; those from before where they cannot be read.
fn columns(json: &mut Json<'_, '_, '_, '_>, before: Option<Arc<Columns>>) -> Option<Members> {
    let at = json.window.position();
    let bytes = json.take_value()?;
    Some(Members::Table(match serde_json::from_slice::<Vec<Column>>(&bytes) {
        Ok(found) => Some(Arc::new(json.records.columns(found.into_iter().map(|column| column.name).collect()))),
        Err(error) => {
            json.records.report.unreadable(at, reason(&error));
            before
        }
    }))
}

/// A column of a table.
#[derive(Deserialize)]
struct Column {
    #[serde(alias = "ColumnName", alias = "Name")]
    name: String,
}

/// One step further in the members of an object.
pub(super) fn members_on(json: &mut Json<'_, '_, '_, '_>, members: Members) -> Flow {
    match json.window.significant() {
        None => {
            json.unreadable(0, Reason::NotClosed);
            Flow::Stop
        }
        Some(b'}') => {
            json.window.advance(1);
            Flow::Next
        }
        Some(b',') => {
            json.window.advance(1);
            json.stay(Level::Members(members));
            Flow::Next
        }
        Some(b'"') => keyed(json, members),
        Some(_) => {
            json.unreadable(0, Reason::Syntax("expected a key".to_owned()));
            Flow::Stop
        }
    }
}

/// A member, whose key starts here.
fn keyed(json: &mut Json<'_, '_, '_, '_>, members: Members) -> Flow {
    let Some(bytes) = json.take_value() else { return Flow::Stop };
    let key = serde_json::from_slice::<String>(&bytes).unwrap_or_default();
    if json.window.significant() != Some(b':') {
        json.unreadable(0, Reason::Syntax("expected `:`".to_owned()));
        return Flow::Stop;
    }
    json.window.advance(1);
    if json.window.significant().is_none() {
        json.stay(Level::Members(members));
        return Flow::Next;
    }
    let is = |name: &str| key.eq_ignore_ascii_case(name);
    match members {
        Members::Table(before) if is("columns") => {
            let Some(members) = columns(json, before) else { return Flow::Stop };
            json.stay(Level::Members(members));
            Flow::Next
        }
        Members::Table(None) if is("rows") => {
            json.stay(Level::Members(Members::Table(None)));
            json.unreadable(0, Reason::RowsBeforeColumns);
            json.skip_value()
        }
        Members::Table(Some(columns)) if is("rows") => {
            json.stay(Level::Members(Members::Table(Some(Arc::clone(&columns)))));
            json.enter_array(Elements::Rows(columns))
        }
        Members::Table(columns) => {
            json.stay(Level::Members(Members::Table(columns)));
            json.skip_value()
        }
        Members::Envelope => {
            json.stay(Level::Members(Members::Envelope));
            of_envelope(json, &key)
        }
    }
}
