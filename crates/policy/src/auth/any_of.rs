//! Several policies of which one is enough.

use crate::exchange::Exchange;
use crate::refusal::ReadyRefusals;
use crate::{Outcome, Policy, Running};
use http::{HeaderMap, Uri};
use model::policy::Case;

/// Asks one policy after the other until one lets in.
pub(crate) struct AnyOf {
    pub(crate) policies: Vec<Box<dyn Policy>>,
    pub(crate) refusals: ReadyRefusals,
}

/// What a policy that does not let in may have changed.
struct Before {
    headers: HeaderMap,
    target: Uri,
    received: Option<Uri>,
}

impl Before {
    fn of(exchange: &Exchange) -> Self {
        let (headers, target) = (exchange.request.headers.clone(), exchange.request.uri.clone());
        Self { headers, target, received: exchange.received.clone() }
    }

    fn restore(&self, exchange: &mut Exchange) {
        exchange.request.headers.clone_from(&self.headers);
        exchange.request.uri.clone_from(&self.target);
        exchange.received.clone_from(&self.received);
    }
}

impl AnyOf {
    fn nobody(&self) -> Outcome {
        Outcome::Fail(self.refusals.failure(Case::Unknown, "none of the ways in is for this client", ""))
    }

    /// From this policy on, which must wait.
    async fn wait(&self, exchange: &mut Exchange, from: usize, before: Before) -> Outcome {
        for policy in &self.policies[from..] {
            let outcome = match policy.run(exchange) {
                Running::Done(outcome) => outcome,
                Running::Wait(waiting) => waiting.await,
            };
            if !matches!(outcome, Outcome::Fail(_)) {
                return outcome;
            }
            before.restore(exchange);
        }
        self.nobody()
    }
}

impl Policy for AnyOf {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let before = Before::of(exchange);
        for (at, policy) in self.policies.iter().enumerate() {
            let done = match policy.run(exchange) {
                Running::Done(outcome) => Some(outcome),
                // not begun yet: it is asked again where there is time to wait
                Running::Wait(_) => None,
            };
            match done {
                Some(Outcome::Fail(_)) => before.restore(exchange),
                Some(outcome) => return Running::Done(outcome),
                None => {
                    before.restore(exchange);
                    return Running::Wait(Box::pin(self.wait(exchange, at, before)));
                }
            }
        }
        Running::Done(self.nobody())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use crate::failure::{Blame, Failure};
    use model::answer::FailureKind;

    /// Takes a field off and lets in whom it names.
    struct Named(&'static str, bool);

    impl Policy for Named {
        fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
            let shown = exchange.request.headers.remove("x-name");
            let outcome = match shown.is_some_and(|shown| shown == self.0) {
                true => Outcome::Continue,
                false => Outcome::Fail(Failure::new(FailureKind::Unauthorized, Blame::Client, "no")),
            };
            if self.1 { Running::Wait(Box::pin(async { outcome })) } else { Running::Done(outcome) }
        }
    }

    #[tokio::test]
    async fn one_policy_is_enough_and_the_others_leave_no_trace() {
        for slow in [[false, false], [true, false], [false, true], [true, true]] {
            let policies: Vec<Box<dyn Policy>> = vec![Box::new(Named("a", slow[0])), Box::new(Named("b", slow[1]))];
            let any = AnyOf { policies, refusals: ReadyRefusals::default() };
            for (name, passes) in [("a", true), ("b", true), ("c", false)] {
                let mut exchange = testing::of(http::Request::get("/").header("x-name", name));
                let outcome = match any.run(&mut exchange) {
                    Running::Done(outcome) => outcome,
                    Running::Wait(waiting) => waiting.await,
                };
                assert_eq!(matches!(outcome, Outcome::Continue), passes, "{name} {slow:?}");
                assert_eq!(exchange.request.headers.contains_key("x-name"), !passes, "{name} {slow:?}");
            }
        }
    }
}
