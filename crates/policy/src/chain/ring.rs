//! What surrounds all routes of a table: its global steps, its overlays, its answers.

use super::step::{Place, ReadyStep, StepId};
use crate::answer::ReadyAnswers;
use crate::build::{BuildError, Builder};
use crate::exchange::Identity;
use model::chain::{Overlay, OverlayEntry, Who};
use model::id::{ConsumerId, GroupId, RouteId};
use model::table::Table;
use smallvec::SmallVec;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Built once for each table, shared by all its chains.
pub(crate) struct Ring {
    /// Global steps, then those of each overlay.
    pub(super) steps: Vec<ReadyStep>,
    pub(super) globals: u32,
    /// Its request side leaves alone what no route takes.
    pub(super) needs_route: bool,
    pub(super) overlays: Vec<ReadyOverlay>,
    pub(super) entry: OverlayEntry,
    pub(super) answers: ReadyAnswers,
    by_consumer: HashMap<ConsumerId, Vec<u32>>,
    by_group: HashMap<GroupId, Vec<u32>>,
    /// Routes that some overlay names.
    named: HashSet<RouteId>,
    /// Some overlay is for all routes.
    everywhere: bool,
}

pub(super) struct ReadyOverlay {
    routes: Option<HashSet<RouteId>>,
    pub(super) steps: Range<u32>,
}

/// Overlays that apply together, strongest first: the consumer's, then each of its groups' in order.
pub(super) type OverlaySet = SmallVec<[u32; 4]>;

impl Ring {
    pub(crate) fn compile(table: &Table, builder: &Builder<'_>) -> Result<Self, BuildError> {
        let mut ring = Self {
            steps: Vec::new(),
            globals: table.global.len() as u32,
            needs_route: table.ring_needs_route,
            overlays: Vec::new(),
            entry: table.overlay_entry,
            answers: builder.answers(&table.answers)?,
            by_consumer: HashMap::new(),
            by_group: HashMap::new(),
            named: HashSet::new(),
            everywhere: table.overlays.iter().any(|overlay| overlay.routes.is_none()),
        };
        for step in &table.global {
            ring.steps.push(builder.step(step, Place::Global, None, table.normalization)?);
        }
        for overlay in &table.overlays {
            ring.add(overlay, table, builder)?;
        }
        Ok(ring)
    }

    fn add(&mut self, overlay: &Overlay, table: &Table, builder: &Builder<'_>) -> Result<(), BuildError> {
        let at = self.overlays.len() as u32;
        match &overlay.who {
            Who::Consumer(id) => self.by_consumer.entry(id.clone()).or_default().push(at),
            Who::Group(id) => self.by_group.entry(id.clone()).or_default().push(at),
        }
        self.named.extend(overlay.routes.iter().flatten().cloned());
        let first = self.steps.len() as u32;
        for step in &overlay.steps {
            self.steps.push(builder.step(step, Place::Overlay, None, table.normalization)?);
        }
        let routes = overlay.routes.as_ref().map(|routes| routes.iter().cloned().collect());
        self.overlays.push(ReadyOverlay { routes, steps: first..self.steps.len() as u32 });
        Ok(())
    }

    /// Whether some overlay can apply on this route.
    pub(super) fn overlays_on(&self, route: &RouteId) -> bool {
        self.everywhere || self.named.contains(route)
    }

    /// Whose steps join for this client on this route.
    pub(super) fn overlays_for(&self, who: &Identity, route: &RouteId) -> OverlaySet {
        let consumer = self.by_consumer.get(&who.consumer).into_iter().flatten();
        let groups = who.groups.iter().filter_map(|group| self.by_group.get(group)).flatten();
        consumer.chain(groups).copied().filter(|at| self.overlays[*at as usize].is_for(route)).collect()
    }

    pub(super) fn global_ids(&self) -> impl Iterator<Item = StepId> {
        (0..self.globals).map(StepId)
    }
}

impl ReadyOverlay {
    fn is_for(&self, route: &RouteId) -> bool {
        self.routes.as_ref().is_none_or(|routes| routes.contains(route))
    }
}
