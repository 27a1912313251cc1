//! Where clients connect, and how.

use super::{Lowering, pair};
use crate::entity::{Collection, Entity};
use crate::settings::Listen;
use dialect::Faith;
use model::id::TableId;
use model::listener::{Limits, Listener};
use model::secret::Secret;
use model::tls::{Certificate, ServerTls};

pub(super) fn listeners(table: &TableId, at: &mut Lowering<'_>) -> Vec<Listener> {
    let tls = certificates(at);
    let at = &*at;
    let listens = at.settings.proxy.iter();
    listens.map(|listen| listener(*listen, listen.tls.then(|| tls.clone()), table, at)).collect()
}

fn listener(listen: Listen, tls: Option<ServerTls>, table: &TableId, at: &Lowering<'_>) -> Listener {
    Listener {
        address: listen.address,
        tables: vec![table.clone()],
        tls,
        http2: listen.http2,
        proxy_protocol: listen.proxy_protocol,
        trusted_proxies: at.settings.trusted.clone(),
        client_address: at.settings.client_address.clone(),
        limits: Limits { body_bytes: at.settings.body_most.unwrap_or(u64::MAX), ..Limits::default() },
    }
}

/// The certificate of the settings first, which clients see that name no known host, then those of entities.
fn certificates(at: &mut Lowering<'_>) -> ServerTls {
    let of_settings = at.settings.certificate.as_ref().and_then(|files| pair(files, at.documents));
    let mut certificates = Vec::from_iter(of_settings);
    let entities = at.entities;
    for entity in entities.of(Collection::Certificates).iter() {
        certificates.extend(certificate(entity, at).and_then(|one| usable(one, entity, at)));
    }
    ServerTls { certificates, ..ServerTls::default() }
}

/// One that cannot be read is not shown, and the others are.
fn usable(one: Certificate, entity: &Entity, at: &mut Lowering<'_>) -> Option<Certificate> {
    let shown = net::tls::ServerCertificate {
        hosts: one.hosts.clone(),
        chain_pem: one.chain.clone(),
        key_pem: one.key.expose().to_owned(),
    };
    match net::tls::check_certificate(&shown) {
        Ok(()) => Some(one),
        Err(why) => {
            let field = if why.is_of_key() { "key" } else { "cert" };
            at.say(Faith::Unsupported, entity, field, format!("no client is shown this certificate: {why}"));
            None
        }
    }
}

fn certificate(entity: &Entity, at: &Lowering<'_>) -> Option<Certificate> {
    let names = at.entities.of(Collection::Snis).iter();
    let own = names.filter(|sni| sni.reference("certificate") == Some(entity.id()));
    let hosts: Vec<String> = own.filter_map(|sni| sni.text("name")).map(str::to_owned).collect();
    if hosts.is_empty() && is_for_upstreams(entity, at) {
        return None;
    }
    Some(Certificate { hosts, chain: entity.text("cert")?.to_owned(), key: Secret::new(entity.text("key")?) })
}

/// Whether upstreams are shown it.
fn is_for_upstreams(certificate: &Entity, at: &Lowering<'_>) -> bool {
    let of = |collection| at.entities.of(collection).iter();
    let mut users = of(Collection::Services).chain(of(Collection::Upstreams));
    users.any(|user| user.reference("client_certificate") == Some(certificate.id()))
}
