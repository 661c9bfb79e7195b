//! The meaning of rules, written down as directly as possible: every window is looked at afresh, every aggregate is worked out
//! from its definition. Quadratic, and shares no code with the evaluator but the values and the functions of the library.

use std::collections::BTreeSet;

use tokentrail::engine::event::{Event, Layout};
use tokentrail::engine::{Alert, Match};
use tokentrail::library::aggregate::AggregateFunction;
use tokentrail::library::{MissingRule, ResultType};
use tokentrail::plan::expr::ArithmeticOperator;
use tokentrail::plan::{
    Aggregate, CompareOperator, DAY, Earlier, Expr, ExprKind, FieldIndex, Plan, Population, Role, Shape, StreamIndex,
    TextOperator, Window,
};
use tokentrail::types::Type;
use tokentrail::value::Value;

mod several;

/// One rule of a run.
pub struct Reference<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its index.
    pub index: usize,
    /// Where its fields are.
    pub layout: &'a Layout,
}

/// All matches and all alerts of some rules, in the order in which a run gives them.
pub fn run(plans: &[Plan], layout: &Layout, events: &[Event]) -> (Vec<Match>, Vec<Alert>) {
    let rules = || plans.iter().enumerate().map(|(index, plan)| Reference { plan, index, layout });
    let mut matches: Vec<Match> = rules().flat_map(|rule| rule.matches(events)).collect();
    matches.sort_by_key(|found| (found.time, found.event_id.clone(), found.plan, found.key.clone()));
    let mut alerts: Vec<Alert> = rules().flat_map(|rule| rule.alerts(&matches)).collect();
    alerts.sort_by_key(|alert| {
        (alert.first.time, alert.first.event_id.clone(), alert.first.plan, alert.first.key.clone())
    });
    (matches, alerts)
}

/// What an expression is worked out on.
#[derive(Clone, Copy, Default)]
pub struct Row<'a> {
    event: Option<&'a Event>,
    /// The events of its window.
    window: &'a [&'a Event],
    /// All events of its key.
    of_key: &'a [&'a Event],
    /// All events that take part.
    of_all: &'a [&'a Event],
    previous: Option<&'a Event>,
    steps: &'a [&'a Event],
    matching: Option<&'a Event>,
}

impl<'a> Row<'a> {
    fn of(event: &'a Event) -> Self {
        Self { event: Some(event), ..Self::default() }
    }
}

/// A match and its events.
pub struct Found<'a> {
    matched: Match,
    event: &'a Event,
    previous: Option<&'a Event>,
    steps: Vec<&'a Event>,
}

