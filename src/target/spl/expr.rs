//! Expressions as eval text.
//!
//! The language's logic is two-valued, Splunk's has null: a comparison with a null operand is null, and so is `NOT` of it. Where
//! null and false are the same (`where`, `if`, `count(eval())`) a test is written plainly; below `OR` and `NOT` it is guarded by
//! `isnotnull`, so that it is always true or false there. A bool as a value is the text "true" or "false", because eval cannot
//! assign booleans. Times and durations are seconds; their differences are rounded to whole microseconds, since a double that
//! holds seconds since 1970 is only just exact to the microsecond.

use indexmap::IndexSet;

use crate::library::{Accepts, Function, MissingRule, ResultType};
use crate::plan::expr::ArithmeticOperator;
use crate::plan::{CompareOperator, Expr, ExprKind, FieldIndex, Geography, Plan, Role, TextOperator};
use crate::target::fragment::{Fragment, Strength};
use crate::types::{Issuer, Type};
use crate::value::Value;

use super::column::{Columns, Presence};
use super::packed::Packed;
use super::{function, quote};

/// What an expression may refer to.
pub struct Scope<'a> {
    /// The rule.
    pub plan: &'a Plan,
    /// Column names.
    pub columns: &'a Columns,
    /// How each aggregate is written; empty outside windows.
    pub aggregates: &'a [AggregateValue],
    /// Which event a field is of that stands without the name of one.
    pub event: Event<'a>,
}

/// An event that fields are read from.
#[derive(Clone, Copy)]
pub enum Event<'a> {
    /// The row's own.
    Row,
    /// Another one of the match.
    Other(Role),
    /// One that is held as a text.
    Packed(&'a Packed<'a>),
}

/// How an aggregate is written once its columns are there.
#[derive(Clone, Debug)]
pub struct AggregateValue {
    /// As a value.
    pub value: Fragment,
    /// As a condition, for `any` and `all`.
    pub condition: Option<Fragment>,
    /// Whether it may be null.
    pub presence: Presence,
}

/// What becomes of a condition's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logic {
    /// Null counts as false there.
    NullIsFalse,
    /// It must be true or false.
    TwoValued,
}

