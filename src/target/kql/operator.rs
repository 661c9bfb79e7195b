//! Operators as KQL: comparisons with their guards, tests of texts, membership, arithmetic; and literals.

use std::slice;

use crate::plan::expr::ArithmeticOperator;
use crate::plan::{CompareOperator, Expr, ExprKind, Geography, Placement, Plan, TextOperator};
use crate::target::country;
use crate::target::fragment::{Fragment, Strength};
use crate::target::quote;
use crate::types::Type;
use crate::value::Value;

use super::expr::Scope;
use super::{network, watchlist};

impl Scope<'_> {
    /// `isempty(x)` or `isnull(x)`.
    pub fn missing_test(&self, expr: &Expr) -> String {
        self.presence(expr, "isempty", "isnull", " or ")
    }

    /// `isnotempty(x)` or `isnotnull(x)`.
    pub fn present_test(&self, expr: &Expr) -> String {
        self.presence(expr, "isnotempty", "isnotnull", " and ")
    }

    fn presence(&self, expr: &Expr, text: &str, other: &str, join: &str) -> String {
        if expr.ty == Type::Location {
            let [latitude, longitude] = self.coordinates(expr);
            return format!("({other}({latitude}){join}{other}({longitude}))");
        }
        let function = if expr.ty.is_held_as_text() { text } else { other };
        format!("{function}({})", self.value(expr).text)
    }

    /// `test`, which is null or false where `operand` is missing, made true there.
    pub(super) fn guarded_negation(&self, operand: &Expr, test: Fragment) -> Fragment {
        if operand.ty.is_held_as_text() || !self.is_optional(operand) {
            return test;
        }
        Fragment::join(&[Fragment::atom(self.missing_test(operand)), test], " or ", Strength::Or)
    }

    pub(super) fn compare(&self, left: &Expr, operator: CompareOperator, right: &Expr) -> Fragment {
        let test = self.plain_comparison(left, operator, right);
        let optional: Vec<&Expr> = [left, right].into_iter().filter(|operand| self.is_optional(operand)).collect();
        let guards: &[&Expr] = match operator {
            // Two empty strings are equal in KQL; with one of them present, the other is.
            CompareOperator::Equal if left.ty.is_held_as_text() && optional.len() == 2 => &optional[..1],
            CompareOperator::NotEqual => &optional,
            CompareOperator::Equal
            | CompareOperator::Less
            | CompareOperator::LessOrEqual
            | CompareOperator::Greater
            | CompareOperator::GreaterOrEqual => &[],
        };
        let mut parts: Vec<Fragment> =
            guards.iter().map(|operand| Fragment::atom(self.present_test(operand))).collect();
        parts.push(test);
        Fragment::join(&parts, " and ", Strength::And)
    }

    pub(super) fn compare_fails(&self, left: &Expr, operator: CompareOperator, right: &Expr) -> Fragment {
        let test = self.plain_comparison(left, opposite(operator), right);
        let optional: Vec<&Expr> = [left, right].into_iter().filter(|operand| self.is_optional(operand)).collect();
        let guards: &[&Expr] = match operator {
            // A missing operand makes KQL's `!=` true already, unless both are missing.
            CompareOperator::Equal if optional.len() == 2 => &optional[..1],
            CompareOperator::Equal => &[],
            CompareOperator::NotEqual
            | CompareOperator::Less
            | CompareOperator::LessOrEqual
            | CompareOperator::Greater
            | CompareOperator::GreaterOrEqual => &optional,
        };
        let mut parts: Vec<Fragment> =
            guards.iter().map(|operand| Fragment::atom(self.missing_test(operand))).collect();
        parts.push(test);
        Fragment::join(&parts, " or ", Strength::Or)
    }

    /// A comparison without guards. A country of several names is compared with each.
    fn plain_comparison(&self, left: &Expr, operator: CompareOperator, right: &Expr) -> Fragment {
        for (operand, other) in [(left, right), (right, left)] {
            if let ExprKind::Literal(value) = &other.kind {
                let several = spellings(self.plan, value, &other.ty).len() > 1;
                match operator {
                    CompareOperator::Equal if several => return self.in_values(operand, slice::from_ref(value), ""),
                    CompareOperator::NotEqual if several => {
                        return self.in_values(operand, slice::from_ref(value), "!");
                    }
                    CompareOperator::Equal
                    | CompareOperator::NotEqual
                    | CompareOperator::Less
                    | CompareOperator::LessOrEqual
                    | CompareOperator::Greater
                    | CompareOperator::GreaterOrEqual => {}
                }
            }
        }
        self.comparison(left, operator, right)
    }

    fn comparison(&self, left: &Expr, operator: CompareOperator, right: &Expr) -> Fragment {
        let (left, right) = (self.value(left), self.value(right));
        let text = format!("{} {} {}", left.at(Strength::Sum), symbol(operator), right.at(Strength::Sum));
        Fragment::new(text, Strength::Comparison)
    }

    pub(super) fn text_test(&self, operand: &Expr, operator: TextOperator, text: &str) -> Fragment {
        let plain = self.text_plain(operand, operator, text, "");
        // The empty string is missing, so that nothing may match it.
        let matches_nothing = match operator {
            TextOperator::Contains | TextOperator::StartsWith | TextOperator::EndsWith => text.is_empty(),
            TextOperator::Matches => regex::Regex::new(text).is_ok_and(|pattern| pattern.is_match("")),
        };
        if matches_nothing && self.is_optional(operand) {
            return Fragment::join(&[Fragment::atom(self.present_test(operand)), plain], " and ", Strength::And);
        }
        plain
    }

    pub(super) fn text_plain(&self, operand: &Expr, operator: TextOperator, text: &str, negation: &str) -> Fragment {
        let (word, literal) = match operator {
            TextOperator::Contains => ("contains_cs", quote::text(text)),
            TextOperator::StartsWith => ("startswith_cs", quote::text(text)),
            TextOperator::EndsWith => ("endswith_cs", quote::text(text)),
            TextOperator::Matches => ("matches regex", quote::regex(text)),
        };
        let operand = self.value(operand).at(Strength::Sum);
        Fragment::new(format!("{operand} {negation}{word} {literal}"), Strength::Comparison)
    }

    pub(super) fn in_values(&self, operand: &Expr, values: &[Value], negation: &str) -> Fragment {
        let value = self.value(operand).at(Strength::Sum);
        let spelled = values.iter().flat_map(|value| spellings(self.plan, value, &operand.ty));
        let literals: Vec<String> = spelled.map(|value| literal(&value, &operand.ty).text).collect();
        let text = match literals.as_slice() {
            [] => return Fragment::atom((!negation.is_empty()).to_string()),
            [one] if negation.is_empty() => format!("{value} == {one}"),
            [one] => format!("{value} != {one}"),
            several => format!("{value} {negation}in ({})", several.join(", ")),
        };
        Fragment::new(text, Strength::Comparison)
    }

    pub(super) fn in_list(&self, operand: &Expr, list: usize, negation: &str) -> Fragment {
        let (data, name) = (&self.plan.lists[list], self.names.list(list));
        let value = self.value(operand);
        if data.placement == Placement::Outside {
            return match (watchlist::is_of_addresses(data), negation.is_empty()) {
                (true, true) => watchlist::within(&value, data, name),
                (true, false) => watchlist::without(&value, data, name),
                (false, _) => {
                    Fragment::new(format!("{} {negation}in ({name})", value.at(Strength::Sum)), Strength::Comparison)
                }
            };
        }
        if data.entries.is_empty() {
            return Fragment::atom((!negation.is_empty()).to_string());
        }
        if data.ty == Type::Cidr {
            let networks = network::of_list(&data.entries);
            return if negation.is_empty() {
                network::within_list(&value, &networks, name)
            } else {
                network::outside_list(&value, &networks, name)
            };
        }
        Fragment::new(format!("{} {negation}in ({name})", value.at(Strength::Sum)), Strength::Comparison)
    }

    pub(super) fn contains_set(&self, set: &Expr, values: &[Value], all: bool) -> Fragment {
        let element = if let Type::Set(inner) = &set.ty { inner.as_ref() } else { &set.ty };
        let set = self.value(set).text;
        let holds = |value: &Value| Fragment::atom(format!("set_has_element({set}, {})", literal(value, element).text));
        let tests: Vec<Fragment> = values
            .iter()
            .map(|value| {
                let spelled: Vec<Fragment> = spellings(self.plan, value, element).iter().map(holds).collect();
                Fragment::join(&spelled, " or ", Strength::Or)
            })
            .collect();
        match (tests.is_empty(), all) {
            (true, all) => Fragment::atom(all.to_string()),
            (false, true) => Fragment::join(&tests, " and ", Strength::And),
            (false, false) => Fragment::join(&tests, " or ", Strength::Or),
        }
    }

    pub(super) fn arithmetic(&self, left: &Expr, operator: ArithmeticOperator, right: &Expr) -> Fragment {
        let (a, b) = (self.value(left), self.value(right));
        let sum = |symbol: &str| {
            Fragment::new(format!("{} {symbol} {}", a.at(Strength::Sum), b.at(Strength::Product)), Strength::Sum)
        };
        match operator {
            ArithmeticOperator::Add => sum("+"),
            ArithmeticOperator::Subtract => sum("-"),
            ArithmeticOperator::Multiply => {
                let text = format!("{} * {}", a.at(Strength::Product), b.at(Strength::Atom));
                Fragment::new(text, Strength::Product)
            }
            ArithmeticOperator::Divide => divide(&a, left, &b, right),
        }
    }
}

