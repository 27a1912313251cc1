//! A tree of path templates, segment by segment.
//!
//! It is planted node by node and then laid out flat: literals that follow each other without a choice become one text,
//! and the nodes of a way stand one behind the other.

use super::flat::{Places, Pool, Text, count};
use super::layer::Search;
use hashbrown::{DefaultHashBuilder, HashTable};
use model::predicate::Segment;
use model::table::PathNormalization;
use policy::path::pattern_text;
use std::collections::BTreeMap;
use std::hash::BuildHasher;

/// Places by template, ready for lookup.
#[derive(Default)]
pub(super) struct SegmentTrie {
    /// The root is the first.
    nodes: Box<[Node]>,
    /// Children of nodes that have many, by their first segment.
    tables: Box<[HashTable<u32>]>,
    hasher: DefaultHashBuilder,
}

struct Node {
    /// Segments between the parent and here, joined by slashes.
    text: Text,
    /// The best place here and below.
    best: u32,
    /// Templates that end here.
    ends: Places,
    /// Templates that take the rest of the path from here.
    rest: Places,
    /// The child for any segment; [`NONE`] without.
    param: u32,
    literals: Literals,
}

const NONE: u32 = u32::MAX;

/// Children by text.
#[derive(Clone, Copy)]
enum Literals {
    /// So many from this node on. A handful is compared faster than hashed.
    Few(u32, u32),
    /// Those of this table.
    Many(u32),
}

/// Up to here children are compared one by one.
const FEW: usize = 4;

impl SegmentTrie {
    /// Asks the places of every template that the path fits.
    pub(super) fn search(&self, pool: &Pool, search: &mut Search<'_>) {
        if let Some(root) = self.nodes.first()
            && let Some(path) = search.path.strip_prefix('/')
        {
            self.walk(root, Some(path), pool, search);
        }
    }

    /// `left` is what follows the last slash; `None` when the path has ended. Depth is that of the longest template.
    fn walk(&self, node: &Node, left: Option<&str>, pool: &Pool, search: &mut Search<'_>) {
        if node.best >= search.best {
            return;
        }
        let Some(left) = left else { return search.ask(pool.places(&node.ends)) };
        let slash = memchr::memchr(b'/', left.as_bytes());
        let segment = &left[..slash.unwrap_or(left.len())];
        if let Some((child, after)) = self.literal(node.literals, left, segment, pool) {
            self.walk(child, after, pool, search);
        }
        if node.param != NONE && !segment.is_empty() {
            let after = slash.map(|slash| &left[slash + 1..]);
            self.walk(&self.nodes[node.param as usize], after, pool, search);
        }
        if !left.is_empty() {
            search.ask(pool.places(&node.rest));
        }
    }

    /// The child whose segments the path begins with, and what follows them. No two children begin alike.
    fn literal<'p>(
        &self,
        literals: Literals,
        left: &'p str,
        segment: &str,
        pool: &Pool,
    ) -> Option<(&Node, Option<&'p str>)> {
        let taken = |child: u32| {
            let node = &self.nodes[child as usize];
            after(left, pool.text(&node.text)).map(|after| (node, after))
        };
        match literals {
            Literals::Few(first, number) => (first..first + number).find_map(taken),
            Literals::Many(table) => {
                let begins =
                    |child: &u32| first_segment(pool.text(&self.nodes[*child as usize].text)) == segment.as_bytes();
                let hash = self.hasher.hash_one(segment.as_bytes());
                self.tables[table as usize].find(hash, begins).and_then(|child| taken(*child))
            }
        }
    }
}

/// What follows these segments: `None` inside when nothing does, not even a slash.
fn after<'p>(left: &'p str, segments: &[u8]) -> Option<Option<&'p str>> {
    let rest = left.as_bytes().strip_prefix(segments)?;
    match rest.first() {
        None => Some(None),
        Some(b'/') => left.get(segments.len() + 1..).map(Some),
        Some(_) => None,
    }
}

fn first_segment(text: &[u8]) -> &[u8] {
    &text[..memchr::memchr(b'/', text).unwrap_or(text.len())]
}

/// The tree as it grows. Nodes name each other by index, the root is the first.
#[derive(Default)]
pub(super) struct Planting {
    nodes: Vec<Young>,
}

