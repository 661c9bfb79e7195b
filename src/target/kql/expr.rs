//! Expressions as KQL, two-valued as the language is.
//!
//! KQL has no null strings (missing is `""`) but null everything else, with `null == x` false, `null != x` true, and `null < x`
//! and `not(null)` null. A condition that comes out null where it stands for itself does no harm: `where`, `countif` and `iff`
//! take it for false. So a condition is written in one of two ways, and guards stand only where they change the result:
//! [`Scope::holds`] is true exactly when the condition holds (and false or null otherwise); [`Scope::fails`] is true exactly
//! when it does not hold, and never null.

use crate::library::ResultType;
use crate::plan::expr::ArithmeticOperator;
use crate::plan::{CompareOperator, Expr, ExprKind, FieldIndex, Placement, Plan, Role, TextOperator};
use crate::target::fragment::{Fragment, Strength};
use crate::target::quote;
use crate::types::Type;
use crate::value::Value;

use super::names::Names;
use super::network;
use super::operator::{literal, spellings};
use super::roles;

/// Which columns an expression sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// Those of an event.
    Event,
    /// Those of a match: its fields have `Match` in front, its aggregates are over everything that has arrived.
    Match,
    /// The same, with aggregates over what had arrived at the run before.
    MatchBefore,
    /// Those of the event of a step, beside those of the steps before it.
    Step(usize),
    /// Those of an event that there must not be, beside those of the match.
    Other,
    /// The same, where it is of the match's key.
    OtherOfKey,
}

/// What expressions are written against.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The rule.
    pub plan: &'a Plan,
    /// Its names.
    pub names: &'a Names,
    /// For each field whether a row may lack it here.
    pub optional: &'a [bool],
    /// The same for the events of each stream.
    pub streams: &'a [Vec<bool>],
    /// Which columns there are.
    pub columns: Columns,
}

/// Functions whose result is missing only where an argument is.
const GIVES_WHAT_IT_TAKES: &[&str] =
    &["distance", "speed", "seconds", "location_text", "lower", "upper", "length", "hour"];

