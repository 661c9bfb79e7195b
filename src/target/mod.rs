//! Plan to query text, one writer per target.
//!
//! Gate, then write: `capability` says for each feature of a plan whether a target has it natively, emulated or not at all, and
//! reports every gap with its place. A writer runs only behind the gate and is total.

pub mod capability;
mod country;
pub mod error;
pub mod fragment;
pub mod kql;
mod outside;
pub mod quote;
pub mod spl;
mod table;

use crate::diagnostic::{Code, Diagnostic};
use crate::plan::{Plan, SECOND};
use crate::source::Place;

pub use outside::{ENTRY, Upload};

use error::{MAX_CHARACTERS, TargetError, TargetErrorKind};

/// What queries are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// KQL for Microsoft Sentinel.
    Kql,
    /// SPL for Splunk.
    Spl,
}

impl Target {
    /// All targets.
    pub const ALL: [Self; 2] = [Self::Kql, Self::Spl];

    /// The word on the command line, also the file ending of its queries.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Kql => "kql",
            Self::Spl => "spl",
        }
    }

    /// The product, for messages and tables.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Kql => "Microsoft Sentinel",
            Self::Spl => "Splunk",
        }
    }
}

/// What a row of the result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// One row per match: key columns, `time`, `event_id`, `show` columns.
    Match,
    /// One row per alert: key columns, `first_time`, `last_time`, `matches`, `event_ids`, `show` columns of the first match.
    Alert,
}

/// What the query looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// The run of a schedule: what is true now and was not at the run before.
    Scheduled,
    /// Matches with `from <= time < to`, both in microseconds since 1970; events before `from` still count in their windows.
    Hunt {
        /// First moment.
        from: i64,
        /// First moment after.
        to: i64,
    },
}

/// How to write a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Rows.
    pub grain: Grain,
    /// Time.
    pub period: Period,
}

/// A query, ready to paste.
#[derive(Clone, Debug)]
pub struct Query {
    /// For what.
    pub target: Target,
    /// The text, with header comment and final newline.
    pub text: String,
    /// The lists that it reads from outside and that must be uploaded for it.
    pub uploads: Vec<Upload>,
    /// Where the target's result may differ from the language's meaning.
    pub notes: Vec<Diagnostic>,
}

/// Writes a plan for a target.
///
/// # Errors
/// A diagnostic for every construct that the target cannot do, with the reason and what to do instead.
pub fn write(plan: &Plan, target: Target, options: Options) -> Result<Query, Vec<Diagnostic>> {
    let notes = capability::gate(plan, target)?;
    let (text, gaps) = written(plan, target, options);
    let mut shorter = plan.clone();
    // A query that is too long gets shorter as its lists leave it; if that does not do, nothing has been gained.
    while gaps.iter().any(|gap| gap.code == Code::E0603) {
        let Some(next) = outside::with_one_more(&shorter) else { break };
        shorter = next;
        let (text, gaps) = written(&shorter, target, options);
        if gaps.iter().all(|gap| gap.code != Code::E0603) {
            return finished(&shorter, target, text, notes, gaps);
        }
    }
    finished(plan, target, text, notes, gaps)
}

fn finished(
    plan: &Plan,
    target: Target,
    text: String,
    notes: Vec<Diagnostic>,
    gaps: Vec<Diagnostic>,
) -> Result<Query, Vec<Diagnostic>> {
    if gaps.is_empty() { Ok(Query { target, text, uploads: outside::uploads(plan, target), notes }) } else { Err(gaps) }
}

/// The query's text, and the limits of the target that it goes beyond.
fn written(plan: &Plan, target: Target, options: Options) -> (String, Vec<Diagnostic>) {
    let text = match target {
        Target::Kql => kql::write(plan, options),
        Target::Spl => spl::write(plan, options),
    };
    let gaps = match (target, options.period) {
        (Target::Kql, Period::Scheduled) => limits(plan, &text),
        (Target::Kql, Period::Hunt { .. }) | (Target::Spl, _) => Vec::new(),
    };
    (text, gaps)
}

/// What Sentinel takes as a scheduled rule: 10,000 characters, a run every 5 minutes to 14 days, 14 days to look back.
fn limits(plan: &Plan, text: &str) -> Vec<Diagnostic> {
    const DAY: i64 = 86_400 * SECOND;
    let (every, lookback) = (plan.schedule.every, plan.lookback());
    let characters = text.encode_utf16().count();
    let kinds = [
        (characters > MAX_CHARACTERS).then_some(TargetErrorKind::QueryTooLong { characters }),
        (lookback > 14 * DAY).then_some(TargetErrorKind::LooksBackTooFar { lookback }),
        (!(300 * SECOND..=14 * DAY).contains(&every)).then_some(TargetErrorKind::BadFrequency { every }),
    ];
    let place = Place { source: plan.source, span: plan.name_span };
    kinds.into_iter().flatten().map(|kind| TargetError { place, kind }.diagnostic()).collect()
}
