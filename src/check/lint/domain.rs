//! What a value can still be: presence, a finite set or an interval, narrowed by one test after another.
//!
//! Always an over-estimate: what is not understood leaves a domain as it is, so an empty domain is a proof and nothing else is.

use std::collections::BTreeSet;

use crate::plan::{CompareOperator, TextOperator};
use crate::types::Type;
use crate::value::Value;

/// What a value can be.
#[derive(Clone, Debug)]
pub struct Domain {
    /// Whether it can be missing.
    pub missing: bool,
    /// What it can be when it is there.
    pub present: Present,
}

/// What a value that is there can be.
#[derive(Clone, Debug)]
pub enum Present {
    /// One of these.
    Only(BTreeSet<Value>),
    /// Anything in a range.
    Range(Range),
}

/// Values between two bounds, both of them included.
#[derive(Clone, Debug, Default)]
pub struct Range {
    /// The least.
    pub low: Option<Value>,
    /// The greatest.
    pub high: Option<Value>,
    /// Values that it is not.
    except: BTreeSet<Value>,
    /// Tests of a text that it passes, or does not.
    texts: Vec<(TextOperator, String, bool)>,
}

/// A test of one value that says something about it.
#[derive(Clone, Copy, Debug)]
pub enum Test<'a> {
    /// Against a constant.
    Compare(CompareOperator, &'a Value),
    /// One of some constants.
    In(&'a [Value]),
    /// A text against a constant.
    Text(TextOperator, &'a str),
    /// `is missing`
    Missing,
}

impl Domain {
    /// Every value of a type, or none where it may be missing.
    pub fn of_type(ty: &Type, missing: bool) -> Self {
        let present = match ty {
            Type::Bool => Present::Only([Value::Bool(false), Value::Bool(true)].into()),
            Type::Enum(set) => Present::Only(set.values.iter().map(|word| Value::text(word)).collect()),
            Type::String
            | Type::Name
            | Type::Int
            | Type::Float
            | Type::Time
            | Type::Duration
            | Type::Ip
            | Type::Cidr
            | Type::Country
            | Type::Asn
            | Type::Location
            | Type::Distance
            | Type::Speed
            | Type::Id(..)
            | Type::Set(_) => Present::Range(Range::default()),
        };
        Self { missing, present }
    }

    /// From one value to another, never missing.
    pub fn between(low: Option<Value>, high: Option<Value>) -> Self {
        Self { missing: false, present: Present::Range(Range { low, high, ..Range::default() }) }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        !self.missing && self.present.is_empty()
    }

    /// What is left where a test holds, or where it does not.
    pub fn narrow(&self, test: Test<'_>, holds: bool) -> Self {
        match (test, holds) {
            (Test::Missing, true) => Self { missing: self.missing, present: Present::Only(BTreeSet::new()) },
            (Test::Missing, false) => Self { missing: false, present: self.present.clone() },
            (Test::Compare(..) | Test::In(_) | Test::Text(..), _) => {
                Self { missing: self.missing && !holds, present: self.present.narrow(test, holds) }
            }
        }
    }

    /// How many values it has when it is there, where that is known.
    pub fn size(&self) -> Option<usize> {
        match &self.present {
            Present::Only(values) => Some(values.len()),
            Present::Range(_) => None,
        }
    }

    /// Whether a value may be it.
    pub fn may_be(&self, value: &Value) -> bool {
        !self.narrow(Test::Compare(CompareOperator::Equal, value), true).is_empty()
    }

    /// What either of two domains holds.
    pub fn or(self, other: Self) -> Self {
        let present = match (self.present, other.present) {
            (Present::Only(a), Present::Only(b)) => Present::Only(a.into_iter().chain(b).collect()),
            (Present::Only(_) | Present::Range(_), Present::Only(_) | Present::Range(_)) => {
                Present::Range(Range::default())
            }
        };
        Self { missing: self.missing || other.missing, present }
    }
}

impl Present {
    fn is_empty(&self) -> bool {
        match self {
            Self::Only(values) => values.is_empty(),
            Self::Range(range) => match (&range.low, &range.high) {
                (Some(low), Some(high)) => low > high || (low == high && range.except.contains(low)),
                (Some(_) | None, None) | (None, Some(_)) => false,
            },
        }
    }

    fn narrow(&self, test: Test<'_>, wanted: bool) -> Self {
        match self {
            Self::Only(values) => {
                Self::Only(values.iter().filter(|value| holds(test, value) == wanted).cloned().collect())
            }
            Self::Range(range) => range.clone().narrow(test, wanted),
        }
    }
}

impl Range {
    fn holds(&self, value: &Value) -> bool {
        self.low.as_ref().is_none_or(|low| value >= low)
            && self.high.as_ref().is_none_or(|high| value <= high)
            && !self.except.contains(value)
            && self.texts.iter().all(|(operator, text, wanted)| holds(Test::Text(*operator, text), value) == *wanted)
    }

    fn only(&self, values: &[Value]) -> Present {
        Present::Only(values.iter().filter(|value| self.holds(value)).cloned().collect())
    }

    fn narrow(mut self, test: Test<'_>, wanted: bool) -> Present {
        match (test, wanted) {
            (Test::In(values), true) => return self.only(values),
            (Test::In(values), false) => self.except.extend(values.iter().cloned()),
            (Test::Text(operator, text), _) => self.texts.push((operator, text.to_owned(), wanted)),
            (Test::Missing, _) => {}
            (Test::Compare(operator, value), _) => match if wanted { operator } else { operator.opposite() } {
                CompareOperator::Equal => return self.only(std::slice::from_ref(value)),
                CompareOperator::NotEqual => {
                    self.except.insert(value.clone());
                }
                CompareOperator::Less => self.high = least(self.high, below(value)),
                CompareOperator::LessOrEqual => self.high = least(self.high, Some(value.clone())),
                CompareOperator::Greater => self.low = self.low.max(above(value)),
                CompareOperator::GreaterOrEqual => self.low = self.low.max(Some(value.clone())),
            },
        }
        Present::Range(self)
    }
}

/// Whether a value that is there passes a test.
fn holds(test: Test<'_>, value: &Value) -> bool {
    match test {
        Test::Missing => false,
        Test::In(values) => values.contains(value),
        Test::Compare(CompareOperator::Equal, other) => value == other,
        Test::Compare(CompareOperator::NotEqual, other) => value != other,
        Test::Compare(CompareOperator::Less, other) => value < other,
        Test::Compare(CompareOperator::LessOrEqual, other) => value <= other,
        Test::Compare(CompareOperator::Greater, other) => value > other,
        Test::Compare(CompareOperator::GreaterOrEqual, other) => value >= other,
        Test::Text(operator, text) => value.as_text().is_some_and(|value| match operator {
            TextOperator::Contains => value.contains(text),
            TextOperator::StartsWith => value.starts_with(text),
            TextOperator::EndsWith => value.ends_with(text),
            // Compiled when the rule was checked, so it compiles.
            TextOperator::Matches => regex::Regex::new(text).is_ok_and(|pattern| pattern.is_match(value)),
        }),
    }
}

/// The lower of two upper bounds, `None` being no bound.
fn least(a: Option<Value>, b: Option<Value>) -> Option<Value> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The greatest value below another.
fn below(value: &Value) -> Option<Value> {
    match value {
        Value::Int(number) => number.checked_sub(1).map(Value::Int),
        Value::Time(micros) => micros.checked_sub(1).map(Value::Time),
        Value::Duration(micros) => micros.checked_sub(1).map(Value::Duration),
        Value::Float(number) => Some(Value::Float(number.next_down())),
        Value::Missing
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Ip(_)
        | Value::Cidr(_)
        | Value::Location(..)
        | Value::Set(_) => Some(value.clone()),
    }
}

/// The least value above another.
fn above(value: &Value) -> Option<Value> {
    match value {
        Value::Int(number) => number.checked_add(1).map(Value::Int),
        Value::Time(micros) => micros.checked_add(1).map(Value::Time),
        Value::Duration(micros) => micros.checked_add(1).map(Value::Duration),
        Value::Float(number) => Some(Value::Float(number.next_up())),
        Value::Missing
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Ip(_)
        | Value::Cidr(_)
        | Value::Location(..)
        | Value::Set(_) => Some(value.clone()),
    }
}
