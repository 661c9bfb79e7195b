//! What each target can do: one table, one line a feature, and the gate that holds a plan against it.

use super::error::{TargetError, TargetErrorKind};
use super::sql::frame::is_exact;
pub use super::table::table;
use super::{Dialect, Target, outside};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::library::aggregate::AggregateFunction;
use crate::library::{Function, Lowering};
use crate::plan::{Expr, ExprKind, Geography, ListOrigin, Placement, Plan, Shape, TextOperator};
use crate::source::{Place, Span};
use crate::types::{Issuer, Type};
use crate::value::Value;

/// How a target does a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Exactly the language's meaning.
    Native,
    /// With a difference, said here.
    Emulated(&'static str),
    /// Not at all: why, and what to do instead.
    Unsupported(&'static str),
}

/// What a rule may ask of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// A match is an event.
    SingleEvent,
    /// `within`
    SlidingWindow,
    /// `within` with a long width that is a multiple of nothing large, such as `172801s`.
    OddWindow,
    /// `per`
    TumblingWindow,
    /// `consecutive`
    Consecutive,
    /// `sequence`
    Sequence,
    /// `no … between`, `no … after`
    Absence,
    /// `first seen`
    FirstSeen,
    /// `learning`
    Learning,
    /// `unless`
    Unless,
    /// Several sources in one rule.
    SeveralSources,
    /// Identifiers of several providers in one rule.
    SeveralProviders,
    /// Copies of an event count once.
    Copies,
    /// What is new since the run before, by arrival.
    ScheduledRuns,
    /// `--hunt FROM..TO`
    FixedPeriod,
    /// `--grain match`
    Matches,
    /// `--grain alert`
    Alerts,
    /// Missing values: comparisons, `not`, `is missing`.
    MissingValues,
    /// `contains`, `starts_with`, `ends_with`, `matches`
    Text(TextOperator),
    /// `in` with values.
    Values,
    /// `in` with networks.
    Networks,
    /// `in` with a list that is read from a watchlist or lookup.
    OutsideList,
    /// A list of networks or addresses of more than a megabyte.
    HugeListOfNetworks,
    /// A watchlist of a type that has several spellings.
    Watchlist,
    /// The same on an aggregate or on another event.
    OutsideListBeyondTheEvent,
    /// The same for countries that come from addresses.
    OutsideListOfLookedUpCountries,
    /// `contains all [..]`, `contains any [..]`
    SetContains,
    /// `+ - * /`
    Arithmetic,
    /// Countries, cities and locations from the records.
    NativeGeography,
    /// Countries, cities and locations from addresses.
    LookedUpGeography,
    /// A country written in a rule whose countries come from addresses.
    LookedUpCountry,
    /// An aggregate.
    Aggregate(AggregateFunction),
}

/// All features but aggregates, in the order of the table.
const FEATURES: [Feature; 34] = [
    Feature::SingleEvent,
    Feature::SlidingWindow,
    Feature::OddWindow,
    Feature::TumblingWindow,
    Feature::Consecutive,
    Feature::Sequence,
    Feature::Absence,
    Feature::FirstSeen,
    Feature::Learning,
    Feature::Unless,
    Feature::SeveralSources,
    Feature::SeveralProviders,
    Feature::Copies,
    Feature::ScheduledRuns,
    Feature::FixedPeriod,
    Feature::Matches,
    Feature::Alerts,
    Feature::MissingValues,
    Feature::Text(TextOperator::Contains),
    Feature::Text(TextOperator::StartsWith),
    Feature::Text(TextOperator::EndsWith),
    Feature::Text(TextOperator::Matches),
    Feature::Values,
    Feature::Networks,
    Feature::OutsideList,
    Feature::OutsideListBeyondTheEvent,
    Feature::Watchlist,
    Feature::HugeListOfNetworks,
    Feature::OutsideListOfLookedUpCountries,
    Feature::SetContains,
    Feature::Arithmetic,
    Feature::NativeGeography,
    Feature::LookedUpGeography,
    Feature::LookedUpCountry,
];

