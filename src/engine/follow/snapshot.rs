//! What a run that follows logs has in memory, as bytes, to go on with after a stop: sealed, so that what is damaged, or of other
//! rules, is told and never used.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Follow;
use crate::engine::job::{Grain, Job};
use crate::engine::operator::state;

pub use crate::engine::operator::state::{read, write};

/// How a state begins.
const MAGIC: &[u8] = b"tokentrail state\n";

/// Changes with what is in a state beside that of the rules.
const FORMAT: u32 = 1;

/// A hash.
pub type Sum = [u8; 32];

/// What stands before the state itself.
#[derive(Serialize, Deserialize)]
struct Seal {
    /// The version that wrote it.
    version: String,
    format: u32,
    /// What it is the state of.
    rules: Sum,
    sum: Sum,
}

/// Why a state cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is something else.
    NotAState,
    /// Another version wrote it: which one.
    OtherVersion(String),
    /// It is that of other rules, or of another grain.
    OtherRules,
    /// It is not what was written.
    Damaged,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAState => f.write_str("it is no state of a run"),
            Self::OtherVersion(version) => write!(f, "it was written by tokentrail {version}"),
            Self::OtherRules => f.write_str("it is that of other rules, lists or log sources, or of another --grain"),
            Self::Damaged => f.write_str("it is damaged"),
        }
    }
}

/// What a job's state is good for.
#[must_use]
pub fn fingerprint(job: &Job<'_>) -> Sum {
    let grain = match job.grain {
        Grain::Match => "match",
        Grain::Alert => "alert",
    };
    let mut hasher = Sha256::new();
    hasher.update(state::fingerprint(job.plans, job.layout));
    hasher.update(grain);
    hasher.finalize().into()
}

/// A state that can be told from anything else; and its hash.
///
/// # Errors
/// When it cannot be written.
pub fn seal(rules: Sum, body: &[u8]) -> state::Result<(Vec<u8>, Sum)> {
    let sum: Sum = Sha256::digest(body).into();
    let seal = Seal { version: env!("CARGO_PKG_VERSION").to_owned(), format: FORMAT, rules, sum };
    let mut bytes = MAGIC.to_vec();
    write(&seal, &mut bytes)?;
    bytes.extend(body);
    Ok((bytes, sum))
}

/// The state in these bytes, and its hash.
///
/// # Errors
/// When it cannot be used for these rules.
pub fn open(bytes: &[u8], rules: Sum) -> Result<(&[u8], Sum), Wrong> {
    let mut rest = bytes.strip_prefix(MAGIC).ok_or(Wrong::NotAState)?;
    let seal: Seal = read(&mut rest).map_err(|_| Wrong::Damaged)?;
    if (seal.version.as_str(), seal.format) != (env!("CARGO_PKG_VERSION"), FORMAT) {
        return Err(Wrong::OtherVersion(seal.version));
    }
    let sum: Sum = Sha256::digest(rest).into();
    if sum != seal.sum {
        return Err(Wrong::Damaged);
    }
    if seal.rules != rules {
        return Err(Wrong::OtherRules);
    }
    Ok((rest, sum))
}

impl Follow<'_> {
    /// Adds the state to what is written. That of the inputs is the caller's.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, into: &mut Vec<u8>) -> io::Result<()> {
        let save = |into: &mut Vec<u8>| -> state::Result {
            write(&self.clock.reached(), into)?;
            self.held.save(into)?;
            self.openings.as_ref().map_or(Ok(()), |openings| openings.save(into))
        };
        save(into).map_err(io::Error::other)?;
        self.session.save(into)
    }

    /// Takes the state from what was written for the same job.
    ///
    /// # Errors
    /// When it is not that.
    pub fn restore(&mut self, from: &mut &[u8]) -> io::Result<()> {
        let mut restore = || -> state::Result {
            self.clock.resume(read(from)?);
            self.held.restore(from)?;
            self.openings.as_mut().map_or(Ok(()), |openings| openings.restore(from))
        };
        restore().map_err(io::Error::other)?;
        self.session.restore(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_sealed_for_the_same_rules_is_opened() {
        let (sealed, sum) = seal([1; 32], b"all that is known").unwrap();
        assert_eq!(open(&sealed, [1; 32]), Ok((&b"all that is known"[..], sum)));
        assert_eq!(open(&sealed, [2; 32]), Err(Wrong::OtherRules));
        assert_eq!(open(b"something", [1; 32]), Err(Wrong::NotAState));
        assert_eq!(open(b"", [1; 32]), Err(Wrong::NotAState));
    }

    #[test]
    fn no_damage_goes_unnoticed() {
        let (sealed, _) = seal([1; 32], b"all that is known").unwrap();
        for length in 0..sealed.len() {
            assert!(open(&sealed[..length], [1; 32]).is_err(), "{length} bytes");
        }
        for place in 0..sealed.len() {
            for bit in 0..8 {
                let mut damaged = sealed.clone();
                damaged[place] ^= 1 << bit;
                assert!(open(&damaged, [1; 32]).is_err(), "byte {place}");
            }
        }
    }
}
