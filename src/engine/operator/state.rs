//! What operators remember, as bytes: so that a run can stop and go on later as if it had not stopped.

use postcard::{take_from_bytes, to_extend};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::engine::event::Layout;
use crate::plan::Plan;

/// State that cannot be written, or that is not what was written.
pub type Result<T = ()> = std::result::Result<T, postcard::Error>;

/// Changes whenever what is written means something else.
const FORMAT: u32 = 1;

/// What the state of some rules is good for: rules of exactly this text and these lists, run together, by this version.
#[must_use]
pub fn fingerprint(plans: &[Plan], layout: &Layout) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(format!("{} {FORMAT} {layout:?}", env!("CARGO_PKG_VERSION")));
    for plan in plans {
        hasher.update(format!("{plan:?}"));
    }
    hasher.finalize().into()
}

/// What was written is of something else.
#[must_use]
pub fn other() -> postcard::Error {
    postcard::Error::DeserializeBadEncoding
}

/// Adds to what is written.
///
/// # Errors
/// When a value cannot be written.
pub fn write(state: &impl Serialize, into: &mut Vec<u8>) -> Result {
    to_extend(state, std::mem::take(into)).map(|written| *into = written)
}

/// Takes from the front of what was written.
///
/// # Errors
/// When it is something else that was written.
pub fn read<'a, T: Deserialize<'a>>(from: &mut &'a [u8]) -> Result<T> {
    let (state, rest) = take_from_bytes(from)?;
    *from = rest;
    Ok(state)
}
