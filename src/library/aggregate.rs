//! Aggregates over the events of a window or bucket. All of them ignore missing values.

pub mod examples;

/// Which aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AggregateFunction {
    /// `count()`, `count(p)`: events, or those for which p holds. `int`.
    Count,
    /// `distinct(f)`: different values, exactly. `int`.
    Distinct,
    /// `values(f)`: the different values, sorted. Set of f's type.
    Values,
    /// `min(f)`, for an ordered type.
    Min,
    /// `max(f)`, for an ordered type.
    Max,
    /// `sum(f)`, for `int`, `float`, `duration`; 0 over no values.
    Sum,
    /// `avg(f)`, a `float` (or `duration`); missing over no values.
    Avg,
    /// `first(f)`: the value of the earliest event (by time, then event id) that has one.
    First,
    /// `last(f)`: the value of the latest event that has one.
    Last,
    /// `any(p)`: p holds for one event at least.
    Any,
    /// `all(p)`: p holds for every event.
    All,
    /// `span()`: last time minus first time. `duration`.
    Span,
    /// `hops(f)`: consecutive pairs in which f differs. `int`.
    Hops,
    /// `mean(count(), B, H)`: mean of a count over earlier buckets of the key. `float`.
    Mean,
    /// `deviation(count(), B, H)`: standard deviation of a count over earlier buckets of the key. `float`.
    Deviation,
    /// `prevalence(f, u, H)`: share of the users u of the days before who have the matching event's f, 0 to 1. `float`.
    Prevalence,
    /// `ratio(p)`: share of the events for which p holds, 0 to 1. `float`.
    Ratio,
}

impl AggregateFunction {
    /// All of them, in the order of the reference.
    pub const ALL: [Self; 17] = [
        Self::Count,
        Self::Distinct,
        Self::Values,
        Self::Min,
        Self::Max,
        Self::Sum,
        Self::Avg,
        Self::First,
        Self::Last,
        Self::Any,
        Self::All,
        Self::Span,
        Self::Hops,
        Self::Ratio,
        Self::Mean,
        Self::Deviation,
        Self::Prevalence,
    ];

    /// Its name in the language.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Distinct => "distinct",
            Self::Values => "values",
            Self::Min => "min",
            Self::Max => "max",
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::First => "first",
            Self::Last => "last",
            Self::Any => "any",
            Self::All => "all",
            Self::Span => "span",
            Self::Hops => "hops",
            Self::Ratio => "ratio",
            Self::Mean => "mean",
            Self::Deviation => "deviation",
            Self::Prevalence => "prevalence",
        }
    }

    /// Whether a second copy of an event changes the result.
    #[must_use]
    pub fn depends_on_duplicates(self) -> bool {
        match self {
            Self::Count | Self::Sum | Self::Avg | Self::Hops | Self::Ratio | Self::Mean | Self::Deviation => true,
            Self::Distinct
            | Self::Values
            | Self::Min
            | Self::Max
            | Self::First
            | Self::Last
            | Self::Any
            | Self::All
            | Self::Span
            | Self::Prevalence => false,
        }
    }

    /// Whether more events can only make the result larger (or true).
    #[must_use]
    pub fn grows(self) -> bool {
        match self {
            Self::Count | Self::Distinct | Self::Values | Self::Max | Self::Any | Self::Span | Self::Hops => true,
            Self::Min
            | Self::Sum
            | Self::Avg
            | Self::First
            | Self::Last
            | Self::All
            | Self::Ratio
            | Self::Mean
            | Self::Deviation
            | Self::Prevalence => false,
        }
    }
}
