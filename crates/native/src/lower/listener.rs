//! Where clients connect.

use super::{Lowering, header, pem};
use crate::decode::{Either, OneOrMany, Text};
use crate::entity::Config;
use crate::entity::listener::{self as entity, ServerTls};
use crate::findings::Spot;
use crate::names;
use ipnet::IpNet;
use model::id::TableId;
use model::listener::{ClientAddress, Limits, Listener};
use model::tls;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address when none is written.
const USUAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8000);

pub(super) fn listeners(config: &Config, tables: &[TableId], at: &mut Lowering<'_>) -> Vec<Listener> {
    let Some(written) = &config.listen else { return vec![usual(tables)] };
    let mut listeners: Vec<Listener> = Vec::new();
    for written in written.all() {
        let (listener, spot) = match written {
            Either::First(text) => (plain(address(text, at), tables), &text.spot),
            Either::Second(written) => (listener(written, tables, at), &written.address.spot),
        };
        let taken = listeners.iter().any(|other| other.address == listener.address) && listener.address.port() != 0;
        if taken {
            at.invalid(spot, format!("{} stands twice; a socket can be had once", listener.address));
        }
        listeners.push(listener);
    }
    listeners
}

/// The listener of a configuration that names none.
pub(crate) fn usual(tables: &[TableId]) -> Listener {
    plain(USUAL, tables)
}

fn plain(address: SocketAddr, tables: &[TableId]) -> Listener {
    Listener {
        address,
        tables: tables.to_vec(),
        tls: None,
        http2: true,
        proxy_protocol: false,
        trusted_proxies: Vec::new(),
        client_address: Default::default(),
        limits: Limits::default(),
    }
}

fn listener(written: &entity::Listener, tables: &[TableId], at: &mut Lowering<'_>) -> Listener {
    let plain = plain(address(&written.address, at), tables);
    Listener {
        tables: written.tables.as_ref().map_or(plain.tables, |names| known_tables(names, tables, at)),
        tls: written.tls.as_ref().map(|tls| server_tls(tls, &written.address.spot, at)),
        http2: written.http2.as_ref().map_or(plain.http2, |http2| http2.value),
        proxy_protocol: written.proxy_protocol.as_ref().is_some_and(|proxy| proxy.value),
        trusted_proxies: networks(written.trusted_proxies.as_ref(), at),
        client_address: written.client_address.as_ref().map_or(plain.client_address, |one| client_address(one, at)),
        limits: written.limits.as_ref().map_or(plain.limits, limits),
        address: plain.address,
    }
}

fn known_tables(names: &OneOrMany<Text>, tables: &[TableId], at: &mut Lowering<'_>) -> Vec<TableId> {
    let mut known = Vec::new();
    for name in names.all() {
        let id = TableId::new(names::id("table", name));
        if !tables.contains(&id) {
            at.unknown(&name.spot, "table", name, tables.iter().map(|table| names::name("table", table.as_str())));
        }
        known.push(id);
    }
    known
}

/// `127.0.0.1:8000`, and the short forms `8000`, `:8000` and `localhost:8000`.
fn address(text: &Text, at: &mut Lowering<'_>) -> SocketAddr {
    let written = text.as_str();
    let port = |text: &str| text.parse::<u16>().ok();
    let short = match (port(written), written.strip_prefix(':'), written.strip_prefix("localhost:")) {
        (Some(port), _, _) => Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        (_, Some(rest), _) => port(rest).map(|port| SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))),
        (_, _, Some(rest)) => port(rest).map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        _ => None,
    };
    short.or_else(|| written.parse().ok()).unwrap_or_else(|| {
        let remedy = "write 127.0.0.1:8000, [::1]:8000, or :8000 for all addresses";
        at.invalid(&text.spot, format!("this is no address with a port; {remedy}"));
        // Port 0 takes nobody's place.
        SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
    })
}

fn client_address(written: &entity::ClientAddress, at: &mut Lowering<'_>) -> ClientAddress {
    let usual = ClientAddress::default();
    ClientAddress {
        field: match &written.header {
            Some(text) => Some(header::name(text, &text.spot, at).to_ascii_lowercase()).filter(|name| name != "none"),
            None => usual.field,
        },
        past_trusted: written.past_trusted.as_ref().map_or(usual.past_trusted, |flag| flag.value),
        alone: written.alone.as_ref().is_some_and(|flag| flag.value),
    }
}

/// Networks; a single address is a network of one.
pub(crate) fn networks(written: Option<&OneOrMany<Text>>, at: &mut Lowering<'_>) -> Vec<IpNet> {
    let mut networks = Vec::new();
    for text in written.iter().flat_map(|all| all.all()) {
        let network = text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        match network {
            Some(network) => networks.push(network),
            None => at.invalid(&text.spot, "this is no network; write 10.0.0.0/8 or a single address"),
        }
    }
    networks
}

fn server_tls(written: &ServerTls, spot: &Spot, at: &mut Lowering<'_>) -> tls::ServerTls {
    let mut certificates = Vec::new();
    for certificate in &written.certificates {
        certificates.push(tls::Certificate {
            hosts: certificate.hosts.iter().flat_map(|h| h.all()).map(|host| host.value.clone()).collect(),
            chain: pem::certificate(&certificate.chain, at),
            key: pem::key(&certificate.key, at),
        });
    }
    let clients = written.clients.iter().flat_map(|all| all.all()).map(|one| clients(one, spot, at)).collect();
    tls::ServerTls { certificates, clients }
}

fn clients(written: &entity::ClientCertificates, spot: &Spot, at: &mut Lowering<'_>) -> tls::ClientCertificates {
    let demand = match written.demand.as_ref().map(|word| word.value) {
        Some(entity::ClientDemand::Any) => tls::ClientDemand::Any,
        Some(entity::ClientDemand::Trusted) => tls::ClientDemand::Trusted,
        Some(entity::ClientDemand::Required) | None => tls::ClientDemand::Required,
    };
    let mut pems = |all: &Option<OneOrMany<entity::Pem>>| -> Vec<String> {
        all.iter().flat_map(|all| all.all()).map(|one| pem::certificate(one, at)).collect()
    };
    let (authorities, known) = (pems(&written.authorities), pems(&written.known));
    if authorities.is_empty() && known.is_empty() && demand != tls::ClientDemand::Any {
        at.incomplete(spot, "whose certificates are trusted? write authorities or known, or demand: any");
    }
    let hosts = written.hosts.iter().flat_map(|all| all.all()).map(|host| host.value.clone()).collect();
    tls::ClientCertificates { hosts, authorities, known, demand }
}

fn limits(written: &entity::Limits) -> Limits {
    let usual = Limits::default();
    let bytes = |size: u64| usize::try_from(size).unwrap_or(usize::MAX);
    Limits {
        header_bytes: written.header_bytes.as_ref().map_or(usual.header_bytes, |size| bytes(size.0)),
        header_count: written.header_count.as_ref().map_or(usual.header_count, |count| count.value),
        body_bytes: written.body_bytes.as_ref().map_or(usual.body_bytes, |size| size.0),
        header_time: written.header_time.as_ref().map_or(usual.header_time, |time| time.0),
        idle_time: written.idle_time.as_ref().map_or(usual.idle_time, |time| time.0),
        request_time: written.request_time.as_ref().map_or(usual.request_time, |time| time.0),
        connections: written.connections.as_ref().map_or(usual.connections, |count| count.value),
    }
}
