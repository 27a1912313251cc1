//! The second half of the index: which places a path may take.

use super::layer::Search;
use super::radix::Radix;
use super::segments::SegmentTrie;
use model::predicate::{PathPattern, PathTemplate, Segment};
use model::table::PathNormalization;
use policy::path::pattern_text;
use policy::predicate::literal_beginning;
use smallvec::SmallVec;
use std::collections::HashMap;

/// Places whose host and path hold alike, best first.
pub(super) type Leaf = SmallVec<[u32; 2]>;

/// Places by path.
#[derive(Default)]
pub(super) struct PathIndex {
    exact: HashMap<Box<str>, Leaf>,
    /// Prefixes; also what has no path (an empty prefix), and expressions by the characters they begin with.
    prefixes: Radix,
    templates: SegmentTrie,
}

impl PathIndex {
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

    /// Asks everyone here whose path holds and who could still win.
    pub(super) fn search(&self, search: &mut Search<'_>) {
        if !self.exact.is_empty()
            && let Some(leaf) = self.exact.get(search.path)
        {
            search.ask(leaf);
        }
        self.templates.search(search);
        self.prefixes.search(search);
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
