//! The life of one call: an instance, the outcome, and what is told about it.

mod failure;
mod fault;
mod gather;
mod place;
mod record;

use crate::answer::{Answer, End, Late, Stream};
use crate::detached::Detached;
use crate::function::{Function, Turn};
use crate::host::Host;
use crate::instance::{Cause, Flow, InitFailure, Instance, Invocation, Outcome};
use crate::settings::CallReport;
use bytes::Bytes;
use failure::Failure;
use http::HeaderValue;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// A call that may run.
pub(crate) struct Call {
    pub(crate) function: Arc<Function>,
    /// The version that runs: never an alias.
    pub(crate) version: Arc<str>,
    pub(crate) invocation: Invocation,
    /// The caller wants the end of the log.
    pub(crate) tail: bool,
    /// What the Invoke API answers.
    pub(crate) status: u16,
}

/// A call, and what it is run with.
struct Run {
    host: Arc<Host>,
    turn: Turn,
    call: Call,
    began: Instant,
}

/// How far an instance came with a call.
struct Ended {
    result: Result<Outcome, InitFailure>,
    instance: Option<Instance>,
    cold: bool,
    init: Option<Duration>,
    /// When the instance was given the call.
    began: Instant,
}

/// What there is to say of a call that is over.
struct Conclusion {
    payload: Bytes,
    /// The payload tells this error.
    failure: Option<Failure>,
    tail: Option<Vec<u8>>,
}

/// Runs a call to its end. Goes on by itself when dropped: a caller who leaves does not end a call.
pub(crate) async fn run(host: Arc<Host>, turn: Turn, call: Call) -> Answer {
    let run = Run { host, turn, call, began: Instant::now() };
    Detached::new(async move {
        let mut ended = run.attempt().await;
        if let Ok(Outcome::Begun(flow)) = ended.result {
            ended.result = Ok(run.gather(flow, ended.instance.as_ref(), ended.began).await);
        }
        let Conclusion { payload, failure, tail } = run.conclude(ended);
        Answer { payload, failed: failure.is_some(), tail }
    })
    .await
}

/// Runs a call for a caller who takes its answer piece by piece. Returns when the answer begins, or when there is none.
/// Goes on by itself when dropped.
pub(crate) async fn stream(host: Arc<Host>, turn: Turn, call: Call) -> Stream {
    let run = Run { host, turn, call, began: Instant::now() };
    Detached::new(async move {
        let mut ended = run.attempt().await;
        match ended.result {
            Ok(Outcome::Begun(flow)) => {
                ended.result = Ok(Outcome::Streamed);
                run.streamed(flow, ended)
            }
            _ => whole(run.conclude(ended)),
        }
    })
    .await
}

/// An answer that came whole, as a stream of one piece; an error, as a stream of none.
fn whole(conclusion: Conclusion) -> Stream {
    let (sender, pieces) = mpsc::channel(1);
    let (ended, end) = oneshot::channel();
    if conclusion.failure.is_none() {
        // There is room for one, and whoever takes it is here still.
        let _sent = sender.try_send(conclusion.payload.clone());
    }
    let _receiver_is_here = ended.send(conclusion.end());
    Stream { content_type: HeaderValue::from_static("application/json"), pieces, end }
}

impl Run {
    /// Takes a free instance or starts one. One that ends before it took the call costs the caller only time.
    async fn attempt(&self) -> Ended {
        let (turn, call) = (&self.turn, &self.call);
        if let Some(outcome) = fault::instead(&turn.definition().faults).await {
            return Ended { result: Ok(outcome), instance: None, cold: false, init: None, began: Instant::now() };
        }
        while let Some(instance) = turn.take(&call.version) {
            if call.tail {
                drop(instance.take_log());
            }
            let ended = self.invoke(instance, false).await;
            if !matches!(ended.result, Ok(Outcome::NotTaken)) {
                return ended;
            }
        }
        let failed = |error, instance: Option<Instance>| {
            let init = instance.as_ref().map(Instance::init);
            Ended { result: Err(error), instance, cold: true, init, began: Instant::now() }
        };
        match Instance::open(&self.host, &call.function, turn.definition(), &call.version, Cause::Call).await {
            Err(error) => failed(InitFailure::NotStarted(error), None),
            Ok(mut instance) => match instance.come_up(call.function.folder(), turn.definition()).await {
                Err(error) => failed(error, Some(instance)),
                Ok(()) => self.invoke(instance, true).await,
            },
        }
    }

