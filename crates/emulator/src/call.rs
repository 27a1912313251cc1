//! The life of one call: an instance, the outcome, and what is told about it.

use crate::function::{Function, Turn};
use crate::host::Host;
use crate::instance::{InitFailure, Instance, Invocation, Outcome};
use crate::payload::SYNC_LIMIT;
use crate::settings::CallReport;
use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The one version there is.
pub(crate) const VERSION: &str = "$LATEST";

/// A call that may run.
pub(crate) struct Call {
    pub(crate) function: Arc<Function>,
    pub(crate) invocation: Invocation,
    /// The caller wants the end of the log.
    pub(crate) tail: bool,
    /// What the Invoke API answers.
    pub(crate) status: u16,
}

/// What the caller gets.
pub(crate) struct Answer {
    pub(crate) payload: Bytes,
    /// The payload tells an error.
    pub(crate) failed: bool,
    pub(crate) tail: Option<Vec<u8>>,
}

/// How far an instance came with a call.
struct Ended {
    result: Result<Outcome, InitFailure>,
    instance: Option<Instance>,
    cold: bool,
    init: Option<Duration>,
    duration: Duration,
}

/// Runs a call to its end, whoever still listens: dropping this future is for shutting down.
pub(crate) async fn run(host: Arc<Host>, turn: Turn, call: Call) -> Answer {
    let began = Instant::now();
    let ended = attempt(&host, &turn, &call).await;
    let (payload, failed) = payload(&ended.result, &call, &turn);
    let error = failed.then(|| Failure::read(&payload));
    let tail = call.tail.then(|| tail(&ended, &call, &turn, error.as_ref()));
    if let Some(instance) = ended.instance {
        turn.give_back(instance);
    }
    host.report(&CallReport {
        function: call.function.name().clone(),
        request_id: call.invocation.request_id,
        cold: ended.cold,
        milliseconds: began.elapsed().as_secs_f64() * 1000.0,
        status: call.status,
        error: error.map(|error| format!("{}: {}", error.kind, error.message)),
    });
    Answer { payload, failed, tail }
}

/// Takes a free instance or starts one. One that ends before it took the call costs the caller only time.
async fn attempt(host: &Arc<Host>, turn: &Turn, call: &Call) -> Ended {
    while let Some(instance) = turn.take() {
        if call.tail {
            drop(instance.take_log());
        }
        let ended = invoke(instance, call, false).await;
        if !matches!(ended.result, Ok(Outcome::NotTaken)) {
            return ended;
        }
    }
    let failed =
        |error, instance| Ended { result: Err(error), instance, cold: true, init: None, duration: Duration::ZERO };
    match Instance::start(host, &call.function, turn.definition()).await {
        Err(error) => failed(InitFailure::NotStarted(error), None),
        Ok(mut instance) => match instance.ready().await {
            Err(error) => failed(error, Some(instance)),
            Ok(()) => invoke(instance, call, true).await,
        },
    }
}

async fn invoke(instance: Instance, call: &Call, cold: bool) -> Ended {
    if call.tail {
        instance.note(&format!("START RequestId: {} Version: {VERSION}", call.invocation.request_id));
    }
    let began = Instant::now();
    let outcome = instance.invoke(call.invocation.clone()).await;
    let duration = began.elapsed();
    let init = cold.then(|| instance.init());
    Ended { result: Ok(outcome), instance: Some(instance), cold, init, duration }
}

/// What the caller is sent, and whether that tells an error. Types and texts are AWS's.
fn payload(result: &Result<Outcome, InitFailure>, call: &Call, turn: &Turn) -> (Bytes, bool) {
    let failure = |kind: &str, message: std::fmt::Arguments<'_>| {
        let message = format!("RequestId: {} Error: {message}", call.invocation.request_id);
        Failure { kind: kind.to_owned(), message }.write()
    };
    let payload = match result {
        Ok(Outcome::Response(payload)) => return (payload.clone(), false),
        Ok(Outcome::Error(payload)) | Err(InitFailure::Error(payload)) => payload.clone(),
        Ok(Outcome::TooLarge(size)) => too_large(*size),
        Ok(Outcome::Truncated) => failure("Runtime.TruncatedResponse", format_args!("Response was cut off")),
        Ok(Outcome::Exited(exit)) | Err(InitFailure::Exited(exit)) => {
            failure("Runtime.ExitError", format_args!("{exit}"))
        }
        Ok(Outcome::NotTaken) => {
            failure("Runtime.ExitError", format_args!("Runtime exited without providing a reason"))
        }
        Ok(Outcome::TimedOut) => timed_out(failure, turn.definition().timeout),
        Err(InitFailure::TimedOut) => timed_out(failure, crate::instance::INIT_TIMEOUT),
        Err(InitFailure::NotStarted(error)) => failure("Runtime.InvalidEntrypoint", format_args!("{error}")),
    };
    (payload, true)
}

