//! Header fields that end at the next hop, and those that are AWS's between caller and Lambda.

use http::header::{self, HeaderMap, HeaderName};

/// Whether the field is about one connection only. Those that the message names itself in `connection` are in
/// [`Named`].
pub(crate) fn is_hop_by_hop(name: &HeaderName) -> bool {
    const OURS: [HeaderName; 7] = [
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        header::TE,
        header::TRAILER,
        header::PROXY_AUTHENTICATE,
        header::PROXY_AUTHORIZATION,
    ];
    OURS.contains(name) || matches!(name.as_str(), "keep-alive" | "proxy-connection")
}

/// The fields that a message names in `connection`: they end here, too.
pub(crate) struct Named<'a>(Vec<&'a str>);

impl<'a> Named<'a> {
    pub(crate) fn of(headers: &'a HeaderMap) -> Self {
        let values = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
        Self(values.flat_map(|value| value.split(',')).map(str::trim).collect())
    }

    pub(crate) fn has(&self, name: &HeaderName) -> bool {
        self.0.iter().any(|named| named.eq_ignore_ascii_case(name.as_str()))
    }
}

/// `x-amz-*`: what a caller says to AWS.
pub(crate) fn is_amz(name: &HeaderName) -> bool {
    name.as_str().starts_with("x-amz-")
}

/// `x-amz-*` and `x-amzn-*`: what AWS says about the call.
pub(crate) fn is_aws(name: &HeaderName) -> bool {
    is_amz(name) || name.as_str().starts_with("x-amzn-")
}
