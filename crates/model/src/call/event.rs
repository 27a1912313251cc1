//! What a function is given: the event's shape, and the differences between those who build it.

use crate::text::Setting;
use serde::Serialize;
use std::collections::BTreeMap;

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
    /// A text with expressions; null and empty become no payload.
    Template(Setting),
}

impl Payload {
    /// The rules by which it is built, where it has any.
    pub fn rules(&self) -> Option<&EventRules> {
        match self {
            Self::Fields(fields) => Some(&fields.rules),
            Self::HttpV1(rules) | Self::HttpV2(rules) | Self::Alb(rules) => Some(rules),
            Self::Raw | Self::Template(_) => None,
        }
    }
}

/// Which parts of the request the `fields` payload has. With none of them the arguments of query and body are merged
/// into one object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fields {
    /// Adds `request_method`.
    pub method: bool,
    /// Adds `request_uri` and `request_uri_args`.
    pub uri: bool,
    /// Adds `request_headers`.
    pub headers: bool,
    /// Adds `request_body`, `request_body_args` and `request_body_base64`.
    pub body: bool,
    /// How arguments and body stand in it.
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
    /// What stands for a body that is empty, or dropped.
    pub empty_body: EmptyBody,
    /// What becomes of a large body; `None`: nothing else than of a small one.
    pub large_body: Option<LargeBody>,
    /// How arguments are read from query and body.
    pub arguments: Arguments,
    /// `multiValueHeaders` and `multiValueQueryStringParameters` instead of the single ones (ALB only).
    pub multi_value: bool,
    /// Which path `path` and its like show. `request_uri` is always as the client sent it.
    pub path: EventPath,
    /// What `requestContext` and its surroundings hold (v1).
    pub context: ContextForm,
    /// Stage named in the event; `$default` in version 2.0.
    pub stage: String,
    /// `stageVariables`.
    pub stage_variables: BTreeMap<String, String>,
    /// Slashes in texts stand as `\/`. Readers of JSON see no difference.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub escaped_slashes: bool,
}

impl Default for EventRules {
    fn default() -> Self {
        Self {
            duplicates: Duplicates::Last,
            empty_map: EmptyMap::Null,
            body: BodyEncoding::ByMediaType,
            empty_body: EmptyBody::Usual,
            large_body: None,
            arguments: Arguments::default(),
            multi_value: false,
            path: EventPath::Client,
            context: ContextForm::Full,
            stage: "$default".to_owned(),
            stage_variables: BTreeMap::new(),
            escaped_slashes: false,
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
    /// Text where the whole `content-type`, parameters included, is one of these, else base64.
    TextTypes(Vec<String>),
    /// Always base64.
    Base64,
    /// Text whenever it is valid UTF-8.
    Utf8,
}

/// What stands for a body that is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum EmptyBody {
    /// What the shape has for it: null in version 1.0, nothing in 2.0, `""` for ALB and `fields`.
    Usual,
    /// The empty text, said to be base64.
    Base64,
    /// Nothing.
    Omit,
}

/// A body that is larger than so many bytes, the request header not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LargeBody {
    /// A body of more bytes than these is large.
    pub over: u64,
    /// Whether it stands in the event; if not, it is dropped as if it had been empty, and the log says so.
    pub kept: bool,
    /// Whether arguments are read from it (`fields`).
    pub arguments: bool,
}

/// How arguments are read from query and body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Arguments {
    /// So many of the query, and as many of a form, count; the rest is left out. `None`: all.
    pub most: Option<usize>,
    /// A query with more than `most` is refused instead: [`crate::answer::FailureKind::UriTooLong`].
    pub refuse_more: bool,
    /// Whose value stands where query and body have one name (`fields`).
    pub winner: Winner,
    /// Which bodies have arguments (`fields`).
    pub bodies: BodyReading,
    /// An argument without `=` is `true`, not the empty text (v1). In `fields` it always is.
    pub bare_is_true: bool,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            most: None,
            refuse_more: false,
            winner: Winner::Query,
            bodies: BodyReading::Standard,
            bare_is_true: false,
        }
    }
}

/// Whose value stands where query and body have one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Winner {
    /// The query's.
    Query,
    /// The body's.
    Body,
}

/// Which bodies have arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum BodyReading {
    /// Forms, and objects of `application/json` or a type that ends in `+json`.
    Standard,
    /// What begins with the name of a form, of `application/json` or of `multipart/form-data`; of the latter files
    /// count like fields. A list is the payload itself, or, where there is a query, has its items under `1`, `2`, ….
    ByPrefix,
}

/// Which path an event shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum EventPath {
    /// The client's, byte for byte.
    Client,
    /// The one that an upstream would see: [`crate::route::Route::path`], or what a step has made of it.
    Forwarded,
}

/// What `requestContext` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ContextForm {
    /// All that API Gateway writes.
    Full,
    /// Without what an account at AWS gives: no `stageVariables`, no account, API, stage, authorizer and resource id;
    /// `resourcePath` is the path, the identity has address and user agent.
    Lean,
}
