//! Where clients connect, and how.

use super::judged::Remark;
use super::{Lowering, Said};
use crate::entity::Kind;
use dialect::Faith;
use model::id::TableId;
use model::listener::{Limits, Listener};
use model::secret::Secret;
use model::tls::{Certificate, ServerTls};
use serde_json::Value;

pub(super) fn listeners(table: &TableId, at: &Lowering<'_>, said: &mut Vec<Said>) -> Vec<Listener> {
    let certificates = certificates(at);
    let mut found: Vec<Listener> = Vec::new();
    for listen in &at.settings.listens {
        if listen.tls && certificates.is_empty() {
            continue; // nobody could be served there
        }
        if found.iter().any(|other| other.address == listen.address) {
            let message = format!("{} is listened on once", listen.address);
            said.push((None, Remark::new(Faith::Exact, "", message)));
            continue;
        }
        found.push(Listener {
            address: listen.address,
            tables: vec![table.clone()],
            tls: listen.tls.then(|| ServerTls { certificates: certificates.clone(), ..ServerTls::default() }),
            http2: listen.http2,
            proxy_protocol: listen.proxy_protocol,
            trusted_proxies: at.settings.trusted.clone(),
            client_address: at.settings.client_address.clone(),
            limits: Limits { body_bytes: at.settings.body_most.unwrap_or(u64::MAX), ..Limits::default() },
        });
    }
    found
}

/// What names the servers that clients ask for.
fn certificates(at: &Lowering<'_>) -> Vec<Certificate> {
    let mut found = Vec::new();
    for item in at.objects.of_kind(Kind::Ssls) {
        let part = item.judged.part();
        let on = part.count("status").unwrap_or(1) == 1;
        // who must show a certificate of its own is not let in without
        if !on || part.text("type") == Some("client") || part.value("client").is_some() {
            continue;
        }
        let hosts = part.owned("sni").map_or_else(|| part.texts("snis"), |sni| vec![sni]);
        let more = part.items("certs").iter().zip(part.items("keys"));
        let more = more.filter_map(|(cert, key)| Some((cert.as_str()?, key.as_str()?)));
        let first = part.text("cert").zip(part.text("key"));
        found.extend(first.into_iter().chain(more).map(|(chain, key)| Certificate {
            hosts: hosts.clone(),
            chain: chain.to_owned(),
            key: Secret::new(key),
        }));
    }
    found
}

/// A certificate with its key that an upstream is shown.
pub(super) fn identity(id: &Value, at: &Lowering<'_>) -> Option<(String, Secret)> {
    let item = at.objects.get(Kind::Ssls, &crate::entity::id_text(id)?)?;
    let part = item.judged.part();
    Some((part.owned("cert")?, Secret::new(part.text("key")?)))
}
