//! TLS and forward proxies towards endpoints.

use super::Lowering;
use super::once::Once;
use crate::part::Part;
use dialect::Faith;
use model::forward::{Forward, ForwardProxy};
use model::secret::Secret;
use model::tls::{ClientIdentity, ClientTls};
use net::tls::store::{Stored, Unlock, read, read_text};

/// Whom an endpoint is trusted to be, and as whom the gateway shows itself.
pub(super) fn tls(ssl: &Part<'_>, once: &Once, at: &mut Lowering<'_>) -> ClientTls {
    let mut reader = Reader { once, at };
    let trust = ssl.part("trustStore");
    let mut authorities = reader.trust(&trust);
    authorities.extend(ssl.filled("pem").filter(|_| authorities.is_empty()).map(str::to_owned));
    ClientTls {
        verify: !ssl.flag("trustAll") && ssl.flag("hostnameVerifier"),
        authorities,
        server_name: None,
        identity: reader.identity(&ssl.part("keyStore")),
    }
}

struct Reader<'r, 'a> {
    once: &'r Once,
    at: &'r mut Lowering<'a>,
}

impl Reader<'_, '_> {
    fn trust(&mut self, store: &Part<'_>) -> Vec<String> {
        let stored = match store.word("type") {
            // PEM is taken as it is: what is wrong with it is told when TLS is made ready
            Some("PEM") => return self.text(store, "content", "path").into_iter().collect(),
            Some("PKCS12" | "JKS") => self.store(store),
            _ => None,
        };
        let Some(stored) = stored else { return Vec::new() };
        let chain = stored.identity.map(|identity| identity.chain);
        let authorities: Vec<String> = stored.authorities.into_iter().chain(chain).collect();
        if authorities.is_empty() {
            self.at.notes.on(Faith::Unsupported, store, "it holds no certificate: those of the system are trusted");
        }
        authorities
    }

    fn identity(&mut self, store: &Part<'_>) -> Option<ClientIdentity> {
        match store.word("type") {
            Some("PEM") => {
                let chain = self.text(store, "certContent", "certPath");
                let (chain, key) = chain.zip(self.text(store, "keyContent", "keyPath"))?;
                Some(ClientIdentity { chain, key: Secret::new(key) })
            }
            Some("PKCS12" | "JKS") => {
                let stored = self.store(store)?;
                if stored.identity.is_none() {
                    let text = "it holds no key: the gateway shows no certificate";
                    self.at.notes.on(Faith::Unsupported, store, text);
                }
                let identity = stored.identity?;
                Some(ClientIdentity { chain: identity.chain, key: Secret::new(identity.key) })
            }
            _ => None,
        }
    }

    /// A text that stands in the definition, or else in a file.
    fn text(&mut self, store: &Part<'_>, content: &str, path: &str) -> Option<String> {
        if let Some(text) = self.once.field(store, content, self.at.notes) {
            return Some(text);
        }
        let bytes = self.file(store, path)?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn file(&mut self, store: &Part<'_>, field: &str) -> Option<Vec<u8>> {
        let path = self.once.field(store, field, self.at.notes)?;
        let found = self.at.bytes(&path).map(<[u8]>::to_vec);
        if found.is_none() {
            let text = format!("the file {path:?} cannot be read: this store is left out");
            self.at.notes.say(Faith::Unsupported, store, field, text);
        }
        found
    }

    /// A store of Java's tools.
    fn store(&mut self, store: &Part<'_>) -> Option<Stored> {
        let [password, key_password] =
            ["password", "keyPassword"].map(|name| self.once.field(store, name, self.at.notes));
        let unlock = Unlock {
            password: password.as_deref(),
            key_password: key_password.as_deref(),
            alias: store.filled("alias"),
        };
        let stored = match store.filled("content") {
            Some(content) => read_text(content, &unlock),
            None => read(&self.file(store, "path")?, &unlock),
        };
        if let Err(cause) = &stored {
            self.at.notes.on(Faith::Unsupported, store, format!("{cause}: this store is left out"));
        }
        stored.ok()
    }
}

/// The forward proxy on the way.
pub(super) fn forward(proxy: &Part<'_>, once: &Once, at: &mut Lowering<'_>) -> Forward {
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
    let Some(host) = once.field(proxy, "host", at.notes) else { return Forward::Direct };
    let port = proxy.count("port").unwrap_or(3128);
    Forward::Through(Box::new(ForwardProxy {
        url: format!("{scheme}://{host}:{port}"),
        user: once.field(proxy, "username", at.notes),
        password: once.field(proxy, "password", at.notes).map(Secret::new),
        ..ForwardProxy::default()
    }))
}
