//! The chain of a route: which steps run, in which order, for whom.

use crate::id::{ConsumerId, GroupId, RouteId, Slot};
use crate::policy::Policy;
use crate::predicate::Predicate;
use serde::Serialize;

/// The steps of a route, in groups.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Chain {
    /// The steps of all groups together run by rank.
    pub groups: Vec<Group>,
}

impl Chain {
    /// A chain of one group without predicate.
    pub fn of(steps: Vec<Step>) -> Self {
        Self { groups: vec![Group { steps, ..Group::default() }] }
    }
}

/// Steps that share a condition.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Group {
    /// The set it belongs to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<GroupSet>,
    /// Evaluated when the first of its steps is reached, and remembered for the response side.
    pub predicate: Option<Predicate>,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Its steps of the response side run after a failure too, as those of the table do.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub always: bool,
}

/// Groups of a chain that know of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GroupSet {
    /// Which set of the chain.
    pub number: u16,
    /// The group's steps run only where no earlier group of the set has its condition fulfilled.
    pub otherwise: bool,
}

/// One step: a policy in its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// The plugin's name. Of equal slots on one side the one with the highest precedence runs.
    pub slot: Slot,
    /// Where in the order it stands.
    pub rank: StepRank,
    /// How specific the place is in which it was written; higher wins within a slot.
    pub precedence: u8,
    /// A condition of its own.
    pub predicate: Option<Predicate>,
    /// What it does.
    pub policy: Policy,
}

/// Where a step stands: by phase, then by order, lower first; ties keep the order they are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct StepRank {
    /// The phase.
    pub phase: Phase,
    /// Within the phase, lower first (a dialect with descending priorities negates them).
    pub order: i64,
}

/// The phases of an exchange in order. The endpoint stands between `Endpoint` and `Response`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Phase {
    /// The request is changed before anyone judges it.
    Rewrite,
    /// Who may, and how often; calls that answer.
    Access,
    /// The last chance before the endpoint.
    Endpoint,
    /// The response is there.
    Response,
    /// The last byte has left.
    Log,
}

/// A patch of chains for known clients: its steps replace those of equal slot and lower precedence, or join.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overlay {
    /// For whom.
    pub who: Who,
    /// On these routes; `None` on all.
    pub routes: Option<Vec<RouteId>>,
    /// The steps, with their precedence.
    pub steps: Vec<Step>,
}

/// Whom an overlay is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Who {
    /// This consumer.
    Consumer(ConsumerId),
    /// Members of this group.
    Group(GroupId),
}

/// When an overlay takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum OverlayEntry {
    /// From the step after the one that made the client known.
    NextStep,
    /// When this phase has ended; the overlay's own steps of that phase and before run then, in their order.
    EndOf(Phase),
}
