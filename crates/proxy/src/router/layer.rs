//! An index over routes that do not change.
//!
//! Matches are sorted once, best first; the position in that order, the *place*, is all that is compared later. The
//! index (hosts, then paths) only narrows down which places are asked.

use super::entry::{Entry, Shapes};
use super::host::{HostIndex, Hosts};
use super::path::Planting;
use super::{Asked, RouterError};
use model::route::{Match, Rank, Route};
use model::table::PathNormalization;
use policy::predicate::Patterns;
use std::cmp::Reverse;

/// Routes, ready for lookup.
pub(super) struct Layer {
    /// How many routes it has.
    routes: usize,
    /// All matches of all routes, best first.
    entries: Vec<Entry>,
    /// Their ranks.
    ranks: Vec<Rank>,
    hosts: HostIndex,
}

/// The position of a route that is not in the table any more.
pub(super) const GONE: u32 = u32::MAX;

/// The best match of a layer.
pub(super) struct Candidate<'a> {
    pub(super) entry: &'a Entry,
    rank: &'a Rank,
    /// Where its route stands in the table.
    pub(super) position: u32,
}

impl Candidate<'_> {
    pub(super) fn beats(&self, other: &Self) -> bool {
        (self.rank, Reverse(self.position)) > (other.rank, Reverse(other.position))
    }
}

impl Layer {
    pub(super) fn compile(routes: &[&Route], normalization: PathNormalization) -> Result<Self, RouterError> {
        let (mut patterns, mut shapes) = (Patterns::default(), Shapes::default());
        let (mut entries, mut ranks) = (Vec::new(), Vec::new());
        let mut hosts = Hosts::<Planting>::default();
        for (place, (route, matching)) in best_first(routes).into_iter().enumerate() {
            let place = u32::try_from(place).expect("a table has fewer than four billion matches");
            let Match { rank, predicate } = &routes[route].matches[matching];
            let entry = Entry::compile(route, matching, predicate, normalization, &mut patterns, &mut shapes)
                .map_err(|cause| RouterError { route: routes[route].id.clone(), cause })?;
            hosts.insert(&predicate.hosts, predicate.path.as_ref(), normalization, place);
            entries.push(entry);
            ranks.push(*rank);
        }
        Ok(Self { routes: routes.len(), entries, ranks, hosts: hosts.lay() })
    }

    /// How many routes it has.
    pub(super) fn routes(&self) -> usize {
        self.routes
    }

    /// The best match that takes the request. `positions` tells where its routes stand in the table.
    pub(super) fn find(&self, asked: &Asked<'_>, path: &str, positions: &[u32]) -> Option<Candidate<'_>> {
        let mut search = Search { entries: &self.entries, positions, asked, path, best: NOBODY };
        self.hosts.each(asked.host, |index| index.search(&mut search));
        let place = search.best as usize;
        let entry = self.entries.get(place)?;
        Some(Candidate { entry, rank: &self.ranks[place], position: positions[entry.route()] })
    }
}

/// Route and match indices in the order in which they win.
fn best_first(routes: &[&Route]) -> Vec<(usize, usize)> {
    let matches = |route: usize| (0..routes[route].matches.len()).map(move |matching| (route, matching));
    let mut order: Vec<_> = (0..routes.len()).flat_map(matches).collect();
    let at = |(route, matching): (usize, usize)| -> &Match { &routes[route].matches[matching] };
    order.sort_by_key(|place| Reverse(at(*place).rank)); // stable: of equal ranks the earlier one stays first
    order
}

/// Larger than every place.
const NOBODY: u32 = u32::MAX;

/// A lookup under way.
pub(super) struct Search<'a> {
    entries: &'a [Entry],
    positions: &'a [u32],
    asked: &'a Asked<'a>,
    /// The path in comparable form.
    pub(super) path: &'a str,
    /// The best place that took the request so far.
    pub(super) best: u32,
}

impl Search<'_> {
    /// Asks places whose host and path already hold, best first.
    pub(super) fn ask(&mut self, places: &[u32]) {
        for place in places {
            if *place >= self.best {
                return;
            }
            let entry = &self.entries[*place as usize];
            if entry.takes(self.asked, self.path) && self.positions[entry.route()] != GONE {
                self.best = *place;
                return;
            }
        }
    }
}
