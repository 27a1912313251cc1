//! One use of a Lambda function: `Call` = `Target` × `Payload` × `Reply` × `Fault` × `Then`.

mod event;
mod fault;
mod reply;
mod texts;

pub use event::{
    Arguments, BodyEncoding, BodyReading, ContextForm, Duplicates, EmptyBody, EmptyMap, EventPath, EventRules, Fields,
    LargeBody, Payload, Winner,
};
pub use fault::Fault;
pub use reply::{MirrorRules, Reply, ReplyChecks, ReplyRules};
pub use texts::{Bodies, CallTexts, CallTimes, KeyedFault, Time, TrustTexts};

use crate::aws::Aws;
use crate::secret::Secret;
use serde::Serialize;
use std::time::Duration;

/// A call of a function, always a step of a chain.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    /// What is called.
    pub target: Target,
    /// What the function is given.
    pub payload: Payload,
    /// What its reply means.
    pub reply: Reply,
    /// What a client sees of each kind of failure.
    pub fault: Fault,
    /// What becomes of the reply.
    pub then: Then,
    /// How long things may take.
    pub timeouts: CallTimeouts,
    /// Whether a reply with the log tail hands it to the client as `X-Amz-Log-Result`. Asking for it is `log_tail` of the target.
    pub expose_log: bool,
    /// What is evaluated for each request, and what the call leaves for expressions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texts: Option<Box<CallTexts>>,
}

/// What is called.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Target {
    /// A function through the Invoke API.
    Function(FunctionTarget),
    /// A URL over HTTP: a function URL or an API Gateway stage.
    Url(UrlTarget),
}

/// A function by name or ARN.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct FunctionTarget {
    /// Name, partial ARN or full ARN; may end in `:qualifier`.
    pub function: String,
    /// Version or alias.
    pub qualifier: Option<String>,
    /// How the call is made.
    pub invocation: Invocation,
    /// Ask for the last 4 KB of the log (`X-Amz-Log-Type: Tail`).
    pub log_tail: bool,
    /// Where and as whom.
    pub aws: Aws,
}

/// Lambda's `X-Amz-Invocation-Type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub enum Invocation {
    /// Wait for the reply. AWS answers 200.
    #[default]
    RequestResponse,
    /// Queue it. AWS answers 202 with an empty body.
    Event,
    /// Only check permission and arguments. AWS answers 204.
    DryRun,
}

impl Invocation {
    /// As it stands in the header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequestResponse => "RequestResponse",
            Self::Event => "Event",
            Self::DryRun => "DryRun",
        }
    }
}

/// A function behind a URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct UrlTarget {
    /// Scheme, host, optional port and base path.
    pub url: String,
    /// What is appended to its path.
    pub path: UrlPath,
    /// How the gateway shows who it is.
    pub auth: UrlAuth,
    /// Region, credentials and TLS; `endpoint` is not used.
    pub aws: Aws,
}

/// What of the request's path is appended to the URL's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum UrlPath {
    /// Nothing.
    Fixed,
    /// The whole path of the request.
    Append,
    /// The value of this path parameter, `rest` of `/orders/{rest+}`.
    Param(String),
    /// What the route's pattern leaves open: all that follows a prefix that ends in a slash, or, if the pattern is no
    /// prefix, the value of this path parameter. Where there is something open, a slash comes before it.
    Open(String),
}

/// How a URL target is authorized.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum UrlAuth {
    /// Not at all; a client's own `Authorization` passes.
    None,
    /// SigV4 for this service, `execute-api` or `lambda`.
    Sign(String),
    /// The `x-api-key` header.
    ApiKey(Secret),
    /// As a proxy that the client may be ahead of.
    Relay(Box<UrlRelay>),
}

/// Authorization that yields to the client's own. Where there are fields and the client sends none of
/// [`UrlRelay::unless`], the fields are set and nothing is signed. Else, if there is a service to sign for and the client
/// sends no `Authorization`, the request is signed. Else it goes on as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct UrlRelay {
    /// Header fields, names in lower case.
    pub fields: Vec<(String, Secret)>,
    /// Names of the client's fields before which they yield, in lower case.
    pub unless: Vec<String>,
    /// The service to sign for.
    pub sign: Option<String>,
    /// Whether `X-Forwarded-Proto`, `-Host` and `-Port` tell of the client's request.
    pub forwarded: bool,
    /// Bytes a body may have; `None`: as many as the listener takes.
    pub largest_body: Option<u64>,
    /// The client's body is posted as this media type, without its query and header fields; `None`: the request is the
    /// client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posts: Option<String>,
}

/// What becomes of the reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Then {
    /// It is the response, now: later request steps and the endpoint are skipped.
    Respond,
    /// It is the response in the endpoint's place: later request steps still run.
    Answer,
    /// It replaces parts of the response that is there (response side).
    Replace {
        /// The body, with the header fields that tell of it.
        body: bool,
        /// The status.
        status: bool,
    },
    /// As `Replace` of the body, and of the status if said so; of the header only what would make the new body
    /// unreadable goes: its length, its encoding.
    Refill {
        /// The status.
        status: bool,
    },
    /// It is kept for expressions only.
    Keep,
}

/// How long a call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct CallTimeouts {
    /// To open a connection, TLS included.
    pub connect: Duration,
    /// From the first byte sent to the end of the reply. Lambda's own longest is 15 minutes.
    pub total: Duration,
}

impl Default for CallTimeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(60) }
    }
}
