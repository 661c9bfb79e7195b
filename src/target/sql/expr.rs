//! Expressions as SQL. Missing is NULL. SQL's logic has three values: where a condition is asked for, NULL is as good as false, so
//! only `NOT` and conditions used as values need care.

use crate::plan::expr::ArithmeticOperator;
use crate::plan::{CompareOperator, Expr, ExprKind, FieldIndex, Plan, TextOperator};
use crate::target::fragment::{Fragment, Strength};
use crate::types::Type;
use crate::value::Value;

use super::dialect::{Dialect, Quantifier};
use super::names::{self, Names, Of};
use super::{function, list, network};

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
            ExprKind::IsMissing(subject) => boxed(format!("{} IS NULL", self.value(subject).at(Strength::Sum))),
            ExprKind::ContainsSet { set, values, all } => {
                let quantifier = if *all { Quantifier::All } else { Quantifier::Any };
                let values: Vec<String> = values.iter().map(|value| self.literal(value)).collect();
                let set = self.value(set).text;
                boxed(self.dialect.holds(&set, &self.dialect.literals(&values), quantifier))
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
            ExprKind::IsMissing(subject) => {
                let text = format!("{} IS NOT NULL", self.value(subject).at(Strength::Sum));
                Fragment::new(text, Strength::Comparison)
            }
            ExprKind::Not(_)
            | ExprKind::And(_)
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

    /// The condition as a value that is true or false, never NULL.
    pub fn truth(&self, expr: &Expr) -> Fragment {
        Fragment::atom(format!("coalesce({}, FALSE)", self.holds(expr).text))
    }

    /// The value of an expression; NULL where it is missing.
    pub fn value(&self, expr: &Expr) -> Fragment {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Field(_) | ExprKind::Of(..) | ExprKind::Arithmetic(..) => self.raw(expr),
            ExprKind::Aggregate(_) | ExprKind::Call(..) if expr.ty != Type::Bool => self.raw(expr),
            ExprKind::Aggregate(_)
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
            | ExprKind::ContainsSet { .. } => self.truth(expr),
        }
    }

    fn raw(&self, expr: &Expr) -> Fragment {
        match &expr.kind {
            ExprKind::Literal(value) => Fragment::atom(self.literal(value)),
            ExprKind::Field(index) => self.field(self.event, *index),
            ExprKind::Of(role, index) => self.field((*role).into(), *index),
            ExprKind::Aggregate(index) => Fragment::atom(super::aggregate::column(*index)),
            ExprKind::Arithmetic(left, operator, right) => self.arithmetic(&expr.ty, left, *operator, right),
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
        let columns = self.names.columns(index, &self.plan.fields[index.0].ty);
        match columns.as_slice() {
            [latitude, longitude] if self.plan.fields[index.0].ty == Type::Location => {
                Fragment::atom(self.dialect.join(&[of.column(latitude), "','".to_owned(), of.column(longitude)]))
            }
            _ => Fragment::atom(of.column(self.names.field(index))),
        }
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
        let (subject, text) = (self.value(subject).text, self.dialect.text(text));
        match operator {
            TextOperator::Contains => self.dialect.contains(&subject, &text),
            TextOperator::StartsWith => self.dialect.starts_with(&subject, &text),
            TextOperator::EndsWith => self.dialect.ends_with(&subject, &text),
            TextOperator::Matches => self.dialect.matches(&subject, &text),
        }
    }

    fn one_of(&self, subject: &Expr, values: &[Value]) -> String {
        let values: Vec<String> = values.iter().map(|value| self.literal(value)).collect();
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
            _ => network::digits(self.dialect, &self.value(subject).at(Strength::Atom)),
        }
    }

    fn arithmetic(&self, ty: &Type, left: &Expr, operator: ArithmeticOperator, right: &Expr) -> Fragment {
        let (one, other) = (self.value(left), self.value(right));
        let counted = |ty: &Type| matches!(ty, Type::Duration | Type::Time | Type::Int);
        match operator {
            ArithmeticOperator::Add => {
                Fragment::new(format!("{} + {}", one.at(Strength::Sum), other.at(Strength::Product)), Strength::Sum)
            }
            ArithmeticOperator::Subtract => {
                Fragment::new(format!("{} - {}", one.at(Strength::Sum), other.at(Strength::Product)), Strength::Sum)
            }
            ArithmeticOperator::Multiply | ArithmeticOperator::Divide => {
                let real = |fragment: &Fragment, ty: &Type| {
                    if counted(ty) {
                        format!("CAST({} AS {})", fragment.text, self.dialect.real())
                    } else {
                        fragment.at(Strength::Atom)
                    }
                };
                if operator == ArithmeticOperator::Multiply && *ty == Type::Int {
                    return Fragment::new(
                        format!("{} * {}", one.at(Strength::Product), other.at(Strength::Atom)),
                        Strength::Product,
                    );
                }
                let text = if operator == ArithmeticOperator::Multiply {
                    format!("{} * {}", real(&one, &left.ty), real(&other, &right.ty))
                } else {
                    format!("{} / nullif({}, 0)", real(&one, &left.ty), real(&other, &right.ty))
                };
                // A duration times or by a number is rounded to whole microseconds.
                if *ty == Type::Duration {
                    return Fragment::atom(format!("CAST(round({text}) AS {})", self.dialect.whole()));
                }
                Fragment::new(text, Strength::Product)
            }
        }
    }

    /// A constant. Times and durations are microseconds.
    pub fn literal(&self, value: &Value) -> String {
        match value {
            Value::Missing => "NULL".to_owned(),
            Value::Bool(flag) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
            Value::Int(number) | Value::Time(number) | Value::Duration(number) => number.to_string(),
            Value::Float(number) => format!("CAST({number:e} AS {})", self.dialect.real()),
            Value::Text(text) => self.dialect.text(text),
            Value::Ip(address) => self.dialect.text(&address.to_string()),
            Value::Cidr(network) => self.dialect.text(&network.to_string()),
            Value::Location(latitude, longitude) => self.dialect.text(&format!("{latitude},{longitude}")),
            Value::Set(values) => {
                self.dialect.literals(&values.iter().map(|value| self.literal(value)).collect::<Vec<_>>())
            }
        }
    }
}
