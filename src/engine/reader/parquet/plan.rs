//! Which columns are read, and for what: those that paths of the tree name.

use super::pages::Levels;
use super::schema::{Content, Group, Leaf, Meaning, Node, Repetition};
use crate::engine::reader::trie::{NodeId, Trie};

/// A leaf that is read.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// For messages.
    pub(super) path: String,
    pub(super) place: Place,
    /// The groups that it tells to be there: the node, and the definition level from which on they are. Outer ones first.
    pub(super) marks: Vec<(NodeId, u32)>,
    pub(super) purpose: Purpose,
}

/// A leaf, and how deep it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) index: usize,
    pub(super) leaf: Leaf,
    pub(super) levels: Levels,
}

/// What a leaf is read for.
#[derive(Clone, Debug)]
pub(super) enum Purpose {
    /// Only for its marks.
    Marks,
    Value(NodeId),
    List {
        node: NodeId,
        from: Extent,
        /// Whether its items matter.
        items: bool,
    },
    /// The leaf is its keys.
    Map {
        node: NodeId,
        from: Extent,
        values: Option<Box<Column>>,
    },
}

/// The definition levels of something that repeats.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// From this on it is there.
    pub(super) there: u32,
    /// From this on it has something in it.
    pub(super) filled: u32,
}

/// The leaves to read.
pub(super) fn columns(nodes: &[Node], trie: &Trie) -> Vec<Column> {
    let mut planner = Planner { trie, columns: Vec::new() };
    nodes.iter().for_each(|node| planner.node(node, NodeId::ROOT, "", 0));
    planner.columns
}

struct Planner<'t> {
    trie: &'t Trie,
    columns: Vec<Column>,
}

impl Planner<'_> {
    fn node(&mut self, node: &Node, parent: NodeId, above: &str, definition: u32) {
        let Some(id) = self.trie.child(parent, &node.name) else { return };
        let path = if above.is_empty() { node.name.clone() } else { format!("{above}.{}", node.name) };
        let here = definition + u32::from(node.repetition == Repetition::Optional);
        if node.repetition == Repetition::Repeated {
            let from = Extent { there: definition, filled: definition + 1 };
            return self.list(node, id, path, from, definition);
        }
        match &node.content {
            Content::Leaf(index, leaf) => {
                let is_text = matches!(leaf.meaning, Meaning::Text | Meaning::Json);
                if self.trie.is_wanted(id) || is_text {
                    let levels = Levels { definition: here, repetition: 0 };
                    self.add(path, Place { index: *index, leaf: *leaf, levels }, Purpose::Value(id));
                }
            }
            Content::Group(Group::Struct, children) => self.group(children, id, &path, here),
            Content::Group(kind, children) => {
                let from = Extent { there: here, filled: here + 1 };
                match children.as_slice() {
                    [inner] if inner.repetition == Repetition::Repeated && *kind == Group::List => {
                        self.list(inner, id, path, from, here);
                    }
                    [inner] if inner.repetition == Repetition::Repeated => self.map(inner, id, path, from),
                    _ => self.group(children, id, &path, here),
                }
            }
        }
    }

    fn add(&mut self, path: String, place: Place, purpose: Purpose) {
        self.columns.push(Column { path, place, marks: Vec::new(), purpose });
    }

    fn group(&mut self, children: &[Node], id: NodeId, path: &str, here: u32) {
        let first = self.columns.len();
        children.iter().for_each(|child| self.node(child, id, path, here));
        if !self.trie.is_wanted(id) {
            return;
        }
        if self.columns.len() == first
            && let Some(place) = children.iter().find_map(|child| first_leaf(child, here, 0))
        {
            self.add(path.to_owned(), place, Purpose::Marks);
        }
        if let Some(column) = self.columns.get_mut(first) {
            column.marks.insert(0, (id, here));
        }
    }

    /// `repeated` is what repeats, in something whose levels are `from`.
    fn list(&mut self, repeated: &Node, node: NodeId, path: String, from: Extent, definition: u32) {
        if !self.trie.is_wanted(node) {
            return;
        }
        let Some(place) = first_leaf(repeated, definition, 0) else { return };
        let items = self.trie.is_tested(node) && is_scalar(repeated);
        self.add(path, place, Purpose::List { node, from, items });
    }

    fn map(&mut self, entries: &Node, node: NodeId, path: String, from: Extent) {
        let Content::Group(_, children) = &entries.content else { return };
        let [keys, rest @ ..] = children.as_slice() else { return };
        let Content::Leaf(..) = keys.content else { return };
        let Some(place) = first_leaf(keys, from.filled, 1) else { return };
        let value = rest.first().filter(|value| matches!(value.content, Content::Leaf(..)));
        let values = value.and_then(|value| first_leaf(value, from.filled, 1)).map(|place| {
            let path = format!("{path}.{}", rest[0].name);
            Box::new(Column { path, place, marks: Vec::new(), purpose: Purpose::Marks })
        });
        self.add(path, place, Purpose::Map { node, from, values });
    }
}

/// Whether the items of a list are its leaves.
fn is_scalar(repeated: &Node) -> bool {
    match &repeated.content {
        Content::Leaf(..) => true,
        Content::Group(_, children) => match children.as_slice() {
            [item] => matches!(item.content, Content::Leaf(..)) && item.repetition != Repetition::Repeated,
            _ => false,
        },
    }
}

/// The first leaf of a node, whose parent has these levels.
fn first_leaf(node: &Node, definition: u32, repetition: u32) -> Option<Place> {
    let repeats = u32::from(node.repetition == Repetition::Repeated);
    let definition = definition + u32::from(node.repetition != Repetition::Required);
    let repetition = repetition + repeats;
    match &node.content {
        Content::Leaf(index, leaf) => {
            Some(Place { index: *index, leaf: *leaf, levels: Levels { definition, repetition } })
        }
        Content::Group(_, children) => children.iter().find_map(|child| first_leaf(child, definition, repetition)),
    }
}

impl Column {
    /// The values of a map.
    pub(super) fn values(&self) -> Option<&Self> {
        match &self.purpose {
            Purpose::Map { values, .. } => values.as_deref(),
            Purpose::Marks | Purpose::Value(_) | Purpose::List { .. } => None,
        }
    }
}
