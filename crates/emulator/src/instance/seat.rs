//! Where a call and the runtime meet: one gives a call, the other takes it and answers.

use super::{Exit, InitFailure, Invocation, Outcome};
use bytes::Bytes;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::{Notify, oneshot};

/// A call as the runtime takes it.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) invocation: Invocation,
    pub(super) deadline: SystemTime,
}

/// Why the runtime is told no.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// No such call was ever given, or it is long over.
    InvalidRequestId,
    /// Not now.
    InvalidState,
}

/// The state of one instance.
#[derive(Default)]
pub(super) struct Seat {
    state: Mutex<State>,
    came_up: Notify,
}

#[derive(Default)]
struct State {
    phase: Phase,
    /// The call that was answered last: asking for it again is another mistake than asking for none.
    last: Option<Arc<str>>,
}

#[derive(Default)]
enum Phase {
    /// The runtime has not asked yet.
    #[default]
    Init,
    /// It said why it never will.
    Failed(Bytes),
    /// Between calls. The runtime waits here once it has asked.
    Free(Option<oneshot::Sender<Task>>),
    /// A call is given, and not taken while it is still here.
    Busy { request_id: Arc<str>, task: Option<Task>, outcome: oneshot::Sender<Outcome> },
    /// The process has ended, or is about to.
    Over(Option<Exit>),
}

impl Seat {
    /// Waits until the runtime has asked for its first call, or never will.
    pub(super) async fn ready(&self) -> Result<(), InitFailure> {
        loop {
            let changed = self.came_up.notified();
            match &self.state().phase {
                Phase::Init => {}
                Phase::Failed(reason) => return Err(InitFailure::Error(reason.clone())),
                Phase::Over(Some(exit)) => return Err(InitFailure::Exited(*exit)),
                Phase::Over(None) => return Err(InitFailure::TimedOut),
                Phase::Free(_) | Phase::Busy { .. } => return Ok(()),
            }
            changed.await;
        }
    }

    /// Gives a call; the outcome comes once. To be called by one at a time.
    pub(super) fn give(&self, invocation: Invocation, timeout: Duration) -> oneshot::Receiver<Outcome> {
        let (outcome, receiver) = oneshot::channel();
        let mut state = self.state();
        let Phase::Free(waiting) = &mut state.phase else {
            let _receiver_is_here = outcome.send(Outcome::NotTaken);
            return receiver;
        };
        let request_id = invocation.request_id.clone();
        let task = Task { invocation, deadline: SystemTime::now() + timeout };
        // A runtime that has left takes nothing: the call waits for its next question.
        let task = match waiting.take() {
            Some(runtime) => runtime.send(task).err(),
            None => Some(task),
        };
        state.phase = Phase::Busy { request_id, task, outcome };
        receiver
    }

    /// The runtime asks for a call: it is there, or comes later.
    pub(super) fn ask(&self) -> Result<oneshot::Receiver<Task>, Refused> {
        let (runtime, receiver) = oneshot::channel();
        let mut state = self.state();
        match &mut state.phase {
            Phase::Init | Phase::Free(_) => {
                state.phase = Phase::Free(Some(runtime));
                self.came_up.notify_one();
            }
            Phase::Busy { task, .. } => {
                let _receiver_is_here = runtime.send(task.take().ok_or(Refused::InvalidState)?);
            }
            Phase::Failed(_) | Phase::Over(_) => return Err(Refused::InvalidState),
        }
        Ok(receiver)
    }

    /// Whether an answer to this call may come now.
    pub(super) fn may_answer(&self, request_id: &str) -> Result<(), Refused> {
        self.state().may_answer(request_id)
    }

    /// The runtime answers a call.
    pub(super) fn answer(&self, request_id: &str, result: Outcome) -> Result<(), Refused> {
        let mut state = self.state();
        state.may_answer(request_id)?;
        if let Phase::Busy { request_id, outcome, .. } = std::mem::replace(&mut state.phase, Phase::Free(None)) {
            state.last = Some(request_id);
            let _caller_may_be_gone = outcome.send(result);
        }
        Ok(())
    }

    /// The runtime says why it cannot come up.
    pub(super) fn init_failed(&self, reason: Bytes) -> Result<(), Refused> {
        let mut state = self.state();
        if !matches!(state.phase, Phase::Init) {
            return Err(Refused::InvalidState);
        }
        state.phase = Phase::Failed(reason);
        self.came_up.notify_one();
        Ok(())
    }

    /// The process has ended.
    pub(super) fn exited(&self, exit: Exit) {
        let mut state = self.state();
        if matches!(state.phase, Phase::Failed(_)) {
            return;
        }
        let phase = std::mem::replace(&mut state.phase, Phase::Over(Some(exit)));
        self.came_up.notify_one();
        if let Phase::Busy { task, outcome, .. } = phase {
            let result = if task.is_some() { Outcome::NotTaken } else { Outcome::Exited(exit) };
            let _caller_may_be_gone = outcome.send(result);
        }
    }

    /// No call comes here any more.
    pub(super) fn close(&self) {
        self.state().phase = Phase::Over(None);
    }

    /// Whether a call can be given.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state().phase, Phase::Free(_))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn may_answer(&self, request_id: &str) -> Result<(), Refused> {
        match &self.phase {
            Phase::Busy { request_id: given, task: None, .. } if **given == *request_id => Ok(()),
            _ if self.last.as_deref() == Some(request_id) => Err(Refused::InvalidState),
            _ => Err(Refused::InvalidRequestId),
        }
    }
}
