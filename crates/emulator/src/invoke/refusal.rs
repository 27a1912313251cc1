//! Why a request is refused, in AWS's types, statuses and words.

use super::Reply;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

const REASON: &str = "ReservedFunctionConcurrentInvocationLimitExceeded";

/// A request that does not become a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("Missing Authentication Token")]
    MissingToken,
    #[error("{0}")]
    IncompleteSignature(String),
    #[error("{0}")]
    InvalidSignature(String),
    #[error("The security token included in the request is invalid.")]
    UnknownKey,
    #[error("Unable to determine service/operation name to be authorized")]
    UnknownOperation,
    #[error("Function not found: {arn}")]
    NotFound { arn: String },
    #[error("Rate Exceeded.")]
    Throttled,
    #[error("Request must be smaller than {limit} bytes for the InvokeFunction operation")]
    TooLarge { limit: usize },
    #[error("{0}")]
    BadContent(String),
    #[error("1 validation error detected: Value '{value}' at '{place}' failed to satisfy constraint: {constraint}")]
    Validation { place: &'static str, value: String, constraint: &'static str },
    #[error("The derived qualifier from the function name does not match the specified qualifier.")]
    QualifiersDiffer,
    /// Has no like in AWS, where such a function could not have been created.
    #[error("{0}")]
    Unusable(String),
    #[error("ServiceException")]
    Service,
}

impl Refusal {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::MissingToken | Self::IncompleteSignature(_) | Self::InvalidSignature(_) | Self::UnknownKey => {
                StatusCode::FORBIDDEN
            }
            Self::UnknownOperation | Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::Throttled => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BadContent(_) | Self::Validation { .. } | Self::QualifiersDiffer => StatusCode::BAD_REQUEST,
            Self::Unusable(_) => StatusCode::BAD_GATEWAY,
            Self::Service => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// `x-amzn-ErrorType`.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::MissingToken => "MissingAuthenticationTokenException",
            Self::IncompleteSignature(_) => "IncompleteSignatureException",
            Self::InvalidSignature(_) => "InvalidSignatureException",
            Self::UnknownKey => "UnrecognizedClientException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::NotFound { .. } => "ResourceNotFoundException",
            Self::Throttled => "TooManyRequestsException",
            Self::TooLarge { .. } => "RequestTooLargeException",
            Self::BadContent(_) => "InvalidRequestContentException",
            Self::Validation { .. } => "ValidationException",
            Self::QualifiersDiffer => "InvalidParameterValueException",
            Self::Unusable(_) => "InvalidRuntimeException",
            Self::Service => "ServiceException",
        }
    }

    pub(super) fn reply(&self) -> Reply {
        let mut reply = Response::new(Full::new(Bytes::from(self.body().to_string())));
        *reply.status_mut() = self.status();
        let headers = reply.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("x-amzn-errortype", HeaderValue::from_static(self.kind()));
        if *self == Self::Throttled {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        reply
    }

    /// Which letter `message` begins with differs from type to type.
    fn body(&self) -> Value {
        let message = self.to_string();
        match self {
            Self::MissingToken
            | Self::IncompleteSignature(_)
            | Self::InvalidSignature(_)
            | Self::UnknownKey
            | Self::UnknownOperation
            | Self::Validation { .. } => json!({ "message": message }),
            Self::Throttled => json!({ "Reason": REASON, "Type": "User", "message": message }),
            Self::TooLarge { .. } | Self::BadContent(_) | Self::QualifiersDiffer => {
                json!({ "Type": "User", "message": message })
            }
            Self::NotFound { .. } => json!({ "Type": "User", "Message": message }),
            Self::Unusable(_) | Self::Service => json!({ "Type": "Server", "Message": message }),
        }
    }
}
