//! What each target can do: one table, one line a feature. The gate and the support table of the README both read it.

use super::Target;
use super::error::TargetError;
use crate::diagnostic::{Diagnostic, Severity};
use crate::library::Lowering;
use crate::plan::{Expr, ExprKind, Geography, Plan, Shape};
use crate::source::{Place, Span};
use crate::types::Type;

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

/// Something that a rule may need of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// A rule over single events.
    SingleEvent,
    /// `within … when`
    SlidingWindow,
    /// `per … when`
    TumblingWindow,
    /// `consecutive within`
    Consecutive,
    /// `sequence`
    Sequence,
    /// `first seen`
    FirstSeen,
    /// `unless`
    Unless,
    /// `count distinct values min max sum avg first last any all span ratio`
    Aggregates,
    /// `hops`
    Hops,
    /// `contains starts_with ends_with matches`
    TextOperators,
    /// Addresses in networks, IPv4 and IPv6.
    Networks,
    /// Lists in the rule file.
    InlineLists,
    /// Lists from files and watchlists.
    OuterLists,
    /// Countries and cities from addresses.
    AddressLookUp,
    /// A country code in a rule whose countries come from addresses.
    CountryOfLookUp,
    /// Scheduled runs that neither lose nor repeat a match when events arrive late.
    LateArrival,
    /// Matches grouped to alerts.
    Alerts,
}

impl Feature {
    /// All features, in the order of the table.
    pub const ALL: [Self; 17] = [
        Self::SingleEvent,
        Self::SlidingWindow,
        Self::TumblingWindow,
        Self::Consecutive,
        Self::Sequence,
        Self::FirstSeen,
        Self::Unless,
        Self::Aggregates,
        Self::Hops,
        Self::TextOperators,
        Self::Networks,
        Self::InlineLists,
        Self::OuterLists,
        Self::AddressLookUp,
        Self::CountryOfLookUp,
        Self::LateArrival,
        Self::Alerts,
    ];

    /// What it is called.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::SingleEvent => "single event",
            Self::SlidingWindow => "sliding window (`within`)",
            Self::TumblingWindow => "tumbling window (`per`)",
            Self::Consecutive => "consecutive pairs",
            Self::Sequence => "sequences",
            Self::FirstSeen => "first seen",
            Self::Unless => "`unless`",
            Self::Aggregates => "aggregates",
            Self::Hops => "`hops`",
            Self::TextOperators => "text operators, regular expressions",
            Self::Networks => "networks, IPv4 and IPv6",
            Self::InlineLists => "lists in the rule file",
            Self::OuterLists => "lists from files and watchlists",
            Self::AddressLookUp => "country and city by address",
            Self::CountryOfLookUp => "country codes where countries come from addresses",
            Self::LateArrival => "late arrival in scheduled runs",
            Self::Alerts => "matches grouped to alerts",
        }
    }

    /// How a target does it.
    #[must_use]
    pub fn support(self, target: Target) -> Support {
        match self {
            Self::SingleEvent
            | Self::TumblingWindow
            | Self::Aggregates
            | Self::TextOperators
            | Self::Networks
            | Self::InlineLists
            | Self::LateArrival
            | Self::Alerts => Support::Native,
            Self::SlidingWindow => match target {
                Target::Kql => Support::Native,
                Target::Spl => Support::Emulated(
                    "Splunk does not document whether `streamstats time_window` holds events exactly the window's width \
                     old, and it looks at no more than 10,000 events of a window",
                ),
            },
            Self::Consecutive | Self::Sequence | Self::FirstSeen | Self::Unless | Self::Hops | Self::OuterLists => {
                Support::Unsupported("not supported yet")
            }
            Self::AddressLookUp => match target {
                Target::Kql => {
                    Support::Emulated("the GeoIP data is Microsoft's, and countries come out as English names")
                }
                Target::Spl => Support::Emulated("the GeoIP data is Splunk's, and countries come out as English names"),
            },
            Self::CountryOfLookUp => match target {
                Target::Kql => Support::Unsupported(
                    "`geo_info_from_ip_address` gives names whose spelling is not documented; use sources that have a country \
                     of their own",
                ),
                Target::Spl => {
                    Support::Emulated("the code is compared by the country's English names in Splunk's GeoIP data")
                }
            },
        }
    }
}

/// Checks a plan against a target.
///
/// # Errors
/// One diagnostic per construct that the target cannot do. On success: warnings for what it emulates with a difference.
pub fn gate(plan: &Plan, target: Target) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let mut needs = Needs { plan, target, found: Vec::new() };
    needs.collect();
    let mut diagnostics = needs.found;
    crate::diagnostic::sort(&mut diagnostics);
    if diagnostics.iter().any(|found| found.code.severity() == Severity::Error) {
        diagnostics.retain(|found| found.code.severity() == Severity::Error);
        return Err(diagnostics);
    }
    Ok(diagnostics)
}

