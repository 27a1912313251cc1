//! Stands for a policy that guards a route and is not there: nobody passes.

use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::{Outcome, Policy, Running};
use model::answer::FailureKind;

/// Refuses every request.
pub(crate) struct Missing {
    pub(crate) name: String,
}

impl Policy for Missing {
    fn run<'a>(&'a self, _: &'a mut Exchange) -> Running<'a> {
        let text = "a policy that guards this route is not there";
        let detail = format!("the policy {:?} guards this route and is not built into this gateway", self.name);
        let failure = Failure::new(FailureKind::PolicyMissing, Blame::Config, text).detail(detail);
        Running::Done(Outcome::Fail(failure))
    }
}
