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

use layer::{Candidate, Layer};
use model::route::Route;
use model::table::PathNormalization;
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
    pub fn compile(routes: &[Arc<Route>], normalization: PathNormalization) -> Result<Self, RouterError> {
        let base = Arc::new(Layer::compile(routes, normalization)?);
        let positions = (0..).take(routes.len()).collect();
        Ok(Self { normalization, base, young: None, positions })
    }

    /// The index of these routes, most of which are those of this one: the same as if it were built anew.
    pub fn follow(&self, routes: &[Arc<Route>]) -> Result<Self, RouterError> {
        let Some((mut positions, changed)) = self.base.positions(routes) else {
            return Self::compile(routes, self.normalization);
        };
        if changed.len() > YOUNG.max(routes.len() / 10) {
            return Self::compile(routes, self.normalization);
        }
        positions.extend(&changed);
        let young: Vec<Arc<Route>> = changed.iter().map(|at| routes[*at as usize].clone()).collect();
        let young = if young.is_empty() { None } else { Some(Arc::new(Layer::compile(&young, self.normalization)?)) };
        Ok(Self { normalization: self.normalization, base: self.base.clone(), young, positions })
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
