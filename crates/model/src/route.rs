//! A route: which requests it takes, what happens to them, and where they end.

use crate::chain::Chain;
use crate::endpoint::{Endpoint, PathRule};
use crate::id::RouteId;
use crate::predicate::Predicate;
use serde::Serialize;

/// One route of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Route {
    /// Its name, with the source's origin.
    pub id: RouteId,
    /// Alternatives: a request that satisfies one of them is the route's.
    pub matches: Vec<Match>,
    /// The steps around the endpoint.
    pub chain: Chain,
    /// Where a request leads when no step answered it.
    pub endpoint: Endpoint,
    /// The path that those behind the route see, for events that show it; `None`: that of an http endpoint, else the
    /// client's.
    pub path: Option<PathRule>,
}

/// One way to match, with its place in the order of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Match {
    /// Higher wins. Computed by the dialect.
    pub rank: Rank,
    /// All of these must hold.
    pub predicate: Predicate,
}

/// A total order over the matches of a table, most significant part first. Ties: the earlier route wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Rank(pub [u64; 4]);
