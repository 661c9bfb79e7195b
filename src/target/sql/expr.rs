//! Expressions as SQL. Missing is NULL. SQL's logic has three values: where a condition is asked for, NULL is as good as false, so
//! only `NOT` and conditions used as values need care.

use crate::plan::{CompareOperator, Expr, ExprKind, FieldIndex, Plan, TextOperator};
use crate::target::fragment::{Fragment, Strength};
use crate::types::Type;
use crate::value::Value;

use super::dialect::{Dialect, Quantifier};
use super::names::{self, Names, Of};
use super::{arithmetic, function, geography, list, network, pattern};

/// What expressions are written against.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The rule.
    pub plan: &'a Plan,
    /// Its names.
    pub names: &'a Names,
    /// The engine.
    pub dialect: Dialect,
    /// Whose fields stand without a role.
    pub event: Of,
}

impl Scope<'_> {
    /// A condition that is true exactly when it holds; false or NULL otherwise.
    pub fn holds(&self, expr: &Expr) -> Fragment {
        let boxed = |text: String| Fragment::new(text, Strength::Comparison);
        match &expr.kind {
            ExprKind::Not(inner) => self.fails(inner),
            ExprKind::And(parts) => self.join(parts, " AND ", Strength::And),
            ExprKind::Or(parts) => self.join(parts, " OR ", Strength::Or),
            ExprKind::Compare(left, operator, right) => boxed(self.compare(left, *operator, right)),
            ExprKind::Text(subject, operator, text) => boxed(self.text_test(subject, *operator, text)),
            ExprKind::InValues(subject, values) => boxed(self.one_of(subject, values)),
            ExprKind::InNetworks(subject, networks) => network::within(&self.digits(subject), networks),
            ExprKind::InList(subject, list) => self.in_list(subject, *list),
            ExprKind::IsMissing(subject) => self.presence(subject, "IS NULL", " OR ", Strength::Or),
            // Nothing is asked for: all of it is there, and none of it.
            ExprKind::ContainsSet { values, all, .. } if values.is_empty() => {
                Fragment::atom(if *all { "TRUE" } else { "FALSE" })
            }
            ExprKind::ContainsSet { set, values, all } => {
                let quantifier = if *all { Quantifier::All } else { Quantifier::Any };
                boxed(self.dialect.holds(&self.value(set).text, &self.literals(values), quantifier))
            }
            ExprKind::Literal(_)
            | ExprKind::Field(_)
            | ExprKind::Of(..)
            | ExprKind::Aggregate(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Call(..) => self.raw(expr),
        }
    }

    /// A condition that is true exactly when the given one does not hold; never NULL.
    pub fn fails(&self, expr: &Expr) -> Fragment {
        match &expr.kind {
            ExprKind::IsMissing(subject) => self.presence(subject, "IS NOT NULL", " AND ", Strength::And),
            ExprKind::Not(inner) => self.truth(inner),
            ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Compare(..)
            | ExprKind::Text(..)
            | ExprKind::InValues(..)
            | ExprKind::InNetworks(..)
            | ExprKind::InList(..)
            | ExprKind::ContainsSet { .. }
            | ExprKind::Literal(_)
            | ExprKind::Field(_)
            | ExprKind::Of(..)
            | ExprKind::Aggregate(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Call(..) => Fragment::new(format!("NOT {}", self.truth(expr).text), Strength::Comparison),
        }
    }

    /// Whether a value is there, or is not; a place is two columns.
    fn presence(&self, subject: &Expr, test: &str, join: &str, strength: Strength) -> Fragment {
        let parts =
            if subject.ty == Type::Location { self.coordinates(subject).to_vec() } else { vec![self.value(subject)] };
        let tests: Vec<Fragment> = parts
            .iter()
            .map(|part| Fragment::new(format!("{} {test}", part.at(Strength::Sum)), Strength::Comparison))
            .collect();
        Fragment::join(&tests, join, strength)
    }

    /// The condition as a value that is true or false, never NULL.
    pub fn truth(&self, expr: &Expr) -> Fragment {
        Fragment::atom(self.dialect.flag(&format!("coalesce({}, FALSE)", self.holds(expr).text)))
    }

    /// The value of an expression; NULL where it is missing.
    pub fn value(&self, expr: &Expr) -> Fragment {
        match &expr.kind {
            ExprKind::Literal(_)
            | ExprKind::Field(_)
            | ExprKind::Of(..)
            | ExprKind::Aggregate(_)
            | ExprKind::Arithmetic(..) => self.raw(expr),
            // A test of what is missing is false; a choice among values may be missing, also one among flags.
            ExprKind::Call(function, _) if expr.ty != Type::Bool || function.result.is_same() => self.raw(expr),
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

    fn raw(&self, expr: &Expr) -> Fragment {
        match &expr.kind {
            ExprKind::Literal(value) => self.literal(value),
            ExprKind::Field(index) => self.field(self.event, *index),
            ExprKind::Of(role, index) => self.field((*role).into(), *index),
            ExprKind::Aggregate(index) => Fragment::atom(super::aggregate::column(*index)),
            ExprKind::Arithmetic(left, operator, right) => arithmetic::written(self, expr, left, *operator, right),
            ExprKind::Call(called, arguments) => function::call(self, called, arguments),
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

    fn field(&self, of: Of, index: FieldIndex) -> Fragment {
        if self.plan.fields[index.0].ty == Type::Location {
            let coordinates = self.names.coordinates(index).map(|name| Fragment::atom(of.column(&name)));
            return geography::text(self.dialect, &coordinates);
        }
        Fragment::atom(of.column(self.names.field(index)))
    }

    fn join(&self, parts: &[Expr], operator: &str, strength: Strength) -> Fragment {
        let parts: Vec<Fragment> = parts.iter().map(|part| self.holds(part)).collect();
        Fragment::join(&parts, operator, strength)
    }

    fn compare(&self, left: &Expr, operator: CompareOperator, right: &Expr) -> String {
        let sign = match operator {
            CompareOperator::Equal => "=",
            CompareOperator::NotEqual => "<>",
            CompareOperator::Less => "<",
            CompareOperator::LessOrEqual => "<=",
            CompareOperator::Greater => ">",
            CompareOperator::GreaterOrEqual => ">=",
        };
        format!("{} {sign} {}", self.value(left).at(Strength::Sum), self.value(right).at(Strength::Sum))
    }

    fn text_test(&self, subject: &Expr, operator: TextOperator, text: &str) -> String {
        let (subject, literal) = (self.value(subject).text, self.dialect.text(text));
        match operator {
            TextOperator::Contains => self.dialect.contains(&subject, &literal),
            TextOperator::StartsWith => self.dialect.starts_with(&subject, &literal),
            TextOperator::EndsWith => self.dialect.ends_with(&subject, &literal),
            TextOperator::Matches => {
                self.dialect.matches(&subject, &self.dialect.text(&pattern::of(self.dialect, text)))
            }
        }
    }

    fn one_of(&self, subject: &Expr, values: &[Value]) -> String {
        if values.is_empty() {
            return "FALSE".to_owned();
        }
        let values: Vec<String> = values.iter().map(|value| self.literal(value).text).collect();
        format!("{} IN ({})", self.value(subject).at(Strength::Sum), values.join(", "))
    }

    fn in_list(&self, subject: &Expr, index: usize) -> Fragment {
        let list = &self.plan.lists[index];
        if list::is_outside(list) {
            return list::test(self, subject, index);
        }
        if list.ty == Type::Cidr {
            let network = |entry: &Value| if let Value::Cidr(network) = entry { Some(*network) } else { None };
            let networks: Vec<ipnet::IpNet> = list.entries.iter().filter_map(network).collect();
            return network::within(&self.digits(subject), &networks);
        }
        Fragment::new(self.one_of(subject, &list.entries), Strength::Comparison)
    }

    /// The digits of an address: a column of their own where it is a field.
    pub fn digits(&self, subject: &Expr) -> String {
        match subject.kind {
            ExprKind::Field(index) => self.event.column(&names::digits(self.names.field(index))),
            ExprKind::Of(role, index) => Of::from(role).column(&names::digits(self.names.field(index))),
            ExprKind::Literal(_)
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
            | ExprKind::Call(..) => network::digits(self.dialect, &self.value(subject).at(Strength::Atom)),
        }
    }

    /// A constant. Times and durations are microseconds.
    pub fn literal(&self, value: &Value) -> Fragment {
        match value {
            Value::Missing => Fragment::atom("NULL"),
            Value::Bool(flag) => Fragment::atom(if *flag { "TRUE" } else { "FALSE" }),
            Value::Int(number) | Value::Time(number) | Value::Duration(number) => signed(number.to_string()),
            Value::Float(number) => signed(real(*number)),
            Value::Text(text) => Fragment::atom(self.dialect.text(text)),
            Value::Ip(address) => Fragment::atom(self.dialect.text(&address.to_string())),
            Value::Cidr(network) => Fragment::atom(self.dialect.text(&network.to_string())),
            Value::Location(latitude, longitude) => {
                geography::text(self.dialect, &[signed(real(*latitude)), signed(real(*longitude))])
            }
            Value::Set(values) => Fragment::atom(self.literals(values)),
        }
    }

    /// A list of constants.
    fn literals(&self, values: &[Value]) -> String {
        self.dialect.literals(&values.iter().map(|value| self.literal(value).text).collect::<Vec<_>>())
    }

    /// Latitude and longitude of a place.
    pub fn coordinates(&self, place: &Expr) -> [Fragment; 2] {
        let columns = |of: Of, index: FieldIndex| {
            let [latitude, longitude] = self.names.coordinates(index);
            [Fragment::atom(of.column(&latitude)), Fragment::atom(of.column(&longitude))]
        };
        match &place.kind {
            ExprKind::Field(index) => columns(self.event, *index),
            ExprKind::Of(role, index) => columns((*role).into(), *index),
            ExprKind::Literal(Value::Location(latitude, longitude)) => {
                [signed(real(*latitude)), signed(real(*longitude))]
            }
            // Places are fields and literals: nothing else gives one.
            ExprKind::Literal(_)
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
            | ExprKind::Call(..) => [Fragment::atom("NULL"), Fragment::atom("NULL")],
        }
    }
}

/// A number; a negative one is a sum where something stands before it.
fn signed(text: String) -> Fragment {
    let strength = if text.starts_with('-') { Strength::Sum } else { Strength::Atom };
    Fragment::new(text, strength)
}

/// A float, which has an exponent everywhere, so that it is no decimal number.
fn real(number: f64) -> String {
    let text = format!("{number:?}");
    if text.contains('e') { text } else { format!("{text}e0") }
}
