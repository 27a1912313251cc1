//! Where a call and the runtime meet: one gives a call, the other takes it and answers.

use super::{Exit, ExtensionFailure, Flow, InitFailure, Invocation, Outcome};
use bytes::Bytes;
use http::HeaderValue;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::{Notify, mpsc, oneshot};

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
    went: Notify,
}

#[derive(Default)]
struct State {
    phase: Phase,
    /// The call that was answered last: asking for it again is another mistake than asking for none.
    last: Option<Arc<str>>,
    exit: Option<Exit>,
    has_failed: bool,
}

#[derive(Default)]
enum Phase {
    /// The runtime has not asked yet.
    #[default]
    Init,
    /// It said why it never will.
    Failed(Bytes),
    /// An extension has failed before it could.
    Broken(ExtensionFailure),
    /// Between calls. The runtime waits here once it has asked.
    Free(Option<oneshot::Sender<Task>>),
    /// A call is given.
    Busy(Busy),
    /// The process has ended, or is about to.
    Over,
}

struct Busy {
    request_id: Arc<str>,
    /// Not taken while it is still here.
    task: Option<Task>,
    answer: Progress,
    outcome: oneshot::Sender<Outcome>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    None,
    /// It is being read.
    Whole,
    /// It flows: the outcome is how that ends.
    Flowing,
}

impl Seat {
    /// Waits until the runtime has asked for its first call, or never will.
    pub(super) async fn ready(&self) -> Result<(), InitFailure> {
        loop {
            let changed = self.came_up.notified();
            {
                let state = self.state();
                match (&state.phase, state.exit) {
                    (Phase::Init, _) => {}
                    (Phase::Failed(reason), _) => return Err(InitFailure::Error(reason.clone())),
                    (Phase::Broken(failure), _) => return Err(InitFailure::Extension(failure.clone())),
                    (Phase::Over, Some(exit)) => return Err(InitFailure::Exited(exit)),
                    (Phase::Over, None) => return Err(InitFailure::TimedOut),
                    (Phase::Free(_) | Phase::Busy(_), _) => return Ok(()),
                }
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
        state.phase = Phase::Busy(Busy { request_id, task, answer: Progress::None, outcome });
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
            Phase::Busy(busy) => {
                let _receiver_is_here = runtime.send(busy.task.take().ok_or(Refused::InvalidState)?);
            }
            Phase::Failed(_) | Phase::Broken(_) | Phase::Over => return Err(Refused::InvalidState),
        }
        Ok(receiver)
    }

    /// The runtime sends an answer that is taken whole; [`answer`](Self::answer) must follow.
    pub(super) fn begin(&self, request_id: &str) -> Result<(), Refused> {
        self.state().unanswered(request_id)?.answer = Progress::Whole;
        Ok(())
    }

    /// The runtime sends an answer that flows; [`answer`](Self::answer) must follow.
    pub(super) fn begin_flow(
        &self,
        request_id: &str,
        content_type: HeaderValue,
        pieces: mpsc::Receiver<Bytes>,
    ) -> Result<(), Refused> {
        let mut state = self.state();
        let busy = state.unanswered(request_id)?;
        let (outcome, end) = oneshot::channel();
        busy.answer = Progress::Flowing;
        let begun = std::mem::replace(&mut busy.outcome, outcome);
        let _caller_may_be_gone = begun.send(Outcome::Begun(Flow { content_type, pieces, end }));
        Ok(())
    }

    /// The runtime has answered.
    pub(super) fn answer(&self, request_id: &str, result: Outcome) -> Result<(), Refused> {
        let mut state = self.state();
        let next = if state.exit.is_some() { Phase::Over } else { Phase::Free(None) };
        match std::mem::replace(&mut state.phase, next) {
            Phase::Busy(busy) if *busy.request_id == *request_id && busy.answer != Progress::None => {
                state.last = Some(busy.request_id);
                let _caller_may_be_gone = busy.outcome.send(result);
                Ok(())
            }
            other => {
                state.phase = other;
                state.unanswered(request_id).map(drop)
            }
        }
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
        state.exit = Some(exit);
        // What it sent of an answer before it ended is still to be read; whoever reads it says how that ends.
        if !matches!(&state.phase, Phase::Failed(_) | Phase::Broken(_)) && !state.is_answering() {
            if let Phase::Busy(busy) = std::mem::replace(&mut state.phase, Phase::Over) {
                let result = if busy.task.is_some() { Outcome::NotTaken } else { Outcome::Exited(exit) };
                let _caller_may_be_gone = busy.outcome.send(result);
            }
            self.came_up.notify_one();
        }
        drop(state);
        self.went.notify_waiters();
    }

    /// An extension has failed: the call that runs fails with it, and there is no other.
    pub(super) fn broke(&self, failure: ExtensionFailure) {
        let mut state = self.state();
        match std::mem::replace(&mut state.phase, Phase::Over) {
            Phase::Init => {
                state.phase = Phase::Broken(failure);
                self.came_up.notify_one();
            }
            Phase::Busy(busy) => {
                let _caller_may_be_gone = busy.outcome.send(Outcome::Extension(failure));
                state.has_failed = true;
            }
            Phase::Free(_) => {
                state.phase = Phase::Broken(failure);
                state.has_failed = true;
            }
            phase @ (Phase::Failed(_) | Phase::Broken(_) | Phase::Over) => state.phase = phase,
        }
    }

    /// Whether runtime or extensions ended by themselves.
    pub(super) fn has_failed(&self) -> bool {
        let state = self.state();
        state.has_failed || state.exit.is_some() || matches!(state.phase, Phase::Failed(_) | Phase::Broken(_))
    }

    /// How the process ended, as soon as it has.
    pub(super) async fn exit(&self) -> Exit {
        loop {
            let went = self.went.notified();
            tokio::pin!(went);
            went.as_mut().enable();
            if let Some(exit) = self.state().exit {
                return exit;
            }
            went.await;
        }
    }

    /// No call comes here any more.
    pub(super) fn close(&self) {
        self.state().phase = Phase::Over;
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
    fn is_answering(&self) -> bool {
        matches!(&self.phase, Phase::Busy(busy) if busy.answer != Progress::None)
    }

    /// The call that is to be answered, if it is this one.
    fn unanswered(&mut self, request_id: &str) -> Result<&mut Busy, Refused> {
        match &mut self.phase {
            Phase::Busy(busy) if *busy.request_id == *request_id && busy.task.is_none() => {
                if busy.answer == Progress::None { Ok(busy) } else { Err(Refused::InvalidState) }
            }
            _ if self.last.as_deref() == Some(request_id) => Err(Refused::InvalidState),
            _ => Err(Refused::InvalidRequestId),
        }
    }
}
