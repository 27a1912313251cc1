//! How a call failed, as AWS tells it.

use super::Call;
use crate::function::Turn;
use crate::instance::{INIT_TIMEOUT, InitFailure, Outcome};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// Members of an error's payload. Python says `stackTrace`, Node `trace`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Failure {
    #[serde(rename = "errorType")]
    pub(super) kind: String,
    #[serde(rename = "errorMessage")]
    pub(super) message: String,
    #[serde(rename = "stackTrace")]
    stack_trace: Option<Vec<Value>>,
    trace: Option<Vec<Value>>,
}

impl Failure {
    pub(super) fn read(payload: &[u8]) -> Self {
        serde_json::from_slice(payload).unwrap_or_else(|_| Self { kind: "Unknown".to_owned(), ..Self::default() })
    }

    /// The function's stack as its runtime tells it, one entry a line.
    pub(super) fn stack(&self) -> Vec<String> {
        let entries = self.stack_trace.iter().chain(&self.trace).flatten();
        entries.flat_map(|entry| frame(entry).lines().map(str::to_owned).collect::<Vec<_>>()).collect()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

/// Python and Node send text, Go a record of path, line and label.
fn frame(entry: &Value) -> String {
    match (entry.as_str(), entry["path"].as_str()) {
        (Some(text), _) => text.to_owned(),
        (None, Some(path)) => format!("{path}:{} {}", entry["line"], entry["label"].as_str().unwrap_or_default()),
        (None, None) => entry.to_string(),
    }
}

/// What the caller is sent, and whether that tells an error. Types and texts are AWS's.
pub(super) fn payload(result: &Result<Outcome, InitFailure>, call: &Call, turn: &Turn) -> (Bytes, bool) {
    let told = |kind: &str, message: fmt::Arguments<'_>| {
        write(kind, &format!("RequestId: {} Error: {message}", call.invocation.request_id))
    };
    let payload = match result {
        Ok(Outcome::Response(payload)) => return (payload.clone(), false),
        Ok(Outcome::Streamed | Outcome::Begun(_)) => return (Bytes::new(), false),
        Ok(Outcome::Error(payload)) | Err(InitFailure::Error(payload)) => payload.clone(),
        Ok(Outcome::TooLarge { size, limit }) => too_large(*size, *limit),
        Ok(Outcome::Truncated) => told("Runtime.TruncatedResponse", format_args!("Response was cut off")),
        Ok(Outcome::Exited(exit)) | Err(InitFailure::Exited(exit)) => told("Runtime.ExitError", format_args!("{exit}")),
        Ok(Outcome::Extension(failure)) | Err(InitFailure::Extension(failure)) => {
            told(failure.kind, format_args!("{}", failure.message))
        }
        Ok(Outcome::NotTaken) => told("Runtime.ExitError", format_args!("Runtime exited without providing a reason")),
        Ok(Outcome::TimedOut) => timed_out(told, turn.definition().timeout),
        Err(InitFailure::TimedOut) => timed_out(told, INIT_TIMEOUT),
        Err(InitFailure::NotStarted(error)) => told("Runtime.InvalidEntrypoint", format_args!("{error}")),
    };
    (payload, true)
}

fn timed_out(told: impl Fn(&str, fmt::Arguments<'_>) -> Bytes, after: Duration) -> Bytes {
    told("Sandbox.Timedout", format_args!("Task timed out after {:.2} seconds", after.as_secs_f64()))
}

fn too_large(size: usize, limit: usize) -> Bytes {
    let most = format!("exceeded maximum allowed payload size ({limit} bytes).");
    write("Function.ResponseSizeTooLarge", &format!("Response payload size ({size} bytes) {most}"))
}

fn write(kind: &str, message: &str) -> Bytes {
    serde_json::json!({ "errorType": kind, "errorMessage": message }).to_string().into()
}
