//! The tree of a generated rule: its text in pieces, and the smaller trees that it can be shrunk to.
//!
//! A piece knows what kind it is (`bool`, `name`, …), so that it can be replaced by a part of itself of that kind. Whether a smaller
//! tree is still a rule is for the checker to say.

/// A piece of text with parts.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it can be exchanged for: an expression's type; empty for what stays as it is.
    kind: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    One(Node),
    /// May be left out.
    Maybe(Node),
    Many(List),
}

#[derive(Clone, Debug)]
struct List {
    before: String,
    items: Vec<Node>,
    between: &'static str,
    least: usize,
}

impl Node {
    /// Text without parts.
    pub fn leaf(kind: impl Into<String>, text: impl Into<String>) -> Self {
        Self { kind: kind.into(), parts: vec![Part::Text(text.into())] }
    }

    /// `{}` in the template stands for one of the nodes, in order.
    pub fn of(kind: impl Into<String>, template: &str, nodes: impl IntoIterator<Item = Self>) -> Self {
        let mut node = Self { kind: kind.into(), parts: Vec::new() };
        let mut pieces = template.split("{}");
        node.parts.extend(pieces.next().map(|piece| Part::Text(piece.to_owned())));
        for inner in nodes {
            node.parts.push(Part::One(inner));
            node.parts.push(Part::Text(pieces.next().unwrap().to_owned()));
        }
        assert_eq!(pieces.next(), None, "{template}");
        node
    }

    /// Nothing yet.
    pub fn empty() -> Self {
        Self { kind: String::new(), parts: Vec::new() }
    }

    /// Goes on with text.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// Goes on with a part.
    pub fn one(mut self, node: Self) -> Self {
        self.parts.push(Part::One(node));
        self
    }

    /// Goes on with a part that can be left out.
    pub fn maybe(mut self, node: Self) -> Self {
        self.parts.push(Part::Maybe(node));
        self
    }

    /// Goes on with parts of which at least so many must stay. Nothing is written where there is none.
    pub fn many(mut self, before: &str, items: Vec<Self>, between: &'static str, least: usize) -> Self {
        self.parts.push(Part::Many(List { before: before.to_owned(), items, between, least }));
        self
    }

    /// The text.
    pub fn write(&self) -> String {
        self.parts.iter().map(Part::write).collect()
    }

    /// All trees that are one step smaller, the largest steps first.
    pub fn smaller(&self) -> Vec<Self> {
        let mut found = Vec::new();
        if !self.kind.is_empty() {
            self.below(&mut |node| {
                if node.kind == self.kind {
                    found.push(node.clone());
                }
            });
            // A part of a part comes later than the part.
            found.sort_by_key(|node| node.write().len());
        }
        for (at, part) in self.parts.iter().enumerate() {
            for smaller in part.smaller() {
                let mut parts = self.parts.clone();
                match smaller {
                    Some(smaller) => parts[at] = smaller,
                    None => drop(parts.remove(at)),
                }
                found.push(Self { kind: self.kind.clone(), parts });
            }
        }
        found
    }

    fn below(&self, visit: &mut impl FnMut(&Self)) {
        for part in &self.parts {
            let nodes: &[Self] = match part {
                Part::Text(_) => &[],
                Part::One(node) | Part::Maybe(node) => std::slice::from_ref(node),
                Part::Many(list) => &list.items,
            };
            for node in nodes {
                visit(node);
                node.below(visit);
            }
        }
    }
}

impl Part {
    fn write(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::One(node) | Self::Maybe(node) => node.write(),
            Self::Many(list) if list.items.is_empty() => String::new(),
            Self::Many(list) => {
                let items: Vec<String> = list.items.iter().map(Node::write).collect();
                format!("{}{}", list.before, items.join(list.between))
            }
        }
    }

    /// Smaller parts; `None` where it can be left out.
    fn smaller(&self) -> Vec<Option<Self>> {
        match self {
            Self::Text(_) => Vec::new(),
            Self::One(node) => node.smaller().into_iter().map(|node| Some(Self::One(node))).collect(),
            Self::Maybe(node) => {
                let inside = node.smaller().into_iter().map(|node| Some(Self::Maybe(node)));
                std::iter::once(None).chain(inside).collect()
            }
            Self::Many(list) => list.smaller().into_iter().map(|list| Some(Self::Many(list))).collect(),
        }
    }
}

impl List {
    fn smaller(&self) -> Vec<Self> {
        let mut found = Vec::new();
        if self.items.len() > self.least {
            for at in 0..self.items.len() {
                let mut items = self.items.clone();
                items.remove(at);
                found.push(Self { items, ..self.clone() });
            }
        }
        for (at, item) in self.items.iter().enumerate() {
            for smaller in item.smaller() {
                let mut items = self.items.clone();
                items[at] = smaller;
                found.push(Self { items, ..self.clone() });
            }
        }
        found
    }
}

#[test]
fn a_tree_shrinks_to_its_parts() {
    let one = |text: &str| Node::leaf("bool", text);
    let tree = Node::of("bool", "({} and {})", [one("a"), Node::of("bool", "not ({})", [one("b")])]);
    let smaller: Vec<String> = tree.smaller().iter().map(Node::write).collect();
    assert_eq!(smaller, ["a", "b", "not (b)", "(a and b)"]);
    let list = Node::empty().text("from x").many(" show ", vec![one("a"), one("b")], ", ", 0).maybe(one(" by c"));
    let smaller: Vec<String> = list.smaller().iter().map(Node::write).collect();
    assert_eq!(smaller, ["from x show b by c", "from x show a by c", "from x show a, b"]);
}
