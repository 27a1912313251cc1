//! What came of a call that gave no reply: kind, blame, whether anything can have run, and what to do.

use crate::error::{Blame, CallError};
use crate::event::LIMIT;
use bytes::Bytes;
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, StatusCode};
use model::answer::FailureKind;
use model::call::CallTimeouts;
use net::client::{SendError, SendErrorKind, Sent};
use net::{Body, BodyError};
use serde::Deserialize;

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
/// An error's body beyond this is not read.
const ERROR_BODY: u64 = 64 * 1024;
/// Seconds that clocks may differ before the signature's time is what was refused. AWS allows 5 minutes.
const SKEW: i64 = 4 * 60;
/// Characters of a message that are logged.
const MESSAGE: usize = 1000;

/// Makes the error of a function's error payload (`X-Amz-Function-Error`): its own fault, its timeout, or a reply
/// that was too large.
pub fn function_failure(payload: &Bytes) -> CallError {
    let told: FunctionError = serde_json::from_slice(payload).unwrap_or_default();
    let (class, message) = (told.error_type.unwrap_or_default(), told.error_message.unwrap_or_default());
    let timed_out = matches!(class.as_str(), "Sandbox.Timedout" | "Sandbox.Timeout");
    let too_large = class == "Function.ResponseSizeTooLarge" || message.contains("exceeded maximum allowed payload");
    let (kind, advice) = if timed_out || message.contains("Task timed out after") {
        (FailureKind::CallTimeout, "raise the function's timeout or memory, or make it faster")
    } else if too_large {
        (FailureKind::ReplyTooLarge, "a reply may have 6 MB, base64 included: give large things through S3")
    } else {
        (FailureKind::FunctionError, "see the function's log")
    };
    let said = match (class.as_str(), message.as_str()) {
        ("", "") => one_line(&String::from_utf8_lossy(payload)),
        ("", message) => one_line(message),
        (class, message) => one_line(&format!("{class}: {message}")),
    };
    let detail = format!("the function failed: {said}; {advice}");
    let status = Some(200);
    CallError { status, payload: Some(payload.clone()), ..CallError::after(kind, Blame::Function, detail) }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct FunctionError {
    error_type: Option<String>,
    error_message: Option<String>,
}

/// The error of a reply whose body broke off, came late, or was too large.
pub fn body_failure(error: &BodyError, aws_request_id: Option<String>) -> CallError {
    let failed = match error {
        BodyError::TooLarge { .. } => return reply_too_large(aws_request_id),
        BodyError::TimedOut => {
            let detail = "the reply began, but was not complete in time; the function ran. Raise the call's timeout";
            CallError::after(FailureKind::CallTimeout, Blame::Function, detail)
        }
        BodyError::Broken(cause) => {
            let detail = format!("the reply broke off: {cause}; the function ran and is not called again");
            CallError::after(FailureKind::Interrupted, Blame::Aws, detail)
        }
    };
    CallError { aws_request_id, ..failed }
}

/// The error of a request that got no response.
pub(super) fn unsent(error: &SendError, timeouts: CallTimeouts) -> CallError {
    unanswered(error.kind, error.sent, &error.to_string(), timeouts)
}

fn unanswered(kind: SendErrorKind, sent: Sent, error: &str, timeouts: CallTimeouts) -> CallError {
    match (sent, kind) {
        (Sent::Nothing, kind) => {
            let advice = match kind {
                SendErrorKind::Resolve => "check endpoint, region and DNS",
                SendErrorKind::Proxy => {
                    "check the forward proxy that the configuration or HTTPS_PROXY names, or let NO_PROXY have the host"
                }
                SendErrorKind::Tls => "check the endpoint's certificate, or add its authority to the configuration",
                _ => "check endpoint, network and firewall",
            };
            let detail = format!("the endpoint cannot be reached, nothing was sent: {error}; {advice}");
            let blame = if kind == SendErrorKind::Proxy { Blame::Config } else { Blame::Aws };
            CallError::before(FailureKind::Unreachable, blame, detail)
        }
        (Sent::Maybe, SendErrorKind::ReadTimeout) => too_slow(timeouts),
        (Sent::Maybe, SendErrorKind::WriteTimeout) => {
            let detail = format!("the request was not taken within {:?}: {error}", timeouts.total);
            CallError::after(FailureKind::CallTimeout, Blame::Aws, detail)
        }
        (Sent::Maybe, _) => {
            let detail = format!(
                "the connection broke after the request had been sent: {error}. The function may have run: the call is \
                 not repeated on purpose"
            );
            CallError::after(FailureKind::Interrupted, Blame::Aws, detail)
        }
    }
}

/// The error of a call that took longer than the configuration allows.
pub(super) fn too_slow(timeouts: CallTimeouts) -> CallError {
    let detail = format!(
        "no reply within {:?}, the call's timeout; the function may still be running and is not called again. Raise \
         the timeout, or make the function faster",
        timeouts.total
    );
    CallError::after(FailureKind::CallTimeout, Blame::Function, detail)
}

/// The error of a payload beyond Lambda's limit.
pub(super) fn event_too_large(length: usize) -> CallError {
    let detail = format!("the event has {length} bytes, Lambda takes {LIMIT}: limit request bodies");
    CallError::before(FailureKind::EventTooLarge, Blame::Client, detail)
}

/// The error of a reply beyond Lambda's limit.
pub(super) fn reply_too_large(aws_request_id: Option<String>) -> CallError {
    let detail = format!("the reply has more than {LIMIT} bytes: give large things through S3");
    CallError { aws_request_id, ..CallError::after(FailureKind::ReplyTooLarge, Blame::Function, detail) }
}

/// What the Lambda API answered instead of a reply.
pub(super) struct Refusal {
    pub(super) error: CallError,
    /// The signature was refused, perhaps over its time.
    about_signature: bool,
}

/// Reads the error that the Lambda API answered with.
pub(super) async fn refused(status: StatusCode, headers: &HeaderMap, body: Body) -> Refusal {
    let body = body.hold(ERROR_BODY).await.unwrap_or_default();
    let told: ApiError = serde_json::from_slice(&body).unwrap_or_default();
    let class = error_type(headers).or(told.class).or(told.smithy_type).unwrap_or_default();
    let class = short(&class);
    let message = told.upper_message.or(told.message).unwrap_or_else(|| String::from_utf8_lossy(&body).into_owned());
    let (kind, blame, advice) = judge(status.as_u16(), class);
    let mut detail = format!("the Lambda API answered {}", status.as_u16());
    for (before, text) in [(" ", class), (" (", told.reason.as_deref().unwrap_or("")), (": ", &message)] {
        if !text.is_empty() {
            detail.push_str(before);
            detail.push_str(&one_line(text));
            detail.push_str(if before == " (" { ")" } else { "" });
        }
    }
    detail.push_str("; ");
    detail.push_str(advice);
    let error = CallError {
        nothing_ran: nothing_ran(status.as_u16(), class),
        aws_request_id: request_id(headers),
        retry_after: header(headers, &RETRY_AFTER).and_then(|seconds| seconds.parse().ok()),
        status: Some(status.as_u16()),
        ..CallError::after(kind, blame, detail)
    };
    Refusal { error, about_signature: is_about_signature(class) }
}

/// An error's body. Some types write `Message`, some `message`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct ApiError {
    #[serde(rename = "Type")]
    class: Option<String>,
    #[serde(rename = "__type")]
    smithy_type: Option<String>,
    #[serde(rename = "Message")]
    upper_message: Option<String>,
    message: Option<String>,
    #[serde(rename = "Reason")]
    reason: Option<String>,
}