/// Division. Two whole numbers give a fraction; division by zero gives null where KQL would give infinity.
fn divide(a: &Fragment, left: &Expr, b: &Fragment, right: &Expr) -> Fragment {
    let dividend = match (&left.ty, &right.kind) {
        (Type::Int, _) => format!("todouble({})", a.text),
        (Type::Duration, ExprKind::Literal(_)) => a.at(Strength::Product),
        // Which of two timespans is a number is plain where each is made one first: whole microseconds.
        (Type::Duration, _) if right.ty == Type::Duration => format!("{} / 1microsecond", a.at(Strength::Product)),
        _ => a.at(Strength::Product),
    };
    let quotient = format!("{dividend} / {}", divisor(left, b, right));
    let is_zero = match &right.kind {
        ExprKind::Literal(Value::Int(0) | Value::Duration(0)) => return Fragment::atom(null_of_quotient(left, right)),
        ExprKind::Literal(Value::Float(number)) if *number == 0.0 => {
            return Fragment::atom(null_of_quotient(left, right));
        }
        ExprKind::Literal(_) => return Fragment::new(quotient, Strength::Product),
        ExprKind::Field(_)
        | ExprKind::Of(..)
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
        | ExprKind::Arithmetic(..)
        | ExprKind::Call(..) => {
            let zero = if right.ty == Type::Duration { "0s" } else { "0" };
            format!("{} == {zero}", b.at(Strength::Sum))
        }
    };
    Fragment::atom(format!("iff({is_zero}, {}, {quotient})", null_of_quotient(left, right)))
}

