//! One match of one route, and how it reads parameters out of a path.

use super::{Asked, Found};
use model::predicate::{PathPattern, PathTemplate, Predicate, Segment};
use model::table::PathNormalization;
use policy::exchange::Params;
use policy::path::{ComparablePath, pattern_text};
use policy::predicate::{Conditions, Patterns, PredicateError};
use regex::Regex;
use std::collections::HashSet;
use std::sync::Arc;

/// A match, ready.
pub(super) struct Entry {
    route: u32,
    matching: u32,
    conditions: Option<Box<Conditions>>,
    shape: Shape,
}

/// What a path must look like; all but regular expressions are already decided by the index.
enum Shape {
    /// Any path.
    Any,
    /// The whole path, without parameters.
    Whole,
    /// This many bytes of the comparable path.
    Prefix(usize),
    /// Segments, up to the last parameter.
    Template(Arc<[Slot]>),
    /// An expression with its named groups.
    Regex(Regex, Box<[NamedGroup]>),
}

/// A group's number and name.
type NamedGroup = (usize, Arc<str>);

/// What happens to one segment.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Slot {
    Skip,
    Param(Arc<str>),
    Rest(Arc<str>),
}

impl Entry {
    pub(super) fn compile(
        route: usize,
        matching: usize,
        predicate: &Predicate,
        rules: PathNormalization,
        patterns: &mut Patterns,
        shapes: &mut Shapes,
    ) -> Result<Self, PredicateError> {
        let shape = match &predicate.path {
            None => Shape::Any,
            Some(PathPattern::Exact(_)) => Shape::Whole,
            Some(PathPattern::Prefix(text)) => Shape::Prefix(pattern_text(text, rules).len()),
            Some(PathPattern::Template(template)) => shapes.of(template),
            Some(PathPattern::Regex(pattern)) => regex_shape(patterns.path(pattern)?),
        };
        let number = |at: usize| u32::try_from(at).expect("a table has fewer than four billion matches");
        Ok(Self {
            route: number(route),
            matching: number(matching),
            conditions: Conditions::compile(predicate, patterns)?,
            shape,
        })
    }

    /// Its route's number in the layer.
    pub(super) fn route(&self) -> usize {
        self.route as usize
    }

    /// Whether what the index has not decided holds as well.
    pub(super) fn takes(&self, asked: &Asked<'_>, path: &str) -> bool {
        self.conditions.as_ref().is_none_or(|conditions| conditions.hold(asked))
            && match &self.shape {
                Shape::Regex(regex, _) => regex.is_match(path),
                Shape::Any | Shape::Whole | Shape::Prefix(_) | Shape::Template(_) => true,
            }
    }

    /// The answer for a request that it takes.
    pub(super) fn found(&self, route: usize, asked: &Asked<'_>, path: &ComparablePath<'_>) -> Found {
        let matching = self.matching as usize;
        if let (Shape::Any, Some(conditions)) = (&self.shape, &self.conditions)
            && let Some((params, matched)) = conditions.found(asked)
        {
            return Found { route, matching, params, matched };
        }
        let text = path.text();
        let (params, bytes) = match &self.shape {
            Shape::Any => (Params::new(), 0),
            Shape::Whole => (Params::new(), text.len()),
            Shape::Prefix(bytes) => (Params::new(), *bytes),
            Shape::Template(slots) => (template_params(slots, path), text.len()),
            Shape::Regex(regex, names) => regex_params(regex, names, path),
        };
        Found { route, matching, params, matched: path.raw_bytes(bytes) }
    }
}

/// The shapes of templates: very many of them are alike, and then share what is read at each look-up.
#[derive(Default)]
pub(super) struct Shapes(HashSet<Arc<[Slot]>>);

impl Shapes {
    fn of(&mut self, template: &PathTemplate) -> Shape {
        if template.is_literal() {
            return Shape::Whole;
        }
        let mut slots: Vec<Slot> = template.segments.iter().map(slot).collect();
        while matches!(slots.last(), Some(Slot::Skip)) {
            slots.pop();
        }
        if let Some(known) = self.0.get(&*slots) {
            return Shape::Template(known.clone());
        }
        let slots: Arc<[Slot]> = slots.into();
        self.0.insert(slots.clone());
        Shape::Template(slots)
    }
}

fn slot(segment: &Segment) -> Slot {
    match segment {
        Segment::Literal(_) => Slot::Skip,
        Segment::Param(name) => Slot::Param(name.as_str().into()),
        Segment::Rest(name) => Slot::Rest(name.as_str().into()),
    }
}

fn regex_shape(regex: Regex) -> Shape {
    let names = regex.capture_names().enumerate().filter_map(|(group, name)| Some((group, name?.into())));
    let names = names.collect();
    Shape::Regex(regex, names)
}

fn template_params(slots: &[Slot], path: &ComparablePath<'_>) -> Params {
    let mut params = Params::new();
    let mut left = path.text().strip_prefix('/').unwrap_or(path.text());
    for slot in slots {
        let end = memchr::memchr(b'/', left.as_bytes()).unwrap_or(left.len());
        match slot {
            Slot::Skip => {}
            Slot::Param(name) => params.push((name.clone(), path.value(&left[..end]))),
            Slot::Rest(name) => params.push((name.clone(), path.value(left))),
        }
        left = left.get(end + 1..).unwrap_or("");
    }
    params
}

/// Groups that took part in the match, and the bytes it covers.
fn regex_params(regex: &Regex, names: &[NamedGroup], path: &ComparablePath<'_>) -> (Params, usize) {
    if names.is_empty() {
        return (Params::new(), regex.find(path.text()).map_or(0, |found| found.end()));
    }
    let Some(captures) = regex.captures(path.text()) else { return (Params::new(), 0) };
    let param = |(group, name): &NamedGroup| Some((name.clone(), path.value(captures.get(*group)?.as_str())));
    (names.iter().filter_map(param).collect(), captures.get(0).map_or(0, |whole| whole.end()))
}
