//! Where clients connect, and how.

use super::Lowering;
use dialect::Faith;
use dialect::findings::Spot;
use model::id::TableId;
use model::listener::{Limits, Listener};
use model::secret::Secret;
use model::tls::{Certificate, ServerTls};

/// The one listener; none where its certificate cannot be read.
pub(super) fn listeners(table: &TableId, document: usize, at: &mut Lowering<'_>) -> Vec<Listener> {
    let settings = at.settings;
    let tls = if settings.secured { certificate(at) } else { None };
    if settings.secured && tls.is_none() {
        let text = "there is no certificate to read, so nothing is listened on; write certificate and key in PEM under \
                    http.ssl.keystore.certificates";
        at.notes.at(Faith::Unsupported, document, &Spot::default(), text);
        return Vec::new();
    }
    let usual = Limits::default();
    vec![Listener {
        address: settings.address,
        tables: vec![table.clone()],
        tls,
        http2: settings.secured && settings.alpn,
        proxy_protocol: settings.proxy_protocol,
        trusted_proxies: Vec::new(),
        client_address: Default::default(),
        limits: Limits {
            header_bytes: settings.header_bytes,
            request_time: settings.request_time.unwrap_or(usual.request_time),
            ..usual
        },
    }]
}

fn certificate(at: &Lowering<'_>) -> Option<ServerTls> {
    let (chain, key) = at.settings.certificate.as_ref()?;
    let (chain, key) = (at.file(chain)?, at.file(key)?);
    let certificates = vec![Certificate { hosts: Vec::new(), chain, key: Secret::new(key) }];
    Some(ServerTls { certificates, ..ServerTls::default() })
}