impl Scope<'_> {
    /// The column of a field.
    pub fn field(&self, index: FieldIndex) -> String {
        match self.columns {
            Columns::Event => self.names.field(index).to_owned(),
            Columns::Match | Columns::MatchBefore => self.names.of_match(index, self.plan),
            Columns::Step(step) => self.names.of(Role::Step(step), index, self.plan),
            Columns::OtherOfKey if self.plan.shape.key().contains(&index) => self.names.field(index).to_owned(),
            Columns::Other | Columns::OtherOfKey => self.names.of_other(index),
        }
    }

    /// Latitude and longitude of a place: a field's two columns, or two numbers.
    pub fn coordinates(&self, expr: &Expr) -> [String; 2] {
        if let ExprKind::Literal(Value::Location(latitude, longitude)) = &expr.kind {
            return [latitude, longitude].map(|degrees| quote::real(*degrees));
        }
        // Nothing else gives a place.
        let nowhere = || [(); 2].map(|()| super::read::missing(&Type::Location));
        self.column(expr).map_or_else(nowhere, |column| Names::coordinates_of(&column))
    }

    /// The column of a field of this event or another one; that of a location is what its two columns begin with.
    pub fn column(&self, expr: &Expr) -> Option<String> {
        if let ExprKind::Of(role, index) = expr.kind {
            return Some(self.names.of(role, index, self.plan));
        }
        if let ExprKind::Field(index) = expr.kind { Some(self.field(index)) } else { None }
    }

    /// Whether the event in a role may lack a field.
    fn is_optional_of(&self, role: Role, index: FieldIndex) -> bool {
        self.streams[roles::stream(self.plan, role).0][index.0]
    }

    /// The column of an aggregate.
    fn aggregate(&self, index: usize) -> String {
        match self.columns {
            // What was before is of what has arrived now.
            Columns::MatchBefore if !self.plan.aggregates[index].is_over_window() => {
                self.names.aggregate(index).to_owned()
            }
            Columns::Event | Columns::Match | Columns::Step(_) | Columns::Other | Columns::OtherOfKey => {
                self.names.aggregate(index).to_owned()
            }
            Columns::MatchBefore => self.names.aggregate_before(index),
        }
    }

    /// True exactly when the condition holds; false or null otherwise.
    pub fn holds(&self, expr: &Expr) -> Fragment {
        match &expr.kind {
            ExprKind::Not(inner) => self.fails(inner),
            ExprKind::And(parts) => self.join(parts, Self::holds, " and ", Strength::And),
            ExprKind::Or(parts) => self.join(parts, Self::holds, " or ", Strength::Or),
            ExprKind::Compare(left, operator, right) => self.compare(left, *operator, right),
            ExprKind::Text(operand, operator, text) => self.text_test(operand, *operator, text),
            ExprKind::InValues(operand, values) => self.in_values(operand, values, ""),
            ExprKind::InNetworks(operand, networks) => network::within(&self.value(operand), networks),
            ExprKind::InList(operand, list) => self.in_list(operand, *list, ""),
            ExprKind::IsMissing(operand) => Fragment::atom(self.missing_test(operand)),
            ExprKind::ContainsSet { set, values, all } => self.contains_set(set, values, *all),
            ExprKind::Literal(_)
            | ExprKind::Field(_)
            | ExprKind::Of(..)
            | ExprKind::Aggregate(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Call(..) => self.raw(expr),
        }
    }

    /// True exactly when the condition does not hold; never null.
    pub fn fails(&self, expr: &Expr) -> Fragment {
        let negated = |fragment: &Fragment| Fragment::atom(format!("not({})", fragment.text));
        match &expr.kind {
            ExprKind::Not(inner) if self.is_total(inner) => self.holds(inner),
            ExprKind::Not(inner) => Fragment::atom(format!("coalesce({}, false)", self.holds(inner).text)),
            ExprKind::And(parts) => self.join(parts, Self::fails, " or ", Strength::Or),
            ExprKind::Or(parts) => self.join(parts, Self::fails, " and ", Strength::And),
            ExprKind::Compare(left, operator, right) => self.compare_fails(left, *operator, right),
            ExprKind::Text(_, TextOperator::Matches, _) => negated(&self.holds(expr)),
            ExprKind::Text(operand, operator, text) => self.text_plain(operand, *operator, text, "!"),
            ExprKind::InValues(operand, values) => self.guarded_negation(operand, self.in_values(operand, values, "!")),
            ExprKind::InList(operand, list) => {
                let test = self.in_list(operand, *list, "!");
                if self.is_by_network(*list) { test } else { self.guarded_negation(operand, test) }
            }
            ExprKind::InNetworks(operand, networks) => network::outside(&self.value(operand), networks),
            ExprKind::IsMissing(operand) => Fragment::atom(self.present_test(operand)),
            ExprKind::Literal(Value::Bool(truth)) => Fragment::atom((!truth).to_string()),
            ExprKind::Literal(_)
            | ExprKind::Field(_)
            | ExprKind::Of(..)
            | ExprKind::Aggregate(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Call(..)
            | ExprKind::ContainsSet { .. } => {
                if self.is_total(expr) {
                    negated(&self.holds(expr))
                } else {
                    Fragment::atom(format!("not(coalesce({}, false))", self.holds(expr).text))
                }
            }
        }
    }

    /// The condition as a value that is true or false, never null.
    pub fn truth(&self, expr: &Expr) -> Fragment {
        if self.is_total(expr) {
            return self.holds(expr);
        }
        Fragment::atom(format!("coalesce({}, false)", self.holds(expr).text))
    }

    /// The value of an expression of any type, missing where the expression is.
    pub fn value(&self, expr: &Expr) -> Fragment {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Field(_) | ExprKind::Of(..) | ExprKind::Arithmetic(..) => self.raw(expr),
            // `first` of a bool, and `if`, `case` and `coalesce` of them, may be missing; other calls are false then.
            ExprKind::Aggregate(_) => self.raw(expr),
            ExprKind::Call(function, _) if expr.ty != Type::Bool || matches!(function.result, ResultType::Same) => {
                self.raw(expr)
            }
            ExprKind::Call(..)
            | ExprKind::Not(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Compare(..)
            | ExprKind::Text(..)
            | ExprKind::InValues(..)
            | ExprKind::InNetworks(..)
            | ExprKind::InList(..)
            | ExprKind::IsMissing(_)
            | ExprKind::ContainsSet { .. } => self.truth(expr),
        }
    }

    /// The columns, literals and calls themselves.
    fn raw(&self, expr: &Expr) -> Fragment {
        match &expr.kind {
            ExprKind::Literal(value) => {
                let spelled = spellings(self.plan, value, &expr.ty);
                literal(spelled.first().unwrap_or(value), &expr.ty)
            }
            ExprKind::Field(_) | ExprKind::Of(..) => Fragment::atom(self.column(expr).unwrap_or_default()),
            ExprKind::Aggregate(index) => super::aggregate::value(self.plan, *index, &self.aggregate(*index)),
            ExprKind::Arithmetic(left, operator, right) => self.arithmetic(left, *operator, right),
            ExprKind::Call(function, arguments) => super::function::call(self, function, arguments, &expr.ty),
            ExprKind::Not(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Compare(..)
            | ExprKind::Text(..)
            | ExprKind::InValues(..)
            | ExprKind::InNetworks(..)
            | ExprKind::InList(..)
            | ExprKind::IsMissing(_)
            | ExprKind::ContainsSet { .. } => self.holds(expr),
        }
    }

    /// Whether the value may be missing.
    pub fn is_optional(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Field(index) => self.optional[index.0],
            ExprKind::Of(role, index) => self.is_optional_of(*role, *index),
            ExprKind::Aggregate(index) => {
                let aggregate = &self.plan.aggregates[*index];
                aggregate.population.is_some()
                    || super::aggregate::gives_missing(aggregate.function)
                        && aggregate.argument.as_ref().is_some_and(|argument| self.is_optional(argument))
            }
            ExprKind::Arithmetic(left, operator, right) => {
                self.is_optional(left)
                    || self.is_optional(right)
                    || (*operator == ArithmeticOperator::Divide && !matches!(right.kind, ExprKind::Literal(_)))
            }
            ExprKind::Call(function, arguments) if GIVES_WHAT_IT_TAKES.contains(&function.name) => {
                arguments.iter().any(|argument| self.is_optional(argument))
            }
            ExprKind::Call(..) => expr.ty != Type::Bool,
            ExprKind::Literal(_)
            | ExprKind::Not(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Compare(..)
            | ExprKind::Text(..)
            | ExprKind::InValues(..)
            | ExprKind::InNetworks(..)
            | ExprKind::InList(..)
            | ExprKind::IsMissing(_)
            | ExprKind::ContainsSet { .. } => false,
        }
    }

    /// Whether a list is tested with the functions for networks, which know null.
    fn is_by_network(&self, list: usize) -> bool {
        let list = &self.plan.lists[list];
        list.ty == Type::Cidr || (list.placement == Placement::Outside && super::watchlist::is_of_addresses(list))
    }

    /// Whether [`Scope::holds`] never gives null.
    fn is_total(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().all(|part| self.is_total(part)),
            ExprKind::Compare(left, operator, right) => match operator {
                CompareOperator::Equal => {
                    left.ty.is_held_as_text() || !(self.is_optional(left) && self.is_optional(right))
                }
                CompareOperator::NotEqual => true,
                CompareOperator::Less
                | CompareOperator::LessOrEqual
                | CompareOperator::Greater
                | CompareOperator::GreaterOrEqual => !self.is_optional(left) && !self.is_optional(right),
            },
            ExprKind::Field(_) | ExprKind::Of(..) => !self.is_optional(expr),
            ExprKind::InNetworks(..) | ExprKind::Call(..) | ExprKind::Arithmetic(..) => false,
            ExprKind::InList(operand, list) => {
                !self.is_by_network(*list) && (operand.ty.is_held_as_text() || !self.is_optional(operand))
            }
            ExprKind::InValues(operand, _) => operand.ty.is_held_as_text() || !self.is_optional(operand),
            ExprKind::Literal(_)
            | ExprKind::Aggregate(_)
            | ExprKind::Not(_)
            | ExprKind::Text(..)
            | ExprKind::IsMissing(_)
            | ExprKind::ContainsSet { .. } => true,
        }
    }

    fn join(
        &self,
        parts: &[Expr],
        write: fn(&Self, &Expr) -> Fragment,
        operator: &str,
        strength: Strength,
    ) -> Fragment {
        let parts: Vec<Fragment> = parts.iter().map(|part| write(self, part)).collect();
        Fragment::join(&parts, operator, strength)
    }
}