impl Reference<'_> {
    fn matches(&self, events: &[Event]) -> Vec<Match> {
        let mut events: Vec<&Event> = events.iter().collect();
        events.sort_by_key(|event| (event.time, event.event_id.clone(), event.source, event.values.clone()));
        let main = self.keyed(StreamIndex(0), &events);
        let found = match &self.plan.shape {
            Shape::Single => main.iter().map(|event| self.found(event, &[event], Row::default())).collect(),
            Shape::Window(window) => {
                self.at(window, &main, |e, x| 0 <= e.time - x.time && e.time - x.time <= window.width)
            }
            Shape::Tumbling(window) => {
                let bucket = |event: &Event| event.time.div_euclid(window.width);
                let found = self.at(window, &main, |e, x| bucket(e) == bucket(x));
                // A bucket is reported at its last event only: by time and id, and of two sources' events the later source's.
                let mut last: Vec<Found<'_>> = Vec::new();
                for one in found {
                    let later = |x: &&&Event| self.key(x) == one.matched.key && bucket(x) == bucket(one.event);
                    if std::ptr::eq(*main.iter().rfind(later).unwrap(), one.event) {
                        last.push(one);
                    }
                }
                last
            }
            Shape::Consecutive(shape) => self.consecutive(shape, &main),
            Shape::Sequence(shape) => self.sequences(shape, &events),
            Shape::FirstSeen(shape) => self.first_uses(shape, &main),
        };
        found.into_iter().filter(|one| !self.dropped(one, &events)).map(|one| one.matched).collect()
    }

    /// The events of a stream: of one of its sources, and with every condition of its filter true.
    fn stream<'a>(&self, stream: StreamIndex, events: &[&'a Event]) -> Vec<&'a Event> {
        let takes = |event: &&&'a Event| {
            self.layout.stream_reads[self.index][stream.0][usize::from(event.source)]
                && self.plan.stream(stream).filter.iter().all(|condition| self.holds(condition, &Row::of(event)))
        };
        events.iter().filter(takes).copied().collect()
    }

    /// Those that have the rule's key.
    fn keyed<'a>(&self, stream: StreamIndex, events: &[&'a Event]) -> Vec<&'a Event> {
        let mut events = self.stream(stream, events);
        events.retain(|event| self.key(event).iter().all(|value| !value.is_missing()));
        events
    }

    fn at<'a>(&self, window: &Window, events: &[&'a Event], within: impl Fn(&Event, &Event) -> bool) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        for event in events {
            let belongs = |other: &&Event| self.key(other) == self.key(event) && within(event, other);
            let seen: Vec<&Event> = events.iter().copied().filter(belongs).collect();
            let of_key: Vec<&Event> =
                events.iter().copied().filter(|other| self.key(other) == self.key(event)).collect();
            let around = Row { of_key: &of_key, of_all: events, ..Row::default() };
            if self.holds(&window.condition, &Row { event: Some(event), window: &seen, ..around }) {
                found.push(self.found(event, &seen, around));
            }
        }
        found
    }

    fn key(&self, event: &Event) -> Vec<Value> {
        self.plan.shape.key().iter().map(|field| self.field(*field, event)).collect()
    }

    fn found<'a>(&self, event: &'a Event, window: &[&Event], around: Row<'_>) -> Found<'a> {
        let matched = self.matched(&Row { event: Some(event), window, ..around }, window);
        Found { matched, event, previous: None, steps: Vec::new() }
    }

    fn matched(&self, row: &Row<'_>, rests_on: &[&Event]) -> Match {
        let event = row.event.unwrap();
        Match {
            plan: self.index,
            key: self.key(event),
            time: event.time,
            event_id: event.event_id.clone(),
            show: self.plan.show.iter().map(|show| self.value(&show.value, row)).collect(),
            events: rests_on.iter().map(|event| event.event_id.clone()).collect(),
        }
    }

    /// Matches of one key at most W apart are one alert; a single event is its own.
    fn alerts(&self, matches: &[Match]) -> Vec<Alert> {
        let own: Vec<&Match> = matches.iter().filter(|found| found.plan == self.index).collect();
        let mut alerts: Vec<Alert> = Vec::new();
        for found in own {
            let open = alerts.iter_mut().rfind(|alert| alert.first.key == found.key);
            match (open, self.plan.shape.width()) {
                (Some(open), Some(width)) if found.time - open.last_time <= width => {
                    open.last_time = found.time;
                    open.matches += 1;
                }
                _ => alerts.push(Alert { first: found.clone(), last_time: found.time, matches: 1 }),
            }
        }
        alerts
    }

    fn field(&self, field: FieldIndex, event: &Event) -> Value {
        match field.0 {
            0 => Value::Time(event.time),
            1 => event.event_id.clone(),
            other => self.layout.value(event, self.layout.of_plan[self.index][other]).clone(),
        }
    }

    fn holds(&self, expr: &Expr, row: &Row<'_>) -> bool {
        self.value(expr, row) == Value::Bool(true)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other kind is treated alike")]
    fn value(&self, expr: &Expr, row: &Row<'_>) -> Value {
        let of = |expr: &Expr| self.value(expr, row);
        let holds = |expr: &Expr| self.holds(expr, row);
        match &expr.kind {
            ExprKind::Literal(value) => value.clone(),
            ExprKind::Field(field) => self.field(*field, row.event.unwrap()),
            ExprKind::Of(Role::Previous, field) => self.field(*field, row.previous.unwrap()),
            ExprKind::Of(Role::Step(step), field) => self.field(*field, row.steps[*step]),
            ExprKind::Of(Role::Match, field) => self.field(*field, row.matching.unwrap()),
            ExprKind::Aggregate(index) => {
                let aggregate = &self.plan.aggregates[*index];
                match (aggregate.earlier, &aggregate.population) {
                    (Some(earlier), _) => self.baseline(aggregate, earlier, row),
                    (None, Some(population)) => self.prevalence(aggregate.argument.as_ref().unwrap(), population, row),
                    (None, None) => self.aggregate(aggregate, row.window),
                }
            }
            ExprKind::Not(inner) => Value::Bool(!holds(inner)),
            ExprKind::And(parts) => Value::Bool(parts.iter().all(holds)),
            ExprKind::Or(parts) => Value::Bool(parts.iter().any(holds)),
            ExprKind::Compare(left, operator, right) => Value::Bool(compare(&of(left), *operator, &of(right))),
            ExprKind::Text(inner, operator, text) => Value::Bool(match of(inner) {
                Value::Text(subject) => match operator {
                    TextOperator::Contains => subject.contains(text),
                    TextOperator::StartsWith => subject.starts_with(text),
                    TextOperator::EndsWith => subject.ends_with(text),
                    TextOperator::Matches => regex::Regex::new(text).unwrap().is_match(&subject),
                },
                _ => false,
            }),
            ExprKind::InValues(inner, values) => Value::Bool(values.contains(&of(inner))),
            ExprKind::InNetworks(inner, networks) => Value::Bool(match of(inner) {
                Value::Ip(address) => networks.iter().any(|network| network.contains(&address)),
                _ => false,
            }),
            ExprKind::InList(inner, list) => {
                let list = &self.plan.lists[*list];
                let value = of(inner);
                Value::Bool(list.entries.iter().any(|entry| match (entry, &value) {
                    (Value::Cidr(network), Value::Ip(address)) => network.contains(address),
                    (entry, value) => entry == value,
                }))
            }
            ExprKind::IsMissing(inner) => Value::Bool(of(inner).is_missing()),
            ExprKind::ContainsSet { set, values, all } => {
                let Value::Set(found) = of(set) else { return Value::Bool(false) };
                let inside = |value: &Value| found.contains(value);
                Value::Bool(if *all { values.iter().all(inside) } else { values.iter().any(inside) })
            }
            ExprKind::Arithmetic(left, operator, right) => arithmetic(&of(left), *operator, &of(right)),
            ExprKind::Call(function, arguments) => {
                let values: Vec<Value> = arguments.iter().map(of).collect();
                let missing = function.missing == MissingRule::Missing && values.iter().any(Value::is_missing);
                match (&function.result, missing) {
                    (ResultType::Is(Type::Bool), true) => Value::Bool(false),
                    (_, true) => Value::Missing,
                    (_, false) => (function.eval)(&values),
                }
            }
        }
    }

    /// Bucket by bucket, the mean of the counts and the root of the mean of the squares of what they differ from it by.
    fn baseline(&self, aggregate: &Aggregate, earlier: Earlier, row: &Row<'_>) -> Value {
        let counted = Aggregate { function: earlier.of, earlier: None, ..aggregate.clone() };
        let bucket = |event: &Event| event.time.div_euclid(earlier.bucket);
        let current = bucket(row.event.unwrap());
        let numbers = (current - earlier.history / earlier.bucket)..current;
        let counts = numbers.map(|at| {
            let events: Vec<&Event> = row.of_key.iter().copied().filter(|event| bucket(event) == at).collect();
            number(&self.aggregate(&counted, &events))
        });
        let counts: Vec<f64> = counts.collect();
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let buckets = counts.len() as f64;
        let mean = counts.iter().sum::<f64>() / buckets;
        if aggregate.function == AggregateFunction::Mean {
            return Value::Float(mean);
        }
        let (sum, squares) = (counts.iter().sum::<f64>(), counts.iter().map(|count| count * count).sum::<f64>());
        let deviation = (buckets * squares - sum * sum).sqrt() / buckets;
        let by_definition = (counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / buckets).sqrt();
        assert!((deviation - by_definition).abs() < 1e-9);
        Value::Float(deviation)
    }

    /// Of the users of the days before, those who had what this event has.
    fn prevalence(&self, field: &Expr, population: &Population, row: &Row<'_>) -> Value {
        let day = |event: &Event| event.time.div_euclid(DAY);
        let today = day(row.event.unwrap());
        let own = self.value(field, row);
        let before = || row.of_all.iter().filter(|event| (today - population.days..today).contains(&day(event)));
        let user =
            |event: &&&Event| Some(self.value(&population.user, &Row::of(event))).filter(|user| !user.is_missing());
        let all: BTreeSet<Value> = before().filter_map(|event| user(&event)).collect();
        let alike = before().filter(|event| self.value(field, &Row::of(event)) == own);
        let having: BTreeSet<Value> = alike.filter_map(|event| user(&event)).collect();
        if own.is_missing() || all.is_empty() {
            return Value::Missing;
        }
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        Value::Float(having.len() as f64 / all.len() as f64)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other kind is treated alike")]
    fn aggregate(&self, aggregate: &Aggregate, window: &[&Event]) -> Value {
        let argument = |event: &&Event| {
            aggregate.argument.as_ref().map_or(Value::Bool(true), |argument| self.value(argument, &Row::of(event)))
        };
        let all: Vec<Value> = window.iter().map(argument).collect();
        let present: Vec<Value> = all.iter().filter(|value| !value.is_missing()).cloned().collect();
        let different: BTreeSet<Value> = present.iter().cloned().collect();
        let holding = all.iter().filter(|value| value.is_true()).count();
        let int = |count: usize| Value::Int(i64::try_from(count).unwrap());
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        match aggregate.function {
            AggregateFunction::Count => int(holding),
            AggregateFunction::Distinct => int(different.len()),
            AggregateFunction::Values => Value::Set(different.into_iter().collect()),
            AggregateFunction::Min => present.iter().min().cloned().unwrap_or_default(),
            AggregateFunction::Max => present.iter().max().cloned().unwrap_or_default(),
            AggregateFunction::Sum => match aggregate.ty {
                Type::Float => Value::Float(present.iter().map(number).fold(0.0, |sum, number| sum + number)),
                Type::Duration => Value::Duration(present.iter().filter_map(Value::as_whole).sum()),
                _ => Value::Int(present.iter().filter_map(Value::as_whole).sum()),
            },
            AggregateFunction::Avg if present.is_empty() => Value::Missing,
            AggregateFunction::Avg => match aggregate.ty {
                Type::Duration => {
                    let total: i64 = present.iter().filter_map(Value::as_whole).sum();
                    Value::Duration(total.div_euclid(i64::try_from(present.len()).unwrap()))
                }
                _ => Value::Float(present.iter().map(number).sum::<f64>() / present.len() as f64),
            },
            AggregateFunction::First => present.first().cloned().unwrap_or_default(),
            AggregateFunction::Last => present.last().cloned().unwrap_or_default(),
            AggregateFunction::Any => Value::Bool(holding > 0),
            AggregateFunction::All => Value::Bool(holding == all.len()),
            AggregateFunction::Ratio => Value::Float(holding as f64 / all.len() as f64),
            AggregateFunction::Span => {
                let times = || window.iter().map(|event| event.time);
                Value::Duration(times().max().unwrap() - times().min().unwrap())
            }
            AggregateFunction::Mean | AggregateFunction::Deviation | AggregateFunction::Prevalence => {
                unreachable!("worked out above")
            }
            AggregateFunction::Hops => int(present.windows(2).filter(|pair| pair[0] != pair[1]).count()),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn number(value: &Value) -> f64 {
    value.as_float().unwrap_or_else(|| value.as_whole().unwrap() as f64)
}

/// False when an operand is missing, whatever the operator.
fn compare(left: &Value, operator: CompareOperator, right: &Value) -> bool {
    !left.is_missing()
        && !right.is_missing()
        && match operator {
            CompareOperator::Equal => left == right,
            CompareOperator::NotEqual => left != right,
            CompareOperator::Less => left < right,
            CompareOperator::LessOrEqual => left <= right,
            CompareOperator::Greater => left > right,
            CompareOperator::GreaterOrEqual => left >= right,
        }
}

/// Sums, differences, products and quotients; anything with a missing operand is missing, and so is what has no value.
fn arithmetic(left: &Value, operator: ArithmeticOperator, right: &Value) -> Value {
    use ArithmeticOperator::{Add, Divide, Multiply, Subtract};
    let float = |number: f64| if number.is_finite() { Value::Float(number + 0.0) } else { Value::Missing };
    let of = |number: Option<i64>, make: fn(i64) -> Value| number.map_or(Value::Missing, make);
    match (left, operator, right) {
        (Value::Missing, _, _) | (_, _, Value::Missing) => Value::Missing,
        (Value::Time(a), Subtract, Value::Time(b)) => of(a.checked_sub(*b), Value::Duration),
        (Value::Time(a), Subtract, Value::Duration(b)) => of(a.checked_sub(*b), Value::Time),
        (Value::Time(a), Add, Value::Duration(b)) | (Value::Duration(a), Add, Value::Time(b)) => {
            of(a.checked_add(*b), Value::Time)
        }
        (Value::Duration(a), Add, Value::Duration(b)) => of(a.checked_add(*b), Value::Duration),
        (Value::Duration(a), Subtract, Value::Duration(b)) => of(a.checked_sub(*b), Value::Duration),
        (Value::Int(a), Add, Value::Int(b)) => of(a.checked_add(*b), Value::Int),
        (Value::Int(a), Subtract, Value::Int(b)) => of(a.checked_sub(*b), Value::Int),
        (Value::Int(a), Multiply, Value::Int(b)) => of(a.checked_mul(*b), Value::Int),
        (Value::Int(_), Divide, Value::Int(_)) | (Value::Duration(_), Divide, Value::Duration(_)) => {
            float(number(left) / number(right))
        }
        (Value::Float(a), Add, Value::Float(b)) => float(a + b),
        (Value::Float(a), Subtract, Value::Float(b)) => float(a - b),
        (Value::Float(a), Multiply, Value::Float(b)) => float(a * b),
        (Value::Float(a), Divide, Value::Float(b)) => float(a / b),
        (Value::Duration(_), Multiply, Value::Int(_) | Value::Float(_))
        | (Value::Int(_) | Value::Float(_), Multiply, Value::Duration(_)) => whole(number(left) * number(right)),
        (Value::Duration(_), Divide, Value::Int(_) | Value::Float(_)) => whole(number(left) / number(right)),
        other => panic!("the checker lets nobody write {other:?}"),
    }
}

/// A duration of whole microseconds; halves go away from zero.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn whole(micros: f64) -> Value {
    if micros.is_finite() && micros.abs() < 9.2e18 { Value::Duration(micros.round() as i64) } else { Value::Missing }
}
