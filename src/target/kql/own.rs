//! The columns and variables that are the writer's own: what they hold, each with its name.

/// A name of the writer's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// The window's or bucket's width.
    Window,
    /// Matching events have at least this time.
    MatchFrom,
    /// Matching events have less than this time.
    MatchTo,
    /// Events are read from this time on.
    ReadFrom,
    /// Events are read up to this time.
    ReadTo,
    /// What had arrived by this moment was known to the run before.
    Cutoff,
    /// All rows of the rule, copies included.
    Records,
    /// The events of the rule.
    Events,
    /// The events of keys that may match.
    Candidates,
    /// The source of an event.
    Source,
    /// When an event arrived.
    Arrived,
    /// When a matching event arrived.
    MatchArrived,
    /// When the newest event of a key arrived.
    LastArrived,
    /// When the first event of a bucket arrived.
    FirstArrived,
    /// Time of a matching event.
    MatchTime,
    /// Id of a matching event.
    MatchId,
    /// Source of a matching event.
    MatchSource,
    /// How many matching events without id look the same.
    Copies,
    /// A stretch of time that events are joined by.
    Bucket,
    /// Text that orders events by time, id and source.
    Order,
    /// Ids of a window's events.
    EventIds,
    /// What is known of an address.
    Geo,
    /// Whether a match starts an alert.
    NewAlert,
    /// Which alert of its key a match belongs to.
    AlertNumber,
    /// The order of matches.
    RowNumber,
    /// The width of a history.
    History,
    /// How much older than a first use its key must be.
    Learning,
    /// The moment of the run.
    Now,
    /// The moment of which a row tells the truth: that of this run, or that of the run before.
    AsOf,
    /// Chains of a sequence's steps.
    Chains,
    /// Text that orders chains by all steps but the last.
    Chain,
    /// First uses, before it is known whether their key is known.
    FirstUses,
    /// The first event of a key in a stretch of time.
    FirstUse,
    /// The last event of a key in a stretch of time.
    LastUse,
    /// Whether a first use is known already.
    Known,
    /// Matches before events drop some.
    Matches,
    /// A value that matches are linked by.
    Link,
    /// Whether a key has matches that came to stand only now.
    Waits,
    /// Whether an event has no value of a field whose changes are counted.
    Lacks,
    /// Whether an event's value of a field differs from the one before.
    Changed,
}

impl Own {
    /// All of them.
    pub const ALL: [Self; 40] = [
        Self::Window,
        Self::MatchFrom,
        Self::MatchTo,
        Self::ReadFrom,
        Self::ReadTo,
        Self::Cutoff,
        Self::Records,
        Self::Events,
        Self::Candidates,
        Self::Source,
        Self::Arrived,
        Self::MatchArrived,
        Self::LastArrived,
        Self::FirstArrived,
        Self::MatchTime,
        Self::MatchId,
        Self::MatchSource,
        Self::Copies,
        Self::Bucket,
        Self::Order,
        Self::EventIds,
        Self::Geo,
        Self::NewAlert,
        Self::AlertNumber,
        Self::RowNumber,
        Self::History,
        Self::Learning,
        Self::Now,
        Self::AsOf,
        Self::Chains,
        Self::Chain,
        Self::FirstUses,
        Self::FirstUse,
        Self::LastUse,
        Self::Known,
        Self::Matches,
        Self::Link,
        Self::Waits,
        Self::Lacks,
        Self::Changed,
    ];

    /// Those that the other events of a match have too.
    pub const OF_EVENTS: [Self; 4] = [Self::Source, Self::Arrived, Self::AsOf, Self::Bucket];
}
