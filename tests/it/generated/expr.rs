//! Random expressions, well typed by construction.

use std::rc::Rc;

use tokentrail::types::Type;

use super::literal::NETWORKS;
use super::node::Node;
use super::vocabulary::{FieldOf, quoted};
use crate::world::Dice;

/// An event that an expression may name.
#[derive(Clone)]
pub struct Named {
    /// What stands before a field: `prev.`, or nothing.
    pub prefix: String,
    /// Which event it is: two names of one event have one number.
    pub event: usize,
    /// Its fields.
    pub fields: Rc<Vec<FieldOf>>,
}

/// Where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Fields, no aggregates.
    Event,
    /// Aggregates, and fields only inside them.
    Condition,
    /// Both.
    Evidence,
}

/// What an expression may name.
#[derive(Clone)]
pub struct Scope {
    /// The events.
    pub events: Vec<Named>,
    /// Where it stands.
    pub place: Place,
}

impl Scope {
    /// The fields of one event.
    pub fn of(fields: &Rc<Vec<FieldOf>>, place: Place) -> Self {
        Self { events: vec![Named { prefix: String::new(), event: 0, fields: Rc::clone(fields) }], place }
    }

    /// The same, inside an aggregate.
    pub fn inside(&self) -> Self {
        Self { place: Place::Event, ..self.clone() }
    }

    fn all(&self) -> impl Iterator<Item = (&Named, &FieldOf)> {
        self.events.iter().flat_map(|event| event.fields.iter().map(move |field| (event, field)))
    }

    fn of_type(&self, ty: &Type) -> impl Iterator<Item = (&Named, &FieldOf)> {
        self.all().filter(move |(_, field)| field.ty == *ty)
    }

    /// Whether some event has a field of the type.
    pub fn has(&self, ty: &Type) -> bool {
        self.of_type(ty).next().is_some()
    }

    /// Literals of the values of fields of a type.
    pub fn values(&self, ty: &Type) -> Vec<String> {
        let mut values: Vec<String> = self.of_type(ty).flat_map(|(_, field)| field.values.iter().cloned()).collect();
        values.sort();
        values.dedup();
        values
    }

    /// Texts of the values of fields of a type.
    pub fn texts(&self, ty: &Type) -> Vec<String> {
        let mut texts: Vec<String> = self.of_type(ty).flat_map(|(_, field)| field.texts.iter().cloned()).collect();
        texts.sort();
        texts.dedup();
        texts
    }
}

/// Writes random expressions and rules.
pub struct Maker {
    /// Its dice.
    pub dice: Dice,
    /// How deep it is in values that are made of others.
    pub level: usize,
}

/// Where values are no longer made of values of their own kind.
const DEEPEST: usize = 4;

/// An expression of a type.
pub fn node(ty: &Type, template: &str, parts: impl IntoIterator<Item = Node>) -> Node {
    Node::of(ty.to_string(), template, parts)
}

/// Whether two engines may well differ in the last digit, so that nothing should be equal to one.
pub fn is_inexact(ty: &Type) -> bool {
    matches!(ty, Type::Float | Type::Distance | Type::Speed)
}

impl Maker {
    /// True once in so many times.
    pub fn one_in(&mut self, many: u64) -> bool {
        self.dice.below(many) == 0
    }

