//! Extensions of one instance: who has registered, what each waits for, and whether all are done with the last event.

pub(super) mod api;

use super::{Exit, Invocation};
use bytes::Bytes;
use serde_json::json;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::{Notify, oneshot};

/// AWS's limit.
const MAX_EXTENSIONS: usize = 10;

/// What an extension may be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Invoke,
    Shutdown,
}

/// Why an instance ends, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shutdown {
    Spindown,
    Timeout,
    Failure,
}

/// Why an extension is told no: AWS's type, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) kind: &'static str,
    pub(super) message: String,
}

/// All extensions of an instance.
#[derive(Default)]
pub(super) struct Extensions {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    members: Vec<Member>,
    /// The runtime has asked for its first call: nobody may join any more.
    is_closed: bool,
}

struct Member {
    name: String,
    /// A process of its own, started from the `extensions` folder; else it is part of the function's.
    is_external: bool,
    /// Once it has registered.
    id: Option<String>,
    events: Vec<Event>,
    /// It asks for an event, and has no other to see to.
    waiting: Option<oneshot::Sender<Bytes>>,
    /// An event that it has not taken.
    pending: Option<Bytes>,
    /// It has come back from its last event, or has asked for its first.
    is_idle: bool,
    exit: Option<Exit>,
}

impl Extensions {
    /// Expects an extension whose process is about to start.
    pub(super) fn expect(&self, name: &str) {
        self.state().members.push(Member::new(name.to_owned(), true));
    }

    /// Whether an event of the end would be seen by anyone.
    pub(super) fn want_shutdown(&self) -> bool {
        self.state().members.iter().any(|member| member.exit.is_none() && member.events.contains(&Event::Shutdown))
    }

    /// Nobody may register any more.
    pub(super) fn close(&self) {
        self.state().is_closed = true;
    }

    /// An extension registers; the answer is its identifier.
    pub(super) fn register(&self, name: &str, events: Vec<Event>) -> Result<String, Refused> {
        let mut state = self.state();
        if let Some(member) = state.members.iter_mut().find(|member| member.name == name) {
            if member.id.is_some() {
                return Err(Refused::new("Extension.AlreadyRegistered", format!("{name} is registered already")));
            }
            let id = member.join(events);
            self.changed.notify_waiters();
            return Ok(id);
        }
        if events.contains(&Event::Shutdown) {
            let message = "SHUTDOWN: event is not supported for internal extensions";
            return Err(Refused::new("Extension.InvalidEventType", message.to_owned()));
        }
        if state.is_closed {
            let message = "Extension registration closed already";
            return Err(Refused::new("Extension.RegistrationClosed", message.to_owned()));
        }
        if state.members.len() >= MAX_EXTENSIONS {
            let message = format!("Extension limit ({MAX_EXTENSIONS}) reached");
            return Err(Refused::new("Extension.TooManyExtensions", message));
        }
        let mut member = Member::new(name.to_owned(), false);
        let id = member.join(events);
        state.members.push(member);
        Ok(id)
    }

