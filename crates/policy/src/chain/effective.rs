//! Which steps run: of each slot, on each side, the winner.

use super::ReadyChain;
use super::ring::{OverlaySet, Ring};
use super::step::{Side, StepId};
use crate::exchange::Identity;
use arc_swap::ArcSwap;
use model::id::RouteId;
use std::collections::HashMap;
use std::sync::Arc;

/// The winners in order of rank. Only numbers: the steps themselves stand in ring and chain.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Effective {
    pub(super) request: Vec<StepId>,
    pub(super) response: Vec<StepId>,
    pub(super) log: Vec<StepId>,
}

impl Effective {
    /// For clients without overlay.
    pub(super) fn base(chain: &ReadyChain) -> Self {
        Self::of(chain, &OverlaySet::new())
    }

    /// For requests that no route takes.
    pub(super) fn unrouted(chain: &ReadyChain) -> Self {
        let base = Self::base(chain);
        if chain.ring.needs_route { Self { request: Vec::new(), ..base } } else { base }
    }

    /// At equal precedence the consumer's step beats its groups', an earlier group's a later one's, those the
    /// route's, and the route's a global one; of two in one place the first written wins.
    fn of(chain: &ReadyChain, overlays: &OverlaySet) -> Self {
        let ring = &chain.ring;
        let first = ring.steps.len() as u32;
        let overlaid = overlays.iter().flat_map(|at| ring.overlays[*at as usize].steps.clone().map(StepId));
        let own = (first..first + chain.own.len() as u32).map(StepId);
        let mut winners: Vec<StepId> = Vec::new();
        for id in overlaid.chain(own).chain(ring.global_ids()) {
            let step = chain.step(id);
            let rival = winners.iter_mut().find(|other| {
                let other = chain.step(**other);
                other.slot == step.slot && other.side == step.side
            });
            match rival {
                Some(rival) if step.precedence > chain.step(*rival).precedence => *rival = id,
                Some(_) => {}
                None => winners.push(id),
            }
        }
        winners.sort_by_key(|id| chain.order(*id));
        let of = |side: Side| winners.iter().copied().filter(|id| chain.step(*id).side == side).collect();
        Self { request: of(Side::Request), response: of(Side::Response), log: of(Side::Log) }
    }
}

/// Chains that were resolved, by the overlays they are made of: clients with the same overlays share one.
pub(super) struct Resolved {
    route: RouteId,
    chains: ArcSwap<HashMap<OverlaySet, Arc<Effective>>>,
}

/// Chains kept for each route. Beyond that all are forgotten and resolved again as they are met.
pub(super) const KEPT: usize = 4096;

impl Resolved {
    /// `None` when no overlay can apply on this route.
    pub(super) fn new(ring: &Ring, route: &RouteId) -> Option<Self> {
        ring.overlays_on(route).then(|| Self { route: route.clone(), chains: ArcSwap::default() })
    }

    /// The chain for this client. Reading takes no lock; the first of its kind pays for resolving.
    pub(super) fn chain_for(&self, chain: &ReadyChain, who: &Identity) -> Arc<Effective> {
        let overlays = chain.ring.overlays_for(who, &self.route);
        if overlays.is_empty() {
            return chain.base.clone();
        }
        if let Some(effective) = self.chains.load().get(&overlays) {
            return effective.clone();
        }
        let effective = Arc::new(Effective::of(chain, &overlays));
        self.chains.rcu(|kept| {
            let mut kept = if kept.len() < KEPT { HashMap::clone(kept) } else { HashMap::new() };
            kept.insert(overlays.clone(), effective.clone());
            kept
        });
        effective
    }

    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.chains.load().len()
    }
}
