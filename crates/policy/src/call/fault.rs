//! What a failed call means to the client, and what is told of it to who runs the gateway.

use crate::answer::{AnswerError, ReadyAnswer};
use crate::exchange::{CallFacts, Exchange};
use crate::failure::{Blame, Failure};
use crate::text::TextError;
use lambda::CallError;
use lambda::invoke::{Invoked, outcome};
use model::answer::{Answer, FailureKind};
use model::call::{Fault, KeyedFault};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A fault with its answers read.
pub(super) struct ReadyFault {
    answers: BTreeMap<FailureKind, Arc<ReadyAnswer>>,
    /// A function error is a reply, with this status if any.
    pub(super) function_error_as_reply: Option<Option<http::StatusCode>>,
    /// That status is for errors of this class alone.
    unhandled_only: bool,
    /// A refusal by the Lambda API keeps its status.
    api_status: bool,
    /// Failures have keys.
    keyed: Option<Box<KeyedFault>>,
}

impl ReadyFault {
    pub(super) fn compile(fault: &Fault) -> Result<Self, AnswerError> {
        let ready = |(kind, answer): (&FailureKind, &Answer)| Ok((*kind, Arc::new(ReadyAnswer::compile(answer)?)));
        let status = |status: u16| {
            let valid = http::StatusCode::from_u16(status).ok().filter(|_| status >= 200);
            valid.ok_or(AnswerError::Status { status })
        };
        let as_reply = fault.function_error_as_reply.map(|given| given.map(status).transpose()).transpose()?;
        let answers = fault.answers.iter().map(ready).collect::<Result<_, _>>()?;
        let Fault { unhandled_only, api_status, .. } = *fault;
        let keyed = fault.keyed.clone();
        Ok(Self { answers, function_error_as_reply: as_reply, unhandled_only, api_status, keyed })
    }

    /// Where a function error of this class is a reply: the status it is given, if any.
    pub(super) fn as_reply(&self, class: &str) -> Option<Option<http::StatusCode>> {
        if self.keyed.is_some() && !matches!(class, "Handled" | "Unhandled") {
            return Some(None); // where failures have keys, other classes are none
        }
        let given = self.function_error_as_reply?;
        Some(given.filter(|_| !self.unhandled_only || class == "Unhandled"))
    }

    /// A failure before the call, with the answer that its kind has here.
    pub(super) fn answered(&self, mut failure: Box<Failure>) -> Box<Failure> {
        failure.answer = failure.answer.or_else(|| self.answers.get(&failure.kind).cloned());
        failure
    }

    /// A variable without a value.
    pub(super) fn variable(&self, error: &TextError) -> Box<Failure> {
        match &self.keyed {
            None => Failure::new(FailureKind::MalformedReply, Blame::Config, "the function's reply cannot be read")
                .detail(error.to_string()),
            Some(keyed) => {
                let mut failure = Failure::keyed(FailureKind::MalformedReply, Blame::Config, &keyed.variable);
                failure.public = with_details(&failure.public, &error.to_string());
                failure.detail(one_line(error.to_string()))
            }
        }
    }

    /// The failure that a failed call in this region is; where failures have keys, with one.
    pub(super) fn failure_in(&self, error: CallError, facts: &CallFacts, region: &str) -> Box<Failure> {
        let Some(keyed) = &self.keyed else { return self.failure(error, facts) };
        let of_function = error.payload.is_some();
        let details = (!of_function).then(|| details(&error, &keyed.detail_prefix));
        let usual = self.failure(error, facts);
        let mut failure = Failure::keyed(usual.kind, usual.blame, &keyed.call).detail(usual.detail);
        failure.aws_request_id = usual.aws_request_id;
        if let Some(details) = details {
            failure.public = with_details(&failure.public, &details);
        }
        if let Some(key) = failure.key.as_mut().filter(|_| keyed.parameters) {
            let known = [("function", Some(&*facts.function)), ("region", Some(region))];
            let error = ("error", facts.function_error.as_deref());
            let known = known.into_iter().chain([error]);
            key.parameters = known.filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
        }
        failure
    }