    async fn invoke(&self, instance: Instance, cold: bool) -> Ended {
        let invocation = self.call.invocation.clone();
        instance.note(&record::start(&invocation.request_id, &self.call.version), self.call.tail);
        let began = Instant::now();
        let outcome = instance.invoke(invocation, began + self.turn.definition().timeout).await;
        let init = cold.then(|| instance.init());
        Ended { result: Ok(outcome), instance: Some(instance), cold, init, began }
    }

    /// The end of an answer under way. There is an instance, since there is an answer.
    async fn end(&self, end: oneshot::Receiver<Outcome>, instance: Option<&Instance>, began: Instant) -> Outcome {
        let deadline = began + self.turn.definition().timeout;
        match instance {
            Some(instance) => instance.end(end, deadline).await,
            None => Outcome::Truncated,
        }
    }

    /// Hands the pieces on, and looks after the call until it ends.
    fn streamed(self, flow: Flow, ended: Ended) -> Stream {
        let (sender, end) = oneshot::channel();
        let (pieces, cut) = fault::shorten(flow.pieces, &self.turn.definition().faults);
        let content_type = flow.content_type;
        tokio::spawn(async move {
            let mut ended = ended;
            let outcome = self.end(flow.end, ended.instance.as_ref(), ended.began).await;
            let is_cut = matches!(outcome, Outcome::Streamed) && cut.await.is_ok();
            ended.result = Ok(if is_cut { Outcome::Truncated } else { outcome });
            let _caller_may_be_gone = sender.send(self.conclude(ended).end());
        });
        Stream { content_type, pieces, end }
    }

    /// Tells everyone of the end of a call, and sees what is left of its instance.
    fn conclude(self, mut ended: Ended) -> Conclusion {
        fault::cut(&mut ended.result, &self.turn.definition().faults);
        let duration = ended.began.elapsed();
        let (payload, failed) = failure::payload(&ended.result, &self.call, &self.turn);
        let failure = failed.then(|| Failure::read(&payload));
        let tail = record::finish(&ended, duration, &self.call, &self.turn, failure.as_ref());
        self.report(&ended, failure.as_ref());
        if let Some(instance) = ended.instance {
            let deadline = ended.began + self.turn.definition().timeout;
            self.turn.give_back(instance, deadline);
        }
        Conclusion { payload, failure, tail }
    }

    fn report(&self, ended: &Ended, failure: Option<&Failure>) {
        let folder = self.call.function.folder();
        self.host.report(&CallReport {
            function: self.call.function.name().clone(),
            request_id: self.call.invocation.request_id.clone(),
            caller: self.call.invocation.caller.clone(),
            cold: ended.cold,
            milliseconds: self.began.elapsed().as_secs_f64() * 1000.0,
            status: self.call.status,
            error: failure.map(|failure| match &ended.result {
                Err(_) => place::name(failure, folder),
                Ok(_) => failure.to_string(),
            }),
            stack: failure.map(Failure::stack).filter(|stack| !stack.is_empty()),
        });
    }
}

impl Conclusion {
    fn end(self) -> End {
        let details = || String::from_utf8_lossy(&self.payload).into_owned();
        let error = self.failure.map(|failure| Late { code: failure.kind, details: details() });
        End { error, tail: self.tail }
    }
}
