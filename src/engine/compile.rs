//! Expressions made ready to run: fields are slots, regular expressions and sets are built once.

use std::borrow::Cow;

use regex::Regex;
use rustc_hash::FxHashSet;

use crate::library::{Function, MissingRule, ResultType, pattern};
use crate::plan::expr::ArithmeticOperator;
use crate::plan::{CompareOperator, EVENT_ID, Expr, ExprKind, FieldIndex, Plan, Role, TIME, TextOperator};
use crate::types::Type;
use crate::value::Value;

use super::arithmetic;
use super::event::{Event, Layout, Places};
use super::networks::Networks;

/// What an expression is worked out on.
pub struct Row<'a> {
    /// The event; over a window the matching one.
    pub event: &'a Event,
    /// Values of the window's aggregates; empty outside.
    pub aggregates: &'a [Value],
    /// Other events of the match.
    pub others: Others<'a>,
}

/// Other events of a match than the one that is looked at, as far as there are any.
#[derive(Clone, Copy, Default)]
pub struct Others<'a> {
    /// The event just before.
    pub previous: Option<&'a Event>,
    /// The events of the first steps of a sequence.
    pub steps: &'a [&'a Event],
    /// The matching event.
    pub matching: Option<&'a Event>,
}

impl<'a> Others<'a> {
    fn event(&self, role: Role) -> Option<&'a Event> {
        match role {
            Role::Previous => self.previous,
            Role::Step(index) => self.steps.get(index).copied(),
            Role::Match => self.matching,
        }
    }
}

/// An expression made ready to run.
#[derive(Debug)]
pub enum Code {
    /// A constant.
    Literal(Value),
    /// The event's time.
    Time,
    /// The event's id.
    EventId,
    /// A field.
    Slot(Places),
    /// The time, id or field of another event.
    Of(Role, Box<Code>),
    /// An aggregate of the window.
    Aggregate(usize),
    /// Flips.
    Not(Box<Code>),
    /// All hold.
    And(Vec<Code>),
    /// One holds.
    Or(Vec<Code>),
    /// A comparison.
    Compare(Box<Code>, CompareOperator, Box<Code>),
    /// A text test.
    Text(Box<Code>, TextTest),
    /// In a set of values.
    InValues(Box<Code>, FxHashSet<Value>),
    /// In one of these networks.
    InNetworks(Box<Code>, Networks),
    /// Is missing.
    IsMissing(Box<Code>),
    /// A set that holds all (or any) of these values.
    ContainsSet(Box<Code>, Vec<Value>, Quantifier),
    /// Arithmetic.
    Arithmetic(Box<Code>, ArithmeticOperator, Box<Code>),
    /// A library function.
    Call(&'static Function, Vec<Code>),
}

/// All of some values, or any.
#[derive(Clone, Copy, Debug)]
pub enum Quantifier {
    /// Every one.
    All,
    /// One at least.
    Any,
}

/// A test of a text.
#[derive(Debug)]
pub enum TextTest {
    /// Somewhere in it.
    Contains(String),
    /// At its start.
    StartsWith(String),
    /// At its end.
    EndsWith(String),
    /// The expression matches somewhere; none matches nothing.
    Matches(Option<Regex>),
}

impl TextTest {
    /// The checker has compiled a pattern already, so it is one.
    fn new(operator: TextOperator, text: &str) -> Self {
        match operator {
            TextOperator::Contains => Self::Contains(text.to_owned()),
            TextOperator::StartsWith => Self::StartsWith(text.to_owned()),
            TextOperator::EndsWith => Self::EndsWith(text.to_owned()),
            TextOperator::Matches => Self::Matches(pattern::compile(text).ok()),
        }
    }

    fn holds(&self, text: &str) -> bool {
        match self {
            Self::Contains(part) => text.contains(part.as_str()),
            Self::StartsWith(part) => text.starts_with(part.as_str()),
            Self::EndsWith(part) => text.ends_with(part.as_str()),
            Self::Matches(pattern) => pattern.as_ref().is_some_and(|pattern| pattern.is_match(text)),
        }
    }
}

/// Turns the expressions of one plan into code.
pub struct Compiler<'a> {
    plan: &'a Plan,
    layout: &'a Layout,
    /// The slot of each of its fields.
    slots: &'a [usize],
}

