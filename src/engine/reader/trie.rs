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
    /// Open addressing over `children`. At most a quarter is used, so that a key that is not wanted, the common case, is known
    /// from one look.
    slots: Vec<Slot>,
    wanted: bool,
    tested: bool,
}

/// Where a child may be found.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    sign: Sign,
    /// One more than its position among the children, zero if the slot is free.
    position: u32,
}

/// What most keys are told apart by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sign {
    /// The first eight bytes, letter case aside.
    start: u64,
    length: u32,
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
    pub(super) fn child(&self, node: NodeId, key: impl AsRef<[u8]>) -> Option<NodeId> {
        let key = key.as_ref();
        self.child_at(node, key, 0, key.len())
    }

    /// The child of a node by its key, which is part of a text.
    #[inline]
    pub(super) fn child_at(&self, node: NodeId, text: &[u8], start: usize, end: usize) -> Option<NodeId> {
        let node = &self.nodes[node.index()];
        let sign = Sign::of(text, start, end);
        let mut slot = sign.slot(node.slots.len());
        loop {
            let found = node.slots.get(slot)?;
            if found.position == 0 {
                return None;
            }
            if found.sign == sign {
                let (name, child) = &node.children[found.position as usize - 1];
                if name.as_bytes().eq_ignore_ascii_case(&text[start..end]) {
                    return Some(*child);
                }
            }
            slot = (slot + 1) & (node.slots.len() - 1);
        }
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
        self.slots = vec![Slot::default(); (self.children.len() * 4).next_power_of_two()];
        for (position, (key, _)) in (1u32..).zip(&self.children) {
            let sign = Sign::of(key.as_bytes(), 0, key.len());
            let mut slot = sign.slot(self.slots.len());
            while self.slots[slot].position != 0 {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            self.slots[slot] = Slot { sign, position };
        }
    }
}

impl Sign {
    #[inline]
    fn of(text: &[u8], start: usize, end: usize) -> Self {
        let length = end - start;
        let word = match text.get(start..).and_then(<[u8]>::first_chunk::<8>) {
            Some(eight) => u64::from_le_bytes(*eight),
            None => text[start..].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
        };
        let unused = 8 * (8 - length.min(8));
        // A shift by all 64 bits is none.
        let start = if length == 0 { 0 } else { (word | 0x2020_2020_2020_2020) << unused };
        #[expect(clippy::cast_possible_truncation, reason = "longer keys are compared in full")]
        Self { start, length: length as u32 }
    }

    /// The place in a table of so many slots, a power of two or none.
    #[inline]
    fn slot(self, slots: usize) -> usize {
        let mixed = (self.start ^ u64::from(self.length)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as usize & slots.wrapping_sub(1)
    }
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