    /// The failure that a failed call is.
    pub(super) fn failure(&self, error: CallError, facts: &CallFacts) -> Box<Failure> {
        let mut failure =
            Failure::new(error.kind, blame(error.blame), public(error.kind)).detail(one_line(error.detail));
        failure.aws_request_id = error.aws_request_id.or_else(|| facts.aws_request_id.clone());
        failure.retry_after = match error.kind {
            // nothing ran, and soon there may be room
            FailureKind::Throttled => error.retry_after.or(Some(1)),
            _ => error.retry_after,
        };
        failure.status = error.status.filter(|_| self.api_status && error.blame != lambda::error::Blame::Function);
        failure.reason = error.reason;
        failure.answer = self.answers.get(&error.kind).cloned();
        failure
    }
}

/// What a client may know of a failed call, as AWS's own libraries write it.
fn details(error: &CallError, prefix: &str) -> String {
    let said = error.reason.as_deref().unwrap_or(public(error.kind));
    match error.status {
        Some(status) => {
            let id = error.aws_request_id.as_deref().unwrap_or("null");
            format!("{prefix}{said} (Service: Lambda, Status Code: {status}, Request ID: {id})")
        }
        None => said.to_owned(),
    }
}

fn with_details(message: &str, details: &str) -> String {
    format!("{message} Details: [{details}]")
}

/// The one line of a failed call: whose fault it is and what to do.
pub(super) fn tell(exchange: &Exchange, facts: &CallFacts, failure: &Failure) {
    let route = exchange.route.as_ref().map_or("-", |route| route.id.as_str());
    let (kind, blame) = (failure.kind.code(), failure.blame.as_str());
    let (request_id, function) = (&*exchange.id, &*facts.function);
    let aws_request_id = failure.aws_request_id.as_deref().unwrap_or("-");
    let detail = &*failure.detail;
    match failure.blame {
        // somebody has to change something before this works
        Blame::Config | Blame::Gateway => {
            tracing::error!(request_id, route, function, kind, blame, aws_request_id, detail, "call failed");
        }
        Blame::Client | Blame::Function | Blame::Aws | Blame::Upstream => {
            tracing::warn!(request_id, route, function, kind, blame, aws_request_id, detail, "call failed");
        }
    }
}

/// What the function said went wrong.
pub(super) async fn function_error(invoked: Invoked) -> CallError {
    match invoked.body.hold(lambda::event::LIMIT).await {
        Ok(payload) => outcome::function_failure(&payload),
        Err(error) => outcome::body_failure(&error, None),
    }
}

fn blame(blame: lambda::error::Blame) -> Blame {
    match blame {
        lambda::error::Blame::Client => Blame::Client,
        lambda::error::Blame::Function => Blame::Function,
        lambda::error::Blame::Aws => Blame::Aws,
        lambda::error::Blame::Config => Blame::Config,
    }
}

/// What a client is told: what happened, not why, and nothing of how things stand behind the gateway.
fn public(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::FunctionError => "the function failed",
        FailureKind::Throttled => "too many calls at the moment; try again later",
        FailureKind::CallTimeout => "the function did not answer in time",
        FailureKind::Denied | FailureKind::NoCredentials | FailureKind::NoRegion => {
            "the gateway may not call the function"
        }
        FailureKind::Unreachable => "the function could not be reached",
        FailureKind::Interrupted => "the connection to the function broke; the call may have been carried out",
        FailureKind::MalformedReply => "the function's reply is not a response",
        FailureKind::FunctionNotFound => "the function does not exist",
        FailureKind::EventTooLarge => "the request is larger than a function can take",
        FailureKind::ReplyTooLarge => "the function's reply is larger than a function may give",
        FailureKind::Rejected => "the call was rejected",
        FailureKind::ServiceError => "the service behind the gateway failed",
        FailureKind::BadRequest => "the request cannot be handed to the function",
        FailureKind::NoRoute
        | FailureKind::NoEndpoint
        | FailureKind::BodyTooLarge
        | FailureKind::HeaderTooLarge
        | FailureKind::UriTooLong
        | FailureKind::RequestTimeout
        | FailureKind::Unauthorized
        | FailureKind::Forbidden
        | FailureKind::TooManyRequests
        | FailureKind::UpstreamUnreachable
        | FailureKind::UpstreamTimeout
        | FailureKind::UpstreamMalformed
        | FailureKind::UpstreamUnhealthy
        | FailureKind::PolicyMissing
        | FailureKind::Internal => "the call failed",
    }
}

/// What functions and AWS say may hold line breaks; a log line may not.
fn one_line(text: String) -> String {
    if text.contains(char::is_control) { text.replace(char::is_control, " ") } else { text }
}

#[cfg(test)]
mod tests;
