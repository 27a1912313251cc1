//! Faults that a function is told to have, so that its callers can be tested. Data only.

use super::span::Span;
use serde::Deserialize;
use std::time::Duration;

/// What goes wrong on purpose. Nothing does unless it is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Faults {
    /// Waited before a call reaches an instance; the call's time limit has not begun.
    pub(crate) latency: Duration,
    /// Waited before a process is started.
    pub(crate) init_delay: Duration,
    pub(crate) throttle: Option<Throttle>,
    /// The answer breaks off after so many bytes.
    pub(crate) truncate_after: Option<usize>,
    /// The call fails with this and does not reach the function.
    pub(crate) error: Option<FaultError>,
    /// The share of calls that latency, truncation and error happen to.
    pub(crate) rate: f64,
}

/// Calls that are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Throttle {
    pub(crate) reason: Reason,
    /// One call in so many.
    pub(crate) every: u64,
}

/// An error as the function would have told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FaultError {
    pub(crate) kind: String,
    pub(crate) message: String,
}

/// `Reason` of a `TooManyRequestsException`.
#[allow(clippy::enum_variant_names, reason = "the names are AWS's")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum Reason {
    #[default]
    ReservedFunctionConcurrentInvocationLimitExceeded,
    ReservedFunctionInvocationRateLimitExceeded,
    FunctionInvocationRateLimitExceeded,
    ConcurrentInvocationLimitExceeded,
    CallerRateLimitExceeded,
    ConcurrentSnapshotCreateLimitExceeded,
}

impl Reason {
    /// As AWS spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ReservedFunctionConcurrentInvocationLimitExceeded => {
                "ReservedFunctionConcurrentInvocationLimitExceeded"
            }
            Self::ReservedFunctionInvocationRateLimitExceeded => "ReservedFunctionInvocationRateLimitExceeded",
            Self::FunctionInvocationRateLimitExceeded => "FunctionInvocationRateLimitExceeded",
            Self::ConcurrentInvocationLimitExceeded => "ConcurrentInvocationLimitExceeded",
            Self::CallerRateLimitExceeded => "CallerRateLimitExceeded",
            Self::ConcurrentSnapshotCreateLimitExceeded => "ConcurrentSnapshotCreateLimitExceeded",
        }
    }
}

/// `faults` of `function.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    latency: Option<Span>,
    init_delay: Option<Span>,
    throttle: Option<WrittenThrottle>,
    truncate_after: Option<usize>,
    error: Option<WrittenError>,
    rate: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenThrottle {
    #[serde(default)]
    reason: Reason,
    every: Option<u64>,
}

/// `error: My.Error`, or with a message of its own.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenError {
    Kind(String),
    Whole {
        #[serde(rename = "type")]
        kind: String,
        message: String,
    },
}

impl Written {
    pub(super) fn mean(self) -> Result<Faults, String> {
        let rate = self.rate.unwrap_or(1.0);
        if !(0.0..=1.0).contains(&rate) {
            return Err(format!("rate of faults must be between 0 and 1, not {rate}"));
        }
        let throttle = self.throttle.map(|throttle| throttle.mean()).transpose()?;
        let span = |span: Option<Span>| span.map_or(Duration::ZERO, |span| span.0);
        Ok(Faults {
            latency: span(self.latency),
            init_delay: span(self.init_delay),
            throttle,
            truncate_after: self.truncate_after,
            error: self.error.map(WrittenError::mean),
            rate,
        })
    }
}

impl WrittenThrottle {
    fn mean(self) -> Result<Throttle, String> {
        match self.every.unwrap_or(1) {
            0 => Err("every of a throttle must be at least 1: one call in so many".to_owned()),
            every => Ok(Throttle { reason: self.reason, every }),
        }
    }
}

impl WrittenError {
    fn mean(self) -> FaultError {
        match self {
            Self::Kind(kind) => FaultError { kind, message: "This error was asked for".to_owned() },
            Self::Whole { kind, message } => FaultError { kind, message },
        }
    }
}
