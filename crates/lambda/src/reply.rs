//! Reply shapes: what a function's payload means as an HTTP response.

mod arrays;
mod headers;
mod mirror;
mod proxy;
mod raw;

use crate::error::CallError;
use crate::invoke::Invoked;
use model::call::Reply;
use net::Body;

/// Makes the response out of what the call gave. Hop-by-hop and AWS-internal header fields never pass;
/// `expose_log` lets `X-Amz-Log-Result` through where there is one. Only a proxy reply is held: the others pass on
/// the body as it arrives.
pub async fn read(reply: &Reply, invoked: Invoked, expose_log: bool) -> Result<http::Response<Body>, CallError> {
    match reply {
        Reply::Raw => Ok(raw::read(invoked, expose_log)),
        Reply::Bare => Ok(raw::bare(invoked)),
        Reply::Proxy(rules) => proxy::read(rules, invoked, expose_log).await,
        Reply::Mirror(rules) => mirror::read(*rules, invoked, expose_log).await,
    }
}

#[cfg(test)]
mod tests;
