//! Has the endpoint asked again.

use crate::again::ReadyAgain;
use crate::exchange::Exchange;
use crate::{Outcome, Policy, Running};
use std::sync::Arc;

/// The last one that runs counts.
pub(crate) struct Again(pub(crate) Arc<ReadyAgain>);

impl Policy for Again {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        exchange.again = Some(self.0.clone());
        Running::Done(Outcome::Continue)
    }
}
