//! TLS and forward proxies towards endpoints.

use super::Lowering;
use crate::part::Part;
use dialect::Faith;
use model::forward::{Forward, ForwardProxy};
use model::secret::Secret;
use model::tls::{ClientIdentity, ClientTls};

/// Whom an endpoint is trusted to be, and as whom the gateway shows itself.
pub(super) fn tls(ssl: &Part<'_>, at: &mut Lowering<'_>) -> ClientTls {
    let trust = ssl.part("trustStore");
    let authority = match trust.word("type") {
        Some("PEM") => trust.filled("content").or_else(|| ssl.filled("pem")),
        Some("PKCS12" | "JKS") => {
            let text = "stores of this kind are not read: write the certificates as PEM";
            at.notes.say(Faith::Unsupported, &trust, "type", text);
            None
        }
        _ => ssl.filled("pem"),
    };
    ClientTls {
        verify: !ssl.flag("trustAll") && ssl.flag("hostnameVerifier"),
        authorities: authority.map(str::to_owned).into_iter().collect(),
        server_name: None,
        identity: identity(&ssl.part("keyStore"), at),
    }
}

fn identity(store: &Part<'_>, at: &mut Lowering<'_>) -> Option<ClientIdentity> {
    match store.word("type") {
        Some("PEM") => {
            let (chain, key) = store.filled("certContent").zip(store.filled("keyContent"))?;
            Some(ClientIdentity { chain: chain.to_owned(), key: Secret::new(key) })
        }
        Some("PKCS12" | "JKS") => {
            let text = "stores of this kind are not read: write certificate and key as PEM";
            at.notes.say(Faith::Unsupported, store, "type", text);
            None
        }
        _ => None,
    }
}

/// The forward proxy on the way.
pub(super) fn forward(proxy: &Part<'_>) -> Forward {
    if !proxy.flag("enabled") {
        return Forward::Direct;
    }
    if proxy.flag("useSystemProxy") {
        return Forward::Environment;
    }
    let scheme = match proxy.word("type") {
        Some("SOCKS4" | "SOCKS5") => "socks5h",
        _ => "http",
    };
    let Some(host) = proxy.filled("host") else { return Forward::Direct };
    let port = proxy.count("port").unwrap_or(3128);
    Forward::Through(Box::new(ForwardProxy {
        url: format!("{scheme}://{host}:{port}"),
        user: proxy.filled("username").map(str::to_owned),
        password: proxy.filled("password").map(Secret::new),
        ..ForwardProxy::default()
    }))
}
