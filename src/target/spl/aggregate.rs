//! Aggregates as terms of `streamstats` and `eventstats`, and what is made of their columns.

use std::collections::BTreeSet;

use crate::library::aggregate::AggregateFunction;
use crate::plan::{Aggregate, Expr, ExprKind};
use crate::target::fragment::{Fragment, Strength};
use crate::types::Type;

use super::column::Presence;
use super::expr::{AggregateValue, Logic, Scope};
use super::{hops, quote};

/// Which events an aggregate is over.
#[derive(Clone, Copy, Debug)]
pub enum Over<'a> {
    /// All of the window.
    All,
    /// Those for which this column is 1.
    Marked(&'a str),
}

/// A term of a stats command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// `dc(country)`
    pub function: String,
    /// The column that it gives.
    pub name: String,
    /// How the terms of events at one moment are merged: the last of them has seen all, and this function finds its value.
    pub merge: &'static str,
}

impl Term {
    /// `dc(country) AS countries`
    pub fn text(&self) -> String {
        format!("{} AS {}", self.function, self.name)
    }

    /// `max(countries) AS countries`
    pub fn merged(&self) -> String {
        format!("{}({}) AS {}", self.merge, self.name, self.name)
    }
}

/// An aggregate written out.
#[derive(Clone, Debug)]
pub struct Written {
    /// What a stats command must compute.
    pub terms: Vec<Term>,
    /// How the result is used.
    pub value: AggregateValue,
}

/// Writes an aggregate into the column `name`; `events` is the name of a second column where one is needed.
pub fn write(scope: &Scope<'_>, index: usize, over: Over<'_>, name: &str, events: &str) -> Written {
    use AggregateFunction as F;
    let aggregate = &scope.plan.aggregates[index];
    let argument = Argument { scope, expr: aggregate.argument.as_ref(), over };
    let one = |function: String, merge, value: AggregateValue| Written {
        terms: vec![Term { function, name: name.to_owned(), merge }],
        value,
    };
    let count = || argument.count(Sense::Holds);
    match aggregate.function {
        F::Count => one(count(), "max", always(column(name))),
        F::Distinct => one(argument.of_values("dc"), "max", always(column(name))),
        F::Values => one(argument.of_values("values"), "values", sometimes(column(name))),
        F::Min => one(argument.of_values("min"), "min", sometimes(column(name))),
        F::Max => one(argument.of_values("max"), "max", sometimes(column(name))),
        F::Sum => one(argument.of_values("sum"), "last", always(Fragment::atom(format!("coalesce({name}, 0)")))),
        F::Avg => one(argument.of_values("avg"), "last", sometimes(column(name))),
        F::First => one(argument.of_values("first"), "last", sometimes(column(name))),
        F::Last => one(argument.of_values("last"), "last", sometimes(column(name))),
        F::Any => one(count(), "max", test(format!("{name}>0"))),
        // All hold when there is none that does not.
        F::All => one(argument.count(Sense::Fails), "max", test(format!("{name}=0"))),
        F::Span => one(argument.of_time("range"), "max", always(Fragment::atom(format!("round({name}, 6)")))),
        F::Ratio => {
            let total = Argument { scope, expr: None, over }.count(Sense::Holds);
            let value = always(Fragment::new(format!("{}/{events}", column(name).text), Strength::Product));
            let mut written = one(count(), "max", value);
            written.terms.push(Term { function: total, name: events.to_owned(), merge: "max" });
            written
        }
        // These are columns of each event already: see `baseline` and `prevalence`.
        F::Mean | F::Deviation => {
            Written { terms: Vec::new(), value: always(column(&scope.columns.aggregates[index])) }
        }
        F::Prevalence => Written { terms: Vec::new(), value: sometimes(column(&scope.columns.aggregates[index])) },
        F::Hops => {
            let value = always(Fragment::atom(format!("coalesce({name}, 0)")));
            one(hops::term(scope.columns, index, over), "max", value)
        }
    }
}

/// What a baseline counts in each bucket.
pub fn of_bucket(scope: &Scope<'_>, aggregate: &Aggregate) -> String {
    let argument = Argument { scope, expr: aggregate.argument.as_ref(), over: Over::All };
    let distinct = aggregate.earlier.is_some_and(|earlier| earlier.of == AggregateFunction::Distinct);
    if distinct { argument.of_values("dc") } else { argument.count(Sense::Holds) }
}

/// The aggregates that an expression uses.
pub fn used_by(expr: &Expr) -> BTreeSet<usize> {
    let mut used = BTreeSet::new();
    expr.walk(&mut |part| {
        if let ExprKind::Aggregate(index) = part.kind {
            used.insert(index);
        }
    });
    used
}

/// Whether a condition is counted where it holds or where it does not.
#[derive(Clone, Copy)]
enum Sense {
    Holds,
    Fails,
}

struct Argument<'a> {
    scope: &'a Scope<'a>,
    expr: Option<&'a Expr>,
    over: Over<'a>,
}

impl Argument<'_> {
    fn count(&self, sense: Sense) -> String {
        let condition = self.expr.map(|expr| match sense {
            Sense::Holds => self.scope.condition(expr, Logic::NullIsFalse),
            Sense::Fails => {
                let inner = self.scope.condition(expr, Logic::TwoValued);
                Fragment::new(format!("NOT ({})", inner.text), Strength::Comparison)
            }
        });
        let marked = match self.over {
            Over::All => None,
            Over::Marked(column) => Some(Fragment::new(format!("{column}=1"), Strength::Comparison)),
        };
        let parts: Vec<Fragment> = marked.into_iter().chain(condition).collect();
        if parts.is_empty() {
            return "count".to_owned();
        }
        format!("count(eval({}))", Fragment::join(&parts, " AND ", Strength::And).text)
    }

    fn of_values(&self, function: &str) -> String {
        self.expr.map_or_else(|| self.of_time(function), |expr| self.of(function, &self.scope.value(expr), expr))
    }

    fn of(&self, function: &str, value: &Fragment, expr: &Expr) -> String {
        match self.over {
            Over::All if matches!(expr.kind, ExprKind::Field(_)) && expr.ty != Type::Location => {
                format!("{function}({})", value.text)
            }
            Over::All => format!("{function}(eval({}))", value.text),
            Over::Marked(column) => format!("{function}(eval(if({column}=1, {}, null())))", value.text),
        }
    }

    fn of_time(&self, function: &str) -> String {
        match self.over {
            Over::All => format!("{function}(_time)"),
            Over::Marked(column) => format!("{function}(eval(if({column}=1, _time, null())))"),
        }
    }
}

fn column(name: &str) -> Fragment {
    Fragment::atom(quote::column(name))
}

fn always(value: Fragment) -> AggregateValue {
    AggregateValue { value, condition: None, presence: Presence::Always }
}

fn sometimes(value: Fragment) -> AggregateValue {
    AggregateValue { value, condition: None, presence: Presence::Sometimes }
}

fn test(condition: String) -> AggregateValue {
    let condition = Fragment::new(condition, Strength::Comparison);
    AggregateValue {
        value: super::expr::truth_value(&condition),
        condition: Some(condition),
        presence: Presence::Always,
    }
}
