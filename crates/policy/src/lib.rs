//! Policies: one step of a chain each, and the chain that runs them.
//!
//! [`exchange`] is what they share, [`chain`] runs them, [`build`] makes them from the model.
//! Not the life of a request as a whole: that is `proxy::handle`.

pub mod again;
pub mod answer;
mod auth;
pub mod build;
mod cache;
mod call;
pub mod chain;
pub mod consumers;
pub mod exchange;
pub mod failure;
pub mod lead;
mod learned;
mod limit;
mod log;
mod missing;
pub mod path;
pub mod predicate;
pub mod query;
mod refusal;
mod refusing;
mod rewrite;
mod server;
mod text;
mod variable;
pub mod way;
pub mod world;

pub use exchange::Exchange;
pub use failure::Failure;
pub use rewrite::headers::{EditError, Edits};

use net::Body;
use std::future::Future;
use std::pin::Pin;

/// What a step decided.
pub enum Outcome {
    /// On to the next step.
    Continue,
    /// This is the response; remaining request steps and the endpoint are skipped.
    Respond(http::Response<Body>),
    /// It cannot go on; only the outer ring's response steps run, and the failure becomes a response.
    Fail(Box<Failure>),
}

/// A step at work: done at once, or waiting for something.
pub enum Running<'a> {
    /// Done without waiting; costs no allocation.
    Done(Outcome),
    /// Waits for a body, a function, a counter.
    Wait(Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>),
}

impl Running<'_> {
    /// The outcome of a step that need not wait.
    #[cfg(test)]
    pub(crate) fn done(self) -> Outcome {
        match self {
            Self::Done(outcome) => outcome,
            Self::Wait(_) => panic!("the step waits"),
        }
    }
}

/// One step of a chain.
pub trait Policy: Send + Sync {
    /// Does its work on the exchange. Dropping the returned future leaves nothing half-done.
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a>;
}
