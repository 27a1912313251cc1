//! What a gateway shows of itself: header fields on responses and on requests to upstreams, as data.

use serde::Serialize;

/// Fields that a table writes on its responses. The default writes none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Marks {
    /// `Server` of all that no upstream answered, whatever a function says.
    pub server: Option<String>,
    /// What is appended to `Via` of a function's reply: protocol and name, `2 gate`.
    pub via_call: Option<String>,
    /// What is appended to `Via` where an upstream was asked.
    pub via_upstream: Option<String>,
    /// The field with the gateway's id of the request.
    pub request_id: Option<String>,
    /// The field with the milliseconds that the gateway itself took, where no upstream was asked.
    pub own_latency: Option<String>,
    /// The field with the milliseconds until an upstream was asked.
    pub proxy_latency: Option<String>,
    /// The field with the milliseconds until an upstream's response header came.
    pub upstream_latency: Option<String>,
    /// The field with the upstream's own status.
    pub upstream_status: Option<String>,
    /// The same field where something went wrong: a status of 500 or more, or no answer of the upstream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream_error: Option<String>,
    /// `Server` stands on what upstreams answer as well.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub server_everywhere: bool,
    /// Media types that are sent with a character set where they name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charset: Option<Charset>,
}

/// A character set, and the media types that get it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Charset {
    /// Its name.
    pub name: String,
    /// Media types, in lower case.
    pub media_types: Vec<String>,
}

/// Fields that an upstream sees beside `X-Forwarded-For`, `-Proto`, `-Host` and `-Port`. The default adds none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ForwardMarks {
    /// `X-Forwarded-Path`: the client's target.
    pub path: bool,
    /// `X-Forwarded-Prefix`: the part of the path that was taken off.
    pub prefix: bool,
    /// `X-Real-IP`: the client's address.
    pub real_ip: bool,
    /// The field with the gateway's id of the request.
    pub request_id: Option<String>,
    /// What is appended to `Via`.
    pub via: Option<String>,
    /// `X-Forwarded-For` is continued although nobody vouches for what it says.
    pub any_addresses: bool,
}