fn timed_out(failure: impl Fn(&str, std::fmt::Arguments<'_>) -> Bytes, after: Duration) -> Bytes {
    failure("Sandbox.Timedout", format_args!("Task timed out after {:.2} seconds", after.as_secs_f64()))
}

fn too_large(size: usize) -> Bytes {
    let limit = format!("exceeded maximum allowed payload size ({SYNC_LIMIT} bytes).");
    let message = format!("Response payload size ({size} bytes) {limit}");
    Failure { kind: "Function.ResponseSizeTooLarge".to_owned(), message }.write()
}

/// `errorType` and `errorMessage` of an error's payload.
#[derive(Deserialize)]
struct Failure {
    #[serde(rename = "errorType", default)]
    kind: String,
    #[serde(rename = "errorMessage", default)]
    message: String,
}

impl Failure {
    fn read(payload: &[u8]) -> Self {
        let unknown = || Self { kind: "Unknown".to_owned(), message: String::new() };
        serde_json::from_slice(payload).unwrap_or_else(|_| unknown())
    }

    fn write(&self) -> Bytes {
        serde_json::json!({ "errorType": self.kind, "errorMessage": self.message }).to_string().into()
    }
}

/// The end of the log with the lines that AWS puts around a call.
fn tail(ended: &Ended, call: &Call, turn: &Turn, error: Option<&Failure>) -> Vec<u8> {
    let id = &call.invocation.request_id;
    let mut lines = String::new();
    if matches!(ended.result, Ok(Outcome::TimedOut)) {
        let seconds = turn.definition().timeout.as_secs_f64();
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ");
        let _infallible = writeln!(lines, "{now} {id} Task timed out after {seconds:.2} seconds\n");
    } else if let Some(error) = error.filter(|_| !matches!(ended.result, Ok(Outcome::Error(_)))) {
        let _infallible = writeln!(lines, "{}\n{}", error.message, error.kind);
    }
    let _infallible = write!(lines, "END RequestId: {id}\n{}", report_line(ended, call, turn, error));
    match &ended.instance {
        Some(instance) => {
            instance.note(&lines);
            instance.take_log()
        }
        None => lines.into_bytes(),
    }
}

/// AWS's fields in AWS's order; every figure is measured, and one that could not be is left out.
fn report_line(ended: &Ended, call: &Call, turn: &Turn, error: Option<&Failure>) -> String {
    let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
    let mut line = format!("REPORT RequestId: {}", call.invocation.request_id);
    let mut field = |name: &str, value: std::fmt::Arguments<'_>| {
        let _infallible = write!(line, "\t{name}: {value}");
    };
    field("Duration", format_args!("{:.2} ms", ms(ended.duration)));
    // Coming up is billed too.
    field("Billed Duration", format_args!("{:.0} ms", ms(ended.duration + ended.init.unwrap_or_default()).ceil()));
    field("Memory Size", format_args!("{} MB", turn.definition().memory_mb));
    if let Some(peak) = ended.instance.as_ref().and_then(Instance::peak_memory_mb) {
        field("Max Memory Used", format_args!("{peak} MB"));
    }
    if let Some(init) = ended.init {
        field("Init Duration", format_args!("{:.2} ms", ms(init)));
    }
    match error {
        Some(_) if matches!(ended.result, Ok(Outcome::TimedOut)) => field("Status", format_args!("timeout")),
        Some(error) => field("Status", format_args!("error\tError Type: {}", error.kind)),
        None => {}
    }
    line + "\t"
}
