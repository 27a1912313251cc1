//! Where clients connect, and how.

use super::Lowering;
use crate::settings::ClientAuth;
use dialect::Faith;
use dialect::findings::Spot;
use model::id::TableId;
use model::listener::{Limits, Listener};
use model::secret::Secret;
use model::tls::{Certificate, ClientCertificates, ClientDemand, ServerTls};

/// The one listener; none where its certificate cannot be read.
pub(super) fn listeners(table: &TableId, document: usize, at: &mut Lowering<'_>) -> Vec<Listener> {
    let settings = at.settings;
    let tls = if settings.secured { certificate(at) } else { None };
    let tls = tls.map(|tls| ServerTls { clients: clients(at), ..tls });
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

/// Certificates that clients are asked for: those of subscriptions are trusted, and the store's authorities.
fn clients(at: &Lowering<'_>) -> Vec<ClientCertificates> {
    let demand = match at.settings.client_auth {
        ClientAuth::None => return Vec::new(),
        ClientAuth::Request => ClientDemand::Trusted,
        ClientAuth::Required => ClientDemand::Required,
    };
    let authorities = at.settings.trust.as_ref().and_then(|name| at.file(name)).into_iter().collect();
    vec![ClientCertificates { hosts: Vec::new(), authorities, known: at.book.known(), demand }]
}

fn certificate(at: &Lowering<'_>) -> Option<ServerTls> {
    let (chain, key) = at.settings.certificate.as_ref()?;
    let (chain, key) = (at.file(chain)?, at.file(key)?);
    let certificates = vec![Certificate { hosts: Vec::new(), chain, key: Secret::new(key) }];
    Some(ServerTls { certificates, ..ServerTls::default() })
}
