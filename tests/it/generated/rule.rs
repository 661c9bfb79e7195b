//! Random rules of every shape, as trees.

use std::rc::Rc;

use super::condition::is_key;
use super::expr::{Maker, Named, Place, Scope};
use super::literal::WIDTHS;
use super::node::Node;
use super::vocabulary::{FieldOf, fields, has_places};
use crate::world::Dice;

/// Lists that rules may use; each rule stands with those that it uses.
const LISTS: [(&str, &str); 6] = [
    ("offices", "list offices: cidr { \"192.0.2.0/31\" \"2001:db8::/32\" \"198.51.100.7\" }\n"),
    ("addresses", "list addresses: ip { \"192.0.2.1\" \"2001:db8::1\" \"203.0.113.9\" }\n"),
    ("known_asns", "list known_asns: asn { 64500 64502 4294967295 }\n"),
    ("roaming", "list roaming: name { \"Ana@Example.org\" \"OfficeHome\" \"it's 100% \\\"odd\\\"\" }\n"),
    ("agents", "list agents: string { \"Example/1.0\" \"GET\" \"back\\\\slash\" }\n"),
    ("places", "list places: country { \"DE\" \"US\" }\n"),
];

/// The shapes, as often as they are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A single event.
    Single,
    /// `within`
    Window,
    /// `per`
    Tumbling,
    /// `consecutive`
    Consecutive,
    /// `sequence`
    Sequence,
    /// `first seen`
    FirstSeen,
}

impl Kind {
    /// Windows and sequences have the most to get wrong.
    pub const CYCLE: [Self; 11] = [
        Self::Single,
        Self::Window,
        Self::Sequence,
        Self::Consecutive,
        Self::Window,
        Self::Tumbling,
        Self::FirstSeen,
        Self::Sequence,
        Self::Window,
        Self::Single,
        Self::Tumbling,
    ];
}

/// A generated rule.
#[derive(Clone, Debug)]
pub struct Generated {
    /// Its name.
    pub name: String,
    /// Its tree, without lists.
    pub tree: Node,
}

impl Generated {
    /// The text, with the lists that it uses.
    pub fn text(&self) -> String {
        text_of(&self.tree)
    }
}

/// The text of a tree, with the lists that it uses.
pub fn text_of(tree: &Node) -> String {
    let rule = tree.write();
    let uses = |name: &str| rule.contains(&format!("in {name}"));
    let lists: String = LISTS.iter().filter(|(name, _)| uses(name)).map(|(_, text)| *text).collect();
    lists + &rule
}