impl Feature {
    /// All features, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        FEATURES.into_iter().chain(AggregateFunction::ALL.map(Self::Aggregate))
    }

    /// What it is, for messages and the table.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::SingleEvent => "single events",
            Self::SlidingWindow => "sliding windows (`within`)",
            Self::OddWindow => "long windows of odd width (`within 172801s`)",
            Self::TumblingWindow => "buckets (`per`)",
            Self::Consecutive => "consecutive pairs (`consecutive`)",
            Self::Sequence => "sequences (`sequence`)",
            Self::Absence => "absent events in sequences (`no … between`, `no … after`)",
            Self::FirstSeen => "first uses (`first seen`)",
            Self::Learning => "first uses by known keys (`learning`)",
            Self::Unless => "events that drop a match (`unless`)",
            Self::SeveralSources => "several sources in one rule",
            Self::SeveralProviders => "identifiers of several providers in one rule",
            Self::Copies => "copies of an event counted once",
            Self::ScheduledRuns => "scheduled runs that lose and repeat nothing",
            Self::FixedPeriod => "a fixed period (`--hunt`)",
            Self::Matches => "rows per match (`--grain match`)",
            Self::Alerts => "rows per alert (`--grain alert`)",
            Self::MissingValues => "missing values, two-valued logic",
            Self::Text(TextOperator::Contains) => "`contains`",
            Self::Text(TextOperator::StartsWith) => "`starts_with`",
            Self::Text(TextOperator::EndsWith) => "`ends_with`",
            Self::Text(TextOperator::Matches) => "`matches`",
            Self::Values => "`in` with values and lists",
            Self::Networks => "`in` with networks",
            Self::OutsideList => "`in` with watchlists and long lists",
            Self::HugeListOfNetworks => "lists of networks or addresses of more than a megabyte",
            Self::Watchlist => "watchlists of names, addresses, networks, countries and AS numbers",
            Self::OutsideListBeyondTheEvent => "the same on an aggregate, or on an event of several",
            Self::OutsideListOfLookedUpCountries => "watchlists of countries where countries come from addresses",
            Self::SetContains => "`contains all`, `contains any`",
            Self::Arithmetic => "arithmetic with units",
            Self::NativeGeography => "geography from the records",
            Self::LookedUpGeography => "geography from addresses",
            Self::LookedUpCountry => "country codes where countries come from addresses",
            Self::Aggregate(function) => of_aggregate(function),
        }
    }

    /// The table itself.
    #[must_use]
    pub fn support(self, target: Target) -> Support {
        match target {
            Target::Kql => self.in_kql(),
            Target::Spl => self.in_spl(),
            Target::Sql(dialect) => self.in_sql(dialect),
        }
    }

    fn in_kql(self) -> Support {
        match self {
            Self::HugeListOfNetworks => Support::Unsupported(
                "its functions take networks as an array, which holds a megabyte; join networks, or split the list and the rule",
            ),
            Self::OutsideListOfLookedUpCountries => Support::Unsupported(LOOKED_UP_COUNTRIES),
            Self::SingleEvent
            | Self::SlidingWindow
            | Self::OddWindow
            | Self::TumblingWindow
            | Self::Consecutive
            | Self::Sequence
            | Self::Absence
            | Self::FirstSeen
            | Self::Learning
            | Self::Unless
            | Self::SeveralSources
            | Self::SeveralProviders
            | Self::Copies
            | Self::ScheduledRuns
            | Self::FixedPeriod
            | Self::Matches
            | Self::Alerts
            | Self::MissingValues
            | Self::Text(_)
            | Self::Values
            | Self::Networks
            | Self::OutsideList
            | Self::OutsideListBeyondTheEvent
            | Self::Watchlist
            | Self::SetContains
            | Self::Arithmetic
            | Self::NativeGeography
            | Self::LookedUpGeography
            | Self::LookedUpCountry
            | Self::Aggregate(_) => Support::Native,
        }
    }

    fn in_sql(self, dialect: Dialect) -> Support {
        match self {
            Self::OddWindow if dialect == Dialect::ClickHouse => Support::Unsupported(
                "its windows are measured in 31 bits: take whole milliseconds up to 4 hours, seconds up to a day, minutes up to 6 days, hours up to 3 weeks, \
                 and days beyond",
            ),
            Self::SingleEvent
            | Self::SlidingWindow
            | Self::OddWindow
            | Self::TumblingWindow
            | Self::Consecutive
            | Self::Sequence
            | Self::Absence
            | Self::FirstSeen
            | Self::Learning
            | Self::Unless
            | Self::SeveralSources
            | Self::SeveralProviders
            | Self::Copies
            | Self::ScheduledRuns
            | Self::FixedPeriod
            | Self::Matches
            | Self::Alerts
            | Self::MissingValues
            | Self::Text(_)
            | Self::Values
            | Self::Networks
            | Self::OutsideList
            | Self::OutsideListBeyondTheEvent
            | Self::OutsideListOfLookedUpCountries
            | Self::HugeListOfNetworks
            | Self::Watchlist
            | Self::SetContains
            | Self::Arithmetic
            | Self::NativeGeography
            | Self::LookedUpGeography
            | Self::LookedUpCountry
            | Self::Aggregate(_) => Support::Native,
        }
    }

    fn in_spl(self) -> Support {
        match self {
            Self::OutsideListBeyondTheEvent => Support::Unsupported(
                "a lookup sees the fields of one event: test the field in `where`, or inside an aggregate such as \
                 `any(ip in office)`, or make the list shorter",
            ),
            Self::OutsideListOfLookedUpCountries => Support::Unsupported(LOOKED_UP_COUNTRIES),
            Self::Watchlist => Support::Emulated(
                "a lookup compares texts as they are: its entries must be names in lower case, countries in upper case, addresses in \
                 their shortest form and AS numbers without `AS`; for networks its definition needs `match_type = CIDR(…)`",
            ),
            Self::SlidingWindow => Support::Emulated(
                "Splunk does not say whether `streamstats time_window` holds an event exactly one width old, and a \
                 window there holds 10,000 events at most",
            ),
            Self::Sequence => Support::Emulated(
                "the candidates for the steps of a key stand on each of its completing events at once; Splunk cuts off what \
                 takes more memory than `max_mem_usage_mb` of `eventstats` and `mvexpand` allow",
            ),
            Self::Learning => Support::Emulated(
                "each event takes a second row, and a scheduled run holds the whole history in memory, of which Splunk cuts off \
                 what takes more than `max_mem_usage_mb` allows",
            ),
            Self::Unless => Support::Emulated(
                "the events that could drop a match stand on it at once; Splunk cuts off what takes more memory than \
                 `max_mem_usage_mb` of `eventstats` allows, and then drops fewer matches",
            ),
            Self::SingleEvent
            | Self::OddWindow
            | Self::TumblingWindow
            | Self::Consecutive
            | Self::Absence
            | Self::FirstSeen
            | Self::SeveralSources
            | Self::SeveralProviders
            | Self::Copies
            | Self::ScheduledRuns
            | Self::FixedPeriod
            | Self::Matches
            | Self::Alerts
            | Self::MissingValues
            | Self::Text(_)
            | Self::Values
            | Self::Networks
            | Self::OutsideList
            | Self::HugeListOfNetworks
            | Self::SetContains
            | Self::Arithmetic
            | Self::NativeGeography
            | Self::LookedUpGeography
            | Self::LookedUpCountry
            | Self::Aggregate(_) => Support::Native,
        }
    }
}

