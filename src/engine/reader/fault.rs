//! What is wrong with a record, and where.
//!
//! The walk is made to be fast and knows no more than that something is wrong. The words and the place come from a second reading
//! with `serde_json`.

use std::str::Utf8Error;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::report::Reason;

/// What is wrong with a record, and at which of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) offset: usize,
    pub(super) reason: Reason,
}

impl Fault {
    /// A record with other bytes than UTF-8.
    pub(super) fn not_utf8(error: Utf8Error) -> Self {
        Self { offset: error.valid_up_to(), reason: Reason::NotUtf8 }
    }

    /// Something that is no JSON.
    pub(super) fn syntax(text: &str) -> Self {
        let Err(error) = serde_json::from_str::<IgnoredAny>(text) else {
            // A row that is JSON, but no array.
            return Self { offset: 0, reason: Reason::Syntax("expected an array".to_owned()) };
        };
        let fault = Self::of(text, &error);
        // Reading all values gives better words, but not for any depth, and minds what they are.
        let closer = serde_json::from_str::<Value>(text).err().map(|error| Self::of(text, &error));
        closer.filter(|closer| closer.offset == fault.offset).unwrap_or(fault)
    }

    /// What a parser says of a text.
    pub(super) fn of(text: &str, error: &serde_json::Error) -> Self {
        let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
        let offset = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
        Self { offset, reason: reason(error) }
    }
}

/// What a parser says, without the place.
pub(super) fn reason(error: &serde_json::Error) -> Reason {
    if error.is_eof() {
        return Reason::CutShort;
    }
    let message = error.to_string();
    Reason::Syntax(message.split_once(" at line ").map_or(message.as_str(), |(text, _)| text).to_owned())
}