fn judge(status: u16, class: &str) -> (FailureKind, Blame, &'static str) {
    use FailureKind as Kind;
    let denied = (Kind::Denied, Blame::Config);
    let (kind, blame) = (Kind::Rejected, Blame::Config);
    let with = |(kind, blame), advice| (kind, blame, advice);
    match (status, class) {
        (_, "ExpiredTokenException" | "ExpiredToken") => {
            with(denied, "the session token has ended: give fresh credentials")
        }
        (_, "InvalidSignatureException" | "SignatureDoesNotMatch" | "IncompleteSignatureException") => {
            with(denied, "check the secret key, the region, and that nothing on the way changes host or path")
        }
        (_, "RequestExpired" | "RequestTimeTooSkewed") => with(denied, "set this machine's clock right"),
        (_, "UnrecognizedClientException" | "InvalidClientTokenId" | "MissingAuthenticationTokenException") => {
            with(denied, "the access key is not known there: check keys, session token and partition")
        }
        (403, class) if class.ends_with("MountFailureException") => {
            (kind, blame, "the function's file system cannot be mounted: check its access point and security groups")
        }
        (403, _) => with(denied, "allow the gateway's identity lambda:InvokeFunction on this function"),
        (404, _) => (
            Kind::FunctionNotFound,
            Blame::Config,
            "check the function's name, its version or alias, the region and the account",
        ),
        (429, _) => (
            Kind::Throttled,
            Blame::Aws,
            "raise the function's reserved concurrency or the account's quota, or limit the rate of calls",
        ),
        (413, _) => (Kind::EventTooLarge, Blame::Client, "an event may have 6 MB (1 MB when queued): limit bodies"),
        (400, "InvalidRequestContentException") => {
            (kind, Blame::Client, "the payload must be JSON: a raw payload needs clients that send JSON")
        }
        (400, "RecursiveInvocationException") => (kind, blame, "the function calls itself through the gateway"),
        (409, "ResourceConflictException" | "SnapStartNotReadyException") => {
            (kind, Blame::Aws, "the function is being created or changed: try again soon")
        }
        (402, _) => (kind, blame, "a quota of the account is used up"),
        (408, _) => (kind, Blame::Aws, "the function's file system or snapshot was not there in time"),
        (300..=399, _) => (kind, blame, "the endpoint is not a Lambda API: check its URL"),
        (400..=499, _) => (kind, blame, "check the function's configuration and the call's settings"),
        (502, class) if is_transient(class) => (Kind::ServiceError, Blame::Aws, "try again soon"),
        (502, class) if is_start_failure(class) => {
            (Kind::ServiceError, Blame::Config, "check the function's network, key and package settings")
        }
        _ => (Kind::ServiceError, Blame::Aws, "the function may have run and is not called again; see AWS's status"),
    }
}

