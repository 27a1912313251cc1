//! One use of a Lambda function: `Call` = `Target` × `Payload` × `Reply` × `Fault` × `Then`.

use crate::answer::{Answer, FailureKind};
use crate::aws::Aws;
use crate::secret::Secret;
use serde::Serialize;
use std::collections::BTreeMap;
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
}

/// What the function is given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Payload {
    /// Chosen parts of the request as one JSON object.
    Fields(Fields),
    /// API Gateway's event version 1.0 (REST).
    HttpV1(EventRules),
    /// API Gateway's event version 2.0 (HTTP API, function URL).
    HttpV2(EventRules),
    /// An Application Load Balancer's event.
    Alb(EventRules),
    /// The request's body as it is; an empty body becomes no payload.
    Raw,
}

/// Which parts of the request the `fields` payload has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fields {
    /// Query and body arguments merged into one object, the query's winning, when none of the parts below is asked for.
    pub method: bool,
    /// Adds `request_uri` and `request_uri_args`.
    pub uri: bool,
    /// Adds `request_headers`.
    pub headers: bool,
    /// Adds `request_body`, `request_body_args` and `request_body_base64`.
    pub body: bool,
    /// How the body stands in it.
    pub rules: EventRules,
}

/// The differences between those who build events of one shape, as data. The default is AWS's own behaviour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventRules {
    /// Which of several equal names the single-value maps keep (v1, ALB).
    pub duplicates: Duplicates,
    /// What an absent map is in JSON.
    pub empty_map: EmptyMap,
    /// When a body is text, and when base64.
    pub body: BodyEncoding,
    /// `multiValueHeaders` and `multiValueQueryStringParameters` instead of the single ones (ALB only).
    pub multi_value: bool,
    /// Stage named in the event; `$default` in version 2.0.
    pub stage: String,
    /// `stageVariables`.
    pub stage_variables: BTreeMap<String, String>,
}

impl Default for EventRules {
    fn default() -> Self {
        Self {
            duplicates: Duplicates::Last,
            empty_map: EmptyMap::Null,
            body: BodyEncoding::ByMediaType,
            multi_value: false,
            stage: "$default".to_owned(),
            stage_variables: BTreeMap::new(),
        }
    }
}

/// Which of several values a single-value map keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Duplicates {
    /// The first in the request.
    First,
    /// The last in the request: AWS's rule.
    Last,
}

/// How an absent map is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum EmptyMap {
    /// `null`.
    Null,
    /// `{}`.
    Object,
    /// Not at all.
    Omit,
}

/// When a body is text in an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum BodyEncoding {
    /// Text for `text/*`, `application/json`, `application/xml`, `application/javascript` without `content-encoding`
    /// and in valid UTF-8, else base64: what AWS's HTTP API does.
    ByMediaType,
    /// Base64 for these media types (`image/*`, `*/*`), else text: REST API's `binaryMediaTypes`.
    BinaryTypes(Vec<String>),
    /// Always base64.
    Base64,
    /// Text whenever it is valid UTF-8.
    Utf8,
}

/// What the function's reply means.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Reply {
    /// The payload is the body; the status is the call's.
    Raw,
    /// The payload is a JSON object with `statusCode`, `headers`, `body` and the like.
    Proxy(ReplyRules),
    /// Everything that the Lambda API or the URL sent: status, headers and body.
    Mirror,
}

/// The differences between those who read a proxy reply, as data. The default takes the union of AWS's shapes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReplyRules {
    /// A reply without `statusCode` is the body itself, 200, `application/json` (version 2.0's inference).
    pub infer: bool,
    /// `content-type` when the reply names none.
    pub default_content_type: Option<String>,
}

impl Default for ReplyRules {
    fn default() -> Self {
        Self { infer: true, default_content_type: Some("application/json".to_owned()) }
    }
}

/// What a client sees of a failed call: for each kind an answer of the configuration's own, or the table's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Answers of the configuration's own.
    pub answers: BTreeMap<FailureKind, Answer>,
    /// A function error is no failure: its payload goes on as the reply, with this status; AWS's 200 when `None` inside.
    pub function_error_as_reply: Option<Option<u16>>,
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
        /// The body.
        body: bool,
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
