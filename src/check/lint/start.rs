//! What values can be before any condition has said something of them: by type, by what the sources write, by what an
//! aggregate gives.

use crate::catalog::{Field, Origin, Otherwise, Read};
use crate::library::aggregate::AggregateFunction;
use crate::plan::expr::ArithmeticOperator;
use crate::plan::{Aggregate, Expr, ExprKind, FieldIndex, Leg, Plan, Role, Shape, StreamIndex, TIME};
use crate::types::Type;
use crate::value::Value;

use super::domain::{Domain, Present, Test};
use super::finding::Because;
use super::known::Known;

/// What conditions may say of other events than the one that they look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// Nothing of use.
    Unknown,
    /// They have the same key.
    SameKey,
    /// They have the same key and are earlier, at most so many microseconds.
    Earlier(i64),
}

/// Where values start, for conditions on the events of one stream.
pub struct Start<'a> {
    /// The rule.
    pub plan: &'a Plan,
    /// The stream of the events that conditions look at.
    pub stream: StreamIndex,
    /// The other events that they name.
    pub others: Others,
    /// What the filters of the streams say, as far as they were looked at.
    pub filters: &'a [Known<'a>],
}

impl Start<'_> {
    /// What a value can be.
    pub fn domain(&self, expr: &Expr) -> Domain {
        match &expr.kind {
            ExprKind::Literal(value) => Domain::between(Some(value.clone()), Some(value.clone())),
            ExprKind::Field(index) => self.field(*index, self.stream),
            ExprKind::Of(role, index) => self.of(*role, *index, expr),
            ExprKind::Aggregate(index) => self.aggregate(&self.plan.aggregates[*index]),
            ExprKind::Arithmetic(left, ArithmeticOperator::Subtract, right) if is_time(left) && is_time(right) => {
                self.delay(left, right)
            }
            ExprKind::Call(function, _) => call(function.name, &expr.ty),
            ExprKind::Arithmetic(..) => Domain::of_type(&expr.ty, true),
            ExprKind::Not(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Compare(..)
            | ExprKind::Text(..)
            | ExprKind::InValues(..)
            | ExprKind::InNetworks(..)
            | ExprKind::InList(..)
            | ExprKind::IsMissing(_)
            | ExprKind::ContainsSet { .. } => Domain::of_type(&expr.ty, false),
        }
    }

    /// The same for an event that takes part: its key is there.
    pub fn narrowed(&self, expr: &Expr, domain: Domain) -> Domain {
        let is_key = matches!(expr.kind, ExprKind::Field(index) if self.is_key(index));
        if is_key { domain.narrow(Test::Missing, false) } else { domain }
    }

    /// Whether a value of an event that takes part is never missing.
    pub fn is_present(&self, expr: &Expr) -> bool {
        !self.narrowed(expr, self.domain(expr)).missing
    }

    /// Whether a field is the key of this stream's events.
    fn is_key(&self, index: FieldIndex) -> bool {
        self.others != Others::Unknown && self.plan.shape.key().contains(&index)
    }

    /// Why the first value is never more than the second, or always the same.
    pub fn at_most(&self, less: &Expr, more: &Expr) -> Option<Because> {
        if less.same_as(more) {
            return Some(Because::SameSides);
        }
        match (event_field(less), event_field(more)) {
            (Some((_, a)), Some((_, b))) if a == b && self.is_key(a) => Some(Because::SameKey(self.field_name(a))),
            (Some((Some(role), TIME)), Some((later, TIME))) if self.is_before(role, later) => Some(Because::Order),
            _ => self.counts_at_most(less, more),
        }
    }

    fn is_before(&self, role: Role, later: Option<Role>) -> bool {
        matches!(self.others, Others::Earlier(_))
            && match (role, later) {
                (Role::Previous | Role::Step(_), None) => true,
                (Role::Step(a), Some(Role::Step(b))) => a < b,
                (Role::Previous | Role::Step(_) | Role::Match, Some(_)) | (Role::Match, None) => false,
            }
    }

    fn counts_at_most(&self, less: &Expr, more: &Expr) -> Option<Because> {
        let (ExprKind::Aggregate(a), ExprKind::Aggregate(b)) = (&less.kind, &more.kind) else { return None };
        let (less, more) = (&self.plan.aggregates[*a], &self.plan.aggregates[*b]);
        let all = more.function == AggregateFunction::Count && more.argument.is_none();
        let part =
            matches!(less.function, AggregateFunction::Count | AggregateFunction::Distinct | AggregateFunction::Hops);
        (all && part).then(|| Because::AtMost { less: self.aggregate_name(less), more: self.aggregate_name(more) })
    }

    fn field(&self, index: FieldIndex, stream: StreamIndex) -> Domain {
        let field = &self.plan.fields[index.0];
        let of_legs = self.plan.stream(stream).legs.iter().filter_map(|leg| written(leg, index, &field.ty));
        let domain = of_legs.reduce(Domain::or);
        let domain = domain.unwrap_or_else(|| Domain::of_type(&field.ty, field.optional));
        Domain { missing: field.optional, ..domain }
    }

    fn of(&self, role: Role, index: FieldIndex, expr: &Expr) -> Domain {
        let stream = match (role, &self.plan.shape) {
            (Role::Step(step), Shape::Sequence(sequence)) => sequence.steps[step].stream,
            (Role::Match, Shape::Sequence(sequence)) => {
                sequence.steps.last().map_or(StreamIndex(0), |step| step.stream)
            }
            (
                Role::Previous | Role::Step(_) | Role::Match,
                Shape::Single
                | Shape::Window(_)
                | Shape::Tumbling(_)
                | Shape::Consecutive(_)
                | Shape::Sequence(_)
                | Shape::FirstSeen(_),
            ) => StreamIndex(0),
        };
        let own = Expr { kind: ExprKind::Field(index), ty: expr.ty.clone(), span: expr.span };
        let filtered = self.filters.get(stream.0).and_then(|known| known.domain(&own)).cloned();
        let domain = filtered.unwrap_or_else(|| self.field(index, stream));
        if self.plan.shape.key().contains(&index) { domain.narrow(Test::Missing, false) } else { domain }
    }

    /// What an argument of an aggregate can be, after `where`.
    fn argument(&self, aggregate: &Aggregate) -> Option<Domain> {
        let argument = aggregate.argument.as_ref()?;
        let known = self.filters.first().and_then(|known| known.domain(argument)).cloned();
        let start = || self.narrowed(argument, self.domain(argument));
        Some(known.unwrap_or_else(start))
    }

    /// Why a set of values of a window never holds all, or any, of some constants.
    pub fn lacks(&self, set: &Expr, values: &[Value], all: bool) -> Option<Because> {
        let ExprKind::Aggregate(index) = set.kind else { return None };
        let aggregate = &self.plan.aggregates[index];
        let domain = self.argument(aggregate)?;
        let mut possible = values.iter().map(|value| domain.may_be(value));
        let holds = if all { possible.all(|may| may) } else { possible.any(|may| may) };
        let (false, Present::Only(values)) = (holds, domain.present) else { return None };
        let what = aggregate.argument.as_ref().map(|argument| self.name(argument)).unwrap_or_default();
        Some(Because::OneOf { what, values: values.into_iter().collect() })
    }

    fn aggregate(&self, aggregate: &Aggregate) -> Domain {
        let argument = self.argument(aggregate);
        let is_key = aggregate
            .argument
            .as_ref()
            .is_some_and(|argument| matches!(argument.kind, ExprKind::Field(index) if self.is_key(index)));
        let int = |low: i64, high: Option<usize>| {
            let high = high.and_then(|high| i64::try_from(high).ok()).map(Value::Int);
            Domain::between(Some(Value::Int(low)), high)
        };
        match aggregate.function {
            AggregateFunction::Count => int(i64::from(argument.is_none()), None),
            AggregateFunction::Distinct if is_key => int(1, Some(1)),
            AggregateFunction::Distinct => {
                let low = i64::from(argument.as_ref().is_some_and(|argument| !argument.missing));
                int(low, argument.as_ref().and_then(Domain::size))
            }
            AggregateFunction::Hops if is_key => int(0, Some(0)),
            AggregateFunction::Hops => int(0, None),
            AggregateFunction::Ratio => Domain::between(Some(Value::Float(0.0)), Some(Value::Float(1.0))),
            AggregateFunction::Span => Domain::between(Some(Value::Duration(0)), Some(Value::Duration(self.longest()))),
            AggregateFunction::Min | AggregateFunction::Max | AggregateFunction::First | AggregateFunction::Last => {
                argument.unwrap_or_else(|| Domain::of_type(&aggregate.ty, true))
            }
            AggregateFunction::Any
            | AggregateFunction::All
            | AggregateFunction::Mean
            | AggregateFunction::Deviation => Domain::of_type(&aggregate.ty, false),
            AggregateFunction::Prevalence => {
                Domain { missing: true, ..Domain::between(Some(Value::Float(0.0)), Some(Value::Float(1.0))) }
            }
            AggregateFunction::Values | AggregateFunction::Sum | AggregateFunction::Avg => {
                Domain::of_type(&aggregate.ty, true)
            }
        }
    }

    /// The longest span of a window, in microseconds: both its ends are in it, but not both ends of a bucket.
    fn longest(&self) -> i64 {
        let width = self.plan.shape.width().unwrap_or(i64::MAX);
        if matches!(self.plan.shape, Shape::Tumbling(_)) { width - 1 } else { width }
    }

    /// How much later one event is than another.
    fn delay(&self, left: &Expr, right: &Expr) -> Domain {
        let unknown = Domain::of_type(&Type::Duration, false);
        let Others::Earlier(width) = self.others else { return unknown };
        match (event_field(left), event_field(right)) {
            (Some((later, _)), Some((Some(role), _))) if self.is_before(role, later) => {
                Domain::between(Some(Value::Duration(0)), Some(Value::Duration(width)))
            }
            _ => unknown,
        }
    }

    /// What a value is called in messages.
    pub fn name(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Field(index) => self.field_name(*index),
            ExprKind::Of(role, index) => {
                let event = match (role, &self.plan.shape) {
                    (Role::Previous, _) => "prev",
                    (Role::Step(step), Shape::Sequence(sequence)) => sequence.steps[*step].name.as_str(),
                    (Role::Step(_) | Role::Match, _) => "this",
                };
                format!("{event}.{}", self.field_name(*index))
            }
            ExprKind::Aggregate(index) => self.aggregate_name(&self.plan.aggregates[*index]),
            ExprKind::Call(function, _) => format!("{}(…)", function.name),
            ExprKind::Arithmetic(left, _, right) if is_time(left) && is_time(right) => "the time between".to_owned(),
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
            | ExprKind::ContainsSet { .. }
            | ExprKind::Arithmetic(..) => "this".to_owned(),
        }
    }

    fn field_name(&self, index: FieldIndex) -> String {
        self.plan.fields[index.0].name.clone()
    }

    fn aggregate_name(&self, aggregate: &Aggregate) -> String {
        let name = aggregate.function.name();
        match aggregate.argument.as_ref().map(|argument| &argument.kind) {
            None => format!("{name}()"),
            Some(ExprKind::Field(index)) => format!("{name}({})", self.field_name(*index)),
            Some(_) => format!("{name}(…)"),
        }
    }
}

