//! Requests divided by weight: an attribute says where each belongs.

use crate::auth::refuse::asks_body;
use crate::exchange::Exchange;
use crate::predicate::Asked;
use crate::{Outcome, Policy, Running};
use expr::Value;
use expr::vars::ReadyCondition;
use model::policy::{Split as Data, SplitRule, SplitWay};
use model::variable::Variable;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rules, made ready.
pub(crate) struct Split {
    attribute: Arc<str>,
    rules: Vec<ReadyRule>,
    asks_body: bool,
}

struct ReadyRule {
    when: Vec<ReadyCondition<Variable>>,
    turns: Turns,
}

/// The values in the order in which they have their turns, which begins anew at its end.
struct Turns {
    order: Vec<Option<Value<'static>>>,
    next: AtomicUsize,
}

/// Turns of one round: weights that need more are rounded.
const LONGEST: u64 = 10_000;

impl Split {
    pub(crate) fn compile(data: &Data) -> Self {
        let ready = |rule: &SplitRule| ReadyRule {
            when: rule.when.iter().map(ReadyCondition::new).collect(),
            turns: Turns::new(&rule.ways),
        };
        Self {
            attribute: data.attribute.as_str().into(),
            rules: data.rules.iter().map(ready).collect(),
            asks_body: data.rules.iter().flat_map(|rule| &rule.when).any(asks_body),
        }
    }

    fn divide(&self, exchange: &mut Exchange) -> Outcome {
        let value = {
            let asked = Asked::of(exchange);
            let takes = |rule: &&ReadyRule| rule.when.is_empty() || rule.when.iter().any(|one| one.holds(&asked));
            self.rules.iter().find(takes).and_then(|rule| rule.turns.take())
        };
        if let Some(value) = value {
            exchange.set_attribute(&self.attribute, value);
        }
        Outcome::Continue
    }

    async fn divide_with_body(&self, exchange: &mut Exchange) -> Outcome {
        match exchange.hold_body().await {
            Ok(_) => self.divide(exchange),
            Err(failure) => Outcome::Fail(failure),
        }
    }
}

impl Turns {
    /// Each turn goes to whoever is furthest behind what its weight promises: those of small weight stand evenly among
    /// the others.
    fn new(ways: &[SplitWay]) -> Self {
        let weights = rounded(ways);
        let total: u64 = weights.iter().sum();
        let mut credit = vec![0_i64; weights.len()];
        let mut order = Vec::new();
        for _ in 0..total {
            credit.iter_mut().zip(&weights).for_each(|(credit, weight)| *credit += *weight as i64);
            let best = (0..credit.len()).rev().max_by_key(|at| credit[*at]).unwrap_or(0);
            credit[best] -= total as i64;
            order.push(ways[best].value.clone().map(Value::from));
        }
        Self { order, next: AtomicUsize::new(0) }
    }

    fn take(&self) -> Option<Value<'static>> {
        if self.order.is_empty() {
            return None;
        }
        let at = self.next.fetch_add(1, Ordering::Relaxed) % self.order.len();
        self.order[at].clone()
    }
}

/// Weights without what divides them all, and not too large.
fn rounded(ways: &[SplitWay]) -> Vec<u64> {
    let weights = ways.iter().map(|way| u64::from(way.weight));
    let divisor = weights.clone().fold(0, gcd).max(1);
    let total: u64 = weights.clone().map(|weight| weight / divisor).sum();
    let smaller = |weight: u64| match weight / divisor {
        weight if total <= LONGEST => weight,
        0 => 0,
        weight => (weight * LONGEST / total).max(1),
    };
    weights.map(smaller).collect()
}

fn gcd(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { gcd(other, one % other) }
}

impl Policy for Split {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.asks_body {
            return Running::Wait(Box::pin(self.divide_with_body(exchange)));
        }
        Running::Done(self.divide(exchange))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;

    fn way(weight: u32, value: &str) -> SplitWay {
        SplitWay { weight, value: (!value.is_empty()).then(|| value.to_owned()) }
    }

    fn seen(split: &Split, target: &str) -> String {
        let mut exchange = testing::get(target);
        assert!(matches!(split.run(&mut exchange).done(), Outcome::Continue));
        exchange.attribute("to").map_or_else(|| "-".to_owned(), ToString::to_string)
    }

    #[test]
    fn requests_are_divided_evenly_by_weight() {
        let rule = |ways: &[SplitWay]| SplitRule { when: Vec::new(), ways: ways.to_vec() };
        for (ways, expected) in [
            (&[way(3, "a"), way(1, "b")][..], "aabaaaba"),
            (&[way(50, ""), way(50, "b")], "-b-b-b-b"),
            (&[way(0, "a"), way(7, "b")], "bbbbbbbb"),
            (&[way(0, "a")], "--------"),
            (&[], "--------"),
        ] {
            let split = Split::compile(&Data { attribute: "to".into(), rules: vec![rule(ways)] });
            let order: String = (0..8).map(|_| seen(&split, "/")).collect();
            assert_eq!(order, expected, "{ways:?}");
        }
        let split =
            Split::compile(&Data { attribute: "to".into(), rules: vec![rule(&[way(u32::MAX, "a"), way(1, "b")])] });
        assert!(split.rules[0].turns.order.len() as u64 <= LONGEST + 1);
        let rare =
            split.rules[0].turns.order.iter().filter(|value| value.as_ref().and_then(Value::as_str) == Some("b"));
        assert_eq!(rare.count(), 1);
    }

    #[test]
    fn the_first_rule_that_takes_a_request_divides_it() {
        let vars = |text: &str| {
            let rules: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
            expr::vars::read(&rules, &Variable::of).unwrap()
        };
        let rules = vec![
            SplitRule {
                when: vec![vars(r#"[["arg_a", "==", "1"]]"#), vars(r#"[["arg_b", "==", "1"]]"#)],
                ways: vec![way(1, "x")],
            },
            SplitRule { when: vec![vars(r#"[["arg_c", "==", "1"]]"#)], ways: vec![way(1, "y")] },
        ];
        let split = Split::compile(&Data { attribute: "to".into(), rules });
        for (target, expected) in [("/?a=1", "x"), ("/?b=1&c=1", "x"), ("/?c=1", "y"), ("/", "-")] {
            assert_eq!(seen(&split, target), expected, "{target}");
        }
    }
}