/// What is divided by. A timespan is divided by a fraction: by a whole number it is one too in Kusto, but not everywhere.
fn divisor(left: &Expr, b: &Fragment, right: &Expr) -> String {
    if (&left.ty, &right.ty) == (&Type::Duration, &Type::Duration) && !matches!(right.kind, ExprKind::Literal(_)) {
        return format!("({} / 1microsecond)", b.at(Strength::Product));
    }
    if left.ty != Type::Duration || right.ty != Type::Int {
        return b.at(Strength::Atom);
    }
    if let ExprKind::Literal(Value::Int(number)) = &right.kind {
        #[expect(clippy::cast_precision_loss, reason = "a literal beyond 2^53 is not a sensible divisor")]
        return quote::real(*number as f64);
    }
    format!("todouble({})", b.text)
}

fn null_of_quotient(left: &Expr, right: &Expr) -> String {
    let ty = if left.ty == Type::Duration && right.ty != Type::Duration { Type::Duration } else { Type::Float };
    super::read::missing(&ty)
}

fn symbol(operator: CompareOperator) -> &'static str {
    match operator {
        CompareOperator::Equal => "==",
        CompareOperator::NotEqual => "!=",
        CompareOperator::Less => "<",
        CompareOperator::LessOrEqual => "<=",
        CompareOperator::Greater => ">",
        CompareOperator::GreaterOrEqual => ">=",
    }
}

fn opposite(operator: CompareOperator) -> CompareOperator {
    match operator {
        CompareOperator::Equal => CompareOperator::NotEqual,
        CompareOperator::NotEqual => CompareOperator::Equal,
        CompareOperator::Less => CompareOperator::GreaterOrEqual,
        CompareOperator::LessOrEqual => CompareOperator::Greater,
        CompareOperator::Greater => CompareOperator::LessOrEqual,
        CompareOperator::GreaterOrEqual => CompareOperator::Less,
    }
}

/// A value in all the spellings that it has in the rule's vocabulary: where countries come from addresses they are names, and
/// some have had several.
pub fn spellings(plan: &Plan, value: &Value, ty: &Type) -> Vec<Value> {
    if let (Value::Text(code), Type::Country, Geography::Lookup) = (value, ty, plan.geography) {
        return country::names(code).into_iter().map(Value::text).collect();
    }
    vec![value.clone()]
}

/// A literal of a type.
pub fn literal(value: &Value, ty: &Type) -> Fragment {
    let signed = |text: String| {
        let strength = if text.starts_with('-') { Strength::Sum } else { Strength::Atom };
        Fragment::new(text, strength)
    };
    match value {
        Value::Missing => Fragment::atom(super::read::missing(ty)),
        Value::Bool(truth) => Fragment::atom(truth.to_string()),
        Value::Int(number) => signed(number.to_string()),
        Value::Float(number) => Fragment::atom(quote::real(*number)),
        Value::Text(text) => Fragment::atom(quote::text(text)),
        Value::Time(moment) => Fragment::atom(quote::datetime(*moment)),
        Value::Duration(width) => signed(quote::timespan(*width)),
        Value::Ip(address) => Fragment::atom(quote::text(&address.to_string())),
        Value::Cidr(network) => Fragment::atom(quote::text(&network.to_string())),
        Value::Location(latitude, longitude) => Fragment::atom(format!("dynamic([{latitude:?}, {longitude:?}])")),
        Value::Set(values) => Fragment::atom(array(values)),
    }
}

/// `dynamic(["a", "b"])`. Moments and timespans are not JSON, so that they are packed instead.
pub fn array(values: &[Value]) -> String {
    let plain = values
        .iter()
        .all(|value| matches!(value, Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Ip(_) | Value::Cidr(_)));
    let texts: Vec<String> = values.iter().map(|value| literal(value, &Type::String).text).collect();
    if plain { format!("dynamic([{}])", texts.join(", ")) } else { format!("pack_array({})", texts.join(", ")) }
}
