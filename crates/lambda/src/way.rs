//! TLS and forward proxies as the model says them, in the words of the client.

use model::forward::ForwardProxy;
use model::tls::ClientTls;
use net::forward::{Except, Forward, WayError};
use net::tls::{ClientIdentity, ClientTlsOptions};

/// What a client's TLS is made of.
pub fn options(tls: &ClientTls, alpn_h2: bool) -> ClientTlsOptions {
    let identity = tls.identity.as_ref().map(|identity| ClientIdentity {
        chain_pem: identity.chain.clone(),
        key_pem: identity.key.expose().to_owned(),
    });
    ClientTlsOptions { verify: tls.verify, authorities: tls.authorities.clone(), identity, alpn_h2 }
}

/// A proxy on the way to a host; `None` where the host is an exception of it.
pub fn through(proxy: &ForwardProxy, host: &str, port: u16) -> Result<Option<Forward>, WayError> {
    if Except::of(proxy.except.iter().map(String::as_str)).covers(host, port) {
        return Ok(None);
    }
    let password = proxy.password.as_ref().map_or("", |password| password.expose());
    let login = proxy.user.clone().map(|user| (user, password.to_owned()));
    let forward = Forward::read(&proxy.url)?.with_login(login)?;
    Ok(Some(forward.secured(&options(&proxy.tls, false), proxy.tls.server_name.as_deref())?))
}
