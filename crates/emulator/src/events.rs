//! Calls nobody waits for: they wait for their turn, are tried again when they fail, and told about when they are over.

mod destination;

use crate::answer::Answer;
use crate::call::{self, Call};
use crate::function::{EventSettings, Function, NoTurn, Turn};
use crate::host::Host;
use crate::instance::Invocation;
use crate::refusal::Refusal;
use crate::settings::EventWaits;
use destination::Condition;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const KILOBYTE: usize = 1024;
/// What holds for a function that cannot be read, which may change while the event waits: AWS's defaults.
const UNREAD: EventSettings =
    EventSettings { retries: 2, max_age: Duration::from_secs(6 * 3600), on_success: None, on_failure: None };

/// An event that has been accepted.
#[derive(Clone)]
pub(crate) struct Event {
    pub(crate) function: Arc<Function>,
    pub(crate) version: Arc<str>,
    pub(crate) invocation: Invocation,
}

/// How one try went.
enum Tried {
    /// The function ran, or could not have.
    Ended(Answer),
    Throttled,
    TooOld,
    /// The function is gone: there is nobody to tell.
    Gone,
}

/// What has become of an event so far.
#[derive(Default)]
struct Past {
    tries: usize,
    throttles: u32,
    /// The answer of the last try.
    answer: Option<Answer>,
}

/// What becomes of it next.
enum Next {
    After(Duration),
    Over(Condition),
    Forgotten,
}

/// Lets an event wait for its turn, if there is room.
pub(crate) fn enqueue(host: Arc<Host>, event: Event) -> Result<(), Refusal> {
    let kilobytes = u32::try_from(event.invocation.event.len().div_ceil(KILOBYTE).max(1)).unwrap_or(u32::MAX);
    let room = host.event_room.clone().try_acquire_many_owned(kilobytes);
    let room = room.map_err(|_| Refusal::Throttled(Default::default()))?;
    let mut closed = host.closed.subscribe();
    tokio::spawn(async move {
        let _room = room;
        tokio::select! {
            () = event.live(&host) => {}
            _ = closed.wait_for(|closed| *closed) => {
                let (function, request_id) = (&**event.function.name(), &*event.invocation.request_id);
                tracing::warn!(function, request_id, "an event was not done when the local lambda ended: it is lost");
            }
        }
    });
    Ok(())
}

impl Event {
    /// Tries until it succeeds, has failed too often, or is too old.
    async fn live(&self, host: &Arc<Host>) {
        let (accepted, mut past) = (Instant::now(), Past::default());
        loop {
            let settings = self.settings();
            let oldest = accepted + settings.max_age;
            let tried = self.attempt(host, oldest).await;
            match past.add(tried, &settings, &host.event_waits) {
                // Who would be too old behind the wait need not wait.
                Next::After(wait) if Instant::now() + wait > oldest => {
                    return self.tell(host, Condition::EventAgeExceeded, &past).await;
                }
                Next::After(wait) => tokio::time::sleep(wait).await,
                Next::Over(condition) => return self.tell(host, condition, &past).await,
                Next::Forgotten => return,
            }
        }
    }

    async fn attempt(&self, host: &Arc<Host>, oldest: Instant) -> Tried {
        let refuse = |reason| Refusal::told(host, &self.function, &self.invocation, reason);
        match self.turn(oldest).await {
            Some(Ok(turn)) => {
                let Self { function, version, invocation } = self.clone();
                let call = Call { function, version, invocation, tail: false, status: 202 };
                Tried::Ended(call::run(host.clone(), turn, call).await)
            }
            Some(Err(reason @ NoTurn::Throttled(_))) => {
                refuse(reason);
                Tried::Throttled
            }
            Some(Err(reason @ NoTurn::Unusable(_))) => Tried::Ended(unusable(&refuse(reason))),
            Some(Err(NoTurn::Gone)) => {
                refuse(NoTurn::Gone);
                Tried::Gone
            }
            None => Tried::TooOld,
        }
    }

    /// A turn. Who finds all instances at work waits for the first that is free; who is throttled on purpose is told
    /// so. Nothing when the event has grown too old meanwhile.
    async fn turn(&self, oldest: Instant) -> Option<Result<Turn, NoTurn>> {
        match self.function.turn() {
            Err(NoTurn::Throttled(_)) if !self.is_throttled_on_purpose() => {
                tokio::time::timeout_at(oldest, self.function.wait_for_turn()).await.ok()
            }
            turn => Some(turn),
        }
    }

    fn is_throttled_on_purpose(&self) -> bool {
        self.function.definition().is_ok_and(|definition| definition.faults.throttle.is_some())
    }

    fn settings(&self) -> EventSettings {
        self.function.definition().map_or(UNREAD, |definition| definition.event.clone())
    }

    async fn tell(&self, host: &Host, condition: Condition, past: &Past) {
        let settings = self.settings();
        let (file, is_good) = match condition {
            Condition::Success => (settings.on_success, true),
            Condition::RetriesExhausted | Condition::EventAgeExceeded => (settings.on_failure, false),
        };
        if let Some(file) = file {
            destination::write(host, self, file, condition, past).await;
        } else if !is_good {
            let (function, request_id) = (&**self.function.name(), &*self.invocation.request_id);
            let (tries, condition) = (past.tries, condition.name());
            tracing::warn!(function, request_id, tries, condition, "an event is given up");
        }
    }
}

impl Past {
    fn add(&mut self, tried: Tried, settings: &EventSettings, waits: &EventWaits) -> Next {
        match tried {
            Tried::Ended(answer) => {
                self.tries += 1;
                let failed = self.answer.insert(answer).failed;
                match self.tries {
                    _ if !failed => Next::Over(Condition::Success),
                    tries if tries > usize::from(settings.retries) => Next::Over(Condition::RetriesExhausted),
                    tries => Next::After(waits.after_failure[(tries - 1).min(1)]),
                }
            }
            Tried::Throttled => {
                self.throttles += 1;
                Next::After(throttled(waits, self.throttles))
            }
            Tried::TooOld => Next::Over(Condition::EventAgeExceeded),
            Tried::Gone => Next::Forgotten,
        }
    }
}

/// A folder that cannot be understood counts as a failure: it may have been mended by the next try.
fn unusable(refusal: &Refusal) -> Answer {
    let payload = json!({ "errorType": refusal.kind(), "errorMessage": refusal.to_string() }).to_string();
    Answer { payload: payload.into(), failed: true, tail: None }
}

fn throttled(waits: &EventWaits, times: u32) -> Duration {
    let doubled = 2u32.saturating_pow(times.saturating_sub(1));
    waits.throttled.saturating_mul(doubled).min(waits.throttled_most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throttled_event_waits_longer_each_time() {
        let waits = EventWaits::default();
        for (times, seconds) in [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (u32::MAX, 300)] {
            assert_eq!(throttled(&waits, times).as_secs(), seconds, "{times}");
        }
    }
}