    /// An extension asks for an event: it is there, or comes later.
    pub(super) fn next(&self, id: &str) -> Result<oneshot::Receiver<Bytes>, Refused> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state();
        let member = state.member(id)?;
        match member.pending.take() {
            Some(event) => {
                member.is_idle = false;
                let _receiver_is_here = sender.send(event);
            }
            None => {
                member.is_idle = true;
                member.waiting = Some(sender);
            }
        }
        drop(state);
        self.changed.notify_waiters();
        Ok(receiver)
    }

    /// The name of a registered extension.
    pub(super) fn name(&self, id: &str) -> Result<String, Refused> {
        Ok(self.state().member(id)?.name.clone())
    }

    /// Tells of a call that begins.
    pub(super) fn tell_invoke(&self, invocation: &Invocation, deadline: SystemTime) {
        let mut state = self.state();
        if state.members.is_empty() {
            return;
        }
        let event = json!({
            "eventType": "INVOKE",
            "deadlineMs": milliseconds(deadline),
            "requestId": &*invocation.request_id,
            "invokedFunctionArn": &*invocation.function_arn,
            "tracing": { "type": "X-Amzn-Trace-Id", "value": &*invocation.trace_id },
        });
        state.tell(Event::Invoke, &event.to_string().into());
    }

    /// Tells of the end.
    pub(super) fn tell_shutdown(&self, reason: Shutdown, deadline: SystemTime) {
        let reason = match reason {
            Shutdown::Spindown => "spindown",
            Shutdown::Timeout => "timeout",
            Shutdown::Failure => "failure",
        };
        let deadline = milliseconds(deadline);
        let event = json!({ "eventType": "SHUTDOWN", "shutdownReason": reason, "deadlineMs": deadline });
        self.state().tell(Event::Shutdown, &event.to_string().into());
    }

    /// The process of an external extension has ended.
    pub(super) fn exited(&self, name: &str, exit: Exit) {
        if let Some(member) = self.state().members.iter_mut().find(|member| member.name == name) {
            member.exit = Some(exit);
        }
        self.changed.notify_waiters();
    }

    /// Waits until every process that was started has registered.
    pub(super) async fn registered(&self) {
        self.wait(|members| members.iter().all(|member| member.id.is_some())).await;
    }

    /// Waits until every extension is done with what it was told, and asks for more.
    pub(super) async fn settled(&self) {
        self.wait(|members| members.iter().all(Member::is_settled)).await;
    }

    /// Waits until no process of an extension is left.
    pub(super) async fn gone(&self) {
        self.wait(|members| members.iter().all(|member| !member.is_external || member.exit.is_some())).await;
    }

    /// Whether every extension is done with what it was told.
    pub(super) fn are_settled(&self) -> bool {
        self.state().members.iter().all(Member::is_settled)
    }

    /// Names of those that have not come yet, for people.
    pub(super) fn missing(&self) -> Vec<String> {
        let state = self.state();
        let missing = state.members.iter().filter(|member| member.id.is_none() || !member.is_idle);
        missing.map(|member| member.name.clone()).collect()
    }

    async fn wait(&self, is_so: impl Fn(&[Member]) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if is_so(&self.state().members) {
                return;
            }
            changed.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn member(&mut self, id: &str) -> Result<&mut Member, Refused> {
        let known = self.members.iter_mut().find(|member| member.id.as_deref() == Some(id));
        known.ok_or_else(|| Refused::new("Extension.UnknownExtensionIdentifier", format!("Unknown extension {id}")))
    }

    fn tell(&mut self, kind: Event, event: &Bytes) {
        for member in self.members.iter_mut().filter(|member| member.events.contains(&kind)) {
            // One that has left takes nothing: the event waits for its next question.
            let left = match member.waiting.take() {
                Some(waiting) => waiting.send(event.clone()).err(),
                None => Some(event.clone()),
            };
            member.is_idle = false;
            member.pending = left;
        }
    }
}

impl Member {
    fn new(name: String, is_external: bool) -> Self {
        let (events, is_idle) = (Vec::new(), false);
        Self { name, is_external, id: None, events, waiting: None, pending: None, is_idle, exit: None }
    }

    fn join(&mut self, events: Vec<Event>) -> String {
        let id = uuid();
        self.events = events;
        self.id = Some(id.clone());
        id
    }

    /// An internal extension may ask for its first event only when the runtime asks for its first call.
    fn is_settled(&self) -> bool {
        self.is_idle || self.exit.is_some()
    }
}

impl Refused {
    fn new(kind: &'static str, message: String) -> Self {
        Self { kind, message }
    }
}

fn milliseconds(time: SystemTime) -> u64 {
    u64::try_from(time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

/// A random UUID, version 4.
fn uuid() -> String {
    let bits = fastrand::u128(..) & !(0xf000 << 64) & !(0b11 << 62) | (0x4000 << 64) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
