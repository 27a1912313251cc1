//! A tree of path beginnings, byte by byte: one walk meets every prefix of a path.

use super::layer::Search;
use super::path::Leaf;
use smallvec::SmallVec;

/// Places by prefix. Nodes name each other by index, the root is the first.
#[derive(Default)]
pub(super) struct Radix {
    nodes: Vec<Node>,
}

struct Node {
    /// Bytes between the parent and here.
    edge: Box<[u8]>,
    /// The best place here and below.
    best: u32,
    leaf: Leaf,
    /// First bytes of the children's edges, and the children.
    keys: SmallVec<[u8; 8]>,
    children: SmallVec<[u32; 4]>,
}

impl Radix {
    /// Places must come in ascending order.
    pub(super) fn insert(&mut self, prefix: &str, place: u32) {
        if self.nodes.is_empty() {
            self.add(b"", place);
        }
        let mut left = prefix.as_bytes();
        let mut at = 0;
        while let Some(first) = left.first() {
            let Some(child) = self.nodes[at].child(*first) else {
                let new = self.add(left, place);
                self.nodes[at].keys.push(*first);
                self.nodes[at].children.push(new);
                at = new as usize;
                break;
            };
            let common = common_bytes(&self.nodes[child as usize].edge, left);
            at = child as usize;
            if common < self.nodes[at].edge.len() {
                self.split(at, common);
            }
            left = &left[common..];
        }
        self.nodes[at].leaf.push(place);
    }

    fn add(&mut self, edge: &[u8], place: u32) -> u32 {
        let node = Node {
            edge: edge.into(),
            best: place,
            leaf: Leaf::new(),
            keys: SmallVec::new(),
            children: SmallVec::new(),
        };
        self.nodes.push(node);
        u32::try_from(self.nodes.len() - 1).expect("a table has fewer than four billion prefixes")
    }

    /// Cuts the node's edge: it keeps the first bytes, a new child takes over the rest and all it had.
    fn split(&mut self, at: usize, bytes: usize) {
        let best = self.nodes[at].best; // places ascend: who was here first is the best
        let edge = std::mem::take(&mut self.nodes[at].edge);
        let lower = self.add(&edge[bytes..], best);
        let upper = &mut self.nodes[at];
        upper.edge = edge[..bytes].into();
        let leaf = std::mem::take(&mut upper.leaf);
        let keys = std::mem::replace(&mut upper.keys, SmallVec::from_slice(&[edge[bytes]]));
        let children = std::mem::replace(&mut upper.children, SmallVec::from_slice(&[lower]));
        let lower = &mut self.nodes[lower as usize];
        (lower.leaf, lower.keys, lower.children) = (leaf, keys, children);
    }

    /// Asks the places of every prefix of the path.
    pub(super) fn search(&self, search: &mut Search<'_>) {
        let mut left = search.path.as_bytes();
        let mut next = self.nodes.first();
        while let Some(node) = next {
            if node.best >= search.best {
                return;
            }
            search.ask(&node.leaf);
            let child = left.first().and_then(|first| node.child(*first));
            next = child.map(|child| &self.nodes[child as usize]);
            match next.and_then(|child| left.strip_prefix(&*child.edge)) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    }
}

impl Node {
    fn child(&self, first: u8) -> Option<u32> {
        self.keys.iter().position(|key| *key == first).map(|at| self.children[at])
    }
}

fn common_bytes(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
