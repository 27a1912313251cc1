//! Finds the route of a request: a compiled index over one table that always agrees with asking every route in turn.
//!
//! A [`Layer`] indexes routes that never change. A change of a few routes among very many puts these into a young layer
//! beside the base, so that it costs little.

mod entry;
mod error;
mod flat;
mod host;
mod layer;
mod path;
mod radix;
mod segments;
#[cfg(test)]
mod tests;

pub use error::RouterError;
pub use policy::predicate::Asked;

use layer::{Candidate, GONE, Layer};
use model::route::Route;
use model::table::PathNormalization;
use pieces::Pieces;
use policy::exchange::Params;
use policy::path::ComparablePath;
use std::sync::Arc;

/// The routes of one table, made ready for lookup.
pub struct Router {
    normalization: PathNormalization,
    base: Arc<Layer>,
    /// Routes that came or changed since the base was made.
    young: Option<Arc<Layer>>,
    /// Where each route of the base, then of the young layer, stands in the table now; a gap when it does not.
    positions: Vec<u32>,
}

/// The origin of a route that was not there before.
pub(crate) const NEW: u32 = u32::MAX;

/// More changed routes than this, and than a tenth of all, are not worth a layer of their own.
const YOUNG: usize = 1000;

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
    pub fn compile<'r>(
        routes: impl IntoIterator<Item = &'r Arc<Route>>,
        normalization: PathNormalization,
    ) -> Result<Self, RouterError> {
        let routes: Vec<&Route> = routes.into_iter().map(Arc::as_ref).collect();
        let base = Arc::new(Layer::compile(&routes, normalization)?);
        let positions = (0..).take(routes.len()).collect();
        Ok(Self { normalization, base, young: None, positions })
    }

    /// The index of these routes, most of which are those of this one: the same as if it were built anew. `origins` tells
    /// of each where it stood in this one, or that it is [`NEW`].
    pub(crate) fn follow(&self, routes: &Pieces<Arc<Route>>, origins: &[u32]) -> Result<Self, RouterError> {
        let Some((mut positions, changed)) = self.positions(origins) else {
            return Self::compile(routes, self.normalization);
        };
        if changed.len() > YOUNG.max(routes.len() / 10) {
            return Self::compile(routes, self.normalization);
        }
        positions.extend(&changed);
        let young: Vec<&Route> = changed.iter().map(|at| routes[*at as usize].as_ref()).collect();
        let young = if young.is_empty() { None } else { Some(Arc::new(Layer::compile(&young, self.normalization)?)) };
        Ok(Self { normalization: self.normalization, base: self.base.clone(), young, positions })
    }

    /// Where the routes of the base stand now, and the positions of those that it has not. `None` when routes that it has
    /// stand in another order now, so that of equal ranks another one would win.
    fn positions(&self, origins: &[u32]) -> Option<(Vec<u32>, Vec<u32>)> {
        let base = self.base.routes();
        let mut numbers = vec![GONE; origins.len().max(self.positions.len())]; // of the base, by position before
        for (number, position) in (0..).zip(&self.positions[..base]).filter(|(_, position)| **position != GONE) {
            numbers[*position as usize] = number;
        }
        let mut positions = vec![GONE; base];
        let (mut changed, mut next) = (Vec::new(), 0);
        for (position, origin) in (0..).zip(origins) {
            match numbers.get(*origin as usize) {
                None | Some(&GONE) => changed.push(position),
                Some(number) if *number < next => return None,
                Some(number) => {
                    positions[*number as usize] = position;
                    next = number + 1;
                }
            }
        }
        Some((positions, changed))
    }

    /// The route with the highest rank among those that take the request.
    pub fn find(&self, asked: &Asked<'_>) -> Option<Found> {
        let path = ComparablePath::of(asked.path, self.normalization);
        let (base, young) = self.positions.split_at(self.base.routes());
        let mut found = self.base.find(asked, path.text(), base);
        if let Some(layer) = &self.young
            && let Some(rival) = layer.find(asked, path.text(), young)
            && found.as_ref().is_none_or(|found| rival.beats(found))
        {
            found = Some(rival);
        }
        let Candidate { entry, position, .. } = found?;
        Some(entry.found(position as usize, asked, &path))
    }
}
