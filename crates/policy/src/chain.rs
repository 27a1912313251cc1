//! Runs the steps of a route in order, on both sides of its endpoint.
//!
//! What may run for whom is settled in `chain/effective.rs`; when a known client's overlay takes effect, in
//! `chain/overlay.rs`.

mod effective;
mod groups;
mod overlay;
mod ring;
mod step;

pub(crate) use effective::Effective;
pub(crate) use groups::ReadyGroup;
pub(crate) use ring::Ring;
pub(crate) use step::{Place, ReadyStep, Side};

use crate::answer::ReadyAnswers;
use crate::build::{BuildError, Builder};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::text::Asks;
use crate::{Outcome, Running};
use effective::Resolved;
use model::route::Route;
use model::table::Table;
use overlay::Walk;
use smallvec::SmallVec;
use std::sync::Arc;
use step::StepId;

/// The chain of one route, or the outer ring alone, made ready.
pub struct ReadyChain {
    /// Global steps and overlays, shared by all chains of the table.
    ring: Arc<Ring>,
    /// The route's own steps.
    own: Vec<ReadyStep>,
    /// The route's groups that have a condition or stand in a set.
    groups: Vec<ReadyGroup>,
    /// The route's own answers, instead of the table's.
    answers: Option<Box<ReadyAnswers>>,
    /// Who runs for a client without overlay.
    base: Arc<Effective>,
    /// Who runs for clients with overlays; `None` where no overlay can apply.
    resolved: Option<Resolved>,
}

/// What comes after the request side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nobody answered: the endpoint does.
    Endpoint,
    /// The response stands in the exchange.
    Response,
}

/// What the request side leaves for the response side.
#[derive(Default)]
pub(crate) struct Progress {
    /// Groups whose condition has been asked, and what it said.
    groups: SmallVec<[(u16, bool); 2]>,
    /// The chain of the known client, once it is in force.
    effective: Option<Arc<Effective>>,
    /// A step or the endpoint failed: only what always runs does.
    failed: bool,
}

impl ReadyChain {
    /// Makes a route's chain ready; without route the table's outer ring, for requests that no route takes.
    pub fn compile(table: &Table, route: Option<&Route>, builder: &Builder<'_>) -> Result<Self, BuildError> {
        let ring = builder.ring(table)?;
        let mut own = Vec::new();
        let mut groups = Vec::new();
        for group in route.map_or(&[][..], |route| &route.chain.groups) {
            let at = builder.group(group, table.normalization, &mut groups)?;
            for step in &group.steps {
                let mut step = builder.step(step, Place::Route, at, table.normalization)?;
                let group_asks = at.is_some_and(|at| groups[usize::from(at)].asks_body());
                step.asks_body |= group_asks && step.side == Side::Request;
                step.always |= group.always;
                own.push(step);
            }
        }
        let around = route.and_then(|route| route.around.as_deref());
        let answers = around.and_then(|around| around.answers.as_ref());
        let answers = answers.map(|answers| builder.answers(answers)).transpose()?.map(Box::new);
        let mut chain = Self { own, groups, answers, base: Arc::default(), resolved: None, ring };
        let base = if route.is_some() { Effective::base } else { Effective::unrouted };
        chain.base = Arc::new(base(&chain));
        chain.resolved = route.and_then(|route| Resolved::new(&chain.ring, &route.id));
        Ok(chain)
    }

    /// Runs the request side. The response stands in the exchange when a step answered or failed.
    pub async fn request(&self, exchange: &mut Exchange) -> Next {
        self.open(exchange);
        if let Some(resolved) = &self.resolved {
            return self.overlaid_request(resolved, exchange).await;
        }
        for id in &self.base.request {
            if !self.go_on(*id, exchange).await {
                return Next::Response;
            }
        }
        after_request(exchange)
    }

    async fn overlaid_request(&self, resolved: &Resolved, exchange: &mut Exchange) -> Next {
        let mut walk = Walk::new(self, resolved);
        while let Some(id) = walk.next(exchange) {
            let on = self.go_on(id, exchange).await;
            walk.ran(id, exchange);
            if !on {
                return Next::Response;
            }
        }
        after_request(exchange)
    }

