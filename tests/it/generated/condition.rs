//! Random conditions and aggregates.

use tokentrail::library::aggregate::AggregateFunction;
use tokentrail::types::Type;

use super::expr::{Maker, Named, Place, Scope, is_inexact, node};
use super::node::Node;
use super::vocabulary::quoted;

const BOOL: Type = Type::Bool;

/// Buckets and history of baselines: the width divides a day, the history is a multiple of it.
const BASELINES: [&str; 6] = ["15m, 1h", "30m, 2h", "1h, 3h", "1h, 1h", "2h, 6h", "30m, 90m"];

impl Maker {
    /// A condition, nested to a depth.
    pub fn condition(&mut self, scope: &Scope, depth: u64) -> Node {
        if depth > 0 {
            let deeper = depth - 1;
            match self.dice.below(8) {
                0 => return node(&BOOL, "not ({})", [self.condition(scope, deeper)]),
                1 | 2 => {
                    let template = self.dice.pick(&["({} and {})", "({} or {})"]);
                    return node(&BOOL, template, [self.condition(scope, deeper), self.condition(scope, deeper)]);
                }
                3 if self.one_in(3) => {
                    let parts = [0; 3].map(|_| self.condition(scope, 0));
                    return node(&BOOL, "({} or not ({} and {}))", parts);
                }
                _ => {}
            }
        }
        self.test(scope, depth)
    }

    fn test(&mut self, scope: &Scope, depth: u64) -> Node {
        if scope.place != Place::Event && !self.one_in(3) {
            return self.threshold(scope, depth);
        }
        match self.dice.below(13) {
            0..=4 => self.comparison(scope, depth),
            5 => {
                let ty = self.exact_type(scope);
                let ty = if ty == Type::Bool { Type::String } else { ty };
                let values: Vec<Node> = (0..=self.below(4)).map(|_| Node::leaf("", self.literal(&ty, scope))).collect();
                let word = self.dice.pick(&["in", "in", "not in"]);
                let value = self.solid(&ty, scope, depth);
                Node::of(BOOL.to_string(), &format!("{{}} {word} "), [value])
                    .text("[")
                    .many("", values, ", ", 1)
                    .text("]")
            }
            6 | 7 => self.text_test(scope, depth),
            8 => {
                let ty = self.some_type(scope);
                let template = self.dice.pick(&["{} is missing", "{} is present"]);
                node(&BOOL, template, [self.solid(&ty, scope, depth)])
            }
            9 => {
                let (word, networks) = (self.dice.pick(&["in", "not in"]), self.networks());
                node(&BOOL, &format!("{{}} {word} {networks}"), [self.solid(&Type::Ip, scope, depth)])
            }
            10 => self.in_list(scope, depth),
            11 => {
                let function = self.dice.pick(&["is_private({})", "is_ipv4({})", "is_ipv6({})", "not is_ipv4({})"]);
                node(&BOOL, function, [self.solid(&Type::Ip, scope, depth)])
            }
            _ => self.flag(scope, depth),
        }
    }

    /// A field that is true or false.
    fn flag(&mut self, scope: &Scope, depth: u64) -> Node {
        let flags: Vec<String> = scope
            .events
            .iter()
            .flat_map(|event| event.fields.iter().map(move |field| (event, field)))
            .filter(|(_, field)| field.ty == Type::Bool && !field.values.is_empty())
            .map(|(event, field)| format!("{}{}", event.prefix, field.name))
            .collect();
        if flags.is_empty() || scope.place == Place::Condition {
            return self.comparison(scope, depth);
        }
        let flag = self.choose(&flags).clone();
        let text = match self.dice.below(4) {
            0 => format!("{flag} == true"),
            1 => format!("{flag} != true"),
            2 => format!("coalesce({flag}, true)"),
            _ => flag,
        };
        Node::leaf(BOOL.to_string(), text)
    }

