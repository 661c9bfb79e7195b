//! Plan to query text, one writer per target.
//!
//! Gate, then write: `capability` says for each feature of a plan whether a target has it natively, emulated or not at all, and
//! reports every gap with its place. A writer runs only behind the gate and is total.

pub mod capability;
mod country;
pub mod error;
pub mod fragment;
pub mod kql;
pub mod limits;
mod outside;
pub mod quote;
pub mod selftest;
pub mod spl;
pub mod sql;
mod table;
mod template;

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;

pub use outside::{ENTRY, Upload};
pub use sql::dialect::Dialect;

/// What queries are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// KQL for Microsoft Sentinel.
    Kql,
    /// SPL for Splunk.
    Spl,
    /// SQL for a data lake.
    Sql(Dialect),
}

impl Target {
    /// All targets.
    pub const ALL: [Self; 5] =
        [Self::Kql, Self::Spl, Self::Sql(Dialect::DuckDb), Self::Sql(Dialect::Spark), Self::Sql(Dialect::ClickHouse)];

    /// The word on the command line, also the file ending of its queries.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Kql => "kql",
            Self::Spl => "spl",
            Self::Sql(_) => "sql",
        }
    }

    /// The word, or the dialect of SQL.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kql | Self::Spl => self.word(),
            Self::Sql(dialect) => dialect.word(),
        }
    }

    /// The product, for messages and tables.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Kql => "Microsoft Sentinel",
            Self::Spl => "Splunk",
            Self::Sql(dialect) => dialect.title(),
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
/// A diagnostic for every construct that the target cannot do, with the reason and what to do instead, and for every limit of
/// the target that the query goes beyond.
pub fn write(plan: &Plan, target: Target, options: Options) -> Result<Query, Vec<Diagnostic>> {
    let mut notes = capability::gate(plan, target)?;
    if options.period == Period::Scheduled {
        notes.extend(limits::copies(plan, target));
    }
    let (text, uploads) = match target {
        Target::Kql => limits::sentinel(plan, options, &[])?,
        Target::Spl => (spl::write(plan, options), outside::uploads(plan, target)),
        Target::Sql(dialect) => (sql::write(plan, options, dialect), outside::uploads(plan, target)),
    };
    Ok(Query { target, text, uploads, notes })
}

/// Writes the scheduled search of a rule as it is deployed to Splunk: see [`spl::deployed`].
///
/// # Errors
/// As [`write`].
pub fn deployed_search(plan: &Plan) -> Result<Query, Vec<Diagnostic>> {
    let target = Target::Spl;
    let notes = capability::gate(plan, target)?;
    Ok(Query { target, text: spl::deployed(plan), uploads: outside::uploads(plan, target), notes })
}

/// Writes the query of an analytics rule of Sentinel, one row per alert, with further columns at its end: each a name that the
/// result does not have yet, and an expression over its columns. What they add counts towards the longest query.
///
/// # Errors
/// As [`write`].
pub fn analytics_query(plan: &Plan, columns: &[(String, String)]) -> Result<Query, Vec<Diagnostic>> {
    let mut notes = capability::gate(plan, Target::Kql)?;
    notes.extend(limits::copies(plan, Target::Kql));
    let options = Options { grain: Grain::Alert, period: Period::Scheduled };
    let (text, uploads) = limits::sentinel(plan, options, columns)?;
    Ok(Query { target: Target::Kql, text, uploads, notes })
}

/// Writes the query of a custom detection of Defender XDR, in the way of [`analytics_query`].
///
/// # Errors
/// As [`write`], but for when it runs, which Defender has limits of its own for.
pub fn hunting_query(plan: &Plan, columns: &[(String, String)]) -> Result<Query, Vec<Diagnostic>> {
    let notes = capability::gate(plan, Target::Kql)?;
    let options = Options { grain: Grain::Alert, period: Period::Scheduled };
    let (text, uploads) = limits::defender(plan, options, columns)?;
    Ok(Query { target: Target::Kql, text, uploads, notes })
}