impl<'a> Compiler<'a> {
    /// For the plan with this index among those of a layout.
    pub fn new(plan: &'a Plan, layout: &'a Layout, index: usize) -> Self {
        Self { plan, layout, slots: &layout.of_plan[index] }
    }

    /// The code of a field.
    pub fn field(&self, index: FieldIndex) -> Code {
        match index {
            TIME => Code::Time,
            EVENT_ID => Code::EventId,
            FieldIndex(index) => Code::Slot(self.layout.places(self.slots[index])),
        }
    }

    /// The code of an expression.
    pub fn code(&self, expr: &Expr) -> Code {
        let boxed = |expr: &Expr| Box::new(self.code(expr));
        let all = |exprs: &[Expr]| exprs.iter().map(|expr| self.code(expr)).collect();
        match &expr.kind {
            ExprKind::Literal(value) => Code::Literal(value.clone()),
            ExprKind::Field(index) => self.field(*index),
            ExprKind::Of(role, index) => Code::Of(*role, Box::new(self.field(*index))),
            ExprKind::Aggregate(index) => Code::Aggregate(*index),
            ExprKind::Not(inner) => Code::Not(boxed(inner)),
            ExprKind::And(parts) => Code::And(all(parts)),
            ExprKind::Or(parts) => Code::Or(all(parts)),
            ExprKind::Compare(left, operator, right) => Code::Compare(boxed(left), *operator, boxed(right)),
            ExprKind::Text(inner, operator, text) => Code::Text(boxed(inner), TextTest::new(*operator, text)),
            ExprKind::InValues(inner, values) => Code::InValues(boxed(inner), values.iter().cloned().collect()),
            ExprKind::InNetworks(inner, networks) => {
                Code::InNetworks(boxed(inner), Networks::new(networks.iter().copied()))
            }
            ExprKind::InList(inner, list) => self.in_list(boxed(inner), *list),
            ExprKind::IsMissing(inner) => Code::IsMissing(boxed(inner)),
            ExprKind::ContainsSet { set, values, all } => {
                let quantifier = if *all { Quantifier::All } else { Quantifier::Any };
                Code::ContainsSet(boxed(set), values.clone(), quantifier)
            }
            ExprKind::Arithmetic(left, operator, right) => Code::Arithmetic(boxed(left), *operator, boxed(right)),
            ExprKind::Call(function, arguments) => Code::Call(function, all(arguments)),
        }
    }

    /// A list of networks holds addresses; any other holds its own values.
    fn in_list(&self, value: Box<Code>, list: usize) -> Code {
        let list = &self.plan.lists[list];
        if list.ty != Type::Cidr {
            return Code::InValues(value, list.entries.iter().cloned().collect());
        }
        let networks = list
            .entries
            .iter()
            .filter_map(|entry| if let Value::Cidr(network) = entry { Some(*network) } else { None });
        Code::InNetworks(value, Networks::new(networks))
    }
}

impl Code {
    /// The value for a row.
    pub fn value<'a>(&'a self, row: &Row<'a>) -> Cow<'a, Value> {
        match self {
            Self::Literal(value) => Cow::Borrowed(value),
            Self::Time => Cow::Owned(Value::Time(row.event.time)),
            Self::EventId => Cow::Borrowed(&row.event.event_id),
            Self::Slot(places) => Cow::Borrowed(places.value(row.event)),
            Self::Of(role, field) => row.others.event(*role).map_or(Cow::Owned(Value::Missing), |event| {
                field.value(&Row { event, aggregates: &[], others: Others::default() })
            }),
            Self::Aggregate(index) => Cow::Borrowed(&row.aggregates[*index]),
            Self::Arithmetic(left, operator, right) => {
                Cow::Owned(arithmetic::apply(&left.value(row), *operator, &right.value(row)))
            }
            Self::Call(function, arguments) => Cow::Owned(call(function, arguments, row)),
            Self::Not(_)
            | Self::And(_)
            | Self::Or(_)
            | Self::Compare(..)
            | Self::Text(..)
            | Self::InValues(..)
            | Self::InNetworks(..)
            | Self::IsMissing(_)
            | Self::ContainsSet(..) => Cow::Owned(Value::Bool(self.holds(row))),
        }
    }

