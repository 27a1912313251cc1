//! Circuits that open after failures: no request is sent for some time, and then one on trial.

use crate::exchange::Exchange;
use model::endpoint::Breaker;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Values by which circuits are told apart; what comes beyond them is not judged.
const LARGEST: usize = 10_000;

/// The circuits of a rule. Only those are kept that have something against them.
pub(super) struct Circuits {
    rule: Breaker,
    known: Mutex<HashMap<String, Circuit>>,
}

#[derive(Default)]
struct Circuit {
    /// In a row.
    failed: u32,
    /// In a row.
    slow: u32,
    /// It is open until then; afterwards one request is on trial.
    open: Option<Instant>,
    /// A request is on trial.
    trial: bool,
}

impl Circuits {
    pub(super) fn new(rule: Breaker) -> Self {
        Self { rule, known: Mutex::default() }
    }

    /// What the request is judged with.
    pub(super) fn key(&self, exchange: &Exchange) -> String {
        let Some(by) = &self.rule.by else { return String::new() };
        let value = exchange.attribute(by).map(ToString::to_string);
        value.unwrap_or_else(|| exchange.client.address.to_canonical().to_string())
    }

    /// Whether a request may be sent.
    pub(super) fn begin(&self, key: &str, now: Instant) -> bool {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(circuit) = known.get_mut(key) else { return true };
        match circuit.open {
            None => true,
            Some(until) if now < until || circuit.trial => false,
            Some(_) => {
                circuit.trial = true;
                true
            }
        }
    }

    /// Judges a request that was sent.
    pub(super) fn end(&self, key: &str, good: bool, began: Instant, now: Instant) {
        let slow = self.rule.slow.is_some_and(|slow| now.saturating_duration_since(began) >= slow);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if good && !slow {
            known.remove(key);
            return;
        }
        if known.len() >= LARGEST && !known.contains_key(key) {
            known.retain(|_, circuit| circuit.open.is_none_or(|until| until > now));
            if known.len() >= LARGEST {
                return;
            }
        }
        let circuit = known.entry(key.to_owned()).or_default();
        circuit.failed = if good { 0 } else { circuit.failed + 1 };
        circuit.slow = if slow { circuit.slow + 1 } else { 0 };
        let most = self.rule.failures.max(1);
        if std::mem::take(&mut circuit.trial) || circuit.failed >= most || circuit.slow >= most {
            *circuit = Circuit { open: Some(now + self.rule.pause), ..Circuit::default() };
        }
    }

    /// A request ended without an answer to whether it was good: its client left.
    pub(super) fn leave(&self, key: &str) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(circuit) = known.get_mut(key) {
            circuit.trial = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    /// Each step: after so many seconds, whether one is sent, and then how it ends: `g`ood, `b`ad, `s`low, `l`eft.
    fn check(steps: &[(u32, bool, char)]) {
        let rule = Breaker { failures: 2, slow: Some(SECOND), pause: 10 * SECOND, by: None };
        let circuits = Circuits::new(rule);
        let start = Instant::now();
        for (number, (after, sent, end)) in steps.iter().enumerate() {
            let now = start + *after * SECOND;
            assert_eq!(circuits.begin("k", now), *sent, "step {number} of {steps:?}");
            assert!(circuits.begin("other", now), "others are not judged with it");
            match end {
                _ if !sent => {}
                'g' => circuits.end("k", true, now, now),
                'b' => circuits.end("k", false, now, now),
                's' => circuits.end("k", true, now - 2 * SECOND, now),
                _ => circuits.leave("k"),
            }
        }
    }

    #[test]
    fn circuits_open_and_close() {
        check(&[(0, true, 'b'), (0, true, 'g'), (0, true, 'b'), (0, true, 'b'), (0, false, ' ')]);
        check(&[(0, true, 's'), (0, true, 's'), (9, false, ' '), (10, true, 'g'), (10, true, 'b'), (10, true, 'g')]);
        check(&[(0, true, 'b'), (0, true, 'b'), (10, true, 'b'), (19, false, ' '), (20, true, 'g')]);
        check(&[(0, true, 'b'), (0, true, 'b'), (10, true, 'l'), (10, true, 'g'), (10, true, 'g')]);
        check(&[(0, true, 'b'), (0, true, 's'), (0, true, 'b'), (0, true, 'g')]);
    }

    #[test]
    fn one_request_at_a_time_is_on_trial() {
        let rule = Breaker { failures: 1, slow: Some(SECOND), pause: SECOND, by: None };
        let circuits = Circuits::new(rule);
        let now = Instant::now();
        circuits.end("k", false, now, now);
        assert!(circuits.begin("k", now + SECOND));
        assert!(!circuits.begin("k", now + SECOND));
    }
}
