//! Listeners, as short as they can be said.

use super::{Pen, some, text, texts, unless};
use crate::decode::{At, Either, OneOrMany, Size, Text};
use crate::entity::listener::{
    self as entity, Certificate, ClientCertificates, ClientDemand, Pem, PemKey, PemSecret, PemText, ServerTls,
};
use crate::names::{self, is_pem};
use model::Secret;
use model::id::TableId;
use model::listener::{ClientAddress, Limits, Listener};

pub(crate) fn listeners(
    listeners: &[Listener],
    tables: &[TableId],
    pen: &mut Pen<'_>,
) -> Option<OneOrMany<Either<Text, entity::Listener>>> {
    let written: Vec<_> = listeners.iter().map(|listener| self::listener(listener, tables, pen)).collect();
    Some(written.into())
}

fn listener(listener: &Listener, tables: &[TableId], pen: &mut Pen<'_>) -> Either<Text, entity::Listener> {
    let address = text(&listener.address.to_string());
    let usual = Limits::default();
    let plain = listener.tables == tables
        && listener.tls.is_none()
        && listener.http2
        && !listener.proxy_protocol
        && listener.trusted_proxies.is_empty()
        && listener.client_address.is_usual()
        && listener.limits == usual;
    if plain {
        return Either::First(address);
    }
    let names = || listener.tables.iter().map(|id| text(names::name("table", id.as_str()))).collect::<Vec<_>>();
    Either::Second(entity::Listener {
        address,
        tables: (listener.tables != tables).then(|| names().into()),
        tls: listener.tls.as_ref().map(|tls| ServerTls {
            certificates: tls.certificates.iter().map(|one| certificate(one, pen)).collect(),
            clients: some(tls.clients.iter().map(clients).collect::<Vec<_>>()).map(Into::into),
        }),
        http2: unless(listener.http2, &true),
        proxy_protocol: unless(listener.proxy_protocol, &false),
        trusted_proxies: texts(&listener.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>()),
        client_address: client_address(&listener.client_address),
        limits: (listener.limits != usual).then(|| limits(&listener.limits, &usual)),
    })
}

fn client_address(one: &ClientAddress) -> Option<entity::ClientAddress> {
    let usual = ClientAddress::default();
    let header = (one.field != usual.field).then(|| text(one.field.as_deref().unwrap_or("none")));
    let past_trusted = unless(one.past_trusted, &usual.past_trusted);
    (!one.is_usual()).then_some(entity::ClientAddress { header, past_trusted, alone: unless(one.alone, &false) })
}

fn certificate(one: &model::tls::Certificate, pen: &mut Pen<'_>) -> Certificate {
    let hint = one.hosts.first().map_or_else(|| "TLS_KEY".to_owned(), |host| format!("TLS_KEY_OF_{host}"));
    let purpose = format!("the private key, in PEM, of the certificate for {}", one.hosts.join(", "));
    Certificate {
        chain: pem(&one.chain),
        key: key(&one.key, &hint, &purpose, pen),
        hosts: some(one.hosts.iter().map(|host| text(host)).collect::<Vec<_>>()).map(Into::into),
    }
}

fn clients(asked: &model::tls::ClientCertificates) -> ClientCertificates {
    let pems = |all: &[String]| some(all.iter().map(|one| pem(one)).collect::<Vec<_>>()).map(Into::into);
    let demand = match asked.demand {
        model::tls::ClientDemand::Any => Some(ClientDemand::Any),
        model::tls::ClientDemand::Trusted => Some(ClientDemand::Trusted),
        model::tls::ClientDemand::Required => None,
    };
    ClientCertificates {
        hosts: some(asked.hosts.iter().map(|host| text(host)).collect::<Vec<_>>()).map(Into::into),
        authorities: pems(&asked.authorities),
        known: pems(&asked.known),
        demand: demand.map(At::new),
    }
}

pub(crate) fn key(secret: &Secret, hint: &str, purpose: &str, pen: &mut Pen<'_>) -> PemKey {
    let hidden = pen.secrets.hide(secret, hint, purpose);
    let looks_so = is_pem(secret.expose()) && secret.expose().contains("PRIVATE KEY-----");
    if looks_so { Either::First(At::new(hidden)) } else { Either::Second(PemSecret { pem: hidden }) }
}

/// PEM as it is.
pub(crate) fn pem(chain: &str) -> Pem {
    pem_marked(chain, "CERTIFICATE-----")
}

/// PEM with blocks whose first lines end so.
pub(crate) fn pem_marked(chain: &str, mark: &str) -> Pem {
    let looks_so = is_pem(chain) && chain.contains(mark);
    if looks_so { Either::First(text(chain)) } else { Either::Second(PemText { pem: text(chain) }) }
}

fn limits(limits: &Limits, usual: &Limits) -> entity::Limits {
    let size = |bytes: usize| Size(bytes as u64);
    let lasting = crate::decode::Lasting;
    entity::Limits {
        header_bytes: unless(size(limits.header_bytes), &size(usual.header_bytes)),
        header_count: unless(limits.header_count, &usual.header_count),
        body_bytes: unless(Size(limits.body_bytes), &Size(usual.body_bytes)),
        header_time: unless(lasting(limits.header_time), &lasting(usual.header_time)),
        idle_time: unless(lasting(limits.idle_time), &lasting(usual.idle_time)),
        request_time: unless(lasting(limits.request_time), &lasting(usual.request_time)),
        connections: unless(limits.connections, &usual.connections),
    }
}
