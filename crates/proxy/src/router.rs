//! Finds the route of a request: a compiled index over one table that always agrees with asking every route in turn.
//!
//! Matches are sorted once, best first; the position in that order, the *place*, is all that is compared later. The
//! index (hosts, then paths) only narrows down which places are asked.

mod entry;
mod error;
mod host;
mod path;
mod radix;
mod segments;
#[cfg(test)]
mod tests;

pub use error::RouterError;
pub use policy::predicate::Asked;

use entry::Entry;
use host::HostIndex;
use model::route::{Match, Route};
use model::table::PathNormalization;
use policy::exchange::Params;
use policy::path::ComparablePath;
use policy::predicate::Patterns;
use std::cmp::Reverse;
use std::sync::Arc;

/// The routes of one table, made ready for lookup.
pub struct Router {
    normalization: PathNormalization,
    /// All matches of all routes, best first.
    entries: Vec<Entry>,
    hosts: HostIndex,
}

/// The route of a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// Index among the table's routes.
    pub route: usize,
    /// Index among the route's matches.
    pub matching: usize,
    /// Path parameters, percent-decoded; bytes that are not UTF-8 then become U+FFFD.
    pub params: Params,
    /// Bytes of the request's own path that the pattern covered: 0 without a pattern, all of it for a whole path.
    pub matched: usize,
}

impl Router {
    /// Builds the index. Time and memory grow with the number of routes, not faster.
    pub fn compile(routes: &[Arc<Route>], normalization: PathNormalization) -> Result<Self, RouterError> {
        let mut patterns = Patterns::default();
        let mut entries = Vec::new();
        let mut hosts = HostIndex::default();
        for (place, (route, matching)) in best_first(routes).into_iter().enumerate() {
            let place = u32::try_from(place).expect("a table has fewer than four billion matches");
            let predicate = &routes[route].matches[matching].predicate;
            let entry = Entry::compile(route, matching, predicate, normalization, &mut patterns)
                .map_err(|cause| RouterError { route: routes[route].id.clone(), cause })?;
            hosts.insert(&predicate.hosts, predicate.path.as_ref(), normalization, place);
            entries.push(entry);
        }
        Ok(Self { normalization, entries, hosts })
    }

    /// The route with the highest rank among those that take the request.
    pub fn find(&self, asked: &Asked<'_>) -> Option<Found> {
        let path = ComparablePath::of(asked.path, self.normalization);
        let mut search = Search { entries: &self.entries, asked, path: path.text(), best: NOBODY };
        self.hosts.each(asked.host, |index| index.search(&mut search));
        let best = search.best;
        self.entries.get(best as usize).map(|entry| entry.found(&path))
    }
}

/// Route and match indices in the order in which they win.
fn best_first(routes: &[Arc<Route>]) -> Vec<(usize, usize)> {
    let matches = |route: usize| (0..routes[route].matches.len()).map(move |matching| (route, matching));
    let mut order: Vec<_> = (0..routes.len()).flat_map(matches).collect();
    let at = |(route, matching): (usize, usize)| -> &Match { &routes[route].matches[matching] };
    order.sort_by_key(|place| Reverse(at(*place).rank)); // stable: of equal ranks the earlier one stays first
    order
}

/// Larger than every place.
const NOBODY: u32 = u32::MAX;

/// A lookup under way.
struct Search<'a> {
    entries: &'a [Entry],
    asked: &'a Asked<'a>,
    /// The path in comparable form.
    path: &'a str,
    /// The best place that took the request so far.
    best: u32,
}

impl Search<'_> {
    /// Asks places whose host and path already hold, best first.
    fn ask(&mut self, places: &[u32]) {
        for place in places {
            if *place >= self.best {
                return;
            }
            if self.entries[*place as usize].takes(self.asked, self.path) {
                self.best = *place;
                return;
            }
        }
    }
}
