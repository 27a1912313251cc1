//! Reply shapes: what a function's payload means as an HTTP response.

use crate::error::CallError;
use crate::invoke::Invoked;
use model::call::Reply;
use net::Body;

/// Makes the response out of what the call gave. Hop-by-hop and AWS-internal header fields never pass;
/// `expose_log` lets `X-Amz-Log-Result` through where there is one.
pub async fn read(reply: &Reply, invoked: Invoked, expose_log: bool) -> Result<http::Response<Body>, CallError> {
    let _ = (reply, invoked, expose_log);
    unimplemented!()
}