    /// A number below another.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.dice.below(bound as u64)).unwrap()
    }

    /// One of some.
    pub fn choose<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = self.below(from.len());
        &from[at]
    }

    /// A field of a type; those with several values come more often.
    fn field(&mut self, ty: &Type, scope: &Scope) -> Option<Node> {
        let weight = |field: &FieldOf| if field.values.len() > 1 { 8 } else { 1 + field.values.len() };
        let known: Vec<String> = scope
            .of_type(ty)
            .flat_map(|(event, field)| vec![format!("{}{}", event.prefix, field.name); weight(field)])
            .collect();
        if known.is_empty() {
            return None;
        }
        Some(Node::leaf(ty.to_string(), self.choose(&known).clone()))
    }

    /// A field of a name, where the scope has it.
    fn field_named(&mut self, name: &str, scope: &Scope) -> Option<Node> {
        let known: Vec<(String, Type)> = scope
            .all()
            .filter(|(_, field)| field.name == name)
            .map(|(event, field)| (format!("{}{name}", event.prefix), field.ty.clone()))
            .collect();
        if known.is_empty() || scope.place == Place::Condition {
            return None;
        }
        let (text, ty) = self.choose(&known).clone();
        Some(Node::leaf(ty.to_string(), text))
    }

    /// A type that events have values of, or that is made of them.
    pub fn some_type(&mut self, scope: &Scope) -> Type {
        let weight = |field: &FieldOf| if field.values.len() > 1 { 4 } else { 1 };
        let mut types: Vec<Type> = scope.all().flat_map(|(_, field)| vec![field.ty.clone(); weight(field)]).collect();
        let made = 1 + types.len() / 12;
        for ty in [Type::Int, Type::Float, Type::Duration, Type::Time, Type::String] {
            types.extend(std::iter::repeat_n(ty, made));
        }
        if scope.has(&Type::Location) {
            types.extend(std::iter::repeat_n(Type::Distance, 3 * made));
            types.extend(std::iter::repeat_n(Type::Speed, made));
        }
        types.retain(|ty| *ty != Type::Location);
        self.choose(&types).clone()
    }

    /// The same, for what is counted: equal on every engine.
    pub fn exact_type(&mut self, scope: &Scope) -> Type {
        loop {
            let ty = self.some_type(scope);
            if !is_inexact(&ty) {
                return ty;
            }
        }
    }

    /// A value of a type, maybe a literal.
    pub fn value(&mut self, ty: &Type, scope: &Scope, depth: u64) -> Node {
        if self.one_in(4) {
            return Node::leaf(ty.to_string(), self.literal(ty, scope));
        }
        self.solid(ty, scope, depth)
    }

    /// A value of a type that is not a literal.
    pub fn solid(&mut self, ty: &Type, scope: &Scope, depth: u64) -> Node {
        if *ty == Type::Bool {
            return node(ty, "({})", [self.condition(scope, depth)]);
        }
        if depth == 0 || self.one_in(2) {
            if scope.place != Place::Condition
                && let Some(field) = self.field(ty, scope)
            {
                return field;
            }
            if scope.place != Place::Event && scope.has(ty) {
                return self.aggregate(ty, scope, 0);
            }
        }
        let deeper = depth.saturating_sub(1);
        if scope.place != Place::Event && self.one_in(2) {
            return self.aggregate(ty, scope, deeper);
        }
        if depth > 0 && scope.has(ty) && self.one_in(4) {
            return self.choice(ty, scope, deeper);
        }
        self.made(ty, scope, deeper)
    }

    /// One of several values.
    fn choice(&mut self, ty: &Type, scope: &Scope, depth: u64) -> Node {
        let first = self.solid(ty, scope, depth);
        let test = self.condition(scope, 0);
        let value = self.value(ty, scope, depth);
        match self.dice.below(5) {
            0 => node(ty, "coalesce({}, {})", [first, value]),
            1 => {
                let last = self.value(ty, scope, 0);
                node(ty, "coalesce({}, {}, {})", [first, value, last])
            }
            2 => node(ty, "if({}, {}, {})", [test, first, value]),
            3 => {
                let other = self.condition(scope, 0);
                node(ty, "case({}, {}, {}, {})", [test, first, other, value])
            }
            _ => {
                let (other, last) = (self.condition(scope, 0), self.value(ty, scope, 0));
                node(ty, "case({}, {}, {}, {}, {})", [test, first, other, value, last])
            }
        }
    }

    /// A text, of a field that is known to hold such texts where there is one.
    fn text_of(&mut self, fields: &[&str], scope: &Scope, depth: u64) -> Node {
        let name = self.dice.pick(fields);
        if !self.one_in(4)
            && let Some(field) = self.field_named(name, scope)
        {
            return field;
        }
        let ty = if scope.has(&Type::Name) && self.one_in(2) { Type::Name } else { Type::String };
        self.solid(&ty, scope, depth)
    }

    /// A value that is worked out from values of other types.
    fn made(&mut self, ty: &Type, scope: &Scope, depth: u64) -> Node {
        self.level += 1;
        let node = if self.level > DEEPEST { self.shallow(ty, scope) } else { self.deep(ty, scope, depth) };
        self.level -= 1;
        node
    }

    /// A value of one other, which is a field or of fields.
    fn shallow(&mut self, ty: &Type, scope: &Scope) -> Node {
        let time = |maker: &mut Self| maker.solid(&Type::Time, scope, 0);
        match ty {
            Type::Int => node(ty, "hour({})", [time(self)]),
            Type::Duration => node(ty, "({} - 2026-03-04T01:00:00Z)", [time(self)]),
            Type::Float => node(ty, "seconds({} - 2026-03-04T01:00:00Z)", [time(self)]),
            Type::Distance if scope.has(&Type::Location) && scope.place != Place::Condition => {
                let place = self.field(&Type::Location, scope).unwrap();
                node(ty, "distance({}, point(0, 0))", [place])
            }
            _ => Node::leaf(ty.to_string(), self.literal(ty, scope)),
        }
    }

    fn deep(&mut self, ty: &Type, scope: &Scope, depth: u64) -> Node {
        match ty {
            Type::String => self.string(scope, depth),
            Type::Name if scope.has(ty) => self.piece_of_text(ty, scope, depth),
            Type::Int => self.int(scope, depth),
            Type::Float => self.float(scope, depth),
            Type::Time => self.time(scope, depth),
            Type::Duration => self.duration(scope, depth),
            Type::Distance if scope.has(&Type::Location) => self.distance(scope, depth),
            Type::Speed if scope.has(&Type::Location) => self.speed(scope, depth),
            _ if scope.has(ty) => self.choice(ty, scope, depth),
            _ => Node::leaf(ty.to_string(), self.literal(ty, scope)),
        }
    }

    fn piece_of_text(&mut self, ty: &Type, scope: &Scope, depth: u64) -> Node {
        let text = self.solid(ty, scope, depth);
        let (from, count) = (1 + self.dice.below(9), 1 + self.dice.below(12));
        let separator = quoted(self.dice.pick(&["@", ".", "/", " ", "-", ".org", "e", "\\", "|", "*"]));
        match self.dice.below(4) {
            0 => node(ty, "lower({})", [text]),
            1 => node(ty, "trim({})", [text]),
            2 => node(ty, &format!("substring({{}}, {from}, {count})"), [text]),
            _ => node(ty, &format!("split_part({{}}, {separator}, {})", 1 + count % 3), [text]),
        }
    }

    fn string(&mut self, scope: &Scope, depth: u64) -> Node {
        let ty = &Type::String;
        match self.dice.below(10) {
            0 => node(ty, "upper({})", [self.text_of(&["user_name", "app"], scope, depth)]),
            1 | 2 => self.piece_of_text(ty, scope, depth),
            3 => {
                let parts = (0..2 + self.dice.below(2)).map(|at| match at {
                    1 if self.one_in(2) => Node::leaf(ty.to_string(), self.literal(ty, scope)),
                    _ => self.text_of(&["session", "token", "user_name", "user_id"], scope, 0),
                });
                Node::empty().text("concat(").many("", parts.collect(), ", ", 1).text(")")
            }
            4 => node(ty, "url_host({})", [self.text_of(&["url", "object_id"], scope, depth)]),
            5 => node(ty, "url_path({})", [self.text_of(&["url", "object_id"], scope, depth)]),
            6 => {
                let template = format!("path_segment({{}}, {})", 1 + self.dice.below(4));
                node(ty, &template, [self.text_of(&["url", "object_id"], scope, depth)])
            }
            7 => node(ty, "path_template({})", [self.text_of(&["url", "object_id"], scope, depth)]),
            8 => {
                let function = self.dice.pick(&["user_agent_family({})", "user_agent_os({})"]);
                node(ty, function, [self.text_of(&["user_agent"], scope, depth)])
            }
            _ if scope.has(&Type::Location) && scope.place != Place::Condition && self.one_in(3) => {
                let place = self.field(&Type::Location, scope).unwrap();
                node(ty, "location_text({})", [place])
            }
            _ => {
                let (bits, long) = (1 + self.dice.below(32), 16 * (1 + self.dice.below(8)));
                let bits = self.dice.pick(&[8, 16, 24, 24, 32, bits]);
                node(ty, &format!("network({{}}, {bits}, {long})"), [self.solid(&Type::Ip, scope, depth)])
            }
        }
    }

    fn int(&mut self, scope: &Scope, depth: u64) -> Node {
        let ty = &Type::Int;
        // What is made of its own type is rare enough for an end to come.
        match self.dice.below(8) {
            0 | 1 => node(ty, "length({})", [self.text_of(&["app", "user_name", "user_agent"], scope, depth)]),
            2 => node(ty, "hour({})", [self.solid(&Type::Time, scope, depth)]),
            3 => node(ty, "day_of_week({})", [self.solid(&Type::Time, scope, depth)]),
            4 => node(ty, "floor({})", [self.exact_number(scope, depth)]),
            5 => node(ty, "ceiling({})", [self.exact_number(scope, depth)]),
            6 => {
                let inner = self.between(ty, scope, depth);
                node(ty, "abs({})", [inner])
            }
            _ => self.between(ty, scope, depth),
        }
    }

    /// A sum, difference or product of a type with itself.
    fn between(&mut self, ty: &Type, scope: &Scope, depth: u64) -> Node {
        let (left, right) = (self.solid(ty, scope, depth), self.value(ty, scope, depth));
        let template = match ty {
            Type::Int | Type::Float => self.dice.pick(&["({} + {})", "({} - {})", "({} * {})"]),
            _ => self.dice.pick(&["({} + {})", "({} - {})"]),
        };
        // Products of large literals leave what every engine holds exactly.
        let small = template.contains('*').then(|| Node::leaf(ty.to_string(), self.dice.pick(&["2", "3", "-1", "10"])));
        node(ty, template, [left, small.unwrap_or(right)])
    }

    /// A `float` that no engine rounds: halves and quarters of what is whole.
    fn exact_number(&mut self, scope: &Scope, depth: u64) -> Node {
        let whole = self.solid(&Type::Int, scope, depth);
        let by = self.dice.pick(&["2", "4", "-8"]);
        node(&Type::Float, &format!("({{}} / {by})"), [whole])
    }

    fn float(&mut self, scope: &Scope, depth: u64) -> Node {
        let ty = &Type::Float;
        match self.dice.below(8) {
            0 => node(ty, "seconds({})", [self.solid(&Type::Duration, scope, depth)]),
            1 => node(ty, "to_float({})", [self.solid(&Type::Int, scope, depth)]),
            2 => node(ty, "abs({})", [self.exact_number(scope, depth)]),
            3 => node(ty, "({} / {})", [self.solid(&Type::Int, scope, depth), self.solid(&Type::Int, scope, 0)]),
            4 => node(
                ty,
                "({} / {})",
                [self.solid(&Type::Duration, scope, depth), self.value(&Type::Duration, scope, 0)],
            ),
            5 if scope.has(&Type::Location) => node(ty, "({} / 2 km)", [self.solid(&Type::Distance, scope, depth)]),
            6 => {
                let number = self.exact_number(scope, depth);
                let other = self.exact_number(scope, 0);
                let template = self.dice.pick(&["({} + {})", "({} - {})", "({} * {})", "({} / {})"]);
                node(ty, template, [number, other])
            }
            _ => self.exact_number(scope, depth),
        }
    }

    fn time(&mut self, scope: &Scope, depth: u64) -> Node {
        let ty = &Type::Time;
        let time = self.solid(ty, scope, depth);
        match self.dice.below(6) {
            0 => node(ty, "start_of_hour({})", [time]),
            1 => node(ty, "start_of_day({})", [time]),
            2 => node(ty, "({} + {})", [Node::leaf("duration", self.literal(&Type::Duration, scope)), time]),
            3 => node(ty, "({} + {})", [time, self.value(&Type::Duration, scope, 0)]),
            4 => node(ty, "({} - {})", [time, self.value(&Type::Duration, scope, 0)]),
            _ => time,
        }
    }

    fn duration(&mut self, scope: &Scope, depth: u64) -> Node {
        let ty = &Type::Duration;
        let factor = self.dice.pick(&["2", "3", "0.5", "1.5", "-1"]);
        match self.dice.below(8) {
            0 => self.between(ty, scope, depth),
            1 => node(ty, &format!("({{}} * {factor})"), [self.solid(ty, scope, depth)]),
            2 => node(ty, &format!("({factor} * {{}})"), [self.solid(ty, scope, depth)]),
            3 => {
                let by = self.dice.pick(&["2", "4", "0.5", "-1"]);
                node(ty, &format!("({{}} / {by})"), [self.solid(ty, scope, depth)])
            }
            4 if scope.has(&Type::Location) => node(ty, "({} / 900 km/h)", [self.solid(&Type::Distance, scope, depth)]),
            5 => {
                let small = node(&Type::Int, "hour({})", [self.solid(&Type::Time, scope, 0)]);
                let template = self.dice.pick(&["({} * {})", "({1} * {0})"]);
                let duration = self.solid(ty, scope, 0);
                if template.contains('1') {
                    node(ty, "({} * {})", [small, duration])
                } else {
                    node(ty, template, [duration, small])
                }
            }
            _ => node(ty, "({} - {})", [self.solid(&Type::Time, scope, 0), self.value(&Type::Time, scope, depth)]),
        }
    }

    fn distance(&mut self, scope: &Scope, depth: u64) -> Node {
        let ty = &Type::Distance;
        if scope.place == Place::Condition {
            return self.aggregate(ty, scope, depth);
        }
        match self.dice.below(7) {
            0 => node(ty, "({} + {})", [self.solid(ty, scope, depth), self.value(ty, scope, 0)]),
            1 => node(ty, "({} - {})", [self.solid(ty, scope, depth), self.value(ty, scope, 0)]),
            2 => node(ty, "(2 * {})", [self.solid(ty, scope, depth)]),
            3 => node(ty, "({} / 3)", [self.solid(ty, scope, depth)]),
            4 => node(ty, "({} * 100 km/h)", [self.solid(&Type::Duration, scope, depth)]),
            _ => {
                let place = self.field(&Type::Location, scope).unwrap();
                let other = self.field(&Type::Location, scope).unwrap();
                let other = if self.one_in(2) { Node::leaf("location", self.point(scope)) } else { other };
                node(ty, "distance({}, {})", [place, other])
            }
        }
    }

    fn speed(&mut self, scope: &Scope, depth: u64) -> Node {
        let ty = &Type::Speed;
        if scope.place == Place::Condition {
            return self.aggregate(ty, scope, depth);
        }
        let with_place: Vec<&Named> =
            scope.events.iter().filter(|event| event.fields.iter().any(|field| field.ty == Type::Location)).collect();
        let first = if with_place.is_empty() { None } else { Some(*self.choose(&with_place)) };
        let others = with_place.iter().filter(|other| first.is_some_and(|first| first.event != other.event));
        let others: Vec<&Named> = others.copied().collect();
        if let (Some(first), false, false) = (first, others.is_empty(), self.one_in(3)) {
            let second = *self.choose(&others);
            let speed = format!("speed({}location, {}location)", first.prefix, second.prefix);
            // At one moment a speed has too many digits to be compared.
            return Node::leaf(ty.to_string(), format!("if({speed} > 9000 km/h, 9000 km/h, {speed})"));
        }
        match self.dice.below(4) {
            0 => node(ty, "({} + {})", [self.solid(ty, scope, depth), self.value(ty, scope, 0)]),
            1 => node(ty, "(0.5 * {})", [self.solid(ty, scope, depth)]),
            _ => node(ty, "({} / {})", [self.solid(&Type::Distance, scope, 0), self.solid(&Type::Duration, scope, 0)]),
        }
    }

    /// A network, some networks, or a list of them.
    pub fn networks(&mut self) -> String {
        match self.dice.below(3) {
            0 => quoted(self.dice.pick(&NETWORKS)),
            1 => {
                let networks: Vec<String> = (0..3).map(|_| quoted(self.dice.pick(&NETWORKS))).collect();
                // One at least has a prefix, so that all are networks.
                format!("[\"192.0.2.0/30\", {}]", networks.join(", "))
            }
            _ => "offices".to_owned(),
        }
    }
}
