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
