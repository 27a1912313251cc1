//! The lines that AWS puts around the start of an instance: `INIT_START`, and `INIT_REPORT` where it fails.

use super::InitFailure;
use crate::function::Runtime;
use serde::Deserialize;
use std::time::Duration;

/// Which version of a runtime runs is what is installed here.
pub(super) fn start(runtime: Runtime, region: &str) -> String {
    let arn = format!("arn:aws:lambda:{region}::runtime:local");
    format!("INIT_START Runtime Version: {}:local\tRuntime Version ARN: {arn}", runtime.name())
}

/// How it failed.
pub(super) fn failed(failure: &InitFailure, after: Duration) -> String {
    let status = match failure {
        InitFailure::TimedOut => "timeout".to_owned(),
        other => format!("error\tError Type: {}", kind(other)),
    };
    format!("INIT_REPORT Init Duration: {:.2} ms\tPhase: init\tStatus: {status}", after.as_secs_f64() * 1000.0)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    #[serde(rename = "errorType")]
    kind: Option<String>,
}

fn kind(failure: &InitFailure) -> String {
    match failure {
        InitFailure::NotStarted(_) => "Runtime.InvalidEntrypoint".to_owned(),
        InitFailure::Error(reason) => serde_json::from_slice::<Told>(reason)
            .ok()
            .and_then(|told| told.kind)
            .unwrap_or("Runtime.Unknown".to_owned()),
        InitFailure::Exited(_) => "Runtime.ExitError".to_owned(),
        InitFailure::Extension(failure) => failure.kind.to_owned(),
        InitFailure::TimedOut => "Sandbox.Timedout".to_owned(),
    }
}
