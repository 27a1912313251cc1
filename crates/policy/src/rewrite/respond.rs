//! A fixed answer as a step.

use crate::answer::ReadyAnswer;
use crate::exchange::Exchange;
use crate::{Outcome, Policy, Running};

/// Answers at once.
pub(crate) struct Respond {
    pub(crate) answer: ReadyAnswer,
}

impl Policy for Respond {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        Running::Done(Outcome::Respond(self.answer.render(exchange, None)))
    }
}
