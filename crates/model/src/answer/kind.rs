//! The ways in which a request can end without an answer.

use serde::Serialize;

/// Every way a request can end without an answer of its own. `policy::failure` adds detail and blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// No route takes the request.
    NoRoute,
    /// The route leads nowhere: no endpoint, and no step answered.
    NoEndpoint,
    /// The request cannot be understood.
    BadRequest,
    /// The request body is larger than allowed.
    BodyTooLarge,
    /// The request header is larger than allowed.
    HeaderTooLarge,
    /// The request's target is longer than allowed, or has more arguments.
    UriTooLong,
    /// The client took too long to send its request.
    RequestTimeout,
    /// The client is not known, or its credential is wrong.
    Unauthorized,
    /// The client is known and may not.
    Forbidden,
    /// Too many requests of this client.
    TooManyRequests,
    /// The upstream could not be reached.
    UpstreamUnreachable,
    /// The upstream did not answer in time.
    UpstreamTimeout,
    /// The upstream answered something that is not HTTP, or broke off.
    UpstreamMalformed,
    /// No node of the upstream is healthy.
    UpstreamUnhealthy,
    /// The function reported an error, or crashed.
    FunctionError,
    /// AWS throttled the call; nothing ran.
    Throttled,
    /// The function, or the call, took longer than allowed.
    CallTimeout,
    /// AWS refused the caller: permission, signature, clock.
    Denied,
    /// The Lambda endpoint or URL could not be reached; nothing ran.
    Unreachable,
    /// The connection broke after the request was sent; the function may have run.
    Interrupted,
    /// The function's reply is not what the route expects of it.
    MalformedReply,
    /// No function of this name, version or alias.
    FunctionNotFound,
    /// The event is larger than Lambda takes.
    EventTooLarge,
    /// The function's reply is larger than Lambda gives.
    ReplyTooLarge,
    /// AWS refused the call for another reason: bad argument, conflict, quota.
    Rejected,
    /// AWS failed on its side.
    ServiceError,
    /// No credentials could be had.
    NoCredentials,
    /// No region and no endpoint is configured.
    NoRegion,
    /// A policy guards this route that is not there.
    PolicyMissing,
    /// The gateway itself is at fault.
    Internal,
}

impl FailureKind {
    /// All kinds, in order of declaration.
    pub const ALL: [Self; 30] = [
        Self::NoRoute,
        Self::NoEndpoint,
        Self::BadRequest,
        Self::BodyTooLarge,
        Self::HeaderTooLarge,
        Self::UriTooLong,
        Self::RequestTimeout,
        Self::Unauthorized,
        Self::Forbidden,
        Self::TooManyRequests,
        Self::UpstreamUnreachable,
        Self::UpstreamTimeout,
        Self::UpstreamMalformed,
        Self::UpstreamUnhealthy,
        Self::FunctionError,
        Self::Throttled,
        Self::CallTimeout,
        Self::Denied,
        Self::Unreachable,
        Self::Interrupted,
        Self::MalformedReply,
        Self::FunctionNotFound,
        Self::EventTooLarge,
        Self::ReplyTooLarge,
        Self::Rejected,
        Self::ServiceError,
        Self::NoCredentials,
        Self::NoRegion,
        Self::PolicyMissing,
        Self::Internal,
    ];

    /// The status a client sees unless the configuration says otherwise.
    pub fn status(self) -> u16 {
        match self {
            Self::NoRoute => 404,
            Self::BadRequest => 400,
            Self::BodyTooLarge | Self::EventTooLarge => 413,
            Self::HeaderTooLarge => 431,
            Self::UriTooLong => 414,
            Self::RequestTimeout => 408,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::TooManyRequests | Self::Throttled => 429,
            Self::UpstreamTimeout | Self::CallTimeout => 504,
            Self::NoEndpoint | Self::UpstreamUnhealthy | Self::PolicyMissing => 503,
            Self::UpstreamUnreachable
            | Self::UpstreamMalformed
            | Self::FunctionError
            | Self::Denied
            | Self::Unreachable
            | Self::Interrupted
            | Self::MalformedReply
            | Self::FunctionNotFound
            | Self::ReplyTooLarge
            | Self::Rejected
            | Self::ServiceError => 502,
            Self::NoCredentials | Self::NoRegion | Self::Internal => 500,
        }
    }

    /// The machine-readable word for it, `snake_case`.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoRoute => "no_route",
            Self::NoEndpoint => "no_endpoint",
            Self::BadRequest => "bad_request",
            Self::BodyTooLarge => "body_too_large",
            Self::HeaderTooLarge => "header_too_large",
            Self::UriTooLong => "uri_too_long",
            Self::RequestTimeout => "request_timeout",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::TooManyRequests => "too_many_requests",
            Self::UpstreamUnreachable => "upstream_unreachable",
            Self::UpstreamTimeout => "upstream_timeout",
            Self::UpstreamMalformed => "upstream_malformed",
            Self::UpstreamUnhealthy => "upstream_unhealthy",
            Self::FunctionError => "function_error",
            Self::Throttled => "throttled",
            Self::CallTimeout => "call_timeout",
            Self::Denied => "denied",
            Self::Unreachable => "unreachable",
            Self::Interrupted => "interrupted",
            Self::MalformedReply => "malformed_reply",
            Self::FunctionNotFound => "function_not_found",
            Self::EventTooLarge => "event_too_large",
            Self::ReplyTooLarge => "reply_too_large",
            Self::Rejected => "rejected",
            Self::ServiceError => "service_error",
            Self::NoCredentials => "no_credentials",
            Self::NoRegion => "no_region",
            Self::PolicyMissing => "policy_missing",
            Self::Internal => "internal",
        }
    }

    /// Reads [`FailureKind::code`] back.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_read_back() {
        for kind in FailureKind::ALL {
            assert_eq!(FailureKind::from_code(kind.code()), Some(kind));
        }
    }
}
