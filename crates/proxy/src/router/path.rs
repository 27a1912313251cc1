//! The second half of the index: which places a path may take.

use super::flat::{Places, Pool, Text};
use super::layer::Search;
use super::{radix, segments};
use hashbrown::{DefaultHashBuilder, HashTable};
use model::predicate::{PathPattern, PathTemplate, Segment};
use model::table::PathNormalization;
use policy::path::pattern_text;
use policy::predicate::literal_beginning;
use std::collections::HashMap;
use std::hash::BuildHasher;

/// Places by path, ready for lookup.
#[derive(Default)]
pub(super) struct PathIndex {
    exact: HashTable<(Text, Places)>,
    hasher: DefaultHashBuilder,
    /// Prefixes; also what has no path (an empty prefix), and expressions by the characters they begin with.
    prefixes: radix::Radix,
    templates: segments::SegmentTrie,
    pool: Pool,
}

impl PathIndex {
    /// Asks everyone here whose path holds and who could still win.
    pub(super) fn search(&self, search: &mut Search<'_>) {
        let path = search.path.as_bytes();
        if !self.exact.is_empty()
            && let Some((_, places)) =
                self.exact.find(self.hasher.hash_one(path), |(text, _)| self.pool.text(text) == path)
        {
            search.ask(self.pool.places(places));
        }
        self.templates.search(&self.pool, search);
        self.prefixes.search(&self.pool, search);
    }
}

/// Places by path, as they come together.
#[derive(Default)]
pub(super) struct Planting {
    exact: HashMap<Box<str>, Vec<u32>>,
    prefixes: radix::Planting,
    templates: segments::Planting,
}

impl Planting {
    /// Places must come in ascending order.
    pub(super) fn insert(&mut self, pattern: Option<&PathPattern>, rules: PathNormalization, place: u32) {
        match pattern {
            None => self.prefixes.insert("", place),
            Some(PathPattern::Exact(text)) => self.insert_exact(pattern_text(text, rules), place),
            Some(PathPattern::Prefix(text)) => self.prefixes.insert(&pattern_text(text, rules), place),
            Some(PathPattern::Template(template)) if template.is_literal() => {
                self.insert_exact(pattern_text(&literal_path(template), rules), place);
            }
            Some(PathPattern::Template(template)) => self.templates.insert(&template.segments, rules, place),
            Some(PathPattern::Regex(pattern)) => self.prefixes.insert(&literal_beginning(pattern), place),
        }
    }

    fn insert_exact(&mut self, text: String, place: u32) {
        self.exact.entry(text.into()).or_default().push(place);
    }

    /// Lays it out for lookup.
    pub(super) fn lay(self) -> PathIndex {
        let (mut pool, hasher) = (Pool::default(), DefaultHashBuilder::default());
        let mut exact = HashTable::with_capacity(self.exact.len());
        for (text, places) in &self.exact {
            let row = (pool.keep_text(text.as_bytes()), pool.keep_places(places));
            let hash_of = |row: &(Text, Places)| hasher.hash_one(pool.text(&row.0));
            exact.insert_unique(hasher.hash_one(text.as_bytes()), row, hash_of);
        }
        let (prefixes, templates) = (self.prefixes.lay(&mut pool), self.templates.lay(&mut pool));
        pool.settle();
        PathIndex { exact, hasher, prefixes, templates, pool }
    }
}

fn literal_path(template: &PathTemplate) -> String {
    let mut path = String::new();
    for segment in &template.segments {
        if let Segment::Literal(text) = segment {
            path.push('/');
            path.push_str(text);
        }
    }
    path
}
