//! Why a request is refused, in AWS's types, statuses and words.

use crate::function::{Function, NoTurn, Reason};
use crate::host::Host;
use crate::instance::Invocation;
use crate::payload::Unread;
use crate::reply::{self, Reply};
use crate::settings::CallReport;
use crate::signature::Denial;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

/// A request that does not become a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(transparent)]
    Denied(#[from] Denial),
    #[error("Unable to determine service/operation name to be authorized")]
    UnknownOperation,
    /// A function, or one of its versions.
    #[error("Function not found: {arn}")]
    NotFound { arn: String },
    #[error("Cannot find alias arn: {arn}")]
    NoAlias { arn: String },
    #[error("Rate Exceeded.")]
    Throttled(Reason),
    #[error("Request must be smaller than {limit} bytes for the InvokeFunction operation")]
    TooLarge { limit: usize },
    #[error("Unsupported content type: {0}. The content type of the Invoke request body is not JSON.")]
    UnsupportedMediaType(String),
    #[error("{0}")]
    BadContent(String),
    #[error("1 validation error detected: Value '{value}' at '{place}' failed to satisfy constraint: {constraint}")]
    Validation { place: &'static str, value: String, constraint: &'static str },
    #[error("{0}")]
    InvalidParameter(&'static str),
    /// Has no like in AWS, where such a function could not have been created.
    #[error("{0}")]
    Unusable(String),
}

impl Refusal {
    /// Why there is no turn; whoever looks at the calls is told.
    pub(crate) fn told(host: &Host, function: &Function, invocation: &Invocation, reason: NoTurn) -> Self {
        let refusal = Self::of(reason, &invocation.function_arn);
        host.report(&CallReport {
            function: function.name().clone(),
            request_id: invocation.request_id.clone(),
            caller: invocation.caller.clone(),
            cold: false,
            milliseconds: 0.0,
            status: refusal.status().as_u16(),
            error: Some(format!("{}: {refusal}", refusal.kind())),
            stack: None,
        });
        refusal
    }

    /// Why a body of at most `limit` bytes was not taken.
    pub(crate) fn unread(unread: &Unread, limit: usize) -> Self {
        match unread {
            Unread::TooLarge(_) => Self::TooLarge { limit },
            Unread::Cut => Self::BadContent("Request body was cut off".to_owned()),
        }
    }

    /// Why there is no turn, for a function of this ARN.
    pub(crate) fn of(reason: NoTurn, arn: &str) -> Self {
        match reason {
            NoTurn::Throttled(reason) => Self::Throttled(reason),
            NoTurn::Unusable(reason) => Self::Unusable(reason),
            NoTurn::Gone => Self::NotFound { arn: arn.to_owned() },
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::UnknownOperation | Self::NotFound { .. } | Self::NoAlias { .. } => StatusCode::NOT_FOUND,
            Self::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BadContent(_) | Self::Validation { .. } | Self::InvalidParameter(_) => StatusCode::BAD_REQUEST,
            Self::Unusable(_) => StatusCode::BAD_GATEWAY,
        }
    }

    /// `x-amzn-ErrorType`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Denied(denial) => denial.kind(),
            Self::UnknownOperation => "UnknownOperationException",
            Self::NotFound { .. } | Self::NoAlias { .. } => "ResourceNotFoundException",
            Self::Throttled(_) => "TooManyRequestsException",
            Self::TooLarge { .. } => "RequestTooLargeException",
            Self::UnsupportedMediaType(_) => "UnsupportedMediaTypeException",
            Self::BadContent(_) => "InvalidRequestContentException",
            Self::Validation { .. } => "ValidationException",
            Self::InvalidParameter(_) => "InvalidParameterValueException",
            Self::Unusable(_) => "InvalidRuntimeException",
        }
    }

    pub(crate) fn reply(&self) -> Reply {
        let mut reply = reply::error(self.status(), self.kind(), self.body().to_string());
        if matches!(self, Self::Throttled(_)) {
            reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        reply
    }

    /// Which letter `message` begins with differs from type to type.
    fn body(&self) -> Value {
        let message = self.to_string();
        match self {
            Self::Denied(_) | Self::UnknownOperation | Self::Validation { .. } => json!({ "message": message }),
            Self::Throttled(reason) => json!({ "Reason": reason.name(), "Type": "User", "message": message }),
            Self::TooLarge { .. } | Self::UnsupportedMediaType(_) | Self::BadContent(_) | Self::InvalidParameter(_) => {
                json!({ "Type": "User", "message": message })
            }
            Self::NotFound { .. } | Self::NoAlias { .. } => json!({ "Type": "User", "Message": message }),
            Self::Unusable(_) => json!({ "Type": "Server", "Message": message }),
        }
    }
}
