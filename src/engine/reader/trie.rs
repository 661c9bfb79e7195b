//! The paths that matter, as one tree over all sources: a record is walked once, and what no path names is skipped.
//!
//! Keys compare without ASCII letter case. A node is a path; whether its value is kept is a mark on it.

use crate::catalog::Path;

/// A node: the index of its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(u32);

impl NodeId {
    /// The record itself.
    pub(super) const ROOT: Self = Self(0);

    /// For indexing what is kept per node.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The tree.
#[derive(Debug)]
pub(super) struct Trie {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    /// From the root, for messages.
    path: String,
    /// Keys in lower case.
    children: Vec<(Box<str>, NodeId)>,
    /// Open addressing over `children`: one more than the position, zero for free. At most a quarter is used, so that a key
    /// that is not wanted, the common case, is known from one look.
    slots: Vec<u32>,
    wanted: bool,
    tested: bool,
}

impl Trie {
    /// A tree of the root alone.
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node::default()] }
    }

    /// How many nodes.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Adds a path whose value is to be kept.
    pub(super) fn want(&mut self, path: &Path) -> NodeId {
        let node = path.0.iter().fold(NodeId::ROOT, |node, key| self.child_or_new(node, key));
        self.nodes[node.index()].wanted = true;
        node
    }

    /// Adds a path whose value tells records apart: the items of an array count too.
    pub(super) fn test(&mut self, path: &Path) -> NodeId {
        let node = self.want(path);
        self.nodes[node.index()].tested = true;
        node
    }

    fn child_or_new(&mut self, parent: NodeId, key: &str) -> NodeId {
        if let Some(child) = self.child(parent, key) {
            return child;
        }
        // A catalogue with more paths than this cannot be loaded into memory in the first place.
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let parent_path = &self.nodes[parent.index()].path;
        let path = if parent_path.is_empty() { key.to_owned() } else { format!("{parent_path}.{key}") };
        self.nodes.push(Node { path, ..Node::default() });
        self.nodes[parent.index()].add(key, id);
        id
    }

    /// The child of a node by its key.
    #[inline]
    pub(super) fn child(&self, node: NodeId, key: impl AsRef<[u8]>) -> Option<NodeId> {
        let key = key.as_ref();
        let node = &self.nodes[node.index()];
        if node.slots.is_empty() {
            return None;
        }
        let mut slot = hash(key) & (node.slots.len() - 1);
        while node.slots[slot] != 0 {
            let (name, child) = &node.children[node.slots[slot] as usize - 1];
            if name.as_bytes().eq_ignore_ascii_case(key) {
                return Some(*child);
            }
            slot = (slot + 1) & (node.slots.len() - 1);
        }
        None
    }

    /// All children of a node.
    pub(super) fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        self.nodes[node.index()].children.iter().map(|(_, child)| *child)
    }

    /// Whether paths go on below a node.
    #[inline]
    pub(super) fn has_children(&self, node: NodeId) -> bool {
        !self.nodes[node.index()].children.is_empty()
    }

    /// Whether the value at a node is kept.
    #[inline]
    pub(super) fn is_wanted(&self, node: NodeId) -> bool {
        self.nodes[node.index()].wanted
    }

    /// Whether the items of an array at a node are kept.
    pub(super) fn is_tested(&self, node: NodeId) -> bool {
        self.nodes[node.index()].tested
    }

    /// The path of a node.
    pub(super) fn path(&self, node: NodeId) -> &str {
        &self.nodes[node.index()].path
    }
}

impl Node {
    fn add(&mut self, key: &str, child: NodeId) {
        self.children.push((key.to_ascii_lowercase().into_boxed_str(), child));
        self.slots = vec![0; (self.children.len() * 4).next_power_of_two()];
        for (position, (key, _)) in (1u32..).zip(&self.children) {
            let mut slot = hash(key.as_bytes()) & (self.slots.len() - 1);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            self.slots[slot] = position;
        }
    }
}

/// Length and three letters, letter case aside: enough to tell the keys of a record apart.
#[inline]
fn hash(bytes: &[u8]) -> usize {
    let letter = |at: usize| bytes.get(at).map_or(0, |byte| usize::from(byte | 0x20));
    let mixed = bytes
        .len()
        .wrapping_mul(0x9e37_79b1)
        .wrapping_add(letter(0).wrapping_mul(0x85eb_ca77))
        .wrapping_add(letter(bytes.len() / 2).wrapping_mul(0xc2b2_ae3d))
        .wrapping_add(letter(bytes.len().wrapping_sub(1)).wrapping_mul(0x27d4_eb2f));
    mixed ^ (mixed >> 15)
}

#[cfg(test)]
mod tests {
    use super::{NodeId, Trie};
    use crate::catalog::Path;

    #[test]
    fn keys_are_found_in_any_letter_case_and_no_other_keys_are() {
        let mut trie = Trie::new();
        let names: Vec<String> = (0..200).map(|number| format!("Column{number}")).collect();
        let nodes: Vec<NodeId> = names.iter().map(|name| trie.want(&Path::parse(name))).collect();
        for (name, node) in names.iter().zip(nodes) {
            assert_eq!(trie.child(NodeId::ROOT, name), Some(node));
            assert_eq!(trie.child(NodeId::ROOT, name.to_uppercase()), Some(node));
            assert_eq!(trie.child(NodeId::ROOT, format!("{name}x")), None);
        }
        assert_eq!(trie.child(NodeId::ROOT, ""), None);
    }

    #[test]
    fn paths_that_differ_only_in_letter_case_are_one_node() {
        let mut trie = Trie::new();
        let node = trie.want(&Path::parse("properties.C_Sid"));
        assert_eq!(trie.want(&Path::parse("Properties.c_sid")), node);
        assert_eq!(trie.path(node), "properties.C_Sid");
    }
}
