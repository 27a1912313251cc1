//! TLS and the forward proxy towards a node.

use model::endpoint::Upstream;
use net::client::OriginTls;
use net::forward::{Forward, WayError};
use policy::way;
use std::sync::Arc;

pub(super) fn tls(model: &Upstream, host: &str) -> Result<Option<OriginTls>, WayError> {
    model.tls.as_ref().map(|tls| way::tls(tls, host, model.http2)).transpose()
}

pub(super) fn forward(model: &Upstream, host: &str, port: u16) -> Result<Option<Arc<Forward>>, WayError> {
    way::forward(&model.forward, model.tls.is_some(), host, port)
}