fn is_time(expr: &Expr) -> bool {
    matches!(event_field(expr), Some((_, TIME)))
}

/// The field of an event, and which other event it is of.
fn event_field(expr: &Expr) -> Option<(Option<Role>, FieldIndex)> {
    if let ExprKind::Of(role, index) = expr.kind {
        return Some((Some(role), index));
    }
    if let ExprKind::Field(index) = expr.kind { Some((None, index)) } else { None }
}

/// The results of functions that give a few numbers only.
fn call(name: &str, ty: &Type) -> Domain {
    let range = match name {
        "hour" => Some((0, Some(23))),
        "day_of_week" => Some((1, Some(7))),
        "length" => Some((0, None)),
        _ => None,
    };
    match range {
        Some((low, high)) => Domain { missing: true, ..Domain::between(Some(Value::Int(low)), high.map(Value::Int)) },
        None => Domain::of_type(ty, true),
    }
}

/// What a source writes into a field, where its catalogue entry names all values.
pub fn written(leg: &Leg, index: FieldIndex, ty: &Type) -> Option<Domain> {
    let field = leg.fields[index.0].as_ref()?;
    let values = texts(field).and_then(|texts| texts.into_iter().map(|text| value(text, ty)).collect());
    Some(match values {
        Some(values) => Domain { missing: true, present: Present::Only(values) },
        None => Domain::of_type(ty, true),
    })
}

fn texts(field: &Field) -> Option<Vec<&str>> {
    match &field.origin {
        Origin::Constant(text) => Some(vec![text]),
        Origin::Read(Read { map, otherwise, absent, .. }) => {
            let mut texts: Vec<&str> = map.values().map(String::as_str).collect();
            match otherwise {
                Otherwise::Same => return None,
                Otherwise::Missing => {}
                Otherwise::Text(text) => texts.push(text),
            }
            texts.extend(absent.as_deref());
            Some(texts)
        }
        Origin::Point { .. } | Origin::Lookup(_) => None,
    }
}

fn value(text: &str, ty: &Type) -> Option<Value> {
    match ty {
        Type::Enum(_) | Type::String => Some(Value::text(text)),
        Type::Name => Some(Value::text(&text.to_lowercase())),
        Type::Bool => text.parse().ok().map(Value::Bool),
        Type::Int
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
        | Type::Set(_) => None,
    }
}