/// A rule over logs of these kinds.
pub fn rule(seed: u64, kind: Kind, palette: &[&'static str]) -> Generated {
    let mut maker = Maker { dice: Dice(seed), level: 0 };
    let name = format!("generated_{seed}");
    let mut sources: Vec<&'static str> = palette.iter().copied().filter(|_| maker.one_in(2)).collect();
    if sources.is_empty() {
        sources.push(maker.dice.pick(palette));
    }
    let places = sources.iter().all(|source| has_places(source));
    let mut draft = Draft { maker, sources, places };
    let tree = Node::empty()
        .text(format!("/// Generated.\nrule {name} {{\n  title \"Generated\"\n  severity low"))
        .one(draft.clauses(kind))
        .text("\n}\n");
    Generated { name, tree }
}

/// A rule that is being written.
struct Draft {
    maker: Maker,
    /// What it may read.
    sources: Vec<&'static str>,
    /// Whether all of that says where events were.
    places: bool,
}

/// The matching event, among the numbers that tell events apart; steps count from 1, and 0 is the event looked at.
const MATCH: usize = 99;

type Fields = Rc<Vec<FieldOf>>;

impl Draft {
    /// Some of the logs, and the fields that all of them have.
    fn stream(&mut self) -> (Node, Fields, Vec<&'static str>) {
        let mut of: Vec<&'static str> = self.sources.clone();
        of.retain(|_| self.maker.one_in(2));
        if of.is_empty() {
            of.push(self.maker.dice.pick(&self.sources));
        }
        let legs = of.iter().map(|source| Node::leaf("", *source)).collect();
        (Node::empty().many("", legs, " + ", 1), Rc::new(fields(&of, self.places)), of)
    }

    fn clauses(&mut self, kind: Kind) -> Node {
        if kind == Kind::Sequence {
            return self.sequence();
        }
        let (sources, fields, of) = self.stream();
        let scope = Scope::of(&fields, Place::Event);
        let mut node = Node::empty().text("\n  from ").one(sources);
        let often = if kind == Kind::Single { 1 } else { 3 };
        if self.maker.one_in(often) {
            let depth = if kind == Kind::Single { 2 } else { 1 };
            node = node.maybe(Node::of("", "\n  where {}", [self.maker.condition(&scope, depth)]));
        }
        let (node, named) = match kind {
            Kind::Single | Kind::Sequence => (node, Vec::new()),
            Kind::Window | Kind::Tumbling => (self.window(node, kind, &fields), Vec::new()),
            Kind::Consecutive => self.consecutive(node, &fields),
            Kind::FirstSeen => (self.first_seen(node, &fields), Vec::new()),
        };
        let node = self.drops(node, kind, &fields, &of, &named);
        let place = if matches!(kind, Kind::Window | Kind::Tumbling) { Place::Evidence } else { Place::Event };
        self.show(node, &Self::shown(&fields, MATCH, named, place))
    }

    fn width(&mut self) -> Node {
        Node::leaf("width", self.maker.dice.pick(&WIDTHS))
    }

    /// One or two fields to group by, mostly such as are meant for it.
    fn key(&mut self, fields: &Fields, but: &[String]) -> Vec<String> {
        let fitting = |field: &&FieldOf| field.values.len() > 1 && is_key(&field.ty) && !but.contains(&field.name);
        let all: Vec<String> = fields.iter().filter(fitting).map(|field| field.name.clone()).collect();
        let usual = ["token", "session", "user_name", "user_id", "ip", "app", "app_id"];
        let usual: Vec<String> = all.iter().filter(|name| usual.contains(&name.as_str())).cloned().collect();
        let mut key = Vec::new();
        for _ in 0..self.maker.dice.pick(&[1, 1, 2]) {
            let from = if usual.is_empty() || self.maker.one_in(5) { &all } else { &usual };
            let name = self.maker.choose(from).clone();
            if !key.contains(&name) && name != "event_id" {
                key.push(name);
            }
        }
        if key.is_empty() { self.key(fields, but) } else { key }
    }

    fn by(node: Node, key: Vec<String>) -> Node {
        node.many("\n  by ", key.into_iter().map(|name| Node::leaf("", name)).collect(), ", ", 1)
    }

    fn window(&mut self, node: Node, kind: Kind, fields: &Fields) -> Node {
        let key = self.key(fields, &[]);
        let scope = Scope::of(fields, Place::Condition);
        let depth = self.maker.dice.pick(&[0, 1, 1, 2]);
        let when = self.maker.condition(&scope, depth);
        let node = Self::by(node, key);
        let node = if kind == Kind::Tumbling {
            let width = self.maker.dice.pick(&["15m", "30m", "1h", "2h", "6h", "12h", "1d"]);
            node.text(format!("\n  per {width}"))
        } else {
            node.text("\n  within ").one(self.width())
        };
        node.text("\n  when ").one(when)
    }

    fn named(prefix: &str, event: usize, fields: &Fields) -> Named {
        Named { prefix: prefix.to_owned(), event, fields: Rc::clone(fields) }
    }

    /// The scope of what is shown: the matching event may stand without its name.
    fn shown(fields: &Fields, matching: usize, named: Vec<Named>, place: Place) -> Scope {
        let mut events = vec![Self::named("", matching, fields)];
        events.extend(named);
        Scope { events, place }
    }

    fn consecutive(&mut self, node: Node, fields: &Fields) -> (Node, Vec<Named>) {
        let key = self.key(fields, &[]);
        let named = vec![Self::named("this.", MATCH, fields), Self::named("prev.", 1, fields)];
        let scope = Scope { events: named.clone(), place: Place::Event };
        let tests: Vec<Node> = (0..=self.maker.below(2)).map(|_| self.conjunct(&scope, 1)).collect();
        let node = Self::by(node, key).text("\n  consecutive within ").one(self.width());
        (node.many(" where ", tests, " and ", 1), named)
    }

    /// A condition that can stand beside others.
    fn conjunct(&mut self, scope: &Scope, depth: u64) -> Node {
        Node::of("", "({})", [self.maker.condition(scope, depth)])
    }

    fn first_seen(&mut self, node: Node, fields: &Fields) -> Node {
        let tuple = self.key(fields, &[]);
        let node = if self.maker.one_in(4) {
            node
        } else {
            let key = self.key(fields, &tuple);
            Self::by(node, key)
        };
        let tuple = tuple.into_iter().map(|name| Node::leaf("", name)).collect();
        let node = node.text("\n  first seen (").many("", tuple, ", ", 1).text(") within ");
        let (history, learning) =
            self.maker.dice.pick(&[("1h", "15m"), ("2h", "1h"), ("90m", "3599s"), ("4h", "899s"), ("3601s", "30m")]);
        let node = node.text(history);
        if self.maker.one_in(2) { node.maybe(Node::leaf("", format!(" learning {learning}"))) } else { node }
    }

    fn sequence(&mut self) -> Node {
        let steps = self.maker.dice.pick(&[2, 2, 2, 3, 3, 4]);
        let names: Vec<String> = (0..steps).map(|step| format!("s{step}")).collect();
        let streams: Vec<(Node, Fields, Vec<&'static str>)> = (0..steps).map(|_| self.stream()).collect();
        let absent: Vec<(Node, Fields, Vec<&'static str>)> =
            (0..self.maker.dice.pick(&[0, 0, 1, 1, 2])).map(|_| self.stream()).collect();
        let all: Vec<&'static str> = streams.iter().chain(&absent).flat_map(|(_, _, of)| of.iter().copied()).collect();
        let shared = Rc::new(fields(&all, self.places));
        let key = self.key(&shared, &[]);
        let named: Vec<Named> = (1..)
            .zip(&names)
            .zip(&streams)
            .map(|((at, name), of)| Self::named(&format!("{name}."), at, &of.1))
            .collect();
        let mut lines = Vec::new();
        for (at, (sources, fields, _)) in streams.iter().enumerate() {
            let line = Node::empty().text(format!("\n    {}: ", names[at])).one(sources.clone());
            lines.push(self.line(line, fields, &named[..at]));
        }
        for (sources, fields, _) in &absent {
            let line = self.line(Node::empty().text("\n    no ").one(sources.clone()), fields, &named);
            let to = 1 + self.maker.below(names.len() - 1);
            let from = self.maker.below(to);
            lines.push(if self.maker.one_in(3) {
                line.text(" within ").one(self.width()).text(format!(" after {}", names[names.len() - 1]))
            } else {
                line.text(format!(" between {} and {}", names[from], names[to]))
            });
        }
        let last = &streams[streams.len() - 1];
        let node = Node::empty().text("\n  sequence");
        let key = key.into_iter().map(|name| Node::leaf("", name)).collect();
        let node = node.many(" by ", key, ", ", 1).text(" within ").one(self.width()).text(" {");
        let node = node.many("", lines, "", 2).text("\n  }");
        let node = self.drops(node, Kind::Sequence, &last.1, &last.2, &named);
        self.show(node, &Self::shown(&last.1, names.len(), named, Place::Event))
    }

    /// What an event of a step must fulfil, by itself and beside others.
    fn line(&mut self, line: Node, fields: &Fields, others: &[Named]) -> Node {
        let own = Scope::of(fields, Place::Event);
        let mut beside = own.clone();
        beside.events.extend(others.iter().cloned());
        let mut tests = Vec::new();
        if self.maker.one_in(3) {
            tests.push(self.conjunct(&own, 0));
        }
        if !others.is_empty() {
            for _ in 0..self.maker.dice.pick(&[0, 1, 1, 2]) {
                tests.push(self.conjunct(&beside, 1));
            }
        }
        line.many(" where ", tests, " and ", 0)
    }

    /// `unless`, sometimes.
    fn drops(&mut self, node: Node, kind: Kind, main: &Fields, of: &[&'static str], named: &[Named]) -> Node {
        let clauses = self.maker.dice.pick(if kind == Kind::Single { &[0, 1, 1] } else { &[0, 0, 0, 0, 1, 2] });
        let mut node = node;
        for _ in 0..clauses {
            let (sources, own, with) = self.stream();
            let mut scope = Scope::of(&own, Place::Event);
            let matching = if kind == Kind::Sequence { named.len() } else { MATCH };
            scope.events.push(Self::named("this.", matching, main));
            scope.events.extend(named.iter().filter(|event| event.prefix != "this.").cloned());
            let mut tests = Vec::new();
            // What links events is mostly that they have a field in common.
            let both: Vec<&'static str> = of.iter().copied().chain(with).collect();
            let same =
                |field: &FieldOf| main.iter().chain(own.iter()).all(|of| of.name != field.name || of.ty == field.ty);
            let shared: Fields = Rc::new(fields(&both, self.places).into_iter().filter(same).collect());
            if !self.maker.one_in(5) && shared.iter().any(|field| field.values.len() > 1 && is_key(&field.ty)) {
                let name = self.key(&shared, &[]).swap_remove(0);
                tests.push(Node::leaf("", format!("{name} == this.{name}")));
            }
            for _ in 0..self.maker.dice.pick(&[0, 1, 1, 2]) {
                tests.push(self.conjunct(&scope, 1));
            }
            let side = self.maker.dice.pick(&["before", "before", "after", "around"]);
            let clause = Node::empty().text("\n  unless ").one(sources).many(" where ", tests, " and ", 0);
            node = node.maybe(clause.text(" within ").one(self.width()).text(format!(" {side}")));
        }
        node
    }

    fn show(&mut self, node: Node, scope: &Scope) -> Node {
        let columns = (0..self.maker.below(5)).map(|at| {
            let ty = self.maker.some_type(scope);
            let depth = self.maker.dice.pick(&[0, 1, 1, 2]);
            let value = match self.maker.dice.below(8) {
                0 | 1 if scope.place == Place::Evidence => {
                    let ty = self.maker.exact_type(scope);
                    self.maker.set(&ty, scope)
                }
                2 => self.place(scope).unwrap_or_else(|| self.maker.solid(&ty, scope, depth)),
                _ => self.maker.solid(&ty, scope, depth),
            };
            Node::of("", &format!("c{at} = {{}}"), [value])
        });
        let columns = columns.collect();
        node.many("\n  show ", columns, ", ", 0)
    }

    /// Where an event of the match was.
    fn place(&mut self, scope: &Scope) -> Option<Node> {
        let has = |event: &&Named| event.fields.iter().any(|field| field.name == "location");
        let known: Vec<&Named> = scope.events.iter().filter(has).collect();
        let event = if known.is_empty() { None } else { Some(*self.maker.choose(&known)) }?;
        Some(Node::leaf("location", format!("{}location", event.prefix)))
    }
}