    /// Whether a condition holds for a row. Logic is two-valued: what is missing does not hold.
    pub fn holds(&self, row: &Row<'_>) -> bool {
        match self {
            Self::Not(inner) => !inner.holds(row),
            Self::And(parts) => parts.iter().all(|part| part.holds(row)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(row)),
            // What filters mostly are.
            Self::Compare(left, operator, right) => match (&**left, &**right) {
                (Self::Slot(places), Self::Literal(right)) => compare(places.value(row.event), *operator, right),
                _ => compare(&left.value(row), *operator, &right.value(row)),
            },
            Self::Text(inner, test) => inner.value(row).as_text().is_some_and(|subject| test.holds(subject)),
            Self::InValues(inner, values) => values.contains(inner.value(row).as_ref()),
            Self::InNetworks(inner, networks) => {
                inner.value(row).as_ip().is_some_and(|address| networks.contains(address))
            }
            Self::IsMissing(inner) => inner.value(row).is_missing(),
            Self::ContainsSet(set, values, quantifier) => set.value(row).as_set().is_some_and(|found| {
                let mut inside = values.iter().map(|value| found.binary_search(value).is_ok());
                match quantifier {
                    Quantifier::All => inside.all(|inside| inside),
                    Quantifier::Any => inside.any(|inside| inside),
                }
            }),
            Self::Literal(_)
            | Self::Time
            | Self::EventId
            | Self::Slot(_)
            | Self::Of(..)
            | Self::Aggregate(_)
            | Self::Arithmetic(..)
            | Self::Call(..) => self.value(row).is_true(),
        }
    }
}

impl Code {
    /// The codes that it is made of.
    pub fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Literal(_) | Self::Time | Self::EventId | Self::Slot(_) | Self::Aggregate(_) => Vec::new(),
            Self::Of(_, inner)
            | Self::Not(inner)
            | Self::Text(inner, _)
            | Self::InValues(inner, _)
            | Self::InNetworks(inner, _)
            | Self::IsMissing(inner)
            | Self::ContainsSet(inner, ..) => vec![inner],
            Self::And(parts) | Self::Or(parts) | Self::Call(_, parts) => parts.iter().collect(),
            Self::Compare(left, _, right) | Self::Arithmetic(left, _, right) => vec![left, right],
        }
    }

    /// Calls `visit` with it and all that it is made of.
    pub fn walk<'c>(&'c self, visit: &mut impl FnMut(&'c Self)) {
        visit(self);
        for part in self.parts() {
            part.walk(visit);
        }
    }
}

fn compare(left: &Value, operator: CompareOperator, right: &Value) -> bool {
    if left.is_missing() || right.is_missing() {
        return false;
    }
    let order = match (left, right, operator) {
        // Texts of different lengths differ: no need to look at them.
        (Value::Text(left), Value::Text(right), CompareOperator::Equal) => return left == right,
        (Value::Text(left), Value::Text(right), CompareOperator::NotEqual) => return left != right,
        _ => left.cmp(right),
    };
    match operator {
        CompareOperator::Equal => order.is_eq(),
        CompareOperator::NotEqual => order.is_ne(),
        CompareOperator::Less => order.is_lt(),
        CompareOperator::LessOrEqual => order.is_le(),
        CompareOperator::Greater => order.is_gt(),
        CompareOperator::GreaterOrEqual => order.is_ge(),
    }
}

/// A test of what is missing is false, never missing itself.
fn call(function: &Function, arguments: &[Code], row: &Row<'_>) -> Value {
    let values: Vec<Value> = arguments.iter().map(|argument| argument.value(row).into_owned()).collect();
    if function.missing == MissingRule::Missing && values.iter().any(Value::is_missing) {
        return if matches!(function.result, ResultType::Is(Type::Bool)) { Value::Bool(false) } else { Value::Missing };
    }
    (function.eval)(&values)
}