impl Scope<'_> {
    /// A condition.
    pub fn condition(&self, expr: &Expr, logic: Logic) -> Fragment {
        match &expr.kind {
            ExprKind::Literal(value) => {
                Fragment::new(if value.is_true() { "1=1" } else { "1=0" }, Strength::Comparison)
            }
            ExprKind::Not(inner) => self.negation(inner),
            ExprKind::And(parts) => {
                let parts: Vec<Fragment> = parts.iter().map(|part| self.condition(part, logic)).collect();
                Fragment::join(&parts, " AND ", Strength::And)
            }
            ExprKind::Or(parts) => either(parts.iter().map(|part| self.condition(part, Logic::TwoValued)).collect()),
            ExprKind::IsMissing(inner) => self.is_missing(inner),
            ExprKind::Aggregate(index) => match &self.aggregates[*index].condition {
                Some(condition) => condition.clone(),
                None => self.guarded(&[expr], is_true(&self.value(expr)), logic),
            },
            ExprKind::Field(_) | ExprKind::Of(..) => self.guarded(&[expr], is_true(&self.value(expr)), logic),
            ExprKind::Compare(left, operator, right) => {
                self.guarded(&[left, right], self.comparison(left, *operator, right), logic)
            }
            ExprKind::Text(subject, operator, text) => {
                self.guarded(&[subject], self.text_test(subject, *operator, text), logic)
            }
            ExprKind::InValues(subject, values) => self.guarded(&[subject], self.one_of(subject, values), logic),
            ExprKind::InNetworks(subject, networks) => {
                let networks: Vec<String> = networks.iter().map(ToString::to_string).collect();
                self.guarded(&[subject], self.in_networks(subject, &networks), logic)
            }
            ExprKind::InList(subject, list) if self.columns.lookup(subject, *list).is_some() => {
                self.found(subject, *list)
            }
            ExprKind::InList(subject, list) => self.guarded(&[subject], self.in_list(subject, *list), logic),
            ExprKind::ContainsSet { set, values, all } => {
                let countries = set.ty == Type::Set(Box::new(Type::Country));
                let ty = if countries { Type::Country } else { Type::String };
                let set = self.value(set).text;
                let found: Vec<Fragment> = values.iter().map(|value| self.holds(&set, value, &ty)).collect();
                if *all { Fragment::join(&found, " AND ", Strength::And) } else { either(found) }
            }
            ExprKind::Call(called, arguments) => {
                let guards: Vec<&Expr> = match called.missing {
                    MissingRule::Missing => arguments.iter().collect(),
                    MissingRule::Handles => Vec::new(),
                };
                self.guarded(&guards, function::condition(self, called, arguments), logic)
            }
            // Arithmetic is never a condition; the checker has seen to that.
            ExprKind::Arithmetic(..) => is_true(&self.value(expr)),
        }
    }

    /// A place is missing where one of its columns is.
    fn is_missing(&self, subject: &Expr) -> Fragment {
        let tests = self.parts(subject).into_iter().map(|part| Fragment::atom(format!("isnull({part})")));
        Fragment::join(&tests.collect::<Vec<_>>(), " OR ", Strength::Or)
    }

    fn is_present(&self, subject: &Expr) -> Fragment {
        let tests = self.parts(subject).into_iter().map(|part| Fragment::atom(format!("isnotnull({part})")));
        Fragment::join(&tests.collect::<Vec<_>>(), " AND ", Strength::And)
    }

    /// The columns of a field, or a value.
    fn parts(&self, subject: &Expr) -> Vec<String> {
        let columns = if let ExprKind::Field(index) = subject.kind {
            self.columns_of(None, index)
        } else if let ExprKind::Of(role, index) = subject.kind {
            self.columns_of(Some(role), index)
        } else {
            vec![self.value(subject)]
        };
        columns.into_iter().map(|column| column.text).collect()
    }

    fn negation(&self, inner: &Expr) -> Fragment {
        if let ExprKind::IsMissing(subject) = &inner.kind {
            return self.is_present(subject);
        }
        let inner = self.condition(inner, Logic::TwoValued);
        Fragment::new(format!("NOT ({})", inner.text), Strength::Comparison)
    }

    /// A test together with `isnotnull` of what it reads, where it may not be null.
    fn guarded(&self, operands: &[&Expr], test: Fragment, logic: Logic) -> Fragment {
        if logic == Logic::NullIsFalse {
            return test;
        }
        let mut guards = IndexSet::new();
        for operand in operands {
            self.nullable(operand, &mut guards);
        }
        if guards.is_empty() {
            return test;
        }
        let mut parts: Vec<Fragment> =
            guards.into_iter().map(|text| Fragment::atom(format!("isnotnull({text})"))).collect();
        parts.push(Fragment::atom(test.at(Strength::Comparison)));
        Fragment::join(&parts, " AND ", Strength::And)
    }

    /// What must not be null for an expression to have a value.
    fn nullable(&self, expr: &Expr, guards: &mut IndexSet<String>) {
        match &expr.kind {
            ExprKind::Field(index) => self.nullable_field(None, *index, guards),
            ExprKind::Of(role, index) => self.nullable_field(Some(*role), *index, guards),
            ExprKind::Aggregate(index) => {
                let aggregate = &self.aggregates[*index];
                if aggregate.presence == Presence::Sometimes {
                    guards.insert(aggregate.value.text.clone());
                }
            }
            ExprKind::Arithmetic(left, operator, right) if *operator != ArithmeticOperator::Divide => {
                self.nullable(left, guards);
                self.nullable(right, guards);
            }
            // A distance has a value where both places have one.
            ExprKind::Call(called, arguments) if matches!(called.name, "distance" | "speed") => {
                arguments.iter().for_each(|argument| self.nullable(argument, guards));
            }
            ExprKind::Arithmetic(..) | ExprKind::Call(..) => {
                guards.insert(self.value(expr).text);
            }
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
            | ExprKind::ContainsSet { .. } => {}
        }
    }

    fn nullable_field(&self, role: Option<Role>, index: FieldIndex, guards: &mut IndexSet<String>) {
        if self.columns.presence(index) == Presence::Sometimes {
            guards.extend(self.columns_of(role, index).into_iter().map(|column| column.text));
        }
    }

    /// A value; null when missing.
    pub fn value(&self, expr: &Expr) -> Fragment {
        match &expr.kind {
            ExprKind::Literal(value) => {
                let first = self.spellings(value, &expr.ty).into_iter().next();
                self.literal(first.as_ref().unwrap_or(value))
            }
            ExprKind::Field(index) => self.field(None, *index),
            ExprKind::Of(role, index) => self.field(Some(*role), *index),
            ExprKind::Aggregate(index) => self.aggregates[*index].value.clone(),
            ExprKind::Arithmetic(left, operator, right) => self.arithmetic(expr, left, *operator, right),
            ExprKind::Call(called, arguments) if !is_test(called) => function::value(self, called, arguments),
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
            | ExprKind::ContainsSet { .. } => truth_value(&self.condition(expr, Logic::NullIsFalse)),
        }
    }

    fn field(&self, role: Option<Role>, index: FieldIndex) -> Fragment {
        match self.columns_of(role, index).as_slice() {
            [one] => one.clone(),
            several => {
                let texts: Vec<&str> = several.iter().map(|column| column.text.as_str()).collect();
                Fragment::new(texts.join(".\",\"."), Strength::Sum)
            }
        }
    }

    /// A field of an event: one value, or the two of a location.
    pub fn columns_of(&self, role: Option<Role>, index: FieldIndex) -> Vec<Fragment> {
        let event = role.map_or(self.event, Event::Other);
        let held = match event {
            Event::Row => self.columns.field(index),
            // The matching event is the row itself, and has no columns beside it.
            Event::Other(role) => {
                let other = self.columns.other(role).and_then(|other| other.fields.get(&index));
                other.unwrap_or_else(|| self.columns.field(index))
            }
            Event::Packed(packed) => return packed.field(self.columns, index),
        };
        held.names().into_iter().map(|name| Fragment::atom(quote::column(name))).collect()
    }

    /// Whether a value is what a column holds, and not made from it.
    pub fn is_column(&self, expr: &Expr) -> bool {
        matches!(expr.kind, ExprKind::Field(_)) && expr.ty != Type::Location && !matches!(self.event, Event::Packed(_))
    }

    fn comparison(&self, left: &Expr, operator: CompareOperator, right: &Expr) -> Fragment {
        if left.ty != Type::Country || self.plan.geography != Geography::Lookup {
            return self.plain_comparison(left, operator, right);
        }
        let (subject, literal) = match (&left.kind, &right.kind) {
            (_, ExprKind::Literal(literal)) => (left, literal),
            (ExprKind::Literal(literal), _) => (right, literal),
            _ => return self.plain_comparison(left, operator, right),
        };
        let found = self.one_of(subject, std::slice::from_ref(literal));
        match operator {
            CompareOperator::NotEqual => Fragment::new(format!("NOT ({})", found.text), Strength::Comparison),
            CompareOperator::Equal
            | CompareOperator::Less
            | CompareOperator::LessOrEqual
            | CompareOperator::Greater
            | CompareOperator::GreaterOrEqual => found,
        }
    }

    pub(super) fn plain_comparison(&self, left: &Expr, operator: CompareOperator, right: &Expr) -> Fragment {
        let sign = match operator {
            CompareOperator::Equal => "=",
            CompareOperator::NotEqual => "!=",
            CompareOperator::Less => "<",
            CompareOperator::LessOrEqual => "<=",
            CompareOperator::Greater => ">",
            CompareOperator::GreaterOrEqual => ">=",
        };
        let (mut one, mut other) = (self.value(left), self.value(right));
        if self.may_compare_as_numbers(left, right) {
            (one, other) = (as_text(&one), as_text(&other));
        }
        Fragment::new(format!("{}{sign}{}", one.at(Strength::Sum), other.at(Strength::Sum)), Strength::Comparison)
    }

    /// Splunk compares two texts as numbers when both look like numbers: `"01"` would equal `"1"`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other kind is treated alike")]
    fn may_compare_as_numbers(&self, left: &Expr, right: &Expr) -> bool {
        let free = |ty: &Type| matches!(ty, Type::String | Type::Name | Type::Id(..));
        let numeric = |expr: &Expr| match &expr.kind {
            ExprKind::Literal(Value::Text(text)) => quote::looks_like_number(text),
            ExprKind::Field(index) | ExprKind::Of(_, index) => {
                free(&expr.ty) && !matches!(self.plan.fields[index.0].ty, Type::Id(_, Issuer::Several))
            }
            _ => free(&expr.ty),
        };
        numeric(left) && numeric(right)
    }

    fn text_test(&self, subject: &Expr, operator: TextOperator, text: &str) -> Fragment {
        let exact = quote::escaped_for_regex(text);
        let pattern = match operator {
            TextOperator::Contains => exact,
            TextOperator::StartsWith => format!("^{exact}"),
            // Not `$`, which also matches before a newline at the end.
            TextOperator::EndsWith => format!("{exact}\\z"),
            TextOperator::Matches => text.to_owned(),
        };
        Fragment::atom(format!("match({}, {})", self.value(subject).text, quote::string(&pattern).text))
    }

    fn arithmetic(&self, whole: &Expr, left: &Expr, operator: ArithmeticOperator, right: &Expr) -> Fragment {
        let (sign, strength) = match operator {
            ArithmeticOperator::Add => ("+", Strength::Sum),
            ArithmeticOperator::Subtract => ("-", Strength::Sum),
            ArithmeticOperator::Multiply => ("*", Strength::Product),
            ArithmeticOperator::Divide => ("/", Strength::Product),
        };
        let right_strength = if strength == Strength::Sum { Strength::Product } else { Strength::Atom };
        let is_constant = matches!(right.kind, ExprKind::Literal(Value::Int(1..) | Value::Duration(1..)));
        let (left, divisor) = (self.operand(left, strength), self.operand(right, strength));
        let text = format!("{}{sign}{}", left.at(strength), divisor.at(right_strength));
        let text = if operator == ArithmeticOperator::Divide && !is_constant {
            Fragment::atom(format!("if({}!=0, {text}, null())", divisor.at(Strength::Sum)))
        } else {
            Fragment::new(text, strength)
        };
        if matches!(whole.ty, Type::Time | Type::Duration) {
            return Fragment::atom(format!("round({}, 6)", text.text));
        }
        text
    }

    /// An operand with all its digits: Splunk rounds a result to the digits of the least precise of its operands, `3*0.5` being
    /// 2. Times and lengths of time always have six digits behind the point, but for what is written in the rule.
    fn operand(&self, expr: &Expr, strength: Strength) -> Fragment {
        let value = self.value(expr);
        let is_whole = match &expr.kind {
            ExprKind::Literal(_) => !value.text.contains('.'),
            ExprKind::Field(_)
            | ExprKind::Of(..)
            | ExprKind::Aggregate(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Call(..)
            | ExprKind::Not(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Compare(..)
            | ExprKind::Text(..)
            | ExprKind::InValues(..)
            | ExprKind::InNetworks(..)
            | ExprKind::InList(..)
            | ExprKind::IsMissing(_)
            | ExprKind::ContainsSet { .. } => match expr.ty {
                Type::Int | Type::Asn => true,
                Type::Time | Type::Duration => strength == Strength::Sum,
                Type::Float
                | Type::Distance
                | Type::Speed
                | Type::Bool
                | Type::String
                | Type::Name
                | Type::Ip
                | Type::Cidr
                | Type::Country
                | Type::Location
                | Type::Enum(_)
                | Type::Id(..)
                | Type::Set(_) => false,
            },
        };
        if is_whole { value } else { quote::exact(&value.text) }
    }

    /// A constant.
    #[expect(clippy::self_only_used_in_recursion, reason = "a method like its neighbours")]
    pub(super) fn literal(&self, value: &Value) -> Fragment {
        match value {
            Value::Missing => Fragment::atom("null()"),
            Value::Bool(flag) => Fragment::atom(format!("\"{flag}\"")),
            Value::Int(number) => number_text(number.to_string()),
            Value::Float(number) => number_text(number.to_string()),
            Value::Text(text) => quote::string(text),
            Value::Time(micros) | Value::Duration(micros) => number_text(quote::seconds(*micros)),
            Value::Ip(address) => quote::string(&address.to_string()),
            Value::Cidr(network) => quote::string(&network.to_string()),
            Value::Location(latitude, longitude) => quote::string(&format!("{latitude},{longitude}")),
            Value::Set(values) => {
                let texts: Vec<String> = values.iter().map(|value| self.literal(value).text).collect();
                Fragment::atom(format!("mvappend({})", texts.join(", ")))
            }
        }
    }
}

/// Whether a function gives a condition rather than a value.
fn is_test(called: &Function) -> bool {
    matches!(called.result, ResultType::Is(Type::Bool))
}

/// Alternatives; each that is more than one test is put in parentheses.
pub fn either(parts: Vec<Fragment>) -> Fragment {
    if parts.is_empty() {
        return Fragment::new("1=0", Strength::Comparison);
    }
    let parts: Vec<Fragment> = match parts.len() {
        1 => parts,
        _ => parts.iter().map(|part| Fragment::new(part.at(Strength::Comparison), Strength::Comparison)).collect(),
    };
    Fragment::join(&parts, " OR ", Strength::Or)
}

/// A condition as a value.
pub fn truth_value(condition: &Fragment) -> Fragment {
    Fragment::atom(format!("if({}, \"true\", \"false\")", condition.text))
}

fn is_true(value: &Fragment) -> Fragment {
    Fragment::new(format!("{}=\"true\"", value.at(Strength::Sum)), Strength::Comparison)
}

/// A text that never looks like a number.
fn as_text(value: &Fragment) -> Fragment {
    Fragment::atom(format!("(\"=\".{})", value.at(Strength::Sum)))
}

fn number_text(text: String) -> Fragment {
    let strength = if text.starts_with('-') { Strength::Sum } else { Strength::Atom };
    Fragment::new(text, strength)
}

/// Whether a parameter wants a condition.
pub fn wants_condition(accepts: &Accepts) -> bool {
    match accepts {
        Accepts::Bool => true,
        Accepts::Text
        | Accepts::TextOrId
        | Accepts::Int
        | Accepts::Position
        | Accepts::Number
        | Accepts::Time
        | Accepts::Duration
        | Accepts::Ip
        | Accepts::Location
        | Accepts::Latitude
        | Accepts::Longitude
        | Accepts::Prefix(..)
        | Accepts::Set
        | Accepts::Same => false,
    }
}