    fn in_list(&mut self, scope: &Scope, depth: u64) -> Node {
        let lists = [
            (Type::Ip, "offices"),
            (Type::Ip, "addresses"),
            (Type::Asn, "known_asns"),
            (Type::Name, "roaming"),
            (Type::String, "agents"),
            (Type::Country, "places"),
        ];
        let fitting: Vec<&(Type, &str)> = lists.iter().filter(|(ty, _)| scope.has(ty)).collect();
        let (ty, list) = *self.choose(&fitting);
        let word = self.dice.pick(&["in", "not in"]);
        node(&BOOL, &format!("{{}} {word} {list}"), [self.solid(ty, scope, depth)])
    }

    fn text_test(&mut self, scope: &Scope, depth: u64) -> Node {
        let ty = if scope.has(&Type::Name) && self.one_in(2) { Type::Name } else { Type::String };
        let (word, text) = match self.dice.below(4) {
            0 => ("contains", self.part_of_text(&ty, scope)),
            1 => ("starts_with", self.part_of_text(&ty, scope)),
            2 => ("ends_with", self.part_of_text(&ty, scope)),
            _ => ("matches", self.pattern(&ty, scope)),
        };
        let value = self.solid(&ty, scope, depth);
        Node::of(BOOL.to_string(), &format!("{{}} {word} "), [value]).text(quoted(&text))
    }

    fn comparison(&mut self, scope: &Scope, depth: u64) -> Node {
        // What events have in common tells more than what they have by themselves.
        if scope.events.iter().any(|event| event.event != scope.events[0].event) && !self.one_in(3) {
            return self.between_events(scope);
        }
        let ty = self.some_type(scope);
        let ty = if ty == Type::Bool { Type::Time } else { ty };
        let operator = self.operator(&ty);
        let left = self.solid(&ty, scope, depth);
        if self.one_in(3) {
            let right = self.solid(&ty, scope, depth);
            return node(&BOOL, &format!("{{}} {operator} {{}}"), [left, right]);
        }
        let literal = Node::leaf(ty.to_string(), self.literal(&ty, scope));
        if self.one_in(5) && !matches!(ty, Type::Enum(_)) {
            return node(&BOOL, &format!("{{}} {operator} {{}}"), [literal, left]);
        }
        node(&BOOL, &format!("{{}} {operator} {{}}"), [left, literal])
    }

