//! A tree of path beginnings, byte by byte: one walk meets every prefix of a path.
//!
//! It is planted node by node and then laid out flat, the children of a node side by side.

use super::flat::{Places, Pool, Text, count};
use super::layer::Search;

/// Places by prefix, ready for lookup.
#[derive(Default)]
pub(super) struct Radix {
    /// The root is the first.
    nodes: Box<[Node]>,
}

struct Node {
    /// Bytes between the parent and here.
    edge: Text,
    /// First bytes of the children's edges, in order of the children.
    keys: Text,
    /// The best place here and below.
    best: u32,
    /// The first of the children.
    children: u32,
    leaf: Places,
}

impl Radix {
    /// Asks the places of every prefix of the path.
    pub(super) fn search(&self, pool: &Pool, search: &mut Search<'_>) {
        let mut left = search.path.as_bytes();
        let mut next = self.nodes.first();
        while let Some(node) = next {
            if node.best >= search.best {
                return;
            }
            search.ask(pool.places(&node.leaf));
            let child = left.first().and_then(|first| pool.text(&node.keys).iter().position(|key| key == first));
            next = child.map(|child| &self.nodes[node.children as usize + child]);
            match next.and_then(|child| left.strip_prefix(pool.text(&child.edge))) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    }
}

/// The tree as it grows. Nodes name each other by index, the root is the first.
#[derive(Default)]
pub(super) struct Planting {
    nodes: Vec<Young>,
}

#[derive(Default)]
struct Young {
    edge: Vec<u8>,
    best: u32,
    leaf: Vec<u32>,
    children: Vec<usize>,
}

impl Planting {
    /// Places must come in ascending order.
    pub(super) fn insert(&mut self, prefix: &str, place: u32) {
        if self.nodes.is_empty() {
            self.add(b"", place);
        }
        let mut left = prefix.as_bytes();
        let mut at = 0;
        while let Some(first) = left.first() {
            let Some(child) = self.child(at, *first) else {
                let new = self.add(left, place);
                self.nodes[at].children.push(new);
                at = new;
                break;
            };
            let common = common_bytes(&self.nodes[child].edge, left);
            at = child;
            if common < self.nodes[at].edge.len() {
                self.split(at, common);
            }
            left = &left[common..];
        }
        self.nodes[at].leaf.push(place);
    }

    fn child(&self, at: usize, first: u8) -> Option<usize> {
        self.nodes[at].children.iter().copied().find(|child| self.nodes[*child].edge.first() == Some(&first))
    }

    fn add(&mut self, edge: &[u8], place: u32) -> usize {
        self.nodes.push(Young { edge: edge.into(), best: place, ..Young::default() });
        self.nodes.len() - 1
    }

    /// Cuts the node's edge: it keeps the first bytes, a new child takes over the rest and all it had.
    fn split(&mut self, at: usize, bytes: usize) {
        let lower = self.nodes.len();
        let upper = &mut self.nodes[at];
        let edge = upper.edge.split_off(bytes);
        let leaf = std::mem::take(&mut upper.leaf);
        let children = std::mem::replace(&mut upper.children, vec![lower]);
        let best = upper.best; // places ascend: who was here first is the best
        self.nodes.push(Young { edge, best, leaf, children });
    }

    /// Lays the tree out for lookup: level by level, so that children stand side by side.
    pub(super) fn lay(self, pool: &mut Pool) -> Radix {
        let mut nodes = Vec::with_capacity(self.nodes.len());
        let mut level: Vec<usize> = if self.nodes.is_empty() { Vec::new() } else { vec![0] };
        while !level.is_empty() {
            let mut children = nodes.len() + level.len();
            let mut next = Vec::new();
            for young in level.iter().map(|at| &self.nodes[*at]) {
                let keys: Vec<u8> = young.children.iter().map(|child| self.nodes[*child].edge[0]).collect();
                let (edge, keys) = (pool.keep_text(&young.edge), pool.keep_text(&keys));
                let leaf = pool.keep_places(&young.leaf);
                nodes.push(Node { edge, keys, best: young.best, children: count(children), leaf });
                children += young.children.len();
                next.extend(&young.children);
            }
            level = next;
        }
        Radix { nodes: nodes.into() }
    }
}

fn common_bytes(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