/// Errors before the start of a function. 500, 503 and 504 are silent about that.
fn nothing_ran(status: u16, class: &str) -> bool {
    status < 500 || (status == 502 && (is_transient(class) || is_start_failure(class)))
}

fn is_transient(class: &str) -> bool {
    matches!(class, "EC2ThrottledException" | "ENINotReadyException" | "ResourceNotReadyException")
}

fn is_start_failure(class: &str) -> bool {
    ["EC2", "ENI", "Invalid", "KMS", "SubnetIPAddress"].iter().any(|start| class.starts_with(start))
}

impl Refusal {
    /// The endpoint's time, when a signature was refused and the clocks differ.
    pub(super) fn their_clock(&self, headers: &HeaderMap, ours: i64) -> Option<i64> {
        if self.about_signature { differing(headers, ours) } else { None }
    }
}

/// The same of a response that is not read, by its `x-amzn-ErrorType`.
pub(super) fn their_clock(headers: &HeaderMap, ours: i64) -> Option<i64> {
    let class = error_type(headers)?;
    if is_about_signature(short(&class)) { differing(headers, ours) } else { None }
}

fn is_about_signature(class: &str) -> bool {
    let types = ["InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired", "RequestTimeTooSkewed"];
    types.contains(&class)
}

fn differing(headers: &HeaderMap, ours: i64) -> Option<i64> {
    let date = header(headers, &DATE)?;
    let theirs = jiff::fmt::rfc2822::parse(&date).ok()?.timestamp().as_second();
    ((theirs - ours).abs() > SKEW).then_some(theirs)
}

fn error_type(headers: &HeaderMap) -> Option<String> {
    header(headers, &ERROR_TYPE)
}

/// `NameException` of `namespace#NameException:http://…`.
fn short(class: &str) -> &str {
    let class = class.split(':').next().unwrap_or("");
    class.rsplit('#').next().unwrap_or(class)
}

/// AWS's id of the call.
pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    header(headers, &REQUEST_ID)
}

/// A header field as text.
pub(super) fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// Fit for one line of a log: no control characters, not too long.
fn one_line(text: &str) -> String {
    text.chars().take(MESSAGE).map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests;
