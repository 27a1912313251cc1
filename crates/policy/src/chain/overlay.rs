//! When the chain of a known client takes over from the route's, and which of its steps then still run.

use super::effective::{Effective, Resolved};
use super::step::{Place, StepId};
use super::{ReadyChain, ReadyStep};
use crate::exchange::{Exchange, Identity};
use model::chain::{OverlayEntry, StepRank};
use model::id::GroupId;
use smallvec::SmallVec;
use std::sync::Arc;

/// A way through the request side of a chain that may change when the client becomes known.
pub(super) struct Walk<'a> {
    chain: &'a ReadyChain,
    resolved: &'a Resolved,
    /// What lies ahead, once a known client's chain has taken over; before that it is the base chain.
    ahead: Option<SmallVec<[StepId; 16]>>,
    at: usize,
    ran: SmallVec<[StepId; 16]>,
    known: Option<Known>,
    /// A chain that takes over at the end of its phase.
    waiting: Option<Arc<Effective>>,
}

/// Whose chain it is. Names and groups are shared, so that comparing pointers tells whether a step changed them.
struct Known {
    name: Arc<str>,
    groups: Arc<[GroupId]>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(chain: &'a ReadyChain, resolved: &'a Resolved) -> Self {
        Self { chain, resolved, ahead: None, at: 0, ran: SmallVec::new(), known: None, waiting: None }
    }

    /// The next step.
    pub(super) fn next(&mut self, exchange: &mut Exchange) -> Option<StepId> {
        if self.phase_ended()
            && let Some(effective) = self.waiting.take()
        {
            self.enter(effective, exchange);
        }
        let id = self.peek()?;
        self.at += 1;
        Some(id)
    }

    /// A step has run, or its condition kept it from running.
    pub(super) fn ran(&mut self, id: StepId, exchange: &mut Exchange) {
        self.ran.push(id);
        let Some(identity) = &exchange.identity else { return };
        if self.known.as_ref().is_some_and(|known| known.is(identity)) {
            return;
        }
        self.known = Some(Known { name: identity.name.clone(), groups: identity.groups.clone() });
        let effective = self.resolved.chain_for(self.chain, identity);
        let unchanged = Arc::ptr_eq(&effective, &self.chain.base) && self.ahead.is_none();
        if unchanged {
            self.waiting = None;
        } else if self.enters_now(id) {
            self.enter(effective, exchange);
        } else {
            self.waiting = Some(effective);
        }
    }

    fn peek(&self) -> Option<StepId> {
        let ahead = self.ahead.as_deref().unwrap_or(&self.chain.base.request);
        ahead.get(self.at).copied()
    }

    /// Whether the phase that a waiting chain waits for has no step left.
    fn phase_ended(&self) -> bool {
        let OverlayEntry::EndOf(phase) = self.chain.ring.entry else { return true };
        self.peek().is_none_or(|id| self.chain.step(id).rank.phase > phase)
    }

    fn enters_now(&self, id: StepId) -> bool {
        match self.chain.ring.entry {
            OverlayEntry::NextStep => true,
            OverlayEntry::EndOf(phase) => self.chain.step(id).rank.phase > phase,
        }
    }

    /// From here on the known client's chain runs, on the response side too.
    fn enter(&mut self, effective: Arc<Effective>, exchange: &mut Exchange) {
        self.ahead = Some(self.plan(&effective));
        self.at = 0;
        exchange.progress.effective = Some(effective);
    }

    /// What still runs: the overlay's own steps of phases that are over (where it enters at the end of a phase), then
    /// all winners after this point whose slot has not run. A step whose winner lies behind this point and so never
    /// runs stays in force: an overlay replaces steps, it does not lose them.
    fn plan(&self, effective: &Effective) -> SmallVec<[StepId; 16]> {
        let point = self.ran.last().map(|id| self.chain.order(*id));
        let mut own: SmallVec<[StepId; 16]> = SmallVec::new();
        let mut rest: SmallVec<[StepId; 16]> = SmallVec::new();
        for id in effective.request.iter().copied().filter(|id| !self.ran.contains(id)) {
            if self.is_late(id) {
                own.push(id);
            } else if Some(self.chain.order(id)) > point && !self.slot_in(&self.ran, id) {
                rest.push(id);
            }
        }
        for id in self.chain.base.request.iter().copied().filter(|id| Some(self.chain.order(*id)) > point) {
            if ![&self.ran, &own, &rest].iter().any(|steps| self.slot_in(steps, id)) {
                rest.push(id);
            }
        }
        rest.sort_by_key(|id| self.chain.order(*id));
        own.extend(rest);
        own
    }

    /// An overlay's own step whose phase is over when the overlay enters.
    fn is_late(&self, id: StepId) -> bool {
        let step = self.chain.step(id);
        match self.chain.ring.entry {
            OverlayEntry::NextStep => false,
            OverlayEntry::EndOf(phase) => step.place == Place::Overlay && step.rank.phase <= phase,
        }
    }

    fn slot_in(&self, steps: &[StepId], id: StepId) -> bool {
        let slot = self.chain.step(id).slot;
        steps.iter().any(|other| self.chain.step(*other).slot == slot)
    }
}

impl Known {
    fn is(&self, identity: &Identity) -> bool {
        Arc::ptr_eq(&self.name, &identity.name) && Arc::ptr_eq(&self.groups, &identity.groups)
    }
}

impl ReadyChain {
    /// Where a step stands among all others: by rank, outer steps first, then as written.
    pub(super) fn order(&self, id: StepId) -> (StepRank, Place, StepId) {
        let ReadyStep { rank, place, .. } = self.step(id);
        (*rank, *place, id)
    }
}