    fn operator(&mut self, ty: &Type) -> &'static str {
        if is_inexact(ty) {
            self.dice.pick(&["<", "<=", ">", ">="])
        } else if ty.is_ordered() {
            self.dice.pick(&["<", "<=", ">", ">=", "==", "!="])
        } else {
            self.dice.pick(&["==", "!=", "!="])
        }
    }

    /// A field of one event against the same field of another, or the time between them.
    fn between_events(&mut self, scope: &Scope) -> Node {
        let a = self.choose(&scope.events);
        let others: Vec<&Named> = scope.events.iter().filter(|other| other.event != a.event).collect();
        let b = *self.choose(&others);
        let time = |prefix: &str| format!("{prefix}time");
        if self.one_in(4) {
            let (operator, literal) = (self.operator(&Type::Duration), self.literal(&Type::Duration, scope));
            let text = format!("{} - {} {operator} {literal}", time(&a.prefix), time(&b.prefix));
            return Node::leaf(BOOL.to_string(), text);
        }
        let common = a.fields.iter().filter(|field| {
            field.values.len() > 1
                && !is_inexact(&field.ty)
                && field.ty != Type::Location
                && b.fields.iter().any(|other| other.name == field.name && other.ty == field.ty)
        });
        let common: Vec<_> = common.collect();
        let field = *self.choose(&common);
        let operator = self.operator(&field.ty);
        let left = Node::leaf(field.ty.to_string(), format!("{}{}", a.prefix, field.name));
        let right = Node::leaf(field.ty.to_string(), format!("{}{}", b.prefix, field.name));
        match self.dice.below(5) {
            0 => node(&BOOL, &format!("not ({{}} {operator} {{}})"), [left, right]),
            1 => {
                let value = Node::leaf(field.ty.to_string(), self.literal(&field.ty, scope));
                node(&BOOL, "coalesce({}, {}) == {}", [left, value, right])
            }
            _ => node(&BOOL, &format!("{{}} {operator} {{}}"), [left, right]),
        }
    }

    /// A condition of a window: an aggregate against a number, sets against sets, or what holds for some.
    fn threshold(&mut self, scope: &Scope, depth: u64) -> Node {
        let inside = scope.inside();
        match self.dice.below(14) {
            0..=3 => {
                let (operator, literal) = (self.operator(&Type::Int), self.literal(&Type::Int, scope));
                node(&BOOL, &format!("{{}} {operator} {literal}"), [self.aggregate(&Type::Int, scope, depth)])
            }
            4 => {
                let share = self.dice.pick(&["0.0", "0.25", "0.5", "0.75", "1.0"]);
                let operator = self.dice.pick(&["<", "<=", ">", ">=", "==", "!="]);
                node(&BOOL, &format!("ratio({{}}) {operator} {share}"), [self.condition(&inside, 1)])
            }
            5 => {
                let function = self.dice.pick(&["any({})", "all({})", "not all({})"]);
                node(&BOOL, function, [self.condition(&inside, 1)])
            }
            6 | 7 => {
                let ty = self.exact_type(scope);
                let values = (0..=self.below(2)).map(|_| Node::leaf("", self.literal(&ty, scope))).collect();
                let word = self.dice.pick(&["any", "all"]);
                Node::of(BOOL.to_string(), &format!("{{}} contains {word} "), [self.set(&ty, scope)])
                    .text("[")
                    .many("", values, ", ", 1)
                    .text("]")
            }
            8 => {
                let ty = self.exact_type(scope);
                let function = self.dice.pick(&["overlap({}, {})", "disjoint({}, {})", "not disjoint({}, {})"]);
                node(&BOOL, function, [self.set(&ty, scope), self.set(&ty, scope)])
            }
            9 => self.beside_baseline(scope),
            10 => self.rarity(scope),
            11 => {
                let (operator, literal) = (self.operator(&Type::Duration), self.literal(&Type::Duration, scope));
                Node::leaf(BOOL.to_string(), format!("span() {operator} {literal}"))
            }
            _ => self.comparison(scope, depth),
        }
    }

    /// `values(f)` or `values(f, p)`.
    pub fn set(&mut self, ty: &Type, scope: &Scope) -> Node {
        let inside = scope.inside();
        let kind = format!("set of {ty}");
        let value = self.solid(ty, &inside, 1);
        if self.one_in(2) {
            return Node::of(kind, "values({}, {})", [value, self.condition(&inside, 0)]);
        }
        Node::of(kind, "values({})", [value])
    }

    fn counted(&mut self, scope: &Scope) -> Node {
        let inside = scope.inside();
        match self.dice.below(4) {
            0 => Node::leaf("int", "count()"),
            1 => node(&Type::Int, "count({})", [self.condition(&inside, 1)]),
            2 => {
                let ty = self.exact_type(&inside);
                node(&Type::Int, "distinct({}, {})", [self.solid(&ty, &inside, 1), self.condition(&inside, 0)])
            }
            _ => {
                let ty = self.exact_type(&inside);
                node(&Type::Int, "distinct({})", [self.solid(&ty, &inside, 1)])
            }
        }
    }

    /// A count against what it was before.
    fn beside_baseline(&mut self, scope: &Scope) -> Node {
        let count = self.counted(scope).write();
        let buckets = self.dice.pick(&BASELINES);
        let operator = self.dice.pick(&["<", "<=", ">", ">="]);
        let of = |function: &str| format!("{function}({count}, {buckets})");
        let text = match self.dice.below(3) {
            0 => format!("{count} {operator} {}", of("mean")),
            1 => format!("{count} {operator} {} + 2 * {}", of("mean"), of("deviation")),
            _ => format!("{} {operator} {}", of("deviation"), self.dice.pick(&["0.5", "0.1", "1.1"])),
        };
        Node::leaf(BOOL.to_string(), text)
    }

    fn prevalence(&mut self, scope: &Scope) -> Option<Node> {
        let keys: Vec<&str> = scope.events[0]
            .fields
            .iter()
            .filter(|field| field.values.len() > 1 && is_key(&field.ty))
            .map(|field| field.name.as_str())
            .collect();
        if keys.is_empty() {
            return None;
        }
        let (field, user) = (*self.choose(&keys), *self.choose(&keys));
        let days = self.dice.pick(&["1d", "2d"]);
        Some(Node::leaf("float", format!("prevalence({field}, {user}, {days})")))
    }

    /// How usual a value is.
    fn rarity(&mut self, scope: &Scope) -> Node {
        let Some(share) = self.prevalence(scope) else { return self.beside_baseline(scope) };
        let operator = self.dice.pick(&["<", "<=", ">", ">="]);
        let bound = self.dice.pick(&["0.3", "0.5", "0.7", "0.9"]);
        let template = self.dice.pick(&["({} OP BOUND)", "not ({} OP BOUND)", "({} is missing)"]);
        node(&BOOL, &template.replace("OP", operator).replace("BOUND", bound), [share])
    }

    /// An aggregate of a type.
    pub fn aggregate(&mut self, ty: &Type, scope: &Scope, depth: u64) -> Node {
        use AggregateFunction as A;
        let inside = scope.inside();
        let mut functions = vec![A::First, A::Last];
        if ty.is_ordered() {
            functions.extend([A::Min, A::Max]);
        }
        match ty {
            Type::Int => functions.extend([A::Count, A::Count, A::Distinct, A::Distinct, A::Hops, A::Hops, A::Sum]),
            Type::Float => {
                functions.extend([A::Ratio, A::Ratio, A::Avg, A::Avg, A::Mean, A::Deviation, A::Prevalence]);
            }
            Type::Duration => functions.extend([A::Span, A::Span, A::Sum, A::Avg]),
            _ => {}
        }
        let function = *self.choose(&functions);
        let name = function.name();
        match function {
            A::Count | A::Distinct => self.counted(scope),
            A::Span => Node::leaf("duration", "span()"),
            A::Ratio => node(ty, "ratio({})", [self.condition(&inside, depth.min(1))]),
            A::Mean | A::Deviation => {
                let (count, buckets) = (self.counted(scope).write(), self.dice.pick(&BASELINES));
                Node::leaf("float", format!("{name}({count}, {buckets})"))
            }
            A::Prevalence => self.prevalence(scope).unwrap_or_else(|| Node::leaf("float", "ratio(time is present)")),
            A::Hops => {
                let of = self.exact_type(&inside);
                node(ty, "hops({})", [self.solid(&of, &inside, depth.min(1))])
            }
            A::Avg if *ty == Type::Float => self.over(name, ty, &Type::Int, &inside, depth),
            A::Values | A::Min | A::Max | A::Sum | A::Avg | A::First | A::Last | A::Any | A::All => {
                self.over(name, ty, ty, &inside, depth)
            }
        }
    }

    /// `name(value)`, or `name(value, condition)`.
    fn over(&mut self, name: &str, ty: &Type, of: &Type, inside: &Scope, depth: u64) -> Node {
        let value = self.solid(of, inside, depth.min(1));
        if self.one_in(4) {
            return node(ty, &format!("{name}({{}}, {{}})"), [value, self.condition(inside, 0)]);
        }
        node(ty, &format!("{name}({{}})"), [value])
    }
}

/// Whether values of the type can be told apart, so that it can be a key.
pub fn is_key(ty: &Type) -> bool {
    !matches!(ty, Type::Location | Type::Float | Type::Set(_) | Type::Time | Type::Distance | Type::Speed)
}
