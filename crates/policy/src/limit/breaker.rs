//! A rest for those behind a route that fail again and again.

mod records;

pub(crate) use records::Records;

use super::by::ReadyBy;
use super::counters::Counters;
use crate::answer::ReadyAnswer;
use crate::build::BuildCause;
use crate::exchange::Exchange;
use crate::{Outcome, Policy, Running};
use model::policy::Breaker as Data;
use records::Patience;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// What both sides know.
pub(crate) struct Rules {
    records: Arc<Records>,
    by: ReadyBy,
    bad: Vec<(u16, u16)>,
    good: Vec<(u16, u16)>,
    patience: Patience,
    answer: ReadyAnswer,
}

/// Request side: answers during a rest.
pub(crate) struct Rest {
    pub(crate) rules: Arc<Rules>,
    pub(crate) slot: usize,
}

/// After the last byte: takes down how those behind did.
pub(crate) struct TakeDown {
    pub(crate) rules: Arc<Rules>,
    pub(crate) slot: usize,
}

/// With which others a request counts.
struct Counted(u128);

impl Rules {
    pub(crate) fn compile(data: &Data, counters: &Counters) -> Result<Self, BuildCause> {
        Ok(Self {
            records: counters.records(&data.scope),
            by: ReadyBy::compile(&data.by)?,
            bad: data.bad.clone(),
            good: data.good.clone(),
            patience: Patience {
                failures: data.failures.max(1),
                successes: data.successes.max(1),
                first: data.first,
                longest: data.longest,
            },
            answer: ReadyAnswer::compile(&data.answer)?,
        })
    }
}

impl Policy for Rest {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let rules = &self.rules;
        let key = match rules.by.key(exchange) {
            Ok(Some(key)) => key,
            Ok(None) => return Running::Done(Outcome::Continue),
            Err(failure) => return Running::Done(Outcome::Fail(failure)),
        };
        if rules.records.rests(key, now(exchange), &rules.patience) {
            return Running::Done(Outcome::Respond(rules.answer.render(exchange, None)));
        }
        exchange.remember(self.slot, Counted(key));
        Running::Done(Outcome::Continue)
    }
}

impl Policy for TakeDown {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if let (Some(Counted(key)), Some(status)) = (exchange.recall::<Counted>(self.slot), answered(exchange)) {
            let among = |all: &[(u16, u16)]| all.iter().any(|(from, to)| (*from..=*to).contains(&status));
            let rules = &self.rules;
            match (among(&rules.bad), among(&rules.good)) {
                (true, _) => rules.records.failed(*key, now(exchange), &rules.patience),
                (false, true) => rules.records.succeeded(*key, &rules.patience),
                (false, false) => {}
            }
        }
        Running::Done(Outcome::Continue)
    }
}

/// The status of those behind; what the client got, where they could not be reached. `None`: nobody was asked.
fn answered(exchange: &Exchange) -> Option<u16> {
    let sent = || exchange.sent.as_ref().map(|sent| sent.status);
    match (&exchange.upstream, &exchange.call) {
        (Some(upstream), _) => upstream.status.or_else(sent),
        (None, Some(_)) => sent(),
        (None, None) => None,
    }
}

fn now(exchange: &Exchange) -> Duration {
    exchange.time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{CallFacts, Sent, testing};
    use model::answer::Answer;
    use model::policy::LimitBy;

    fn rules() -> Arc<Rules> {
        let data = Data {
            scope: "s".into(),
            by: LimitBy::Everyone,
            bad: vec![(500, 599)],
            failures: 2,
            good: vec![(200, 299)],
            successes: 2,
            first: Duration::from_secs(2),
            longest: Duration::from_secs(5),
            answer: Answer::status(503),
        };
        Arc::new(Rules::compile(&data, &Counters::default()).unwrap_or_else(|error| panic!("{error}")))
    }

    /// Asks at this second; a function answers with this status, if it is asked. What the client gets.
    fn ask(rules: &Arc<Rules>, second: u64, status: u16) -> u16 {
        let mut exchange = testing::get("/");
        exchange.time = UNIX_EPOCH + Duration::from_secs(1_700_000_000 + second);
        let rest = Rest { rules: rules.clone(), slot: 1 };
        if let Outcome::Respond(response) = rest.run(&mut exchange).done() {
            return response.status().as_u16();
        }
        exchange.call = Some(CallFacts::of("f".into()));
        exchange.sent = Some(Box::new(Sent { status, ..Sent::default() }));
        let _ = TakeDown { rules: rules.clone(), slot: 1 }.run(&mut exchange);
        status
    }

    #[test]
    fn rests_grow_and_successes_end_them() {
        let rules = rules();
        for (second, status, expected) in [
            (0, 500, 500),
            (0, 404, 404),
            (0, 502, 502),
            (1, 200, 503),
            (2, 200, 503),
            (3, 200, 200),
            // a failure more makes the rest longer that was
            (3, 500, 500),
            (3, 500, 503),
            (5, 500, 500),
            (9, 200, 503),
            (10, 500, 500),
            (10, 500, 503),
            // the third would be 8 s long, but none is longer than 5 s
            (11, 500, 500),
            (16, 200, 503),
            (17, 200, 200),
            (17, 200, 200),
            (17, 500, 500),
            (17, 200, 200),
        ] {
            assert_eq!(ask(&rules, second, status), expected, "{second} {status}");
        }
    }

    #[test]
    fn a_request_that_nobody_behind_saw_does_not_count() {
        let rules = rules();
        for _ in 0..5 {
            let mut exchange = testing::get("/");
            assert!(matches!(Rest { rules: rules.clone(), slot: 1 }.run(&mut exchange).done(), Outcome::Continue));
            exchange.sent = Some(Box::new(Sent { status: 500, ..Sent::default() }));
            let _ = TakeDown { rules: rules.clone(), slot: 1 }.run(&mut exchange);
        }
        assert_eq!(ask(&rules, 0, 200), 200);
    }
}
