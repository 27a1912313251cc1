//! TLS and the forward proxy towards a server, from the model to what the client takes.

use lambda::way::{options, through};
use model::forward::Forward as Way;
use model::tls::ClientTls;
use net::client::OriginTls;
use net::forward::{Forward, FromEnvironment, WayError};
use net::tls::{ClientTlsOptions, client_config};
use std::sync::Arc;

/// TLS towards a host.
pub fn tls(tls: &ClientTls, host: &str, http2: bool) -> Result<OriginTls, WayError> {
    let config = client_config(&options(tls, http2))?;
    Ok(OriginTls { config, server_name: tls.server_name.clone().unwrap_or_else(|| host.to_owned()) })
}

/// The forward proxy on the way to a host.
pub fn forward(way: &Way, https: bool, host: &str, port: u16) -> Result<Option<Arc<Forward>>, WayError> {
    let found = match way {
        Way::Direct => None,
        Way::Environment => from_environment(https, host, port)?,
        Way::Through(proxy) => through(proxy, host, port)?,
    };
    Ok(found.map(Arc::new))
}

fn from_environment(https: bool, host: &str, port: u16) -> Result<Option<Forward>, WayError> {
    let known = FromEnvironment::read(|name| std::env::var(name).ok())?;
    let Some(forward) = known.forward(https, host, port) else { return Ok(None) };
    let forward = Forward::clone(forward).secured(&ClientTlsOptions::default(), None)?;
    tracing::info!(node = host, proxy = %forward, "an upstream is reached through the forward proxy of the environment");
    Ok(Some(forward))
}
