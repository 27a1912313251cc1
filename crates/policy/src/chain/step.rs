//! One step made ready, and where it stands.

use crate::Policy;
use crate::predicate::ReadyPredicate;
use model::chain::StepRank;

/// A step: who runs it, when, and against whom it stands.
pub(crate) struct ReadyStep {
    /// Index of its slot's name.
    pub(crate) slot: usize,
    pub(crate) side: Side,
    pub(crate) rank: StepRank,
    pub(crate) precedence: u8,
    pub(crate) place: Place,
    /// The route's group it belongs to, when that has a condition.
    pub(crate) group: Option<u16>,
    pub(crate) predicate: Option<ReadyPredicate>,
    /// Its condition, or its group's, needs the request's body.
    pub(crate) asks_body: bool,
    /// It runs after a failure too.
    pub(crate) always: bool,
    pub(crate) policy: Box<dyn Policy>,
}

/// Which side of the endpoint a step runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Request,
    Response,
    /// After the last byte.
    Log,
}

/// Where a step was written; at equal rank the outer one runs first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Global,
    Route,
    Overlay,
}

/// A step's number within its chain: the ring's steps, then the route's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StepId(pub(crate) u32);