/// What a plan needs of a target, checked as it is found.
struct Needs<'a> {
    plan: &'a Plan,
    target: Target,
    found: Vec<Diagnostic>,
}

impl Needs<'_> {
    fn collect(&mut self) {
        let plan = self.plan;
        let shape = match plan.shape {
            Shape::Single => Feature::SingleEvent,
            Shape::Window(_) => Feature::SlidingWindow,
            Shape::Tumbling(_) => Feature::TumblingWindow,
        };
        self.need(shape, plan.name_span);
        if plan.geography == Geography::Lookup {
            self.need(Feature::AddressLookUp, plan.name_span);
        }
        for expr in expressions(plan) {
            expr.walk(&mut |part| self.expression(part));
        }
    }

    fn expression(&mut self, expr: &Expr) {
        let looked_up = self.plan.geography == Geography::Lookup;
        let is_country = |expr: &Expr| expr.ty == Type::Country || expr.ty == Type::Set(Box::new(Type::Country));
        match &expr.kind {
            ExprKind::Literal(_) if looked_up && is_country(expr) => self.need(Feature::CountryOfLookUp, expr.span),
            ExprKind::InValues(value, _) | ExprKind::InList(value, _) | ExprKind::ContainsSet { set: value, .. }
                if looked_up && is_country(value) =>
            {
                self.need(Feature::CountryOfLookUp, expr.span);
            }
            ExprKind::Call(function, _) => {
                let lowering = match self.target {
                    Target::Kql => &function.kql,
                    Target::Spl => &function.spl,
                };
                if let Lowering::Unsupported(why) = lowering {
                    let what = format!("`{}`", function.name);
                    self.report(TargetError::Unsupported { what, target: self.target, why }, expr.span);
                }
            }
            ExprKind::Literal(_)
            | ExprKind::Field(_)
            | ExprKind::Aggregate(_)
            | ExprKind::Not(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Compare(..)
            | ExprKind::Text(..)
            | ExprKind::InValues(..)
            | ExprKind::InNetworks(..)
            | ExprKind::InList(..)
            | ExprKind::IsMissing(_)
            | ExprKind::ContainsSet { .. }
            | ExprKind::Arithmetic(..) => {}
        }
    }

    fn need(&mut self, feature: Feature, span: Span) {
        let what = feature.label().to_owned();
        match feature.support(self.target) {
            Support::Native => {}
            Support::Emulated(difference) => {
                self.report(TargetError::Emulated { what, target: self.target, difference }, span);
            }
            Support::Unsupported(why) => self.report(TargetError::Unsupported { what, target: self.target, why }, span),
        }
    }

    fn report(&mut self, error: TargetError, span: Span) {
        self.found.push(error.into_diagnostic(Place { source: self.plan.source, span }));
    }
}

/// Every expression of a plan.
fn expressions(plan: &Plan) -> Vec<&Expr> {
    let mut all: Vec<&Expr> = plan.filter.iter().collect();
    all.extend(plan.aggregates.iter().filter_map(|aggregate| aggregate.argument.as_ref()));
    all.extend(plan.show.iter().map(|show| &show.value));
    if let Shape::Window(window) | Shape::Tumbling(window) = &plan.shape {
        all.push(&window.condition);
    }
    all
}

/// The support table in Markdown, with a numbered note for each difference and reason.
#[must_use]
pub fn table() -> String {
    let mut notes: Vec<&str> = Vec::new();
    let mut text = String::from("| | KQL (Sentinel) | SPL (Splunk) | local evaluator |\n|---|---|---|---|\n");
    for feature in Feature::ALL {
        let cells = Target::ALL.map(|target| cell(feature.support(target), &mut notes));
        // What the writers have, the evaluator has too: a feature comes to all targets at once.
        let missing = |target| feature.support(target) == Support::Unsupported("not supported yet");
        let local = if Target::ALL.into_iter().all(missing) { "not yet" } else { "yes" };
        text += &format!("| {} | {} | {local} |\n", feature.label(), cells.join(" | "));
    }
    text.push('\n');
    for (index, note) in notes.iter().enumerate() {
        text += &format!("{}. {note}\n", index + 1);
    }
    text
}

fn cell(support: Support, notes: &mut Vec<&'static str>) -> String {
    let mut note = |text: &'static str| {
        let known = notes.iter().position(|note| *note == text);
        known.unwrap_or_else(|| {
            notes.push(text);
            notes.len() - 1
        }) + 1
    };
    match support {
        Support::Native => "yes".to_owned(),
        Support::Emulated(difference) => format!("yes, see {}", note(difference)),
        Support::Unsupported("not supported yet") => "not yet".to_owned(),
        Support::Unsupported(why) => format!("no, see {}", note(why)),
    }
}
