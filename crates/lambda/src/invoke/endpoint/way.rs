//! TLS and the forward proxy towards an endpoint, from the model to what the client takes.

use super::EndpointKey;
use crate::error::CallError;
use crate::way::{options, through};
use model::forward::Forward as Way;
use net::client::OriginTls;
use net::forward::{BadVariable, Forward, FromEnvironment, WayError};
use net::tls::{ClientTlsOptions, client_config};
use std::sync::Arc;

/// The forward proxies of the surroundings.
pub(crate) type Around = Result<FromEnvironment, BadVariable>;

pub(super) fn tls(key: &EndpointKey) -> Result<OriginTls, CallError> {
    let config = client_config(&options(&key.tls, key.http2)).map_err(|cause| CallError::config(cause.to_string()))?;
    Ok(OriginTls { config, server_name: key.tls.server_name.clone().unwrap_or_else(|| key.host.clone()) })
}

pub(super) fn forward(key: &EndpointKey, around: &Around) -> Result<Option<Arc<Forward>>, CallError> {
    let found = match &key.forward {
        Way::Direct => Ok(None),
        Way::Environment => from_environment(key, around),
        Way::Through(proxy) => through(proxy, &key.host, key.port),
    };
    match found {
        Ok(forward) => Ok(forward.map(Arc::new)),
        Err(cause) => Err(CallError::config(cause.to_string())),
    }
}

fn from_environment(key: &EndpointKey, around: &Around) -> Result<Option<Forward>, WayError> {
    let known = around.as_ref().map_err(Clone::clone)?;
    let Some(forward) = known.forward(key.https, &key.host, key.port) else { return Ok(None) };
    let forward = Forward::clone(forward).secured(&ClientTlsOptions::default(), None)?;
    tracing::info!(endpoint = key.host, proxy = %forward, "calls go through the forward proxy of the environment");
    Ok(Some(forward))
}
