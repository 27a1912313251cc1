//! What a function's reply means, and the differences between those who read it.

use serde::Serialize;

/// What the function's reply means.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Reply {
    /// The payload is the body; the status is the call's.
    Raw,
    /// As `Raw`, without a single header field: the body says of itself what it is.
    Bare,
    /// The payload is a JSON object with `statusCode`, `headers`, `body` and the like.
    Proxy(ReplyRules),
    /// Everything that the Lambda API or the URL sent: status, headers and body.
    Mirror(MirrorRules),
}

/// The differences between those who pass on everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MirrorRules {
    /// In a body whose media type is `application/…json` each `[]` becomes `{}`. Such a body is held.
    pub empty_arrays_as_objects: bool,
}

/// The differences between those who read a proxy reply, as data. The default takes the union of AWS's shapes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReplyRules {
    /// A reply without `statusCode` is the body itself, 200, `application/json` (version 2.0's inference).
    pub infer: bool,
    /// `content-type` when the reply names none.
    pub default_content_type: Option<String>,
    /// Header fields of the call's own response stand where the reply has none of the name.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub call_headers: bool,
    /// A reply that is a JSON text which holds JSON is read once more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub nested: bool,
    /// What is asked of the members, and how a reply that lacks it is told.
    pub checks: ReplyChecks,
}

impl Default for ReplyRules {
    fn default() -> Self {
        Self {
            infer: true,
            default_content_type: Some("application/json".to_owned()),
            call_headers: false,
            nested: false,
            checks: ReplyChecks::Detailed,
        }
    }
}

/// What is asked of the members of a proxy reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ReplyChecks {
    /// null is as good as absent; what is wrong is told with its place and what would be right. `cookies` count.
    Detailed,
    /// `statusCode`, `headers`, `body` and `isBase64Encoded` in this order; null is wrong in each; what is wrong is told
    /// in the few words that are made for clients. `multiValueHeaders` replace `headers`, `cookies` mean nothing.
    Ordered,
    /// None: `statusCode`, `headers` and `body` stand over what the call gave, each where it is there. A body that is no
    /// text is written as JSON.
    Partial,
}