const LOOKED_UP_COUNTRIES: &str =
    "a watchlist has codes and a look-up by address gives names; write the countries into a list in the rule file";
fn of_aggregate(function: AggregateFunction) -> &'static str {
    match function {
        AggregateFunction::Count => "`count`",
        AggregateFunction::Distinct => "`distinct` (exact)",
        AggregateFunction::Values => "`values`",
        AggregateFunction::Min => "`min`",
        AggregateFunction::Max => "`max`",
        AggregateFunction::Sum => "`sum`",
        AggregateFunction::Avg => "`avg`",
        AggregateFunction::First => "`first`",
        AggregateFunction::Last => "`last`",
        AggregateFunction::Any => "`any`",
        AggregateFunction::All => "`all`",
        AggregateFunction::Span => "`span`",
        AggregateFunction::Hops => "`hops`",
        AggregateFunction::Ratio => "`ratio`",
        AggregateFunction::Mean => "`mean` of earlier buckets",
        AggregateFunction::Deviation => "`deviation` of earlier buckets",
        AggregateFunction::Prevalence => "`prevalence` among the users of the days before",
    }
}

/// Checks a plan against a target.
///
/// # Errors
/// One diagnostic per construct that the target cannot do. On success: warnings for what it emulates with a difference.
pub fn gate(plan: &Plan, target: Target) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let mut findings: Vec<Diagnostic> = uses(plan)
        .into_iter()
        .filter_map(|(feature, span)| {
            let kind = match feature.support(target) {
                Support::Native => return None,
                Support::Emulated(difference) => TargetErrorKind::Emulated { feature, target, difference },
                Support::Unsupported(reason) => TargetErrorKind::Unsupported { feature, target, reason },
            };
            Some(error(plan, span, kind))
        })
        .collect();
    for expr in plan.expressions() {
        expr.walk(&mut |part| {
            if let ExprKind::Call(function, _) = &part.kind
                && let Some(reason) = refusal(function, target)
            {
                let kind = TargetErrorKind::Function { function: function.name, target, reason };
                findings.push(error(plan, part.span, kind));
            }
        });
    }
    diagnostic::sort(&mut findings);
    if findings.iter().any(|finding| finding.severity == Severity::Error) { Err(findings) } else { Ok(findings) }
}