    /// Runs a step of the request side; `false` ends that side.
    async fn go_on(&self, id: StepId, exchange: &mut Exchange) -> bool {
        match self.run(self.step(id), exchange).await {
            Outcome::Continue => true,
            Outcome::Respond(response) => {
                exchange.response = Some(response);
                false
            }
            Outcome::Fail(failure) => {
                self.fail(exchange, failure);
                false
            }
        }
    }

    /// Runs the response side; after a failure only the outer ring, and groups that say so.
    pub async fn response(&self, exchange: &mut Exchange) {
        let known = exchange.progress.effective.clone();
        for id in &known.as_ref().unwrap_or(&self.base).response {
            let step = self.step(*id);
            if exchange.progress.failed && !step.always {
                continue;
            }
            match self.run(step, exchange).await {
                Outcome::Continue => {}
                Outcome::Respond(response) => exchange.response = Some(response),
                Outcome::Fail(failure) => self.fail(exchange, failure),
            }
        }
    }

    /// Whether steps run after the last byte.
    pub fn logs(&self, exchange: &Exchange) -> bool {
        !exchange.progress.effective.as_ref().unwrap_or(&self.base).log.is_empty()
    }

    /// Runs the steps of the log phase, which never wait; a failure keeps none of them from running.
    pub fn log(&self, exchange: &mut Exchange) {
        let known = exchange.progress.effective.clone();
        for id in &known.as_ref().unwrap_or(&self.base).log {
            let step = self.step(*id);
            if !self.is_meant(step, exchange).unwrap_or(false) {
                continue;
            }
            // what they decide has no effect any more
            let _ = step.policy.run(exchange);
        }
    }

    /// Makes a failure, of a step or of the endpoint, the exchange's response.
    pub fn fail(&self, exchange: &mut Exchange, failure: Box<Failure>) {
        self.open(exchange);
        exchange.response = Some(self.answers().render(exchange, &failure));
        exchange.failure = Some(failure);
        exchange.progress.failed = !self.answers().all_steps;
    }

    /// Gives the exchange the table's forms of messages.
    fn open(&self, exchange: &mut Exchange) {
        if let Some(messages) = self.answers().messages() {
            exchange.messages.get_or_insert_with(|| messages.clone());
        }
    }

    async fn run(&self, step: &ReadyStep, exchange: &mut Exchange) -> Outcome {
        if step.asks_body
            && let Err(failure) = Box::pin(exchange.hold_body()).await
        {
            return Outcome::Fail(failure);
        }
        let asks = self.asks(step, exchange);
        if !asks.nothing()
            && let Err(failure) = Box::pin(asks.read(exchange)).await
        {
            return Outcome::Fail(failure);
        }
        match self.is_meant(step, exchange) {
            Ok(true) => {}
            Ok(false) => return Outcome::Continue,
            Err(failure) => return Outcome::Fail(failure),
        }
        match step.policy.run(exchange) {
            Running::Done(outcome) => outcome,
            Running::Wait(future) => future.await,
        }
    }

    /// Which bodies the conditions of its group and its own will ask for.
    fn asks(&self, step: &ReadyStep, exchange: &Exchange) -> Asks {
        let own = step.predicate.as_ref().map_or(Asks::default(), |predicate| predicate.asks(exchange));
        own.and(groups::asks(&self.groups, step.group, exchange))
    }

    /// Whether the conditions of its group and its own hold.
    fn is_meant(&self, step: &ReadyStep, exchange: &mut Exchange) -> Result<bool, Box<Failure>> {
        if !groups::holds(&self.groups, step.group, exchange)? {
            return Ok(false);
        }
        step.predicate.as_ref().map_or(Ok(true), |predicate| predicate.holds(exchange))
    }

    pub(crate) fn ring(&self) -> &Arc<Ring> {
        &self.ring
    }

    fn answers(&self) -> &ReadyAnswers {
        self.answers.as_deref().unwrap_or(&self.ring.answers)
    }

    /// Ring steps come first in the numbering, the route's own after them.
    fn step(&self, id: StepId) -> &ReadyStep {
        let at = id.0 as usize;
        self.ring.steps.get(at).unwrap_or_else(|| &self.own[at - self.ring.steps.len()])
    }
}

/// A step may have left a response in the endpoint's place.
fn after_request(exchange: &Exchange) -> Next {
    if exchange.response.is_some() { Next::Response } else { Next::Endpoint }
}

#[cfg(test)]
mod tests;
