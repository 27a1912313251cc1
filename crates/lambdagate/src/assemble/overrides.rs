//! Listeners of the command line: they replace those of the sources, for plain text and TLS separately.

use crate::exit::Refusal;
use model::Gateway;
use model::id::TableId;
use model::listener::{Limits, Listener};
use model::tls::ServerTls;
use std::net::SocketAddr;

/// What the command line says about listening; an empty list changes nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    /// In place of all plain-text listeners.
    pub(crate) listen: Vec<SocketAddr>,
    /// In place of all TLS listeners.
    pub(crate) tls_listen: Vec<SocketAddr>,
}

impl Overrides {
    pub(super) fn apply(&self, gateway: &mut Gateway) -> Result<(), Refusal> {
        let all: Vec<TableId> = gateway.tables.iter().map(|table| table.id.clone()).collect();
        let (mut tls, plain): (Vec<_>, Vec<_>) =
            std::mem::take(&mut gateway.listeners).into_iter().partition(|listener| listener.tls.is_some());
        if !self.listen.is_empty() {
            // who says where to listen does not want what only a default opens, with a certificate of no use
            tls.retain(|listener| listener.tls.as_ref().is_some_and(|tls| !tls.certificates.is_empty()));
        }
        gateway.listeners = match self.listen.is_empty() {
            true => plain,
            false => replaced(&plain, &self.listen, None, &all),
        };
        gateway.listeners.extend(match self.tls_listen.is_empty() {
            true => tls,
            false => replaced(&tls, &self.tls_listen, Some(certificates(&tls)?), &all),
        });
        Ok(())
    }
}

/// A listener for each address, with all tables of those it stands for; settings are the first one's.
fn replaced(old: &[Listener], addresses: &[SocketAddr], tls: Option<ServerTls>, all: &[TableId]) -> Vec<Listener> {
    let mut tables: Vec<TableId> = Vec::new();
    for table in old.iter().flat_map(|listener| &listener.tables) {
        if !tables.contains(table) {
            tables.push(table.clone());
        }
    }
    if old.is_empty() {
        tables = all.to_vec();
    }
    let model = old.first().cloned().unwrap_or_else(usual);
    let listener = |address: &SocketAddr| Listener {
        address: *address,
        tables: tables.clone(),
        tls: tls.clone(),
        ..model.clone()
    };
    addresses.iter().map(listener).collect()
}

fn usual() -> Listener {
    Listener {
        address: ([127, 0, 0, 1], 0).into(),
        tables: Vec::new(),
        tls: None,
        http2: true,
        proxy_protocol: false,
        trusted_proxies: Vec::new(),
        client_address: Default::default(),
        limits: Limits::default(),
    }
}

/// All certificates of the listeners that are replaced, and all that they ask of clients: server names choose among
/// them.
fn certificates(listeners: &[Listener]) -> Result<ServerTls, Refusal> {
    let (mut certificates, mut clients) = (Vec::new(), Vec::new());
    for tls in listeners.iter().filter_map(|listener| listener.tls.as_ref()) {
        for certificate in &tls.certificates {
            if !certificates.contains(certificate) {
                certificates.push(certificate.clone());
            }
        }
        for asked in &tls.clients {
            if !clients.contains(asked) {
                clients.push(asked.clone());
            }
        }
    }
    if certificates.is_empty() {
        let remedy = "give a listener of the source one: listen: { address: …, tls: { certificates: [{ chain: cert.pem, key: key.pem }] } }";
        return Err(Refusal::new("--tls-listen needs a certificate, and no source has one", remedy));
    }
    Ok(ServerTls { certificates, clients })
}