fn error(plan: &Plan, span: Span, kind: TargetErrorKind) -> Diagnostic {
    TargetError { place: Place { source: plan.source, span }, kind }.diagnostic()
}

/// Why a target does not have a function, if so.
pub(super) fn refusal(function: &Function, target: Target) -> Option<&'static str> {
    let lowering = match target {
        Target::Kql => &function.kql,
        Target::Spl => &function.spl,
        Target::Sql(_) => &function.sql,
    };
    match lowering {
        Lowering::Call(_) | Lowering::Loose(_) | Lowering::Special => None,
        Lowering::Unsupported(reason) => Some(reason),
    }
}

/// The features that a plan uses, each at its first place.
fn uses(plan: &Plan) -> Vec<(Feature, Span)> {
    let mut found: Vec<(Feature, Span)> = Vec::new();
    let mut add = |feature: Feature, span: Span| {
        if found.iter().all(|(known, _)| *known != feature) {
            found.push((feature, span));
        }
    };
    add(
        match plan.shape {
            Shape::Single => Feature::SingleEvent,
            Shape::Window(_) => Feature::SlidingWindow,
            Shape::Tumbling(_) => Feature::TumblingWindow,
            Shape::Consecutive(_) => Feature::Consecutive,
            Shape::Sequence(_) => Feature::Sequence,
            Shape::FirstSeen(_) => Feature::FirstSeen,
        },
        plan.name_span,
    );
    match &plan.shape {
        Shape::Sequence(sequence) => sequence.absences.iter().for_each(|absence| add(Feature::Absence, absence.span)),
        Shape::FirstSeen(first_seen) if first_seen.learning.is_some() => add(Feature::Learning, plan.name_span),
        Shape::Single | Shape::Window(_) | Shape::Tumbling(_) | Shape::Consecutive(_) | Shape::FirstSeen(_) => {}
    }
    let frame = match &plan.shape {
        Shape::Window(window) => Some(window.width),
        Shape::FirstSeen(first_seen) => first_seen.learning,
        Shape::Single | Shape::Tumbling(_) | Shape::Consecutive(_) | Shape::Sequence(_) => None,
    };
    if frame.is_some_and(|width| !is_exact(width)) {
        add(Feature::OddWindow, plan.name_span);
    }
    outside::beyond_the_event(plan).into_iter().for_each(|span| add(Feature::OutsideListBeyondTheEvent, span));
    plan.unless.iter().for_each(|unless| add(Feature::Unless, unless.span));
    if plan.streams.iter().any(|stream| stream.legs.len() > 1) {
        add(Feature::SeveralSources, plan.name_span);
    }
    if plan.fields.iter().any(|field| matches!(field.ty, Type::Id(_, Issuer::Several))) {
        add(Feature::SeveralProviders, plan.name_span);
    }
    match plan.geography {
        Geography::Unused => {}
        Geography::Native => add(Feature::NativeGeography, plan.name_span),
        Geography::Lookup => add(Feature::LookedUpGeography, plan.name_span),
    }
    for aggregate in &plan.aggregates {
        add(Feature::Aggregate(aggregate.function), aggregate.span);
    }
    for expr in plan.expressions() {
        expr.walk(&mut |part| {
            if let Some(feature) = of_expression(part) {
                add(feature, part.span);
            }
            if let Some(operand) = of_outside(plan, part) {
                add(Feature::OutsideList, part.span);
                if is_huge(plan, part) {
                    add(Feature::HugeListOfNetworks, part.span);
                }
                if is_spelled_in_several_ways(plan, part) {
                    add(Feature::Watchlist, part.span);
                }
                if operand.ty == Type::Country && plan.geography == Geography::Lookup {
                    add(Feature::OutsideListOfLookedUpCountries, part.span);
                }
            }
            if plan.geography == Geography::Lookup && names_a_country(part) {
                add(Feature::LookedUpCountry, part.span);
            }
        });
    }
    found
}

