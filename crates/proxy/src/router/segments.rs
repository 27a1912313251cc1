//! A tree of path templates, segment by segment.

use super::layer::Search;
use super::path::Leaf;
use model::predicate::Segment;
use model::table::PathNormalization;
use policy::path::pattern_text;
use std::collections::HashMap;

/// Places by template. Nodes name each other by index, the root is the first.
#[derive(Default)]
pub(super) struct SegmentTrie {
    nodes: Vec<Node>,
}

struct Node {
    /// The best place here and below.
    best: u32,
    /// Templates that end here.
    ends: Leaf,
    /// Templates that take the rest of the path from here.
    rest: Leaf,
    param: Option<u32>,
    literals: Literals,
}

impl SegmentTrie {
    /// Places must come in ascending order.
    pub(super) fn insert(&mut self, segments: &[Segment], rules: PathNormalization, place: u32) {
        if self.nodes.is_empty() {
            self.add(place);
        }
        let mut at = 0;
        for segment in segments {
            at = match segment {
                Segment::Literal(text) => self.literal(at, &pattern_text(text, rules), place),
                Segment::Param(_) => self.param(at, place),
                Segment::Rest(_) => return self.nodes[at].rest.push(place),
            };
        }
        self.nodes[at].ends.push(place);
    }

    fn literal(&mut self, at: usize, text: &str, place: u32) -> usize {
        if let Some(child) = self.nodes[at].literals.of(text) {
            return child as usize;
        }
        let child = self.add(place);
        self.nodes[at].literals.insert(text, child);
        child as usize
    }

    fn param(&mut self, at: usize, place: u32) -> usize {
        if let Some(child) = self.nodes[at].param {
            return child as usize;
        }
        let child = self.add(place);
        self.nodes[at].param = Some(child);
        child as usize
    }

    /// Places ascend, so whoever makes a node is the best below it.
    fn add(&mut self, place: u32) -> u32 {
        let literals = Literals::Few(Vec::new());
        self.nodes.push(Node { best: place, ends: Leaf::new(), rest: Leaf::new(), param: None, literals });
        u32::try_from(self.nodes.len() - 1).expect("a table has fewer than four billion segments")
    }

    /// Asks the places of every template that the path fits.
    pub(super) fn search(&self, search: &mut Search<'_>) {
        if let Some(root) = self.nodes.first()
            && let Some(path) = search.path.strip_prefix('/')
        {
            self.walk(root, Some(path), search);
        }
    }

    /// `left` is what follows the last slash; `None` when the path has ended. Depth is that of the longest template.
    fn walk(&self, node: &Node, left: Option<&str>, search: &mut Search<'_>) {
        if node.best >= search.best {
            return;
        }
        let Some(left) = left else { return search.ask(&node.ends) };
        let (segment, after) = match memchr::memchr(b'/', left.as_bytes()) {
            Some(slash) => (&left[..slash], Some(&left[slash + 1..])),
            None => (left, None),
        };
        if let Some(child) = node.literals.of(segment) {
            self.walk(&self.nodes[child as usize], after, search);
        }
        if let Some(child) = node.param
            && !segment.is_empty()
        {
            self.walk(&self.nodes[child as usize], after, search);
        }
        if !left.is_empty() {
            search.ask(&node.rest);
        }
    }
}

/// Children by text. A handful is compared faster than hashed.
enum Literals {
    Few(Vec<(Box<str>, u32)>),
    Many(HashMap<Box<str>, u32>),
}

/// Up to here children are compared one by one.
const FEW: usize = 8;

impl Literals {
    fn of(&self, text: &str) -> Option<u32> {
        match self {
            Self::Few(list) => list.iter().find(|(known, _)| **known == *text).map(|(_, child)| *child),
            Self::Many(map) => map.get(text).copied(),
        }
    }

    fn insert(&mut self, text: &str, child: u32) {
        match self {
            Self::Few(list) if list.len() < FEW => {
                list.reserve_exact(1); // most have one child only, and there may be very many of them
                list.push((text.into(), child));
            }
            Self::Few(list) => {
                let mut map: HashMap<_, _> = std::mem::take(list).into_iter().collect();
                map.insert(text.into(), child);
                *self = Self::Many(map);
            }
            Self::Many(map) => {
                map.insert(text.into(), child);
            }
        }
    }
}
