//! A route: which requests it takes, what happens to them, and where they end.

use crate::chain::Chain;
use crate::endpoint::{Endpoint, PathRule};
use crate::id::RouteId;
use crate::predicate::Predicate;
use crate::world::Around;
use serde::Serialize;
use std::sync::Arc;

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
    /// What log records and counters say of it.
    pub told: Told,
    /// What it brings of its own for expressions and answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub around: Option<Arc<Around>>,
}

/// What the source says about a route, for log records and counters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The route's id as its source has it; `None`: the last part of its id here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The service that the route belongs to, by its id: limits by service count together by it.
    pub service: Option<String>,
    /// The service's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    /// The route as its source shows it: a JSON object.
    pub route: Option<String>,
    /// Its service as the source shows it: a JSON object.
    pub about_service: Option<String>,
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