/// Whether entries of the user's own watchlist may be spelled in more ways than one.
fn is_spelled_in_several_ways(plan: &Plan, expr: &Expr) -> bool {
    let ExprKind::InList(_, list) = &expr.kind else { return false };
    let list = &plan.lists[*list];
    matches!(list.origin, ListOrigin::Watchlist { .. })
        && matches!(list.ty, Type::Name | Type::Ip | Type::Cidr | Type::Country | Type::Asn)
}

fn is_huge(plan: &Plan, expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::InList(_, list) if outside::is_too_long_for_an_array(&plan.lists[*list]))
}

/// What is tested against a list outside the query.
fn of_outside<'a>(plan: &Plan, expr: &'a Expr) -> Option<&'a Expr> {
    let ExprKind::InList(operand, list) = &expr.kind else { return None };
    (plan.lists[*list].placement == Placement::Outside).then_some(operand)
}

fn of_expression(expr: &Expr) -> Option<Feature> {
    match &expr.kind {
        ExprKind::Text(_, operator, _) => Some(Feature::Text(*operator)),
        ExprKind::InNetworks(..) => Some(Feature::Networks),
        ExprKind::InList(operand, _) if operand.ty == Type::Ip => Some(Feature::Networks),
        ExprKind::InValues(..) | ExprKind::InList(..) => Some(Feature::Values),
        ExprKind::IsMissing(_) => Some(Feature::MissingValues),
        ExprKind::ContainsSet { .. } => Some(Feature::SetContains),
        ExprKind::Arithmetic(..) => Some(Feature::Arithmetic),
        ExprKind::Literal(_)
        | ExprKind::Field(_)
        | ExprKind::Of(..)
        | ExprKind::Aggregate(_)
        | ExprKind::Not(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Compare(..)
        | ExprKind::Call(..) => None,
    }
}

fn names_a_country(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(Value::Text(_)) => expr.ty == Type::Country,
        ExprKind::InValues(operand, _) | ExprKind::InList(operand, _) => operand.ty == Type::Country,
        ExprKind::ContainsSet { set, .. } => set.ty == Type::Set(Box::new(Type::Country)),
        ExprKind::Literal(_)
        | ExprKind::Field(_)
        | ExprKind::Of(..)
        | ExprKind::Aggregate(_)
        | ExprKind::Not(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Compare(..)
        | ExprKind::Text(..)
        | ExprKind::InNetworks(..)
        | ExprKind::IsMissing(_)
        | ExprKind::Arithmetic(..)
        | ExprKind::Call(..) => false,
    }
}