#[derive(Default)]
struct Young {
    best: u32,
    ends: Vec<u32>,
    rest: Vec<u32>,
    param: Option<usize>,
    literals: BTreeMap<Box<str>, usize>,
}

impl Planting {
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
        if let Some(child) = self.nodes[at].literals.get(text) {
            return *child;
        }
        let child = self.add(place);
        self.nodes[at].literals.insert(text.into(), child);
        child
    }

    fn param(&mut self, at: usize, place: u32) -> usize {
        if let Some(child) = self.nodes[at].param {
            return child;
        }
        let child = self.add(place);
        self.nodes[at].param = Some(child);
        child
    }

    /// Places ascend, so whoever makes a node is the best below it.
    fn add(&mut self, place: u32) -> usize {
        self.nodes.push(Young { best: place, ..Young::default() });
        self.nodes.len() - 1
    }

    /// Lays the tree out for lookup.
    pub(super) fn lay(self, pool: &mut Pool) -> SegmentTrie {
        let (nodes, tables, hasher) = Default::default();
        let mut laying = Laying { young: &self.nodes, pool, nodes, tables, hasher };
        if !self.nodes.is_empty() {
            let root = laying.reserve(1);
            laying.node(root, 0, "");
        }
        let Laying { nodes, tables, hasher, .. } = laying;
        SegmentTrie { nodes: nodes.into(), tables: tables.into(), hasher }
    }
}

struct Laying<'a> {
    young: &'a [Young],
    pool: &'a mut Pool,
    nodes: Vec<Node>,
    tables: Vec<HashTable<u32>>,
    hasher: DefaultHashBuilder,
}

impl Laying<'_> {
    /// Places for nodes that are not known yet; the first of them.
    fn reserve(&mut self, number: usize) -> usize {
        let (first, text) = (self.nodes.len(), self.pool.keep_text(b""));
        let (ends, rest) = Default::default();
        let empty = || Node { text, best: NONE, ends, rest, param: NONE, literals: Literals::Few(0, 0) };
        self.nodes.extend(std::iter::repeat_with(empty).take(number));
        first
    }

    /// Writes a node to its place, and all below it behind. Depth is that of the longest template.
    fn node(&mut self, at: usize, young: usize, text: &str) {
        let young = &self.young[young];
        let first = self.reserve(young.literals.len());
        let literals = self.literals(first, &young.literals);
        for (place, (text, child)) in (first..).zip(&young.literals) {
            let (child, text) = self.end_of_way(*child, text);
            self.node(place, child, &text);
        }
        let param = young.param.map_or(NONE, |child| {
            let place = self.reserve(1);
            self.node(place, child, "");
            count(place)
        });
        let (ends, rest) = (self.pool.keep_places(&young.ends), self.pool.keep_places(&young.rest));
        let text = self.pool.keep_text(text.as_bytes());
        self.nodes[at] = Node { text, best: young.best, ends, rest, param, literals };
    }

    /// Goes on from a literal to where there is a choice or an end.
    fn end_of_way(&self, mut at: usize, text: &str) -> (usize, String) {
        let mut text = text.to_owned();
        loop {
            let Young { ends, rest, param, literals, .. } = &self.young[at];
            let mut children = literals.iter();
            let (Some((next, child)), None) = (children.next(), children.next()) else { return (at, text) };
            if !ends.is_empty() || !rest.is_empty() || param.is_some() {
                return (at, text);
            }
            text.push('/');
            text.push_str(next);
            at = *child;
        }
    }

    fn literals(&mut self, first: usize, children: &BTreeMap<Box<str>, usize>) -> Literals {
        if children.len() <= FEW {
            return Literals::Few(count(first), count(children.len()));
        }
        let texts: Vec<&str> = children.keys().map(|text| &**text).collect();
        let hash_of = |place: &u32| self.hasher.hash_one(texts[*place as usize - first].as_bytes());
        let mut table = HashTable::with_capacity(children.len());
        for place in (count(first)..).take(texts.len()) {
            table.insert_unique(hash_of(&place), place, hash_of);
        }
        self.tables.push(table);
        Literals::Many(count(self.tables.len() - 1))
    }
}
